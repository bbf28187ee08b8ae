package kb

import (
	"cmp"
	"math"
	"slices"
)

// How a description is judged. The figures were found with testdata/search.txt; see the table that TestSearch prints.
const (
	minStems       = 4    // of a query that is no phrase of ours: fewer words are the name of something, if nothing joins them
	minShare       = 1.00 // of an answer; words that stand together in one saying make more than 1
	minLead        = 0.25 // how much more than the share of the second best it must be
	minLeadUnknown = 0.40 // the same when the query has a word that no entry uses
	minSuggest     = 0.25 // share of a suggestion
	importedBehind = 0.25 // how much more than the share of another entry that of an imported one must be: words meet by chance in many texts
	minHeld        = 0.30 // part of what the first one holds that others must hold to be judged at all
	minSuggestOne  = 0.30 // the same when its sayings and names hold one word only
	furtherPart    = 0.30 // what a word counts that stands in the details but in no saying or name
	togetherPart   = 0.60 // what the words count in addition that stand in one saying
	pairPart       = 0.40 // what two words count in addition that stand side by side in it
	tightPart      = 0.60 // what part of togetherPart is lost when the saying is about much more than is asked
	rareUses       = 1    // added to a stem's uses: a word that nobody uses is not worth much more than a rare one
	mostNamed      = 0.95 // of the weight that words of names may have: a list of names is no description
	mostNamedOfTwo = 0.40 // the same when the query has two words only: "create a deployment"
	maxStems       = 16   // looked at of one query
	maxDescribed   = 60   // candidates whose sayings are judged: those that hold most of what is asked
	maxSaying      = 10   // of those, the ones whose sayings are compared word by word
)

// byDescription finds the entry that says what is asked in these words, or else the one whose texts hold the query's words, rare
// words counting more than common ones. An answer must hold most of many words and be clearly ahead of the next one.
func (v view) byDescription(q query) (best, weak []*item) {
	a := v.asked(q.all)
	if len(a.stems) == 0 || slices.ContainsFunc(q.all, func(w string) bool { return comparing[w] }) {
		return nil, nil
	}
	list := v.described(a, v.holding(a, maxDescribed, minHeld))
	if said := saidBy(q, list[:min(len(list), maxSaying)]); said != nil {
		return []*item{said}, nil
	}
	for _, d := range list {
		if d.isClose(a) && len(weak) < 3 {
			weak = append(weak, d.item)
		}
	}
	switch {
	case v.listsNames(q, a):
		_, mentioned := v.byMention(q)
		return nil, append(mentioned, weak...)
	case a.isClear(list, isCompound(q.words)):
		best = []*item{list[0].item}
	}
	return best, weak
}

// holding returns at most n items of each layer: those that hold most of what is asked, without those that hold less than a part of
// what the first one does.
func (v view) holding(a asked, n int, part float32) []*item {
	var all []holding
	most := float32(0)
	for _, l := range v.layers {
		if best := l.best(a, n, part); len(best) > 0 {
			all, most = append(all, best...), max(most, best[0].share)
		}
	}
	items, seen := make([]*item, 0, len(all)), make(map[*item]bool, len(all))
	for _, h := range all {
		if it := v.item(h.Slug); h.share >= part*most && !seen[it] {
			items, seen[it] = append(items, it), true
		}
	}
	return items
}

// An asked is what a description asks for: stems that say something, each once, and what each counts.
type asked struct {
	stems   []string
	hashes  []uint64
	weight  []float64 // their sum is 1
	unknown bool      // no entry uses one of the stems
}

func (a asked) and(stem string, weight float64) asked {
	a.stems, a.hashes, a.weight = append(a.stems, stem), append(a.hashes, hashOf(fnvBasis, stem)), append(a.weight, weight)
	return a
}

// asked weighs the stems of some words by how rare they are.
func (v view) asked(words []string) asked {
	var a asked
	sum := 0.0
	for _, s := range sequence(words) {
		if len(a.stems) == maxStems || slices.Contains(a.stems, s) {
			continue
		}
		w := v.rarity(s)
		a = a.and(s, w)
		a.unknown = a.unknown || v.uses(s) == 0
		sum += w
	}
	for i := range a.weight {
		a.weight[i] /= sum
	}
	return a
}

// A described item holds a share of what was asked.
type described struct {
	*item
	texts []*texts // over all layers
	share float64
	said  int // stems asked for that its sayings and names hold
}

// rank is what the items are sorted by.
func (d described) rank() float64 {
	if d.Source == "" || d.Source == SourceBuiltin {
		return d.share
	}
	return d.share - importedBehind
}

// described returns the items with the share that they hold, best first. What other sources say of an entry counts as well.
func (v view) described(a asked, items []*item) []described {
	var list []described
	for _, it := range items {
		d := described{item: it, texts: v.texts(it.Slug)}
		d.share = togetherPart * saidTogether(d.texts, a)
		for i, hash := range a.hashes {
			part := part(d.texts, hash)
			if d.share += a.weight[i] * part; part == 1 {
				d.said++
			}
		}
		list = append(list, d)
	}
	slices.SortFunc(list, func(a, b described) int {
		return cmp.Or(cmp.Compare(b.rank(), a.rank()), cmp.Compare(a.Slug, b.Slug))
	})
	return list
}

// isClose reports whether the item is worth suggesting: one word in common is not, unless no more was asked.
func (d described) isClose(a asked) bool {
	if len(a.stems) == 1 {
		return len(a.stems[0]) > 2 && (d.said == 1 || len(a.stems[0]) > 12)
	}
	return d.share >= minSuggest && (d.said > 1 || len(a.stems) > 2 && d.share >= minSuggestOne)
}

// isClear reports whether the first of the list is the answer. A few words with nothing between them are a name, and of
// something else, if no saying has them: "pod security group".
func (a asked) isClear(list []described, compound bool) bool {
	if len(list) == 0 || len(a.stems) < minStems && (compound || len(a.stems) < minStems-1) {
		return false
	}
	lead := minLead
	if a.unknown {
		lead = minLeadUnknown
	}
	return list[0].share >= minShare && (len(list) == 1 || list[0].rank()-list[1].rank() >= lead)
}

// listsNames reports whether the query is little but names of entries.
func (v view) listsNames(q query, a asked) bool {
	most := mostNamed
	if len(a.stems) == 2 {
		most = mostNamedOfTwo
	}
	share, counted := 0.0, map[string]bool{}
	for _, part := range v.mentions(q) {
		for _, s := range sequence(part.words) {
			if i := slices.Index(a.stems, s); i >= 0 && !counted[s] {
				share += a.weight[i]
			}
			counted[s] = true
		}
	}
	return len(a.stems) > 1 && share > most
}

// rarity is the logarithm of how rare a stem is.
func (v view) rarity(stem string) float64 {
	entries := 0
	for _, l := range v.layers {
		entries += len(l.bySlug)
	}
	return math.Log(1 + float64(entries)/float64(rareUses+v.uses(stem)))
}

// uses returns in how many entries a stem is used.
func (v view) uses(stem string) int {
	uses, hash := 0, hashOf(fnvBasis, stem)
	for _, l := range v.layers {
		uses += len(l.stems.list(hash))
	}
	return uses
}

// texts returns those of a slug, over all layers.
func (v view) texts(slug string) (all []*texts) {
	for _, l := range v.layers {
		if it := l.bySlug[slug]; it != nil {
			all = append(all, it.judging())
		}
	}
	return all
}

// part is how much a stem counts for an entry of these texts.
func part(all []*texts, hash uint64) float64 {
	part := 0.0
	for _, t := range all {
		switch {
		case t.said.holds(hash):
			return 1
		case t.further.holds(hash):
			part = furtherPart
		}
	}
	return part
}
