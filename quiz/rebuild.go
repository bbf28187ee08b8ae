package quiz

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Rebuild makes all boards of a workspace again from its answers. It changes what they show only if they were wrong, which
// takes somebody who changed tables by hand. It is one transaction, of minutes for millions of answers. Until it ends,
// people see the boards as they were, and what is answered meanwhile is counted afterwards.
func (e *Engine) Rebuild(ctx context.Context, workspace string) error {
	return e.rebuild(ctx, workspace, true)
}

// rebuild is Rebuild; without again, only for boards that were never made.
func (e *Engine) rebuild(ctx context.Context, workspace string, again bool) error {
	err := pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error {
		if err := lockScores(ctx, tx, workspace); err != nil {
			return err
		}
		var built bool
		err := tx.QueryRow(ctx, `
			WITH was AS (SELECT built FROM quiz.scoring WHERE workspace = $1), now AS (
				INSERT INTO quiz.scoring AS s (workspace, kept) VALUES ($1, $2::text::date)
				ON CONFLICT (workspace) DO UPDATE SET kept = greatest(s.kept, excluded.kept), built = true
			)
			SELECT coalesce((SELECT built FROM was), true)`, workspace, utcDate(e.now())).Scan(&built)
		if err != nil || built && !again {
			return err
		}
		return rebuildIn(ctx, tx, workspace)
	})
	if err != nil {
		return fmt.Errorf("rebuild the boards of %s: %w", workspace, err)
	}
	return nil
}

// Workspaces are those with rounds, in the order of their names: what Rebuild and CheckBoards may be asked about.
func (e *Engine) Workspaces(ctx context.Context) ([]string, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	rows, err := e.db.Query(ctx, `SELECT DISTINCT workspace::text FROM quiz.round ORDER BY 1`)
	if err != nil {
		return nil, fmt.Errorf("read the workspaces: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("read the workspaces: %w", err)
	}
	return all, nil
}

// A step is one statement about workspace $1.
type step struct{ what, sql string }

// rebuildIn marks all answers as counted that count, and sums them up. A correction that comes in between has its rounds
// counted again, as always.
func rebuildIn(ctx context.Context, tx pgx.Tx, workspace string) error {
	_, err := tx.Exec(ctx, `
		SET LOCAL work_mem = '128MB';
		CREATE TEMP TABLE place (place int, channel text, series bigint, domain text, day date, season bigint) ON COMMIT DROP;
		CREATE TEMP TABLE fact (place int, player bigint, points smallint) ON COMMIT DROP;
		CREATE TEMP TABLE aim (place int, kind text, span text, board bigint) ON COMMIT DROP`)
	if err != nil {
		return fmt.Errorf("make room: %w", err)
	}
	for _, s := range rebuildSteps {
		args := []any{workspace}
		if !strings.Contains(s.sql, "$1") {
			args = nil
		}
		if _, err := tx.Exec(ctx, s.sql, args...); err != nil {
			return fmt.Errorf("%s: %w", s.what, err)
		}
	}
	// One kind of boards at a time: sorting all of them together takes four times as long.
	for _, kind := range []string{"workspace", "channel", "series", "domain"} {
		for _, span := range []string{"day", "week", "month", "season", "all"} {
			_, err := tx.Exec(ctx, `
				INSERT INTO quiz.score (workspace, board, player, points, rights, answers)
				SELECT $1, a.board, f.player, sum(f.points), count(*) FILTER (WHERE f.points > 0), count(*)
				FROM aim a
				JOIN fact f USING (place)
				WHERE a.kind = $2 AND a.span = $3
				GROUP BY a.board, f.player
				ORDER BY a.board, f.player`, workspace, kind, span)
			if err != nil {
				return fmt.Errorf("sum up %s by %s: %w", kind, span, err)
			}
		}
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO quiz.score_count (workspace, board, points, players)
		SELECT workspace, board, points, count(*) FROM quiz.score WHERE workspace = $1
		GROUP BY workspace, board, points`, workspace)
	if err != nil {
		return fmt.Errorf("count the scores: %w", err)
	}
	return nil
}

var rebuildSteps = []step{
	{"mark what is counted", `
		UPDATE quiz.answer a
		SET counted = CASE WHEN quiz.counts(r.kind, r.sealed_at, a.first_asked, q.voided_at)
			THEN quiz.points(a.choice = q.key, r.speed, r.opens_at, r.closes_at, a.answered_at) END
		FROM quiz.round_question q
		JOIN quiz.round r ON r.workspace = q.workspace AND r.id = q.round
		WHERE a.workspace = $1 AND q.workspace = $1 AND q.round = a.round AND q.position = a.position
		AND a.counted IS DISTINCT FROM CASE WHEN quiz.counts(r.kind, r.sealed_at, a.first_asked, q.voided_at)
			THEN quiz.points(a.choice = q.key, r.speed, r.opens_at, r.closes_at, a.answered_at) END`},
	{"delete the scores", `DELETE FROM quiz.score WHERE workspace = $1`},
	{"delete the counts", `DELETE FROM quiz.score_count WHERE workspace = $1`},
	{"delete the boards", `DELETE FROM quiz.board WHERE workspace = $1`},
	{"find where answers count", `
		INSERT INTO place
		SELECT row_number() OVER (), p.*
		FROM (
			SELECT DISTINCT p.channel, coalesce(r.series, 0), q.domain, r.day, coalesce(r.season, 0)
			FROM quiz.round r
			JOIN quiz.round_question q ON q.workspace = r.workspace AND q.round = r.id
			JOIN quiz.post p           ON p.workspace = r.workspace AND p.round = r.id
			WHERE r.workspace = $1 AND r.kind IN ('series', 'ask')
		) p`},
	{"find what they count", `
		INSERT INTO fact
		SELECT p.place, w.player, w.counted
		FROM quiz.worth w
		JOIN place p ON p.channel = w.channel AND p.series = coalesce(w.series, 0) AND p.domain = w.domain
			AND p.day = w.day AND p.season = coalesce(w.season, 0)
		-- Not IS NOT NULL: the planner may have seen the table when nothing was counted, and would expect no rows.
		WHERE w.workspace = $1 AND coalesce(w.counted, -1) >= 0`},
	{"leave out where nobody answered", `DELETE FROM place p WHERE NOT EXISTS (SELECT FROM fact f WHERE f.place = p.place)`},
	{"look at them", `ANALYZE place`},
	{"look at what they count", `ANALYZE fact`},
	{"make the boards", `
		INSERT INTO quiz.board (workspace, scope, span, start, season)
		SELECT DISTINCT $1, b.scope, b.span, b.start, b.season
		FROM quiz.scoring s
		CROSS JOIN place p
		CROSS JOIN quiz.boards(p.channel, nullif(p.series, 0), p.domain, p.day, nullif(p.season, 0), s.kept) b
		WHERE s.workspace = $1`},
	{"find which boards they count for", `
		INSERT INTO aim
		SELECT p.place, split_part(w.scope, '/', 1), w.span, b.id
		FROM quiz.scoring s
		CROSS JOIN place p
		CROSS JOIN quiz.boards(p.channel, nullif(p.series, 0), p.domain, p.day, nullif(p.season, 0), s.kept) w
		JOIN quiz.board b ON b.workspace = $1 AND b.scope = w.scope AND b.span = w.span AND b.start = w.start AND b.season = w.season
		WHERE s.workspace = $1`},
	{"look at the boards", `ANALYZE aim`},
}
