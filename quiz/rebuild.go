package quiz

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Rebuild makes all boards of a workspace again from its answers. It changes what they show only if they were wrong, which
// takes somebody who changed tables by hand. It is one transaction, of minutes for millions of answers. Until it ends,
// people see the boards as they were, and what is answered meanwhile is counted afterwards.
//
// Before each of its steps it calls progress, which may be nil, with how many are done, how many there are, and what is next.
func (e *Engine) Rebuild(ctx context.Context, workspace string, progress func(done, steps int, next string)) error {
	if progress == nil {
		progress = func(int, int, string) {}
	}
	return e.rebuild(ctx, workspace, true, progress)
}

// rebuild is Rebuild; without again, only for boards that were never made.
func (e *Engine) rebuild(ctx context.Context, workspace string, again bool, progress func(done, steps int, next string)) error {
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
		return rebuildIn(ctx, tx, workspace, progress)
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
type step struct {
	what, sql string
	more      []any // $2 and so on
}

// rebuildIn marks all answers as counted that count, and sums them up. A correction that comes in between has its rounds
// counted again, as always.
//
// What it costs is mostly the rows of quiz.score that it writes. To read little besides, it first adds up what each player has
// in a place: where answers count for the same boards.
func rebuildIn(ctx context.Context, tx pgx.Tx, workspace string, progress func(done, steps int, next string)) error {
	steps := slices.Clone(rebuildSteps)
	// One kind of boards at a time: sorting all of them together takes four times as long.
	for _, kind := range []string{"workspace", "channel", "series", "domain"} {
		for _, span := range []string{"day", "week", "month", "season", "all"} {
			steps = append(steps, step{"sum up " + kind + " by " + span, sumSQL, []any{kind, span}})
		}
	}
	for i, s := range steps {
		progress(i, len(steps), s.what)
		var args []any
		if strings.Contains(s.sql, "$1") {
			args = append([]any{workspace}, s.more...)
		}
		if _, err := tx.Exec(ctx, s.sql, args...); err != nil {
			return fmt.Errorf("%s: %w", s.what, err)
		}
	}
	return nil
}

// sumSQL writes the scores of boards of a kind and a span, in the order of their key, and counts them.
const sumSQL = `
	WITH made AS (
		INSERT INTO quiz.score (workspace, board, player, points, rights, answers)
		SELECT $1, a.board, f.player, sum(f.points), sum(f.rights), sum(f.answers)
		FROM aim a
		JOIN fact f USING (place)
		WHERE a.kind = $2 AND a.span = $3
		GROUP BY a.board, f.player
		ORDER BY a.board, f.player
		RETURNING board, points
	)
	INSERT INTO quiz.score_count (workspace, board, points, players)
	SELECT $1, board, points, count(*) FROM made GROUP BY board, points`

var rebuildSteps = []step{
	{what: "make room", sql: `SET LOCAL work_mem = '128MB'`},
	{what: "compute as it is written", sql: `SET LOCAL jit = off`}, // to compile takes longer than it saves
	{what: "mark what is counted", sql: `
		UPDATE quiz.answer a
		SET counted = CASE WHEN quiz.counts(r.kind, r.sealed_at, a.first_asked, q.voided_at)
			THEN quiz.points(a.choice = q.key, r.speed, r.opens_at, r.closes_at, a.answered_at) END
		FROM quiz.round_question q
		JOIN quiz.round r ON r.workspace = q.workspace AND r.id = q.round
		WHERE a.workspace = $1 AND q.workspace = $1 AND q.round = a.round AND q.position = a.position
		AND a.counted IS DISTINCT FROM CASE WHEN quiz.counts(r.kind, r.sealed_at, a.first_asked, q.voided_at)
			THEN quiz.points(a.choice = q.key, r.speed, r.opens_at, r.closes_at, a.answered_at) END`},
	{what: "delete the scores", sql: `DELETE FROM quiz.score WHERE workspace = $1`},
	{what: "delete the counts", sql: `DELETE FROM quiz.score_count WHERE workspace = $1`},
	{what: "delete the boards", sql: `DELETE FROM quiz.board WHERE workspace = $1`},
	{what: "make room for places", sql: `
		CREATE TEMP TABLE spot (round bigint, position smallint, place int, channel text, series bigint, domain text, day date, season bigint)
			ON COMMIT DROP`},
	{what: "make room for sums", sql: `CREATE TEMP TABLE fact (place int, player bigint, points int, rights int, answers int) ON COMMIT DROP`},
	{what: "make room for boards", sql: `CREATE TEMP TABLE aim (place int, kind text, span text, board bigint) ON COMMIT DROP`},
	{what: "find where answers count", sql: `
		INSERT INTO spot
		SELECT round, position, dense_rank() OVER (ORDER BY channel, series, domain, day, season), channel, series, domain, day, season
		FROM (
			SELECT r.id AS round, q.position, p.channel, r.series, q.domain, r.season,
				-- The first of the days that are alike: those of a month of which no day and no week is kept, and all before.
				CASE
					WHEN quiz.kept('day', r.day, s.kept) OR quiz.kept('week', date_trunc('week', r.day::timestamp)::date, s.kept) THEN r.day
					WHEN quiz.kept('month', date_trunc('month', r.day::timestamp)::date, s.kept) THEN date_trunc('month', r.day::timestamp)::date
					ELSE '-infinity'
				END AS day
			FROM quiz.scoring s
			JOIN quiz.round r          ON r.workspace = s.workspace
			JOIN quiz.round_question q ON q.workspace = r.workspace AND q.round = r.id
			JOIN quiz.post p           ON p.workspace = r.workspace AND p.round = r.id
			WHERE s.workspace = $1 AND r.kind IN ('series', 'ask')
		) asked`},
	{what: "look at where answers count", sql: `ANALYZE spot`},
	{what: "add up what they count", sql: `
		INSERT INTO fact
		SELECT s.place, a.player, sum(a.counted), count(*) FILTER (WHERE a.counted > 0), count(*)
		FROM quiz.answer a
		JOIN spot s ON s.round = a.round AND s.position = a.position AND s.channel = a.channel
		-- Not IS NOT NULL: the planner may have seen the table when nothing was counted, and would expect no rows.
		WHERE a.workspace = $1 AND coalesce(a.counted, -1) >= 0
		GROUP BY s.place, a.player`},
	{what: "look at what they count", sql: `ANALYZE fact`},
	{what: "leave out where nobody answered", sql: `DELETE FROM spot WHERE place NOT IN (SELECT place FROM fact)`},
	{what: "make the boards", sql: `
		INSERT INTO quiz.board (workspace, scope, span, start, season)
		SELECT DISTINCT $1, b.scope, b.span, b.start, b.season
		FROM quiz.scoring k
		CROSS JOIN (SELECT DISTINCT channel, series, domain, day, season FROM spot) p
		CROSS JOIN quiz.boards(p.channel, p.series, p.domain, p.day, p.season, k.kept) b
		WHERE k.workspace = $1
		ORDER BY 2, 3, 4, 5`},
	{what: "find which boards they count for", sql: `
		INSERT INTO aim
		SELECT p.place, split_part(w.scope, '/', 1), w.span, b.id
		FROM quiz.scoring k
		CROSS JOIN (SELECT DISTINCT place, channel, series, domain, day, season FROM spot) p
		CROSS JOIN quiz.boards(p.channel, p.series, p.domain, p.day, p.season, k.kept) w
		JOIN quiz.board b ON b.workspace = $1 AND b.scope = w.scope AND b.span = w.span AND b.start = w.start AND b.season = w.season
		WHERE k.workspace = $1`},
	{what: "look at the boards", sql: `ANALYZE aim`},
}
