package quiz

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"ckadbot/quiz/fsrs"
)

// reviewQuestions is how many questions one review has at most: enough for a break, and the rest can follow at once.
const reviewQuestions = 10

// ErrNothingDue says that a player need not see anything again today.
var ErrNothingDue = errors.New("nothing is due for review")

// Review opens a round for one person alone with questions that it is time to see again: up to ten, first those that have
// waited longest. Each answer is graded at once, and there are 24 hours for it.
//
// When to see a question again follows from everything the person has answered, in any workspace and any kind of round,
// see package fsrs: right is Good, wrong is Again. Whatever may not be known yet does not count, and neither does a question
// that was taken back. A question that has left the bank does not come again. Answers in a review are answers like others.
//
// Errors: ErrNothingDue; *OpenError with the round if a review is unfinished in this workspace.
func (e *Engine) Review(ctx context.Context, by Person) (Progress, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	return e.openPrivate(ctx, KindReview, by, false, func(tx pgx.Tx, n *newRound) error {
		due, _, err := e.due(ctx, tx, by.Workspace, *n.Player, n.Opens)
		for _, q := range due[:min(len(due), reviewQuestions)] {
			n.Questions = append(n.Questions, *q)
		}
		if err == nil && len(due) == 0 {
			return ErrNothingDue
		}
		return err
	})
}

// Due is what a person has to see again.
type Due struct {
	Today int       // questions that are due today
	Next  time.Time // the beginning of the day when the next are due after that; zero if there are none
}

// Due tells what a person has to see again. Days are those of their workspace's series.
func (e *Engine) Due(ctx context.Context, by Person) (Due, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	player, err := playerOf(ctx, e.db, by)
	if err != nil {
		return Due{}, err
	}
	today, next, err := e.due(ctx, e.db, by.Workspace, player, e.now())
	return Due{Today: len(today), Next: next}, err
}

// due returns the questions of the live bank that a player has to see again today, those that have waited longest first,
// and the day when the next are due. Left out is what they must not be told yet.
func (e *Engine) due(ctx context.Context, db querier, workspace string, player int64, now time.Time) (today []*Question, next time.Time, err error) {
	bank, err := e.liveBank(ctx, db, workspace)
	if err != nil {
		return nil, time.Time{}, err
	}
	secret, err := secretTo(ctx, db, player, now)
	if err != nil {
		return nil, time.Time{}, err
	}
	answers, err := gradedAnswers(ctx, db, player, now)
	if err != nil {
		return nil, time.Time{}, err
	}
	zone, err := zoneOf(ctx, db, workspace, "")
	if err != nil {
		return nil, time.Time{}, err
	}
	loc, err := LoadZone(zone)
	if err != nil {
		loc = time.UTC // the database was made with a newer list of zones
	}
	cards := replay(answers, loc)
	live := make(map[string]*Question, len(cards))
	for i := range bank {
		if _, seen := cards[bank[i].ID]; seen && !slices.Contains(secret, bank[i].ID) {
			live[bank[i].ID] = &bank[i].Question
		}
	}
	ids, next := dueBy(cards, live, now.In(loc))
	for _, id := range ids {
		today = append(today, live[id])
	}
	return today, next, nil
}

// A gradedAnswer is an answer of which it may be known whether it is right.
type gradedAnswer struct {
	question string
	at       time.Time
	right    bool
}

// gradedAnswers reads what a player has answered in all workspaces, in the order of time.
func gradedAnswers(ctx context.Context, db querier, player int64, now time.Time) ([]gradedAnswer, error) {
	rows, err := db.Query(ctx, `
		WITH mine AS MATERIALIZED (
			SELECT a.workspace, a.round, array_agg(a.position) AS positions, array_agg(a.choice) AS choices, array_agg(a.answered_at) AS times
			FROM quiz.player p
			JOIN quiz.answer a ON a.workspace = p.workspace AND a.player = p.id
			WHERE p.id = $1
			GROUP BY a.workspace, a.round  -- so that it takes one look-up for all questions of a round
		)
		SELECT q.question, m.times[array_position(m.positions, q.position)] AS answered_at,
			m.choices[array_position(m.positions, q.position)] = q.key
		FROM mine m
		JOIN quiz.round r          ON r.workspace = m.workspace AND r.id = m.round
		JOIN quiz.round_question q ON q.workspace = m.workspace AND q.round = m.round AND q.position = ANY(m.positions)
		WHERE (r.reveal OR r.closes_at <= $2) AND q.voided_at IS NULL
		ORDER BY answered_at, q.question`, player, now)
	if err != nil {
		return nil, fmt.Errorf("read what player %d has answered: %w", player, err)
	}
	answers, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a gradedAnswer, err error) {
		err = row.Scan(&a.question, &a.at, &a.right)
		return a, err
	})
	if err != nil {
		return nil, fmt.Errorf("read what player %d has answered: %w", player, err)
	}
	return answers, nil
}

// replay makes the cards of a player from their answers, which are in the order of time. Days are counted in loc.
func replay(answers []gradedAnswer, loc *time.Location) map[string]fsrs.Card {
	s := fsrs.New(fsrs.Parameters{Zone: loc})
	cards := map[string]fsrs.Card{}
	for _, a := range answers {
		rating := fsrs.Again
		if a.right {
			rating = fsrs.Good
		}
		cards[a.question] = s.Review(cards[a.question], a.at, rating)
	}
	return cards
}

// dueBy returns which of the live questions are due before the day of now ends, in the zone of now: those that have waited
// longest first. next is the beginning of the day when others are due, zero if there are none.
func dueBy(cards map[string]fsrs.Card, live map[string]*Question, now time.Time) (ids []string, next time.Time) {
	y, m, d := now.Date()
	tomorrow := time.Date(y, m, d+1, 0, 0, 0, 0, now.Location())
	for id := range live {
		switch due := cards[id].Due; {
		case due.Before(tomorrow):
			ids = append(ids, id)
		case next.IsZero() || due.Before(next):
			next = due
		}
	}
	slices.SortFunc(ids, func(a, b string) int {
		return cmp.Or(cards[a].Due.Compare(cards[b].Due), cmp.Compare(a, b))
	})
	if next.IsZero() {
		return ids, next
	}
	y, m, d = next.In(now.Location()).Date()
	return ids, time.Date(y, m, d, 0, 0, 0, 0, now.Location())
}
