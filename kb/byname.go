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

// byWords finds the names made of the same words in another order, "container init", and suggests those that hold them all.
func (g *Glossary) byWords(ctx context.Context, v view, q query) (best, weak []*item, err error) {
	if !v.mayName(q) {
		return nil, nil, nil
	}
	asked := singulars(q.words)
	found, err := g.holdingWords(ctx, v, q.words)
	var byAlias []*item
	for _, it := range found {
		switch {
		case len(asked) > 1 && slices.ContainsFunc(v.names(it.Slug), func(n name) bool { return slices.Equal(asked, singulars(n.words)) }):
			best = append(best, it)
		case containsAll(singulars(it.names[0].words), asked):
			weak = append(weak, it)
		default:
			byAlias = append(byAlias, it)
		}
	}
	weak = append(weak, byAlias...)
	if i := slices.IndexFunc(weak, func(it *item) bool { return v.calls(it, q.words) }); len(best) == 0 && i >= 0 {
		best, weak = weak[i:i+1], slices.Delete(slices.Clone(weak), i, i+1)
	}
	if spelled := v.spelledOut(q.words); len(best) == 0 && len(spelled) == 1 {
		best = spelled
	}
	return best, weak, err
}

// holdingWords returns the entries with all the words in their names, in the singular or the plural.
func (g *Glossary) holdingWords(ctx context.Context, v view, words []string) ([]*item, error) {
	var all []bq.Query
	for _, w := range words {
		used := slices.DeleteFunc(distinct([]string{w, singular(w), singular(w) + "s"}), func(s string) bool { return !v.usesWord(s) })
		if len(used) == 0 {
			return nil, nil
		}
		all = append(all, anyTerm(fieldWord, used))
	}
	slugs, err := g.index.search(ctx, v, bleve.NewConjunctionQuery(all...), maxCandidates)
	return v.candidates(slugs), err
}

// spelledOut returns the entries of the name with a kind in the place of its short name: "svc account".
func (v view) spelledOut(words []string) []*item {
	for i, w := range words {
		for _, it := range v.named(w) {
			if !slices.Contains(it.Short, w) {
				continue
			}
			if found := v.named(canon(slices.Concat(words[:i], camelWords(it.Kind), words[i+1:]))); len(found) > 0 {
				return found
			}
		}
	}
	return nil
}

// calls reports whether one of the words is a name of the entry and the others stand in its term: "env variables".
func (v view) calls(it *item, words []string) bool {
	term := singulars(it.names[0].words)
	rest := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return slices.Contains(term, singular(w)) })
	return len(words) > 1 && len(rest) == 1 && slices.Contains(v.named(canon(rest)), it)
}

func containsAll(words, asked []string) bool {
	return !slices.ContainsFunc(asked, func(w string) bool { return !slices.Contains(words, w) })
}

// byPrefix finds the one entry with a name that begins like the query: at least four letters and half of the name make an
// answer, if no other name is as near in another way ("podsec" is one letter from "podspec"). Names that nearly begin so are
// suggested.
func (v view) byPrefix(q query) (best, weak []*item) {
	if utf8.RuneCountInString(q.key) < 3 || !v.mayName(q) {
		return nil, nil
	}
	if best, weak = v.begun(q, v.beginning(q.key, maxCandidates)); len(best) != 1 {
		return nil, weak
	}
	near, _ := v.nearest(q, v.near(q.canon))
	return v.distinct(append(best, near...)), weak
}

// beginning returns at most n entries with names that begin with the key, those whose term does first.
func (v view) beginning(key string, n int) []*item {
	c := completion{view: v, n: n}
	for _, kind := range []int{terms, aliases} {
		c.from(kind, key, func(name string) bool { return strings.HasPrefix(name, key) })
	}
	return c.found
}

// begun returns the entry whose name begins like the key and like all other names that do: "namesp" is the beginning of
// "namespace", whatever other names begin with that. Terms come before aliases. Otherwise all are weak, short
// names first, and so are aliases of which whole words were typed: "common" is not the beginning of "common labels".
func (v view) begun(q query, items []*item) (best, weak []*item) {
	shortest, terms, half := map[*item]string{}, map[*item]bool{}, map[*item]bool{}
	for _, it := range items {
		for _, n := range v.names(it.Slug) {
			if strings.HasPrefix(n.key, q.key) && (shortest[it] == "" || len(n.key) < len(shortest[it])) {
				shortest[it] = n.key
			}
			terms[it] = terms[it] || n.term && strings.HasPrefix(n.key, q.key)
			half[it] = half[it] || strings.HasPrefix(n.key, q.key) && (n.term || !startsWith(n.words, q.words))
		}
	}
	items = slices.DeleteFunc(items, func(it *item) bool { return shortest[it] == "" })
	slices.SortStableFunc(items, func(a, b *item) int {
		return cmp.Or(falseFirst(terms[b], terms[a]), len(shortest[a])-len(shortest[b]))
	})
	for _, it := range items {
		if len(terms) > 0 && terms[items[0]] && !terms[it] {
			break
		}
		if !strings.HasPrefix(shortest[it], shortest[items[0]]) || !half[items[0]] || !beginsLike(q.key, shortest[items[0]]) {
			return nil, items
		}
	}
	return items[:min(1, len(items))], items[min(1, len(items)):]
}

func startsWith(words, first []string) bool {
	return len(words) >= len(first) && slices.Equal(words[:len(first)], first)
}

func beginsLike(typed, key string) bool {
	return len(typed) >= 4 && len(key) <= 2*len(typed) && strings.HasPrefix(key, typed) && !strings.HasPrefix(typed, "kubectl")
}

// byStatus finds the one status or message in what somebody pasted: "web-0 0/1 CrashLoopBackOff 5 (30s ago)". They are long
// words, or many words, that nobody uses for anything else.
func (v view) byStatus(q query) (best, weak []*item) {
	if slices.ContainsFunc(q.all, isComparing) {
		return nil, nil
	}
	for _, part := range v.mentions(q) {
		for _, it := range v.exact(part) {
			isStatus := it.Category == "troubleshooting" && len(part.key) >= minStatus && len(part.words) <= 2
			if (isStatus || len(part.words) >= minMessage) && !slices.Contains(best, it) {
				best = append(best, it)
			}
		}
	}
	return best, nil
}

const (
	minStatus  = 9 // letters of the shortest status, OOMKilled
	minMessage = 4 // words of the shortest message that is a name
)

// byMention suggests the entries whose names stand in the query: "job or cronjob".
func (v view) byMention(q query) (best, weak []*item) {
	for _, part := range v.mentions(q) {
		weak = append(weak, v.exact(part)...)
	}
	return nil, append(weak, v.named(q.also...)...)
}

// named returns the items of canonical names.
func (v view) named(canons ...string) []*item {
	var all []*item
	for _, c := range canons {
		all = append(all, v.exact(query{forms: []string{c}})...)
	}
	return all
}

// maxMention is how many words of a query are looked up as one name.
const maxMention = 6

// mentions returns the parts of the query that are names, longer ones first.
func (v view) mentions(q query) []query {
	var parts []query
	var buf []byte
	for n := min(maxMention, len(q.words)); n > 0; n-- {
		for i := 0; i+n <= len(q.words); i++ {
			buf = buf[:0]
			for _, w := range q.words[i : i+n] {
				buf = append(buf, singular(w)...)
			}
			if v.isName(buf) {
				parts = append(parts, partQuery(q.words[i:i+n]))
			}
		}
	}
	return parts
}

func singulars(words []string) []string {
	out := make([]string, 0, len(words))
	for _, w := range words {
		out = append(out, singular(w))
	}
	slices.Sort(out)
	return out
}
