package quiz

import (
	"errors"
	"fmt"
	"io"
	"regexp"
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
	var file bankFile
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
	lines := questionLines([]byte(text), len(file.Questions))
	for i, b := range file.Questions {
		q, err := b.question(file)
		if err != nil {
			r.wrong(r.line(lines[i]), "%v", err)
			continue
		}
		r.add(r.line(lines[i]), q)
	}
}

// yamlProblem says what the library found in the words of people who write questions.
func yamlProblem(p string) string {
	if m := unknownKey.FindStringSubmatch(p); m != nil {
		return fmt.Sprintf("there is no key %q; see the built-in questions for those there are", clip(m[1], 40))
	}
	for ending, text := range map[string]string{
		"into quiz.bankFile": "want domain, verified and questions, as in the files of the built-in questions", "into quiz.bankQuestion": "a question has keys, such as id, text and choices",
		"into string": "want a text; put quotes around one with “: ” in it or one that begins with [ or {", "into int": "want a number",
	} {
		if strings.HasPrefix(p, "cannot unmarshal ") && strings.HasSuffix(p, ending) {
			return text
		}
	}
	if strings.HasPrefix(p, "cannot unmarshal ") {
		return "want a list"
	}
	return clip(p, 300)
}

var unknownKey = regexp.MustCompile(`^field (.*) not found in type `)

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
