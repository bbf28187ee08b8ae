package kb

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// shelf is a built-in glossary to complete names from.
func shelf() []Entry {
	return []Entry{
		{Slug: "node", Term: "Node", Aliases: []string{"no"}, Short: []string{"no"}, Definition: "A machine.", Category: "architecture", Domain: "BG"},
		{Slug: "node-affinity", Term: "Node affinity", Definition: "Draws Pods.", Category: "scheduling", Domain: "D4"},
		{Slug: "worker-node", Term: "Worker node", Aliases: []string{"minion"}, Definition: "Runs Pods.", Category: "architecture", Domain: "BG"},
		{Slug: "notary", Term: "Notary", Definition: "Signs.", Category: "security", Domain: "D4"},
		{Slug: "deployment", Term: "Deployment", Aliases: []string{"deploy"}, Definition: "Keeps Pods running.", Category: "workloads", Domain: "D2"},
	}
}

func TestCompleteOffersNamesInOrder(t *testing.T) {
	g := open(t, Options{builtin: shelf()})
	for _, c := range []struct {
		why, typed string
		want       []string
	}{
		{"the short name itself comes first, then terms, then words", "no", []string{"node", "node-affinity", "notary", "worker-node"}},
		{"by term within one rank", "node", []string{"node", "node-affinity", "worker-node"}},
		{"case, spaces and hyphens do not matter", "Node-A", []string{"node-affinity"}},
		{"an alias", "mini", []string{"worker-node"}},
		{"a word", "aff", []string{"node-affinity"}},
		{"one typing mistake", "depolyment", []string{"deployment"}},
		{"one typing mistake in the beginning of a name", "dpeloy", []string{"deployment"}},
		{"a letter too many", "nodde", []string{"node", "node-affinity", "worker-node"}},
		{"too short to be mistyped", "nxd", nil},
		{"nothing begins so", "zzzz", nil},
		{"nothing typed", "", []string{"deployment", "node", "node-affinity", "notary", "worker-node"}},
		{"no letters typed", "?!", []string{"deployment", "node", "node-affinity", "notary", "worker-node"}},
	} {
		if diff := cmp.Diff(c.want, slugs(g.Complete("", c.typed, 25)), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %q (-want +got):\n%s", c.why, c.typed, diff)
		}
	}
	for n, want := range map[int]int{2: 2, 0: 0, -1: 0} {
		for _, typed := range []string{"", "no"} {
			if completed := g.Complete("", typed, n); len(completed) != want {
				t.Errorf("%q, at most %d: got %d entries, want %d", typed, n, len(completed), want)
			}
		}
	}
}

func TestCompleteOffersEachSlugOnceAndAsItIsShown(t *testing.T) {
	g := open(t, Options{builtin: shelf()})
	put(t, g, "local", Entry{Slug: "node", Term: "Machine", Definition: "What we call a node."})
	importText(t, g, "*", "Worker node: What the notes say.\n\nNoodle: A food.")
	got := g.Complete("local", "no", 25)
	if diff := cmp.Diff([]string{"node", "node-affinity", "noodle", "notary", "worker-node"}, sorted(slugs(got))); diff != "" {
		t.Errorf("slugs (-want +got):\n%s", diff)
	}
	if i := slices.IndexFunc(got, func(e Entry) bool { return e.Slug == "node" }); i < 0 || got[i].Term != "Machine" {
		t.Errorf("got %v, want the workspace's own node", slugs(got))
	}
}

func sorted(s []string) []string { return slices.Sorted(slices.Values(s)) }

func TestListFiltersByCategoryOrDomain(t *testing.T) {
	g := open(t, Options{builtin: shelf()})
	for filter, want := range map[string][]string{
		"":             {"deployment", "node", "node-affinity", "notary", "worker-node"},
		"architecture": {"node", "worker-node"},
		"D4":           {"node-affinity", "notary"},
		"gardening":    nil,
	} {
		if diff := cmp.Diff(want, slugs(g.List("local", filter)), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%q (-want +got):\n%s", filter, diff)
		}
	}
	if diff := cmp.Diff([]string{"architecture", "scheduling", "security", "workloads"}, g.Categories("local")); diff != "" {
		t.Errorf("categories (-want +got):\n%s", diff)
	}
}

// BenchmarkComplete types the beginnings of names; the figure to keep is 5 ms, also for the slowest.
func BenchmarkComplete(b *testing.B) {
	for _, n := range []int{200, 10_000, 100_000} {
		bySlug := map[string]Entry{}
		for _, e := range generated("file.csv", n) {
			bySlug[e.Slug] = e
		}
		g := &Glossary{layers: map[string]map[string]*layer{"": {"": newLayer(layerID{}, shelfBySlug())}, "*": {"file.csv": newLayer(layerID{"*", "file.csv"}, bySlug)}}}
		for _, typed := range []string{"", "b", "ba", "bade", "badepo", "zzzzzzzzzzzz"} {
			b.Run(fmt.Sprintf("%d/%s", n, strings.ReplaceAll(typed, "zzzzzzzzzzzz", "typo")), func(b *testing.B) {
				var slowest time.Duration
				for b.Loop() {
					began := time.Now()
					g.Complete("*", typed, 25)
					slowest = max(slowest, time.Since(began))
				}
				b.ReportMetric(float64(slowest.Microseconds())/1000, "max-ms")
			})
		}
	}
}

func shelfBySlug() map[string]Entry {
	bySlug := map[string]Entry{}
	for _, e := range shelf() {
		bySlug[e.Slug] = e
	}
	return bySlug
}
