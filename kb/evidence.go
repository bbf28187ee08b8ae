package kb

import (
	"slices"
)

// A stemmer finds the stems of words. It remembers them, because texts repeat their words; a nil one remembers nothing.
type stemmer map[string]string

func (m stemmer) stem(w string) string {
	if s, ok := m[w]; ok {
		return s
	}
	s := stem(w)
	if m != nil {
		m[w] = s
	}
	return s
}

// meaning returns the stems of the words that say something, in their order.
func (m stemmer) meaning(words []string) []string {
	out := make([]string, 0, len(words))
	for _, w := range words {
		if !little[w] {
			out = append(out, m.stem(w))
		}
	}
	return out
}

// evidence is the stems that some texts hold. It is kept as sorted hashes, an eighth of a set of strings; that two of them are
// equal by chance is too rare to matter in judging.
type evidence []uint64

// has reports whether the texts hold a stem.
func (e evidence) has(s string) bool { return e.holds(hashOf(fnvBasis, s)) }

// holds reports whether the texts hold the stem of a hash.
func (e evidence) holds(hash uint64) bool {
	_, found := slices.BinarySearch(e, hash)
	return found
}

// hashOf continues the hash (FNV-1a) of what came before.
func hashOf(h uint64, s string) uint64 {
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * fnvPrime
	}
	return h
}

const (
	fnvBasis = 14695981039346656037
	fnvPrime = 1099511628211
)

// without returns what the other texts do not hold.
func (e evidence) without(other evidence) evidence {
	var only evidence
	for _, hash := range e {
		for len(other) > 0 && other[0] < hash {
			other = other[1:]
		}
		if len(other) == 0 || other[0] != hash {
			only = append(only, hash)
		}
	}
	return only
}

// A reading collects the evidence of texts.
type reading struct {
	stemmer
	hashes []uint64
}

// add reads one more text.
func (r *reading) add(text string) {
	r.addStems(asOne(r.meaning(camelWords(text))))
	if isCamel(text) { // "cronjob" for "CronJob"
		r.addStems(asOne(r.meaning(words(text))))
	}
}

func (r *reading) addStems(stems []string) {
	for _, s := range stems {
		r.hashes = append(r.hashes, hashOf(fnvBasis, s))
	}
}

// evidence is what has been read since the last time.
func (r *reading) evidence() evidence {
	slices.Sort(r.hashes)
	e := slices.Clone(slices.Compact(r.hashes))
	r.hashes = r.hashes[:0]
	return e
}
