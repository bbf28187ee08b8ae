package quiz

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestWhoLeavesDuringARound: the platform takes no message for them any more, and they press nothing. What they have answered
// counts, nobody waits for them, and the others see no difference.
func TestWhoLeavesDuringARound(t *testing.T) {
	w := newWorld(t, 20)
	s := daily("daily", general)
	s.Questions = 2
	w.mustCreate(s)
	w.remind("bob", "eve")
	d := &desk{onSay: func(n Notice) error {
		if n.To.User == "U-bob" {
			return &GoneError{Reason: "This person is not here any more."}
		}
		return nil
	}}
	w.clock.set(w.only().Next)
	w.settle(d)
	r := d.posted[0].Round
	w.click(r, general, "ada", 0, "right")
	w.click(r, general, "bob", 0, "right") // and leaves, with a duel that eve has accepted and one that nobody has
	duel := w.mustChallenge("bob", "eve", d)
	if _, err := w.Accept(t.Context(), ws, duel.ID, person("eve")); err != nil {
		t.Fatal(err)
	}
	for i := range duel.Questions {
		w.click(duel, general, "eve", i, "right")
	}
	asked := w.mustChallenge("ada", "bob", d)
	w.clock.set(r.Closes.Add(-time.Hour))
	w.settle(d)
	w.clock.set(r.Closes)
	w.settle(d)
	w.clock.set(w.only().Next)
	w.settle(d)

	ended := map[int64]Tally{}
	for i, p := range d.closed {
		ended[p.Round.ID] = d.tally[i]
	}
	if got := ended[r.ID]; got.Players != 2 || got.Answers[0] != 2 || len(got.Top) != 2 {
		t.Errorf("the quiz: got %+v, want both answers in its result", got)
	}
	if _, over := ended[duel.ID]; !over {
		t.Error("the duel that eve played alone has no result")
	}
	if _, over := ended[asked.ID]; !over {
		t.Error("the challenge that nobody answered is not over")
	}
	if diff := cmp.Diff([]string{"U-bob", "U-eve"}, slices.Sorted(slices.Values(d.reminded()))); diff != "" {
		t.Errorf("tried to remind (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"1 bob 1/1", "1 ada 1/1"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
	if next := d.posted[len(d.posted)-1].Round; next.Kind != KindSeries || next.ID == r.ID {
		t.Errorf("the day after: got %+v, want the next round", next)
	}
}

// A question that the workspace has retired is not due any more; once it is restored, it is. Elsewhere it stays due.
func TestAQuestionRetiredWhileItIsDueIsNotAsked(t *testing.T) {
	w := newWorld(t, 1)
	w.click(w.mustPractice("ada", "", 1), general, "ada", 0, "wrong")
	w.alsoKnown(elsewhere, person("ada"))
	if _, err := w.register(t.Context(), elsewhere.Workspace, elsewhere); err != nil {
		t.Fatal(err)
	}
	w.clock.add(24 * time.Hour)
	due := func(by Person) int {
		t.Helper()
		got, err := w.Due(t.Context(), by)
		if err != nil {
			t.Fatal(err)
		}
		return got.Today
	}
	if n := due(person("ada")); n != 1 {
		t.Fatalf("the day after: got %d due, want one", n)
	}
	w.must(w.RetireQuestion(t.Context(), w.by("q-000", "")))
	if here, there := due(person("ada")), due(elsewhere); here != 0 || there != 1 {
		t.Errorf("retired here: got %d due here and %d elsewhere, want none and one", here, there)
	}
	if _, err := w.review(person("ada")); err == nil {
		t.Error("a review asks it")
	}
	w.must(w.RestoreQuestion(t.Context(), w.by("q-000", ""), 0))
	if n := due(person("ada")); n != 1 {
		t.Errorf("restored: got %d due, want one", n)
	}
}
