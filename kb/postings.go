package kb

import (
	"cmp"
	"slices"
	"sync"
)

// postings tell which entries of a layer hold something, such as a stem, so that they are found without looking at the others. They
// are never changed: changed makes new ones, which share the lists that stay.
type postings [256]map[uint64][]posting // by the last byte of the hash of what is held, then by the hash; sorted by number

// A posting is an entry that holds something: twice its number in the layer, and one more when the thing is said of it; see texts.
type posting uint32

func newPosting(number uint32, said int) posting { return posting(number<<1 | uint32(said)) }

func (p posting) number() uint32 { return uint32(p >> 1) }

// list returns the entries that hold what has a hash.
func (p *postings) list(hash uint64) []posting { return p[byte(hash)][hash] }

// A listEdit adds a posting to a list, or takes it away.
type listEdit struct {
	hash uint64
	posting
	gone bool
}

// listEdits appends what is to be done when an entry held one thing and holds another.
func listEdits(edits []listEdit, number uint32, said int, was, is evidence) []listEdit {
	for _, hash := range was.without(is) {
		edits = append(edits, listEdit{hash, newPosting(number, said), true})
	}
	for _, hash := range is.without(was) {
		edits = append(edits, listEdit{hash, newPosting(number, said), false})
	}
	return edits
}

func (e listEdit) compare(other listEdit) int {
	return cmp.Or(cmp.Compare(e.hash, other.hash), cmp.Compare(e.number(), other.number()), falseFirst(other.gone, e.gone))
}

// changed returns the postings after edits. It works on all processors.
func (p postings) changed(edits []listEdit) postings {
	var parts [256][]listEdit
	for _, e := range edits {
		parts[byte(e.hash)] = append(parts[byte(e.hash)], e)
	}
	inParallel(len(parts), func(i int) {
		if len(parts[i]) > 0 {
			p[i] = changedLists(p[i], parts[i])
		}
	})
	return p
}

// changedLists returns lists after edits of one part of the postings.
func changedLists(lists map[uint64][]posting, edits []listEdit) map[uint64][]posting {
	slices.SortFunc(edits, listEdit.compare)
	lists = clone(lists, 0)
	for len(edits) > 0 {
		hash, n := edits[0].hash, 1
		for n < len(edits) && edits[n].hash == hash {
			n++
		}
		if list := edited(lists[hash], edits[:n]); len(list) > 0 {
			lists[hash] = list
		} else {
			delete(lists, hash)
		}
		edits = edits[n:]
	}
	return lists
}

// edited returns a list after edits, which are sorted.
func edited(list []posting, edits []listEdit) []posting {
	out := make([]posting, 0, len(list)+len(edits))
	for _, e := range edits {
		at, found := slices.BinarySearchFunc(list, e.number(), func(p posting, number uint32) int { return cmp.Compare(p.number(), number) })
		out = append(out, list[:at]...)
		if list = list[at:]; found {
			list = list[1:]
		}
		if !e.gone {
			out = append(out, e.posting)
		}
	}
	return append(out, list...)
}

// A holding item holds so much of what is asked.
type holding struct {
	*item
	share float32
}

// A tally adds up what the entries of a layer hold. It is used again and again: to make room for a hundred thousand entries
// takes longer than to go over those that hold something.
type tally struct {
	shares  []float32 // by number; 0 but for
	touched []uint32  // these
}

var tallies = sync.Pool{New: func() any { return new(tally) }}

// count adds up what is asked in the entries that hold some of it.
func (t *tally) count(l *layer, a asked) {
	if len(t.shares) < len(l.items) {
		t.shares = make([]float32, len(l.items)+len(l.items)/8)
	}
	for i, hash := range a.hashes {
		counts := [2]float32{float32(a.weight[i] * furtherPart), float32(a.weight[i])}
		for _, holds := range l.stems.list(hash) {
			n := holds.number()
			if t.shares[n] == 0 {
				t.touched = append(t.touched, n)
			}
			t.shares[n] += counts[holds&1]
		}
	}
}

// clear makes the tally ready for others.
func (t *tally) clear() {
	for _, n := range t.touched {
		t.shares[n] = 0
	}
	t.touched = t.touched[:0]
	tallies.Put(t)
}

// best returns the n items that hold most of what is asked, best first. Of those that hold less than a part of what the first one
// does it leaves out what it can without taking longer.
func (l *layer) best(a asked, n int, part float32) []holding {
	t := tallies.Get().(*tally)
	defer t.clear()
	t.count(l, a)
	var best []holding
	least := float32(0)
	for _, number := range t.touched {
		if t.shares[number] <= least {
			continue
		}
		least = max(least, part*t.shares[number])
		if best = append(best, holding{l.items[number], t.shares[number]}); len(best) >= 4*n {
			best = mostHolding(best, n)
			least = max(least, best[n-1].share)
		}
	}
	return mostHolding(best, n)
}

// mostHolding sorts the items and returns the first n.
func mostHolding(items []holding, n int) []holding {
	slices.SortFunc(items, func(a, b holding) int {
		return cmp.Or(cmp.Compare(b.share, a.share), cmp.Compare(a.number, b.number))
	})
	return items[:min(n, len(items))]
}
