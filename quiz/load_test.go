package quiz

import (
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// load returns what Load said as {added, updated, retired, unchanged}.
func (w *world) load(qs []Question) [4]int {
	w.t.Helper()
	added, updated, retired, unchanged, err := w.Load(w.t.Context(), qs)
	if err != nil {
		w.t.Fatalf("Load: %v", err)
	}
	return [4]int{added, updated, retired, unchanged}
}

func TestLoadCountsWhatItDid(t *testing.T) {
	w := newWorld(t, 10)
	fewer := bankOf(8)
	fewer[0].Text = "What is right in another case?"
	fewer[1].Terms = nil
	for _, step := range []struct {
		name string
		bank []Question
		want [4]int
	}{
		{"the same again", bankOf(10), [4]int{0, 0, 0, 10}},
		{"two changed, two left out", fewer, [4]int{0, 2, 2, 6}},
		{"that again", fewer, [4]int{0, 0, 0, 8}},
		{"all back", bankOf(10), [4]int{2, 2, 0, 6}},
		{"the other way round", reversed(bankOf(10)), [4]int{0, 0, 0, 10}},
	} {
		if got := w.load(step.bank); got != step.want {
			t.Errorf("%s: added, updated, retired, unchanged: got %v, want %v", step.name, got, step.want)
		}
	}
}

func reversed(qs []Question) []Question { slices.Reverse(qs); return qs }

func TestRetiredQuestionsAreKeptButNotAsked(t *testing.T) {
	w := newWorld(t, 10)
	w.load(bankOf(1))
	if n := w.count(`SELECT count(*) FROM quiz.question`); n != 10 {
		t.Errorf("questions stored: got %d, want 10", n)
	}
	for range 5 {
		r, err := w.Ask(t.Context(), AskRequest{Workspace: ws, Channel: general, By: person("ada")})
		if err != nil {
			t.Fatal(err)
		}
		if r.Questions[0].ID != "q-000" {
			t.Errorf("asked: got %s, want the only one left", r.Questions[0].ID)
		}
		w.clock.add(askWindow)
	}
}

func TestLoadRefusesABrokenBankAndKeepsTheOldOne(t *testing.T) {
	w := newWorld(t, 10)
	broken := bankOf(10)
	broken[3].Key = 7
	twice := append(bankOf(10), testQuestion(4))
	for name, bank := range map[string][]Question{"an empty bank": nil, "a key beyond the choices": broken, "an id used twice": twice} {
		if _, _, _, _, err := w.Load(t.Context(), bank); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
	if got := w.load(bankOf(10)); got != [4]int{0, 0, 0, 10} {
		t.Errorf("afterwards: got %v, want all unchanged", got)
	}
}

func TestTwoBotsLoadingAtOnceAgree(t *testing.T) {
	w := newWorld(t, 1)
	var both sync.WaitGroup
	got := make([][4]int, 2)
	for i := range got {
		both.Go(func() { got[i] = w.load(bankOf(50)) })
	}
	both.Wait()
	slices.SortFunc(got, func(a, b [4]int) int { return b[0] - a[0] })
	if want := [][4]int{{49, 0, 0, 1}, {0, 0, 0, 50}}; !slices.Equal(got, want) {
		t.Errorf("the two: got %v, want %v", got, want)
	}
}

func TestCorrectedKeyGradesEverybodyAnew(t *testing.T) {
	w := newWorld(t, 1)
	r, d := w.openDaily(daily("daily", general))
	w.click(r, general, "ada", 0, "right")
	w.click(r, general, "bob", 0, "worst")
	w.clock.set(r.Closes)
	w.settle(d)

	bank := bankOf(1)
	bank[0].Choices = []string{"worst", "worse", "wrong", "right"} // the order does not matter
	bank[0].Key = 0
	bank[0].Explanation = "The worst is right after all; that it is not was a mistake."
	w.load(bank)

	if diff := cmp.Diff([]string{"1 bob 1/1", "2 ada 0/1"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
	p, err := w.Progress(t.Context(), ws, r.ID, general, person("bob"))
	if err != nil {
		t.Fatal(err)
	}
	q := p.Round.Questions[0]
	if q.Choices[q.Key] != "worst" || q.Explanation != bank[0].Explanation {
		t.Errorf("round: got %+v, want worst as the key, and why", q)
	}
	if diff := cmp.Diff(r.Questions[0].Choices, q.Choices); diff != "" {
		t.Errorf("the order shown changed (-want +got):\n%s", diff)
	}
}

func TestChangedChoicesLeavePastRoundsAlone(t *testing.T) {
	w := newWorld(t, 1)
	r, _ := w.openDaily(daily("daily", general))
	bank := bankOf(1)
	bank[0].Choices[3], bank[0].Key = "worst of all", 3
	w.load(bank)
	got, err := readRound(t.Context(), w.pool, ws, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(r.Questions, got.Questions); diff != "" {
		t.Errorf("questions as posted (-want +got):\n%s", diff)
	}
}

func TestBuiltinBankLoads(t *testing.T) {
	w := newWorld(t, 1)
	bank, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	if got := w.load(bank); got[0] != len(bank) {
		t.Errorf("added: got %d, want %d", got[0], len(bank))
	}
	topics, err := w.Topics(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, d := range Domains() {
		if topics[i].Name != d.Code || topics[i].Title != d.Name || topics[i].Questions == 0 {
			t.Errorf("topic %d: got %+v, want %s with questions", i, topics[i], d.Name)
		}
	}
	for _, topic := range topics {
		if n := len(fitting(live(bank...), topic.Name)); n < topic.Questions {
			t.Errorf("asking about %s: %d questions fit, want at least %d", topic.Name, n, topic.Questions)
		}
	}
}
