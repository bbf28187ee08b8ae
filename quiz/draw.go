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
// furthest below its share: of hand-written and generated, then of the domains, then of easy and hard, which have equal
// shares; within those it is chance.
func draw(chance *rand.Rand, fit []*Question, used []string, n int) []Question {
	last := make(map[string]int, len(used))
	for i, id := range used {
		last[id] = i + 1
	}
	var fresh, seen []*Question
	for _, q := range fit {
		if last[q.ID] == 0 {
			fresh = append(fresh, q)
		} else {
			seen = append(seen, q)
		}
	}
	slices.SortFunc(seen, func(a, b *Question) int { return cmp.Compare(last[a.ID], last[b.ID]) })
	chance.Shuffle(len(fresh), func(i, j int) { fresh[i], fresh[j] = fresh[j], fresh[i] })

	m := newMix(seen)
	lanes := newLanes(fresh, n)
	drawn := make([]Question, 0, min(n, len(fit)))
	for range min(n, len(fresh)) {
		q := m.next(lanes).take()
		m.count(q)
		drawn = append(drawn, *q)
	}
	for _, q := range seen[:min(n-len(drawn), len(seen))] {
		drawn = append(drawn, *q)
	}
	return drawn
}

// A lane is the questions of one domain and one difficulty that are written by hand, or those that are generated, in the
// order of chance: the next to be drawn is always the first of a lane, however large the bank.
type lane struct {
	domain     string
	difficulty int
	generated  bool
	waiting    []placed
}

// A placed question knows its place among all.
type placed struct {
	*Question
	place int
}

// newLanes sorts questions into lanes; of each lane no more than n are drawn.
func newLanes(qs []*Question, n int) []*lane {
	var lanes []*lane
	for i, q := range qs {
		generated := q.Source == SourceGlossary
		at := slices.IndexFunc(lanes, func(l *lane) bool {
			return l.domain == q.Domain && l.difficulty == q.Difficulty && l.generated == generated
		})
		if at < 0 {
			at = len(lanes)
			lanes = append(lanes, &lane{domain: q.Domain, difficulty: q.Difficulty, generated: generated})
		}
		if l := lanes[at]; len(l.waiting) < n {
			l.waiting = append(l.waiting, placed{q, i})
		}
	}
	return lanes
}

func (l *lane) take() *Question {
	q := l.waiting[0].Question
	l.waiting = l.waiting[1:]
	return q
}

// A mix counts what was drawn, to tell what is missing.
type mix struct {
	total, generated int
	domains          map[string]int
	difficulties     map[int]int
}

func newMix(seen []*Question) *mix {
	m := &mix{domains: map[string]int{}, difficulties: map[int]int{}}
	for _, q := range seen {
		m.count(q)
	}
	return m
}

func (m *mix) count(q *Question) {
	m.total++
	m.domains[q.Domain]++
	m.difficulties[q.Difficulty]++
	if q.Source == SourceGlossary {
		m.generated++
	}
}

// next returns the best of the lanes, of which at least one is not empty.
func (m *mix) next(lanes []*lane) *lane {
	wantGenerated := (m.generated+1)*generatedEvery <= m.total+1
	var best *lane
	for _, l := range lanes {
		if len(l.waiting) > 0 && (best == nil || m.better(l, best, wantGenerated)) {
			best = l
		}
	}
	return best
}

func (m *mix) better(a, b *lane, wantGenerated bool) bool {
	if a.generated != b.generated {
		return a.generated == wantGenerated
	}
	// Whose share is the smaller after one more: (counted+1) / weight, compared without a division.
	x, y := (m.domains[a.domain]+1)*weight(b.domain), (m.domains[b.domain]+1)*weight(a.domain)
	return cmp.Or(cmp.Compare(x, y), cmp.Compare(m.difficulties[a.difficulty], m.difficulties[b.difficulty]),
		cmp.Compare(a.waiting[0].place, b.waiting[0].place)) < 0
}

func weight(domain string) int {
	for _, d := range Domains() {
		if d.Code == domain {
			return d.Weight
		}
	}
	return backgroundWeight
}
