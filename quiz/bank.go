package quiz

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"ckadbot/quiz/content"
)

// MaxBankFile is the size in bytes that ParseQuestions accepts: some thousand questions.
const MaxBankFile = 2 << 20

// A bankFile is how a question file is written. Domain and Verified hold for every question that does not say otherwise.
//
//	domain: D1
//	verified: "1.37"
//	questions:
//	  - id: d1-image-digest
//	    competency: images
//	    category: images
//	    terms: [container-image]
//	    difficulty: 2
//	    text: What does …?
//	    code: |              # optional
//	      apiVersion: v1
//	    choices:
//	      - one
//	      - two
//	    key: B               # the letter of the right choice
//	    explanation: …
//	    doc: /docs/concepts/containers/images/
//	    from: "1.33"         # optional, as is until: the first and the last version for which it is true
//
// The other kinds of questions have, in place of choices and key:
//
//	kind: several        # choices, and the letters of all that are right
//	keys: [A, C]
//
//	kind: true-false     # the text is a statement and ends with "True or false?"
//	key: "true"
//
//	kind: typed          # what is accepted, the best first
//	answers: [kubectl logs]
//
//	kind: order          # the steps in the right order
//	steps: [one, two, three]
type bankFile struct {
	Domain    string
	Verified  string
	Questions []bankQuestion
}

// Builtin returns the embedded bank, sorted by domain and then as written.
func Builtin() ([]Question, error) {
	names, err := fs.Glob(content.Files, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the built-in questions: %w", err)
	}
	var bank []Question
	var problems []error
	for _, name := range names {
		data, err := content.Files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read the built-in questions: %w", err)
		}
		some, err := ParseQuestions(name, data)
		bank, problems = append(bank, some...), append(problems, err)
	}
	problems = append(problems, duplicateIDs(bank))
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("built-in questions: %w", err)
	}
	return bank, nil
}

// ParseQuestions reads a question file in the form of bankFile. It is strict: an unknown key, a question that does not
// Validate and an id that is used twice are errors. All problems are reported at once, one to a line, as "name:line: problem".
func ParseQuestions(name string, data []byte) ([]Question, error) {
	if len(data) > MaxBankFile {
		return nil, fmt.Errorf("%s: %d bytes are too many, at most %d; split the file", name, len(data), MaxBankFile)
	}
	var file bankFile
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&file); err != nil {
		return nil, yamlError(name, err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: a second YAML document; a question file has one", name)
	}
	if len(file.Questions) == 0 {
		return nil, fmt.Errorf("%s:1: no questions; want a list under \"questions:\"", name)
	}
	lines := questionLines(data, len(file.Questions))
	var bank []Question
	var problems []error
	first := map[string]int{}
	for i, b := range file.Questions {
		q, err := b.question(file)
		if err == nil {
			err = q.Validate()
		}
		if err != nil {
			problems = append(problems, eachLine(fmt.Sprintf("%s:%d: ", name, lines[i]), err))
		}
		if at, twice := first[q.ID]; twice {
			problems = append(problems, fmt.Errorf("%s:%d: id %q is used in line %d already", name, lines[i], clip(q.ID, 80), at))
		}
		first[q.ID] = lines[i]
		bank = append(bank, q)
	}
	if err := errors.Join(problems...); err != nil {
		return nil, err
	}
	return bank, nil
}

// questionLines finds the line on which each of the n questions begins; the decoder does not tell.
// Where the file is too odd to tell (an alias in place of the list), the line is 1.
func questionLines(data []byte, n int) []int {
	lines := make([]int, n)
	for i := range lines {
		lines[i] = 1
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil || len(doc.Content) == 0 {
		return lines
	}
	root := doc.Content[0]
	for i := 0; i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value != "questions" {
			continue
		}
		for j, item := range root.Content[i+1].Content {
			if j < n {
				lines[j] = item.Line
			}
		}
	}
	return lines
}

var yamlLine = regexp.MustCompile(`^(?:yaml: )?line (\d+): `)

// yamlError puts file and line in front of each problem that the YAML library found.
func yamlError(name string, err error) error {
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: the file is empty", name)
	}
	problems := []string{err.Error()}
	if typed, ok := errors.AsType[*yaml.TypeError](err); ok {
		problems = typed.Errors
	}
	var all []error
	for _, p := range problems {
		p = clip(p, 300)
		if m := yamlLine.FindStringSubmatch(p); m != nil {
			all = append(all, fmt.Errorf("%s:%s: %s", name, m[1], p[len(m[0]):]))
		} else {
			all = append(all, fmt.Errorf("%s: %s", name, strings.TrimPrefix(p, "yaml: ")))
		}
	}
	return errors.Join(all...)
}

// eachLine puts prefix in front of every line of err.
func eachLine(prefix string, err error) error {
	return errors.New(prefix + strings.ReplaceAll(err.Error(), "\n", "\n"+prefix))
}

func duplicateIDs(bank []Question) error {
	var all []error
	seen := map[string]bool{}
	for _, q := range bank {
		if seen[q.ID] {
			all = append(all, fmt.Errorf("id %q is used twice", q.ID))
		}
		seen[q.ID] = true
	}
	return errors.Join(all...)
}
