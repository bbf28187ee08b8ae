package kb

import (
	"context"
	"slices"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2"
	bq "github.com/blevesearch/bleve/v2/search/query"
)

// byTypo finds the names that are one mistake away, or else two. The whole text is tried first: what looks like
// a question or a command around a name, as "definition", may be a part of it.
func (v view) byTypo(q query) (best, weak []*item) {
	if len(q.all) > len(q.words) && len(q.all) <= maxMention {
		whole := partQuery(q.all)
		if best, _ = v.nearest(whole, v.near(whole.canon)); len(best) > 0 {
			return best, nil
		}
	}
	if utf8.RuneCountInString(q.key) < 3 || len(q.words) > maxMention || !v.mayName(q) {
		return nil, nil
	}
	best, weak = v.nearest(q, v.near(q.canon))
	return best, weak
}

// maxMistyped is how many words of a name may be mistyped: more are a description.
const maxMistyped = 3

// byWordTypos finds the names of which each word may hold a mistake: "equalty basd selecter".
func (g *Glossary) byWordTypos(ctx context.Context, v view, q query) (best, weak []*item, err error) {
	if len(q.words) < 2 || len(q.words) > maxMention || !v.mayName(q) {
		return nil, nil, nil
	}
	var all []bq.Query
	mistyped := 0
	for _, w := range q.words {
		edits := 0
		if !v.usesWord(w) { // else spelled right
			if edits = maxEdits(utf8.RuneCountInString(w)); !v.usesNear(w, edits) {
				return nil, nil, nil
			}
			mistyped++
		}
		all = append(all, fuzzy(fieldWord, w, edits))
	}
	if mistyped == 0 || mistyped > maxMistyped {
		return nil, nil, nil
	}
	slugs, err := g.index.search(ctx, v, bleve.NewConjunctionQuery(all...), maxCandidates)
	if err != nil {
		return nil, nil, err
	}
	best, weak = v.nearest(q, v.candidates(slugs))
	return best, weak, nil
}

// byTypedBeginning suggests the entries with a name that begins like the key but for one mistake after the fourth letter.
func (v view) byTypedBeginning(q query) (best, weak []*item) {
	n := utf8.RuneCountInString(q.key)
	if n < 6 || !v.mayName(q) {
		return nil, nil
	}
	for _, it := range v.beginning(cut(q.key, 4), maxDescribed) {
		if slices.ContainsFunc(it.names, func(m name) bool { return distance(q.key, cut(m.key, n), 1) <= 1 }) {
			weak = append(weak, it)
		}
	}
	return nil, weak
}

// nearest returns the items whose names hold the fewest mistakes, if the query is no word of its own and not nearer to one.
// The others are weak.
func (v view) nearest(q query, items []*item) (best, weak []*item) {
	least := -1
	for _, it := range items {
		edits, ok := q.edits(v.names(it.Slug))
		switch {
		case !ok && q.resembles(v.names(it.Slug)):
			weak = append(weak, it)
		case !ok:
		case least < 0 || edits < least:
			best, weak, least = []*item{it}, append(weak, best...), edits
		case edits == least:
			best = append(best, it)
		default:
			weak = append(weak, it)
		}
	}
	if v.other.has(q) || v.other.nearer(q, least) {
		return nil, append(best, weak...)
	}
	return best, weak
}

// resembles reports whether one of the names is near enough to suggest it. Another abbreviation of the same length is not.
func (q query) resembles(names []name) bool {
	return slices.ContainsFunc(names, func(n name) bool {
		limit := 1
		if min(len(q.canon), len(n.canon)) > 4 {
			limit = 2
		}
		return (n.term || len(n.key) > 3) && distance(q.canon, n.canon, limit) <= limit
	})
}

// edits returns the fewest mistakes between the query and one of the names.
func (q query) edits(names []name) (least int, ok bool) {
	for _, n := range names {
		if edits, near := q.typo(n); near && (!ok || edits < least) {
			least, ok = edits, true
		}
	}
	return least, ok
}
