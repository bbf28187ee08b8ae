package quiz

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// A BoardDifference is a player who has something else on a board than their answers say.
type BoardDifference struct {
	Scope, Span string    // as quiz.board calls them
	From        time.Time // the first day, zero for seasons and all time
	Season      int64     // its number, 0 for other spans
	Player      int64
	Want, Got   Standing // by the answers, and on the board: Points, Rights and Answers
}

// String says it in a line.
func (d BoardDifference) String() string {
	board := d.Scope + ", " + d.Span
	if !d.From.IsZero() {
		board += " from " + d.From.Format(time.DateOnly)
	}
	if d.Season != 0 {
		board += fmt.Sprint(" ", d.Season)
	}
	said := func(s Standing) string {
		return fmt.Sprintf("%s points from %d right of %d answers", s.Points, s.Rights, s.Answers)
	}
	return fmt.Sprintf("%s: player %d has %s, should have %s", board, d.Player, said(d.Got), said(d.Want))
}

// CheckBoards compares all boards of a workspace with its answers and returns up to max differences; there should be none. What is
// still to be counted is no difference, so it may be called at any time. It reads everything: seconds for a million answers.
func (e *Engine) CheckBoards(ctx context.Context, workspace string, max int) ([]BoardDifference, error) {
	rows, err := e.db.Query(ctx, `
		WITH worth AS (
			-- What of an answer should be in the boards: what it is worth, or, as long as its round is to be counted, what was counted.
			SELECT w.channel, w.series, w.domain, w.day, w.season, w.player,
				CASE WHEN r.recount AND (r.kind = 'ask' OR r.sealed_at IS NOT NULL) THEN w.counted ELSE w.points END AS points
			FROM quiz.worth w
			JOIN quiz.round r ON r.workspace = w.workspace AND r.id = w.round
			WHERE w.workspace = $1
		), want AS (
			SELECT b.scope, b.span, b.start, b.season, w.player,
				sum(w.points) AS points, count(*) FILTER (WHERE w.points > 0) AS rights, count(*) AS answers
			FROM quiz.scoring s
			CROSS JOIN worth w
			CROSS JOIN quiz.boards(w.channel, w.series, w.domain, w.day, w.season, s.kept) b
			WHERE s.workspace = $1 AND w.points IS NOT NULL
			GROUP BY 1, 2, 3, 4, 5
		), got AS (
			SELECT b.scope, b.span, b.start, b.season, s.player, s.points, s.rights, s.answers
			FROM quiz.scoring k
			JOIN quiz.board b ON b.workspace = k.workspace AND quiz.kept(b.span, b.start, k.kept)
			JOIN quiz.score s ON s.workspace = b.workspace AND s.board = b.id
			WHERE k.workspace = $1 AND s.answers <> 0
		)
		SELECT scope, span, nullif(start, '-infinity'), season, player,
			coalesce(want.points, 0), coalesce(want.rights, 0), coalesce(want.answers, 0),
			coalesce(got.points, 0), coalesce(got.rights, 0), coalesce(got.answers, 0)
		FROM want
		FULL JOIN got USING (scope, span, start, season, player)
		WHERE (want.points, want.rights, want.answers) IS DISTINCT FROM (got.points, got.rights, got.answers)
		ORDER BY 1, 2, 3, 4, 5
		LIMIT $2`, workspace, max)
	if err != nil {
		return nil, fmt.Errorf("check the boards of %s: %w", workspace, err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d BoardDifference, err error) {
		var from *time.Time
		err = row.Scan(&d.Scope, &d.Span, &from, &d.Season, &d.Player,
			&d.Want.Points, &d.Want.Rights, &d.Want.Answers, &d.Got.Points, &d.Got.Rights, &d.Got.Answers)
		if from != nil {
			d.From = *from
		}
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("check the boards of %s: %w", workspace, err)
	}
	return all, nil
}
