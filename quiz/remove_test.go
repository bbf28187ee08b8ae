package quiz

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRemovedQuestionsStayAwayUntilTheyAreImportedAgain(t *testing.T) {
	w := newWorld(t, 2)
	w.mustImport(fileOf(theirs(3)...), ImportOptions{})
	other := theirs(5)[3:]
	other[0].Source, other[1].Source = "other-yaml", "other-yaml"
	w.mustImport(fileOf(other...), ImportOptions{})
	stored := func() []string {
		qs, err := w.Imported(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return ids(qs)
	}
	for _, step := range []struct {
		names         []string
		dryRun        bool
		removed, left []string
	}{
		{[]string{"Team.csv"}, true, []string{"t-0", "t-1", "t-2"}, []string{"t-0", "t-1", "t-2", "t-3", "t-4"}},
		{[]string{"t-4", "t-0", "t-4"}, false, []string{"t-0", "t-4"}, []string{"t-1", "t-2", "t-3"}},
		{[]string{"/some/where/team.csv"}, false, []string{"t-1", "t-2"}, []string{"t-3"}},
	} {
		removed, err := w.Remove(t.Context(), step.names, step.dryRun)
		if diff := cmp.Diff(step.removed, ids(removed)); err != nil || diff != "" {
			t.Errorf("%v, dry run %t: error %v, removed (-want +got):\n%s", step.names, step.dryRun, err, diff)
		}
		if got := w.load(bankOf(2)); got != [4]int{0, 0, 0, 2} { // the next start
			t.Errorf("%v: the next start changed %v, want nothing", step.names, got)
		}
		if diff := cmp.Diff(step.left, stored()); diff != "" {
			t.Errorf("%v, dry run %t: left (-want +got):\n%s", step.names, step.dryRun, diff)
		}
	}
	if n := w.count(`SELECT count(*) FROM quiz.question`); n != 7 {
		t.Errorf("in the table: got %d questions, want all 7, as answers refer to them", n)
	}
	if got := w.mustImport(fileOf(theirs(3)...), ImportOptions{}); got != "3 added, 0 updated, 0 unchanged" {
		t.Errorf("imported again: got %q", got)
	}
	if diff := cmp.Diff([]string{"t-0", "t-1", "t-2", "t-3"}, stored()); diff != "" {
		t.Errorf("imported again (-want +got):\n%s", diff)
	}
}

func TestAnOpenRoundEndsWithItsRemovedQuestion(t *testing.T) {
	w := newWorld(t, 1)
	w.mustImport(fileOf(theirs(1)...), ImportOptions{})
	r, err := w.Ask(t.Context(), AskRequest{Workspace: ws, Channel: general, By: person("ada"), Topic: "term100"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Remove(t.Context(), []string{"t-0"}, false); err != nil {
		t.Fatal(err)
	}
	if got := w.click(r, general, "bob", 0, "right"); !got.Right || got.Outcome != Recorded {
		t.Errorf("answered: got %+v, want recorded as right", got)
	}
	w.clock.set(r.Closes)
	if _, err := w.Ask(t.Context(), AskRequest{Workspace: ws, Channel: general, By: person("ada"), Topic: "term100"}); !errors.Is(err, ErrNoQuestions) {
		t.Errorf("asked again: got %v, want ErrNoQuestions", err)
	}
	if diff := cmp.Diff([]string{"1 bob 1/1"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
}

func TestOnlyWhatWasImportedIsRemoved(t *testing.T) {
	w := newWorld(t, 2)
	const none = "is neither a file from which questions were imported nor the id of such a question; "
	if _, err := w.Remove(t.Context(), []string{"team.csv"}, false); err == nil || !strings.Contains(err.Error(), none+"none are imported") {
		t.Errorf("without imported questions: got error %v", err)
	}
	w.mustImport(fileOf(theirs(2)...), ImportOptions{})
	for name, names := range map[string][]string{
		"a built-in question": {"q-000"}, "another file beside a known one": {"team.csv", "none.csv"}, "nothing": {""}, "the glossary": {SourceGlossary},
	} {
		_, err := w.Remove(t.Context(), names, false)
		if bad, ok := errors.AsType[*InvalidError](err); !ok || !strings.Contains(bad.Problem, none+"there are some from team-csv (2)") {
			t.Errorf("%s: got error %v, want an *InvalidError", name, err)
		}
	}
	if qs, err := w.Imported(t.Context()); err != nil || len(qs) != 2 {
		t.Errorf("afterwards: got %v, %v, want both questions", ids(qs), err)
	}
	if got := w.load(bankOf(2)); got != [4]int{0, 0, 0, 2} {
		t.Errorf("the built-in ones: got %v, want unchanged", got)
	}
}
