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
		case strings.HasPrefix(line, "["):
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

// A rate is how one kind of query did.
type rate struct{ cases, right, wrong int }

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
		r.cases++
		if c.ok(a) {
			r.right++
			continue
		}
		if a.Entry != nil && c.slug != a.Entry.Slug {
			r.wrong++
		}
		t.Logf("search.txt:%d: %q: got %s, want %s %v", c.line, c.query, got(a), c.slug, c.suggested)
	}
	t.Log("hit rates:" + table(rates, kinds))
	for _, kind := range kinds {
		r, want := rates[kind], wanted(kind)
		if percent(r.right, r.cases) < want.right || percent(r.wrong, r.cases) > want.wrong {
			t.Errorf("%s: got %.1f %% right and %.1f %% wrong, want at least %.0f %% and at most %.0f %%", kind,
				percent(r.right, r.cases), percent(r.wrong, r.cases), want.right, want.wrong)
		}
	}
}

// wanted is what a kind must reach, in per cent. Words may lie about what they describe, so a few wrong answers to descriptions
// are the price of any; to nothing else there may be one.
func wanted(kind string) struct{ right, wrong float64 } {
	switch kind {
	case "typo":
		return struct{ right, wrong float64 }{98, 0}
	case "description":
		return struct{ right, wrong float64 }{80, 1}
	case "elsewhere":
		return struct{ right, wrong float64 }{90, 5}
	default:
		return struct{ right, wrong float64 }{100, 0}
	}
}

func percent(part, whole int) float64 { return 100 * float64(part) / float64(whole) }

func table(rates map[string]*rate, kinds []string) string {
	var b strings.Builder
	for _, kind := range kinds {
		r := rates[kind]
		fmt.Fprintf(&b, "\n%-12s %4d queries %6.1f %% right %4d wrong", kind, r.cases, percent(r.right, r.cases), r.wrong)
	}
	return b.String()
}
