package kb

import (
	"cmp"
	"maps"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
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

// Complete returns at most n entries for what somebody is typing: the one of that name, those whose term begins so, those with
// such an alias, those with such a word in their names; within these by that name. When there are none, those that begin so but
// for one typing mistake. Nothing typed gives the first n terms.
func (g *Glossary) Complete(workspace, typed string, n int) []Entry {
	c := completion{view: g.view(workspace), n: n}
	if begun := key(words(cut(typed, maxQuery))); begun == "" {
		c.first()
	} else if c.add(begun); len(c.found) == 0 {
		for _, other := range oneMistakeOff(begun) {
			c.add(other)
		}
	}
	var entries []Entry
	for _, it := range c.found {
		e, _ := c.view.entry(it.Slug)
		entries = append(entries, e)
	}
	return entries
}

// A typedName is something that completes what is typed.
type typedName struct {
	*item
	name, word uint16 // places in item.names and its words; word 0 stands for the whole name
}

func (t typedName) key() string {
	if t.word > 0 {
		return t.names[t.name].words[t.word]
	}
	return t.names[t.name].key
}

func (t typedName) compare(other typedName) int {
	if c := cmp.Compare(t.key(), other.key()); c != 0 {
		return c
	}
	return cmp.Or(t.item.compare(other.item), cmp.Compare(t.name, other.name), cmp.Compare(t.word, other.word))
}

// The kinds of typed names, as they are offered.
const (
	terms = iota
	aliases
	laterWords
	typedKinds
)

// typedNames holds those of some items, by kind and sorted by key, so that those that begin with what is typed stand together.
type typedNames [typedKinds][]typedName

func newTypedNames(items []*item) typedNames {
	type keyed struct {
		typedName
		key string // at hand: to look it up for each comparison takes most of the time
	}
	var lists [typedKinds][]keyed
	add := func(kind int, t typedName) { lists[kind] = append(lists[kind], keyed{t, t.key()}) }
	for _, it := range items {
		for i, n := range it.names {
			kind := aliases
			if n.term {
				kind = terms
			}
			add(kind, typedName{it, uint16(i), 0})
			for w := 1; w < len(n.words); w++ {
				add(laterWords, typedName{it, uint16(i), uint16(w)})
			}
		}
	}
	var all typedNames
	inParallel(typedKinds, func(kind int) {
		slices.SortFunc(lists[kind], func(a, b keyed) int {
			if c := cmp.Compare(a.key, b.key); c != 0 {
				return c
			}
			return a.compare(b.typedName)
		})
		for _, k := range lists[kind] {
			all[kind] = append(all[kind], k.typedName)
		}
	})
	return all
}

// A completion collects at most n items.
type completion struct {
	view  view
	n     int
	found []*item
}

// first takes the first terms.
func (c *completion) first() {
	lists := make([][]*item, len(c.view.layers))
	for i, l := range c.view.layers {
		lists[i] = l.sorted
	}
	for it := range merged(lists, (*item).compare) {
		if !c.take(it) {
			return
		}
	}
}

// add takes those with a name that begins as typed.
func (c *completion) add(typed string) {
	whole := func(key string) bool { return key == typed }
	begins := func(key string) bool { return strings.HasPrefix(key, typed) }
	c.from(terms, typed, whole)
	c.from(aliases, typed, whole)
	for kind := range typedKinds {
		c.from(kind, typed, begins)
	}
}

// from takes those of one kind that stand where the typed key would, as long as they fit.
func (c *completion) from(kind int, typed string, fits func(key string) bool) {
	lists := make([][]typedName, len(c.view.layers))
	for i, l := range c.view.layers {
		list := l.typed[kind]
		lists[i] = list[sort.Search(len(list), func(j int) bool { return list[j].key() >= typed }):]
	}
	for t := range merged(lists, typedName.compare) {
		if !fits(t.key()) || !c.take(t.item) {
			return
		}
	}
}

// take adds what is shown for an item's slug, and reports whether there is room for more.
func (c *completion) take(it *item) bool {
	if len(c.found) >= c.n {
		return false
	}
	if it = c.view.item(it.Slug); it != nil && !slices.Contains(c.found, it) {
		c.found = append(c.found, it)
	}
	return true
}

// oneMistakeOff returns what may have been meant: a letter changed, left out, added, or swapped with its neighbour. What is
// short or has other letters than these is not corrected.
func oneMistakeOff(typed string) []string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	if n := utf8.RuneCountInString(typed); n < 4 || n > 20 || n != len(typed) {
		return nil
	}
	var all []string
	for i := len(typed) - 1; i >= 0; i-- { // the first letter is seldom wrong
		before, after := typed[:i], typed[i+1:]
		if i > 0 {
			all = append(all, before[:i-1]+typed[i:i+1]+typed[i-1:i]+after)
		}
		all = append(all, before+after)
		for j := range letters {
			all = append(all, before+letters[j:j+1]+after, before+letters[j:j+1]+typed[i:])
		}
	}
	return all
}
