package quiz

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// readGIFT reads Moodle's text format. Questions are separated by empty lines:
//
//	// [id:d3-logs] [tag:kubectl-logs]
//	$CATEGORY: D3/observability
//
//	::Logs::Which command shows the logs of a Pod? {
//	=kubectl logs #It prints what the container wrote.
//	~kubectl top
//	}
//
// One "=" among "~" is one choice; "~" with weights such as "~%50%" are several; only "=" is a typed answer; {T} and {F} are
// true-false. A backslash takes the meaning of ~ = # { } : away. The last part of a category becomes ours, a part such as D3 the
// domain; ids and tags are what Moodle reads from comments, too. The feedback on the question, or else on the right choice,
// becomes the explanation. What we have no kind for is skipped and told: essays, numbers, matching, missing words.
func readGIFT(r *reader, text string) {
	g := giftReader{reader: r}
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		n++
		g.take(n, line)
	}
	g.flush()
}

type giftReader struct {
	*reader
	first            int      // line of the question that is being read; 0: none is
	lines            []string // of it; comments are empty ones
	id               string   // from comments before it
	tags             []string
	domain, category string // from $CATEGORY, for all that follow
}

var (
	giftID     = regexp.MustCompile(`\[id:([^\[\]]+)\]`)
	giftTag    = regexp.MustCompile(`\[tag:([^\[\]]+)\]`)
	giftTitle  = regexp.MustCompile(`^::((?s:\\.|[^:\\]|:[^:])*)::`)
	giftMarkup = regexp.MustCompile(`^\s*\[(html|markdown|plain|moodle)\]`)
	giftWeight = regexp.MustCompile(`^%(-?[0-9]{1,3}(?:\.[0-9]{1,6})?)%`)
	giftTruth  = regexp.MustCompile(`(?i)^(T|TRUE|F|FALSE)$`)
)

func (g *giftReader) take(n int, line string) {
	trimmed := strings.TrimSpace(line)
	switch {
	case trimmed == "":
		g.flush()
	case strings.HasPrefix(trimmed, "//"):
		if m := giftID.FindStringSubmatch(trimmed); m != nil {
			g.id = foreignID(m[1])
		}
		for _, m := range giftTag.FindAllStringSubmatch(trimmed, -1) {
			g.tags = append(g.tags, oneSpaced(m[1]))
		}
		if g.first > 0 {
			g.lines = append(g.lines, "")
		}
	case strings.HasPrefix(trimmed, "$CATEGORY:"):
		g.flush()
		g.setCategory(strings.TrimPrefix(trimmed, "$CATEGORY:"))
	default:
		if g.first == 0 {
			g.first = n
		}
		g.lines = append(g.lines, line)
	}
}

// setCategory takes the last part of a path such as "$course$/top/D3/observability".
func (g *giftReader) setCategory(path string) {
	g.domain, g.category = "", ""
	for part := range strings.SplitSeq(strings.ReplaceAll(path, "//", "\x00"), "/") {
		part = toPlain(strings.ReplaceAll(part, "\x00", "/"), true).text
		switch {
		case slices.Contains(domainCodes, part):
			g.domain, g.category = part, ""
		case part != "" && part != "top" && part[0] != '$' && !strings.HasPrefix(part, "Default for "):
			g.category = part
		}
	}
	if utf8.RuneCountInString(g.category) > maxWord {
		g.category = strings.TrimSpace(string([]rune(g.category)[:maxWord]))
	}
}

// flush reads the question that ends here.
func (g *giftReader) flush() {
	if g.first == 0 {
		return
	}
	text := strings.Join(g.lines, "\n")
	if title := giftTitle.FindString(strings.TrimLeft(text, " \t")); title != "" {
		text = strings.TrimLeft(text, " \t")[len(title):]
	}
	g.question(text)
	g.first, g.lines, g.id, g.tags = 0, nil, "", nil
}

func (g *giftReader) question(text string) {
	at := g.line(g.first)
	open := giftIndex(text, "{}")
	if open < 0 {
		g.skip(at, "a text without answers is no question")
		return
	}
	inner := text[open+1:]
	end := giftIndex(inner, "{}")
	if text[open] == '}' || end < 0 || inner[end] == '{' {
		g.wrong(at, "the brackets { and } of the answers do not belong together; write \\{ and \\} in texts, and no empty line between them")
		return
	}
	if rest := strings.TrimSpace(inner[end+1:]); rest != "" {
		if giftIndex(rest, "{}") >= 0 {
			g.wrong(at, "two answers in one question; is an empty line missing between two questions?")
			return
		}
		g.skip(at, "a missing word: there is text after the answers; ask a question, and give the answers at its end")
		return
	}
	stem := g.text(at, text[:open], "")
	q := Question{ID: g.id, Domain: g.domain, Category: g.category, Terms: g.tags, Text: stem.text, Code: stem.code}
	markup := giftMarkup.FindString(text)
	g.answers(at, q, strings.TrimSpace(inner[:end]), markup)
}

// text is a text without its markup; markup is how it is written when it does not say so.
func (g *giftReader) text(at Place, s, markup string) plainText {
	if own := giftMarkup.FindString(s); own != "" {
		s, markup = s[len(own):], own
	}
	return g.plain(at, giftUnescaped(s), strings.Contains(markup, "html"))
}

// A giftAnswer is one of what stands between the brackets.
type giftAnswer struct {
	right          bool // it begins with =
	weight         float64
	text, feedback string
}

// answers finds out the kind of the question by its answers.
func (g *giftReader) answers(at Place, q Question, s, markup string) {
	general := ""
	if before, after, found := strings.Cut(s, "####"); found {
		s, general = strings.TrimSpace(before), after
	}
	word, feedback := giftCut(s)
	switch first := giftIndex(s, "=~"); {
	case s == "":
		g.skip(at, "an essay: nothing to choose or to type")
		return
	case s[0] == '#':
		g.skip(at, "a number is asked for; there is no such kind")
		return
	case giftTruth.MatchString(strings.TrimSpace(word)):
		q.Kind, q.Choices = TrueFalse, trueFalse()
		if strings.EqualFold(strings.TrimSpace(word)[:1], "F") {
			q.Key = 1
		}
		// Two feedbacks are for a wrong and for a right answer, in this order; a single one is for a wrong answer.
		if wrong, right := giftCut(feedback); right != "" {
			feedback = right
		} else {
			feedback = wrong
		}
		q.Explanation = g.explanation(at, markup, general, feedback)
		g.add(at, q)
		return
	case first != 0:
		g.wrong(at, "%q stands before the first answer; each begins with = if it is right and with ~ if it is not", clip(oneSpaced(s), 40))
		return
	}
	g.listed(at, q, giftAnswers(s), markup, general)
}

// giftAnswers splits a list of answers.
func giftAnswers(s string) (all []giftAnswer) {
	for s != "" {
		a := giftAnswer{right: s[0] == '='}
		end := giftIndex(s[1:], "=~") + 1
		if end == 0 {
			end = len(s)
		}
		text := strings.TrimSpace(s[1:end])
		if m := giftWeight.FindStringSubmatch(text); m != nil {
			a.weight, _ = strconv.ParseFloat(m[1], 64)
			text = text[len(m[0]):]
		} else if a.right {
			a.weight = 100
		}
		a.text, a.feedback = giftCut(text)
		all = append(all, a)
		s = s[end:]
	}
	return all
}

func (g *giftReader) listed(at Place, q Question, all []giftAnswer, markup, general string) {
	equals, positive, pairs := 0, 0, 0
	for _, a := range all {
		if a.right {
			equals++
		}
		if a.weight > 0 {
			positive++
		}
		if a.right && strings.Contains(a.text, "->") {
			pairs++
		}
	}
	switch {
	case pairs > 1 && pairs == len(all):
		g.skip(at, "pairs are to be matched; there is no such kind")
		return
	case equals == len(all):
		g.typed(at, q, all, markup, general)
		return
	case equals > 1:
		g.wrong(at, "two keys: %d answers begin with =; begin one with = and the others with ~, or all with ~ and the right ones with weights such as ~%%50%%; a = inside a text is written \\=", equals)
		return
	case equals+positive == 0:
		g.wrong(at, "no key: begin the right answer with =, not with ~")
		return
	case equals == 1 && positive > 1:
		g.notice(at, "some wrong answers were worth a part of the points; here they are worth nothing")
	}
	var right []int
	var feedback string
	for i, a := range all {
		q.Choices = append(q.Choices, g.text(at, a.text, markup).text)
		if a.right || equals == 0 && a.weight > 0 {
			right = append(right, i)
			feedback += " " + a.feedback
		}
	}
	q.Explanation = g.explanation(at, markup, general, feedback)
	if err := q.setRight(right); err != nil {
		g.wrong(at, "%v", err)
		return
	}
	g.add(at, q)
}

// typed is a question with only right answers: one is to be typed.
func (g *giftReader) typed(at Place, q Question, all []giftAnswer, markup, general string) {
	q.Kind, q.Key = Typed, 1
	feedback := ""
	for _, a := range all {
		if a.weight < 100 {
			g.notice(at, "%q was worth a part of the points; here it is wrong", clip(oneSpaced(a.text), maxWord))
			continue
		}
		q.Answers = append(q.Answers, g.text(at, a.text, markup).text)
		if feedback == "" {
			feedback = a.feedback
		}
	}
	q.Explanation = g.explanation(at, markup, general, feedback)
	g.add(at, q)
}

// explanation is the feedback on the question, or else on the right answer.
func (g *giftReader) explanation(at Place, markup string, general, right string) string {
	if p := g.text(at, general, markup); p.text != "" {
		return p.text
	}
	return g.text(at, right, markup).text
}

// giftIndex finds the first of chars that has no backslash before it; -1 if there is none.
func giftIndex(s, chars string) int {
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' {
			i++
		} else if strings.IndexByte(chars, s[i]) >= 0 {
			return i
		}
	}
	return -1
}

// giftCut splits an answer from its feedback.
func giftCut(s string) (text, feedback string) {
	if i := giftIndex(s, "#"); i >= 0 {
		return s[:i], s[i+1:]
	}
	return s, ""
}

// giftUnescaped drops the backslashes that took a meaning away; \n is a new line.
func giftUnescaped(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			if c := s[i+1]; c == 'n' {
				b.WriteByte('\n')
				i++
				continue
			} else if strings.IndexByte(`~=#{}:\`, c) >= 0 {
				b.WriteByte(c)
				i++
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
