package quiz

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestQuestionsAreFoundByReportsAndWords(t *testing.T) {
	w := newWorld(t, 4)
	asked := w.mustAsk(general, "ada")
	w.mustComplain(asked, "ada", "")
	w.mustComplain(asked, "bob", "no")
	reported := asked.Questions[0].ID
	all := func(typed string, n int) (ids []string) {
		t.Helper()
		found, err := w.FindQuestions(t.Context(), ws, typed, n)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			ids = append(ids, fmt.Sprint(f.ID, " ", f.Reports))
			if f.Text == "" {
				t.Errorf("%s has no text", f.ID)
			}
		}
		return ids
	}
	everything := all("", 100)
	if len(everything) != 4 || everything[0] != reported+" 2" {
		t.Errorf("got %q, want four questions, first %s with 2 reports", everything, reported)
	}
	if got := all("", 2); !cmp.Equal(got, everything[:2]) {
		t.Errorf("the first two: got %q, want %q", got, everything[:2])
	}
	// The words of the workspace's own text are found, those of the bank's not any more.
	other := strings.Fields(everything[3])[0]
	s, err := w.Question(t.Context(), ws, other)
	if err != nil {
		t.Fatal(err)
	}
	q := s.Question
	q.Text = "What is a Zebra crossing for?"
	if _, err := w.EditQuestion(t.Context(), Decision{Workspace: ws, ID: other, By: "ada"}, q, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := w.RetireQuestion(t.Context(), Decision{Workspace: ws, ID: other, Version: 1, By: "ada"}); err != nil {
		t.Fatal(err)
	}
	for typed, want := range map[string][]string{
		"CROSSING zebra":    {other + " 0"},
		other:               {other + " 0"},
		"zebra nothing":     nil,
		"%":                 nil,
		"'; select":         nil,
		"zebra\x00":         nil,
		"\xff":              nil,
		s.Question.Text:     nil,
		reported + " " + "": {reported + " 2"},
	} {
		if got := all(typed, 10); !cmp.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", typed, got, want)
		}
	}
	if found, err := w.FindQuestions(t.Context(), "test/elsewhere", "zebra", 10); err != nil || len(found) != 0 {
		t.Errorf("another workspace: got %v, %v, want nothing of this one's text", found, err)
	}
}
