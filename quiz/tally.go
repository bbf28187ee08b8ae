package quiz

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// topSize is how many names the result of a round shows.
const topSize = 5

// A Tally is the result of a round, over all its channels.
type Tally struct {
	Counts  [][]int    // for each question, how often each choice was taken
	Players int        // who answered at least one question
	Top     []Standing // of this round: the best five with a point; ties share a rank
	Duel    []Standing // for a duel the two players, the challenger first, also with no points
}

// A Standing is one line of a board.
type Standing struct {
	Rank    int    // ties in points share one: 1, 1, 3
	Player  int64  // the same for all identities of a person
	Name    string // as last seen in this workspace
	Points  int    // see Points
	Answers int    // given, right or wrong
	Me      bool   // the person who asked
}

// tally computes the result of a round. It is the same for every post of it, unless a key is corrected in between.
func (e *Engine) tally(ctx context.Context, r Round) (Tally, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	var t Tally
	var err error
	if t.Counts, t.Players, err = countChoices(ctx, e.db, r); err != nil {
		return Tally{}, err
	}
	all, err := roundStandings(ctx, e.db, r)
	if err != nil {
		return Tally{}, err
	}
	for _, s := range all {
		if s.Points > 0 && len(t.Top) < topSize {
			t.Top = append(t.Top, s)
		}
	}
	if r.Duel != nil {
		t.Duel = duelStandings(all, r.Duel)
	}
	return t, nil
}

func countChoices(ctx context.Context, db querier, r Round) (counts [][]int, players int, err error) {
	counts = make([][]int, len(r.Questions))
	for i, q := range r.Questions {
		counts[i] = make([]int, len(q.Choices))
	}
	rows, err := db.Query(ctx, `
		SELECT position, choice, count(*),
			(SELECT count(DISTINCT player) FROM quiz.answer WHERE workspace = $1 AND round = $2)
		FROM quiz.answer WHERE workspace = $1 AND round = $2
		GROUP BY position, choice`, r.Workspace, r.ID)
	if err != nil {
		return nil, 0, fmt.Errorf("count the choices of round %d: %w", r.ID, err)
	}
	var position, choice, n int
	_, err = pgx.ForEachRow(rows, []any{&position, &choice, &n, &players}, func() error {
		counts[position][choice] = n
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("count the choices of round %d: %w", r.ID, err)
	}
	return counts, players, nil
}

// roundStandings ranks everybody who answered, in the order of boards.
func roundStandings(ctx context.Context, db querier, r Round) ([]Standing, error) {
	rows, err := db.Query(ctx, `
		WITH graded AS (
			SELECT a.player, count(*) AS answers,
				count(*)             FILTER (WHERE a.choice = q.key) AS points,
				max(a.answered_at)   FILTER (WHERE a.choice = q.key) AS reached
			FROM quiz.answer a
			JOIN quiz.round_question q ON q.workspace = a.workspace AND q.round = a.round AND q.position = a.position
			WHERE a.workspace = $1 AND a.round = $2
			GROUP BY a.player
		)
		SELECT rank() OVER (ORDER BY g.points DESC), g.player, p.name, g.points, g.answers, false
		FROM graded g
		JOIN quiz.player p ON p.workspace = $1 AND p.id = g.player
		ORDER BY g.points DESC, g.answers, g.reached, p.name, g.player`, r.Workspace, r.ID)
	if err != nil {
		return nil, fmt.Errorf("rank the players of round %d: %w", r.ID, err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Standing])
	if err != nil {
		return nil, fmt.Errorf("rank the players of round %d: %w", r.ID, err)
	}
	return all, nil
}

// duelStandings picks the two of a duel from the standings; who answered nothing has no points.
func duelStandings(all []Standing, d *Duel) []Standing {
	two := []Standing{{Player: d.by, Name: d.By.Name}, {Player: d.against, Name: d.Against.Name}}
	for i := range two {
		for _, s := range all {
			if s.Player == two[i].Player {
				two[i] = s
			}
		}
	}
	two[0].Rank, two[1].Rank = 1, 1
	switch {
	case two[0].Points < two[1].Points:
		two[0].Rank = 2
	case two[1].Points < two[0].Points:
		two[1].Rank = 2
	}
	return two
}
