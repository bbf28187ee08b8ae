package kb

import (
	"cmp"
	"runtime"
	"slices"
	"sync"
)

// An item is an entry with what searching needs of it. Its names are there from the beginning; its texts are read a moment
// later, or when a search needs them before that.
type item struct {
	Entry
	folded string // the term, for sorting
	names  []name // the term's first
	number uint32 // in its layer

	once  sync.Once
	texts texts // set by once
}

// texts is what the texts of an entry hold.
type texts struct {
	said    evidence // of the definition, the phrases and the names
	further evidence // of everything else, without that
	sayings []saying
}

func newItem(e Entry) *item {
	it := &item{Entry: e, folded: fold(e.Term)}
	it.addName(e.Term, true)
	for _, a := range slices.Concat(withoutParentheses(e.Term), e.Aliases, []string{e.Kind, e.Slug}) {
		it.addName(a, false)
	}
	return it
}

// judging returns what the item's texts hold.
func (it *item) judging() *texts { return it.judgingWith(nil) }

func (it *item) judgingWith(m stemmer) *texts {
	it.once.Do(func() { it.texts = it.read(m) })
	return &it.texts
}

// held returns what the texts of an item hold, if there is one.
func held(it *item) texts {
	if it == nil {
		return texts{}
	}
	return *it.judging()
}

// readTexts reads the texts of all items on all processors.
func readTexts(items []*item) {
	if len(items) == 0 {
		return
	}
	parts := slices.Collect(slices.Chunk(items, 1+len(items)/runtime.GOMAXPROCS(0))) // so that each word is stemmed but a few times
	inParallel(len(parts), func(i int) {
		m := stemmer{}
		for _, it := range parts[i] {
			it.judgingWith(m)
		}
	})
}

func (it *item) read(m stemmer) (t texts) {
	r := reading{stemmer: m}
	said := append([]string{it.Definition}, it.Phrases...)
	t.sayings = make([]saying, len(said))
	for i, text := range said {
		r.add(text)
		t.sayings[i] = m.saying(firstSentence(text))
	}
	for _, text := range append([]string{it.Term}, it.Aliases...) {
		r.add(text)
	}
	t.said = r.evidence()
	for _, text := range []string{it.Details, it.Tip, it.Changed} {
		r.add(text)
	}
	t.further = r.evidence().without(t.said)
	return t
}

func (it *item) addName(text string, term bool) {
	ws := camelWords(text)
	n := name{words: ws, key: key(ws), term: term}
	known := slices.ContainsFunc(it.names, func(m name) bool { return m.key == n.key && len(m.words) == len(n.words) })
	if n.key == "" || known {
		return
	}
	if n.canon = canon(words(text)); n.canon == n.key {
		n.canon = n.key // share the memory
	}
	it.names = append(it.names, n)
}

// isTerm reports whether the canonical name is that of the term.
func (it *item) isTerm(canon string) bool {
	return slices.ContainsFunc(it.names, func(n name) bool { return n.term && n.canon == canon })
}

// compare sorts items by term.
func (it *item) compare(other *item) int {
	if c := cmp.Compare(it.folded, other.folded); c != 0 {
		return c
	}
	return cmp.Compare(it.Slug, other.Slug)
}
