package kb

import (
	"cmp"
	"maps"
	"slices"
	"strings"
)

// Entries returns all entries that the workspace sees, sorted by term.
func (g *Glossary) Entries(workspace string) []Entry { return g.List(workspace, "") }

// List returns the entries that the workspace sees, sorted by term: all of them, or those of a category or an exam domain.
func (g *Glossary) List(workspace, filter string) []Entry {
	v := g.view(workspace)
	var all []Entry
	for _, it := range v.items() {
		if filter == "" || it.Category == filter || it.Domain == filter {
			e, _ := v.entry(it.Slug)
			all = append(all, e)
		}
	}
	return all
}

// Categories returns the categories that entries of the workspace have, sorted.
func (g *Glossary) Categories(workspace string) []string {
	found := map[string]bool{}
	for _, it := range g.view(workspace).items() {
		if it.Category != "" {
			found[it.Category] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// Complete returns at most n entries for what somebody is typing: those whose term begins so, then those with such an alias,
// then those with such a word in their names; within these by term. Nothing typed gives the first n terms.
func (g *Glossary) Complete(workspace, typed string, n int) []Entry {
	v, typedKey := g.view(workspace), key(words(cut(typed, maxQuery)))
	type match struct {
		*item
		rank int
	}
	var found []match
	for _, it := range v.items() {
		if rank := completionRank(typedKey, v.names(it.Slug)); rank < noMatch {
			found = append(found, match{it, rank})
		}
	}
	slices.SortStableFunc(found, func(a, b match) int { return cmp.Compare(a.rank, b.rank) })
	var entries []Entry
	for _, m := range found[:min(max(n, 0), len(found))] {
		e, _ := v.entry(m.Slug)
		entries = append(entries, e)
	}
	return entries
}

const noMatch = 4

func completionRank(typed string, names []name) int {
	rank := noMatch
	for _, n := range names {
		switch {
		case n.key == typed:
			rank = min(rank, 0)
		case strings.HasPrefix(n.key, typed) && n.term:
			rank = min(rank, 1)
		case strings.HasPrefix(n.key, typed):
			rank = min(rank, 2)
		case slices.ContainsFunc(n.words, func(w string) bool { return strings.HasPrefix(w, typed) }):
			rank = min(rank, 3)
		}
	}
	return rank
}
