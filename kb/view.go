package kb

import (
	"slices"
	"unicode/utf8"
)

// A view is what one workspace sees, what comes first being shown: what it wrote itself, what was written for everybody, the
// built-in glossary, what it imported, what was imported for everybody.
type view struct {
	layers []*layer
	other  *otherWords

	everything bool // no workspace has entries that this one does not see
}

// exact returns the items that one of the query's forms names, best first and each slug once.
func (v view) exact(q query) []*item {
	for _, form := range q.forms {
		var found []*item
		for _, l := range v.layers {
			found = append(found, l.byName[form]...)
		}
		if found = v.distinct(found); len(found) > 0 {
			return found
		}
	}
	return nil
}

// isName reports whether something has the canonical name.
func (v view) isName(canon []byte) bool {
	return slices.ContainsFunc(v.layers, func(l *layer) bool { return len(l.byName[string(canon)]) > 0 })
}

// distinct replaces each item by the one that is shown for its slug and drops repetitions.
func (v view) distinct(items []*item) []*item {
	var out []*item
	for _, it := range items {
		if it = v.item(it.Slug); !slices.Contains(out, it) {
			out = append(out, it)
		}
	}
	return out
}

// item returns the item that is shown for a slug, or nil.
func (v view) item(slug string) *item {
	for _, l := range v.layers {
		if it := l.bySlug[slug]; it != nil {
			return it
		}
	}
	return nil
}

// entry returns the entry that is shown for a slug, with what other sources say of it, unless the workspace wrote it: then it
// has decided what is to be said.
func (v view) entry(slug string) (Entry, bool) {
	it := v.item(slug)
	if it == nil {
		return Entry{}, false
	}
	e := it.Entry
	for _, l := range v.layers {
		note := l.bySlug[slug]
		if e.Source == "" || !l.isImported() || note == nil || note.Source == e.Source {
			continue
		}
		if !slices.ContainsFunc(e.Notes, func(n Note) bool { return n.Source == note.Source }) {
			e.Notes = append(e.Notes, Note{note.Definition, note.Source, note.SourceURL, note.Licence})
		}
	}
	return e, true
}

// items returns all items, each slug once, sorted by term.
func (v view) items() []*item {
	lists := make([][]*item, len(v.layers))
	total := 0
	for i, l := range v.layers {
		lists[i] = l.sorted
		total += len(l.sorted)
	}
	all := make([]*item, 0, total)
	for it := range merged(lists, (*item).compare) {
		if v.item(it.Slug) == it {
			all = append(all, it)
		}
	}
	return all
}

// usesWord reports whether a name holds the word.
func (v view) usesWord(w string) bool {
	return slices.ContainsFunc(v.layers, func(l *layer) bool { return l.words[w] > 0 })
}

// usesNear reports whether a name may hold a word that is at most so many mistakes away. To try all words that are one mistake
// away takes a fraction of the time in which bleve makes ready to look for one; more mistakes are left to it.
func (v view) usesNear(w string, edits int) bool {
	if edits > 1 {
		return true
	}
	for other := range mistakes(w) {
		if edits == 1 && slices.ContainsFunc(v.layers, func(l *layer) bool { return l.words[string(other)] > 0 }) {
			return true
		}
	}
	return false
}

// mayName reports whether the query is not too long to be a mistyped name; one word may have been split.
func (v view) mayName(q query) bool {
	return slices.ContainsFunc(v.layers, func(l *layer) bool {
		return len(q.words) <= l.wordiest+1 && utf8.RuneCountInString(q.key) <= l.longest+2
	})
}

// names returns the names that lead to a slug, over all layers.
func (v view) names(slug string) []name {
	var all []name
	for _, l := range v.layers {
		if it := l.bySlug[slug]; it != nil {
			all = append(all, it.names...)
		}
	}
	return all
}
