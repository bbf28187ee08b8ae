package kb

import (
	"slices"
	"strings"
)

// A query is what somebody typed, made ready for searching.
type query struct {
	all   []string   // its words
	words []string   // without question words and commands; empty when nothing is asked
	key   string     // of words
	canon string     // of words
	forms []string   // canonical names it may stand for, the most literal first
	also  []string   // canonical names of what is in it besides: the command of "kubectl create deploy"
	parts [][]string // what stands between "and", "or", "vs", commas and slashes, if it is more than one
}

// Words around the thing asked for. Names that consist of such words are still found: the whole text is tried first.
var (
	leading = wordSet(`what whats s is are was were a an the define definition meaning of explain describe tell show give me us about
		how does do did which who why when where can could would should you i we my want to know need understand please hi hey hello in k8s kubernetes
		difference differences between compare comparison happens if use using get better best`)
	trailing = wordSet(`stand stands mean means meaning do does did work works working is are was for used use please definition defined explained explanation
		example examples in of the a k8s kubernetes about exactly again there show shows fail fails failed happen happens exist exists created contain contains
		dangerous important needed necessary required useful good bad better best difference differences compared to`)
	joining = wordSet(`and or vs versus und y o with`)
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
	q := query{all: words(text)}
	q.addForm(q.all)
	q.words = trim(q.all)
	q.parts = parts(text)
	if c, ok := parseCommand(text); ok {
		q.words = c.words
		for _, form := range c.forms {
			q.addForm(form)
		}
		if q.also = c.also; !slices.ContainsFunc(q.all, isComparing) {
			q.parts = nil
		}
	} else {
		q.addReadings(text)
	}
	q.addForm(q.words)
	q.key, q.canon = key(q.words), canon(q.words)
	return q
}

// addReadings adds what else the text may stand for.
func (q *query) addReadings(text string) {
	// Not the abbreviation: who spells a name out does not mean another thing that is abbreviated so.
	for i, reading := range withoutParentheses(text) {
		if i < 2 {
			q.addForm(trim(words(reading)))
		}
	}
	if len(q.parts) > 1 { // "taint & toleration"
		joined := slices.Clone(q.parts[0])
		for _, p := range q.parts[1:] {
			joined = append(append(joined, "and"), p...)
		}
		q.addForm(joined)
	}
	q.addForm(q.words)
	if at := slices.Index(q.words, "in"); at > 0 && len(q.words) < len(q.all) { // "what are overlays in kustomize"
		thing, place := q.words[:at], trim(q.words[at+1:])
		q.addForm(slices.Concat(place, thing))
		q.addForm(thing)
	}
	for _, name := range fieldNames(text) {
		q.addForm(name)
	}
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

// parts splits a text where it names several things: "ingress vs service", "taints/tolerations".
func parts(text string) [][]string {
	var all [][]string
	for piece := range strings.FieldsFuncSeq(fold(text), func(r rune) bool { return strings.ContainsRune(",/&|;+", r) }) {
		part := []string{}
		for _, w := range append(words(piece), "and") {
			if !joining[w] {
				part = append(part, w)
				continue
			}
			if part = trim(part); len(part) > 0 {
				all = append(all, part)
			}
			part = nil
		}
	}
	if len(all) < 2 {
		return nil
	}
	return all
}

func isComparing(word string) bool { return comparing[word] || joining[word] }
