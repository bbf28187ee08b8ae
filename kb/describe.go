package kb

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/blevesearch/bleve/v2"
	bq "github.com/blevesearch/bleve/v2/search/query"
)

// How a description is judged. The figures were found with testdata/search.txt; see the table that TestSearch prints.
const (
	minCoverage = 0.60 // of the query's weight that an answer must hold
	minLead     = 1.20 // times the coverage of the second best
	minSuggest  = 0.40 // coverage of a suggestion
	furtherPart = 0.70 // what a word counts that stands in the details but not in the definition
	maxStems    = 16   // looked at of one query
)

// little are words that say nothing about which entry is meant.
var little = wordSet(`a about above all also am an and any anything are as at be been being between both but by called can could did do does done
	else for from get gets given had has have having he her here him his how i if in into is it its just kind let like made make makes many may me
	might more most must my need needs no not of off on once only or other our out over own same shall she should so some something such than that
	the their them then there these they thing things this those through to too under up us use used uses using very was way we were what when
	where which while who whom why will with would you your yours kubernetes k8s does whats s t don doesn`)

// same maps a stem to the one that stands for it: learners and our texts need not use the same word.
var same = map[string]string{
	"everi": "each", "machin": "node", "host": "node", "server": "node", "db": "databas", "repel": "awai", "bring": "start",
	"wai": "", "copi": "replica", "instanc": "replica",
}

// stems returns the stems of the words that say something, each once.
func stems(text string) []string {
	var out []string
	for _, w := range append(camelWords(text), words(text)...) {
		if little[w] {
			continue
		}
		s := stem(w)
		if other, ok := same[s]; ok {
			s = other
		}
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// byDescription finds the entry whose texts hold the query's words, rare words counting more than common ones. An answer must
// hold most of them and be clearly ahead of the next one.
func (g *Glossary) byDescription(ctx context.Context, v view, q query) (best, weak []*item, err error) {
	asked := queryStems(q)
	if len(asked) == 0 {
		return nil, nil, nil
	}
	var any []bq.Query
	for _, s := range asked {
		any = append(any, term(fieldStem, s))
	}
	slugs, err := g.index.search(ctx, v, bleve.NewDisjunctionQuery(any...), maxCandidates)
	if err != nil {
		return nil, nil, err
	}
	type scored struct {
		*item
		coverage float64
	}
	weight := v.weights(asked)
	var list []scored
	for _, it := range v.candidates(slugs) {
		list = append(list, scored{it, it.coverage(weight)})
	}
	slices.SortStableFunc(list, func(a, b scored) int { return cmp.Compare(b.coverage, a.coverage) })
	for _, s := range list {
		if s.coverage >= minSuggest && len(weak) < 3 {
			weak = append(weak, s.item)
		}
	}
	clear := len(list) > 0 && list[0].coverage >= minCoverage && (len(list) == 1 || list[0].coverage >= minLead*list[1].coverage)
	if clear && len(asked) > 1 {
		best = weak[:1]
	}
	return best, weak, nil
}

func queryStems(q query) []string {
	var all []string
	for _, w := range q.words {
		for _, s := range stems(w) {
			if !slices.Contains(all, s) && len(all) < maxStems {
				all = append(all, s)
			}
		}
	}
	return all
}

// weights gives each stem its share of the whole: the logarithm of how rare it is, so that one nobody uses counts most.
func (v view) weights(stems []string) map[string]float64 {
	entries := 0
	for _, l := range v.layers {
		entries += len(l.bySlug)
	}
	weight, sum := map[string]float64{}, 0.0
	for _, s := range stems {
		uses := 0
		for _, l := range v.layers {
			uses += l.stems[s]
		}
		weight[s] = math.Log(1 + float64(entries)/float64(1+uses))
		sum += weight[s]
	}
	for s := range weight {
		weight[s] /= sum
	}
	return weight
}

// coverage is the share of the weights that the item's texts hold.
func (it *item) coverage(weight map[string]float64) float64 {
	sum := 0.0
	for s, w := range weight {
		switch {
		case it.said[s]:
			sum += w
		case it.further[s]:
			sum += furtherPart * w
		}
	}
	return sum
}
