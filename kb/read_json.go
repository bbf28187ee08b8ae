package kb

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// readJSON reads a list of objects with the keys of ReadYAML. null is an empty value.
func readJSON(name string, r io.Reader) ([]Noted, []error) {
	j := jsonReader{problems: problems{file: name}, line: 1}
	text, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, []error{fmt.Errorf("%s: cannot be read (%w); give a text file", name, err)}
	}
	j.text = text
	if j.fits() {
		j.in = json.NewDecoder(bytes.NewReader(j.text))
		j.readAll()
	}
	return j.entries, j.list
}

// A jsonReader reads token by token, for only so it is known in which line a key stands and whether it stands there twice.
type jsonReader struct {
	problems
	text    []byte
	in      *json.Decoder
	counted int64 // the place in text up to which lines were counted
	line    int   // of that place
	broken  bool  // no more can be read
	entries []Noted
}

// fits refuses what is no text, and a text that is too long for an entry before it is copied around.
func (j *jsonReader) fits() bool {
	if len(j.text) > maxFile {
		j.wrong(0, "the file has more than %d MiB; split it", maxFile>>20)
		return false
	}
	number := 0
	for line := range bytes.Lines(j.text) {
		if number++; !utf8.Valid(line) {
			j.wrong(number, "byte %d of the line is not UTF-8; save the file as UTF-8", firstInvalid(line)+1)
			return false
		}
		if i := bytes.IndexByte(line, 0); i >= 0 {
			j.wrong(number, "a zero byte; this is no text file, give one in UTF-8")
			return false
		}
		quoted := false
		for part := range bytes.SplitSeq(line, []byte(`"`)) {
			if quoted && len(part) > maxItem {
				j.wrong(number, "a text of more than %d KiB; is its end missing?", maxItem>>10)
				return false
			}
			quoted = !quoted
		}
	}
	return true
}

func (j *jsonReader) readAll() {
	if token := j.next(); token != json.Delim('[') {
		if !j.broken {
			j.wrong(j.at(), "is no list; begin with [ and give each entry as {\"slug\": …, \"term\": …, \"definition\": …}")
		}
		return
	}
	for j.more() {
		j.entry()
	}
	if j.next(); !j.broken {
		if _, err := j.in.Token(); err != io.EOF {
			j.wrong(j.at(), "something follows the list; give one list only")
		}
	}
}

// next returns the next token, or nil when there is none; then the reader is broken.
func (j *jsonReader) next() json.Token {
	if j.broken {
		return nil
	}
	token, err := j.in.Token()
	if err != nil {
		j.broken = true
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		j.wrong(j.at(), "is not JSON (%s); is a comma, a quote or a bracket missing?", strings.Map(visible, err.Error()))
	}
	return token
}

func (j *jsonReader) more() bool { return !j.broken && j.in.More() }

// at returns the line of the last token. A string has no line break inside.
func (j *jsonReader) at() int {
	to := j.in.InputOffset()
	j.line += bytes.Count(j.text[j.counted:to], []byte("\n"))
	j.counted = to
	return j.line
}

func (j *jsonReader) entry() {
	found := len(j.list)
	token := j.next()
	if j.broken {
		return
	}
	if token != json.Delim('{') {
		j.wrong(j.at(), "an entry is an object with keys such as \"slug\" and \"term\"")
		j.skip(token)
		return
	}
	e := Noted{File: j.file, Line: j.at()}
	for j.more() {
		key, _ := j.next().(string)
		if j.broken {
			return
		}
		line := j.at()
		f, problem := e.take(key, line)
		if problem != "" {
			j.skip(j.next())
		} else {
			problem = j.set(f, &e.Entry)
		}
		if problem != "" && !j.broken {
			j.wrong(line, "%s", problem)
		}
	}
	j.next()
	if len(j.list) == found {
		j.entries = append(j.entries, e)
	}
}

// set gives a field the value that comes next, or says why it cannot.
func (j *jsonReader) set(f field, e *Entry) (problem string) {
	token := j.next()
	switch value, isText := token.(string); {
	case token == nil:
	case f.text != nil && isText:
		*f.text(e) = value
	case f.list != nil && token == json.Delim('['):
		return j.setList(f, f.list(e))
	case f.pairs != nil && token == json.Delim('{'):
		*f.pairs(e) = map[string]string{}
		return j.setPairs(f, *f.pairs(e))
	default:
		j.skip(token)
		return f.key + " must be " + f.want() + "; put a number or a word such as true in quotes"
	}
	return ""
}

func (j *jsonReader) setList(f field, list *[]string) (problem string) {
	for j.more() {
		token := j.next()
		text, ok := token.(string)
		if !ok {
			problem = f.key + " must be " + f.want()
			j.skip(token)
		}
		*list = append(*list, text)
	}
	j.next()
	return problem
}

func (j *jsonReader) setPairs(f field, pairs map[string]string) (problem string) {
	for j.more() {
		key, _ := j.next().(string)
		token := j.next()
		text, ok := token.(string)
		if _, twice := pairs[key]; twice {
			problem = fmt.Sprintf("%s has %q twice; keep one", f.key, visibly(key))
		}
		if !ok {
			problem = f.key + " must be " + f.want()
			j.skip(token)
		}
		pairs[key] = text
	}
	j.next()
	return problem
}

// skip reads the rest of a value that begins with the token.
func (j *jsonReader) skip(token json.Token) {
	for depth := 0; !j.broken; token = j.next() {
		switch token {
		case json.Delim('['), json.Delim('{'):
			depth++
		case json.Delim(']'), json.Delim('}'):
			depth--
		}
		if depth == 0 {
			return
		}
		if depth > 100 {
			j.broken = true
			j.wrong(j.at(), "brackets in brackets, more than a hundred deep; an entry is flat")
		}
	}
}
