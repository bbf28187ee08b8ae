package quiz

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// NoticeGone is a notice to the person who set up a series that is not posted in a channel any more; its Body is a Gone.
const NoticeGone NoticeKind = "gone"

// Gone says that a series waits in a channel until somebody has it join there again, and why.
type Gone struct{ Series, Channel, Reason string }

// goneNews is how long that is worth saying.
const goneNews = 7 * 24 * time.Hour

// endGone ends a post whose place is gone. When nothing could be posted there, a series leaves that channel alone from
// now on, with the reason, and goes on elsewhere, and whoever set it up is told once; a round that was for that channel only is over, so that it stands in
// nobody's way. When only the result could not be shown, the message was probably deleted: that says nothing about the next.
func (e *Engine) endGone(ctx context.Context, c claim, r Round, problem error) error {
	e.log.WarnContext(ctx, "a channel or message is gone", "workspace", c.workspace, "channel", c.channel, "round", c.round, "series", r.Series, "error", problem)
	var err error
	switch {
	case c.posted:
	case r.Kind == KindSeries:
		err = e.store(ctx, c, "stop the series because", `
			WITH lost AS (
				UPDATE quiz.series_channel c SET gone = $4
				FROM quiz.round r
				WHERE r.workspace = $1 AND r.id = $2 AND c.workspace = r.workspace AND c.series = r.series AND c.channel = $3
				AND c.gone IS NULL
				RETURNING c.workspace, c.series, c.channel, c.added_home, c.added_by, r.id AS round
			)
			INSERT INTO quiz.notice (workspace, kind, home, user_id, body, dedupe, next_at, expires_at)
			SELECT s.workspace, $5, coalesce(l.added_home, s.workspace), CASE WHEN l.added_home IS NULL THEN s.created_by ELSE l.added_by END, jsonb_build_object('Series', s.name, 'Channel', l.channel, 'Reason', $4::text),
				format('gone/%s/%s/%s', l.series, l.channel, l.round), $6, $7
			FROM lost l
			JOIN quiz.series s ON s.workspace = l.workspace AND s.id = l.series
			WHERE char_length(CASE WHEN l.added_home IS NULL THEN s.created_by ELSE l.added_by END) BETWEEN 1 AND 200 AND s.removed_at IS NULL
			ON CONFLICT (workspace, dedupe) DO NOTHING`,
			goneReason(problem), NoticeGone, e.now(), e.now().Add(goneNews))
		e.signal()
	default:
		err = e.endRound(ctx, r)
	}
	return errors.Join(err, e.finish(ctx, c, problem.Error()))
}

// goneReason is what admins are told.
func goneReason(problem error) string {
	if gone, ok := errors.AsType[*GoneError](problem); ok && gone.Reason != "" {
		return clip(gone.Reason, maxProblem)
	}
	return "Nothing can be posted there."
}

// endRound moves the close of a round to now.
func (e *Engine) endRound(ctx context.Context, r Round) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
	defer cancel()
	return pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error {
		return setClose(ctx, tx, r.Workspace, r.ID, e.now())
	})
}
