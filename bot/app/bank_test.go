package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"ckadbot/kb"
	"ckadbot/quiz"
)

// TestBankIsGood grades every question that a new installation has: by hand
// and generated, against the real glossary.
func TestBankIsGood(t *testing.T) {
	entries, err := kb.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	bank, err := Bank()
	if err != nil {
		t.Fatal(err)
	}
	domains, generated := map[string]int{}, 0
	for _, q := range bank {
		if problems := quiz.Check(q, Terms(entries)); !quiz.Passes(problems) {
			t.Errorf("%s scores %d: %v", q.ID, quiz.Score(problems), problems)
		}
		if err := q.Validate(); err != nil {
			t.Errorf("%s: %v", q.ID, err)
		}
		if q.Source == quiz.SourceGlossary {
			generated++
		} else {
			domains[q.Domain]++
		}
	}
	for _, d := range quiz.Domains() {
		if domains[d.Code] < 8 {
			t.Errorf("%d questions by hand in %s, want 8 or more", domains[d.Code], d.Name)
		}
	}
	if generated < 40 {
		t.Errorf("%d generated questions, want 40 or more", generated)
	}
}

// TestTermsKnowWhatIsEasilyConfused: the glossary says what people mix up, and
// the generator makes wrong choices of it.
func TestTermsKnowWhatIsEasilyConfused(t *testing.T) {
	got := Terms([]kb.Entry{
		{Slug: "toleration", Confusable: map[string]string{"taint": "on the node", "node-affinity": "attracts"}},
		{Slug: "gone", Until: "1.25"},
	})
	want := []quiz.Term{{Slug: "toleration", Near: []string{"node-affinity", "taint"}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("terms (-want +got):\n%s", diff)
	}
}
