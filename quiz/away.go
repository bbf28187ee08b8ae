package quiz

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// MaxAway is how many days ahead somebody can say that they are away.
const MaxAway = 60

// Away notes that a person will not play from today until a day, "2006-01-02", which is within: quiz days missed
// meanwhile end no streak, and reminders are left out. Days are those of the workspace's calendar. Saying it again
// moves the end. The error is an *InvalidError.
func (e *Engine) Away(ctx context.Context, by Person, until string) error {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	now := e.now()
	today, err := dayIn(ctx, e.db, by.Workspace, "", now)
	if err != nil {
		return err
	}
	if err := checkAway(until, today); err != nil {
		return err
	}
	err = again(func() error {
		player, err := e.register(ctx, by.Workspace, by)
		if err != nil {
			return err
		}
		return pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error { return storeAway(ctx, tx, by, player, today, until, now) })
	})
	if err != nil {
		return fmt.Errorf("note that somebody is away: %w", err)
	}
	return nil
}

func storeAway(ctx context.Context, tx pgx.Tx, by Person, player int64, today, until string, now time.Time) error {
	// What was said before stays for the days that are past, so that they remain excused.
	if err := endAway(ctx, tx, by.Workspace, player, until); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO quiz.away (workspace, player, starts, ends, said_at, given_by)
		VALUES ($1, $2, $3::text::date, $4::text::date, $5, `+ownSQL("$6", "$7")+`)
		ON CONFLICT (workspace, player, starts) DO UPDATE SET ends = excluded.ends`, by.Workspace, player, today, until, now, by.Workspace, by.User)
	return err
}

func checkAway(until, today string) error {
	end, err := parseDate(until)
	if err != nil {
		return invalid("%q is not a date; write it as year-month-day, like 2026-12-24", clip(until, 30))
	}
	start, err := parseDate(today)
	switch {
	case err != nil:
		return err
	case end.Before(start):
		return invalid("%s is past; today is %s", until, today)
	case end.After(start.AddDate(0, 0, MaxAway)):
		return invalid("that is more than %d days ahead; say %s at the latest, and say it again then", MaxAway, start.AddDate(0, 0, MaxAway).Format(time.DateOnly))
	}
	return nil
}

// Back notes that a person is back: from tomorrow on, missed quiz days count again. Today stays free, as a round may be
// over already.
func (e *Engine) Back(ctx context.Context, by Person) error {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	player, err := playerOf(ctx, e.db, by)
	if err != nil {
		return err
	}
	today, err := dayIn(ctx, e.db, by.Workspace, "", e.now())
	if err != nil {
		return err
	}
	if err := endAway(ctx, e.db, by.Workspace, player, today); err != nil {
		return fmt.Errorf("note that player %d is back: %w", player, err)
	}
	return nil
}

// An execer is a pool or a transaction.
type execer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// endAway lets whatever was said end by that day.
func endAway(ctx context.Context, db execer, workspace string, player int64, day string) error {
	_, err := db.Exec(ctx, `
		UPDATE quiz.away SET ends = greatest(starts, $3::text::date)
		WHERE workspace = $1 AND player = $2 AND ends > $3::text::date`, workspace, player, day)
	return err
}

// AwayUntil tells until which day, "2006-01-02", a person is away. It is empty for somebody who is not. last reports whether that
// day is today: then there is nothing left for Back to end.
func (e *Engine) AwayUntil(ctx context.Context, p Person) (until string, last bool, err error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	player, err := playerOf(ctx, e.db, p)
	if err != nil {
		return "", false, err
	}
	today, err := dayIn(ctx, e.db, p.Workspace, "", e.now())
	if err != nil {
		return "", false, err
	}
	until, err = awayUntil(ctx, e.db, p.Workspace, player, today)
	return until, until == today, err
}

func awayUntil(ctx context.Context, db querier, workspace string, player int64, today string) (until string, err error) {
	err = db.QueryRow(ctx, `
		SELECT coalesce(to_char(max(ends), 'YYYY-MM-DD'), '') FROM quiz.away
		WHERE workspace = $1 AND player = $2 AND ends >= $3::text::date`, workspace, player, today).Scan(&until)
	if err != nil {
		return "", fmt.Errorf("look whether player %d is away: %w", player, err)
	}
	return until, nil
}
