package quiz

import (
	"slices"
	"strings"
)

// Blank stands for a name that was taken out of a text. It is the same for every name, so that it tells nothing of the length.
const Blank = "[…]"

// A Term is what the generator and Check need to know of a glossary entry.
type Term struct {
	Slug       string   // unique and for ever: ids of generated questions contain it
	Name       string   // as shown
	Kind       string   // the API kind if it is an object of the API, else empty
	Category   string   // "workloads", "networking", …
	Domain     string   // "D1" to "D5", or "BG"
	Competency string   // as in Question
	Definition string   // one or two sentences
	Doc        string   // as in Question
	Verified   string   // as in Question
	Aliases    []string // other names that people use for it
	Short      []string // kubectl's short names for Kind
	Near       []string // slugs of terms that are easily confused with it: the best wrong choices, where they are not right as well
	Avoid      []string // slugs of terms that must never be a wrong choice beside it: parents, parts, near synonyms
}

// A mask is everything that would give a term away in a text: its names in every usual form, and the words (with their
// whole family) that make up its name.
type mask struct {
	names    [][]string      // each a list of stems
	squashed map[string]bool // the same names written as one word
	words    map[string]bool // stems of single words
	roots    []string        // beginnings of single words
}

func newMask(t Term) mask {
	m := mask{squashed: map[string]bool{}, words: map[string]bool{}}
	for _, name := range slices.Concat([]string{t.Name, t.Kind, strings.ReplaceAll(t.Slug, "-", " ")}, t.Short, t.Aliases) {
		full := slices.Contains([]string{t.Name, t.Kind}, name)
		for _, n := range nameForms(name) {
			m.addName(n, full)
		}
	}
	for _, name := range []string{t.Name, t.Kind} {
		for _, w := range words(name) {
			m.addWord(w)
		}
	}
	m.roots = append(m.roots, moreRoots[t.Slug]...)
	return m
}

// nameForms splits "Container Network Interface (CNI)" into the long name and the one in parentheses.
func nameForms(name string) []string {
	before, rest, found := strings.Cut(name, "(")
	inside, after, closed := strings.Cut(rest, ")")
	if !found || !closed {
		return []string{name}
	}
	return []string{before + " " + after, inside}
}

// addName takes the name with all its words. A single generic word ("worker" is none, "server" is) counts only where it is
// the whole of the shown name.
func (m *mask) addName(name string, shown bool) {
	list := stems(name)
	if len(list) == 0 || len(list) == 1 && !shown && (generic[list[0]] || littleWords[list[0]] || list[0] == "no") {
		return
	}
	m.names = append(m.names, list)
	m.squashed[stem(strings.ToLower(strings.Join(texts(name), "")))] = true
}

func texts(s string) []string {
	var all []string
	for _, w := range words(s) {
		all = append(all, w.text)
	}
	return all
}

// addWord takes one word of the name with its family: for "toleration" also tolerates and tolerated.
func (m *mask) addWord(w word) {
	if generic[w.stem] || littleWords[w.text] || len(w.text) < 4 {
		return
	}
	m.words[w.stem] = true
	for _, family := range families {
		if slices.ContainsFunc(family, func(root string) bool { return strings.HasPrefix(w.text, root) }) {
			m.roots = append(m.roots, family...)
		}
	}
}

// A span is a piece of a text that gives the term away.
type span struct {
	start, end int
	word       string // the single word or root that matched; empty when the whole name did
}

// find returns the pieces of text that give the term away, in order, not overlapping, each widened to whole compounds
// ("kube-scheduler", "ReplicaSetController"): a part left standing would tell the rest.
func (m mask) find(text string) []span {
	var found []span
	all := words(text)
	for i := 0; i < len(all); {
		n, hit := m.match(text, all[i:])
		if n == 0 {
			i++
			continue
		}
		s := span{all[i].start, all[i+n-1].end, hit}
		s.start, s.end = widen(text, s.start, s.end)
		if k := len(found); k > 0 && s.start <= found[k-1].end {
			found[k-1].end = max(found[k-1].end, s.end)
			found[k-1].word = min(found[k-1].word, hit) // the whole name counts more than a word
		} else {
			found = append(found, s)
		}
		i += n
	}
	return found
}

// match tells how many words at the beginning of list give the term away: the longest name first, then single words.
func (m mask) match(text string, list []word) (n int, hit string) {
	for _, name := range m.names {
		if len(name) > n && len(name) <= len(list) && sameName(text, name, list) {
			n = len(name)
		}
	}
	if n > 0 {
		return n, ""
	}
	w := list[0]
	if m.squashed[w.stem] || m.squashed[w.text] {
		return 1, ""
	}
	for _, root := range m.roots {
		if strings.HasPrefix(w.text, root) {
			return 1, root
		}
	}
	if m.words[w.stem] {
		return 1, w.stem
	}
	return 0, ""
}

// sameName compares the name with the first words of list, between which nothing but a blank or hyphen may stand.
func sameName(text string, name []string, list []word) bool {
	for i, stem := range name {
		if list[i].stem != stem {
			return false
		}
		if i > 0 && !slices.Contains([]string{"", " ", "-", "_"}, text[list[i-1].end:list[i].start]) {
			return false
		}
	}
	return true
}

func widen(text string, start, end int) (int, int) {
	for start > 0 && inCompound(text[start-1]) {
		start--
	}
	for end < len(text) && inCompound(text[end]) {
		end++
	}
	// A hyphen at either end is punctuation, not part of a compound.
	for end > start && (text[end-1] == '-' || text[end-1] == '_') {
		end--
	}
	for start < end && (text[start] == '-' || text[start] == '_') {
		start++
	}
	return start, end
}

func inCompound(b byte) bool {
	return b == '-' || b == '_' || b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// hide puts a Blank where text gives the term away and drops "a" or "an" in front of it, which would tell how the name
// begins. "The" tells nothing and stays: "the […] provider's API" reads better. It reports whether the result still makes a question: see masked.usable.
func (m mask) hide(text string) masked {
	var b strings.Builder
	result := masked{words: len(strings.Fields(text))}
	at := 0
	for _, s := range m.find(text) {
		before := text[at:s.start]
		if result.blanks > 0 && strings.TrimSpace(before) == "" { // "[…] […]" tells how many words there were
			result.gone += len(strings.Fields(text[s.start:s.end]))
			at = s.end
			continue
		}
		before = dropArticle(before)
		b.WriteString(before)
		b.WriteString(Blank)
		result.blanks++
		result.gone += len(strings.Fields(text[s.start:s.end]))
		at = s.end
	}
	b.WriteString(text[at:])
	result.text = upperFirst(strings.ReplaceAll(b.String(), "`"+Blank+"`", Blank))
	return result
}

// dropArticle takes "a" or "an" off the end of s: "runs a " becomes "runs ".
func dropArticle(s string) string {
	open := strings.TrimRight(s, "`") // a name in code marks keeps its mark
	for _, article := range []string{"an ", "a "} {
		head := len(open) - len(article)
		if head >= 0 && strings.EqualFold(open[head:], article) && (head == 0 || strings.ContainsRune(" (\"“", rune(open[head-1]))) {
			return s[:head] + s[len(open):]
		}
	}
	return s
}

// A masked text and what it cost.
type masked struct {
	text   string
	blanks int
	words  int // before masking
	gone   int // of those
}

// usable: few blanks, most words left, and enough of them to think about.
func (t masked) usable() bool {
	return t.blanks <= maxBlanks && t.gone*4 <= t.words && t.words-t.gone >= minWordsLeft
}

const (
	maxBlanks    = 3
	minWordsLeft = 8
)

// generic words stay visible: they are in so many names that they tell nothing. (As stems.)
var generic = stemSet(`pod node container network cluster set manager server kube kubernetes api object resource type mode
class file field name key value app application kubectl command data group`)

// families are the beginnings of the words that belong together although their stems differ.
var families = [][]string{
	{"taint"}, {"tolera"}, {"schedul"}, {"prox"}, {"control"}, {"deploy"}, {"replica"}, {"limit"}, {"affinit"},
	{"tenan", "multitenan"}, {"select"}, {"equal", "inequal"}, {"paus"}, {"namespace"}, {"service", "microservice"},
	{"init"}, {"cron"}, {"stateful"}, {"daemon"}, {"master"}, {"worker"}, {"polic"}, {"predicate"}, {"priorit"},
	{"context"}, {"autoscal", "scal"}, {"ephemeral"}, {"provision"}, {"authenti"}, {"authori"}, {"admission", "admit"}, {"config"},
	{"secret"}, {"quota"}, {"probe", "probing"}, {"volume"}, {"claim"}, {"label"}, {"annotat"}, {"rollout"}, {"rollback"},
	{"update", "updating"}, {"persist"}, {"overlay"}, {"operator", "operate", "operating"}, {"metric"},
}

// moreRoots are words that give a term away although they are not in its name.
var moreRoots = map[string][]string{
	"cronjob":            {"cron", "schedul", "job"},
	"kube-scheduler":     {"schedul"},
	"job":                {"job"},
	"control-plane-node": {"master", "plane"},
	"master-node":        {"control", "plane"},
	"rbac":               {"role"},
}

func stemSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[stem(w)] = true
	}
	return set
}

func upperFirst(s string) string {
	for i, r := range s {
		return strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}
