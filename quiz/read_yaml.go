package quiz

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// yamlPart is how many bytes of YAML are read at once: the library needs many times that.
const yamlPart = 512 << 10

// readYAML reads a file in the form of bankFile. The items of its list are read some at a time, so that a file of ten thousand
// needs the memory of some hundred.
func readYAML(r *reader, text string) {
	head, items := splitYAML(text)
	for done := 0; len(items) > 0; {
		n, size := 1, len(items[0])
		for n < len(items) && size+len(items[n]) <= yamlPart {
			size += len(items[n])
			n++
		}
		part := strings.Join(items[:n], "")
		// Empty lines in place of what was read before keep the numbers of the lines.
		readYAMLPart(r, head+strings.Repeat("\n", done)+part)
		done += strings.Count(part, "\n")
		items = items[n:]
	}
}

// splitYAML cuts a file into what stands before its list and the items of that. A file that is written in another way is one item.
//
// YAML asks that everything inside an item is indented by more than its dash, so no text can look like the next item.
func splitYAML(text string) (head string, items []string) {
	var begin strings.Builder
	dash, inList := "", false
	for line := range strings.SplitAfterSeq(text, "\n") {
		trimmed := strings.TrimLeft(line, " ")
		switch {
		case inList && dash == "" && strings.HasPrefix(trimmed, "- "):
			dash = line[:len(line)-len(trimmed)] + "- "
			items = append(items, line)
		case dash != "" && strings.HasPrefix(line, dash):
			items = append(items, line)
		case dash != "" && len(trimmed) == len(line) && strings.Trim(line, "\n") != "" && line[0] != '#':
			return "", []string{text} // something stands after the list
		case dash != "":
			items[len(items)-1] += line
		default:
			inList = inList || strings.HasPrefix(line, "questions:")
			begin.WriteString(line)
		}
	}
	if items == nil {
		return "", []string{text}
	}
	return begin.String(), items
}

func readYAMLPart(r *reader, text string) {
	if len(text) > MaxBankFile {
		r.wrong(r.line(0), "more than %d MiB in one piece; write domain and verified first, and then questions, each beginning with “- ” on a line of its own", MaxBankFile>>20)
		return
	}
	var file struct {
		Domain, Verified string
		Questions        []yamlQuestion
	}
	dec := yaml.NewDecoder(strings.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		r.notYAML(err)
		return
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		r.wrong(r.line(0), "has a second YAML document; a question file has one")
		return
	}
	for _, b := range file.Questions {
		q, err := b.question(bankFile{Domain: file.Domain, Verified: file.Verified})
		if err != nil {
			r.wrong(r.line(b.line), "%v", err)
			continue
		}
		r.add(r.line(b.line), q)
	}
}

// A yamlQuestion knows its line. ParseQuestions parses a file twice for that, which takes too long for a large one.
type yamlQuestion struct {
	bankQuestion
	line int
}

// UnmarshalYAML refuses unknown keys, as the library does only for what it decodes by itself.
func (q *yamlQuestion) UnmarshalYAML(node *yaml.Node) error {
	q.line = node.Line
	var unknown []string
	for i := 0; i < len(node.Content) && node.Kind == yaml.MappingNode; i += 2 {
		if key := node.Content[i]; !slices.Contains(yamlKeys, key.Value) {
			unknown = append(unknown, fmt.Sprintf("line %d: field %s not found in type quiz.bankQuestion", key.Line, key.Value))
		}
	}
	if unknown != nil {
		return &yaml.TypeError{Errors: unknown}
	}
	return node.Decode(&q.bankQuestion)
}

// yamlKeys are the keys of a question, see bankFile.
var yamlKeys = []string{"id", "domain", "competency", "category", "kind", "terms", "difficulty", "text", "code", "choices", "steps", "answers",
	"key", "keys", "explanation", "doc", "verified", "from", "until"}

// notYAML tells what the YAML library found.
func (r *reader) notYAML(err error) {
	if errors.Is(err, io.EOF) {
		r.wrong(r.line(0), "the file is empty")
		return
	}
	problems := []string{err.Error()}
	if typed, ok := errors.AsType[*yaml.TypeError](err); ok {
		problems = typed.Errors
	}
	for _, p := range problems {
		at := r.line(0)
		if m := yamlLine.FindStringSubmatch(p); m != nil {
			at.Line, _ = strconv.Atoi(m[1])
			p = p[len(m[0]):]
		}
		p = strings.TrimPrefix(p, "yaml: ")
		r.wrong(at, "%s", yamlProblem(p))
	}
}

// yamlProblem says what the library found in the words of people who write questions.
func yamlProblem(p string) string {
	if m := unknownKey.FindStringSubmatch(p); m != nil {
		return fmt.Sprintf("there is no key %q; use %s", clip(m[1], 40), strings.Join(yamlKeys, ", "))
	}
	if !strings.HasPrefix(p, "cannot unmarshal ") {
		return clip(p, 300)
	}
	_, into, _ := strings.Cut(p[max(0, len(p)-120):], " into ")
	switch {
	case strings.HasPrefix(into, "struct"):
		return "want the keys domain, verified and questions, as in the files of the built-in questions"
	case strings.HasSuffix(into, "quiz.bankQuestion"):
		return "a question has keys, such as id, text and choices"
	case into == "int":
		return "want a number"
	case into == "string":
		return "want a text; put quotes around one with “: ” in it or one that begins with [ or {"
	}
	return "want a list"
}

var unknownKey = regexp.MustCompile(`^field (.*) not found in type `)
