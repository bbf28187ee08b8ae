package quiz

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// StatsAnswers is how many of somebody's newest answers in a workspace, by their rounds, make their accuracy and
// readiness. What came before says little about them, and so it takes the same time for everybody.
const StatsAnswers = 3000

// Stats is how somebody is doing.
type Stats struct {
	Points  Points // what boards count, of all time in the workspace, see Leaderboard
	Rank    int    // on that board, 0 for somebody who is not on it
	Players int    // on that board
	Won     int    // duels in the workspace with more points than the other
	Lost    int
	Drawn   int
	Streak  Streak // in the workspace
	Away    string // the day until which they are away, "2006-01-02"; empty if they are not

	// All of the newest StatsAnswers answers that are graded count here: those to series, asked questions, duels, practice,
	// review and mock exams, in whichever workspace, a question that was answered again each time. Only questions that were
	// taken back do not.
	Domains   []DomainStats // the five of the exam, and "BG" for somebody with answers to that
	Strongest string        // Name of one of Competencies, see extremes; empty if there is too little to tell
	Weakest   string
	Readiness Readiness
}

// DomainStats is how somebody is doing in one domain.
type DomainStats struct {
	Domain         string // "D1" to "D5", "BG"
	Right, Answers int
}

// Sum is all domains together.
func (s Stats) Sum() (right, answers int) {
	for _, d := range s.Domains {
		right, answers = right+d.Right, answers+d.Answers
	}
	return right, answers
}

// Stats tells how a person is doing. Much of it is for their own eyes; whom to show what is for the caller to decide.
func (e *Engine) Stats(ctx context.Context, p Person) (Stats, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	board, err := e.Leaderboard(ctx, BoardRequest{Workspace: p.Workspace, Window: AllTime, For: p})
	if err != nil {
		return Stats{}, err
	}
	s := Stats{Players: board.Players}
	if board.Me != nil {
		s.Rank, s.Points = board.Me.Rank, board.Me.Points
	}
	player, err := playerOf(ctx, e.db, p)
	if err != nil {
		return Stats{}, err
	}
	now := e.now()
	if err = duelStats(ctx, e.db, p.Workspace, player, now, &s); err != nil {
		return Stats{}, err
	}
	if s.Streak, err = streakOf(ctx, e.db, p.Workspace, player, now); err != nil {
		return Stats{}, err
	}
	today, err := dayIn(ctx, e.db, p.Workspace, "", now)
	if err != nil {
		return Stats{}, err
	}
	if s.Away, err = awayUntil(ctx, e.db, p.Workspace, player, today); err != nil {
		return Stats{}, err
	}
	answers, err := history(ctx, e.db, player, now)
	if err != nil {
		return Stats{}, err
	}
	s.Domains = domainStats(answers)
	s.Strongest, s.Weakest = extremes(answers)
	s.Readiness = readiness(answers, now)
	return s, nil
}

// duelStats counts duels that were accepted, are over, and in which anybody answered anything.
func duelStats(ctx context.Context, db querier, workspace string, player int64, now time.Time, s *Stats) error {
	err := db.QueryRow(ctx, `
		WITH score AS (
			SELECT d.round,
				count(*) FILTER (WHERE a.player = $2  AND a.choice = q.key) AS mine,
				count(*) FILTER (WHERE a.player <> $2 AND a.choice = q.key) + coalesce(d.gone_rights, 0) AS theirs
			FROM quiz.duel d
			JOIN quiz.round r          ON r.workspace = d.workspace AND r.id = d.round
			JOIN quiz.answer a         ON a.workspace = d.workspace AND a.round = d.round
			JOIN quiz.round_question q ON q.workspace = a.workspace AND q.round = a.round AND q.position = a.position
			WHERE d.workspace = $1 AND $2 IN (d.challenger, d.challenged) AND d.challenger IS DISTINCT FROM d.challenged AND r.closes_at <= $3 AND d.declined_at IS NULL
			GROUP BY d.round, d.gone_rights
		)
		SELECT count(*) FILTER (WHERE mine > theirs), count(*) FILTER (WHERE mine < theirs), count(*) FILTER (WHERE mine = theirs)
		FROM score`, workspace, player, now).Scan(&s.Won, &s.Lost, &s.Drawn)
	if err != nil {
		return fmt.Errorf("count duels: %w", err)
	}
	return nil
}

// A pastAnswer is a graded answer with what its question is about.
type pastAnswer struct {
	question   string
	domain     string // "D1" to "D5", "BG"
	competency string // Name of one of Competencies; may be empty
	difficulty int    // 1 to 3
	right      bool
	at         time.Time
}

// history reads the graded ones of a player's newest answers in all workspaces, in the order of time.
func history(ctx context.Context, db querier, player int64, now time.Time) ([]pastAnswer, error) {
	rows, err := db.Query(ctx, `
		WITH mine AS MATERIALIZED (
			SELECT a.*
			FROM quiz.player p
			CROSS JOIN LATERAL (
				SELECT workspace, round, position, choice, answered_at FROM quiz.answer
				WHERE workspace = p.workspace AND player = p.id
				ORDER BY round DESC LIMIT $3
			) a
			WHERE p.id = $1
		)
		SELECT q.question, q.domain, coalesce(q.body ->> 'Competency', ''), coalesce((q.body -> 'Difficulty')::int, 2),
			m.choice = q.key, m.answered_at
		FROM mine m
		JOIN quiz.round r          ON r.workspace = m.workspace AND r.id = m.round
		JOIN quiz.round_question q ON q.workspace = m.workspace AND q.round = m.round AND q.position = m.position
		WHERE (r.reveal OR r.closes_at <= $2) AND q.voided_at IS NULL
		ORDER BY m.answered_at, q.question`, player, now, StatsAnswers)
	if err != nil {
		return nil, fmt.Errorf("read what player %d has answered: %w", player, err)
	}
	answers, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a pastAnswer, err error) {
		err = row.Scan(&a.question, &a.domain, &a.competency, &a.difficulty, &a.right, &a.at)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("read what player %d has answered: %w", player, err)
	}
	return answers, nil
}

// domainStats counts the answers to each domain of the exam, and to background if there are any.
func domainStats(answers []pastAnswer) (all []DomainStats) {
	counts := map[string]DomainStats{}
	for _, a := range answers {
		c := counts[a.domain]
		counts[a.domain] = DomainStats{a.domain, c.Right + number(a.right), c.Answers + 1}
	}
	for _, d := range Domains() {
		all = append(all, DomainStats{d.Code, counts[d.Code].Right, counts[d.Code].Answers})
	}
	if background := counts["BG"]; background.Answers > 0 {
		all = append(all, background)
	}
	return all
}

// enoughToCompare is how many answers to a competency it takes to call it somebody's strongest or weakest.
const enoughToCompare = 5

// extremes returns somebody's strongest and weakest competency: few answers prove little, so the strongest has the
// highest lower bound of what its accuracy may be, and the weakest the lowest upper bound (Wilson's, at 90 %); among
// equals it is the first of the curriculum. Both are empty unless two competencies can be told apart.
func extremes(answers []pastAnswer) (strongest, weakest string) {
	counts := map[string]DomainStats{}
	for _, a := range answers {
		c := counts[a.competency]
		counts[a.competency] = DomainStats{Right: c.Right + number(a.right), Answers: c.Answers + 1}
	}
	most, least := -1.0, 2.0
	for _, c := range competencies {
		n := counts[c.Name]
		if n.Answers < enoughToCompare {
			continue
		}
		low, high := wilson(n.Right, n.Answers)
		if low > most {
			strongest, most = c.Name, low
		}
		if high < least {
			weakest, least = c.Name, high
		}
	}
	if strongest == weakest {
		return "", ""
	}
	return strongest, weakest
}
