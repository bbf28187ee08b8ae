package quiz

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// An Answer is what somebody clicked. Nothing in it is trusted: a click may be forged.
type Answer struct {
	Workspace string // of the round
	Round     int64
	Question  int    // from 0
	Choice    int    // from 0, in the order shown
	Channel   string // where it was clicked; the round must have a post there
	By        Person
}

// Outcome says what became of an answer.
type Outcome string

// What may become of an answer.
const (
	Recorded   Outcome = "recorded"   // the first answer to this question
	Changed    Outcome = "changed"    // it replaced another choice
	Repeated   Outcome = "repeated"   // the same as recorded before: a second click or a second delivery
	Locked     Outcome = "locked"     // another choice is recorded and may not be changed
	Late       Outcome = "late"       // the round is closed
	NotYours   Outcome = "not yours"  // a duel of two others
	Unaccepted Outcome = "unaccepted" // a duel that has not been accepted (yet)
	Stale      Outcome = "stale"      // there is no such round, question or choice, or not in this channel
)

// A Result tells what is recorded now, whatever the outcome.
type Result struct {
	Outcome  Outcome
	Round    Round    // zero when Stale
	Question Question // zero when Stale
	Choice   int      // what is recorded, -1 for nothing
	Right    bool     // whether that is right; false unless Revealed
	Revealed bool     // the key may be shown to this person: it is graded at once and answered, or the round is over
	Next     int      // the first question they can still answer, -1 for none
	Answered int      // how many questions of the round they have answered
}

// Answer records what somebody clicked. One statement decides, so two clicks at once, a second delivery and the close
// cannot come between: PostgreSQL keeps one row for each player and question, and compares the close with our clock.
// It may be called again with the same answer, after an error too.
func (e *Engine) Answer(ctx context.Context, a Answer) (Result, error) {
	now := e.now()
	player, err := e.register(ctx, e.db, a.Workspace, a.By)
	if err != nil {
		return Result{}, err
	}
	var written Outcome
	if a.plausible() {
		if written, err = e.record(ctx, a, player, now); err != nil {
			return Result{}, fmt.Errorf("answer round %d: %w", a.Round, err)
		}
	}
	p, err := readProgress(ctx, e.db, a.Workspace, a.Round, player)
	if errors.Is(err, ErrNoRound) {
		return Result{Outcome: Stale, Choice: -1, Next: -1}, nil
	}
	if err != nil {
		return Result{}, err
	}
	// Not only after a new answer: whoever clicks again ends a duel that we failed to end the first time.
	if d := p.Round.Duel; d != nil && d.has(player) && !p.Round.Closed(now) && p.answered() == len(p.choices) {
		if err := e.endFinishedDuel(ctx, p.Round, now); err != nil {
			return Result{}, err
		}
	}
	if written == "" {
		if written, err = e.refusal(ctx, a, p, player, now); err != nil {
			return Result{}, err
		}
	}
	return result(written, a, p, player, now), nil
}

// plausible sorts out numbers that no round has, some of which would not even fit into a column.
func (a Answer) plausible() bool {
	return a.Question >= 0 && a.Question < MaxQuestions && a.Choice >= 0 && a.Choice < MaxChoices
}

// record writes the answer if everything allows it: Recorded, Changed or "" for neither.
func (e *Engine) record(ctx context.Context, a Answer, player int64, now time.Time) (outcome Outcome, err error) {
	for range 3 {
		outcome, err = e.recordOnce(ctx, a, player, now)
		if !retriable(err) {
			break
		}
	}
	return outcome, err
}

func (e *Engine) recordOnce(ctx context.Context, a Answer, player int64, now time.Time) (Outcome, error) {
	var changes int
	err := e.db.QueryRow(ctx, `
		WITH asked AS (
			SELECT r.workspace, r.id AS round, q.position, p.channel, r.changeable
			FROM quiz.round r
			JOIN quiz.round_question q ON q.workspace = r.workspace AND q.round = r.id
			JOIN quiz.post p           ON p.workspace = r.workspace AND p.round = r.id
			LEFT JOIN quiz.duel d      ON d.workspace = r.workspace AND d.round = r.id
			WHERE r.workspace = $1 AND r.id = $2
			AND q.position = $3 AND $4 < q.choices
			AND p.channel = $5
			AND r.opens_at <= $7 AND $7 < r.closes_at
			AND (r.kind <> 'duel' OR d.accepted_at IS NOT NULL AND $6 IN (d.challenger, d.challenged))
		)
		INSERT INTO quiz.answer AS a (workspace, round, position, player, choice, channel, answered_at)
		SELECT workspace, round, position, $6, $4, channel, $7 FROM asked
		ON CONFLICT (workspace, round, position, player) DO UPDATE
		SET choice = excluded.choice, channel = excluded.channel, answered_at = excluded.answered_at, changes = a.changes + 1
		WHERE (SELECT changeable FROM asked) AND a.choice <> excluded.choice
		RETURNING changes`,
		a.Workspace, a.Round, a.Question, a.Choice, a.Channel, player, now).Scan(&changes)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return "", nil
	case err != nil:
		return "", err
	case changes > 0:
		return Changed, nil
	}
	return Recorded, nil
}

// refusal finds out why record wrote nothing.
func (e *Engine) refusal(ctx context.Context, a Answer, p progress, player int64, now time.Time) (Outcome, error) {
	posted, err := hasPost(ctx, e.db, a)
	if err != nil {
		return "", err
	}
	r := p.Round
	switch {
	case !posted || !a.plausible() || a.Question >= len(r.Questions) || a.Choice >= len(r.Questions[a.Question].Choices):
		return Stale, nil
	case r.Duel != nil && !r.Duel.has(player):
		return NotYours, nil
	case r.Closed(now):
		return Late, nil
	case r.Duel != nil && r.Duel.Accepted == nil:
		return Unaccepted, nil
	case p.choices[a.Question] == a.Choice:
		return Repeated, nil
	case p.choices[a.Question] >= 0:
		return Locked, nil
	}
	return "", fmt.Errorf("round %d took no answer from player %d and none is recorded", r.ID, player)
}

func hasPost(ctx context.Context, db querier, a Answer) (posted bool, err error) {
	err = db.QueryRow(ctx, `
		SELECT EXISTS (SELECT FROM quiz.post WHERE workspace = $1 AND round = $2 AND channel = $3)`,
		a.Workspace, a.Round, a.Channel).Scan(&posted)
	if err != nil {
		return false, fmt.Errorf("look for the post of round %d: %w", a.Round, err)
	}
	return posted, nil
}

func result(o Outcome, a Answer, p progress, player int64, now time.Time) Result {
	if o == Stale {
		return Result{Outcome: Stale, Choice: -1, Next: -1}
	}
	res := Result{Outcome: o, Round: p.Round, Question: p.Round.Questions[a.Question], Choice: p.choices[a.Question]}
	res.Revealed = p.Round.Closed(now) || p.Round.Reveal && res.Choice >= 0
	res.Right = res.Revealed && Points(res.Question, res.Choice) > 0
	res.Next, res.Answered = p.next(player, now), p.answered()
	return res
}

// next is the first question that the player can still answer, -1 for none.
func (p progress) next(player int64, now time.Time) int {
	d := p.Round.Duel
	if p.Round.Closed(now) || d != nil && (d.Accepted == nil || !d.has(player)) {
		return -1
	}
	return slices.Index(p.choices, -1)
}

func (p progress) answered() (n int) {
	for _, c := range p.choices {
		if c >= 0 {
			n++
		}
	}
	return n
}

// Points is what a choice is worth: one point if it is right, none otherwise and for no answer (-1). Everybody who is
// right in time gets the same: there is no prize for being fast, nor for being online. The queries for boards say the
// same as count(*) FILTER (WHERE answer.choice = round_question.key).
func Points(q Question, choice int) int {
	if choice == q.Key {
		return 1
	}
	return 0
}

// A Progress is where somebody is in a round.
type Progress struct {
	Round    Round
	Next     int   // the first question they can still answer, -1 for none: all answered, or the round is over
	Answered int   // how many they have answered
	Right    int   // how many of those are right; 0 while the round does not show that yet
	Choices  []int // for each question what is recorded, -1 for nothing
}

// Progress tells where somebody is in a round. Errors: ErrNoRound, ErrNotYours for a duel of two others.
func (e *Engine) Progress(ctx context.Context, workspace string, round int64, by Person) (Progress, error) {
	player, err := playerOf(ctx, e.db, by)
	if err != nil {
		return Progress{}, err
	}
	p, err := readProgress(ctx, e.db, workspace, round, player)
	if err != nil {
		return Progress{}, err
	}
	if d := p.Round.Duel; d != nil && !d.has(player) {
		return Progress{}, fmt.Errorf("duel %d: %w", round, ErrNotYours)
	}
	now := e.now()
	res := Progress{Round: p.Round, Next: p.next(player, now), Answered: p.answered(), Choices: p.choices}
	if p.Round.counts(now) {
		for i, q := range p.Round.Questions {
			res.Right += Points(q, p.choices[i])
		}
	}
	return res, nil
}
