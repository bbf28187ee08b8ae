package quiz

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// by is a decision of an admin who has seen how the question stands.
func (w *world) by(id, why string) Decision {
	w.t.Helper()
	s, err := w.Question(w.t.Context(), ws, id)
	if err != nil {
		w.t.Fatalf("Question: %v", err)
	}
	return Decision{Workspace: ws, ID: id, Version: s.Number, By: "Admin", Why: why}
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
	s, err := w.Question(w.t.Context(), ws, id)
	if err != nil {
		w.t.Fatalf("Question: %v", err)
	}
	q := s.Question
	q.Key = choice(w.t, q, right)
	q.Explanation = "It is " + right + " that is right, and what was right before is not."
	return w.EditQuestion(w.t.Context(), w.by(id, "It was mixed up."), q, nil)
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
