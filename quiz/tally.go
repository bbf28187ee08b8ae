package quiz

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// topSize is how many names the result of a round shows.
const topSize = 5

// A Tally is the result of a round, over all its channels.
type Tally struct {
	Counts  [][]int    // for each question how often each choice was taken, for Several each for itself; empty for Typed and Order
	Right   []int      // for each question, how many answers were right; none for a voided one
	Answers []int      // for each question, how many were given; none for a voided one
	Wrong   [][]Wrong  // for each typed question the most frequent wrong answers
	Players int        // who answered at least one question
	Top     []Standing // of this round: the best five with a point; ties share a rank
	Duel    []Standing // for a duel the two players, the challenger first, also with no points
}

// A Wrong is a wrong answer that several people typed.
type Wrong struct {
	Typed string // as most of them wrote it
	Count int
}

const (
	wrongSize     = 3 // wrong answers that a tally shows
	wrongTogether = 2 // how many people must have typed the same before others see it: alone they might be recognised, or mocked
)

// A Standing is one line of a board.
type Standing struct {
	Rank    int    // ties in points share one: 1, 1, 3
	Player  int64  // the same for all identities of a person
	Name    string // as last seen in this workspace
	Points  Points // see Worth
	Rights  int    // right answers
	Answers int    // given, right or wrong
	Me      bool   // the person who asked
	Hidden  bool   `db:"-"` // from others: only the person who asked can be
}

// tally computes the result of a round. It is the same for every post of it, unless a key is corrected in between.
func (e *Engine) tally(ctx context.Context, r Round) (Tally, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	var t Tally
	if err := countAnswers(ctx, e.db, r, &t); err != nil {
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

// countAnswers fills Counts, Right, Answers, Wrong and Players.
func countAnswers(ctx context.Context, db querier, r Round, t *Tally) error {
	n := len(r.Questions)
	t.Counts, t.Right, t.Answers, t.Wrong = make([][]int, n), make([]int, n), make([]int, n), make([][]Wrong, n)
	for i, q := range r.Questions {
		if q.Kind != Order {
			t.Counts[i] = make([]int, len(q.Choices))
		}
	}
	rows, err := db.Query(ctx, `
		SELECT a.position, a.choice, a.typed, sum(a.answers),
			(SELECT count(DISTINCT player) FROM quiz.answer WHERE workspace = $1 AND round = $2)
			+ (SELECT coalesce(sum(players), 0) FROM quiz.past_player WHERE workspace = $1 AND round = $2)
		FROM (
			SELECT position, choice, coalesce(typed, '') AS typed, 1 AS answers FROM quiz.answer WHERE workspace = $1 AND round = $2
			UNION ALL
			SELECT position, choice, '', answers FROM quiz.past_answer WHERE workspace = $1 AND round = $2
		) a
		JOIN quiz.round_question q ON q.workspace = $1 AND q.round = $2 AND q.position = a.position
		WHERE q.voided_at IS NULL
		GROUP BY a.position, a.choice, a.typed
		ORDER BY a.position, sum(a.answers) DESC, a.typed`, r.Workspace, r.ID)
	if err != nil {
		return fmt.Errorf("count the answers of round %d: %w", r.ID, err)
	}
	var position, choice, count int
	var typed string
	_, err = pgx.ForEachRow(rows, []any{&position, &choice, &typed, &count, &t.Players}, func() error {
		t.add(r.Questions[position], position, choice, typed, count)
		return nil
	})
	if err != nil {
		return fmt.Errorf("count the answers of round %d: %w", r.ID, err)
	}
	for i := range t.Wrong {
		t.Wrong[i] = mostFrequent(t.Wrong[i])
	}
	return nil
}

// add counts some equal answers to a question.
func (t *Tally) add(q Question, position, choice int, typed string, count int) {
	t.Answers[position] += count
	if q.Correct(choice) {
		t.Right[position] += count
	}
	switch {
	case q.Kind == Typed && !q.Correct(choice) && typed != "":
		t.Wrong[position] = append(t.Wrong[position], Wrong{typed, count})
	case q.Kind != Typed && q.Kind != Order:
		for _, i := range q.Picked(choice) {
			t.Counts[position][i] += count
		}
	}
}

// mostFrequent keeps what a tally may show of wrong answers, the most frequent first. What differs only in what makes no
// difference counts as one.
func mostFrequent(list []Wrong) []Wrong {
	at := map[string]int{}
	var all []Wrong
	for _, w := range list {
		i, seen := at[normal(w.Typed)]
		if !seen {
			i = len(all)
			at[normal(w.Typed)] = i
			all = append(all, Wrong{Typed: w.Typed})
		}
		all[i].Count += w.Count
	}
	all = slices.DeleteFunc(all, func(w Wrong) bool { return w.Count < wrongTogether })
	slices.SortStableFunc(all, func(a, b Wrong) int { return cmp.Compare(b.Count, a.Count) })
	return all[:min(len(all), wrongSize)]
}

// roundStandings ranks everybody who answered and whom others may see, in the order of boards. Those who are forgotten keep their
// ranks, so that nobody else gets a better one. A duel has both, as both agreed to it.
func roundStandings(ctx context.Context, db querier, r Round) ([]Standing, error) {
	rows, err := db.Query(ctx, `
		WITH graded AS (
			SELECT a.player, count(*) AS answers, count(*) FILTER (WHERE a.choice = q.key) AS rights,
				sum(quiz.points(a.choice = q.key, r.speed, r.opens_at, r.closes_at, a.answered_at)) AS points
			FROM quiz.answer a
			JOIN quiz.round_question q ON q.workspace = a.workspace AND q.round = a.round AND q.position = a.position
			JOIN quiz.round r          ON r.workspace = a.workspace AND r.id = a.round
			WHERE a.workspace = $1 AND a.round = $2 AND q.voided_at IS NULL
			GROUP BY a.player
		)
		SELECT rank() OVER (ORDER BY g.points DESC) + (
				SELECT coalesce(sum(x.players), 0) FROM quiz.past_player x
				WHERE x.workspace = $1 AND x.round = $2 AND x.points > g.points)::bigint, g.player, p.name, g.points, g.rights, g.answers, false
		FROM graded g
		JOIN quiz.player p ON p.workspace = $1 AND p.id = g.player
		WHERE $3 OR NOT p.hidden AND p.left_at IS NULL
		ORDER BY g.points DESC, g.answers, g.player`, r.Workspace, r.ID, r.Kind == KindDuel)
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
		if two[i].Player == goneDuellist {
			two[i].Rights, two[i].Points = d.goneRights, Points(d.goneRights)*Point
			two[i].Answers = MaxQuestions // how many they gave is forgotten: so none is missing
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
