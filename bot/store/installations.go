package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Installations are the workspaces that have installed the bot, with their
// tokens, which are encrypted in the database and nowhere else.
type Installations struct {
	db   *pgxpool.Pool
	keys Keys
}

// NewInstallations makes them.
func NewInstallations(db *pgxpool.Pool, keys Keys) *Installations { return &Installations{db, keys} }

// An Installation is what one workspace, or all workspaces of an enterprise, gave us.
type Installation struct {
	Enterprise string // "" for a workspace of no enterprise
	Team       string // "" for all workspaces of the enterprise
	BotUser    string // who the bot is there
	Installer  string // the user who installed
	Token      Token
	Refresh    Token     // gives the next tokens, once; "" if Token never expires
	Expires    time.Time // of Token; zero: never
	Installed  time.Time // when; set by Find
	Version    int64     // another with each change of the tokens, also of ones that were removed; 0 for one that is not stored
}

// A Token is a secret: printing and logging do not show it.
type Token string

// String hides the token.
func (Token) String() string { return "(hidden)" }

// GoString hides the token from %#v.
func (Token) GoString() string { return "(hidden)" }

// MarshalText hides the token from slog and encoding/json.
func (Token) MarshalText() ([]byte, error) { return []byte("(hidden)"), nil }

// ErrNotInstalled says that nobody has installed the bot in a workspace.
var ErrNotInstalled = errors.New("not installed")

// place names where a column is kept, for [Keys.seal].
func (in Installation) place(column string) string {
	return "installation/" + in.Enterprise + "/" + in.Team + "/" + column
}

// seal encrypts both tokens with the first key; refresh is nil if there is none.
func (s *Installations) seal(in Installation) (token, refresh []byte) {
	if in.Refresh != "" {
		refresh = s.keys.seal(in.place("refresh"), string(in.Refresh))
	}
	return s.keys.seal(in.place("token"), string(in.Token)), refresh
}

// Find gives the installation for a team: its own, or else that of its
// enterprise, which may be "" where nobody tells: one that was told before is
// remembered. The error is ErrNotInstalled or wraps ErrKey; then what is given has no tokens.
func (s *Installations) Find(ctx context.Context, team, enterprise string) (Installation, error) {
	var in Installation
	var key string
	var token, refresh []byte
	var expires *time.Time
	err := s.db.QueryRow(ctx, `
		select enterprise_id, team_id, bot_user, installer, installed_at, version, key_id, token, refresh, expires_at
		from chat.installation
		where team_id = $1 and $1 <> ''
			or team_id = '' and enterprise_id = coalesce(nullif($2, ''), (select enterprise_id from chat.enterprise_team where team_id = $1))
		order by team_id = ''
		limit 1`, team, enterprise).
		Scan(&in.Enterprise, &in.Team, &in.BotUser, &in.Installer, &in.Installed, &in.Version, &key, &token, &refresh, &expires)
	if errors.Is(err, pgx.ErrNoRows) {
		return Installation{}, ErrNotInstalled
	}
	if err != nil {
		return Installation{}, fmt.Errorf("read the installation of %s: %w", team, err)
	}
	if in.Team == "" && team != "" && enterprise != "" {
		if err := s.remember(ctx, team, enterprise); err != nil {
			return Installation{}, err
		}
	}
	clear, err := s.keys.open(key, in.place("token"), token)
	if err != nil {
		return in, fmt.Errorf("read the installation of %s: %w", team, err)
	}
	in.Token = Token(clear)
	if refresh != nil {
		if clear, err = s.keys.open(key, in.place("refresh"), refresh); err != nil {
			in.Token = ""
			return in, fmt.Errorf("read the installation of %s: %w", team, err)
		}
		in.Refresh, in.Expires = Token(clear), *expires
	}
	if key != s.keys.first {
		return in, s.encryptAgain(ctx, in, key)
	}
	return in, nil
}

// remember notes to which enterprise a team belongs.
func (s *Installations) remember(ctx context.Context, team, enterprise string) error {
	_, err := s.db.Exec(ctx, `
		insert into chat.enterprise_team as t (team_id, enterprise_id) values ($1, $2)
		on conflict (team_id) do update set enterprise_id = excluded.enterprise_id where t.enterprise_id <> excluded.enterprise_id`, team, enterprise)
	if err != nil {
		return fmt.Errorf("remember the enterprise of %s: %w", team, err)
	}
	return nil
}

// encryptAgain replaces what an older key encrypted, unless somebody changes it now.
func (s *Installations) encryptAgain(ctx context.Context, in Installation, key string) error {
	token, refresh := s.seal(in)
	_, err := s.db.Exec(ctx, `
		update chat.installation set key_id = $5, token = $6, refresh = $7
		where enterprise_id = $1 and team_id = $2 and version = $3 and key_id = $4`,
		in.Enterprise, in.Team, in.Version, key, s.keys.first, token, refresh)
	if err != nil {
		return fmt.Errorf("encrypt the installation of %s again: %w", in.Team, err)
	}
	return nil
}

// Save keeps a new installation, also in place of an older one of the same
// workspace. first is false if it replaces one.
func (s *Installations) Save(ctx context.Context, in Installation) (first bool, err error) {
	token, refresh := s.seal(in)
	err = pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error {
		// A workspace that has joined or left an enterprise has another row.
		moved, err := tx.Exec(ctx, `delete from chat.installation where team_id = $2 and team_id <> '' and enterprise_id <> $1`, in.Enterprise, in.Team)
		if err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `
			insert into chat.installation as i (enterprise_id, team_id, key_id, token, refresh, expires_at, bot_user, installer, version)
			values ($1, $2, $3, $4, $5, $6, $7, $8,
				(extract(epoch from clock_timestamp()) * 1000000)::bigint)  -- beyond those of a row that was removed
			on conflict (enterprise_id, team_id) do update
			set key_id = excluded.key_id, token = excluded.token, refresh = excluded.refresh, expires_at = excluded.expires_at,
				bot_user = excluded.bot_user, installer = excluded.installer, installed_at = now(), version = i.version + 1, refreshing_until = null
			returning xmax = 0`, // there was no row
			in.Enterprise, in.Team, s.keys.first, token, refresh, nullTime(in.Expires), in.BotUser, in.Installer).Scan(&first)
		first = first && moved.RowsAffected() == 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("keep the installation of %s: %w", in.Team, err)
	}
	return first, nil
}

func nullTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// Lease tells whether the caller is the one, of all bots, to get new tokens for
// in. Nobody else is within d; who is slower than that loses nothing, because
// [Installations.Renew] takes the tokens of the first only.
func (s *Installations) Lease(ctx context.Context, in Installation, d time.Duration) (mine bool, err error) {
	tag, err := s.db.Exec(ctx, `
		update chat.installation set refreshing_until = now() + $4::interval
		where enterprise_id = $1 and team_id = $2 and version = $3 and (refreshing_until is null or refreshing_until < now())`,
		in.Enterprise, in.Team, in.Version, d)
	if err != nil {
		return false, fmt.Errorf("lease the installation of %s: %w", in.Team, err)
	}
	return tag.RowsAffected() == 1, nil
}

// Renew replaces both tokens, and the time, of an installation whose version is
// still that of in. If it is not, renewed is false: there are newer ones.
func (s *Installations) Renew(ctx context.Context, in Installation) (renewed bool, err error) {
	token, refresh := s.seal(in)
	tag, err := s.db.Exec(ctx, `
		update chat.installation
		set key_id = $4, token = $5, refresh = $6, expires_at = $7, version = version + 1, refreshing_until = null
		where enterprise_id = $1 and team_id = $2 and version = $3`,
		in.Enterprise, in.Team, in.Version, s.keys.first, token, refresh, nullTime(in.Expires))
	if err != nil {
		return false, fmt.Errorf("renew the installation of %s: %w", in.Team, err)
	}
	return tag.RowsAffected() == 1, nil
}

// Remove deletes an installation, unless it has changed since it was read, and
// gives the teams that have none now: to one of many bots, and once.
func (s *Installations) Remove(ctx context.Context, in Installation) (teams []string, err error) {
	rows, err := s.db.Query(ctx, `
		with gone as (
			delete from chat.installation where enterprise_id = $1 and team_id = $2 and version = $3
			returning enterprise_id, team_id
		), members as (
			delete from chat.enterprise_team t using gone where gone.team_id = '' and t.enterprise_id = gone.enterprise_id
			returning t.team_id
		)
		select team_id from gone
		where team_id <> '' and not exists (
			select from chat.installation i where i.team_id = '' and i.enterprise_id = gone.enterprise_id
		)
		union
		select team_id from members m
		where not exists (select from chat.installation i where i.team_id = m.team_id)`,
		in.Enterprise, in.Team, in.Version)
	if err == nil {
		teams, err = pgx.CollectRows(rows, pgx.RowTo[string])
	}
	if err != nil {
		return nil, fmt.Errorf("remove the installation of %s: %w", in.Team, err)
	}
	return teams, nil
}

// RemoveTeams forgets that teams are of an enterprise which installed the bot for all of
// its, and gives those that have no installation now: to one of many bots, and once.
func (s *Installations) RemoveTeams(ctx context.Context, enterprise string, teams []string) (gone []string, err error) {
	rows, err := s.db.Query(ctx, `
		with members as (
			delete from chat.enterprise_team where enterprise_id = $1 and team_id = any($2) returning team_id
		)
		select team_id from members m
		where not exists (select from chat.installation i where i.team_id = m.team_id)`, enterprise, teams)
	if err == nil {
		gone, err = pgx.CollectRows(rows, pgx.RowTo[string])
	}
	if err != nil {
		return nil, fmt.Errorf("remove teams of %s: %w", enterprise, err)
	}
	return gone, nil
}
