package quiz

import (
	"encoding/csv"
	"errors"
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
// back are skipped and told. A field named Extra, Explanation or Notes becomes the explanation; tags become terms.
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

var cloze = regexp.MustCompile(`\{\{c[0-9]+::`)

func (a *ankiReader) note(at Place, cells []string) {
	field := func(column string) string {
		if n := a.columns[column]; n > 0 && n <= len(cells) {
			return cells[n-1]
		}
		return ""
	}
	front, back := a.plain(at, field("front"), a.html), a.plain(at, field("back"), a.html)
	switch {
	case front.text == "" && back.text == "":
		return
	case cloze.MatchString(field("front")) || strings.Contains(strings.ToLower(a.notetype+field("notetype")), "cloze"):
		a.skip(at, "a text with gaps (cloze); only cards with a question and an answer can be asked here")
		return
	case front.text == "" || back.text == "":
		a.skip(at, "the card has only one side")
		return
	case back.code != "" || utf8.RuneCountInString(back.text) > MaxAnswer || len(strings.Fields(back.text)) > maxAnkiWords:
		a.skip(at, "the back is too long to be typed: at most %d characters and %d words", MaxAnswer, maxAnkiWords)
		return
	}
	q := Question{
		ID: foreignID(field("guid")), Kind: Typed, Key: 1, Text: front.text, Code: front.code, Answers: []string{back.text},
		Explanation: a.plain(at, field("extra"), a.html).text,
		Terms:       append(slices.Clone(a.tags), strings.Fields(field("tags"))...),
	}
	if len(q.Terms) > maxTerms {
		a.notice(at, "only the first %d tags were taken", maxTerms)
		q.Terms = q.Terms[:maxTerms]
	}
	a.add(at, q)
}
