package quiz

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// An Answer is what somebody clicked or typed. Nothing in it is trusted: a click may be forged.
type Answer struct {
	Workspace string // of the round
	Round     int64
	Question  int    // from 0
	Choice    int    // in the order shown; for OneChoice its index, for other kinds see Question.Pick; not for Typed
	Typed     string // for Typed only: at most MaxTyped characters
	Channel   string // where it was clicked; the round must have a post there, unless it is for the person alone
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

// A Result tells what is recorded now, whatever the outcome. Its Round and Question are the same as in the results of others who
// answered at that moment: they are read, never changed.
type Result struct {
	Outcome  Outcome
	Round    Round    // zero when Stale
	Question Question // zero when Stale
	Choice   int      // what is recorded, -1 for nothing
	Typed    string   // what is recorded for a typed answer; Question.Said(Choice, Typed) is the answer in words, whatever the kind
	Right    bool     // whether that is right; false unless Revealed
	Again    bool     // they had answered it in an earlier asked round, and only that answer counts on boards
	Revealed bool     // the key may be shown to this person: it is graded at once and answered, or the round is over
	Next     int      // the question they can still answer that comes after this one, then the first of all, -1 for none
}

// Answer records what somebody clicked, together with what others click at the same moment (see queue.go), and returns when it
// is stored. One statement decides, so two clicks at once, a second delivery and the close cannot come between: PostgreSQL
// keeps one row for each player and question, and compares the close with our clock. It may be called again with the same
// answer, after an error too.
//
// The error is *InvalidError for a typed answer that is empty or too long.
//
// Who clicks in time may still be late: if the answer had to wait so long that the result of the round is being shown, it
// is not recorded. The result is counted after the round was sealed (see seal), and no answer gets past a seal.
func (e *Engine) Answer(ctx context.Context, a Answer) (Result, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	if !a.plausible() {
		return stale, nil
	}
	if a.Typed != "" {
		var err error
		if a.Typed, err = cleanTyped(a.Typed); err != nil {
			return Result{}, err
		}
	}
	now := e.now()
	outcome, p, err := e.record(ctx, a, now)
	if err != nil {
		return Result{}, fmt.Errorf("answer round %d: %w", a.Round, err)
	}
	if outcome == "" {
		if outcome, err = refusal(a, p, now); err != nil {
			return Result{}, err
		}
	}
	if outcome == Stale {
		return stale, nil
	}
	if outcome == Late && !p.sealed && !p.Round.Kind.Private() && p.choices[a.Question] < 0 {
		if p, err = e.settled(ctx, a); err != nil {
			return Result{}, err
		}
	}
	// Not only after a new answer: whoever clicks again ends a duel that we failed to end the first time.
	if d := p.Round.Duel; d != nil && d.has(p.player) && !p.over(now) && !slices.Contains(p.choices, -1) {
		if err := e.endFinishedDuel(ctx, p.Round, now); err != nil {
			return Result{}, err
		}
	}
	return result(outcome, a, p, now), nil
}

// settled is how somebody stands in a round when no answer is being stored any more. Who clicks again because nobody answers
// may do so after the close, while another process still stores their first click, which counts.
func (e *Engine) settled(ctx context.Context, a Answer) (progress, error) {
	// As seal does, but whoever waits for another who seals it writes nothing.
	_, err := e.db.Exec(ctx, `
		UPDATE quiz.round SET sealed_at = $3
		WHERE workspace = $1 AND id = $2 AND closes_at <= $3 AND sealed_at IS NULL`, a.Workspace, a.Round, e.now())
	if err != nil {
		return progress{}, fmt.Errorf("seal round %d: %w", a.Round, err)
	}
	return readProgress(ctx, e.db, a.Workspace, a.Round, a.By)
}

// maxRank is the number of orders of as many steps as there may be: 5!, more than the 2^5 choices of several.
const maxRank = 120

// maxPosition is the number of questions that the longest round may have: a mock exam.
const maxPosition = 60

// plausible sorts out numbers and names that no round has, some of which would not even fit into a column.
func (a Answer) plausible() bool {
	return a.Question >= 0 && a.Question < maxPosition && a.Choice >= 0 && a.Choice < maxRank &&
		platformID(a.Workspace) && platformID(a.Channel) && platformID(a.By.Workspace) && platformID(a.By.User)
}

// stale is the result for what fits no round.
var stale = Result{Outcome: Stale, Choice: -1, Next: -1}

// refusal finds out why nothing was written.
func refusal(a Answer, p progress, now time.Time) (Outcome, error) {
	r := p.Round
	switch {
	case !p.reaches(a.Channel), a.Question >= len(r.Questions), !a.fits(r.Questions[a.Question]):
		return Stale, nil
	case r.Duel != nil && !r.Duel.has(p.player):
		return NotYours, nil
	case p.over(now):
		return Late, nil
	case r.Duel != nil && r.Duel.Accepted == nil:
		return Unaccepted, nil
	case p.choices[a.Question] >= 0 && p.typed[a.Question] == a.Typed && (a.Typed != "" || p.choices[a.Question] == a.Choice):
		return Repeated, nil
	case p.choices[a.Question] >= 0:
		return Locked, nil
	}
	return "", fmt.Errorf("round %d took no answer from player %d and none is recorded", r.ID, p.player)
}

// fits reports whether a question can be answered in this way.
func (a Answer) fits(q Question) bool {
	return q.possible(a.Choice) && (q.Kind == Typed) == (a.Typed != "")
}

func result(o Outcome, a Answer, p progress, now time.Time) Result {
	i := a.Question
	res := Result{Outcome: o, Round: p.Round, Question: p.Round.Questions[i], Choice: p.choices[i], Typed: p.typed[i], Again: p.again}
	res.Revealed = p.over(now) || p.Round.Reveal && res.Choice >= 0
	res.Right = res.Revealed && res.Question.Correct(res.Choice)
	res.Next = p.next(now, i+1)
	return res
}

// next is the first question from a place on that the person can still answer, then the first before it, -1 for none.
func (p progress) next(now time.Time, from int) int {
	d := p.Round.Duel
	if p.over(now) || d != nil && (d.Accepted == nil || !d.has(p.player)) {
		return -1
	}
	return unanswered(p.choices, from)
}

func unanswered(choices []int, from int) int {
	if i := slices.Index(choices[from:], -1); i >= 0 {
		return from + i
	}
	return slices.Index(choices, -1)
}

// A Progress is where somebody is in a round.
type Progress struct {
	Round   Round
	Next    int      // the first question they can still answer, also one that they skipped; -1 for none: all answered, or the round is over
	Choices []int    // for each question what is recorded, -1 for nothing
	Typed   []string // for each question what is recorded for a typed answer, else empty
}

// Progress tells where somebody is in a round that is posted in the channel where they ask, or is for them alone.
// Errors: ErrNoRound, also for a round of other channels or of somebody else alone; ErrNotYours for a duel of two others.
func (e *Engine) Progress(ctx context.Context, workspace string, round int64, channel string, by Person) (Progress, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	p, err := readProgress(ctx, e.db, workspace, round, by)
	if err != nil {
		return Progress{}, err
	}
	if !p.reaches(channel) {
		return Progress{}, fmt.Errorf("round %d in %s: %w", round, clip(channel, maxID), ErrNoRound)
	}
	if d := p.Round.Duel; d != nil && !d.has(p.player) {
		return Progress{}, fmt.Errorf("duel %d: %w", round, ErrNotYours)
	}
	return p.public(e.now()), nil
}

// public is what the program may know of a progress.
func (p progress) public(now time.Time) Progress {
	return Progress{Round: p.Round, Next: p.next(now, 0), Choices: p.choices, Typed: p.typed}
}

// After is the first question after one that the person has not answered, going round, so that what is skipped comes last;
// it may be the question itself. It is -1 if all are answered.
func (p Progress) After(question int) int {
	return unanswered(p.Choices, min(max(question+1, 0), len(p.Choices)))
}
