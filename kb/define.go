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

// maxSuggestions is how many suggestions an Answer has at most: as many buttons as a row holds on any platform.
const maxSuggestions = 5

// A stage is one way to search. It returns the entries that match best and equally well: one is the answer, several are
// suggestions, and both end the search. Weak ones are only ever suggested.
type stage func(ctx context.Context, v view, q query) (best, weak []*item, err error)

// Define finds what a query means in a workspace. Exact names are answered from memory, in microseconds. Then one stage after
// the other is tried until one gives a single entry that is clearly meant. Nothing clear is no answer: a wrong definition is
// worse than none. Errors come from the search index or from ctx.
func (g *Glossary) Define(ctx context.Context, workspace, text string) (Answer, error) {
	v, q := g.view(workspace), parse(text)
	answer := Answer{Query: cut(text, maxQuery)}
	found := v.exact(q)
	if len(found) == 0 || !found[0].isTerm(q.forms[0]) {
		several, err := g.each(ctx, v, q)
		if err != nil {
			return answer, err
		}
		if answer.Several = len(several) > 1; answer.Several {
			answer.give(v, several[:1], several[1:])
			return answer, nil
		}
	}
	if len(found) > 0 {
		answer.Exact = true
		answer.give(v, found[:1], append(found[1:], v.named(q.also...)...))
		return answer, nil
	}
	if q.key == "" {
		return answer, nil
	}
	var weak []*item
	for _, search := range []stage{g.byWords, g.byPrefix, g.byTypo, g.byWordTypos, g.byStatus, g.byDescription, g.byMention, g.byTypedBeginning} {
		best, more, err := search(ctx, v, q)
		if err != nil {
			return answer, err
		}
		if len(best) == 1 && !v.other.has(q) {
			answer.give(v, best, append(v.named(q.also...), more...))
			return answer, nil
		}
		weak = append(weak, append(best, more...)...)
		if len(best) > 1 {
			break
		}
	}
	answer.give(v, nil, weak)
	return answer, nil
}

// give fills the answer in.
func (a *Answer) give(v view, best, suggestions []*item) {
	if len(best) > 0 {
		e, _ := v.entry(best[0].Slug)
		a.Entry = &e
	}
	for _, it := range v.distinct(suggestions) {
		e, ok := v.entry(it.Slug)
		if ok && len(a.Suggestions) < maxSuggestions && (len(best) == 0 || it.Slug != best[0].Slug) {
			a.Suggestions = append(a.Suggestions, e)
		}
	}
}

// byWords finds the names made of the same words in another order, "container init", and suggests those that hold them all.
func (g *Glossary) byWords(ctx context.Context, v view, q query) (best, weak []*item, err error) {
	if !v.mayName(q) {
		return nil, nil, nil
	}
	asked := singulars(q.words)
	var all []bq.Query
	for _, w := range q.words {
		all = append(all, bleve.NewDisjunctionQuery(term(fieldWord, w), term(fieldWord, singular(w)), term(fieldWord, singular(w)+"s")))
	}
	slugs, err := g.index.search(ctx, v, bleve.NewConjunctionQuery(all...), maxCandidates)
	var byAlias []*item
	for _, it := range v.candidates(slugs) {
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
func (g *Glossary) byPrefix(_ context.Context, v view, q query) (best, weak []*item, err error) {
	if utf8.RuneCountInString(q.key) < 3 || !v.mayName(q) {
		return nil, nil, nil
	}
	if best, weak = v.begun(q, v.beginning(q.key, maxCandidates)); len(best) != 1 {
		return nil, weak, nil
	}
	near, _ := v.nearest(q, v.oneOff(q))
	return v.distinct(append(best, near...)), weak, nil
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

// byTypedBeginning suggests the entries with a name that begins like the key but for one mistake after the fourth letter.
func (g *Glossary) byTypedBeginning(_ context.Context, v view, q query) (best, weak []*item, err error) {
	n := utf8.RuneCountInString(q.key)
	if n < 6 || !v.mayName(q) {
		return nil, nil, nil
	}
	for _, it := range v.beginning(cut(q.key, 4), maxDescribed) {
		if slices.ContainsFunc(it.names, func(m name) bool { return distance(q.key, cut(m.key, n), 1) <= 1 }) {
			weak = append(weak, it)
		}
	}
	return nil, weak, nil
}

// byTypo finds the names that are one mistake away, or else two. The whole text is tried first: "definition" is also the end of
// a name.
func (g *Glossary) byTypo(ctx context.Context, v view, q query) (best, weak []*item, err error) {
	if n := len(q.all) - len(q.words); n > 0 && n <= 2 && len(q.all) <= maxMention {
		if best, _, err = g.byTypo(ctx, v, partQuery(q.all)); err != nil || len(best) > 0 {
			return best, nil, err
		}
	}
	if utf8.RuneCountInString(q.key) < 3 || len(q.words) > maxMention || !v.mayName(q) {
		return nil, nil, nil
	}
	if best, weak = v.nearest(q, v.oneOff(q)); len(best) > 0 {
		return best, weak, nil
	}
	best, more, err := g.twoOff(ctx, v, q)
	return best, append(weak, more...), err
}

// oneOff returns the entries with a name that is one mistake away, from memory: to try all mistakes takes less time than to ask
// the index.
func (v view) oneOff(q query) []*item {
	var all []*item
	for other := range mistakes(q.canon) {
		for _, l := range v.layers {
			all = append(all, l.byName[string(other)]...)
		}
	}
	return v.distinct(all)
}

// twoOff finds the names that are two mistakes away. To compare whole names, bleve builds an automaton whose cost grows with
// their length; of three words or more one is right nearly always, and names that hold it are found at once.
func (g *Glossary) twoOff(ctx context.Context, v view, q query) (best, weak []*item, err error) {
	near, proposed := fuzzy(fieldKey, q.canon, 2), true
	if len(q.words) > 2 {
		near, proposed = anyTerm(fieldWord, rarest(q.words, v.namesWith)), false // one word alone is not worth suggesting
	}
	slugs, err := g.index.search(ctx, v, near, maxCandidates)
	if err != nil {
		return nil, nil, err
	}
	if best, weak = v.nearest(q, v.candidates(slugs)); !proposed {
		weak = nil
	}
	return best, weak, nil
}

// namesWith returns in how many names a word stands.
func (v view) namesWith(word string) int {
	n := 0
	for _, l := range v.layers {
		n += l.words[word]
	}
	return n
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
		if !v.usesWord(w) { // else spelled right; a fuzzy query costs a hundred times as much
			edits = maxEdits(utf8.RuneCountInString(w))
			mistyped++
		}
		all = append(all, fuzzy(fieldWord, w, edits))
	}
	if mistyped > maxMistyped {
		return nil, nil, nil
	}
	slugs, err := g.index.search(ctx, v, bleve.NewConjunctionQuery(all...), maxCandidates)
	if err != nil {
		return nil, nil, err
	}
	best, weak = v.nearest(q, v.candidates(slugs))
	return best, weak, nil
}

// byStatus finds the one status or message in what somebody pasted: "web-0 0/1 CrashLoopBackOff 5 (30s ago)". They are long
// words, or many words, that nobody uses for anything else.
func (g *Glossary) byStatus(_ context.Context, v view, q query) (best, weak []*item, err error) {
	if slices.ContainsFunc(q.all, isComparing) {
		return nil, nil, nil
	}
	for _, part := range v.mentions(q) {
		for _, it := range v.exact(part) {
			isStatus := it.Category == "troubleshooting" && len(part.key) >= minStatus && len(part.words) <= 2
			if (isStatus || len(part.words) >= minMessage) && !slices.Contains(best, it) {
				best = append(best, it)
			}
		}
	}
	return best, nil, nil
}

const (
	minStatus  = 9 // letters of the shortest status, OOMKilled
	minMessage = 4 // words of the shortest message that is a name
)

// byMention suggests the entries whose names stand in the query: "job or cronjob".
func (g *Glossary) byMention(_ context.Context, v view, q query) (best, weak []*item, err error) {
	for _, part := range v.mentions(q) {
		weak = append(weak, v.exact(part)...)
	}
	return nil, append(weak, v.named(q.also...)...), nil
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
	for n := min(maxMention, len(q.words)); n > 0; n-- {
		for i := 0; i+n <= len(q.words); i++ {
			part := partQuery(q.words[i : i+n])
			if len(v.exact(part)) > 0 {
				parts = append(parts, part)
			}
		}
	}
	return parts
}

// maxCandidates is what bleve proposes at most; the right ones are among the first few.
const maxCandidates = 20

// candidates returns the items for what bleve proposed. Documents that are gone meanwhile are left out.
func (v view) candidates(slugs []string) []*item {
	var items []*item
	seen := map[*item]bool{nil: true}
	for _, slug := range slugs {
		if it := v.item(slug); !seen[it] {
			items = append(items, it)
			seen[it] = true
		}
	}
	return items
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

func singulars(words []string) []string {
	out := make([]string, 0, len(words))
	for _, w := range words {
		out = append(out, singular(w))
	}
	slices.Sort(out)
	return out
}
