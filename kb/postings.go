package kb

import (
	"cmp"
	"slices"
)

// postings tell which entries of a layer hold a stem, so that those that hold most of what is asked are found without looking at
// the others. They are never changed: changed makes new ones, which share the lists that stay.
type postings struct {
	items []*item                   // by number; nil: the number is free
	free  []uint32                  // numbers
	lists [256]map[uint64][]posting // by the last byte of a stem's hash, then by the hash; sorted by number
}

// A posting is an entry that holds a stem: twice its number, and one more when the stem is said of it; see texts.
type posting uint32

func newPosting(number uint32, said int) posting { return posting(number<<1 | uint32(said)) }

func (p posting) number() uint32 { return uint32(p >> 1) }

// list returns the entries that hold the stem of a hash.
func (p *postings) list(hash uint64) []posting { return p.lists[byte(hash)][hash] }

// A listEdit adds a posting to the list of a stem, or takes it away.
type listEdit struct {
	hash uint64
	posting
	gone bool
}

func (e listEdit) compare(other listEdit) int {
	return cmp.Or(cmp.Compare(e.hash, other.hash), cmp.Compare(e.number(), other.number()), falseFirst(other.gone, e.gone))
}

// changed returns the postings after changes of different slugs.
func (p *postings) changed(changes []change) postings {
	next := *p
	next.items, next.free = slices.Clone(p.items), slices.Clone(p.free)
	var edits []listEdit
	for _, c := range changes {
		edits = next.replace(c, edits)
	}
	slices.SortFunc(edits, listEdit.compare)
	var own [256]bool // which of the maps no other postings share
	for len(edits) > 0 {
		hash, n := edits[0].hash, 1
		for n < len(edits) && edits[n].hash == hash {
			n++
		}
		lists := &next.lists[byte(hash)]
		if !own[byte(hash)] {
			*lists, own[byte(hash)] = clone(*lists, 0), true
		}
		if list := edited((*lists)[hash], edits[:n]); len(list) > 0 {
			(*lists)[hash] = list
		} else {
			delete(*lists, hash)
		}
		edits = edits[n:]
	}
	return next
}

// replace gives the new item the number of the old one, or a free one, and appends what becomes of the lists.
func (p *postings) replace(c change, edits []listEdit) []listEdit {
	var was, is texts
	var number uint32
	switch {
	case c.was != nil:
		number, was = c.was.number, *c.was.judging()
	case c.is == nil:
		return edits
	case len(p.free) > 0:
		number, p.free = p.free[len(p.free)-1], p.free[:len(p.free)-1]
	default:
		number, p.items = uint32(len(p.items)), append(p.items, nil)
	}
	if p.items[number] = c.is; c.is != nil {
		c.is.number, is = number, *c.is.judging()
	} else {
		p.free = append(p.free, number)
	}
	for said, stems := range [][2]evidence{{was.further, is.further}, {was.said, is.said}} {
		for _, hash := range stems[0].without(stems[1]) {
			edits = append(edits, listEdit{hash, newPosting(number, said), true})
		}
		for _, hash := range stems[1].without(stems[0]) {
			edits = append(edits, listEdit{hash, newPosting(number, said), false})
		}
	}
	return edits
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
	share float64
}

// best returns the n items that hold most of what is asked, best first.
func (p *postings) best(a asked, n int) []holding {
	shares := make([]float32, len(p.items))
	for i, hash := range a.hashes {
		counts := [2]float32{float32(a.weight[i] * furtherPart), float32(a.weight[i])}
		for _, holds := range p.list(hash) {
			shares[holds>>1] += counts[holds&1]
		}
	}
	var best []holding
	least := float32(0)
	for number, share := range shares {
		if share <= least {
			continue
		}
		if best = append(best, holding{p.items[number], float64(share)}); len(best) >= 4*n {
			best = mostHolding(best, n)
			least = float32(best[n-1].share)
		}
	}
	return mostHolding(best, n)
}

// mostHolding sorts the items and returns the first n.
func mostHolding(items []holding, n int) []holding {
	slices.SortStableFunc(items, func(a, b holding) int { return cmp.Compare(b.share, a.share) })
	return items[:min(n, len(items))]
}
