package kb

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/token/porter"
	"golang.org/x/text/cases"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
)

// maxQuery is the number of characters of a query that are looked at. The longest name has 75.
const maxQuery = 200

// fold brings text to one spelling: compatibility forms, accents, case and invisible characters no longer matter.
func fold(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	// Cf are the invisible ones: marks of direction, joiners, soft hyphens.
	drop := runes.Remove(runes.Predicate(func(r rune) bool { return unicode.In(r, unicode.Mn, unicode.Cf) }))
	folded, _, err := transform.String(transform.Chain(norm.NFKD, drop, norm.NFC, cases.Fold()), strings.ToValidUTF8(s, " "))
	if err != nil {
		return strings.ToLower(s)
	}
	return folded
}

// words splits folded text into its runs of letters and digits.
func words(s string) []string {
	folded := fold(s)
	if isASCII(folded) {
		return asciiWords(folded)
	}
	return strings.FieldsFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// asciiWords is words for what nearly all text is made of, many times as fast.
func asciiWords(folded string) []string {
	ws := make([]string, 0, len(folded)/5+1)
	start := -1
	for i := range len(folded) {
		c := folded[i]
		switch inWord := 'a' <= c && c <= 'z' || '0' <= c && c <= '9'; {
		case inWord && start < 0:
			start = i
		case !inWord && start >= 0:
			ws, start = append(ws, folded[start:i]), -1
		}
	}
	if start >= 0 {
		ws = append(ws, folded[start:])
	}
	return ws
}

// camelWords is words for text written by us: "NodeAffinity" is two words.
func camelWords(s string) []string {
	if !isCamel(s) {
		return words(s)
	}
	var b strings.Builder
	var before rune
	for _, r := range s {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		before = r
	}
	return words(b.String())
}

// isCamel reports whether a small letter stands before a capital.
func isCamel(s string) bool {
	if isASCII(s) {
		for i := 1; i < len(s); i++ {
			if 'A' <= s[i] && s[i] <= 'Z' && 'a' <= s[i-1] && s[i-1] <= 'z' {
				return true
			}
		}
		return false
	}
	var before rune
	for _, r := range s {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			return true
		}
		before = r
	}
	return false
}

// key is the words without the spaces: "State-ful Set" and "statefulset" have the same.
func key(words []string) string { return strings.Join(words, "") }

// canon is key with each word in the singular.
func canon(words []string) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteString(singular(w))
	}
	return b.String()
}

// singular takes off a plural's ending. It is applied to both sides of a comparison, so it need not give a real word.
func singular(w string) string {
	switch n := len(w); {
	case n < 4 || !strings.HasSuffix(w, "s") || strings.HasSuffix(w, "ss") || strings.HasSuffix(w, "us"):
		return w
	case n > 4 && strings.HasSuffix(w, "ies"):
		return w[:n-3] + "y"
	case n > 4 && (strings.HasSuffix(w, "sses") || strings.HasSuffix(w, "xes") || strings.HasSuffix(w, "ches") || strings.HasSuffix(w, "shes")):
		return w[:n-2]
	default:
		return w[:n-1]
	}
}

// stem takes off an English word's ending: "schedules", "scheduled" and "scheduling" have the same stem.
func stem(w string) string {
	stream := analysis.TokenStream{{Term: []byte(w)}}
	return string(porter.NewPorterStemmer().Filter(stream)[0].Term)
}

// withoutParentheses gives the other readings of "Container Network Interface (CNI) Specification": without the parentheses,
// and when they hold an abbreviation, what it stands for, and itself.
func withoutParentheses(text string) []string {
	before, rest, ok := strings.Cut(text, "(")
	if !ok {
		return nil
	}
	inside, after, ok := strings.Cut(rest, ")")
	if !ok {
		return nil
	}
	readings := []string{before + " " + after}
	if abbreviates(inside, before) {
		readings = append(readings, before, inside)
	}
	return readings
}

// abbreviates reports whether short is made of the first letters of long's words.
func abbreviates(short, long string) bool {
	var initials strings.Builder
	for _, w := range camelWords(long) {
		r, _ := utf8.DecodeRuneInString(w)
		initials.WriteRune(r)
	}
	return len(short) > 1 && initials.String() == key(words(short))
}

// cut shortens text to n characters.
func cut(text string, n int) string {
	count := 0
	for i := range text {
		if count == n {
			return text[:i]
		}
		count++
	}
	return text
}

func distinct(s []string) []string {
	s = slices.Clone(s)
	slices.Sort(s)
	return slices.Compact(s)
}

func distinctCount(s []string) int { return len(distinct(s)) }
