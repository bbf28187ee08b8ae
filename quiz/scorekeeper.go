package quiz

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// scorePause is between two looks for what there is to count.
	scorePause = time.Second
	// sealBatch is how many rounds one statement seals.
	sealBatch = 500
)

// keepScore seals what is closed, counts and prunes, until ctx ends. What fails is tried again; nothing waits for it but
// the boards.
func (e *Engine) keepScore(ctx context.Context) {
	failing := false
	for {
		err := e.tendBoards(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil && !failing {
			e.log.WarnContext(ctx, "the boards stand still; trying again until it works", "error", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return
		case <-time.After(scorePause):
		}
	}
}

// tendBoards does all that there is to do for the boards now.
func (e *Engine) tendBoards(ctx context.Context) error {
	if err := e.sealClosed(ctx, ""); err != nil {
		return err
	}
	workspaces, err := e.uncounted(ctx)
	if err != nil {
		return err
	}
	for _, w := range workspaces {
		if err := e.countAll(ctx, w.name, w.built); err != nil && !errors.Is(err, errBusy) {
			return err
		}
	}
	return e.pruneBoards(ctx)
}

// countAll counts all there is to count in a workspace; if its boards were never made, all at once.
func (e *Engine) countAll(ctx context.Context, workspace string, built bool) error {
	if !built {
		if err := e.rebuild(ctx, workspace, false, func(int, int, string) {}); err != nil {
			return err
		}
	}
	for {
		more, err := e.countSome(ctx, workspace)
		if err != nil || !more {
			return err
		}
	}
}

// sealClosed seals the closed rounds of a workspace, or of all: those whose posts have not done it, or will never. Only
// what is sealed is counted, as no answer can be added to it. Duels and rounds for one person count on no board.
func (e *Engine) sealClosed(ctx context.Context, workspace string) error {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	for {
		tag, err := e.db.Exec(ctx, `
			UPDATE quiz.round r SET sealed_at = $1
			FROM (
				SELECT workspace, id FROM quiz.round
				WHERE sealed_at IS NULL AND kind IN ('series', 'ask') AND closes_at <= $1 AND ($2 = '' OR workspace = $2)
				ORDER BY closes_at LIMIT $3
				FOR NO KEY UPDATE SKIP LOCKED
			) closed
			WHERE r.workspace = closed.workspace AND r.id = closed.id`, e.now(), workspace, sealBatch)
		if err != nil {
			return fmt.Errorf("seal closed rounds: %w", err)
		}
		if tag.RowsAffected() < sealBatch {
			return nil
		}
	}
}

// A scored is a workspace with something to count.
type scored struct {
	name  string
	built bool // its boards were made once, see quiz.scoring
}

func (e *Engine) uncounted(ctx context.Context) ([]scored, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	rows, err := e.db.Query(ctx, `
		SELECT workspace::text, bool_and(built)
		FROM (
			SELECT r.workspace, true AS built
			FROM quiz.round r
			WHERE r.recount AND r.kind IN ('series', 'ask') AND (r.sealed_at IS NOT NULL OR r.kind = 'ask')
			AND (r.sealed_at IS NOT NULL OR EXISTS (
				SELECT FROM quiz.worth w
				WHERE w.workspace = r.workspace AND w.round = r.id AND w.points IS DISTINCT FROM w.counted))
			UNION
			SELECT workspace, false FROM quiz.scoring WHERE NOT built
		) found
		GROUP BY workspace`)
	if err != nil {
		return nil, fmt.Errorf("find workspaces with something to count: %w", err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s scored, err error) {
		err = row.Scan(&s.name, &s.built)
		return s, err
	})
	if err != nil {
		return nil, fmt.Errorf("find workspaces with something to count: %w", err)
	}
	return all, nil
}
