package quiz

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// standing tells how a question stands in the workspace of most tests.
func (w *world) standing(id string) QuestionState {
	w.t.Helper()
	s, err := w.Question(w.t.Context(), ws, id)
	if err != nil {
		w.t.Fatalf("Question: %v", err)
	}
	return s
}

// by is a decision of an admin who has seen how the question stands.
func (w *world) by(id, why string) Decision {
	w.t.Helper()
	return Decision{Workspace: ws, ID: id, Version: w.standing(id).Number, By: "Admin", Why: why}
}

// must is for decisions that should work out.
func (w *world) must(v Version, err error) Version {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// rekey makes another choice of the question the right one.
func (w *world) rekey(id, right string) (Version, error) {
	w.t.Helper()
	q := w.standing(id).Question
	q.Key = choice(w.t, q, right)
	q.Explanation = "It is " + right + " that is right, and what was right before is not."
	return w.EditQuestion(w.t.Context(), w.by(id, "It was mixed up."), q, nil)
}

// drawn are the ids that may be drawn in a workspace.
func (w *world) drawn(workspace string) (ids []string) {
	w.t.Helper()
	bank, err := w.liveBank(w.t.Context(), w.pool, workspace)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, b := range bank {
		ids = append(ids, b.ID)
	}
	return ids
}

func TestAnEditedKeyGradesPastAnswersOfTheWorkspaceAgain(t *testing.T) {
	w := newWorld(t, 1)
	r, d := w.openDaily(daily("daily", general))
	w.click(r, general, "ada", 0, "right")
	w.click(r, general, "bob", 0, "worst")
	w.clock.set(r.Closes)
	w.settle(d)

	v := w.must(w.rekey("q-000", "worst"))
	if v.Answers != 2 || v.Players != 2 || v.Number != 1 || !v.Own {
		t.Errorf("edit: got %+v, want two answers of two players", v)
	}
	if diff := cmp.Diff([]string{"1 bob 1/1", "2 ada 0/1"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
	w.clock.add(resultPause)
	w.settle(d)
	if len(d.said) != 0 || len(d.tally) != 2 {
		t.Errorf("soon: got %d notices and %d results, want the result a second time", len(d.said), len(d.tally))
	}
	w.clock.add(noticePause)
	w.settle(d)
	if len(d.said) != 1 || d.said[0].Kind != NoticeCorrection || d.said[0].Channel != general {
		t.Fatalf("notices: got %+v, want one correction in the channel", d.said)
	}
	if got := d.tally[len(d.tally)-1]; len(d.tally) != 2 || got.Right[0] != 1 || got.Top[0].Name != "bob" {
		t.Errorf("results shown: got %+v, want a second one with bob on top", d.tally)
	}
}

func TestWorkspacesDoNotSeeEachOthersEdits(t *testing.T) {
	w := newWorld(t, 3)
	const other = "test/W2"
	theirs := func() Round {
		r, err := w.Ask(t.Context(), AskRequest{Workspace: other, Channel: other + "/general", By: person("eve"), Topic: "term0"})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	before := theirs()
	w.must(w.rekey("q-000", "worst"))
	w.must(w.RetireQuestion(t.Context(), w.by("q-001", "")))
	if got, want := w.drawn(ws), []string{"q-000", "q-002"}; !slices.Equal(got, want) {
		t.Errorf("drawn here: got %v, want %v", got, want)
	}
	if got, want := w.drawn(other), []string{"q-000", "q-001", "q-002"}; !slices.Equal(got, want) {
		t.Errorf("drawn there: got %v, want %v", got, want)
	}
	w.clock.add(askWindow)
	for _, r := range []Round{before, theirs()} {
		r, err := readRound(t.Context(), w.pool, other, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Questions[0].Right(); got != "right" {
			t.Errorf("round %d there: got %q as the right answer, want the bank's", r.ID, got)
		}
	}
	if s, err := w.Question(t.Context(), other, "q-000"); err != nil || s.Number != 0 || s.Own {
		t.Errorf("history there: got %+v, %v, want nothing", s.Version, err)
	}
}

func TestRetiredQuestionsAreNotAskedInTheWorkspaceUntilRestored(t *testing.T) {
	w := newWorld(t, 2)
	r := w.mustAsk(general, "ada") // stays open while its question is retired
	id := r.Questions[0].ID
	w.must(w.RetireQuestion(t.Context(), w.by(id, "too easy")))
	if got := w.click(r, general, "ada", 0, "right"); !got.Right {
		t.Errorf("answer to the open round: got %+v, want it to count", got)
	}
	for range 3 {
		w.clock.add(askWindow)
		if got := w.mustAsk(general, "ada").Questions[0].ID; got == id {
			t.Errorf("asked: got the retired %s", got)
		}
	}
	if _, err := w.RetireQuestion(t.Context(), w.by(id, "")); !isInvalid(err) {
		t.Errorf("retiring it again: got %v, want an InvalidError", err)
	}
	w.must(w.RestoreQuestion(t.Context(), w.by(id, ""), 0))
	if got := w.drawn(ws); len(got) != 2 {
		t.Errorf("drawn after it was restored: got %v, want both", got)
	}
}

func TestOfTwoAdminsTheSecondIsToldOfTheFirst(t *testing.T) {
	w := newWorld(t, 1)
	d := w.by("q-000", "")
	var both sync.WaitGroup
	errs := make([]error, 2)
	for i := range errs {
		both.Go(func() { _, errs[i] = w.RetireQuestion(t.Context(), d) })
	}
	both.Wait()
	slices.SortFunc(errs, func(a, b error) int {
		if a == nil {
			return -1
		}
		return 1
	})
	conflict, is := errors.AsType[*ConflictError](errs[1])
	if errs[0] != nil || !is || conflict.Latest.By != "Admin" || conflict.Latest.Act != ActRetire {
		t.Errorf("got %v, want one success and one conflict that names the other", errs)
	}
	if n := w.count(`SELECT count(*) FROM quiz.question_edit`); n != 1 {
		t.Errorf("versions: got %d, want 1", n)
	}
}

func TestARoundThatIsBeingOpenedHasTheCorrectedKey(t *testing.T) {
	w := newWorld(t, 1)
	tx, err := w.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	questions, err := w.drawFor(t.Context(), tx, ws, "channel/"+general, "", nil, 1, monday)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { _, err := w.rekey("q-000", "worst"); done <- err }()
	waiting := `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
	for len(done) == 0 && w.count(waiting) == 0 {
	}
	id, err := w.insertRound(t.Context(), tx, newRound{Workspace: ws, Kind: KindAsk, Scope: "channel/" + general, Opens: monday, Closes: monday.Add(askWindow),
		Day: "2026-03-02", Reveal: true, Questions: questions, Channels: []string{general}})
	if err == nil {
		err = tx.Commit(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	r, err := readRound(t.Context(), w.pool, ws, id)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.Questions[0].Right(); got != "worst" {
		t.Errorf("right in the round: got %q, want the corrected key", got)
	}
}

// Answers, a correction, the close and what is shown of it, all at once: in the end everything is as the new key has it.
func TestCorrectingWhileEverybodyAnswersAndTheRoundCloses(t *testing.T) {
	w, r, d := openKinds(t, false)
	typed := r.Questions[position(t, r, Typed)]
	right := corrected()[slices.IndexFunc(corrected(), func(q Question) bool { return q.Kind == Typed })]
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() { w.say(r, Typed, playerName(i), said[Typed][i%2]) })
		all.Go(func() { w.say(r, OneChoice, playerName(i), said[OneChoice][i%2]) })
	}
	all.Go(func() { w.must(w.EditQuestion(t.Context(), w.by(typed.ID, ""), right, nil)) })
	all.Go(func() { w.must(w.rekey(r.Questions[position(t, r, OneChoice)].ID, "wrong")) })
	all.Go(func() {
		w.clock.set(r.Closes)
		w.settle(d)
	})
	all.Wait()
	for range 3 {
		w.clock.add(noticePause)
		w.settle(d)
	}
	wrongly := w.count(`
		SELECT count(*) FROM quiz.answer a JOIN quiz.round_question q USING (workspace, round, position)
		WHERE q.kind = 'typed' AND (a.choice = 1) <> (a.typed = 'kubectl')`)
	if wrongly > 0 {
		t.Errorf("got %d typed answers graded by the old key, want none", wrongly)
	}
	last := d.tally[len(d.tally)-1]
	for _, kind := range []QuestionKind{OneChoice, Typed} {
		i := position(t, r, kind)
		rights := w.count(`
			SELECT count(*) FROM quiz.answer a JOIN quiz.round_question q USING (workspace, round, position)
			WHERE a.position = $1 AND a.choice = q.key`, i)
		if last.Right[i] != rights {
			t.Errorf("%s: the result that is shown has %d right, want %d", kind, last.Right[i], rights)
		}
	}
	finished := w.count(`SELECT count(*) FROM quiz.post WHERE finished_at IS NOT NULL`)
	if finished != 2 {
		t.Errorf("got %d finished posts, want 2", finished)
	}
}

func TestAReleaseLeavesWhatAWorkspaceEdited(t *testing.T) {
	w := newWorld(t, 2)
	const other = "test/W2"
	here, there := w.mustAsk(general, "ada"), w.askThere(other, "term0")
	if here.Questions[0].ID != "q-000" {
		w.clock.add(askWindow)
		here = w.mustAsk(general, "ada")
	}
	w.click(here, general, "ada", 0, "worst")
	w.clickThere(there, "eve", "wrong")
	w.must(w.rekey("q-000", "worst"))

	bank := bankOf(2)
	bank[0].Key = 1 // the release says: wrong
	w.load(bank)
	s := w.standing("q-000")
	if got := s.Question.Right(); got != "worst" || !s.Own || !s.NewBank || s.Bank.Right() != "wrong" || s.Number != 1 {
		t.Errorf("here: got %+v, want the edit with a note that the bank has changed", s)
	}
	if r, err := readRound(t.Context(), w.pool, ws, here.ID); err != nil || r.Questions[0].Right() != "worst" {
		t.Errorf("round here: got %v, %v, want it graded by the edit", r.Questions, err)
	}
	if r, err := readRound(t.Context(), w.pool, other, there.ID); err != nil || r.Questions[0].Right() != "wrong" {
		t.Errorf("round there: got %v, %v, want it graded by the release", r.Questions, err)
	}
	history, err := w.QuestionHistory(t.Context(), other, "q-000")
	if err != nil || len(history) != 1 || history[0].Act != ActBank || history[0].Answers != 1 || history[0].Players != 1 {
		t.Errorf("history there: got %+v, %v, want that the bank was corrected", history, err)
	}
	w.must(w.RestoreQuestion(t.Context(), w.by("q-000", ""), 0))
	if s := w.standing("q-000"); s.Question.Right() != "wrong" || s.NewBank {
		t.Errorf("restored: got %+v, want the bank's as it is now", s)
	}
	if r, err := readRound(t.Context(), w.pool, ws, here.ID); err != nil || r.Questions[0].Right() != "wrong" {
		t.Errorf("round here after restoring: got %v, %v, want it graded by the bank", r.Questions, err)
	}
}

// askThere asks in the channel "general" of another workspace, clickThere answers there.
func (w *world) askThere(workspace, topic string) Round {
	w.t.Helper()
	r, err := w.Ask(w.t.Context(), AskRequest{Workspace: workspace, Channel: workspace + "/general", By: person("eve"), Topic: topic})
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *world) clickThere(r Round, name, text string) {
	w.t.Helper()
	w.click(r, r.Workspace+"/general", name, 0, text)
}

func TestEditsThatCannotBeAskedAreRefused(t *testing.T) {
	w := newWorld(t, 1)
	for name, spoil := range map[string]func(*Question){
		"no text":                  func(q *Question) { q.Text = "" },
		"a text of two lines":      func(q *Question) { q.Text = "What\nis right?" },
		"a key beyond the choices": func(q *Question) { q.Key = 4 },
		"the same choice twice":    func(q *Question) { q.Choices = []string{"right", "Right"} },
		"one choice":               func(q *Question) { q.Choices = []string{"right"} },
		"accepted answers":         func(q *Question) { q.Answers = []string{"right"} },
		"a short explanation":      func(q *Question) { q.Explanation = "Because." },
		"a choice for all":         func(q *Question) { q.Choices = []string{"right", "wrong", "all of the above"} },
		"nothing changed":          func(*Question) {},
		"another id and kind only": func(q *Question) { q.ID, q.Kind, q.Domain = "q-999", Several, "D5" },
	} {
		q := w.standing("q-000").Question
		spoil(&q)
		_, err := w.EditQuestion(t.Context(), w.by("q-000", ""), q, nil)
		if !isInvalid(err) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v, want an InvalidError of one line", name, err)
		}
	}
	for name, id := range map[string]string{"unknown": "q-999", "no id": "", "hostile": "'; drop table", "long": strings.Repeat("x", 99)} {
		if _, err := w.RetireQuestion(t.Context(), Decision{Workspace: ws, ID: id}); !errors.Is(err, ErrNoQuestion) {
			t.Errorf("%s: got %v, want ErrNoQuestion", name, err)
		}
	}
	d := w.by("q-000", strings.Repeat("x", maxWhy+1))
	if _, err := w.RetireQuestion(t.Context(), d); !isInvalid(err) {
		t.Errorf("a long reason: got %v, want an InvalidError", err)
	}
	if n := w.count(`SELECT count(*) FROM quiz.question_edit`); n != 0 {
		t.Errorf("versions: got %d, want none", n)
	}
}

// What was imported may be hard by the rules; its key can be corrected all the same.
func TestWhatWasWrongBeforeDoesNotStandInTheWayOfAnEdit(t *testing.T) {
	w := newWorld(t, 1)
	bank := bankOf(1)
	bank[0].Choices[3] = "all of the above"
	w.load(bank)
	w.must(w.rekey("q-000", "wrong"))
}

func TestAnEditWithOtherChoicesLeavesPastRoundsAndSaysSo(t *testing.T) {
	w := newWorld(t, 1)
	r := w.mustAsk(general, "ada")
	w.click(r, general, "ada", 0, "right")
	q := w.standing("q-000").Question
	q.Choices = []string{"right", "wrong", "worse", "worst of all"}
	q.Key = 1
	if v := w.must(w.EditQuestion(t.Context(), w.by("q-000", ""), q, nil)); v.Untouched != 1 || v.Answers != 0 {
		t.Errorf("got %+v, want one round untouched", v)
	}
	if r, err := readRound(t.Context(), w.pool, ws, r.ID); err != nil || r.Questions[0].Right() != "right" {
		t.Errorf("the round: got %v, %v, want it as it was", r.Questions, err)
	}
}

func TestAReasonThatCannotBeShownIsRefused(t *testing.T) {
	w := newWorld(t, 1)
	for why, want := range map[string]string{
		strings.Repeat("y", maxWhy+1): "a reason has at most 500 characters; these are 501",
		"a\u202eb":                    "the reason has characters which cannot be shown; please type it anew",
	} {
		_, err := w.RetireQuestion(t.Context(), w.by("q-000", why))
		if invalid, ok := errors.AsType[*InvalidError](err); !ok || invalid.Error() != want {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

// TestAVoidIsUndoneOnce: going back does not take answers back once more.
func TestAVoidIsUndoneOnce(t *testing.T) {
	w := newWorld(t, 1)
	r, d := w.openDaily(daily("daily", general))
	w.click(r, general, "ada", 0, "right")
	w.clock.set(r.Closes)
	w.settle(d)
	if v := w.must(w.VoidQuestion(t.Context(), w.by("q-000", ""), 0)); v.Again {
		t.Error("void: answers count again")
	}
	if v := w.must(w.RestoreQuestion(t.Context(), w.by("q-000", ""), 0)); !v.Again {
		t.Error("restore: want that answers count again")
	}
	if _, err := w.RestoreQuestion(t.Context(), w.by("q-000", ""), 1); err == nil {
		t.Error("the void was restored, so Undo may be offered after all")
	}
	if v := w.must(w.RetireQuestion(t.Context(), w.by("q-000", ""))); v.Again {
		t.Error("retire: answers count again")
	}
}

// TestAnEarlierVersionDoesNotVoidAgain: whoever goes back to a version that took answers back is told that they count.
func TestAnEarlierVersionDoesNotVoidAgain(t *testing.T) {
	w := newWorld(t, 1)
	r := w.mustAsk(general, "ada")
	w.click(r, general, "ada", 0, "right")
	w.must(w.VoidQuestion(t.Context(), w.by("q-000", ""), 0)) // 1
	w.must(w.RestoreQuestion(t.Context(), w.by("q-000", ""), 0))
	if _, err := w.RestoreQuestion(t.Context(), w.by("q-000", ""), 1); !isInvalid(err) || !strings.Contains(err.Error(), "does not take it back again, to void it does") {
		t.Errorf("back to the void, with nothing else to do: got %v, want that it does not void", err)
	}
	w.must(w.RetireQuestion(t.Context(), w.by("q-000", ""))) // 3
	for version, want := range map[int]bool{0: false, 1: true, 2: false} {
		v := w.must(w.RestoreQuestion(t.Context(), w.by("q-000", ""), version))
		if v.Lapsed != want || v.Retired {
			t.Errorf("back to version %d: got %+v, want lapsed %v", version, v, want)
		}
		w.must(w.RetireQuestion(t.Context(), w.by("q-000", "")))
	}
	if diff := cmp.Diff([]string{"1 ada 1/1"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
	w.must(w.VoidQuestion(t.Context(), w.by("q-000", ""), 0)) // in force, so it has not lapsed
	last := w.standing("q-000").Number
	w.must(w.EditQuestion(t.Context(), w.by("q-000", ""), reworded(w.standing("q-000").Question), nil))
	if v := w.must(w.RestoreQuestion(t.Context(), w.by("q-000", ""), last)); v.Lapsed {
		t.Errorf("back to a void in force: got %+v, want it not lapsed", v)
	}
}

func reworded(q Question) Question {
	q.Text = "What is right, if anything?"
	return q
}
