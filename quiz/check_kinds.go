package quiz

import (
	"regexp"
	"slices"
	"strings"
)

// What the rules mean for the kinds of questions that have no single right choice.

var howMany = regexp.MustCompile(`(?i)\b(which|choose|pick|select|name|mark|exactly|only) (one|two|three|four|[1-5])\b|\b(one|two|three|four|both|[1-5]) (of (these|them|the (following|choices|answers))|choices|answers|are (right|true|correct))\b`)

// number makes sure that a question with several right choices does not tell how many.
func (g *grader) number() {
	if told := howMany.FindString(g.Text); told != "" {
		g.minus(25, "R7", "%q tells how many choices are right", told)
	}
}

var (
	codeMarked = regexp.MustCompile("`[^`]*`")
	// Small letters only: Always and Never are values of fields.
	absolute   = regexp.MustCompile(`\b(always|never|impossible|absolutely|invariably|without exception|in (all|any|every|no) cases?|under (all|any|no) circumstances)\b`)
	askedTruth = regexp.MustCompile(`(?i)[.:;,]? *\(?true or false\)?\?$`)
	// negations of a statement: here "no", "without" and "unless" turn the meaning around as much as "not".
	negations = regexp.MustCompile(`(?i)\b(not|never|no|none|nothing|neither|without|unless|cannot|fails? to)\b|n['’]t\b`)
)

// statement checks what is true or false.
func (g *grader) statement() {
	claim := askedTruth.ReplaceAllString(strings.TrimSpace(g.Text), "")
	if claim == strings.TrimSpace(g.Text) {
		g.minus(15, "R7", "want a statement with \"True or false?\" at the end")
	}
	plain := codeMarked.ReplaceAllString(claim, "")
	if word := absolute.FindString(plain); word != "" {
		g.minus(25, "R7", "%q gives the answer away: few things are so without exception", word)
	}
	for _, sentence := range sentenceEnd.Split(plain, -1) {
		if found := negations.FindAllString(sentence, -1); len(found) > 1 {
			g.hard("R7", "a double negation, %q", found)
		}
	}
	if g.Key == 0 {
		for _, m := range myths {
			if m.claim.MatchString(g.Text) && (m.key == "" || strings.Contains(squash(g.Text), m.key)) {
				g.hard("R2", "%s", m.truth)
			}
		}
	}
	if g.explained() && !g.explains(claim) {
		g.minus(8, "R9", "the explanation does not speak of what is asked")
	}
}

// maxWords is how many words an answer may have that somebody must type without a mistake.
const maxWords = 6

// accepted checks what is accepted as typed.
func (g *grader) accepted() {
	for _, a := range g.Answers {
		if n := len(strings.Fields(a)); n > maxWords || n > 4 && !commandForm.MatchString(a) || strings.HasSuffix(a, ".") {
			g.minus(25, "R7", "%q is no term, field or command that people type alike", a)
		}
		g.typedLeak(a)
		g.truth(a)
	}
	g.oneThing()
	if g.explained() && !slices.ContainsFunc(g.Answers, g.explains) {
		g.minus(8, "R9", "the explanation does not speak of the answer")
	}
}

// explains reports whether the explanation has a word of that text, other than those that are everywhere.
func (g *grader) explains(text string) bool {
	said := stems(g.Explanation)
	return slices.ContainsFunc(words(text), func(w word) bool {
		return len(w.text) > 2 && !littleWords[w.text] && w.text != "kubectl" && slices.Contains(said, w.stem)
	})
}

// typedLeak finds an answer in the text: a name as in a choice; of a command or a path all its words, as one of them is
// often what is asked about.
func (g *grader) typedLeak(answer string) {
	list := strings.Fields(normal(answer))
	if len(list) == 1 && !strings.ContainsAny(answer, "./") {
		g.leak(answer)
		return
	}
	text := stems(g.Text)
	missing := slices.ContainsFunc(words(strings.Join(list, " ")), func(w word) bool { return !slices.Contains(text, w.stem) })
	if !missing {
		g.hard("R1", "all words of %q are in the question", answer)
	}
}

// oneThing makes sure that all accepted answers name the same, and that nothing else is right.
func (g *grader) oneThing() {
	var first Term
	for _, a := range g.Answers {
		t, known := g.names.any(a)
		switch {
		case known && first.Slug == "":
			first = t
		case known && t.Slug != first.Slug:
			g.hard("R3", "%q and %q are different things, and both are accepted", first.Name, a)
		}
		for _, p := range bothRight {
			if p.when == nil || !p.when.MatchString(g.Text) || p.a != squash(bare(a)) && p.b != squash(bare(a)) {
				continue
			}
			other := p.a
			if other == squash(bare(a)) {
				other = p.b
			}
			if !slices.ContainsFunc(g.Answers, func(b string) bool { return squash(bare(b)) == other }) {
				g.hard("R3", "%q is right, but so is %q, which is not accepted", a, other)
			}
		}
	}
}

// inOrder are the words by which steps are put in order without knowing them.
var inOrder = regexp.MustCompile(`(?i)^\(?[0-9a-e][.):] |^(first|then|next|second|third|last|lastly|finally|afterwards|to (begin|start|finish)|in the end)\b|\b(finally|afterwards|after (that|this)|before (that|this)|then|lastly|previous step|next step)\b`)

// steps checks what is to be put in order.
func (g *grader) steps() {
	for i, a := range g.Choices {
		if word := inOrder.FindString(a); word != "" {
			g.minus(25, "R7", "%q tells where the step %q belongs", strings.TrimSpace(word), a)
		}
		for _, b := range g.Choices[i+1:] {
			if fold(a) == fold(b) || slices.Equal(parts(a), parts(b)) {
				g.hard("R6", "%q and %q are the same", a, b)
			}
		}
	}
	if g.explained() && !slices.ContainsFunc(g.Picked(g.Key), g.speaksOf) {
		g.minus(8, "R9", "the explanation does not speak of any step")
	}
}
