package quiz

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
)

// The bank is shared by all workspaces of an installation. What the admins of one decide about a question holds for that one:
// it asks another text, or does not ask it at all, or an answer does not count. Each decision is a row of quiz.question_edit with
// all that is in force from then on, so the latest row says how things are and all of them are the history.

// ErrNoQuestion says that there never was such a question.
var ErrNoQuestion = errors.New("there is no such question")

// maxWhy is how many characters a reason, or what somebody says in a report, may have.
const maxWhy = 500

// A Decision is about one question in one workspace.
type Decision struct {
	Workspace, ID string
	Version       int    // the number of the latest version that they have seen, 0 for none
	By            string // a name for the history
	ByID          string // whose it is, as the platform numbers people; empty if that is not known
	Why           string // at most 500 characters; shown in the history, and to those whose answers it changes
}

// A ConflictError says that somebody has decided something about the question that whoever decides now has not seen.
type ConflictError struct{ Latest Version }

// Error says who and when.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("%s was changed by %s at %s", e.Latest.Question.ID, e.Latest.By, e.Latest.At.Format(time.RFC3339))
}

// EditQuestion gives a question another text, other choices, another key, other accepted answers or another explanation. What
// else q holds stays as it is. A corrected key grades past answers in the workspace again, as Load does it for all, also those
// of a round that is open now.
//
// The error is *InvalidError for what is not fit to be asked: see Validate, and Check with the terms for what is hard and was
// not so before. For other errors see RetireQuestion.
func (e *Engine) EditQuestion(ctx context.Context, d Decision, q Question, terms []Term) (Version, error) {
	return e.rule(ctx, d, ActEdit, func(h questionHistory, v *Version, _ []pastQuestion) error {
		now := h.inForce().Question
		edited := now
		edited.Text, edited.Choices, edited.Key, edited.Answers, edited.Explanation = q.Text, q.Choices, q.Key, q.Answers, q.Explanation
		if string(encode(edited)) == string(encode(now)) {
			return invalidPart("text", "that is the question as it is; change what is wrong")
		}
		if err := askable(edited, now, terms); err != nil {
			return err
		}
		v.Question, v.Own = edited, true
		return nil
	})
}

// askable refuses an edit that must not be asked. What was wrong before the edit does not stand in its way.
func askable(edited, was Question, terms []Term) error {
	if err := edited.Validate(); err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return invalidPart(partOf(first), "this cannot be asked: %s", first)
	}
	known := map[string]bool{}
	for _, p := range Check(was, terms) {
		known[p.Rule] = known[p.Rule] || p.Hard
	}
	for _, p := range Check(edited, terms) {
		if p.Hard && !known[p.Rule] {
			part := "choices"
			if p.Rule == "R1" || p.Rule == "R7" {
				part = "text"
			}
			return invalidPart(part, "this cannot be asked: %s", p.Text)
		}
	}
	return nil
}

var aPart = regexp.MustCompile(`^(text|explanation|key|choice|step|answer)`)

// partOf is what of a question a problem that Validate found is about.
func partOf(problem string) string {
	switch part := aPart.FindString(problem); part {
	case "choice", "step":
		return "choices"
	case "answer":
		return "answers"
	default:
		return part
	}
}

// RetireQuestion has a question asked no more in the workspace. An open round finishes as it began, and answers stay.
//
// Errors: ErrNoQuestion; *ConflictError; *InvalidError for a reason that is too long and for what would change nothing.
func (e *Engine) RetireQuestion(ctx context.Context, d Decision) (Version, error) {
	return e.rule(ctx, d, ActRetire, func(h questionHistory, v *Version, _ []pastQuestion) error {
		if v.Retired {
			return invalid("it is not asked here any more already")
		}
		v.Retired = true
		return nil
	})
}

// VoidQuestion takes a question back in one round, or in all until now if round is 0: no answer to it counts, neither as a point
// nor as an answer. The question itself may be asked again, see RetireQuestion, which also tells the errors.
func (e *Engine) VoidQuestion(ctx context.Context, d Decision, round int64) (Version, error) {
	return e.rule(ctx, d, ActVoid, func(h questionHistory, v *Version, past []pastQuestion) error {
		v.Round = round
		return void(past, round, v.At)
	})
}

// void takes past questions back.
func void(past []pastQuestion, round int64, at time.Time) error {
	asked, counted := false, false
	for i := range past {
		if p := &past[i]; round == 0 || p.Round == round {
			asked = true
			if p.Voided == nil {
				p.Voided, counted = &at, true
			}
		}
	}
	switch {
	case !asked && round != 0:
		return invalid("it was not asked in round %d", round)
	case !asked:
		return invalid("it has not been asked here yet, so no answer counts; to have it asked no more, retire it")
	case !counted:
		return invalid("it was taken back already, so no answer counts")
	}
	return nil
}

// RestoreQuestion brings back how a question was at an earlier version, or as the bank has it for 0: its text and key, whether it is
// asked, and the answers that were voided since. It voids nothing: what was taken back then and counts again now goes on
// counting, see Version.Lapsed. See RetireQuestion for errors; there is also *InvalidError for no such version.
func (e *Engine) RestoreQuestion(ctx context.Context, d Decision, version int) (Version, error) {
	return e.rule(ctx, d, ActRestore, func(h questionHistory, v *Version, past []pastQuestion) error {
		if version < 0 || version >= len(h.versions) && version > 0 {
			return invalid("there is no earlier version %d", version)
		}
		then := h.at(version)
		counts := unvoid(past, h.versions[min(version, len(h.versions)):])
		if !counts && then.Retired == v.Retired && string(encode(then.Question)) == string(encode(v.Question)) {
			if lapsed(past, h.versions[:version]) {
				return invalid("that version took it back, which was undone since; to go back there does not take it back again, to void it does")
			}
			return invalid("it is like that already")
		}
		v.Question, v.Own, v.Retired, v.Again = then.Question, then.Own, then.Retired, counts
		v.Lapsed = version <= len(h.versions) && lapsed(past, h.versions[:version])
		return nil
	})
}

// lapsed reports whether the last of these versions had taken answers back that count now.
func lapsed(past []pastQuestion, versions []Version) bool {
	for _, v := range slices.Backward(versions) {
		switch {
		case v.Act == ActRestore:
			return false // it had undone what was voided before
		case v.Act == ActVoid:
			return !slices.ContainsFunc(past, func(p pastQuestion) bool { return p.Voided != nil && p.Voided.Equal(v.At) })
		}
	}
	return false
}

// unvoid has count again what these versions took back, and reports whether there is any of that.
func unvoid(past []pastQuestion, versions []Version) (any bool) {
	for _, v := range versions {
		for i := range past {
			p := &past[i]
			if v.Act == ActVoid && (v.Round == 0 || v.Round == p.Round) && p.Voided != nil && p.Voided.Equal(v.At) {
				p.Voided, any = nil, true
			}
		}
	}
	return any
}

// A ruling changes a version, which is as the one in force, and what becomes of past questions, into what is wanted.
type ruling func(h questionHistory, v *Version, past []pastQuestion) error

// rule carries a decision out in one transaction, with everything that follows from it for past answers.
func (e *Engine) rule(ctx context.Context, d Decision, act Act, how ruling) (v Version, err error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	if n := utf8.RuneCountInString(d.Why); n > maxWhy {
		return Version{}, invalidPart("why", "a reason has at most %d characters; these are %d", maxWhy, n)
	}
	if !printable(d.Why, "\n") {
		return Version{}, invalidPart("why", "the reason has characters which cannot be shown; please type it anew")
	}
	err = again(func() error {
		return pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error {
			v, err = e.ruleOnce(ctx, tx, d, act, how)
			return err
		})
	})
	if err != nil {
		return Version{}, fmt.Errorf("%s a question: %w", act, err)
	}
	e.signal()
	return v, nil
}

func (e *Engine) ruleOnce(ctx context.Context, tx pgx.Tx, d Decision, act Act, how ruling) (Version, error) {
	if err := lock(ctx, tx, "load"); err != nil { // two admins, or an admin and a new release: one after the other
		return Version{}, err
	}
	h, err := readHistory(ctx, tx, d.Workspace, d.ID)
	if err != nil {
		return Version{}, err
	}
	v := h.inForce()
	if v.Number != d.Version {
		return Version{}, &ConflictError{Latest: v}
	}
	if err := holdBank(ctx, tx); err != nil {
		return Version{}, err
	}
	past, err := readPast(ctx, tx, d.Workspace, []string{d.ID})
	if err != nil {
		return Version{}, err
	}
	at := e.now()
	if !at.After(v.At) { // by its time it is told what a version voided
		at = v.At.Add(time.Microsecond)
	}
	v = Version{Number: v.Number + 1, Act: act, Question: v.Question, Own: v.Own, Retired: v.Retired,
		By: adminName(d.By), At: at, Why: strings.TrimSpace(d.Why)}
	if err := how(h, &v, past); err != nil {
		return Version{}, err
	}
	if err := e.gradeBy(ctx, tx, d, h, &v, past); err != nil {
		return Version{}, err
	}
	if err := storeVersion(ctx, tx, d.Workspace, v, d.ByID); err != nil {
		return Version{}, err
	}
	if act == ActRestore { // which is no answer to them
		return v, nil
	}
	return v, closeReports(ctx, tx, d, v.At)
}

// gradeBy grades past questions by the version that is to be in force, and counts in it what changes.
func (e *Engine) gradeBy(ctx context.Context, tx pgx.Tx, d Decision, h questionHistory, v *Version, past []pastQuestion) error {
	var own *Question
	if v.Own {
		own = &v.Question
	}
	var again []pastQuestion
	for _, p := range past {
		if !sameAsked(p.Question, v.Question) {
			v.Untouched++
		}
		p.correct(own, h.bank)
		if p.changed() {
			again = append(again, p)
		}
	}
	changes, err := e.regrade(ctx, tx, again, v.Why)
	for _, c := range changes {
		v.Answers, v.Players = c.Answers, c.Players
	}
	if err != nil || v.Answers == 0 {
		return err
	}
	v.Told, err = toBeTold(ctx, tx, d.Workspace, d.ID)
	return err
}
