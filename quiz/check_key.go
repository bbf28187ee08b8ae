package quiz

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Rules R1 to R3: is the key the one right answer, and does the question keep it to itself?

func (g *grader) leak(key string) {
	term, known := g.names.term(key)
	if !known && len(words(key)) <= 3 {
		term = Term{Name: bare(key), Slug: strings.ToLower(bare(key))} // a name the glossary does not know: at least it must not be in the question
	}
	short, asked := strings.CutPrefix(g.ID, shortID(term.Slug, "")) // "kubectl get sts" is the question: sts may be there
	if term.Name != "" {
		for _, s := range newMask(term).find(g.Text) {
			if found := g.Text[s.start:s.end]; !(asked && found == short) && !g.harmless(s, term, key) {
				g.hard("R1", "%q in the question gives %q away", found, key)
			}
		}
	}
	if !known && g.Kind == OneChoice {
		g.overlap(key)
	}
}

// harmless reports whether what was found is a word that a wrong choice has as well, so that it is no hint. The name
// itself is never harmless.
func (g *grader) harmless(s span, term Term, key string) bool {
	found := g.Text[s.start:s.end]
	root := s.word
	if root == "" {
		root = squash(found)
		if root == squash(term.Name) || root == squash(term.Kind) || root == squash(bare(key)) {
			return false
		}
	}
	return slices.ContainsFunc(g.wrong, func(i int) bool {
		return slices.ContainsFunc(words(g.Choices[i]), func(w word) bool { return strings.HasPrefix(w.text, root) || w.stem == root })
	})
}

// overlap compares the share of each choice's words that the question has, too: test-wise people choose the choice that
// echoes the question. Words that are in everything, such as Pod and node, are no echo.
func (g *grader) overlap(key string) {
	text := contentStems(g.Text)
	share := func(choice string) float64 {
		c := contentStems(choice)
		maps.DeleteFunc(c, func(stem string, _ bool) bool { return generic[stem] })
		return float64(shared(c, text)) / max(1, float64(len(c)))
	}
	most := 0.0
	for _, i := range g.wrong {
		most = max(most, share(g.Choices[i]))
	}
	if own := share(key); own > most {
		g.hard("R1", "%.0f %% of the key's words are in the question, of any other choice at most %.0f %%", own*100, most*100)
	}
}

func (g *grader) truth(key string) {
	name := squash(bare(key))
	if why, gone := retired[name]; gone && !aboutThePast.MatchString(g.Text) {
		g.hard("R2", "%q is no right answer any more (%s)", key, why)
	}
	for _, m := range myths {
		if (m.key == "" || m.key == name) && m.claim.MatchString(g.Text) {
			g.hard("R2", "%s", m.truth)
		}
	}
}

func (g *grader) verified() {
	if v, newest := minor(g.Verified), minor(NewestKubernetes); v > 0 && v < newest-2 {
		g.hard("R2", "verified for Kubernetes %s, more than two versions behind %s", g.Verified, NewestKubernetes)
	}
}

// minor is 37 for "1.37", and 0 for what is no version.
func minor(version string) int {
	if !versionForm.MatchString(version) {
		return 0
	}
	n, _ := strconv.Atoi(version[2:])
	return n
}

func (g *grader) oneAnswer(right string) {
	key, _ := g.names.any(right)
	for _, i := range g.wrong {
		other := g.Choices[i]
		if g.names.synonyms(right, other) {
			g.hard("R3", "%q is another name of %q", other, right)
		}
		if p, found := pairOf(squash(bare(right)), squash(bare(other))); found && (g.Source == SourceGlossary || p.when != nil && p.when.MatchString(g.Text)) {
			g.hard("R3", "%q is right as well as %q", other, right)
		}
		if g.Source != SourceGlossary {
			continue
		}
		o, known := g.names.any(other)
		if known && avoids(key, o) {
			g.hard("R3", "%q is too close to %q", other, right)
		}
		if known && strings.HasPrefix(g.ID, definitionPrefix) && similarity(o.Definition, g.Text) >= tooSimilar*similarity(key.Definition, g.Text) {
			g.hard("R3", "the definition of %q fits the question nearly as well", other)
		}
	}
}

// tooSimilar is how much of the key's likeness to the question another choice's definition may have.
const tooSimilar = 0.6

func avoids(a, b Term) bool {
	return slices.Contains(a.Avoid, b.Slug) || slices.Contains(b.Avoid, a.Slug)
}
