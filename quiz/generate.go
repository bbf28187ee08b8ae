package quiz

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"unicode/utf8"
)

// How ids of generated questions begin; the slug of the term follows.
const (
	definitionPrefix  = "gen-def-"   // a definition; which term is it?
	descriptionPrefix = "gen-what-"  // a term; which description fits?
	shortPrefix       = "gen-short-" // a short name of kubectl; which objects are they?
)

// Generate makes questions from glossary terms: from a definition to its term, from a term to its definition, and from
// kubectl's short names to kinds. Only these three are safe without a person; everything else is written by hand.
//
// The result depends on terms (not on their order) and the seed alone. A seed chooses the wrong choices and the order of
// all; the ids depend on the term alone, so a term's questions keep theirs whatever else is in the glossary. A term whose
// definition cannot be masked well, or beside which too few fair wrong choices stand, is left out, and so is every
// question that does not pass Check.
func Generate(terms []Term, seed uint64) []Question {
	g := generator{names: newNames(terms), seed: seed}
	for _, t := range terms {
		g.subjects = append(g.subjects, newSubject(t))
	}
	slices.SortFunc(g.subjects, func(a, b subject) int { return strings.Compare(a.Slug, b.Slug) })
	var all []Question
	for _, t := range g.subjects {
		candidates := []Question{g.fromDefinition(t), g.toDescription(t)}
		for _, s := range t.Short {
			candidates = append(candidates, g.fromShort(t, s))
		}
		for _, q := range candidates {
			if q.ID != "" && q.Validate() == nil && Passes(check(q, g.names)) {
				all = append(all, q)
			}
		}
	}
	return all
}

type generator struct {
	subjects []subject // sorted by slug
	names    names
	seed     uint64
}

// A subject is a term with what is looked at again and again while wrong choices are sought.
type subject struct {
	Term
	mask        mask
	name        string   // as a choice
	squashed    string   // name for comparison
	parts       []string // of name
	content     map[string]bool
	description masked // first sentence of the definition, without the name
}

func newSubject(t Term) subject {
	s := subject{Term: t, mask: newMask(t), name: shownName(t), content: contentStems(t.Definition)}
	s.squashed, s.parts = squash(s.name), parts(s.name)
	s.description = s.mask.hide(firstSentence(t.Definition))
	return s
}

// fromDefinition shows the definition without the name. The zero Question means: not with this term.
func (g generator) fromDefinition(t subject) Question {
	id := generatedID(definitionPrefix, t.Slug)
	for _, definition := range []string{oneSpaced(t.Definition), firstSentence(t.Definition)} {
		hidden := t.mask.hide(sentence(definition))
		text := fmt.Sprintf("“%s” %s", hidden.text, askFor(t))
		if !hidden.usable() || utf8.RuneCountInString(text) > MaxText || strings.Contains(definition, "?") {
			continue
		}
		content := contentStems(text)
		likeness := jaccard(t.content, content)
		wrong := g.pick(t, id, func(o subject) bool {
			return jaccard(o.content, content) < tooSimilar*likeness && !o.named(text)
		}, echoes(t, hidden.text, func(o subject) string { return o.name })...)
		if wrong != nil {
			return g.question(t, id, text, wrong, func(o subject) string { return o.name })
		}
	}
	return Question{}
}

func askFor(t subject) string {
	switch {
	case commandForm.MatchString(t.name):
		return "Which command is this?"
	case t.Kind != "":
		return "Which kind of object is this?"
	}
	return "Which term is this?"
}

// toDescription shows the name and four definitions, each without its own name and all of about one length.
func (g generator) toDescription(t subject) Question {
	if !t.describable() {
		return Question{}
	}
	id := generatedID(descriptionPrefix, t.Slug)
	length := float64(utf8.RuneCountInString(t.description.text))
	show := func(o subject) string { return o.description.text }
	needs := echoes(t, t.description.text, show)
	if t.description.blanks > 0 { // else the only choice with a blank would be the right one
		needs = append(needs, func(o subject) bool { return o.description.blanks > 0 })
	}
	wrong := g.pick(t, id, func(o subject) bool {
		n := float64(utf8.RuneCountInString(o.description.text))
		return o.describable() && n >= 0.75*length && n <= 1.6*length &&
			jaccard(o.content, t.content) < tooSimilar/2 && len(t.mask.find(o.description.text)) == 0
	}, needs...)
	if wrong == nil {
		return Question{}
	}
	text := fmt.Sprintf("Which description fits the term “%s”?", t.name)
	return g.question(t, id, text, wrong, show)
}

func (s subject) describable() bool {
	return s.description.usable() && utf8.RuneCountInString(s.description.text) <= MaxChoice
}

// fromShort asks for the kind behind a short name of kubectl. One with which the kind begins, such as "po", is no riddle.
func (g generator) fromShort(t subject, short string) Question {
	id := shortID(t.Slug, short)
	if t.Kind == "" || !validID(id) || strings.HasPrefix(strings.ToLower(t.Kind), short) {
		return Question{}
	}
	wrong := g.pick(t, id, func(o subject) bool { return o.Kind != "" && o.Kind != t.Kind && !slices.Contains(o.Short, short) })
	if wrong == nil {
		return Question{}
	}
	q := g.question(t, id, fmt.Sprintf("Which kind of object does `kubectl get %s` list?", short), wrong, func(o subject) string { return o.Kind })
	other := wrong[0]
	q.Explanation = fmt.Sprintf("`%s` is the short name that kubectl knows for %s. %s is another kind", short, t.Kind, other.Kind)
	if len(other.Short) > 0 {
		q.Explanation += fmt.Sprintf(" and goes by `%s`", other.Short[0])
	}
	q.Explanation += "."
	return q
}

func shortID(slug, short string) string { return shortPrefix + slug + "-" + short }

// question puts the parts together; show is how a term looks as a choice.
func (g generator) question(t subject, id, text string, wrong []subject, show func(subject) string) Question {
	q := Question{
		ID: id, Domain: t.Domain, Competency: t.Competency, Category: t.Category, Terms: []string{t.Slug}, Difficulty: 1,
		Text: text, Choices: []string{show(t)}, Explanation: contrast(t, nearest(t, wrong)),
		Doc: t.Doc, Verified: t.Verified, Source: SourceGlossary,
	}
	for _, o := range wrong {
		q.Choices = append(q.Choices, show(o))
	}
	return Shuffled(q, g.seed)
}

// named reports whether text names the term.
func (s subject) named(text string) bool {
	return slices.ContainsFunc(s.mask.find(text), func(found span) bool { return found.word == "" })
}

// shownName is the name without what stands in parentheses: a choice with an abbreviation beside others without would stand out.
func shownName(t Term) string { return oneSpaced(nameForms(t.Name)[0]) }

// nearest is the wrong choice that needs explaining most: one that is easily confused with t, or else the one whose
// definition is most like that of t.
func nearest(t subject, wrong []subject) subject {
	confused := func(o subject) int { return -min(distance(t, o), sameCategory) }
	return slices.MaxFunc(wrong, func(a, b subject) int {
		return cmp.Or(cmp.Compare(confused(a), confused(b)), cmp.Compare(jaccard(a.content, t.content), jaccard(b.content, t.content)))
	})
}

// contrast explains what t is and what the other is, within the limit of an explanation: with whole definitions if it can,
// else with their first sentences, else with as much of them as there is room for.
func contrast(t, other subject) string {
	both := func(a, b string) string { return fmt.Sprintf("%s: %s In contrast, %s: %s", t.name, a, other.name, b) }
	for _, a := range []string{sentence(t.Definition), firstSentence(t.Definition)} {
		for _, b := range []string{sentence(other.Definition), firstSentence(other.Definition)} {
			if s := both(a, b); utf8.RuneCountInString(s) <= MaxExplanation {
				return s
			}
		}
	}
	room := (MaxExplanation - utf8.RuneCountInString(both("", ""))) / 2
	return both(shorten(t.Definition, room), shorten(other.Definition, room))
}

// shorten cuts a definition to room characters: at a sentence if it can, else at a word.
func shorten(definition string, room int) string {
	for _, s := range []string{sentence(definition), firstSentence(definition)} {
		if utf8.RuneCountInString(s) <= room {
			return s
		}
	}
	cut := string([]rune(oneSpaced(definition))[:room-1])
	if i := strings.LastIndex(cut, " "); i > room/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:") + "…"
}

// sentence is s on one line, with a capital and a full stop.
func sentence(s string) string {
	s = upperFirst(oneSpaced(s))
	if s != "" && !strings.ContainsAny(s[len(s)-1:], ".!?") {
		s += "."
	}
	return s
}

// firstSentence ends at the first full stop that a capital follows, or code, or a program that is written small: "e.g. Pods"
// is no end, "it is built. kubectl sends it" is one.
func firstSentence(s string) string {
	s = sentence(s)
	for i := 0; i+2 < len(s); i++ {
		if s[i] == '.' && s[i+1] == ' ' && beginsSentence(s[i+2:]) && !hasAnySuffix(s[:i], "e.g", "i.e", "etc", "vs") {
			return s[:i+1]
		}
	}
	return s
}

func beginsSentence(s string) bool {
	return s[0] >= 'A' && s[0] <= 'Z' || s[0] == '`' || strings.HasPrefix(s, "kube") || strings.HasPrefix(s, "etcd ")
}

func oneSpaced(s string) string { return strings.Join(strings.Fields(s), " ") }

// generatedID is prefix and slug, with a hash in place of the end of a slug that is too long.
func generatedID(prefix, slug string) string {
	if id := prefix + slug; len(id) <= 60 {
		return id
	}
	h := fnv.New32a()
	h.Write([]byte(slug))
	return fmt.Sprintf("%s%s-%08x", prefix, slug[:60-len(prefix)-9], h.Sum32())
}
