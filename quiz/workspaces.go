package quiz

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// WorkspacesOn gives the workspaces of a platform in which somebody plays, a series is, or of which anything else is kept, so that
// the platform can be asked whether the bot is still there, and those that it left less than LeftFor ago.
func (e *Engine) WorkspacesOn(ctx context.Context, platform string) (here, left []string, err error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	more := []string{}
	for _, k := range e.others {
		all, err := k.Workspaces(ctx)
		if err != nil {
			return nil, nil, fmt.Errorf("list workspaces of %s: %w", platform, err)
		}
		more = append(more, all...)
	}
	rows, err := e.db.Query(ctx, `
		WITH RECURSIVE lived AS (  -- each step finds the next workspace in the key, without reading its people
			(SELECT workspace::text FROM quiz.identity ORDER BY workspace LIMIT 1)
			UNION ALL
			SELECT (SELECT i.workspace::text FROM quiz.identity i WHERE i.workspace > l.workspace ORDER BY i.workspace LIMIT 1)
			FROM lived l WHERE l.workspace IS NOT NULL
		), known AS (
			SELECT workspace FROM lived
			UNION SELECT workspace FROM quiz.series
			UNION SELECT split_part(channel, '/', 1) || '/' || split_part(channel, '/', 2) FROM quiz.series_channel
			UNION SELECT workspace FROM quiz.workspace WHERE left_at IS NOT NULL
			UNION SELECT unnest($2::text[])
		)
		SELECT workspace, EXISTS (SELECT FROM quiz.workspace w WHERE w.workspace = known.workspace AND w.left_at IS NOT NULL)
		FROM known WHERE starts_with(workspace, $1 || '/')
		ORDER BY workspace`, platform, more)
	if err == nil {
		var workspace string
		var gone bool
		_, err = pgx.ForEachRow(rows, []any{&workspace, &gone}, func() error {
			if gone {
				left = append(left, workspace)
			} else {
				here = append(here, workspace)
			}
			return nil
		})
	}
	if err != nil {
		return nil, nil, fmt.Errorf("list workspaces of %s: %w", platform, err)
	}
	return here, left, nil
}
