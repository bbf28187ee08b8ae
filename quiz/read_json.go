package quiz

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// A jsonItem is a question of one choice as programs that make or check questions exchange it. Its line in a list of such
// items has no place for a category, a competency or the version it was checked against.
type jsonItem struct {
	ID          string
	Term        string // a term of the glossary that it is about; may be missing, as may all below options and answer
	Stem        string // the question
	Options     []string
	Answer      *int // the index of the right one of Options, from 0
	Explanation string
	Doc         string
	Domain      string
	Difficulty  int

	Type, Violates, Why string // remarks about the item, which are not taken over
}

const jsonKeys = "id, term, type, stem, options, answer, explanation, doc, domain, difficulty, violates and why"

// readJSON reads a list of items (see jsonItem), or the form of bankFile, written as JSON.
func readJSON(r *reader, text string) {
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		r.opt.Format = FormatYAML // of which JSON is a part, but for tabs
		readYAML(r, strings.ReplaceAll(text, "\t", " "))
		return
	}
	var items []json.RawMessage
	if err := json.Unmarshal([]byte(text), &items); err != nil {
		r.notJSON(text, err)
		return
	}
	line := 1
	for _, item := range items { // between one and the next stand only blanks and a comma
		before, after, _ := strings.Cut(text, string(item))
		line += strings.Count(before, "\n")
		r.item(r.line(line), item)
		line, text = line+strings.Count(string(item), "\n"), after
	}
}

// notJSON tells what the library found, and in which line.
func (r *reader) notJSON(text string, err error) {
	wrong, ok := errors.AsType[*json.SyntaxError](err)
	if !ok {
		r.wrong(r.line(1), `is no list: want [ with questions between { and }, or {"questions": […]}`)
		return
	}
	r.wrong(r.line(1+strings.Count(text[:max(wrong.Offset-1, 0)], "\n")), "is no JSON: %s; look at commas, quotes and brackets there", clip(wrong.Error(), 120))
}

func (r *reader) item(at Place, data []byte) {
	var i jsonItem
	dec := json.NewDecoder(strings.NewReader(string(data)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&i); err != nil {
		r.wrong(at, "%v", jsonProblem(err))
		return
	}
	text := r.plain(at, i.Stem, false)
	q := Question{ID: foreignID(i.ID), Text: text.text, Code: text.code, Explanation: r.plain(at, i.Explanation, false).text,
		Doc: i.Doc, Domain: i.Domain, Difficulty: i.Difficulty}
	for _, o := range i.Options {
		q.Choices = append(q.Choices, r.plain(at, o, false).text)
	}
	if i.Term != "" {
		q.Terms = []string{i.Term}
	}
	if i.Answer == nil || *i.Answer < 0 || *i.Answer >= len(i.Options) {
		r.wrong(at, "no key: answer is the number of the right one of %d options, 0 for the first", len(i.Options))
		return
	}
	q.Key = *i.Answer
	r.add(at, q)
}

var unknownField = regexp.MustCompile(`unknown field "(.*)"$`)

// jsonProblem says what the library found in the words of people who write questions.
func jsonProblem(err error) error {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		want := map[string]string{"int": "a number", "string": "a text", "[]string": "a list of texts"}[wrong.Type.String()]
		if want == "" || wrong.Field == "" {
			return errors.New("a question stands between { and } and has keys such as id, stem, options and answer")
		}
		return fmt.Errorf("%s: want %s", strings.ToLower(wrong.Field), want)
	}
	if m := unknownField.FindStringSubmatch(err.Error()); m != nil {
		return fmt.Errorf("there is no key %q in a list of questions; use %s", clip(m[1], 40), jsonKeys)
	}
	return errors.New(clip(err.Error(), 120))
}
