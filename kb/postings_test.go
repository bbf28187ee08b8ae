package kb

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// entriesWith finds naively the slugs of the items that hold a stem, each with whether it is said of it.
func entriesWith(items map[string]*item, stem string) map[string]bool {
	found := map[string]bool{}
	for slug, it := range items {
		if t := it.judging(); t.said.has(stem) || t.further.has(stem) {
			found[slug] = t.said.has(stem)
		}
	}
	return found
}

// listed is the same from a layer's postings.
func listed(t *rapid.T, l *layer, stem string) map[string]bool {
	found := map[string]bool{}
	list := l.stems.list(hashOf(fnvBasis, stem))
	if !slices.IsSortedFunc(list, func(a, b posting) int { return int(a.number()) - int(b.number()) }) {
		t.Errorf("%q: got postings %v, want them sorted", stem, list)
	}
	for _, p := range list {
		found[l.items[p.number()].Slug] = p&1 == 1
	}
	if len(found) != len(list) {
		t.Errorf("%q: got postings %v, want each entry once", stem, list)
	}
	return found
}

// TestPostingsListWhatTheEntriesHold edits a layer at random and compares every layer on the way with its items, at once and
// after all that was made of it.
func TestPostingsListWhatTheEntriesHold(t *testing.T) {
	words := []string{"alpha", "bravo", "charlie", "delta", "echo", "foxtrot"}
	text := rapid.SliceOfN(rapid.SampledFrom(words), 0, 4)
	rapid.Check(t, func(t *rapid.T) {
		type version struct {
			*layer
			items map[string]*item
		}
		now := version{&layer{}, map[string]*item{}}
		versions := []version{now}
		for range rapid.IntRange(1, 12).Draw(t, "edits") {
			var changes []change
			next := clone(now.items, 0)
			for _, slug := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d"}), 1, 3, rapid.ID).Draw(t, "slugs") {
				c := change{documentID: documentID{slug: slug}}
				delete(next, slug)
				if rapid.Bool().Draw(t, "kept") {
					c.is = newItem(Entry{Slug: slug, Term: slug, Definition: fmt.Sprint(text.Draw(t, "definition")), Details: fmt.Sprint(text.Draw(t, "details"))})
					next[slug] = c.is
				}
				changes = append(changes, c)
			}
			now = version{now.named(changes).read(changes), next}
			versions = append(versions, now)
		}
		for i, v := range versions {
			for _, w := range words {
				if diff := cmp.Diff(entriesWith(v.items, stem(w)), listed(t, v.layer, stem(w)), cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("version %d: %q (-want +got):\n%s", i, w, diff)
				}
			}
		}
	})
}

func TestTheBestHoldMostOfWhatIsAsked(t *testing.T) {
	var changes []change
	for slug, e := range map[string]Entry{
		"both":    {Definition: "A wheel with spokes."},
		"said":    {Definition: "A wheel."},
		"further": {Definition: "A thing.", Details: "It has a wheel."},
		"none":    {Definition: "A thing."},
	} {
		e.Slug, e.Term = slug, slug
		changes = append(changes, change{documentID: documentID{slug: slug}, is: newItem(e)})
	}
	l := (&layer{}).named(changes).read(changes)
	a := asked{}.and(stem("wheel"), 0.5).and(stem("spokes"), 0.5)
	var got []string
	for _, h := range l.best(a, 10, 0) {
		got = append(got, fmt.Sprintf("%s %.2f", h.Slug, h.share))
	}
	if diff := cmp.Diff([]string{"both 1.00", "said 0.50", "further 0.15"}, got); diff != "" {
		t.Errorf("best (-want +got):\n%s", diff)
	}
	if got := l.best(a, 1, 0); len(got) != 1 || got[0].Slug != "both" {
		t.Errorf("the one best: got %v, want both", got)
	}
}
