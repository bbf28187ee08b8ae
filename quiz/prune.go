package quiz

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// pruneBatch is how many scores one statement deletes.
const pruneBatch = 10_000

// pruneBoards deletes boards of days, weeks and months that are past for so long that nobody asks for them, see quiz.kept.
// The answers stay.
func (e *Engine) pruneBoards(ctx context.Context) error {
	today := utcDate(e.now())
	workspaces, err := e.unpruned(ctx, today)
	if err != nil {
		return err
	}
	for _, workspace := range workspaces {
		if err := e.prune(ctx, workspace, today); err != nil && !errors.Is(err, errBusy) {
			return fmt.Errorf("prune the boards of %s: %w", workspace, err)
		}
	}
	return nil
}

// unpruned are the workspaces that were not pruned today.
func (e *Engine) unpruned(ctx context.Context, today string) ([]string, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	rows, err := e.db.Query(ctx, `SELECT workspace::text FROM quiz.scoring WHERE built AND kept < $1::text::date`, today)
	if err != nil {
		return nil, fmt.Errorf("find boards of the past: %w", err)
	}
	workspaces, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("find boards of the past: %w", err)
	}
	return workspaces, nil
}

// prune moves the workspace's day on, under the lock of its boards: from then on nobody adds to what is past, so it can be
// deleted bit by bit. Only who moved it does that: another bot would take the rows that are being deleted for the last, and
// delete the boards, without which nobody finds the scores that are left. Who is killed in between leaves the rest for tomorrow.
func (e *Engine) prune(ctx context.Context, workspace, today string) error {
	moved := false
	err := e.withScores(ctx, workspace, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE quiz.scoring SET kept = $2::text::date WHERE workspace = $1 AND kept < $2::text::date`, workspace, today)
		moved = tag.RowsAffected() == 1
		return err
	})
	if err != nil || !moved {
		return err
	}
	for {
		n, err := e.pruneScores(ctx, workspace)
		if err != nil {
			return err
		}
		if n < pruneBatch {
			break
		}
	}
	_, err = e.db.Exec(ctx, pastSQL+`, counts AS (
			DELETE FROM quiz.score_count c USING past WHERE c.workspace = $1 AND c.board = past.id
		)
		DELETE FROM quiz.board b USING past WHERE b.workspace = $1 AND b.id = past.id`, workspace)
	return err
}

// pastSQL finds the boards of workspace $1 that are not kept any more.
const pastSQL = `
	WITH past AS (
		SELECT b.id
		FROM quiz.board b
		JOIN quiz.scoring s USING (workspace)
		WHERE b.workspace = $1 AND NOT quiz.kept(b.span, b.start, s.kept)
	)`

// pruneScores deletes some scores of boards that are past and returns how many.
func (e *Engine) pruneScores(ctx context.Context, workspace string) (int64, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	tag, err := e.db.Exec(ctx, pastSQL+`
		DELETE FROM quiz.score s
		USING (SELECT t.board, t.player FROM past JOIN quiz.score t ON t.workspace = $1 AND t.board = past.id LIMIT $2) t
		WHERE s.workspace = $1 AND s.board = t.board AND s.player = t.player`, workspace, pruneBatch)
	if err != nil {
		return 0, err
	}
	return tag.RowsAffected(), nil
}
