package quiz

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Problem is one way in which a question falls short.
type Problem struct {
	Rule   string // R1 to R10, see Check
	Points int    // taken off the score of 100
	Hard   bool   // the question must not be asked, whatever its score
	Text   string // what is wrong, for the person who writes questions
}

func (p Problem) String() string {
	if p.Hard {
		return fmt.Sprintf("%s hard: %s", p.Rule, p.Text)
	}
	return fmt.Sprintf("%s −%d: %s", p.Rule, p.Points, p.Text)
}

// PassScore is the least score of a question that may be asked.
const PassScore = 80

// Score is 100 less the points of the problems, at least 0.
func Score(problems []Problem) int {
	score := 100
	for _, p := range problems {
		score -= p.Points
	}
	return max(score, 0)
}

// Passes reports whether a question with these problems may be asked.
func Passes(problems []Problem) bool {
	return Score(problems) >= PassScore && !slices.ContainsFunc(problems, func(p Problem) bool { return p.Hard })
}

// Check grades a question that is valid in form (see Validate) by what a machine can judge. The terms are those of the
// glossary, used to recognise names among the choices; without them less is found.
//
//	R1  leak: the question contains the name of the key, or shares more words with it than with any other choice (hard)
//	R2  truth: the key is a retired thing, the question repeats a known error, or was verified too long ago (hard)
//	R3  one answer: another choice is the key under another name, or right as well (hard)
//	R4  length: the key stands out by its length (15; hard when it is twice as long as any other)
//	R5  category: the other choices are not of the key's sort (15; 25 when it is plain to see)
//	R6  duplicates: two choices are equal, or one is contained in another (hard)
//	R7  form: not a question, "all of the above" and the like, a negation that is easily overlooked (15; hard for the last two)
//	R8  mask: too many blanks, or too little left to go by (10)
//	R9  explanation: missing, too short or long, or it does not speak of the key and another choice (15)
//	R10 metadata: domain, difficulty, verified, id, doc (10)
//
// Two rules of a good deck need more than one question and are left to whoever draws: novelty and spread.
func Check(q Question, terms []Term) []Problem {
	return check(q, newNames(terms))
}

func check(q Question, n names) []Problem {
	if q.Key < 0 || q.Key >= len(q.Choices) {
		return []Problem{{Rule: "R3", Hard: true, Text: "there is no right choice"}}
	}
	g := grader{Question: q, names: n}
	g.leak()
	g.truth()
	g.oneAnswer()
	g.length()
	g.category()
	g.duplicates()
	g.form()
	g.blanks()
	g.explanation()
	g.metadata()
	return g.problems
}

type grader struct {
	Question
	names    names
	problems []Problem
}

func (g *grader) hard(rule, format string, args ...any) {
	g.problems = append(g.problems, Problem{Rule: rule, Hard: true, Text: fmt.Sprintf(format, args...)})
}

func (g *grader) minus(points int, rule, format string, args ...any) {
	g.problems = append(g.problems, Problem{Rule: rule, Points: points, Text: fmt.Sprintf(format, args...)})
}

func (g *grader) key() string { return g.Choices[g.Key] }

// others are the indices of the wrong choices.
func (g *grader) others() []int {
	var all []int
	for i := range g.Choices {
		if i != g.Key {
			all = append(all, i)
		}
	}
	return all
}

func (g *grader) leak() {
	term, known := g.names.term(g.key())
	if !known && len(words(g.key())) <= 3 {
		term = Term{Name: bare(g.key())} // a name the glossary does not know: at least it must not be in the question
	}
	short, asked := strings.CutPrefix(g.ID, shortID(term.Slug, "")) // "kubectl get sts" is the question: sts may be there
	if term.Name != "" {
		for _, s := range newMask(term).find(g.Text) {
			if found := g.Text[s.start:s.end]; !(asked && found == short) && !g.harmless(s, term) {
				g.hard("R1", "%q in the question gives %q away", found, g.key())
			}
		}
	}
	if !known {
		g.overlap()
	}
}

// harmless reports whether what was found is a word that a wrong choice has as well, so that it is no hint. The name
// itself is never harmless.
func (g *grader) harmless(s span, term Term) bool {
	found := g.Text[s.start:s.end]
	root := s.word
	if root == "" {
		root = squash(found)
		if root == squash(term.Name) || root == squash(term.Kind) || root == squash(bare(g.key())) {
			return false
		}
	}
	return slices.ContainsFunc(g.others(), func(i int) bool {
		return slices.ContainsFunc(words(g.Choices[i]), func(w word) bool { return strings.HasPrefix(w.text, root) || w.stem == root })
	})
}

// overlap compares the share of each choice's words that the question has, too: test-wise people choose the choice that
// echoes the question. Words that are in everything, such as Pod and node, are no echo.
func (g *grader) overlap() {
	text := contentStems(g.Text)
	share := func(choice string) float64 {
		c := contentStems(choice)
		maps.DeleteFunc(c, func(stem string, _ bool) bool { return generic[stem] })
		return float64(shared(c, text)) / max(1, float64(len(c)))
	}
	most := 0.0
	for _, i := range g.others() {
		most = max(most, share(g.Choices[i]))
	}
	if own := share(g.key()); own > most {
		g.hard("R1", "%.0f %% of the key's words are in the question, of any other choice at most %.0f %%", own*100, most*100)
	}
}

func (g *grader) truth() {
	key := squash(bare(g.key()))
	if why, gone := retired[key]; gone && !aboutThePast.MatchString(g.Text) {
		g.hard("R2", "%q is no right answer any more (%s)", g.key(), why)
	}
	for _, m := range myths {
		if (m.key == "" || m.key == key) && m.claim.MatchString(g.Text) {
			g.hard("R2", "%s", m.truth)
		}
	}
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

func (g *grader) oneAnswer() {
	key, _ := g.names.any(g.key())
	keyName := squash(bare(g.key()))
	for _, i := range g.others() {
		other := g.Choices[i]
		if g.names.synonyms(g.key(), other) {
			g.hard("R3", "%q is another name of %q", other, g.key())
		}
		if p, found := pairOf(keyName, squash(bare(other))); found && (g.Source == SourceGlossary || p.when != nil && p.when.MatchString(g.Text)) {
			g.hard("R3", "%q is right as well as %q", other, g.key())
		}
		if g.Source != SourceGlossary {
			continue
		}
		o, known := g.names.any(other)
		if known && avoids(key, o) {
			g.hard("R3", "%q is too close to %q", other, g.key())
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

func (g *grader) length() {
	var lengths []int
	names := true
	for _, c := range g.Choices {
		lengths = append(lengths, utf8.RuneCountInString(c))
		names = names && len(strings.Fields(c)) <= 4
	}
	if names { // names are as long as they are
		return
	}
	key, longest := lengths[g.Key], 0
	for _, i := range g.others() {
		longest = max(longest, lengths[i])
	}
	switch {
	case key > 2*longest:
		g.hard("R4", "the key has %d characters, the longest other choice %d", key, longest)
	case float64(key) > 1.35*float64(longest):
		g.minus(15, "R4", "the key has %d characters, the longest other choice %d", key, longest)
	case float64(slices.Max(lengths)) > 2.2*float64(slices.Min(lengths)):
		g.minus(15, "R4", "the choices have from %d to %d characters", slices.Min(lengths), slices.Max(lengths))
	}
}

var commandForm = regexp.MustCompile("^`?(kubectl|helm|docker|podman|crictl) ")

func (g *grader) category() {
	commands := 0
	for _, c := range g.Choices {
		if commandForm.MatchString(c) {
			commands++
		}
	}
	if commands > 0 {
		if commands < len(g.Choices) {
			g.minus(25, "R5", "%d of %d choices are commands", commands, len(g.Choices))
		}
		return
	}
	key, known := g.names.any(g.key())
	if !known || len(g.Choices) < 3 {
		return
	}
	alike := 0
	for _, i := range g.others() {
		if o, known := g.names.any(g.Choices[i]); known && sameSort(key, o) {
			alike++
		}
	}
	if alike < 2 {
		g.minus(15, "R5", "%d other choices are of the sort of %q, want 2", alike, g.key())
	}
}

// sameSort: two objects of the API, or two terms of one category.
func sameSort(a, b Term) bool {
	return a.Kind != "" && b.Kind != "" || a.Category == b.Category
}

func (g *grader) duplicates() {
	for i, a := range g.Choices {
		for j, b := range g.Choices {
			switch {
			case i < j && (fold(a) == fold(b) || slices.Equal(parts(a), parts(b))):
				g.hard("R6", "%q and %q are the same", a, b)
			case i != j && within(parts(a), parts(b)):
				g.hard("R6", "%q is contained in %q", a, b)
			}
		}
	}
}

// parts is a choice as a list for comparison: CamelCase, hyphens and underscores separate, other signs such as the stars
// of a cron schedule stay.
func parts(choice string) []string {
	var all []string
	for _, f := range strings.Fields(strings.ReplaceAll(choice, "`", "")) {
		at := 0
		var spaced strings.Builder
		for _, w := range words(f) {
			spaced.WriteString(f[at:w.start])
			if at > 0 && at == w.start { // a border inside CamelCase
				spaced.WriteByte(' ')
			}
			spaced.WriteString(f[w.start:w.end])
			at = w.end
		}
		spaced.WriteString(f[at:])
		for _, p := range strings.FieldsFunc(strings.ToLower(spaced.String()), func(r rune) bool { return r == ' ' || r == '-' || r == '_' }) {
			if p = strings.Trim(p, ".,;:"); p != "" {
				all = append(all, p)
			}
		}
	}
	return all
}

var (
	ofTheAbove  = regexp.MustCompile(`(?i)\b(all|none|both|any|some) of (the above|these|them|the others)\b|\b[A-E] (and|or) [A-E]\b`)
	negation    = regexp.MustCompile(`\b(not|except|never|neither|least)\b|n['’]t\b`)
	cannot      = regexp.MustCompile(`\bcannot\b`)
	clauseStart = regexp.MustCompile(`, |; | (when|if|that|so|while|because|whether|and|who|although|though) `)
	sentenceEnd = regexp.MustCompile(`[.!:]["”]? `)
	onlyBlank   = regexp.MustCompile(`^[^\pL\pN]*$`)
)

func (g *grader) form() {
	text := strings.TrimSpace(g.Text)
	if !strings.HasSuffix(text, "?") || strings.Count(text, "?") != 1 {
		g.minus(15, "R7", "want one question, with its mark at the end")
	}
	if n := utf8.RuneCountInString(text); n > MaxText {
		g.minus(15, "R7", "%d characters, at most %d", n, MaxText)
	}
	if onlyBlank.MatchString(strings.ReplaceAll(text, Blank, "")) {
		g.hard("R7", "nothing is asked")
	}
	for _, c := range g.Choices {
		if ofTheAbove.MatchString(c) {
			g.hard("R7", "%q is no choice of its own", c)
		}
	}
	// Only the main clause of the last sentence turns the question around: "What happens if it is not set?" is fine.
	// An emphasised NOT is fine, too.
	sentences := sentenceEnd.Split(text, -1)
	asked := sentences[len(sentences)-1]
	main := clauseStart.Split(asked, 2)[0]
	switch n := len(negation.FindAllString(asked, -1)); {
	case negation.MatchString(main):
		g.hard("R7", "the question asks for what is %s; turn it around or write it in capitals", negation.FindString(main))
	case n > 1:
		g.minus(15, "R7", "two negations in one sentence")
	case cannot.MatchString(main):
		g.minus(5, "R7", "\"cannot\" is easily overlooked")
	}
}

func (g *grader) blanks() {
	blanks := strings.Count(g.Text, Blank)
	if blanks == 0 {
		return
	}
	all := len(strings.Fields(g.Text))
	t := masked{blanks: blanks, gone: blanks, words: all}
	if !t.usable() {
		g.minus(10, "R8", "%d blanks among %d words", blanks, all)
	}
}

func (g *grader) explanation() {
	n := utf8.RuneCountInString(g.Explanation)
	if n < MinExplanation || n > MaxExplanation {
		g.minus(15, "R9", "the explanation has %d characters, want %d to %d", n, MinExplanation, MaxExplanation)
		return
	}
	if !g.speaksOf(g.Key) {
		g.minus(8, "R9", "the explanation does not speak of the right choice")
	}
	if !slices.ContainsFunc(g.others(), g.speaksOf) {
		g.minus(7, "R9", "the explanation does not speak of any wrong choice")
	}
}

// speaksOf looks in the explanation for what only choice i has: a word, or two neighbouring words, or the whole of it.
func (g *grader) speaksOf(i int) bool {
	said := stems(g.Explanation)
	if strings.Contains(fold(g.Explanation), fold(g.Choices[i])) || slices.Contains(said, squash(g.Choices[i])) {
		return true
	}
	for n := 1; n <= 2; n++ {
		elsewhere := map[string]bool{}
		for j, c := range g.Choices {
			if j != i {
				for _, run := range runs(stems(c), n) {
					elsewhere[run] = true
				}
			}
		}
		heard := runs(said, n)
		for _, run := range runs(stems(g.Choices[i]), n) {
			if !elsewhere[run] && !littleWords[run] && slices.Contains(heard, run) {
				return true
			}
		}
	}
	return false
}

// runs lists every n neighbours of list as one string.
func runs(list []string, n int) []string {
	var all []string
	for i := 0; i+n <= len(list); i++ {
		all = append(all, strings.Join(list[i:i+n], " "))
	}
	return all
}

func (g *grader) metadata() {
	var missing []string
	for what, ok := range map[string]bool{
		"id":         validID(g.ID),
		"domain":     slices.Contains(domainCodes, g.Domain),
		"difficulty": g.Difficulty >= 1 && g.Difficulty <= 3,
		"verified":   versionForm.MatchString(g.Verified),
		"doc":        validDoc(g.Doc),
	} {
		if !ok {
			missing = append(missing, what)
		}
	}
	if slices.Sort(missing); len(missing) > 0 {
		g.minus(10, "R10", "missing or wrong: %s", strings.Join(missing, ", "))
	}
}
