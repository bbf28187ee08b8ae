package quiz

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// How a mock exam is drawn.

// drawMock draws up to n different questions in the shares that the domains have in the exam. Within a domain its
// competencies come in turn, then easy and hard, then those written by hand before generated ones, then those not seen
// before those seen longest ago. Background is not asked for in the exam.
func drawMock(chance *rand.Rand, fit []*Question, seen []string, n int) []Question {
	waiting := make([][]*Question, len(Domains()))
	for i, d := range Domains() {
		for _, q := range fit {
			if q.Domain == d.Code {
				waiting[i] = append(waiting[i], q)
			}
		}
		chance.Shuffle(len(waiting[i]), func(a, b int) { waiting[i][a], waiting[i][b] = waiting[i][b], waiting[i][a] })
	}
	m := newMockMix(seen)
	var drawn []Question
	for i, count := range blueprint(n, waiting) {
		for range count {
			best := slices.MinFunc(waiting[i], m.compare)
			m.count(best)
			drawn = append(drawn, *best)
			waiting[i] = slices.DeleteFunc(waiting[i], func(q *Question) bool { return q == best })
		}
	}
	chance.Shuffle(len(drawn), func(a, b int) { drawn[a], drawn[b] = drawn[b], drawn[a] })
	return drawn
}

// blueprint says how many of n questions each domain has, by largest remainder: first each gets the whole part of its share,
// then one more whoever is furthest below it. What a domain has no questions for, the others get.
func blueprint(n int, waiting [][]*Question) []int {
	domains := Domains()
	counts := make([]int, len(domains))
	left := n
	for i, d := range domains {
		counts[i] = min(n*d.Weight/100, len(waiting[i]))
		left -= counts[i]
	}
	for ; left > 0; left-- {
		best := -1
		missing := func(i int) int { return n*domains[i].Weight - 100*counts[i] }
		for i := range domains {
			if counts[i] < len(waiting[i]) && (best < 0 || missing(i) > missing(best)) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		counts[best]++
	}
	return counts
}

// A mockMix counts what was drawn for a mock exam, to tell what is missing.
type mockMix struct {
	seen         map[string]int // 1 for the question seen longest ago
	competencies map[string]int
	difficulties map[int]int
}

func newMockMix(seen []string) *mockMix {
	m := &mockMix{seen: map[string]int{}, competencies: map[string]int{}, difficulties: map[int]int{}}
	for i, id := range seen {
		m.seen[id] = i + 1
	}
	return m
}

func (m *mockMix) count(q *Question) {
	m.competencies[q.Competency]++
	m.difficulties[q.Difficulty]++
}

// compare is negative if a should be drawn before b.
func (m *mockMix) compare(a, b *Question) int {
	return cmp.Or(
		cmp.Compare(number(a.Competency == ""), number(b.Competency == "")),
		cmp.Compare(m.competencies[a.Competency], m.competencies[b.Competency]),
		cmp.Compare(m.difficulties[a.Difficulty], m.difficulties[b.Difficulty]),
		cmp.Compare(number(a.Source == SourceGlossary), number(b.Source == SourceGlossary)),
		cmp.Compare(m.seen[a.ID], m.seen[b.ID]),
	)
}

// number is 1 for what is true.
func number(b bool) int {
	if b {
		return 1
	}
	return 0
}
