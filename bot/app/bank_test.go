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
	domains, generated, slugs := map[string]int{}, 0, map[string]kb.Entry{}
	for _, e := range entries {
		slugs[e.Slug] = e
	}
	for _, q := range bank {
		if problems := quiz.Check(q, Terms(entries)); !quiz.Passes(problems) {
			t.Errorf("%s scores %d: %v", q.ID, quiz.Score(problems), problems)
		}
		for _, term := range q.Terms {
			if slugs[term].Slug == "" {
				t.Errorf("%s is about %q, which is no entry of the glossary", q.ID, term)
			}
		}
		if err := q.Validate(); err != nil {
			t.Errorf("%s: %v", q.ID, err)
		}
		if q.Source == quiz.SourceGlossary {
			if want := slugs[q.Terms[0]].Competency; q.Competency != want {
				t.Errorf("%s is of competency %q, want %q as its entry", q.ID, q.Competency, want)
			}
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

// TestTermsHaveAPageToReadOn: without one no question is made of a term, and of the rest there are nearly always some.
func TestTermsHaveAPageToReadOn(t *testing.T) {
	entries, err := kb.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	terms, asked := Terms(entries), map[string]bool{}
	for _, q := range quiz.Generate(terms, bankSeed) {
		asked[q.Terms[0]] = true
	}
	for _, term := range terms {
		if term.Doc == "" {
			t.Errorf("%s has no page to read on; give it one in its entry or in otherPages", term.Slug)
		}
	}
	if len(asked) < len(terms)*95/100 {
		t.Errorf("questions of %d of %d terms, want 95 %% of them or more", len(asked), len(terms))
	}
}

// TestCompetenciesAreTheSame: the glossary and the quiz each list those of the curriculum.
func TestCompetenciesAreTheSame(t *testing.T) {
	want := map[string][]string{}
	for _, c := range quiz.Competencies() {
		want[c.Domain] = append(want[c.Domain], c.Name)
	}
	for _, d := range quiz.Domains() {
		if diff := cmp.Diff(want[d.Code], kb.Competencies(d.Code)); diff != "" {
			t.Errorf("%s (-quiz +glossary):\n%s", d.Code, diff)
		}
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
