package kb

import (
	"slices"
	"testing"
)

// few is a built-in glossary to search in.
func few() []Entry {
	return []Entry{
		{Slug: "network-policy", Term: "Network Policy", Aliases: []string{"netpol"}, Definition: "Firewall rules between Pods."},
		{Slug: "default-deny-policy", Term: "Default Deny Policy", Definition: "A network rule that closes a namespace."},
		{Slug: "pod-security-policy", Term: "Pod Security Policy", Definition: "Stopped Pods with too many rights."},
		{Slug: "restart-policy", Term: "restartPolicy", Definition: "What happens when a container ends."},
		{Slug: "service", Term: "Service", Definition: "A stable network address."},
		{Slug: "pod", Term: "Pod", Definition: "Containers on one node."},
	}
}

func search(t *testing.T, g *Glossary, words string, n, offset int) ([]string, int) {
	t.Helper()
	entries, total, err := g.Search(t.Context(), "", words, n, offset)
	if err != nil {
		t.Fatalf("%q: %v", words, err)
	}
	return slugs(entries), total
}

func TestSearchPutsNamesBeforeTextsAndAllWordsBeforeSome(t *testing.T) {
	g := open(t, Options{builtin: few()})
	for words, want := range map[string][]string{
		"network policy":    {"network-policy", "default-deny-policy", "pod-security-policy", "restart-policy", "service"},
		"policy":            {"default-deny-policy", "network-policy", "pod-security-policy", "restart-policy"},
		"pod":               {"pod", "pod-security-policy", "network-policy"},
		"netpol":            {"network-policy"},
		"network":           {"network-policy", "default-deny-policy", "service"},
		"secur":             {"pod-security-policy"},
		"securty":           {"pod-security-policy"},
		"policies networks": {"network-policy", "default-deny-policy", "pod-security-policy", "restart-policy", "service"},
		"banana":            nil,
		"":                  nil,
		"???":               nil,
		"the":               nil,
		"'; drop table --":  nil,
	} {
		got, total := search(t, g, words, 10, 0)
		if !slices.Equal(got, want) || total != len(want) {
			t.Errorf("%q: got %v of %d, want %v", words, got, total, want)
		}
	}
}

func TestSearchIsPagedThrough(t *testing.T) {
	g := open(t, Options{builtin: few()})
	all, total := search(t, g, "network policy", 100, 0)
	var pages []string
	for offset := 0; offset < total; offset += 2 {
		page, _ := search(t, g, "network policy", 2, offset)
		pages = append(pages, page...)
	}
	if !slices.Equal(pages, all) || len(all) != total {
		t.Errorf("got pages %v, want %v", pages, all)
	}
	for _, beyond := range [][2]int{{2, 99}, {0, 0}, {-1, -1}} {
		if page, n := search(t, g, "network policy", beyond[0], beyond[1]); len(page) != 0 || n != total {
			t.Errorf("n %d from %d: got %v of %d, want nothing of %d", beyond[0], beyond[1], page, n, total)
		}
	}
}
