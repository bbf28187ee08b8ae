package quiz

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// boardSettings has the plan of boardSQL made once for a connection: making it takes five times as long as reading a page. It goes
// by keys, whatever PostgreSQL then knows of the tables.
const boardSettings = `
	SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true)`

// boardSQL reads a page of a board and the rows around the person of $6 and $7, who may be nobody. What that costs does not depend on how many players there
// are: the page and the neighbours are read in the order of the index score_order, and the ranks follow from
// quiz.score_count, which has a row for each number of points. Where the order matters, the workspace of a score is left out, as
// its board implies it: else the planner may read the whole board by the primary key and sort it. OFFSET 0 says that a score is
// to be looked up by its whole key: a planner that does not know yet how large a new board is may read all of it.
//
// Who is hidden or has left, shy, is neither shown nor counted, but for themselves: they see where they would be.
const boardSQL = `
	WITH asker AS MATERIALIZED (
		SELECT coalesce((SELECT player FROM quiz.identity WHERE workspace = $6 AND user_id = $7), 0) AS player
	), board AS MATERIALIZED (
		SELECT id FROM quiz.board WHERE workspace = $1 AND scope = $2 AND span = $3 AND start = $4::text::date AND season = $5
	), hidden AS MATERIALIZED (
		SELECT id FROM quiz.player
		WHERE workspace = $1 AND (hidden OR left_at IS NOT NULL) AND id <> (SELECT player FROM asker)
	), shy AS MATERIALIZED (
		SELECT s.player, s.points FROM board b CROSS JOIN hidden h CROSS JOIN LATERAL (
			SELECT * FROM quiz.score s
			WHERE s.workspace = $1 AND s.board = b.id AND s.player = h.id AND s.answers > 0 OFFSET 0
		) s
	), ranks AS MATERIALIZED (
		SELECT c.points, sum(c.players) OVER (ORDER BY c.points DESC) - c.players + 1 AS rank, sum(c.players) OVER () AS players
		FROM (
			SELECT c.points, c.players - coalesce(h.players, 0)::int AS players
			FROM board b
			JOIN quiz.score_count c ON c.workspace = $1 AND c.board = b.id
			LEFT JOIN (SELECT points, count(*) AS players FROM shy GROUP BY points) h ON h.points = c.points
		) c
		WHERE c.players > 0
	), shown AS (
		SELECT least($8, $9 - 1, (coalesce(max(players), 1)::int - 1) / $10) AS page FROM ranks
	), me AS (
		SELECT s.* FROM board b CROSS JOIN LATERAL (
			SELECT * FROM quiz.score s
			WHERE s.workspace = $1 AND s.board = b.id AND s.player = (SELECT player FROM asker) AND s.answers > 0 OFFSET 0
		) s
	), lines AS (
		SELECT true AS paged, s.* FROM board b
		CROSS JOIN LATERAL (
			SELECT * FROM quiz.score s
			WHERE s.board = b.id AND s.answers > 0 AND s.player NOT IN (SELECT player FROM shy)
			ORDER BY -s.points, s.answers, s.player
			LIMIT $10 OFFSET (SELECT page FROM shown) * $10
		) s
		UNION ALL
		SELECT false, s.* FROM me CROSS JOIN LATERAL (
			SELECT * FROM quiz.score s
			WHERE s.board = me.board AND s.answers > 0 AND s.player NOT IN (SELECT player FROM shy)
			AND (-s.points, s.answers, s.player) < (-me.points, me.answers, me.player)
			ORDER BY -s.points DESC, s.answers DESC, s.player DESC LIMIT 1
		) s
		UNION ALL
		SELECT false, s.* FROM me CROSS JOIN LATERAL (
			SELECT * FROM quiz.score s
			WHERE s.board = me.board AND s.answers > 0 AND s.player NOT IN (SELECT player FROM shy)
			AND (-s.points, s.answers, s.player) >= (-me.points, me.answers, me.player)
			ORDER BY -s.points, s.answers, s.player LIMIT 2
		) s
	)
	SELECT (SELECT page FROM shown), k.players, lines.paged, k.rank, lines.player, p.name, lines.points, lines.rights, lines.answers, lines.player = (SELECT player FROM asker), p.hidden
	FROM lines
	JOIN ranks k USING (points)
	JOIN quiz.player p ON p.workspace = $1 AND p.id = lines.player
	ORDER BY -lines.points, lines.answers, lines.player, lines.paged DESC`

// readBoard fills Rows, Around, Above, Me, Players, Page and Pages.
func readBoard(ctx context.Context, db querier, k boardKey, board *Board, page int, by Person) error {
	var s Standing
	var paged, seen, above bool // seen: me, on the page
	var around []Standing
	onPage := map[int64]bool{}
	var batch pgx.Batch
	batch.Queue(boardSettings)
	batch.Queue(boardSQL, k.workspace, k.scope, k.span, k.start, k.season, by.Workspace, by.User, max(page, 0), MaxBoardPages, BoardSize).Query(func(rows pgx.Rows) error {
		_, err := pgx.ForEachRow(rows, []any{&board.Page, &board.Players, &paged, &s.Rank, &s.Player, &s.Name, &s.Points, &s.Rights, &s.Answers, &s.Me, &s.Hidden}, func() error {
			if s.Me {
				mine := s
				board.Me, seen = &mine, seen || paged
				above = len(board.Rows) == 0
			}
			switch {
			case paged:
				board.Rows = append(board.Rows, s)
				onPage[s.Player] = true
			case !onPage[s.Player]: // of a player, the row of the page comes first
				around = append(around, s)
			}
			return nil
		})
		return err
	})
	err := db.SendBatch(ctx, &batch).Close()
	if !seen {
		board.Around, board.Above = around, above
	}
	board.Pages = min((board.Players+BoardSize-1)/BoardSize, MaxBoardPages)
	return err
}
