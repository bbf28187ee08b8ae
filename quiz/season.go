package quiz

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// A Season is a time with boards of its own, which admins open and close. Rounds count for the season that was open when
// they opened, also when they close after it.
type Season struct {
	ID     int64
	Name   string
	Opened time.Time
	Closed time.Time // zero while it is open
}

// ErrNoSeason says that there is no season, or none of that name.
var ErrNoSeason = errors.New("there is no such season")

// A SeasonError says that a season cannot be opened because of another one.
type SeasonError struct{ Season Season }

// Error says what the other one is.
func (e *SeasonError) Error() string {
	if e.Season.Closed.IsZero() {
		return fmt.Sprintf("season %q is open", e.Season.Name)
	}
	return fmt.Sprintf("there was a season %q already", e.Season.Name)
}

// maxSeason is the length of a season's name; the table checks the same number.
const maxSeason = 40

// OpenSeason opens a season in a workspace, from now on. by is who does it, as the platform numbers people.
// Errors: *InvalidError for the name; *SeasonError while another one is open, or if there was one of that name.
func (e *Engine) OpenSeason(ctx context.Context, workspace, name, by string) (Season, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	name = tidyName(name)
	if !oneLine(name, 1, maxSeason) {
		return Season{}, invalid("a season needs a name of at most %d characters, such as \"spring 2027\"", maxSeason)
	}
	s := Season{Name: name, Opened: e.now()}
	err := e.db.QueryRow(ctx, `
		INSERT INTO quiz.season (workspace, name, opened_at, opened_by) VALUES ($1, $2, $3, $4)
		RETURNING id`, workspace, name, s.Opened, by).Scan(&s.ID)
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == "23505" {
		wanted := ""
		if pg.ConstraintName == "season_name" {
			wanted = name
		}
		other, err := findSeason(ctx, e.db, workspace, wanted)
		if err != nil {
			return Season{}, err
		}
		return Season{}, &SeasonError{Season: other}
	}
	if err != nil {
		return Season{}, fmt.Errorf("open a season in %s: %w", workspace, err)
	}
	return s, nil
}

// CloseSeason closes the open season of a workspace. Rounds that are open now still count for it. The error is ErrNoSeason
// if none is open.
func (e *Engine) CloseSeason(ctx context.Context, workspace, by string) (Season, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	s := Season{Closed: e.now()}
	err := e.db.QueryRow(ctx, `
		UPDATE quiz.season SET closed_at = greatest($2, opened_at), closed_by = $3
		WHERE workspace = $1 AND closed_at IS NULL
		RETURNING id, name, opened_at, closed_at`, workspace, s.Closed, by).Scan(&s.ID, &s.Name, &s.Opened, &s.Closed)
	if errors.Is(err, pgx.ErrNoRows) {
		return Season{}, fmt.Errorf("close the season of %s: %w", workspace, ErrNoSeason)
	}
	if err != nil {
		return Season{}, fmt.Errorf("close the season of %s: %w", workspace, err)
	}
	return s, nil
}

// Seasons returns the seasons of a workspace, the newest first.
func (e *Engine) Seasons(ctx context.Context, workspace string) ([]Season, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	rows, err := e.db.Query(ctx, seasonSQL+`ORDER BY opened_at DESC, id DESC`, workspace)
	if err != nil {
		return nil, fmt.Errorf("read the seasons of %s: %w", workspace, err)
	}
	all, err := pgx.CollectRows(rows, scanSeason)
	if err != nil {
		return nil, fmt.Errorf("read the seasons of %s: %w", workspace, err)
	}
	return all, nil
}

// findSeason finds a season by its name; without one the season that is open, else the last. The error is ErrNoSeason.
func findSeason(ctx context.Context, db querier, workspace, name string) (Season, error) {
	if name = tidyName(name); name != "" && !oneLine(name, 1, maxSeason) {
		return Season{}, fmt.Errorf("find season %q: %w", clip(name, maxSeason), ErrNoSeason)
	}
	rows, err := db.Query(ctx, seasonSQL+`
		AND ($2 = '' OR lower(name) = lower($2))
		ORDER BY closed_at IS NOT NULL, closed_at DESC, id DESC LIMIT 1`, workspace, name)
	if err != nil {
		return Season{}, fmt.Errorf("find a season: %w", err)
	}
	s, err := pgx.CollectExactlyOneRow(rows, scanSeason)
	if errors.Is(err, pgx.ErrNoRows) {
		err = ErrNoSeason
	}
	if err != nil {
		return Season{}, fmt.Errorf("find a season: %w", err)
	}
	return s, nil
}

const seasonSQL = `SELECT id, name, opened_at, closed_at FROM quiz.season WHERE workspace = $1 `

func scanSeason(row pgx.CollectableRow) (s Season, err error) {
	var closed *time.Time
	if err = row.Scan(&s.ID, &s.Name, &s.Opened, &closed); closed != nil {
		s.Closed = *closed
	}
	return s, err
}
