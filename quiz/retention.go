package quiz

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// # What is forgotten by and by
//
// Answers are kept until their people or their workspace say otherwise. A workspace may say for how many months: older answers then
// become counts, as those of people who are forgotten do, and leave the boards on which they counted; so boards of seasons and of all
// time go back that far. Rounds for one person alone, and what was said to people, are deleted after a while in any case.
//
// All of it is done by the bots in small transactions, each of which leaves everything as true as before. Any number of
// bots may do it at once, and each may be killed at any moment.

const (
	// MinRetention and MaxRetention are months.
	MinRetention = 3
	MaxRetention = 60
	// KeepPrivate is after how many months rounds for one person alone are deleted, with their answers.
	KeepPrivate = 24
	// KeepNotices is how long what was said to people and channels is kept.
	KeepNotices = 30 * 24 * time.Hour
	// LeftFor is how long a workspace's data stays after the bot was removed from it.
	LeftFor = 30 * 24 * time.Hour
)

const (
	tidyPause   = time.Hour // between two looks for what to forget
	tidyPlayers = 500       // whose answers in a round one transaction forgets
	tidyRounds  = 100       // that are looked at together
	tidyRows    = 1000      // that one statement deletes
)

// Retention is after how many months answers in a workspace become counts, 0 for never.
func (e *Engine) Retention(ctx context.Context, workspace string) (months int, err error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	err = e.db.QueryRow(ctx, `SELECT coalesce((SELECT retention FROM quiz.workspace WHERE workspace = $1), 0)`, workspace).Scan(&months)
	if err != nil {
		return 0, fmt.Errorf("read how long answers are kept in %s: %w", workspace, err)
	}
	return months, nil
}

// SetRetention says after how many months, MinRetention to MaxRetention, answers become counts, 0 for never. What has become a
// count stays one. The error is an *InvalidError for another number.
func (e *Engine) SetRetention(ctx context.Context, workspace string, months int) error {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	if months != 0 && (months < MinRetention || months > MaxRetention) {
		return invalid("answers are kept for %d to %d months, or for ever", MinRetention, MaxRetention)
	}
	_, err := e.db.Exec(ctx, `
		INSERT INTO quiz.workspace (workspace, retention) VALUES ($1, nullif($2::int, 0))
		ON CONFLICT (workspace) DO UPDATE SET retention = excluded.retention`, workspace, months)
	if err != nil {
		return fmt.Errorf("set how long answers are kept in %s: %w", workspace, err)
	}
	return nil
}

// keepTidy forgets what is old, until ctx ends. What fails is tried again later.
func (e *Engine) keepTidy(ctx context.Context) {
	for {
		if err := e.tidy(ctx); err != nil && ctx.Err() == nil {
			e.log.WarnContext(ctx, "forgetting what is old did not work out; trying again later", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(tidyPause):
		}
	}
}

// tidy forgets all that is old now.
func (e *Engine) tidy(ctx context.Context) error {
	now := e.now()
	if err := e.forgetOld(ctx, now); err != nil {
		return err
	}
	if err := e.deleteOld(ctx, now); err != nil {
		return err
	}
	return e.purgeLeft(ctx, now)
}

// forgetOld makes counts of old answers.
func (e *Engine) forgetOld(ctx context.Context, now time.Time) error {
	rows, err := e.db.Query(ctx, `SELECT workspace, retention FROM quiz.workspace WHERE retention IS NOT NULL AND left_at IS NULL ORDER BY workspace`)
	if err != nil {
		return fmt.Errorf("find workspaces that keep answers for some time: %w", err)
	}
	type policy struct {
		Workspace string
		Months    int
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[policy])
	if err != nil {
		return fmt.Errorf("find workspaces that keep answers for some time: %w", err)
	}
	for _, p := range all {
		n, err := e.forgetBefore(ctx, p.Workspace, now.AddDate(0, -p.Months, 0))
		if n > 0 {
			e.log.InfoContext(ctx, "old answers became counts", "workspace", p.Workspace, "months", p.Months, "rounds", n)
		}
		// Whoever is busy with the boards of one workspace must not keep all else from being forgotten.
		if err != nil && !errors.Is(err, errBusy) {
			return fmt.Errorf("forget old answers of %s: %w", p.Workspace, err)
		}
	}
	return nil
}

// forgetBefore makes counts of all answers in rounds that closed before a time, and returns in how many rounds.
func (e *Engine) forgetBefore(ctx context.Context, workspace string, before time.Time) (n int, err error) {
	for {
		rows, err := e.db.Query(ctx, `
			SELECT r.id FROM quiz.round r
			WHERE r.workspace = $1 AND r.opens_at < $2 AND r.closes_at < $2
			AND EXISTS (SELECT FROM quiz.answer a WHERE a.workspace = r.workspace AND a.round = r.id)
			ORDER BY r.opens_at LIMIT $3`, workspace, before, tidyRounds)
		if err != nil {
			return n, err
		}
		rounds, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return n, err
		}
		for _, round := range rounds {
			for more := true; more; {
				if more, err = e.forgetSome(ctx, workspace, round); err != nil {
					return n, err
				}
			}
			n++
		}
		if len(rounds) < tidyRounds {
			return n, nil
		}
	}
}

// forgetSome makes counts of the answers of some players in a round, and reports whether there may be more.
func (e *Engine) forgetSome(ctx context.Context, workspace string, round int64) (more bool, err error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	err = e.withScores(ctx, workspace, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT DISTINCT player FROM quiz.answer WHERE workspace = $1 AND round = $2 ORDER BY player LIMIT $3`, workspace, round, tidyPlayers)
		if err != nil {
			return err
		}
		players, err := pgx.CollectRows(rows, pgx.RowTo[int64])
		if err != nil {
			return err
		}
		more = len(players) == tidyPlayers
		now := e.now()
		if err := keepCounts(ctx, tx, workspace, ofRound, round, players, now); err != nil {
			return err
		}
		// What does not count becomes no count.
		if _, err := tx.Exec(ctx, `DELETE FROM quiz.answer_aside WHERE workspace = $1 AND round = $2`, workspace, round); err != nil {
			return err
		}
		return takeAnswers(ctx, tx, workspace, ofRound, round, players, now)
	})
	return more, err
}

// deleteOld deletes what is kept for a fixed time.
func (e *Engine) deleteOld(ctx context.Context, now time.Time) error {
	private := now.AddDate(0, -KeepPrivate, 0)
	for _, s := range []struct {
		what, sql string
		before    time.Time
	}{
		{"notices", `
			DELETE FROM quiz.notice WHERE (workspace, id) IN (
				SELECT workspace, id FROM quiz.notice WHERE finished_at < $1 AND expires_at < $1 LIMIT $2)`, now.Add(-KeepNotices)},
		{"days away", `
			DELETE FROM quiz.away WHERE (workspace, player, starts) IN (
				SELECT workspace, player, starts FROM quiz.away WHERE ends < $1::timestamptz::date LIMIT $2)`, private},
		{"codes to link", `
			DELETE FROM quiz.link_code WHERE (home, user_id) IN (
				SELECT home, user_id FROM quiz.link_code WHERE expires_at <= $1 LIMIT $2)`, now},
		{"codes to share series", `
			DELETE FROM quiz.series_code WHERE (workspace, series) IN (
				SELECT workspace, series FROM quiz.series_code WHERE expires_at <= $1 LIMIT $2)`, now},
		{"tries of codes", `
			DELETE FROM quiz.code_try WHERE (home, user_id) IN (
				SELECT home, user_id FROM quiz.code_try WHERE since <= $1 LIMIT $2)`, now.Add(-codeHour)},
	} {
		if err := e.repeat(ctx, s.what, s.sql, s.before); err != nil {
			return err
		}
	}
	for {
		n, err := e.deletePrivate(ctx, private)
		if err != nil {
			return fmt.Errorf("delete old private rounds: %w", err)
		}
		if n < tidyRounds {
			return nil
		}
	}
}

// deletePrivate deletes some of the rounds for one person alone that opened and closed before a time, with all that is of them, and
// returns how many. Those that another bot is deleting are left to it.
func (e *Engine) deletePrivate(ctx context.Context, before time.Time) (n int, err error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	err = pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			SELECT workspace::text, id FROM quiz.round WHERE player IS NOT NULL AND opens_at < $1 AND closes_at < $1
			ORDER BY opens_at, workspace, id LIMIT $2
			FOR UPDATE SKIP LOCKED`, before, tidyRounds)
		if err != nil {
			return err
		}
		var workspaces []string
		var rounds []int64
		var workspace string
		var round int64
		_, err = pgx.ForEachRow(rows, []any{&workspace, &round}, func() error {
			workspaces, rounds = append(workspaces, workspace), append(rounds, round)
			return nil
		})
		if n = len(rounds); err != nil || n == 0 {
			return err
		}
		const these = ` (SELECT * FROM unnest($1::text[], $2::bigint[]))`
		for _, sql := range []string{ // what refers to others goes first: triggers look whether answers are left
			`DELETE FROM quiz.answer WHERE (workspace, round) IN` + these,
			`DELETE FROM quiz.answer_aside WHERE (workspace, round) IN` + these,
			`UPDATE quiz.report SET round = NULL WHERE (workspace, round) IN` + these,
			`DELETE FROM quiz.post WHERE (workspace, round) IN` + these,
			`DELETE FROM quiz.round_question WHERE (workspace, round) IN` + these,
			`DELETE FROM quiz.round WHERE (workspace, id) IN` + these,
		} {
			if _, err := tx.Exec(ctx, sql, workspaces, rounds); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// repeat runs a statement about $2 rows until there are fewer.
func (e *Engine) repeat(ctx context.Context, what, sql string, args ...any) error {
	for {
		tag, err := e.db.Exec(ctx, sql, append(args, tidyRows)...)
		if err != nil {
			return fmt.Errorf("delete old %s: %w", what, err)
		}
		if tag.RowsAffected() < tidyRows {
			return nil
		}
	}
}
