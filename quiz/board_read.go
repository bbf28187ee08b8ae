package quiz

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// boardSQL reads a page of a board and the rows around player $6. What that costs does not depend on how many players there
// are: the page and the neighbours are read in the order of the index score_order, and the ranks follow from
// quiz.score_count, which has a row for each number of points. Where the order matters, the workspace of a score is left out, as
// its board implies it: else the planner may read the whole board by the primary key and sort it.
//
// Who is hidden or has left, shy, is neither shown nor counted, but for themselves: they see where they would be.
const boardSQL = `
	WITH board AS MATERIALIZED (
		SELECT id FROM quiz.board WHERE workspace = $1 AND scope = $2 AND span = $3 AND start = $4::text::date AND season = $5
	), shy AS MATERIALIZED (
		SELECT s.player, s.points FROM board b
		JOIN quiz.player h ON h.workspace = $1 AND (h.hidden OR h.left_at IS NOT NULL) AND h.id <> $6
		JOIN quiz.score s  ON s.workspace = $1 AND s.board = b.id AND s.player = h.id AND s.answers > 0
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
		SELECT least($7, $8 - 1, (coalesce(max(players), 1)::int - 1) / $9) AS page FROM ranks
	), me AS (
		SELECT s.* FROM board b
		JOIN quiz.score s ON s.workspace = $1 AND s.board = b.id AND s.player = $6 AND s.answers > 0
	), lines AS (
		SELECT true AS paged, s.* FROM board b
		CROSS JOIN LATERAL (
			SELECT * FROM quiz.score s
			WHERE s.board = b.id AND s.answers > 0 AND s.player NOT IN (SELECT player FROM shy)
			ORDER BY -s.points, s.answers, s.player
			LIMIT $9 OFFSET (SELECT page FROM shown) * $9
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
	SELECT (SELECT page FROM shown), k.players, lines.paged, k.rank, lines.player, p.name, lines.points, lines.rights, lines.answers, lines.player = $6, p.hidden
	FROM lines
	JOIN ranks k USING (points)
	JOIN quiz.player p ON p.workspace = $1 AND p.id = lines.player
	ORDER BY -lines.points, lines.answers, lines.player, lines.paged DESC`

// readBoard fills Rows, Around, Above, Me, Players, Page and Pages.
func readBoard(ctx context.Context, db querier, k boardKey, board *Board, page int, me int64) error {
	rows, err := db.Query(ctx, boardSQL, k.workspace, k.scope, k.span, k.start, k.season, me, max(page, 0), MaxBoardPages, BoardSize)
	if err != nil {
		return err
	}
	var s Standing
	var paged, seen, above bool // seen: me, on the page
	var around []Standing
	onPage := map[int64]bool{}
	_, err = pgx.ForEachRow(rows, []any{&board.Page, &board.Players, &paged, &s.Rank, &s.Player, &s.Name, &s.Points, &s.Rights, &s.Answers, &s.Me, &s.Hidden}, func() error {
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
	if !seen {
		board.Around, board.Above = around, above
	}
	board.Pages = min((board.Players+BoardSize-1)/BoardSize, MaxBoardPages)
	return err
}
