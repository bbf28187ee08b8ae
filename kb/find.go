package kb

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2"
	bq "github.com/blevesearch/bleve/v2/search/query"
)

// maxFound is how many entries one search finds at most: more than anybody leafs through.
const maxFound = 2000

// Search returns at most n of the entries that hold the words, from the given place on, and how many there are in all (at most
// 2,000). Best first: the entry of that name, names that hold all words, entries that hold all words anywhere, then those that
// hold some. A word may be the beginning of one in a name, and one that nobody uses may be mistyped. The order is the same at
// each call, so that it can be paged through, until an entry is edited. Errors come from the search index or from ctx.
func (g *Glossary) Search(ctx context.Context, workspace, words string, n, offset int) ([]Entry, int, error) {
	v, q := g.view(workspace), parse(words)
	asked := searchWords(v, q)
	if len(asked) == 0 {
		return nil, 0, nil
	}
	var any []bq.Query
	for _, w := range asked {
		any = append(any, w.query())
	}
	slugs, err := g.index.search(ctx, v, bleve.NewDisjunctionQuery(any...), maxFound)
	if err != nil {
		return nil, 0, err
	}
	for _, it := range v.holding(inTexts(asked), maxFound, 0) {
		slugs = append(slugs, it.Slug)
	}
	found := v.rank(q, asked, v.candidates(slugs))
	found = found[:min(len(found), maxFound)]
	var entries []Entry
	for _, it := range found[min(max(offset, 0), len(found)):min(max(offset, 0)+max(n, 0), len(found))] {
		if e, ok := v.entry(it.Slug); ok {
			entries = append(entries, e)
		}
	}
	return entries, len(found), nil
}

// A searchWord is a word to be found in names and texts.
type searchWord struct {
	word, stem string
	weight     float64 // rare words count more
	edits      int     // how many mistakes a word of a name may hold; not 0 when no entry uses the word as it is
}

func searchWords(v view, q query) []searchWord {
	var asked []searchWord
	known := map[string]bool{}
	for _, w := range q.words {
		stems := sequence([]string{w})
		if known[w] || len(asked) == maxStems || len(stems) == 0 && len(q.words) > 1 {
			continue
		}
		known[w] = true
		s := searchWord{word: w}
		if len(stems) > 0 {
			s.stem = stems[0]
		}
		s.weight = v.rarity(s.stem)
		if v.uses(s.stem) == 0 && !v.usesWord(w) {
			s.edits = maxEdits(utf8.RuneCountInString(w))
		}
		asked = append(asked, s)
	}
	return asked
}

// inTexts makes of the words what is asked of texts.
func inTexts(searched []searchWord) (a asked) {
	for _, w := range searched {
		a = a.and(w.stem, w.weight)
	}
	return a
}

// query asks for the word in names.
func (w searchWord) query() bq.Query {
	any := []bq.Query{fuzzy(fieldWord, w.word, w.edits), term(fieldWord, singular(w.word))}
	if utf8.RuneCountInString(w.word) > 2 {
		any = append(any, prefix(fieldWord, w.word))
	}
	return bleve.NewDisjunctionQuery(any...)
}

// in reports whether one of the words of a name is the word, begins with it, or is a little mistyped.
func (w searchWord) in(words []string) bool {
	return slices.ContainsFunc(words, func(named string) bool {
		return singular(named) == singular(w.word) || len(w.word) > 2 && strings.HasPrefix(named, w.word) ||
			w.edits > 0 && distance(named, w.word, w.edits) <= w.edits
	})
}

// A fit tells how well an entry fits what is searched for; the fields stand in the order of their importance.
type fit struct {
	*item
	exact, named, whole bool // by that name; all words in its term or one of its aliases; all words somewhere
	share               float64
}

func (a fit) compare(b fit) int {
	return cmp.Or(falseFirst(b.exact, a.exact), falseFirst(b.named, a.named), falseFirst(b.whole, a.whole), cmp.Compare(b.share, a.share),
		cmp.Compare(fold(a.Term), fold(b.Term)), cmp.Compare(a.Slug, b.Slug))
}

func falseFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	default:
		return 1
	}
}

// rank sorts the items and leaves out those that hold none of the words.
func (v view) rank(q query, asked []searchWord, items []*item) []*item {
	exact := v.exact(q)
	var fits []fit
	for _, it := range items {
		f := v.fit(asked, it)
		if f.exact = slices.Contains(exact, it); f.exact || f.share > 0 {
			fits = append(fits, f)
		}
	}
	slices.SortFunc(fits, fit.compare)
	var ranked []*item
	for _, f := range fits {
		ranked = append(ranked, f.item)
	}
	return ranked
}

// What a word found in the term or in another name counts; one found in the definition counts 1.
const (
	inTerm = 3
	inName = 2
)

func (v view) fit(asked []searchWord, it *item) fit {
	f := fit{item: it, whole: true}
	names, texts := v.names(it.Slug), v.texts(it.Slug)
	f.named = slices.ContainsFunc(names, func(n name) bool {
		return !slices.ContainsFunc(asked, func(w searchWord) bool { return !w.in(n.words) })
	})
	for _, w := range asked {
		part := part(texts, hashOf(fnvBasis, w.stem))
		switch {
		case slices.ContainsFunc(names, func(n name) bool { return n.term && w.in(n.words) }):
			part = inTerm
		case slices.ContainsFunc(names, func(n name) bool { return w.in(n.words) }):
			part = inName
		}
		f.share += w.weight * part
		f.whole = f.whole && part > 0
	}
	return f
}
