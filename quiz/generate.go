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

// wrongChoices is how many a generated question has, beside the right one.
const wrongChoices = 3

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

// echoes are the words of t's name that no mask takes out, such as "node", as far as said has them: there each must be in
// what is shown of a wrong choice as well, or "Pause Container" is easily found where containers are spoken of.
func echoes(t subject, said string, show func(subject) string) []func(subject) bool {
	var all []func(subject) bool
	for _, s := range stems(t.name) {
		if generic[s] && slices.Contains(stems(said), s) {
			all = append(all, func(o subject) bool { return slices.Contains(stems(show(o)), s) })
		}
	}
	return all
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
		ID: id, Domain: t.Domain, Category: t.Category, Terms: []string{t.Slug}, Difficulty: 1,
		Text: text, Choices: []string{show(t)}, Explanation: contrast(t, nearest(t, wrong)),
		Doc: t.Doc, Verified: t.Verified, Source: SourceGlossary,
	}
	for _, o := range wrong {
		q.Choices = append(q.Choices, show(o))
	}
	return Shuffled(q, g.seed)
}

// pick chooses three fair wrong choices for t, nil when there are not enough: at most two that are easily confused with
// it, then at most two of its category, then others. That makes a question neither trivial nor hair-splitting. Which ones,
// the seed decides. All of them fit, and each of the needs is met by at least one.
func (g generator) pick(t subject, id string, fits func(subject) bool, needs ...func(subject) bool) []subject {
	order := g.byDistance(t, id)
	var chosen []subject
	next := func(want func(subject) bool) bool {
		i := slices.IndexFunc(order, func(o subject) bool {
			beside := func(c subject) bool { return !g.fair(o, c) }
			return want(o) && g.fair(t, o) && fits(o) && !slices.ContainsFunc(chosen, beside)
		})
		if i >= 0 {
			chosen = append(chosen, order[i])
		}
		return i >= 0
	}
	for _, need := range needs {
		if !slices.ContainsFunc(chosen, need) && (len(chosen) == wrongChoices || !next(need)) {
			return nil
		}
	}
	mixed := func(o subject) bool { return distance(t, o) > sameCategory || countAt(distance(t, o), t, chosen) < 2 }
	whoever := func(subject) bool { return true }
	for len(chosen) < wrongChoices {
		if !next(mixed) && !next(whoever) {
			return nil
		}
	}
	return chosen
}

// How far a wrong choice is from the right one.
const (
	easilyConfused = iota
	sameCategory
	sameDomain
	furtherAway
)

func distance(t, o subject) int {
	switch {
	case slices.Contains(t.Near, o.Slug):
		return easilyConfused
	case t.Category == o.Category:
		return sameCategory
	case t.Domain == o.Domain:
		return sameDomain
	}
	return furtherAway
}

// countAt is how many of list are at that distance from t.
func countAt(far int, t subject, list []subject) (n int) {
	for _, o := range list {
		if distance(t, o) == far {
			n++
		}
	}
	return n
}

// byDistance is all subjects, the nearest to t first, and in an order of the seed where they are equally far.
func (g generator) byDistance(t subject, id string) []subject {
	var at [furtherAway + 1][]subject
	for _, i := range newDice(g.seed, "pick "+id).perm(len(g.subjects)) {
		d := distance(t, g.subjects[i])
		at[d] = append(at[d], g.subjects[i])
	}
	return slices.Concat(at[:]...)
}

// fair reports whether o may stand beside t: another thing, of the same sort, not right as well, and with a name that is
// no part of t's and has not gone out of use.
func (g generator) fair(t, o subject) bool {
	_, both := pairOf(t.squashed, o.squashed)
	_, gone := retired[o.squashed]
	return t.Slug != o.Slug && !both && !gone && !avoids(t.Term, o.Term) &&
		(t.Kind == "") == (o.Kind == "") && commandForm.MatchString(t.name) == commandForm.MatchString(o.name) &&
		!slices.Equal(t.parts, o.parts) && !within(t.parts, o.parts) && !within(o.parts, t.parts) && !g.names.synonyms(t.name, o.name)
}

// named reports whether text names the term.
func (s subject) named(text string) bool {
	return slices.ContainsFunc(s.mask.find(text), func(found span) bool { return found.word == "" })
}

// shownName is the name without what stands in parentheses: a choice with an abbreviation beside others without would stand out.
func shownName(t Term) string { return oneSpaced(nameForms(t.Name)[0]) }

// nearest is the wrong choice whose definition is most like that of t: the one that needs explaining.
func nearest(t subject, wrong []subject) subject {
	return slices.MaxFunc(wrong, func(a, b subject) int {
		return cmp.Compare(jaccard(a.content, t.content), jaccard(b.content, t.content))
	})
}

// contrast explains what t is and what the other is, within the limit of an explanation.
func contrast(t, other subject) string {
	frame := utf8.RuneCountInString(t.name + ":  In contrast, " + other.name + ": ")
	room := (MaxExplanation - frame) / 2
	return fmt.Sprintf("%s: %s In contrast, %s: %s", t.name, shorten(t.Definition, room), other.name, shorten(other.Definition, room))
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
