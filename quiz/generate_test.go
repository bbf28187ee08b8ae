package quiz

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// nameAnywhere finds a name in a text without any of the generator's own tools: its letters, with or without a blank,
// hyphen or small letters' plural, whatever the case.
func nameAnywhere(name string) *regexp.Regexp {
	var letters []string
	for _, r := range name {
		if r != ' ' && r != '-' {
			letters = append(letters, regexp.QuoteMeta(string(r)))
		}
	}
	return regexp.MustCompile(`(?i)\b` + strings.Join(letters, `[ -]?`) + `(s|es)?\b`)
}

// withoutAcronym is "Container Network Interface" for "Container Network Interface (CNI)".
func withoutAcronym(term Term) string { return strings.TrimSpace(strings.Split(term.Name, "(")[0]) }

func isName(term Term, choice string) bool {
	return choice == withoutAcronym(term) || choice == term.Kind
}

// checkGenerated is what must hold for every generated question, whatever the glossary and seed.
func checkGenerated(t interface{ Errorf(string, ...any) }, q Question, terms []Term, n names) {
	i := slices.IndexFunc(terms, func(term Term) bool { return len(q.Terms) > 0 && term.Slug == q.Terms[0] })
	if i < 0 {
		t.Errorf("%s: got terms %q, want the term it is about", q.ID, q.Terms)
		return
	}
	term := terms[i]
	if err := q.Validate(); err != nil {
		t.Errorf("%s is not valid: %v", q.ID, err)
	}
	if problems := check(q, n); !Passes(problems) {
		t.Errorf("%s does not pass: %v", q.ID, problems)
	}
	if got := q.Choices[q.Key]; strings.HasPrefix(q.ID, descriptionPrefix) {
		for _, c := range q.Choices {
			if nameAnywhere(withoutAcronym(term)).MatchString(c) {
				t.Errorf("%s: the choice %q has the name %s", q.ID, c, term.Name)
			}
		}
	} else {
		if !isName(term, got) {
			t.Errorf("%s: got key %q, want %q", q.ID, got, term.Name)
		}
		if nameAnywhere(withoutAcronym(term)).MatchString(q.Text) {
			t.Errorf("%s: the name %s is in %q", q.ID, term.Name, q.Text)
		}
	}
	mentions := func(o Term) bool {
		return strings.Contains(q.Explanation, withoutAcronym(o)) || o.Kind != "" && strings.Contains(q.Explanation, o.Kind)
	}
	other := func(o Term) bool { return o.Slug != term.Slug && mentions(o) }
	if !mentions(term) || !slices.ContainsFunc(terms, other) {
		t.Errorf("%s: the explanation names not both %s and another term: %s", q.ID, term.Name, q.Explanation)
	}
	for _, two := range [][2]string{{"ReplicaSet", "Deployment"}, {"Job", "CronJob"}, {"Node Affinity", "nodeSelector"}} {
		if key := q.Choices[q.Key]; slices.Contains(two[:], key) && slices.Contains(q.Choices, two[0]) && slices.Contains(q.Choices, two[1]) {
			t.Errorf("%s: %q has two right answers, %v", q.ID, q.Choices, two)
		}
	}
	if q.Choices[q.Key] != "Pod Security Policy" && !strings.HasPrefix(q.ID, descriptionPrefix) && slices.Contains(q.Choices, "Pod Security Policy") {
		t.Errorf("%s: %q has a retired thing as a wrong choice", q.ID, q.Choices)
	}
	if q.Source != SourceGlossary || !strings.HasPrefix(q.ID, "gen-") || len(q.Choices) != 4 {
		t.Errorf("%s: got source %q and %d choices, want %q, 4 and an id with gen-", q.ID, q.Source, len(q.Choices), SourceGlossary)
	}
}

// seeds is how many seeds the tests try.
const seeds = 20

func TestGenerateIsFairForEverySeed(t *testing.T) {
	terms := someTerms()
	n := newNames(terms)
	ever := map[string]int{}
	for seed := range uint64(seeds) {
		for _, q := range Generate(terms, seed) {
			checkGenerated(t, q, terms, n)
			ever[q.ID]++
		}
	}
	total := 0
	for _, n := range ever {
		total += n
	}
	if total < 1000 {
		t.Errorf("got %d questions for %d seeds, want 1000 to look at", total, seeds)
	}
	for _, term := range terms {
		want := term.Slug != "vague" // its definition is nothing but its name
		if got := ever["gen-def-"+term.Slug] > 0; got != want {
			t.Errorf("a question from the definition of %s: got %t, want %t", term.Name, got, want)
		}
		for _, short := range term.Short {
			want := seeds
			if slices.Contains([]string{"po", "deploy", "ing"}, short) { // Pod, Deployment, Ingress begin with it
				want = 0
			}
			if got := ever["gen-short-"+term.Slug+"-"+short]; got != want {
				t.Errorf("questions on the short name %s for %d seeds: got %d, want %d", short, seeds, got, want)
			}
		}
	}
	if got := countPrefix(ever, descriptionPrefix); got < len(terms)/2 {
		t.Errorf("questions from a term to its description: got %d, want at least half of %d", got, len(terms))
	}
}

func countPrefix(ids map[string]int, prefix string) (n int) {
	for id := range ids {
		if strings.HasPrefix(id, prefix) {
			n++
		}
	}
	return n
}

// questionOf is the question with that id.
func questionOf(t *testing.T, all []Question, id string) Question {
	t.Helper()
	i := slices.IndexFunc(all, func(q Question) bool { return q.ID == id })
	if i < 0 {
		t.Fatalf("there is no question %s among %d", id, len(all))
	}
	return all[i]
}

func TestGenerateAsksInPlainWords(t *testing.T) {
	all := Generate(someTerms(), 1)
	for id, want := range map[string]string{
		"gen-what-job":              "Which description fits the term “Job”?",
		"gen-short-statefulset-sts": "Which kind of object does `kubectl get sts` list?",
	} {
		if got := questionOf(t, all, id).Text; got != want {
			t.Errorf("%s: got %q, want %q", id, got, want)
		}
	}
}

func TestContrastSaysAsMuchAsFits(t *testing.T) {
	long, short := "Much "+strings.Repeat("much ", 39)+"is said.", "Little is said."
	sub := func(name, definition string) subject { return newSubject(Term{Name: name, Definition: definition}) }
	for _, tt := range []struct{ name, key, other, want string }{
		{"both whole", short, short + " And more.", "Key: Little is said. In contrast, Other: Little is said. And more."},
		{"the other's first sentence", long, short + " " + long, "Key: " + long + " In contrast, Other: Little is said."},
		{"a whole that needs more than half", long + " And more.", short, "Key: " + long + " And more. In contrast, Other: Little is said."},
		{"the first sentence of both", short + " " + long + " " + long, short + " " + long + " " + long, "Key: Little is said. In contrast, Other: Little is said."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, contrast(sub("Key", tt.key), sub("Other", tt.other))); diff != "" {
				t.Errorf("explanation (-want +got):\n%s", diff)
			}
		})
	}
	got := contrast(sub("Key", long+long), sub("Other", long+long))
	if n := strings.Count(got, "…"); n != 2 || len([]rune(got)) > MaxExplanation {
		t.Errorf("two definitions that are too long: got %q, want both cut to at most %d characters in all", got, MaxExplanation)
	}
}

func TestFirstSentenceEndsWhereAnotherBegins(t *testing.T) {
	for text, want := range map[string]string{
		"It runs. It ends.":                       "It runs.",
		"It runs, e.g. Pods. It ends":             "It runs, e.g. Pods.",
		"It is text. kubectl sends it.":           "It is text.",
		"It counts. `kubectl top` shows it.":      "It counts.",
		"It keeps all. etcd is one of them.":      "It keeps all.",
		"It is one of apps/v1. no more than that": "It is one of apps/v1. no more than that.",
	} {
		if got := firstSentence(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestGenerateDependsOnTermsAndSeedAlone(t *testing.T) {
	terms := someTerms()
	first := Generate(terms, 1)
	slices.Reverse(terms)
	if diff := cmp.Diff(first, Generate(terms, 1)); diff != "" {
		t.Errorf("with the terms in another order (-want +got):\n%s", diff)
	}
	if cmp.Equal(first, Generate(terms, 2)) {
		t.Error("another seed gives the very same questions, want other wrong choices")
	}
}

func TestGeneratedIDsDoNotDependOnOtherTerms(t *testing.T) {
	all := someTerms()
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		some := rapid.SliceOfNDistinct(rapid.SampledFrom(all), 4, 14, func(term Term) string { return term.Slug }).Draw(t, "some")
		n := newNames(some)
		seen := map[string]bool{}
		for _, q := range Generate(some, seed) {
			checkGenerated(t, q, some, n)
			if seen[q.ID] {
				t.Errorf("the id %s is given twice", q.ID)
			}
			seen[q.ID] = true
			want := []string{"gen-def-" + q.Terms[0], "gen-what-" + q.Terms[0]}
			if !slices.Contains(want, q.ID) && !strings.HasPrefix(q.ID, "gen-short-"+q.Terms[0]+"-") {
				t.Errorf("got id %s, want one made of the slug %s alone", q.ID, q.Terms[0])
			}
		}
	})
}

// A glossary may be imported by anybody: no definition, name or slug brings a question that is unfit to be shown.
func TestGenerateStandsOddGlossaries(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := someTerms()[:10]
		odd := rapid.Custom(func(t *rapid.T) Term {
			term := rapid.SampledFrom(terms).Draw(t, "like")
			term.Slug = rapid.OneOf(rapid.StringMatching(`[a-z0-9-]{1,60}`), rapid.String()).Draw(t, "slug")
			term.Name = rapid.OneOf(rapid.StringMatching(`[A-Z][a-z]{3,12}( [A-Z][a-z]{3,9})?`), rapid.String()).Draw(t, "name")
			if rapid.Bool().Draw(t, "other definition") {
				term.Definition = rapid.String().Draw(t, "definition")
			}
			term.Aliases = rapid.SliceOfN(rapid.String(), 0, 2).Draw(t, "aliases")
			return term
		})
		extra := rapid.SliceOfNDistinct(odd, 1, 4, func(term Term) string { return term.Slug }).Draw(t, "odd")
		for _, q := range Generate(append(terms, extra...), rapid.Uint64().Draw(t, "seed")) {
			if err := q.Validate(); err != nil {
				t.Errorf("%q is not valid: %v", q.ID, err)
			}
		}
	})
}

func TestGeneratedIDFitsALongSlug(t *testing.T) {
	a, b := strings.Repeat("a", 59)+"x", strings.Repeat("a", 59)+"y"
	if got := generatedID(definitionPrefix, a); !validID(got) || got == generatedID(definitionPrefix, b) {
		t.Errorf("got %s for a slug of 60 letters, want a valid id that differs from that of a similar slug", got)
	}
}

func BenchmarkGenerate(b *testing.B) {
	terms := someTerms()
	for b.Loop() {
		Generate(terms, 1)
	}
}
