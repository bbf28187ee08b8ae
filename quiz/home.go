package quiz

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// An Unanswered is an open round of a series in which somebody has questions left.
type Unanswered struct {
	Workspace string // of the series, which others may share
	Round     int64
	Series    string // its name
	Closes    time.Time
	Open, Of  int      // questions that they have not answered, and all; those that were voided count in neither
	Channels  []string // in which it is posted
}

// unansweredSize is how many rounds Unanswered lists.
const unansweredSize = 20

// postedHere is which quiz.series s are posted in a workspace $1: its own, and those that others share with it.
const postedHere = `(s.workspace = $1 OR (s.workspace, s.id) IN (
			SELECT c.workspace, c.series FROM quiz.series_channel c WHERE c.added_home = $1))`

// Unanswered lists the open rounds of the series in a person's workspace that they have not answered in full, those that close first
// at the top. In which of the channels they are is for the caller to know.
func (e *Engine) Unanswered(ctx context.Context, p Person) ([]Unanswered, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	player, err := playerOf(ctx, e.db, p)
	if err != nil {
		return nil, err
	}
	rows, err := e.db.Query(ctx, `
		SELECT r.workspace, r.id, s.name, r.closes_at, q.total - q.answered, q.total, c.channels
		FROM quiz.series s
		-- No round is open for longer than two days, see ofOpenRounds.
		JOIN quiz.round r ON r.workspace = s.workspace AND r.series = s.id AND r.due > $2::timestamptz - interval '2 days'
		CROSS JOIN LATERAL (
			SELECT count(*) AS total, count(a.player) AS answered
			FROM quiz.round_question q
			LEFT JOIN quiz.answer a ON a.workspace = q.workspace AND a.round = q.round AND a.position = q.position AND a.player = $3
			WHERE q.workspace = r.workspace AND q.round = r.id AND q.voided_at IS NULL) q
		CROSS JOIN LATERAL (
			SELECT array_agg(p.channel::text ORDER BY p.channel) AS channels
			FROM quiz.post p
			WHERE p.workspace = r.workspace AND p.round = r.id AND p.message IS NOT NULL) c
		WHERE `+postedHere+` AND r.opens_at <= $2 AND r.closes_at > $2 AND r.sealed_at IS NULL
		AND q.answered < q.total AND c.channels IS NOT NULL
		ORDER BY r.closes_at, lower(s.name)
		LIMIT $4`, p.Workspace, e.now(), player, unansweredSize)
	if err != nil {
		return nil, fmt.Errorf("find what player %d has not answered: %w", player, err)
	}
	open, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Unanswered])
	if err != nil {
		return nil, fmt.Errorf("find what player %d has not answered: %w", player, err)
	}
	return open, nil
}

// Reminded lists the names of the series in a person's workspace of whose rounds they are reminded.
func (e *Engine) Reminded(ctx context.Context, p Person) ([]string, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	player, err := playerOf(ctx, e.db, p)
	if err != nil {
		return nil, err
	}
	rows, err := e.db.Query(ctx, `
		SELECT s.name
		FROM quiz.series s
		JOIN quiz.reminder m ON m.workspace = s.workspace AND m.series = s.id AND m.player = $2
		WHERE s.removed_at IS NULL AND `+postedHere+`
		ORDER BY lower(s.name)`, p.Workspace, player)
	if err != nil {
		return nil, fmt.Errorf("find somebody's reminders: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("find somebody's reminders: %w", err)
	}
	return names, nil
}

// PostedIn lists the channels in which a round is posted; none for a round that there is not.
func (e *Engine) PostedIn(ctx context.Context, workspace string, round int64) (kind Kind, channels []string, err error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	if !platformID(workspace) {
		return "", nil, nil
	}
	err = e.db.QueryRow(ctx, `
		SELECT r.kind, ARRAY(SELECT p.channel::text FROM quiz.post p WHERE p.workspace = r.workspace AND p.round = r.id ORDER BY p.channel)
		FROM quiz.round r
		WHERE r.workspace = $1 AND r.id = $2`, workspace, round).Scan(&kind, &channels)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", nil, nil
	}
	if err != nil {
		return "", nil, fmt.Errorf("find where round %d is posted: %w", round, err)
	}
	return kind, channels, nil
}
