package kb

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
)

// How a description is judged. The figures were found with testdata/search.txt; see the table that TestSearch prints.
const (
	minStems           = 4    // of a query that is no phrase of ours: fewer words are the name of something
	minCoverage        = 1.10 // the share that an answer must hold; words that stand together make it more than 1
	minCoverageUnknown = 1.60 // the same when the query has a word that no entry uses
	minLead            = 1.10 // times the share of the second best
	minSuggest         = 0.40 // share of a suggestion
	furtherPart        = 0.30 // what a word counts that stands in the details but not in the definition
	pairPart           = 0.80 // what two words count in addition when they stand together there as well
	togetherPart       = 0.80 // what the words count in addition that stand in one saying
	rareUses           = 1    // added to a stem's uses: a word that nobody uses is not worth much more than a rare one
	mostNamed          = 0.95 // of the weight that words of names may have: a list of names is no description
	mostNamedOfTwo     = 0.40 // the same when the query has two words only: "create a deployment"
	maxStems           = 16   // looked at of one query
)

// little are words that say nothing about which entry is meant.
var little = wordSet(`a about above all also am an and any anything are as at be been being between both but by called can could did do does done
	else for from get gets given had has have having he her here him his how i if in into is it its just kind let like made make makes many may me
	might more most must my need needs no not of off on once only or other our out over own same shall she should so some something such than that
	the their them then there these they thing things this those through to too under up us use used uses using very was way we were what when
	where which while who whom why will with would you your yours kubernetes k8s ensure ensures ensuring guarantee guarantees sure certain property way sort part
	type different called named does whats s t don doesn`)

// comparing are words that ask for more than one entry.
var comparing = wordSet(`vs versus difference differences differ compare compared comparison`)

// synonyms are stems that stand for one another: learners and our texts need not use the same word.
var synonyms = synonymMap(
	"each everi per",
	"node machin host vm",
	"choos pick decid chosen determin find",
	"awai repel prevent block off reject",
	"limit maximum max cap restrict bound ceil",
	"access permiss right privileg",
	"databas db datastor",
	"team custom tenant",
	"recur repeat period regular",
	"night nightli",
	"dai daili",
	"earlier previou",
	"end complet finish termin exit",
	"divid isol separ partit apart",
	"cloud aw azur gcp amazon",
	"old former formerli remov gone replac deprec",
	"send forward ship",
	"collect gather scrape fetch aggreg pull",
	"start begin launch",
	"score rank",
	"app applic",
	"configur config",
	"descript describ",
	"number count",
	"spread balanc distribut",
	"tini small",
	"plugin plug",
	"compon process daemon",
	"place assign land put",
	"run execut",
	"updat upgrad",
	"talk commun",
	"copi replica instanc",
	"stabl fix static perman persist",
	"central unifi",
	"prepar setup",
	"author authoris",
	"hold keep maintain",
	"store save",
	"alert alarm notifi",
	"desir want",
	"actual current observ",
	"prefer favor favour",
)

// synonymMap leads the stems of each group to its first.
func synonymMap(groups ...string) map[string]string {
	m := map[string]string{}
	for _, g := range groups {
		stems := strings.Fields(g)
		for _, s := range stems[1:] {
			m[s] = stems[0]
		}
	}
	return m
}

// meaning returns the stems of the words that say something, in their order.
func meaning(words []string) []string { return stemmer(nil).meaning(words) }

// sequence is meaning with each stem replaced by the first of its synonyms.
func sequence(words []string) []string { return asOne(meaning(words)) }

// asOne replaces each stem by the first of its synonyms, in place.
func asOne(stems []string) []string {
	for i, s := range stems {
		if other, ok := synonyms[s]; ok {
			stems[i] = other
		}
	}
	return stems
}

// byDescription finds the entry that says what is asked in these words, or else the one whose texts hold the query's words, rare
// words counting more than common ones. An answer must hold most of many words and be clearly ahead of the next one.
func (g *Glossary) byDescription(ctx context.Context, v view, q query) (best, weak []*item, err error) {
	asked := sequence(q.words)
	asked = asked[:min(len(asked), maxStems)]
	if len(asked) == 0 || slices.ContainsFunc(q.words, func(w string) bool { return comparing[w] }) {
		return nil, nil, nil
	}
	slugs, err := g.index.search(ctx, v, anyTerm(fieldStem, asked), maxCandidates)
	if err != nil {
		return nil, nil, err
	}
	candidates := v.candidates(slugs)
	if best = v.saying(q, candidates); len(best) > 0 {
		return best, nil, nil
	}
	weight := v.weights(asked)
	if v.listsNames(q, weight, distinctCount(asked)) {
		return nil, nil, nil
	}
	list := v.covering(asked, weight, candidates)
	for _, c := range list {
		if c.isClose(asked) && len(weak) < 3 {
			weak = append(weak, c.item)
		}
	}
	if v.isClear(list, asked) {
		best = []*item{list[0].item}
	}
	return best, weak, nil
}

// A covering item holds a share of what was asked.
type covering struct {
	*item
	share float64
	said  int // stems asked for that its definition and phrases hold
}

// isClose reports whether the item is worth suggesting: one word in common is not, unless no more was asked.
func (c covering) isClose(asked []string) bool {
	if distinctCount(asked) == 1 {
		return c.said == 1 && len(asked[0]) > 2
	}
	return c.said > 1 && c.share >= minSuggest
}

// isClear reports whether the first of the list is the answer. A few words are a name, and of something else, if no saying has
// them: "pod group" is no description of the Service.
func (v view) isClear(list []covering, asked []string) bool {
	if len(list) == 0 || distinctCount(asked) < minStems {
		return false
	}
	least := minCoverage
	if slices.ContainsFunc(asked, func(s string) bool { return v.uses(s) == 0 }) {
		least = minCoverageUnknown
	}
	return list[0].share >= least && (len(list) == 1 || list[0].share >= minLead*list[1].share)
}

// listsNames reports whether a query of so many stems is little but names of entries.
func (v view) listsNames(q query, weight map[string]float64, stems int) bool {
	most := mostNamed
	if stems == 2 {
		most = mostNamedOfTwo
	}
	share, counted := 0.0, map[string]bool{}
	for _, part := range v.mentions(q) {
		for _, s := range sequence(part.words) {
			if !counted[s] {
				share += weight[s]
			}
			counted[s] = true
		}
	}
	return stems > 1 && share > most
}

func distinct(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return slices.Compact(s)
}

func distinctCount(s []string) int { return len(distinct(s)) }

// weights gives each stem its share of the whole: the logarithm of how rare it is, so that one nobody uses counts most. Pairs
// come on top of that.
func (v view) weights(asked []string) map[string]float64 {
	weight, sum := map[string]float64{}, 0.0
	for _, s := range asked {
		if weight[s] == 0 {
			weight[s] = v.rarity(s)
			sum += weight[s]
		}
	}
	for s := range weight {
		weight[s] /= sum
	}
	for i := range asked[1:] {
		a, b := asked[i], asked[i+1]
		weight[pair(a, b)] = pairPart * (weight[a] + weight[b]) / 2
	}
	return weight
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
	uses := 0
	for _, l := range v.layers {
		uses += l.stems[stem]
	}
	return uses
}

// covering returns the items with the share that they hold, best first. What the team's notes say of an entry counts as well.
func (v view) covering(asked []string, weight map[string]float64, items []*item) []covering {
	asked = distinct(asked)
	var list []covering
	for _, it := range items {
		c := covering{item: it, share: togetherPart * v.together(it.Slug, asked, weight)}
		for s, w := range weight {
			part := v.part(it.Slug, s)
			if c.share += w * part; part == 1 && !strings.Contains(s, " ") {
				c.said++
			}
		}
		list = append(list, c)
	}
	slices.SortStableFunc(list, func(a, b covering) int { return cmp.Compare(b.share, a.share) })
	return list
}

// part is how much a stem or pair counts for an entry.
func (v view) part(slug, s string) float64 {
	part := 0.0
	for _, l := range v.layers {
		switch it := l.bySlug[slug]; {
		case it == nil:
		case it.judging().said.has(s):
			return 1
		case it.judging().further.has(s):
			part = furtherPart
		}
	}
	return part
}
