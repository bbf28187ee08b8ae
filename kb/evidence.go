package kb

import (
	"slices"
)

// A stemmer finds what words mean. It remembers it, because texts repeat their words; a nil one remembers nothing.
type stemmer map[string]meant

// meant is what a word means.
type meant struct {
	stem   string
	hash   uint64 // of the first of the stem's synonyms
	little bool   // it says nothing
}

func (m stemmer) word(w string) meant {
	if known, ok := m[w]; ok {
		return known
	}
	s := stem(w)
	found := meant{stem: s, hash: hashOf(fnvBasis, asOne(s)), little: little[w]}
	if m != nil {
		m[w] = found
	}
	return found
}

// meaning returns the stems of the words that say something, in their order.
func (m stemmer) meaning(words []string) []string {
	out := make([]string, 0, len(words))
	for _, w := range words {
		if x := m.word(w); !x.little {
			out = append(out, x.stem)
		}
	}
	return out
}

// hashes appends the hashes of their stems, each as the first of its synonyms.
func (m stemmer) hashes(to []uint64, words []string) []uint64 {
	for _, w := range words {
		if x := m.word(w); !x.little {
			to = append(to, x.hash)
		}
	}
	return to
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
	read []uint64 // hashes of stems, some several times
}

// add reads one more text.
func (r *reading) add(text string) {
	r.read = r.hashes(r.read, camelWords(text))
	if isCamel(text) { // "cronjob" for "CronJob"
		r.read = r.hashes(r.read, words(text))
	}
}

// evidence is what has been read since the last time.
func (r *reading) evidence() evidence {
	slices.Sort(r.read)
	e := slices.Clone(slices.Compact(r.read))
	r.read = r.read[:0]
	return e
}
