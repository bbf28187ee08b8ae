package quiz

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Rules R4 to R10: how the choices look beside each other, how the question reads, and what comes with it.

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
	key, longest := MaxChoice, 0 // of several right choices the shortest: that all of them are long is what stands out
	for _, i := range g.right {
		key = min(key, lengths[i])
	}
	for _, i := range g.wrong {
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
	right := g.Choices[g.right[0]]
	key, known := g.names.any(right)
	if !known || len(g.Choices) < 3 {
		return
	}
	alike := 0
	for _, c := range g.Choices {
		if o, known := g.names.any(c); known && c != right && sameSort(key, o) {
			alike++
		}
	}
	if alike < 2 {
		g.minus(15, "R5", "%d other choices are of the sort of %q, want 2", alike, right)
	}
}

// sameSort: two objects of the API, or two terms of one category.
func sameSort(a, b Term) bool {
	return a.Kind != "" && b.Kind != "" || a.Category == b.Category
}

func (g *grader) duplicates() {
	all := make([][]string, len(g.Choices))
	for i, c := range g.Choices {
		all[i] = parts(c)
	}
	for i, a := range g.Choices {
		for j, b := range g.Choices {
			switch {
			case i < j && (fold(a) == fold(b) || slices.Equal(all[i], all[j])):
				g.hard("R6", "%q and %q are the same", a, b)
			case i != j && within(all[i], all[j]):
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
	if g.Kind == TrueFalse {
		return // what is asked is "True or false?", see statement
	}
	asked = strings.ReplaceAll(asked, "at least", "") // no negation
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
	if !g.explained() {
		return
	}
	if !slices.ContainsFunc(g.right, g.speaksOf) {
		g.minus(8, "R9", "the explanation does not speak of the right choice")
	}
	if !slices.ContainsFunc(g.wrong, g.speaksOf) {
		g.minus(7, "R9", "the explanation does not speak of any wrong choice")
	}
}

// explained reports whether there is an explanation of fair length.
func (g *grader) explained() bool {
	n := utf8.RuneCountInString(g.Explanation)
	if n < MinExplanation || n > MaxExplanation {
		g.minus(15, "R9", "the explanation has %d characters, want %d to %d", n, MinExplanation, MaxExplanation)
		return false
	}
	return true
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
