package quiz

import (
	"context"
	"fmt"
)

// Waiting counts the posts that are to be made or changed by now and are not yet,
// of this engine's platforms: 0 when everything is done.
func (e *Engine) Waiting(ctx context.Context) (posts int, err error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	err = e.db.QueryRow(ctx, `
		SELECT count(*) FROM quiz.post
		WHERE finished_at IS NULL AND next_at <= $1 AND ($2::text[] IS NULL OR platform = ANY($2))`, e.now(), e.platforms).Scan(&posts)
	if err != nil {
		return 0, fmt.Errorf("count the posts that wait: %w", err)
	}
	return posts, nil
}
