package quiz

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// EditSeries lets change alter a series, for the rounds that open from now on; what is open stays as it is. change gets the
// series as it is; after its error, which comes back wrapped, nothing is stored. Of what it changes, Workspace, Name,
// Channels, Paused, Next and CreatedBy stay as they were. It returns the series with its new Next.
//
// A day on which the series has opened a round gets no second one, whatever its new time of day.
// Errors: those of CreateSeries and ErrNoSeries.
func (e *Engine) EditSeries(ctx context.Context, workspace, name string, change func(*Series) error) (Series, error) {
	err := e.alterSeries(ctx, workspace, name, func(tx pgx.Tx, s *Series) error {
		was := *s
		if err := change(s); err != nil {
			return err
		}
		s.Workspace, s.Name, s.Channels, s.Paused, s.Next, s.CreatedBy = was.Workspace, was.Name, was.Channels, was.Paused, was.Next, was.CreatedBy
		if err := s.validateRounds(); err != nil {
			return err
		}
		return e.feasible(ctx, tx, *s)
	})
	if err != nil {
		return Series{}, err
	}
	return e.oneSeries(ctx, workspace, name)
}

// SkipDates adds days on which a series opens no round. A round that is open ends as planned. Days that are over are left
// out. It returns the series with its new Next. Errors: ErrNoSeries; *InvalidError, also if all days are over.
func (e *Engine) SkipDates(ctx context.Context, workspace, name string, days Dates) (Series, error) {
	return e.EditSeries(ctx, workspace, name, func(s *Series) error {
		today := s.today(e.now())
		if len(days.from(today)) == 0 {
			return invalid("these days are over; today is %s (%s)", today, s.Zone)
		}
		s.Skipped = s.Skipped.from(today).and(days.from(today))
		return nil
	})
}

// today is the date in the zone of the schedule.
func (s Schedule) today(now time.Time) string {
	loc, err := LoadZone(s.Zone)
	if err != nil {
		loc = time.UTC
	}
	return now.In(loc).Format(time.DateOnly)
}

// alterSeries lets change alter a series and stores it with the time at which it is due next. The row is locked, so the
// round that may be due just now opens before or after the change, not in its midst.
func (e *Engine) alterSeries(ctx context.Context, workspace, name string, change func(pgx.Tx, *Series) error) error {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	err := pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error {
		s, err := lockSeries(ctx, tx, workspace, tidyName(name))
		if err != nil {
			return err
		}
		was := s.Series
		if err := change(tx, &s.Series); err != nil {
			return err
		}
		if s.Next, err = nextAfterChange(ctx, tx, was, s, e.now()); err != nil {
			return err
		}
		return storeSeries(ctx, tx, s)
	})
	if err != nil {
		return fmt.Errorf("change a series: %w", err)
	}
	e.signal()
	return nil
}

func lockSeries(ctx context.Context, tx pgx.Tx, workspace, name string) (storedSeries, error) {
	rows, err := tx.Query(ctx, seriesSQL+`
		WHERE s.workspace = $1 AND lower(s.name) = lower($2) AND s.removed_at IS NULL
		FOR NO KEY UPDATE OF s`, workspace, name)
	if err != nil {
		return storedSeries{}, fmt.Errorf("read the series: %w", err)
	}
	all, err := pgx.CollectRows(rows, scanSeries)
	if err != nil {
		return storedSeries{}, fmt.Errorf("read the series: %w", err)
	}
	if len(all) == 0 {
		return storedSeries{}, noSeries(name)
	}
	return all[0], nil
}

// nextAfterChange is when a series is due next: from now on, or earlier if it was due already and nobody has opened that
// round yet; never again on a day of which it has opened a round.
func nextAfterChange(ctx context.Context, tx pgx.Tx, was Series, s storedSeries, now time.Time) (time.Time, error) {
	var last string
	err := tx.QueryRow(ctx, `
		SELECT coalesce(to_char(max(day), 'YYYY-MM-DD'), '') FROM quiz.round WHERE workspace = $1 AND series = $2`,
		s.Workspace, s.id).Scan(&last)
	if err != nil {
		return time.Time{}, fmt.Errorf("read the day of the last round: %w", err)
	}
	after := now
	if !was.Paused && !was.Next.After(now) {
		after = was.Next.Add(-time.Microsecond)
	}
	next := s.Schedule.Next(after)
	for !next.IsZero() && s.Schedule.Day(next) <= last {
		next = s.Schedule.Next(next)
	}
	return next, nil
}

func storeSeries(ctx context.Context, tx pgx.Tx, s storedSeries) error {
	_, err := tx.Exec(ctx, `
		UPDATE quiz.series
		SET opens = $3, closes = $4, days = $5, zone = $6, skipped = $7::text[]::date[], questions = $8, topic = $9,
			difficulty = $10, changeable = $11, reveal = $12, speed = $13, paused = $14, next_at = $15
		WHERE workspace = $1 AND id = $2`,
		s.Workspace, s.id, s.Opens, s.Closes, s.Days, s.Zone, noNil(s.Skipped), s.Questions, s.Topic,
		s.Difficulty, s.Changeable, s.Reveal, s.Speed, s.Paused, s.Next)
	if err != nil {
		return fmt.Errorf("store the series: %w", err)
	}
	return nil
}

// noNil is the dates for a column that is never NULL.
func noNil(d Dates) []string {
	if d == nil {
		return []string{}
	}
	return d
}
