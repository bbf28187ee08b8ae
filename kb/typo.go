package kb

import (
	"iter"
	"slices"
	"strings"
)

// maxEdits is how many typing mistakes a name of n letters may hold and still be recognised: in a shorter word every
// letter is needed to tell it from others.
func maxEdits(n int) int {
	switch {
	case n < 4:
		return 0
	case n < 8:
		return 1
	default:
		return 2
	}
}

// distance counts the typing mistakes between a and b: a letter left out, added, changed, or swapped with its neighbour.
// It is at most limit+1, which means "more than limit".
func distance(a, b string, limit int) int {
	if isASCII(a) && isASCII(b) {
		return distanceOf([]byte(a), []byte(b), limit)
	}
	return distanceOf([]rune(a), []rune(b), limit)
}

func distanceOf[letter byte | rune](x, y []letter, limit int) int {
	if len(x)-len(y) > limit || len(y)-len(x) > limit {
		return limit + 1
	}
	const usual = 40 // letters; such rows need no memory of their own
	var rows [3][usual]int
	before, last, row := rows[0][:], rows[1][:], rows[2][:]
	if len(y) >= usual {
		before, last, row = make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	}
	for j := range len(y) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(x); i++ {
		// Only what lies within limit of the diagonal can be within it; what lies around that counts as more.
		from, to := max(1, i-limit), min(len(y), i+limit)
		if row[from-1] = limit + 1; from == 1 {
			row[0] = i
		}
		best := row[from-1]
		for j := from; j <= to; j++ {
			change := 1
			if x[i-1] == y[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
			best = min(best, row[j])
		}
		if best > limit {
			return limit + 1
		}
		if to < len(y) {
			row[to+1] = limit + 1
		}
		before, last, row = last, row, before
	}
	return min(last[len(y)], limit+1)
}

// A name is one way to call an entry.
type name struct {
	words []string // "NodeAffinity" has two
	key   string
	canon string
	term  bool // the entry's term, not an alias
}

// typo tells whether the query may be a mistyped n, and with how many mistakes.
//
// Three letters off in a hundred places is nothing, two off in "pod affinity" makes "node affinity" of it: so when both
// have as many words, each word must be near to its counterpart, by its own length. With other word counts somebody joined
// or split words, and only the whole can be compared.
func (q query) typo(n name) (edits int, ok bool) {
	if len(n.key) < 4 && !n.term {
		return 0, false // one letter off from an abbreviation is another abbreviation
	}
	if len(n.words) > 1 && len(n.words) == len(q.words) {
		return pairEdits(q.words, n.words)
	}
	if slices.ContainsFunc(q.words, func(w string) bool { return len(w) == 1 }) {
		return 0, q.key == n.key // "init.d" is no mistyped "init"
	}
	if addsTo(q.key, n.key) || addsTo(q.canon, n.canon) {
		return 0, false
	}
	limit := maxEdits(min(len(q.key), len(n.key)))
	if n.term && len(n.key) == 3 && len(q.key) == 4 {
		limit = 1
	}
	edits = min(distance(q.key, n.key, limit), distance(q.canon, n.canon, limit))
	if edits == 1 && len(n.canon) <= 4 && len(q.canon) == len(n.canon) && !sameLetters(q.canon, n.canon) {
		return edits, false // four letters of which one is another make another word: "role" and "roll"
	}
	return edits, edits <= limit
}

// addsTo reports whether typed is the whole name and more, which makes another word: "descheduler", "ipod", "nodejs". A letter
// too many is a mistake in a name of five letters or more, and in a shorter one when its neighbour was typed twice: "podd".
func addsTo(typed, name string) bool {
	more := len(typed) - len(name)
	if more >= 2 {
		return strings.HasPrefix(typed, name) || strings.HasSuffix(typed, name)
	}
	return more == 1 && len(name) < 5 && distance(typed, name, 1) == 1 && squeeze(typed) != squeeze(name)
}

// squeeze makes one letter of each that is repeated.
func squeeze(s string) string { return string(slices.Compact([]rune(s))) }

// pairEdits compares word by word. One may hold a mistake more than its length allows if the others are right and leave no doubt:
// in a name of three words or more, or when two neighbouring letters are swapped.
func pairEdits(a, b []string) (edits int, ok bool) {
	over, wrong, swapped := 0, 0, false
	for i := range a {
		d := min(distance(a[i], b[i], 2), distance(singular(a[i]), singular(b[i]), 2))
		if d > 0 {
			wrong++
			swapped = d == 1 && sameLetters(a[i], b[i])
		}
		over = max(over, d-maxEdits(max(len(a[i]), len(b[i]))))
		edits += d
	}
	return edits, over <= 0 || over == 1 && edits <= 2 && wrong == 1 && (len(a) > 2 || swapped)
}

// mistakes goes over what a word becomes by one typing mistake. What it yields is overwritten by the next one.
func mistakes(word string) iter.Seq[[]byte] {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	return func(yield func([]byte) bool) {
		other := make([]byte, 0, len(word)+1)
		for i := range len(word) + 1 {
			for j := range letters { // added
				other = append(append(append(other[:0], word[:i]...), letters[j]), word[i:]...)
				if !yield(other) {
					return
				}
			}
			if i == len(word) {
				return
			}
			if other = append(append(other[:0], word[:i]...), word[i+1:]...); !yield(other) { // left out
				return
			}
			other = append(other[:0], word...)
			for j := range letters { // changed
				if other[i] = letters[j]; !yield(other) {
					return
				}
			}
			if i > 0 { // swapped
				other[i-1], other[i] = word[i], word[i-1]
				if !yield(other) {
					return
				}
			}
		}
	}
}

// sameLetters reports whether two words have the same letters, in whatever order.
func sameLetters(a, b string) bool {
	x, y := []rune(a), []rune(b)
	slices.Sort(x)
	slices.Sort(y)
	return slices.Equal(x, y)
}
