package quiz

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// # One person, several identities
//
// Each identity (quiz.identity) has a number of its own. Alone, that is its player. Identities that are joined have one player:
// the lowest of their numbers, so that whoever played first here stays who they were. All that refers to a player refers
// to that number, wherever they play: so boards, streaks, reviews and all else know of one person only.
//
// What an identity gave says so in given_by. To join is to move the rows of one number to the other, to leave is to move
// what the one who leaves has given back. A player has one answer to a question of a round: the earlier counts, and the other
// waits in quiz.answer_aside. Both are done in one transaction with the boards of the workspaces concerned.
//
// The database decides races. A number that is nobody's player any more has no row in quiz.player: an answer that was under
// way for it refers to that row, so it is refused, and stored again for the new player. One that came first is seen by who joins,
// as the row cannot be deleted before; then it all begins anew.

var (
	// ErrOwnCode is for somebody who types their own code where they got it.
	ErrOwnCode = errors.New("that is your own code")
	// ErrJoined is for two identities that are one player already.
	ErrJoined = errors.New("they are joined already")
	// ErrNotJoined is for somebody without a second identity.
	ErrNotJoined = errors.New("nothing is joined")
	// ErrTooManyJoined is for more than maxJoined identities.
	ErrTooManyJoined = errors.New("too many are joined")
)

// NoticeLinked is a notice to whoever made a code that it was used, so that nobody is joined unawares; its Body is a Joined.
const NoticeLinked NoticeKind = "linked"

// Joined is the body of a NoticeLinked. It names nobody: whoever has left and is forgotten is in no message either.
type Joined struct {
	Platform string // of the identity that they are joined with now
}

// linkedNews is how long it is news.
const linkedNews = 24 * time.Hour

// maxJoined is how many identities one player may have.
const maxJoined = 10

// LinkCode makes a code with which the person can join this identity with another of theirs, by Link there. It works once and
// for CodeTime, and ends the one they had before.
func (e *Engine) LinkCode(ctx context.Context, by Person) (code string, err error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	code = newCode()
	_, err = e.db.Exec(ctx, `
		WITH old AS (
			DELETE FROM quiz.link_code WHERE expires_at <= $5 AND (home, user_id) <> ($1, $2)
		)
		INSERT INTO quiz.link_code (home, user_id, code, name, expires_at) VALUES ($1, $2, $3, $4, $5::timestamptz + $6::interval)
		ON CONFLICT (home, user_id) DO UPDATE
		SET code = excluded.code, name = excluded.name, expires_at = excluded.expires_at, offered_home = NULL, offered_user = NULL`,
		by.Workspace, by.User, hashCode(code), cleanName(by), e.now(), CodeTime)
	if err != nil {
		return "", fmt.Errorf("store a code: %w", err)
	}
	return code, nil
}

// LinkOffer tells whose code that is, so that the person who typed it can be asked whether they want to be one with them.
// Only who was asked last may Link. Errors: ErrNoCode, *TriesError, ErrOwnCode, ErrJoined.
func (e *Engine) LinkOffer(ctx context.Context, code string, by Person) (of Person, err error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	if err := e.mayTry(ctx, by); err != nil {
		return Person{}, err
	}
	err = e.db.QueryRow(ctx, `
		UPDATE quiz.link_code SET offered_home = $2, offered_user = $3
		WHERE code = $1 AND expires_at > $4
		RETURNING home, user_id, name`, hashCode(code), by.Workspace, by.User, e.now()).Scan(&of.Workspace, &of.User, &of.Name)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return Person{}, e.wrongCode(ctx, by)
	case err != nil:
		return Person{}, fmt.Errorf("look a code up: %w", err)
	case of.Workspace == by.Workspace && of.User == by.User:
		return Person{}, ErrOwnCode
	}
	a, err := playerOf(ctx, e.db, of)
	if err != nil {
		return Person{}, err
	}
	b, err := playerOf(ctx, e.db, by)
	if err == nil && a != 0 && a == b {
		err = ErrJoined
	}
	return of, err
}

// Link joins the identity whose code that is with the person's, and all that either is joined with already. It returns all
// of them. The person must have been told whose code it is, see LinkOffer.
// Errors: ErrNoCode, *TriesError, ErrOwnCode, ErrJoined, ErrTooManyJoined.
func (e *Engine) Link(ctx context.Context, code string, by Person) ([]Person, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	if err := e.mayTry(ctx, by); err != nil {
		return nil, err
	}
	err := e.regroup(ctx, func(tx pgx.Tx) error {
		var of Person
		err := tx.QueryRow(ctx, `
			DELETE FROM quiz.link_code WHERE code = $1 AND expires_at > $2 AND offered_home = $3 AND offered_user = $4
			RETURNING home, user_id, name`, hashCode(code), e.now(), by.Workspace, by.User).Scan(&of.Workspace, &of.User, &of.Name)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrNoCode
		}
		if err != nil {
			return fmt.Errorf("take a code: %w", err)
		}
		if err := e.join(ctx, tx, of, by); err != nil {
			return err
		}
		player, err := playerOf(ctx, tx, of)
		if err != nil {
			return err
		}
		platform, _, _ := strings.Cut(by.Workspace, "/")
		return e.queueNotice(ctx, tx, newNotice{
			Workspace: of.Workspace, Kind: NoticeLinked, Player: player, Body: Joined{platform},
			Dedupe: fmt.Sprintf("linked/%x", hashCode(code)), From: e.now().Add(time.Second), // first is answered who typed it
			Expires: e.now().Add(linkedNews),
		})
	})
	if errors.Is(err, ErrNoCode) {
		return nil, e.wrongCode(ctx, by)
	}
	if err != nil {
		return nil, fmt.Errorf("join two identities: %w", err)
	}
	return e.Linked(ctx, by)
}

// Unlink takes the person's identity out of those that it is joined with. Each gets back what it gave, before and meanwhile. The
// others stay joined. It returns them. The error is ErrNotJoined for somebody who is alone.
func (e *Engine) Unlink(ctx context.Context, by Person) (others []Person, err error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	err = e.regroup(ctx, func(tx pgx.Tx) error {
		all, err := lockJoined(ctx, tx, by)
		if err != nil {
			return err
		}
		if len(all) < 2 {
			return ErrNotJoined
		}
		others = nil
		var leaving identity
		for _, i := range all {
			if i.Workspace == by.Workspace && i.User == by.User {
				leaving = i
				continue
			}
			others = append(others, i.Person)
		}
		return e.leave(ctx, tx, all, leaving)
	})
	if err != nil {
		return nil, fmt.Errorf("take an identity out: %w", err)
	}
	return others, nil
}

// Linked returns the identities of a person, their own among them, with the names they had when they were joined; nobody
// for who is alone.
func (e *Engine) Linked(ctx context.Context, by Person) ([]Person, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	rows, err := e.db.Query(ctx, `
		SELECT i.workspace, i.user_id, coalesce(i.name, i.user_id)
		FROM quiz.identity me
		JOIN quiz.identity i ON i.player = me.player
		WHERE me.workspace = $1 AND me.user_id = $2
		ORDER BY i.workspace, i.user_id`, by.Workspace, by.User)
	if err != nil {
		return nil, fmt.Errorf("read who is joined: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Person])
	if err != nil {
		return nil, fmt.Errorf("read who is joined: %w", err)
	}
	if len(all) == 1 {
		return nil, nil
	}
	return all, nil
}

// regroup runs do in a transaction, and again if something that was under way came in between.
func (e *Engine) regroup(ctx context.Context, do func(pgx.Tx) error) (err error) {
	for range 5 {
		err = pgx.BeginFunc(ctx, e.db, do)
		pg, ok := errors.AsType[*pgconn.PgError](err)
		// Rows that were not there when we looked: one that refers to a player who leaves, or one with a key that we need.
		if !retriable(err) && !(ok && (pg.Code == "23503" || pg.Code == "23505")) {
			break
		}
	}
	if err == nil {
		e.signal()
	}
	return err
}

// An identity is one with its numbers.
type identity struct {
	Person
	player, own int64
}

// lockJoined locks all identities of a person in the order of their keys, until the transaction ends, and returns them.
func lockJoined(ctx context.Context, tx pgx.Tx, people ...Person) (all []identity, err error) {
	homes, users := make([]string, len(people)), make([]string, len(people))
	for i, p := range people {
		homes[i], users[i] = p.Workspace, p.User
	}
	// Who waited for a lock does not see who was joined meanwhile; so look until nobody is added.
	var before []identity
	for all == nil || !slices.Equal(before, all) {
		before = all
		rows, err := tx.Query(ctx, `
			SELECT workspace, user_id, coalesce(name, ''), player, coalesce(own, player)
			FROM quiz.identity
			WHERE player IN (
				SELECT i.player FROM unnest($1::text[], $2::text[]) AS p (workspace, user_id)
				JOIN quiz.identity i ON i.workspace = p.workspace AND i.user_id = p.user_id)
			ORDER BY workspace, user_id
			FOR UPDATE`, homes, users)
		if err != nil {
			return nil, fmt.Errorf("lock identities: %w", err)
		}
		all, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (i identity, err error) {
			err = row.Scan(&i.Workspace, &i.User, &i.Name, &i.player, &i.own)
			return i, err
		})
		if err != nil {
			return nil, fmt.Errorf("lock identities: %w", err)
		}
		if len(all) == 0 {
			return nil, nil
		}
	}
	return all, nil
}

// join makes one player of two people, who are locked and written down as identities if they are not yet.
func (e *Engine) join(ctx context.Context, tx pgx.Tx, of, by Person) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO quiz.identity (workspace, user_id)
		SELECT * FROM unnest($1::text[], $2::text[]) AS p (workspace, user_id) ORDER BY 1, 2
		ON CONFLICT (workspace, user_id) DO NOTHING`, []string{of.Workspace, by.Workspace}, []string{of.User, by.User})
	if err != nil {
		return fmt.Errorf("write identities down: %w", err)
	}
	all, err := lockJoined(ctx, tx, of, by)
	if err != nil {
		return err
	}
	first := all[0].player
	last := first
	for _, i := range all {
		first, last = min(first, i.player), max(last, i.player)
	}
	switch {
	case of.Workspace == by.Workspace && of.User == by.User:
		return ErrOwnCode
	case first == last:
		return ErrJoined
	case len(all) > maxJoined:
		return ErrTooManyJoined
	}
	_, err = tx.Exec(ctx, `
		UPDATE quiz.identity i
		SET own = CASE WHEN i.player = $1 THEN i.own ELSE coalesce(i.own, i.player) END, player = $1, name = coalesce(p.name, i.name)
		FROM quiz.identity was
		LEFT JOIN unnest($3::text[], $4::text[], $5::text[]) AS p (workspace, user_id, name)
			ON p.workspace = was.workspace AND p.user_id = was.user_id
		WHERE was.workspace = i.workspace AND was.user_id = i.user_id AND i.player IN ($1, $2)`, first, last,
		[]string{of.Workspace, by.Workspace}, []string{of.User, by.User}, []string{cleanName(of), cleanName(by)})
	if err != nil {
		return fmt.Errorf("join identities: %w", err)
	}
	m := move{from: last, to: first, joins: true}
	for _, i := range all {
		if i.player == last {
			m.givers = append(m.givers, i.own)
		}
	}
	for player, n := range map[int64]int{first: len(all) - len(m.givers), last: len(m.givers)} {
		if n == 1 {
			m.alone = append(m.alone, player)
		}
	}
	return e.moveAll(ctx, tx, m)
}

// leave takes one of several identities out. If its number is that of all, the others get the lowest of theirs.
func (e *Engine) leave(ctx context.Context, tx pgx.Tx, all []identity, leaving identity) error {
	m := move{from: leaving.player, to: leaving.own, givers: []int64{leaving.own}}
	if leaving.own == leaving.player {
		m.givers = nil
		for _, i := range all {
			if i.own != leaving.own {
				m.givers = append(m.givers, i.own)
			}
		}
		m.to = slices.Min(m.givers)
	}
	_, err := tx.Exec(ctx, `
		UPDATE quiz.identity SET player = $2, own = nullif(own, $2)
		WHERE player = $1 AND own = ANY($3)`, m.from, m.to, m.givers)
	if err != nil {
		return fmt.Errorf("take an identity out: %w", err)
	}
	return e.moveAll(ctx, tx, m)
}
