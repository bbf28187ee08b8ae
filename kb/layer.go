package kb

import (
	"cmp"
	"maps"
	"slices"
	"unicode/utf8"
)

// A layer is the entries that one workspace has from one source. It is never changed: an edit makes a new one.
type layer struct {
	layerID
	bySlug   map[string]*item
	byName   map[string][]*item // by canonical name
	stems    map[string]int     // in how many entries a stem is used
	words    map[string]bool    // of all names
	longest  int                // characters of the longest name, without spaces
	wordiest int                // words of the name with most
}

type layerID struct{ workspace, source string }

// isImported reports whether the layer's texts are shown beneath others.
func (id layerID) isImported() bool { return id.workspace != "" && id.source != "" }

// compare orders layers as they are shown to one workspace.
func (id layerID) compare(other layerID) int {
	return cmp.Or(cmp.Compare(id.rank(), other.rank()), cmp.Compare(id.source, other.source))
}

func (id layerID) rank() int {
	switch {
	case id.workspace == "":
		return 2
	case !id.isImported() && id.workspace != "*":
		return 0
	case !id.isImported():
		return 1
	case id.workspace != "*":
		return 3
	default:
		return 4
	}
}

// An item is an entry with what searching needs of it.
type item struct {
	Entry
	names   []name
	said    map[string]bool // stems of the definition and the phrases, and pairs of them
	further map[string]bool // those of everything else
	sayings []saying
}

func newLayer(id layerID, entries map[string]Entry) *layer {
	l := &layer{layerID: id, bySlug: map[string]*item{}, byName: map[string][]*item{}, stems: map[string]int{}, words: map[string]bool{}}
	for _, slug := range slices.Sorted(maps.Keys(entries)) {
		it := newItem(entries[slug])
		l.bySlug[slug] = it
		for s := range it.stems() {
			l.stems[s]++
		}
	}
	// An entry is asked for by its term before another one by an alias.
	for _, term := range []bool{true, false} {
		for _, slug := range slices.Sorted(maps.Keys(l.bySlug)) {
			l.addNames(l.bySlug[slug], term)
		}
	}
	return l
}

func (l *layer) addNames(it *item, term bool) {
	for _, n := range it.names {
		l.longest, l.wordiest = max(l.longest, utf8.RuneCountInString(n.key)), max(l.wordiest, len(n.words))
		for _, w := range n.words {
			l.words[w] = true
		}
		if n.term == term && !slices.Contains(l.byName[n.canon], it) {
			l.byName[n.canon] = append(l.byName[n.canon], it)
		}
	}
}

// entries returns the layer's entries for newLayer; a nil layer has none.
func (l *layer) entries() map[string]Entry {
	all := map[string]Entry{}
	if l == nil {
		return all
	}
	for slug, it := range l.bySlug {
		all[slug] = it.Entry
	}
	return all
}

func newItem(e Entry) *item {
	it := &item{Entry: e, said: map[string]bool{}, further: map[string]bool{}}
	it.addName(e.Term, true)
	for _, a := range slices.Concat(withoutParentheses(e.Term), e.Aliases, []string{e.Kind, e.Slug}) {
		it.addName(a, false)
	}
	for _, text := range append([]string{e.Definition}, e.Phrases...) {
		addEvidence(it.said, text)
		it.sayings = append(it.sayings, newSaying(firstSentence(text)))
	}
	for _, text := range append([]string{e.Details, e.Tip, e.Changed}, e.Aliases...) {
		addEvidence(it.further, text)
	}
	return it
}

// stems returns all stems of the item's texts.
func (it *item) stems() map[string]bool {
	all := maps.Clone(it.said)
	maps.Copy(all, it.further)
	return all
}

func (it *item) addName(text string, term bool) {
	ws := camelWords(text)
	n := name{words: ws, key: key(ws), canon: canon(words(text)), term: term}
	known := slices.ContainsFunc(it.names, func(m name) bool { return m.key == n.key && len(m.words) == len(n.words) })
	if n.key != "" && !known {
		it.names = append(it.names, n)
	}
}

// A view is what one workspace sees, what comes first being shown: what it wrote itself, what was written for everybody, the
// built-in glossary, what it imported, what was imported for everybody.
type view struct {
	layers []*layer
	other  *otherWords
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
		if e.Source == "" || !l.isImported() || note == nil || note == it {
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
	var all []*item
	for i, l := range v.layers {
		for slug, it := range l.bySlug {
			hidden := slices.ContainsFunc(v.layers[:i], func(before *layer) bool { return before.bySlug[slug] != nil })
			if !hidden {
				all = append(all, it)
			}
		}
	}
	slices.SortFunc(all, func(a, b *item) int {
		return cmp.Or(cmp.Compare(fold(a.Term), fold(b.Term)), cmp.Compare(a.Slug, b.Slug))
	})
	return all
}

// usesWord reports whether a name holds the word.
func (v view) usesWord(w string) bool {
	return slices.ContainsFunc(v.layers, func(l *layer) bool { return l.words[w] })
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
