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

// A query is what somebody typed, made ready for searching.
type query struct {
	words []string // without question words and kubectl; empty when nothing is asked
	key   string   // of words
	canon string   // of words
	forms []string // canonical names it may stand for, the most literal first
}

// Words around the thing asked for. Names that consist of such words are still found: the whole text is tried first.
var (
	leading = wordSet(`what whats s is are was were a an the define definition meaning of explain describe tell show give me us about
		how does do did which who why when where can could would you i we want to know need understand please hi hey hello in k8s kubernetes`)
	trailing = wordSet(`stand stands mean means meaning do does did work works working is are for used use please definition defined explained explanation
		example in of the a k8s kubernetes about exactly again`)
	verbs = wordSet(`get describe explain create delete edit scale label annotate patch`)
)

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

// parse makes a query of what somebody typed.
func parse(text string) query {
	text = cut(text, maxQuery)
	var q query
	if resource, ok := kubectlResource(text); ok {
		whole := words(resource)
		q.addForm(whole)
		part, _, _ := strings.Cut(resource, "/") // pods/web-0
		part, _, _ = strings.Cut(part, ",")      // pods,services
		part, _, _ = strings.Cut(part, ".")      // deployments.apps
		q.words = words(part)
	} else {
		all := words(text)
		q.addForm(all)
		q.words = trim(all)
		// Not the abbreviation: who spells a name out does not mean another thing that is abbreviated so.
		for i, reading := range withoutParentheses(text) {
			if i < 2 {
				q.addForm(trim(words(reading)))
			}
		}
	}
	q.addForm(q.words)
	q.key, q.canon = key(q.words), canon(q.words)
	return q
}

func (q *query) addForm(words []string) {
	if c := canon(words); c != "" && !slices.Contains(q.forms, c) {
		q.forms = append(q.forms, c)
	}
}

// trim drops the question around the thing asked for.
func trim(words []string) []string {
	for len(words) > 0 && leading[words[0]] {
		words = words[1:]
	}
	for len(words) > 1 && trailing[words[len(words)-1]] {
		words = words[:len(words)-1]
	}
	return words
}

// kubectlResource finds the resource in "kubectl get deploy web -o yaml".
func kubectlResource(text string) (string, bool) {
	fields := strings.Fields(strings.Trim(fold(text), " \t`'\"$?"))
	if len(fields) < 3 || fields[0] != "kubectl" && fields[0] != "k" || !verbs[fields[1]] {
		return "", false
	}
	return fields[2], true
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
