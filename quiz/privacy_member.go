package quiz

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// askAgain is how long it is believed that somebody is a member of their workspace, or none.
const askAgain = 24 * time.Hour

// WhetherLeft returns the identities by which a player of a workspace's rounds is a member of it, so that the platform can be
// asked whether they still are: those of that workspace or, for somebody with none there, all. There is none if that was asked
// within a day, by whichever bot; calling it counts as asking.
func (e *Engine) WhetherLeft(ctx context.Context, workspace string, player int64) ([]Person, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	now := e.now()
	rows, err := e.db.Query(ctx, `
		WITH asked AS (
			UPDATE quiz.player SET asked_at = $3
			WHERE workspace = $1 AND id = $2 AND (asked_at IS NULL OR asked_at <= $4)
			RETURNING id
		)
		SELECT i.workspace, i.user_id, ''
		FROM asked JOIN quiz.identity i ON i.player = asked.id
		WHERE i.workspace = $1
		OR NOT EXISTS (SELECT FROM quiz.identity h WHERE h.player = asked.id AND h.workspace = $1)
		ORDER BY i.workspace, i.user_id`, workspace, player, now, now.Add(-askAgain))
	if err != nil {
		return nil, fmt.Errorf("find out whom to ask about player %d: %w", player, err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Person])
	if err != nil {
		return nil, fmt.Errorf("find out whom to ask about player %d: %w", player, err)
	}
	return all, nil
}

// SetLeft notes that a player is no member of the workspace any more, or is one. Others do not see who has left; whoever acts again is back.
func (e *Engine) SetLeft(ctx context.Context, workspace string, player int64, left bool) error {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	_, err := e.db.Exec(ctx, `
		UPDATE quiz.player SET left_at = CASE WHEN $3 THEN $4::timestamptz END
		WHERE workspace = $1 AND id = $2 AND (left_at IS NOT NULL) <> $3`, workspace, player, left, e.now())
	if err != nil {
		return fmt.Errorf("note whether player %d has left: %w", player, err)
	}
	return nil
}
