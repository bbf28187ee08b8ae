package kb

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// editsWithoutSwaps counts letters left out, added or changed, naively.
func editsWithoutSwaps(a, b []rune) int {
	switch {
	case len(a) == 0 || len(b) == 0:
		return len(a) + len(b)
	case a[0] == b[0]:
		return editsWithoutSwaps(a[1:], b[1:])
	default:
		return 1 + min(editsWithoutSwaps(a[1:], b), editsWithoutSwaps(a, b[1:]), editsWithoutSwaps(a[1:], b[1:]))
	}
}

// TestNamesUpToTwoMistakesAwayAreNear compares what is found by pieces with the distance of each name.
func TestNamesUpToTwoMistakesAwayAreNear(t *testing.T) {
	word := rapid.StringOfN(rapid.RuneFrom([]rune("abcж")), 3, 9, -1)
	rapid.Check(t, func(t *rapid.T) {
		l, names := &layer{}, rapid.SliceOfN(word, 1, 20).Draw(t, "names")
		var changes []change
		for i, n := range names {
			slug := fmt.Sprint(i)
			changes = append(changes, change{documentID: documentID{slug: slug}, is: newItem(Entry{Slug: slug, Term: n})})
		}
		l = l.named(changes)
		typed := word.Draw(t, "typed")
		found := view{layers: []*layer{l}}.near(typed)
		for _, it := range l.sorted {
			name := it.names[0].canon
			d, near := distance(typed, name, 2), slices.Contains(found, it)
			if d > 2 && near {
				t.Errorf("%q: got %q, which is further away", typed, name)
			}
			if must := d < 2 || editsWithoutSwaps([]rune(typed), []rune(name)) <= 2; must && !near {
				t.Errorf("%q: got no %q, which is %d mistakes away", typed, name, d)
			}
		}
	})
}
