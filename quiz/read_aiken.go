package quiz

import (
	"regexp"
	"strings"
)

var (
	aikenChoice = regexp.MustCompile(`^([A-Za-z])[.)][ \t]+(.*)$`)
	aikenAnswer = regexp.MustCompile(`(?i)^ANSWER:[ \t]*(.*)$`)
)

// readAiken reads questions of this form, with or without blank lines between them:
//
//	Which command shows the logs of a Pod?
//	A. kubectl logs
//	B. kubectl top
//	ANSWER: A
//
// A letter may be followed by a bracket instead of the full stop. What stands before choice A may have several lines.
func readAiken(r *reader, text string) {
	a := aikenReader{reader: r}
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		n++
		a.take(n, strings.TrimSpace(line))
	}
	a.unfinished()
}

type aikenReader struct {
	*reader
	first   int // line of the question that is being read; 0: none is
	text    []string
	choices []string
}

func (a *aikenReader) take(n int, line string) {
	if line == "" {
		return
	}
	if m := aikenAnswer.FindStringSubmatch(line); m != nil {
		a.answer(n, m[1])
		return
	}
	if m := aikenChoice.FindStringSubmatch(line); m != nil && a.first > 0 {
		letter := strings.ToUpper(m[1])
		if want := string(rune('A' + len(a.choices))); letter == want {
			a.choices = append(a.choices, m[2])
			return
		} else if len(a.choices) > 0 {
			a.wrong(a.line(n), "choice %s stands where choice %s is due; letter the choices A, B, C in this order", letter, want)
			a.choices = append(a.choices, m[2])
			return
		}
	}
	if len(a.choices) > 0 {
		a.unfinished()
	}
	if a.first == 0 {
		a.first = n
	}
	a.text = append(a.text, line)
}

func (a *aikenReader) answer(n int, key string) {
	defer a.clear()
	switch letters := strings.FieldsFunc(strings.ToUpper(key), func(r rune) bool { return strings.ContainsRune(" ,;.)", r) }); {
	case a.first == 0:
		a.wrong(a.line(n), "an ANSWER without a question, or a second one; each question has one")
	case len(letters) != 1:
		a.wrong(a.line(n), "%q: want one letter, such as ANSWER: B; questions with several right choices need another format", clip(key, 40))
	case len(a.choices) < MinChoices:
		a.wrong(a.line(a.first), "want %d choices or more, got %d; each begins with its letter, such as “A. ”", MinChoices, len(a.choices))
	default:
		right := strings.Index("ABCDEFGHIJKLMNOPQRSTUVWXYZ"[:min(26, len(a.choices))], letters[0])
		if right < 0 || len(letters[0]) != 1 {
			a.wrong(a.line(n), "there is no choice %s", clip(letters[0], 20))
			return
		}
		q := Question{Key: right}
		for _, c := range a.choices {
			q.Choices = append(q.Choices, a.plain(a.line(a.first), c, false).text)
		}
		p := a.plain(a.line(a.first), strings.Join(a.text, " "), false)
		q.Text, q.Code = p.text, p.code
		a.add(a.line(a.first), q)
	}
}

// unfinished tells that a question has ended without its ANSWER.
func (a *aikenReader) unfinished() {
	if a.first > 0 {
		a.wrong(a.line(a.first), "the question has no ANSWER; write a line such as ANSWER: B after its choices")
	}
	a.clear()
}

func (a *aikenReader) clear() { a.first, a.text, a.choices = 0, nil, nil }
