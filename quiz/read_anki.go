package quiz

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Longest back of an Anki card that somebody could be asked to type, besides MaxAnswer.
const maxAnkiWords = 8

// readAnki reads what Anki writes with "Export notes in plain text": header lines such as #separator:tab, then a note in each
// row. A card with a short back becomes a question with a typed answer; cards with a long back, with gaps (cloze) or without a
// back are skipped and told. A front that ends with a list of letters (<ol type=A>) has the choices in it, see choose. A field
// named Extra, Explanation or Notes becomes the explanation, or else what stands beneath a line (<hr>) in the back; tags become terms.
func readAnki(r *reader, text string) {
	a := ankiReader{reader: r, separator: '\t', columns: map[string]int{}}
	text = a.header(text)
	in := csv.NewReader(strings.NewReader(text))
	in.Comma, in.Comment, in.FieldsPerRecord, in.ReuseRecord = a.separator, '#', -1, true
	for {
		cells, err := in.Read()
		var wrong *csv.ParseError
		switch {
		case err == nil:
			line, _ := in.FieldPos(0)
			a.note(a.line(line+a.before), cells)
			continue
		case errors.Is(err, io.EOF):
		case errors.As(err, &wrong):
			a.wrong(a.line(a.before+wrong.StartLine), "is no note (%v); put a text with a quote in quotes, and double each quote inside", wrong.Err)
		default:
			a.wrong(a.line(0), "cannot be read: %v", err)
		}
		return
	}
}

type ankiReader struct {
	*reader
	separator rune
	html      bool
	before    int            // header lines
	columns   map[string]int // where a special column stands, from 1: "tags", "guid", "notetype", "deck", "front", "back", "extra"
	tags      []string       // of all notes
	notetype  string         // of all notes
}

var ankiSeparators = map[string]rune{"tab": '\t', "comma": ',', "semicolon": ';', "pipe": '|', "space": ' ', "colon": ':'}

// header reads the lines that tell how the notes are written, and returns what follows.
func (a *ankiReader) header(text string) string {
	names := ""
	for strings.HasPrefix(text, "#") {
		line, rest, _ := strings.Cut(text, "\n")
		text = rest
		a.before++
		key, value, _ := strings.Cut(strings.TrimPrefix(line, "#"), ":")
		switch key = strings.ToLower(strings.TrimSpace(key)); key {
		case "separator":
			a.setSeparator(value)
		case "html":
			a.html = strings.EqualFold(strings.TrimSpace(value), "true")
		case "tags":
			a.tags = strings.Fields(value)
		case "notetype":
			a.notetype = value
		case "columns":
			names = value
		case "tags column", "guid column", "notetype column", "deck column":
			n, err := strconv.Atoi(strings.TrimSpace(value))
			if err != nil || n < 1 {
				a.wrong(a.line(a.before), "%q: want the number of a column, from 1", clip(line, 40))
			}
			a.columns[strings.TrimSuffix(key, " column")] = n
		}
	}
	a.name(names)
	return text
}

func (a *ankiReader) setSeparator(value string) {
	name := strings.ToLower(strings.TrimSpace(value))
	if s, known := ankiSeparators[name]; known {
		a.separator = s
	} else if s, size := utf8.DecodeRuneInString(value); size == len(value) && strings.ContainsRune("\t,;|: ", s) {
		a.separator = s
	} else if name == `\t` {
		a.separator = '\t'
	} else {
		a.wrong(a.line(a.before), "separator %q: want tab, comma, semicolon, pipe, space or colon", clip(value, 20))
	}
}

// name finds the front and the back of the cards by the names of the columns, or takes the first two that are nothing else.
func (a *ankiReader) name(names string) {
	for i, name := range strings.Split(names, string(a.separator)) {
		for column, known := range map[string][]string{
			"front": {"front", "question", "text"}, "back": {"back", "answer"}, "extra": {"extra", "explanation", "back extra", "notes"},
		} {
			if slices.Contains(known, strings.ToLower(strings.TrimSpace(name))) && a.columns[column] == 0 {
				a.columns[column] = i + 1
			}
		}
	}
	taken := map[int]bool{}
	for _, n := range a.columns {
		taken[n] = true
	}
	n := 1
	for _, column := range []string{"front", "back"} {
		for a.columns[column] == 0 {
			if !taken[n] {
				a.columns[column] = n
			}
			n++
		}
	}
}

var (
	cloze      = regexp.MustCompile(`\{\{c[0-9]+::`)
	choiceList = regexp.MustCompile(`(?is)<ol type="?A"?>(.*?)</ol>\s*$`)
	backList   = regexp.MustCompile(`(?is)^\s*<(ul|ol)>(.*?)</(?:ul|ol)>\s*$`)
	listItem   = regexp.MustCompile(`(?is)<li>(.*?)</li>`)
	rule       = regexp.MustCompile(`(?i)<hr\s*/?>`)
	otherwise  = regexp.MustCompile(`(?i)<i>or</i>`)
)

func (a *ankiReader) note(at Place, cells []string) {
	field := func(column string) string {
		if n := a.columns[column]; n > 0 && n <= len(cells) {
			return cells[n-1]
		}
		return ""
	}
	front, back, extra, choices := field("front"), field("back"), field("extra"), []string(nil)
	if a.html {
		if list := choiceList.FindStringSubmatchIndex(front); list != nil {
			choices, front = a.items(at, front[list[2]:list[3]]), front[:list[0]]
		}
		if line := rule.FindStringIndex(back); line != nil && extra == "" {
			back, extra = back[:line[0]], back[line[1]:]
		}
	}
	asked, right := a.plain(at, front, a.html), a.plain(at, back, a.html)
	q := Question{ID: foreignID(field("guid")), Text: asked.text, Code: asked.code, Explanation: a.explanation(at, extra)}
	problem := ""
	switch {
	case asked.text == "" && right.text == "":
		return
	case cloze.MatchString(front) || strings.Contains(strings.ToLower(a.notetype+field("notetype")), "cloze"):
		problem = "a text with gaps (cloze); only cards with a question and an answer can be asked here"
	case asked.text == "" || right.text == "":
		problem = "the card has only one side"
	case choices != nil:
		problem = a.choose(at, &q, choices, back)
	default:
		problem = a.accept(at, &q, back)
	}
	if problem != "" {
		a.skip(at, "%s", problem)
		return
	}
	q.Terms = append(slices.Clone(a.tags), strings.Fields(field("tags"))...)
	if len(q.Terms) > maxTerms {
		a.notice(at, "only the first %d tags were taken", maxTerms)
		q.Terms = q.Terms[:maxTerms]
	}
	a.add(at, q)
}

// items are the texts of a list.
func (a *ankiReader) items(at Place, list string) (items []string) {
	for _, item := range listItem.FindAllStringSubmatch(list, -1) {
		items = append(items, a.plain(at, item[1], true).text)
	}
	return items
}

func (a *ankiReader) explanation(at Place, s string) string {
	text := a.plain(at, s, a.html).text
	if utf8.RuneCountInString(text) > MaxExplanation {
		a.notice(at, "the note about the answer was left out: an explanation has at most %d characters", MaxExplanation)
		return ""
	}
	return text
}

// choose finds what the back says among the choices in the front: one as a text, several as a list, and as a numbered list
// all of them, as steps in their order.
func (a *ankiReader) choose(at Place, q *Question, choices []string, back string) (problem string) {
	said := []string{a.plain(at, back, true).text}
	q.Choices = choices
	if list := backList.FindStringSubmatch(back); list != nil {
		said, q.Kind = a.items(at, list[2]), Several
		if strings.EqualFold(list[1], "ol") {
			q.Kind = Order
		}
	}
	var right []int
	for _, s := range said {
		i := slices.IndexFunc(choices, func(c string) bool { return fold(c) == fold(s) })
		if i < 0 {
			return "what its back says is none of the choices in its front"
		}
		right = append(right, i)
	}
	switch {
	case len(choices) > MaxChoices: // Validate tells
	case q.Kind == Order && len(said) == len(choices):
		q.Choices = said // in the right order, which is number 0
	default:
		q.Key = q.Pick(right...)
	}
	return ""
}

// accept takes a short back for what is to be typed. Whoever writes cards like these separates other answers by an "or" in italics.
func (a *ankiReader) accept(at Place, q *Question, back string) (problem string) {
	q.Kind, q.Key = Typed, 1
	answers := []string{back}
	if a.html {
		answers = otherwise.Split(back, -1)
	}
	for _, s := range answers {
		p := a.plain(at, s, a.html)
		if p.code != "" || utf8.RuneCountInString(p.text) > MaxAnswer || len(strings.Fields(p.text)) > maxAnkiWords {
			return fmt.Sprintf("the back is too long to be typed: at most %d characters and %d words", MaxAnswer, maxAnkiWords)
		}
		q.Answers = append(q.Answers, p.text)
	}
	return ""
}
