package quiz

import (
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

// choicesGenerated is how many choices a generated question has.
const choicesGenerated = 4

// Generate makes questions from glossary terms: from a definition to its term, from a term to its definition, and from
// kubectl's short names to kinds. Only these three are safe without a person; everything else is written by hand.
//
// The result depends on terms (not on their order) and the seed alone. A seed chooses the wrong choices and the order of
// all; the ids depend on the term alone, so a term's questions keep theirs whatever else is in the glossary. A term whose
// definition cannot be masked well, or beside which too few fair wrong choices stand, is left out, and so is every
// question that does not pass Check.
func Generate(terms []Term, seed uint64) []Question {
	terms = slices.Clone(terms)
	slices.SortFunc(terms, func(a, b Term) int { return strings.Compare(a.Slug, b.Slug) })
	g := generator{terms: terms, names: newNames(terms), masks: map[string]mask{}, seed: seed}
	for _, t := range terms {
		g.masks[t.Slug] = newMask(t)
	}
	var all []Question
	for _, t := range terms {
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
	terms []Term
	names names
	masks map[string]mask // by slug
	seed  uint64
}

// fromDefinition shows the definition without the name. The zero Question means: not with this term.
func (g generator) fromDefinition(t Term) Question {
	id := generatedID(definitionPrefix, t.Slug)
	for _, definition := range []string{oneSpaced(t.Definition), firstSentence(t.Definition)} {
		hidden := g.masks[t.Slug].hide(sentence(definition))
		text := fmt.Sprintf("“%s” %s", hidden.text, askFor(t))
		if !hidden.usable() || utf8.RuneCountInString(text) > MaxText || strings.Contains(definition, "?") {
			continue
		}
		likeness := similarity(t.Definition, text)
		wrong := g.pick(t, id, func(o Term) bool {
			return !g.named(o, text) && similarity(o.Definition, text) < tooSimilar*likeness
		})
		if wrong != nil {
			return g.question(t, id, text, wrong, shownName)
		}
	}
	return Question{}
}

func askFor(t Term) string {
	switch {
	case commandForm.MatchString(t.Name):
		return "Which command is this?"
	case t.Kind != "":
		return "Which kind of object is this?"
	}
	return "Which term is this?"
}

// toDescription shows the name and four definitions, each without its own name and all of about one length.
func (g generator) toDescription(t Term) Question {
	id := generatedID(descriptionPrefix, t.Slug)
	right, ok := g.description(t)
	if !ok {
		return Question{}
	}
	length := float64(utf8.RuneCountInString(right))
	wrong := g.pick(t, id, func(o Term) bool {
		text, ok := g.description(o)
		n := float64(utf8.RuneCountInString(text))
		return ok && n >= 0.75*length && n <= 1.6*length && len(g.masks[t.Slug].find(text)) == 0 && similarity(o.Definition, t.Definition) < tooSimilar/2
	})
	if wrong == nil {
		return Question{}
	}
	return g.question(t, id, fmt.Sprintf("Which description fits %s?", shownName(t)), wrong, func(o Term) string {
		text, _ := g.description(o)
		return text
	})
}

func (g generator) description(t Term) (string, bool) {
	hidden := g.masks[t.Slug].hide(firstSentence(t.Definition))
	return hidden.text, hidden.usable() && utf8.RuneCountInString(hidden.text) <= MaxChoice
}

// fromShort asks for the kind behind a short name of kubectl.
func (g generator) fromShort(t Term, short string) Question {
	id := shortID(t.Slug, short)
	if t.Kind == "" || !validID(id) {
		return Question{}
	}
	wrong := g.pick(t, id, func(o Term) bool { return o.Kind != "" && o.Kind != t.Kind && !slices.Contains(o.Short, short) })
	if wrong == nil {
		return Question{}
	}
	q := g.question(t, id, fmt.Sprintf("Which objects does `kubectl get %s` list?", short), wrong, func(o Term) string { return o.Kind })
	other := wrong[0]
	q.Explanation = fmt.Sprintf("`%s` is the short name that kubectl knows for %s. %s is another kind", short, t.Kind, other.Kind)
	if len(other.Short) > 0 {
		q.Explanation += fmt.Sprintf(" and goes by `%s`", other.Short[0])
	}
	q.Explanation += "."
	return q
}

// enough candidates of one group: three are wanted, and some may not stand beside each other. Looking at all of a large
// glossary for each of its terms would take long.
const enough = 8

func shortID(slug, short string) string { return shortPrefix + slug + "-" + short }

// question puts the parts together; show is how a term looks as a choice.
func (g generator) question(t Term, id, text string, wrong []Term, show func(Term) string) Question {
	q := Question{
		ID: id, Domain: t.Domain, Category: t.Category, Terms: []string{t.Slug}, Difficulty: 1,
		Text: text, Choices: []string{show(t)}, Explanation: contrast(t, nearest(t, wrong)),
		Doc: t.Doc, Verified: t.Verified, Source: SourceGlossary,
	}
	for _, o := range wrong {
		q.Choices = append(q.Choices, show(o))
	}
	return Shuffled(q, g.seed)
}

// pick chooses three fair wrong choices for t, nil when there are not enough: two of its category and one from further
// away, which makes a question neither trivial nor hair-splitting. Which ones, the seed decides.
func (g generator) pick(t Term, id string, fits func(Term) bool) []Term {
	var near, domain, far []Term
	for _, i := range newDice(g.seed, "pick "+id).perm(len(g.terms)) {
		o, group := g.terms[i], &far
		if o.Category == t.Category {
			group = &near
		} else if o.Domain == t.Domain {
			group = &domain
		}
		if len(*group) < enough && g.fair(t, o) && fits(o) {
			*group = append(*group, o)
		}
	}
	first := min(2, len(near))
	var chosen []Term
	for _, o := range slices.Concat(near[:first], domain, near[first:], far) {
		beside := func(c Term) bool { return !g.fair(o, c) }
		if len(chosen) < choicesGenerated-1 && !slices.ContainsFunc(chosen, beside) {
			chosen = append(chosen, o)
		}
	}
	if len(chosen) < choicesGenerated-1 {
		return nil
	}
	return chosen
}

// fair reports whether o may stand beside t: another thing, of the same sort, not right as well, and with a name that is
// no part of t's and has not gone out of use.
func (g generator) fair(t, o Term) bool {
	a, b := shownName(t), shownName(o)
	_, both := pairOf(squash(a), squash(b))
	_, gone := retired[squash(b)]
	return t.Slug != o.Slug && !both && !gone && !avoids(t, o) && !g.names.synonyms(a, b) &&
		(t.Kind == "") == (o.Kind == "") &&
		commandForm.MatchString(a) == commandForm.MatchString(b) &&
		!within(parts(a), parts(b)) && !within(parts(b), parts(a))
}

// named reports whether text names the term.
func (g generator) named(t Term, text string) bool {
	return slices.ContainsFunc(g.masks[t.Slug].find(text), func(s span) bool { return s.word == "" })
}

// shownName is the name without what stands in parentheses: a choice with an abbreviation beside others without would stand out.
func shownName(t Term) string { return oneSpaced(nameForms(t.Name)[0]) }

// nearest is the wrong choice whose definition is most like that of t: the one that needs explaining.
func nearest(t Term, wrong []Term) Term {
	best := wrong[0]
	for _, o := range wrong[1:] {
		if similarity(o.Definition, t.Definition) > similarity(best.Definition, t.Definition) {
			best = o
		}
	}
	return best
}

// contrast explains what t is and what the other is, within the limit of an explanation.
func contrast(t, other Term) string {
	a, b := shownName(t), shownName(other)
	frame := utf8.RuneCountInString(a + ":  In contrast, " + b + ": ")
	room := (MaxExplanation - frame) / 2
	return fmt.Sprintf("%s: %s In contrast, %s: %s", a, shorten(t.Definition, room), b, shorten(other.Definition, room))
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

// firstSentence ends at the first full stop that a capital follows. "e.g. Pods" is no end.
func firstSentence(s string) string {
	s = sentence(s)
	for i := 0; i+2 < len(s); i++ {
		if s[i] == '.' && s[i+1] == ' ' && s[i+2] >= 'A' && s[i+2] <= 'Z' && !hasAnySuffix(s[:i], "e.g", "i.e", "etc", "vs") {
			return s[:i+1]
		}
	}
	return s
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
