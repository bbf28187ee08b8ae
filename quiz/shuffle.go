package quiz

import (
	"hash/fnv"
	"slices"
)

// Shuffled returns q with its choices in an order that depends only on the seed and the question's ID, and with Key moved
// along. Whoever shows a round passes the seed stored with it: every platform, and every later rendering, then shows the
// same order. The order must outlive upgrades, so the arithmetic is ours and not that of a library.
//
// True comes before False whatever the seed, and steps are never shown in the right order.
func Shuffled(q Question, seed uint64) Question {
	if q.Kind == TrueFalse || len(q.Choices) < MinChoices {
		return q
	}
	picked := q.Picked(q.Key)
	for d := newDice(seed, q.ID); ; {
		order := d.perm(len(q.Choices))
		shuffled := make([]string, len(order))
		for to, from := range order {
			shuffled[to] = q.Choices[from]
		}
		moved := make([]int, len(picked))
		for i, from := range picked {
			moved[i] = slices.Index(order, from)
		}
		if key := q.Pick(moved...); q.Kind != Order || key != 0 {
			q.Choices, q.Key = shuffled, key
			return q
		}
	}
}

// dice are random numbers that follow from a seed: SplitMix64 (Steele, Lea and Flood, 2014).
type dice struct{ state uint64 }

// newDice gives every name its own sequence, so that two questions with one seed are not shuffled alike.
func newDice(seed uint64, name string) *dice {
	h := fnv.New64a()
	h.Write([]byte(name))
	return &dice{seed ^ h.Sum64()}
}

func (d *dice) next() uint64 {
	d.state += 0x9e3779b97f4a7c15
	z := d.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// perm is the numbers 0 to n-1 in random order (Fisher and Yates). With n this small the bias of the remainder is beyond notice.
func (d *dice) perm(n int) []int {
	order := make([]int, n)
	for i := range order {
		j := int(d.next() % uint64(i+1))
		order[i] = order[j]
		order[j] = i
	}
	return order
}
