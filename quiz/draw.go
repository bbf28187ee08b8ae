package quiz

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// Shares of what is drawn. Domains are drawn by their weight in the exam.
const (
	generatedEvery   = 4 // of so many questions one is generated, the others are written by hand
	backgroundWeight = 5 // background questions among the generated ones, beside the 100 of the exam's domains
)

// draw picks up to n different questions from those that fit. used names the questions asked before in the same scope,
// the oldest first.
//
// Nothing is repeated until everything that fits has been used; then what was used longest ago comes first, so that the
// second time through has the mix of the first. While there is a choice, the next question comes from whatever is
// furthest below its share: of hand-written and generated, then of the domains; within those it is chance.
func draw(chance *rand.Rand, fit []Question, used []string, n int) []Question {
	last := make(map[string]int, len(used))
	for i, id := range used {
		last[id] = i + 1
	}
	var fresh, seen []Question
	for _, q := range fit {
		if last[q.ID] == 0 {
			fresh = append(fresh, q)
		} else {
			seen = append(seen, q)
		}
	}
	slices.SortFunc(seen, func(a, b Question) int { return cmp.Compare(last[a.ID], last[b.ID]) })
	chance.Shuffle(len(fresh), func(i, j int) { fresh[i], fresh[j] = fresh[j], fresh[i] })

	m := newMix(seen)
	var drawn []Question
	for len(drawn) < n && len(fresh) > 0 {
		i := m.next(fresh)
		m.count(fresh[i])
		drawn = append(drawn, fresh[i])
		fresh = slices.Delete(fresh, i, i+1)
	}
	return append(drawn, seen[:min(n-len(drawn), len(seen))]...)
}

// A mix counts what was drawn, to tell what is missing.
type mix struct {
	total, generated int
	domains          map[string]int
}

func newMix(seen []Question) *mix {
	m := &mix{domains: map[string]int{}}
	for _, q := range seen {
		m.count(q)
	}
	return m
}

func (m *mix) count(q Question) {
	m.total++
	m.domains[q.Domain]++
	if q.Source == SourceGlossary {
		m.generated++
	}
}

// next returns the index of the best of the candidates, of which there is at least one.
func (m *mix) next(from []Question) int {
	wantGenerated := (m.generated+1)*generatedEvery <= m.total+1
	best := 0
	for i := range from {
		if m.better(from[i], from[best], wantGenerated) {
			best = i
		}
	}
	return best
}

func (m *mix) better(a, b Question, wantGenerated bool) bool {
	fitsA, fitsB := (a.Source == SourceGlossary) == wantGenerated, (b.Source == SourceGlossary) == wantGenerated
	if fitsA != fitsB {
		return fitsA
	}
	// Whose share is the smaller after one more: (counted+1) / weight, compared without a division.
	return (m.domains[a.Domain]+1)*weight(b.Domain) < (m.domains[b.Domain]+1)*weight(a.Domain)
}

func weight(domain string) int {
	for _, d := range Domains() {
		if d.Code == domain {
			return d.Weight
		}
	}
	return backgroundWeight
}
