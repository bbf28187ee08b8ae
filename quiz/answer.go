package quiz

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// An Answer is what somebody clicked or typed. Nothing in it is trusted: a click may be forged.
type Answer struct {
	Workspace string // of the round
	Round     int64
	Question  int    // from 0
	Choice    int    // in the order shown; for OneChoice its index, for other kinds see Question.Pick; not for Typed
	Typed     string // for Typed only: at most MaxTyped characters
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
	Typed    string   // what is recorded for a typed answer; Question.Said(Choice, Typed) is the answer in words, whatever the kind
	Right    bool     // whether that is right; false unless Revealed
	Again    bool     // they had answered it in an earlier asked round, and only that answer counts on boards
	Revealed bool     // the key may be shown to this person: it is graded at once and answered, or the round is over
	Next     int      // the first question they can still answer, -1 for none
}

// Answer records what somebody clicked. One statement decides, so two clicks at once, a second delivery and the close
// cannot come between: PostgreSQL keeps one row for each player and question, and compares the close with our clock.
// It may be called again with the same answer, after an error too.
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
	// Not only after a new answer: whoever clicks again ends a duel that we failed to end the first time.
	if d := p.Round.Duel; d != nil && d.has(p.player) && !p.over(now) && !slices.Contains(p.choices, -1) {
		if err := e.endFinishedDuel(ctx, p.Round, now); err != nil {
			return Result{}, err
		}
	}
	return result(outcome, a, p, now), nil
}

// maxRank is the number of orders of as many steps as there may be: 5!, more than the 2^5 choices of several.
const maxRank = 120

// plausible sorts out numbers and names that no round has, some of which would not even fit into a column.
func (a Answer) plausible() bool {
	return a.Question >= 0 && a.Question < MaxQuestions && a.Choice >= 0 && a.Choice < maxRank &&
		platformID(a.Workspace) && platformID(a.Channel) && platformID(a.By.Workspace) && platformID(a.By.User)
}

// stale is the result for what fits no round.
var stale = Result{Outcome: Stale, Choice: -1, Next: -1}

// record writes the answer if everything allows it, and reads how the person stands after that. The outcome is Recorded,
// Changed or "" for neither; the progress is empty without that round. PostgreSQL may undo it for a deadlock, or because
// the player has just answered the same question in another channel.
func (e *Engine) record(ctx context.Context, a Answer, now time.Time) (outcome Outcome, p progress, err error) {
	for range 3 {
		if outcome, p, err = e.recordOnce(ctx, a, now); !retriable(err) {
			break
		}
	}
	return outcome, p, err
}

// recordOnce records an answer in one transaction. A typed one is graded within it: whoever corrects the accepted answers
// waits until this answer is there to be graded again, or this one waits and is graded by the corrected ones.
func (e *Engine) recordOnce(ctx context.Context, a Answer, now time.Time) (outcome Outcome, p progress, err error) {
	if a.Typed == "" {
		outcome, p, err = send(ctx, e.db, a, now)
	} else {
		err = pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error {
			if a.Choice, err = gradeTyped(ctx, tx, a); err != nil {
				return err
			}
			outcome, p, err = send(ctx, tx, a, now)
			return err
		})
	}
	if err == nil && p.Round.Kind == KindDuel {
		p.Round.Duel, err = readDuel(ctx, e.db, a.Workspace, a.Round)
	}
	return outcome, p, err
}

// gradeTyped is 1 for a typed answer that is accepted, else 0, also where nothing is to be typed.
func gradeTyped(ctx context.Context, tx pgx.Tx, a Answer) (int, error) {
	var q Question
	err := tx.QueryRow(ctx, `
		SELECT accepted FROM quiz.round_question
		WHERE workspace = $1 AND round = $2 AND position = $3 AND kind = 'typed'
		FOR SHARE`, a.Workspace, a.Round, a.Question).Scan(&q.Answers)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, fmt.Errorf("read what is accepted: %w", err)
	}
	return typedChoice(q, a.Typed), nil
}

// typedChoice is the number of a typed answer.
func typedChoice(q Question, typed string) int {
	if q.Accepts(typed) {
		return 1
	}
	return 0
}

// A batcher is a pool or a transaction, for several statements in one go.
type batcher interface {
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// send sends three statements in one go, as a whole channel may click in the same second: who it is, the answer, and the
// progress. They are one transaction.
func send(ctx context.Context, db batcher, a Answer, now time.Time) (outcome Outcome, p progress, err error) {
	var batch pgx.Batch
	batch.Queue(registerSQL, a.By.Workspace, a.By.User, a.Workspace, cleanName(a.By), a.By.nameless(), a.Round, a.Channel)
	queueAnswer(&batch, a, now).QueryRow(func(row pgx.Row) error {
		var changes int
		err := row.Scan(&changes)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return nil
		case changes > 0:
			outcome = Changed
		default:
			outcome = Recorded
		}
		return err
	})
	batch.Queue(progressSQL, a.Workspace, a.Round, a.By.Workspace, a.By.User).QueryRow(func(row pgx.Row) error {
		if err := p.scan(row); !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		return nil
	})
	err = db.SendBatch(ctx, &batch).Close()
	return outcome, p, err
}

// queueAnswer is the statement that decides: no row comes back if anything speaks against the answer.
func queueAnswer(batch *pgx.Batch, a Answer, now time.Time) *pgx.QueuedQuery {
	return batch.Queue(`
		WITH asked AS (
			SELECT r.workspace, r.id AS round, r.kind, q.position, q.question, p.channel, r.changeable, i.player
			FROM quiz.round r
			JOIN quiz.round_question q ON q.workspace = r.workspace AND q.round = r.id
			JOIN quiz.post p           ON p.workspace = r.workspace AND p.round = r.id
			JOIN quiz.identity i       ON i.workspace = $6 AND i.user_id = $7
			LEFT JOIN quiz.duel d      ON d.workspace = r.workspace AND d.round = r.id
			WHERE r.workspace = $1 AND r.id = $2
			AND q.position = $3 AND $4 < q.beyond
			AND (q.kind <> 'several' OR $4 > 0)  -- to choose none is no answer
			AND (q.kind = 'typed') = ($9::text IS NOT NULL)
			AND p.channel = $5
			AND r.opens_at <= $8 AND $8 < r.closes_at AND r.sealed_at IS NULL
			AND (r.kind <> 'duel' OR d.accepted_at IS NOT NULL AND i.player IN (d.challenger, d.challenged))
			FOR SHARE OF r  -- so a seal waits for this answer, or this answer sees the seal
		)
		INSERT INTO quiz.answer AS a (workspace, round, position, player, choice, typed, channel, answered_at, first_asked)
		SELECT workspace, round, position, player, $4, $9, channel, $8,
			CASE WHEN kind = 'ask' AND NOT EXISTS (
				SELECT FROM quiz.answer e
				WHERE e.workspace = asked.workspace AND e.player = asked.player AND e.first_asked = asked.question
			) THEN question END
		FROM asked
		ON CONFLICT (workspace, round, position, player) DO UPDATE
		SET choice = excluded.choice, typed = excluded.typed, channel = excluded.channel,
			answered_at = excluded.answered_at, changes = a.changes + 1
		WHERE (SELECT changeable FROM asked) AND (a.choice <> excluded.choice OR a.typed <> excluded.typed)
		RETURNING changes`,
		a.Workspace, a.Round, a.Question, a.Choice, a.Channel, a.By.Workspace, a.By.User, now, orNoText(a.Typed))
}

func orNoText(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// refusal finds out why nothing was written.
func refusal(a Answer, p progress, now time.Time) (Outcome, error) {
	r := p.Round
	switch {
	case !slices.Contains(p.posts, a.Channel), a.Question >= len(r.Questions), !a.fits(r.Questions[a.Question]):
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
	res.Right = res.Revealed && Points(res.Question, res.Choice) > 0
	res.Next = p.next(now)
	return res
}

// next is the first question that the person can still answer, -1 for none.
func (p progress) next(now time.Time) int {
	d := p.Round.Duel
	if p.over(now) || d != nil && (d.Accepted == nil || !d.has(p.player)) {
		return -1
	}
	return slices.Index(p.choices, -1)
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
	Round   Round
	Next    int      // the first question they can still answer, -1 for none: all answered, or the round is over
	Choices []int    // for each question what is recorded, -1 for nothing
	Typed   []string // for each question what is recorded for a typed answer, else empty
}

// Progress tells where somebody is in a round that is posted in the channel where they ask.
// Errors: ErrNoRound, also for a round of other channels; ErrNotYours for a duel of two others.
func (e *Engine) Progress(ctx context.Context, workspace string, round int64, channel string, by Person) (Progress, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	p, err := readProgress(ctx, e.db, workspace, round, by)
	if err != nil {
		return Progress{}, err
	}
	if !slices.Contains(p.posts, channel) {
		return Progress{}, fmt.Errorf("round %d in %s: %w", round, clip(channel, maxID), ErrNoRound)
	}
	if d := p.Round.Duel; d != nil && !d.has(p.player) {
		return Progress{}, fmt.Errorf("duel %d: %w", round, ErrNotYours)
	}
	return Progress{Round: p.Round, Next: p.next(e.now()), Choices: p.choices, Typed: p.typed}, nil
}
