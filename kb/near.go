package kb

import (
	"iter"
	"slices"
)

// A name is cut into three pieces. Two mistakes leave one of them whole, so who looks up the pieces that a mistyped name may have
// left finds every name that is at most two mistakes away, and hardly any other, without going over the names. (Two letters that
// were swapped across a cut spoil two pieces; with a mistake in the third as well the name is not found.)

// maxApart is how many mistakes leave one of three pieces whole.
const maxApart = 2

// cuts returns where the pieces of a name of n letters begin, and the end.
func cuts(n int) [4]int { return [4]int{0, n / 3, 2 * n / 3, n} }

// pieceHash hashes one of the three pieces of a name of n letters.
func pieceHash(n, place int, piece []rune) uint64 {
	h := (uint64(fnvBasis) ^ uint64(3*n+place)) * fnvPrime
	for _, r := range piece {
		h = (h ^ uint64(r)) * fnvPrime
	}
	return h
}

// pieces returns the hashes of the pieces of all names.
func (it *item) pieces() evidence {
	if it == nil {
		return nil
	}
	var hashes evidence
	for _, n := range it.names {
		letters := []rune(n.canon)
		c := cuts(len(letters))
		for place := range 3 {
			hashes = append(hashes, pieceHash(len(letters), place, letters[c[place]:c[place+1]]))
		}
	}
	slices.Sort(hashes)
	return slices.Compact(hashes)
}

// piecesNear goes over the hashes of the pieces that a name at most two mistakes away may have. When the first or the last is
// whole it stands at its end of what was typed; when neither is there is a mistake in each, so the middle one has moved by no more
// than one letter, from either end.
func piecesNear(typed []rune) iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		for more := -maxApart; more <= maxApart; more++ {
			n := len(typed) - more
			if n < 3 {
				continue
			}
			c := cuts(n)
			starts := [3][2]int{{0, 0}, {max(c[1]-1, c[1]+more-1), min(c[1]+1, c[1]+more+1)}, {c[2] + more, c[2] + more}}
			for place, between := range starts {
				for start := max(0, between[0]); start <= between[1]; start++ {
					end := start + c[place+1] - c[place]
					if end <= len(typed) && !yield(pieceHash(n, place, typed[start:end])) {
						return
					}
				}
			}
		}
	}
}

// near returns what is shown for the items with a name that is at most two mistakes away from a canonical one.
func (v view) near(canon string) []*item {
	var found []*item
	for hash := range piecesNear([]rune(canon)) {
		for _, l := range v.layers {
			for _, p := range l.pieces.list(hash) {
				it := l.items[p.number()]
				if !slices.Contains(found, it) && slices.ContainsFunc(it.names, func(n name) bool { return distance(canon, n.canon, maxApart) <= maxApart }) {
					found = append(found, it)
				}
			}
		}
	}
	return v.distinct(found)
}
