package quiz

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Leave says that the bot was removed from a workspace: from now on nothing is opened, posted or said there, what is open is
// closed without a word, and after LeftFor all data of the workspace is deleted. Leaving again changes nothing.
func (e *Engine) Leave(ctx context.Context, workspace string) error {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	if !platformID(workspace) {
		return invalid("that is not a workspace: %q", clip(workspace, 40))
	}
	err := again(func() error { return e.leaveNow(ctx, workspace) })
	if err != nil {
		return fmt.Errorf("leave %s: %w", workspace, err)
	}
	return nil
}

// leaveNow is Leave in one transaction, which may have to give way to whoever stores an answer just then.
func (e *Engine) leaveNow(ctx context.Context, workspace string) error {
	now := e.now()
	return pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error {
		for _, sql := range []string{`
			INSERT INTO quiz.workspace AS w (workspace, left_at) VALUES ($1, $2)
			ON CONFLICT (workspace) DO UPDATE SET left_at = coalesce(w.left_at, excluded.left_at)`, `
			UPDATE quiz.round SET closes_at = greatest($2, opens_at) WHERE workspace = $1 AND closes_at > $2 AND sealed_at IS NULL`, `
			UPDATE quiz.post SET finished_at = $2, problem = 'the bot was removed', lease_owner = NULL, lease_until = NULL
			WHERE finished_at IS NULL AND (workspace = $1 OR starts_with(channel, $1 || '/'))`, `
			UPDATE quiz.notice SET finished_at = $2, problem = 'the bot was removed', lease_owner = NULL, lease_until = NULL
			WHERE finished_at IS NULL AND (workspace = $1 OR home = $1 OR starts_with(channel, $1 || '/'))`,
		} {
			if _, err := tx.Exec(ctx, sql, workspace, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// Return says that the bot is in a workspace, as somebody there uses it. If it had left, all is as it was before: series go on
// with the next time they are due. It reports whether it had.
func (e *Engine) Return(ctx context.Context, workspace string) (had bool, err error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	err = e.db.QueryRow(ctx, `SELECT EXISTS (SELECT FROM quiz.workspace WHERE workspace = $1 AND left_at IS NOT NULL)`, workspace).Scan(&had)
	if err != nil || !had {
		return false, err
	}
	err = pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE quiz.workspace SET left_at = NULL WHERE workspace = $1 AND left_at IS NOT NULL`, workspace)
		if had = err == nil && tag.RowsAffected() == 1; !had {
			return err
		}
		rows, err := tx.Query(ctx, seriesSQL+` WHERE s.workspace = $1 AND s.removed_at IS NULL FOR NO KEY UPDATE OF s`, workspace)
		if err != nil {
			return err
		}
		all, err := pgx.CollectRows(rows, scanSeries)
		if err != nil || len(all) == 0 {
			return err
		}
		return e.advance(ctx, tx, all, e.now())
	})
	if err != nil {
		return false, fmt.Errorf("return to %s: %w", workspace, err)
	}
	e.signal()
	return had, nil
}

// purgeLeft deletes the data of workspaces from which the bot was removed long ago.
func (e *Engine) purgeLeft(ctx context.Context, now time.Time) error {
	rows, err := e.db.Query(ctx, `SELECT workspace::text FROM quiz.workspace WHERE left_at <= $1 ORDER BY left_at`, now.Add(-LeftFor))
	if err != nil {
		return fmt.Errorf("find workspaces to delete: %w", err)
	}
	workspaces, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("find workspaces to delete: %w", err)
	}
	for _, workspace := range workspaces {
		if err := e.purge(ctx, workspace); err != nil {
			return fmt.Errorf("delete the data of %s: %w", workspace, err)
		}
	}
	return nil
}

var (
	// errReturned says that the bot is back in a workspace whose data was being deleted.
	errReturned = errors.New("the bot is back")
	// errPurged says that another bot has deleted the last of it.
	errPurged = errors.New("another bot has deleted it")
)

// purge deletes the data of a workspace. Its own row is the last, so that whatever cuts this off, it is gone on with.
func (e *Engine) purge(ctx context.Context, workspace string) error {
	e.log.InfoContext(ctx, "deleting the data of a workspace from which the bot was removed", "workspace", workspace)
	if err := e.purgePeople(ctx, workspace); err != nil {
		return err
	}
	total := int64(0)
	for _, table := range purged {
		for {
			n, err := e.purgeSome(ctx, workspace, table)
			if errors.Is(err, errPurged) {
				return nil
			}
			if errors.Is(err, errReturned) {
				e.log.WarnContext(ctx, "the bot is back in a workspace whose data was being deleted", "workspace", workspace)
				return nil
			}
			if err != nil {
				return err
			}
			total += n
			if n < tidyRows {
				break
			}
		}
	}
	all := true
	for _, k := range e.others {
		done, err := k.Purge(ctx, workspace)
		if err != nil {
			return err
		}
		all = all && done
	}
	if !all {
		return nil // the rest next time
	}
	_, err := e.db.Exec(ctx, `DELETE FROM quiz.workspace WHERE workspace = $1 AND left_at IS NOT NULL`, workspace)
	if err == nil {
		e.log.InfoContext(ctx, "deleted the data of a workspace", "workspace", workspace, "rows", total)
	}
	return err
}

// purgePeople takes people of the workspace out of those elsewhere whom they are joined with, with what they gave, and forgets those
// who also play in other workspaces, where rounds are shared.
func (e *Engine) purgePeople(ctx context.Context, workspace string) error {
	joined, err := e.peopleOf(ctx, workspace, `EXISTS (SELECT FROM quiz.identity o WHERE o.player = i.player AND o.workspace <> $1)`)
	if err != nil {
		return err
	}
	for _, p := range joined {
		if _, err := e.Unlink(ctx, p); err != nil && !errors.Is(err, ErrNotJoined) {
			return err
		}
	}
	players, err := e.peopleOf(ctx, workspace, `EXISTS (SELECT FROM quiz.player p WHERE p.id = i.player AND p.workspace <> $1)`)
	if err != nil {
		return err
	}
	for _, p := range players {
		if err := e.Delete(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// peopleOf returns those of a workspace with an identity i of which something is true; nobody if the bot is back there.
func (e *Engine) peopleOf(ctx context.Context, workspace, which string) ([]Person, error) {
	rows, err := e.db.Query(ctx, `
		SELECT i.workspace::text, i.user_id::text, ''
		FROM quiz.identity i
		WHERE i.workspace = $1 AND `+which+`
		AND EXISTS (SELECT FROM quiz.workspace w WHERE w.workspace = $1 AND w.left_at IS NOT NULL)
		ORDER BY i.user_id`, workspace)
	if err != nil {
		return nil, fmt.Errorf("find people of %s: %w", workspace, err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Person])
}

// purged are the tables with data of workspaces, those first that refer to others, each with what of it a workspace has.
var purged = []struct{ table, of string }{
	{"quiz.notice", `workspace = $1 OR home = $1`},
	{"quiz.reminder", `workspace = $1 OR home = $1 OR starts_with(channel, $1 || '/')`},
	{"quiz.away", `workspace = $1`},
	{"quiz.report", `workspace = $1`},
	{"quiz.question_edit", `workspace = $1`},
	{"quiz.answer", `workspace = $1`},
	{"quiz.answer_aside", `workspace = $1`},
	{"quiz.past_answer", `workspace = $1`},
	{"quiz.past_player", `workspace = $1`},
	{"quiz.duel", `workspace = $1`},
	{"quiz.post", `workspace = $1`},
	{"quiz.round_question", `workspace = $1`},
	{"quiz.round", `workspace = $1`},
	{"quiz.series_code", `workspace = $1`},
	{"quiz.series_channel", `workspace = $1 OR starts_with(channel, $1 || '/')`},
	{"quiz.series", `workspace = $1`},
	{"quiz.season", `workspace = $1`},
	{"quiz.score", `workspace = $1`},
	{"quiz.score_count", `workspace = $1`},
	{"quiz.board", `workspace = $1`},
	{"quiz.scoring", `workspace = $1`},
	{"quiz.joined_name", `workspace = $1`},
	{"quiz.joined_aside", `workspace = $1`},
	{"quiz.link_code", `home = $1 OR offered_home = $1`},
	{"quiz.code_try", `home = $1`},
	{"quiz.player", `workspace = $1`},
	{"quiz.identity", `workspace = $1`},
}

// purgeSome deletes some rows of a table, unless the bot is back. It waits for rows that another bot is deleting: fewer than asked for
// means that there are no more.
func (e *Engine) purgeSome(ctx context.Context, workspace string, t struct{ table, of string }) (n int64, err error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	err = pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error {
		var left bool
		err := tx.QueryRow(ctx, `SELECT left_at IS NOT NULL FROM quiz.workspace WHERE workspace = $1 FOR SHARE`, workspace).Scan(&left)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return errPurged
		case err != nil:
			return err
		case !left:
			return errReturned
		}
		tag, err := tx.Exec(ctx, `DELETE FROM `+t.table+` WHERE ctid IN (SELECT ctid FROM `+t.table+` WHERE `+t.of+` LIMIT $2 FOR UPDATE)`, workspace, tidyRows)
		n = tag.RowsAffected()
		if err != nil {
			return fmt.Errorf("%s: %w", t.table, err)
		}
		return nil
	})
	return n, err
}
