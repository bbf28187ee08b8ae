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
	suggested   []string // these must be among the suggestions
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
	for _, s := range c.suggested {
		if !slices.Contains(slugs(a.Suggestions), s) {
			return false
		}
	}
	return c.slug == "?" && a.Entry == nil || a.Entry != nil && a.Entry.Slug == c.slug
}

// A rate is how one kind of query did.
type rate struct{ cases, right, wrong int }

// TestSearch asks the built-in glossary everything in testdata/search.txt. A wrong definition is never allowed; how many
// queries may go without one depends on their kind.
func TestSearch(t *testing.T) {
	least := map[string]float64{"typo": 98, "description": 80} // per cent; 100 for other kinds
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
		switch {
		case c.ok(a):
			r.right++
		case a.Entry != nil && c.slug != a.Entry.Slug:
			r.wrong++
			t.Errorf("search.txt:%d: %q: got the wrong definition %s, want %s", c.line, c.query, got(a), c.slug)
		default:
			t.Logf("search.txt:%d: %q: got %s, want %s %v", c.line, c.query, got(a), c.slug, c.suggested)
		}
	}
	var table strings.Builder
	for _, kind := range kinds {
		r, want := rates[kind], 100.0
		if w, ok := least[kind]; ok {
			want = w
		}
		percent := 100 * float64(r.right) / float64(r.cases)
		fmt.Fprintf(&table, "\n%-12s %4d queries %6.1f %% right  %3d wrong", kind, r.cases, percent, r.wrong)
		if percent < want {
			t.Errorf("kind %q: got %.1f %% right, want %.0f %%", kind, percent, want)
		}
	}
	t.Log("hit rates:" + table.String())
}
