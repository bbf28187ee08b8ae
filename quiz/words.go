package quiz

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A word is a run of letters and digits in a text. CamelCase counts as several words: "ReplicaSets" is "replica" and
// "sets". Everything that compares names with texts compares words, so that hyphens, blanks and capitals make no difference.
type word struct {
	text       string // lower case, as written
	stem       string // text without its usual endings, see stem
	start, end int    // bytes of the text it was found in
}

func words(s string) []word {
	all := make([]word, 0, len(s)/4+1)
	start := -1
	for i, r := range s {
		in := unicode.IsLetter(r) || unicode.IsDigit(r)
		if in && start >= 0 && camelBorder(s, i) || !in && start >= 0 {
			all = append(all, newWord(s, start, i))
			start = -1
		}
		if in && start < 0 {
			start = i
		}
	}
	if start >= 0 {
		all = append(all, newWord(s, start, len(s)))
	}
	return all
}

func newWord(s string, start, end int) word {
	text := strings.ToLower(s[start:end])
	return word{text: text, stem: stem(text), start: start, end: end}
}

// camelBorder reports whether a new word begins at byte i, in the middle of letters: at "S" in "dropSet", "ReplicaSet" and
// "DNSServer", but not in "PVCs", where the small letter is only a plural.
func camelBorder(s string, i int) bool {
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	here, size := utf8.DecodeRuneInString(s[i:])
	if !unicode.IsUpper(here) {
		return false
	}
	if !unicode.IsUpper(before) {
		return unicode.IsLetter(before)
	}
	next, nextSize := utf8.DecodeRuneInString(s[i+size:])
	afterNext, _ := utf8.DecodeRuneInString(s[i+size+nextSize:])
	return unicode.IsLower(next) && unicode.IsLower(afterNext)
}

// stem takes off the endings that turn one form of a word into another: schedule, schedules, scheduled, scheduling and
// scheduler have the same stem. The result need not be a word. It is light on purpose: stems that are too short would
// make unrelated words equal.
func stem(w string) string {
	if len(w) <= 3 {
		return w
	}
	w = singular(w)
	for _, ending := range []string{"ing", "ed", "er"} {
		if strings.HasSuffix(w, ending) && len(w)-len(ending) >= 4 {
			w = w[:len(w)-len(ending)]
			break
		}
	}
	if len(w) > 4 && strings.HasSuffix(w, "e") {
		w = w[:len(w)-1]
	}
	if n := len(w); n > 4 && w[n-1] == w[n-2] {
		w = w[:n-1]
	}
	return w
}

// singular takes the plural's ending off a word in lower case.
func singular(w string) string {
	switch {
	case len(w) <= 3:
		return w
	case strings.HasSuffix(w, "ies") && len(w) > 4:
		return w[:len(w)-3] + "y"
	case hasAnySuffix(w, "sses", "xes", "ches", "shes", "zes"):
		return w[:len(w)-2]
	case strings.HasSuffix(w, "s") && !hasAnySuffix(w, "ss", "us", "is"):
		return w[:len(w)-1]
	}
	return w
}

func hasAnySuffix(s string, suffixes ...string) bool {
	for _, x := range suffixes {
		if strings.HasSuffix(s, x) {
			return true
		}
	}
	return false
}

// stems is s as a list of stems: the form in which names are compared.
func stems(s string) []string {
	var all []string
	for _, w := range words(s) {
		all = append(all, w.stem)
	}
	return all
}

// squash is s as one string of stems, so that "Replica Sets", "replica-set" and "ReplicaSet" are equal.
func squash(s string) string { return strings.Join(stems(s), "") }

// contentStems is the set of stems that carry meaning in s: those of words with four letters or more that are not among
// the usual little words.
func contentStems(s string) map[string]bool {
	set := map[string]bool{}
	for _, w := range words(s) {
		if utf8.RuneCountInString(w.text) >= 4 && !littleWords[w.text] {
			set[w.stem] = true
		}
	}
	return set
}

// shared counts the members of a that b has too.
func shared(a, b map[string]bool) int {
	n := 0
	for s := range a {
		if b[s] {
			n++
		}
	}
	return n
}

// similarity is the Jaccard index of what two texts talk about: 0 nothing in common, 1 the same words.
func similarity(a, b string) float64 {
	return jaccard(contentStems(a), contentStems(b))
}

func jaccard(x, y map[string]bool) float64 {
	both := shared(x, y)
	if all := len(x) + len(y) - both; all > 0 {
		return float64(both) / float64(all)
	}
	return 0
}

// within reports whether part stands in whole as a run of neighbours. Equal lists do not count.
func within(part, whole []string) bool {
	if len(part) == 0 || len(part) >= len(whole) {
		return false
	}
	for i := 0; i+len(part) <= len(whole); i++ {
		if slices.Equal(part, whole[i:i+len(part)]) {
			return true
		}
	}
	return false
}

var littleWords = setOf(`of and or by for to in about after again also another anyone away back because been before being below between come comes could
does doing done down during each else even ever every everything from gets give given gives goes have having here into
itself just keep keeps kept like made make makes many more most much must need needs nothing once only other over
said same says should since some somebody still such take takes than that their them then there these they this those
through time under until upon used uses using very want wants well were what when where which while whole whose will with
within without would your`)

func setOf(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}
