package kb

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A searchCase is a line of testdata/search.txt.
type searchCase struct {
	line        int
	kind, query string
	slug        string   // "?": no definition
	suggested   []string // these must be among the suggestions; "-": nothing may be suggested
}

func readSearchCases(t testing.TB) []searchCase {
	t.Helper()
	f, err := os.Open("testdata/search.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var cases []searchCase
	kind, number := "", 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		number++
		line := strings.TrimSpace(lines.Text())
		query, want, isCase := cutLast(line, " => ")
		switch {
		case strings.HasPrefix(line, "[") && !isCase:
			kind = strings.Trim(line, "[]")
		case line == "" || strings.HasPrefix(line, "#") && !isCase || kind == "":
		case !isCase:
			t.Fatalf("search.txt:%d: no =>", number)
		default:
			if unquoted, err := strconv.Unquote(query); err == nil && strings.HasPrefix(query, `"`) {
				query = unquoted
			}
			wants := strings.Fields(want)
			cases = append(cases, searchCase{number, kind, query, wants[0], wants[1:]})
		}
	}
	return cases
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// got describes an answer in the form of the file.
func got(a Answer) string {
	slug := "?"
	if a.Entry != nil {
		slug = a.Entry.Slug
	}
	return strings.Join(append([]string{slug}, slugs(a.Suggestions)...), " ")
}

func slugs(entries []Entry) []string {
	var out []string
	for _, e := range entries {
		out = append(out, e.Slug)
	}
	return out
}

func (c searchCase) ok(a Answer) bool {
	if slices.Equal(c.suggested, []string{"-"}) {
		return a.Entry == nil && len(a.Suggestions) == 0
	}
	for _, s := range c.suggested {
		if !slices.Contains(slugs(a.Suggestions), s) {
			return false
		}
	}
	return c.slug == "?" && a.Entry == nil || a.Entry != nil && a.Entry.Slug == c.slug
}

// A rate is how one kind of query did: right as the case wants it; the wanted entry first, or among the first three, whether
// as the definition or as a suggestion; a definition that is wrong.
type rate struct{ cases, right, first, three, wrong int }

func (r *rate) count(c searchCase, a Answer) {
	r.cases++
	if c.ok(a) {
		r.right++
	}
	if a.Entry != nil && c.slug != a.Entry.Slug {
		r.wrong++
	}
	shown := slugs(a.Suggestions)
	if a.Entry != nil {
		shown = append([]string{a.Entry.Slug}, shown...)
	}
	switch place := slices.Index(shown, c.slug); {
	case place == 0:
		r.first++
		r.three++
	case place == 1 || place == 2:
		r.three++
	}
}

// TestSearch asks the built-in glossary everything in testdata/search.txt and prints how each kind of query did.
func TestSearch(t *testing.T) {
	g := open(t, Options{})
	rates, kinds := map[string]*rate{}, []string{}
	for _, c := range readSearchCases(t) {
		a, err := g.Define(t.Context(), "", c.query)
		if err != nil {
			t.Fatalf("search.txt:%d: %q: %v", c.line, c.query, err)
		}
		r := rates[c.kind]
		if r == nil {
			r = &rate{}
			rates[c.kind], kinds = r, append(kinds, c.kind)
		}
		if r.count(c, a); c.ok(a) || c.kind == "held-out" {
			continue
		}
		t.Logf("search.txt:%d: %q: got %s, want %s %v", c.line, c.query, got(a), c.slug, c.suggested)
	}
	t.Log("hit rates:" + table(rates, kinds))
	for _, kind := range kinds {
		if want := wanted(kind); !rates[kind].reaches(want) {
			t.Errorf("%s: got %s, want %+v", kind, rates[kind], want)
		}
	}
}

// A goal is what a kind of query must reach, in per cent; see rate.
type goal struct{ right, first, three, wrong float64 }

// wanted returns a kind's goal. A description is answered when there is no doubt, else the three most likely are shown: a wrong
// definition is worse than a choice. What is elsewhere may be described in the words of something that is here.
func wanted(kind string) goal {
	switch kind {
	case "typo":
		return goal{right: 98, first: 98, three: 98, wrong: 1}
	case "name":
		return goal{right: 85, first: 95, three: 95}
	case "question":
		return goal{right: 95, first: 95, three: 98}
	case "description":
		return goal{right: 70, first: 85, three: 95, wrong: 1}
	case "held-out":
		return goal{right: 50, first: 80, three: 90, wrong: 5}
	case "elsewhere":
		return goal{right: 95, wrong: 5}
	default:
		return goal{right: 100}
	}
}

func (r *rate) reaches(w goal) bool {
	return percent(r.right, r.cases) >= w.right && percent(r.first, r.cases) >= w.first && percent(r.three, r.cases) >= w.three &&
		percent(r.wrong, r.cases) <= w.wrong
}

func percent(part, whole int) float64 { return 100 * float64(part) / float64(whole) }

func (r *rate) String() string {
	return fmt.Sprintf("%4d queries %6.1f %% right %6.1f %% first %6.1f %% in three %6.1f %% wrong", r.cases,
		percent(r.right, r.cases), percent(r.first, r.cases), percent(r.three, r.cases), percent(r.wrong, r.cases))
}

func table(rates map[string]*rate, kinds []string) string {
	var b strings.Builder
	for _, kind := range kinds {
		fmt.Fprintf(&b, "\n%-12s %s", kind, rates[kind])
	}
	return b.String()
}
