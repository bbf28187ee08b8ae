package quiz

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A bankQuestion is a question as bankFile describes it.
type bankQuestion struct {
	ID, Domain, Competency, Category string
	Kind                             QuestionKind
	Terms                            []string
	Difficulty                       int
	Text, Code                       string
	Choices, Steps, Answers          []yaml.Node // nodes, for into strings the library drops a text written null and shifts the rest
	Key                              string
	Keys                             []string
	Explanation, Doc, Verified       string
	From, Until                      string
}

// question is what is meant, not yet checked by Validate.
func (b bankQuestion) question(f bankFile) (Question, error) {
	q := Question{
		ID: b.ID, Domain: b.Domain, Competency: b.Competency, Category: b.Category, Terms: b.Terms, Difficulty: b.Difficulty,
		Kind: b.Kind, Text: b.Text, Code: strings.TrimRight(b.Code, "\n"),
		Explanation: b.Explanation, Doc: b.Doc, Verified: b.Verified, From: b.From, Until: b.Until,
	}
	if q.Domain == "" {
		q.Domain = f.Domain
	}
	if q.Verified == "" {
		q.Verified = f.Verified
	}
	if err := b.misplaced(); err != nil {
		return q, err
	}
	var err error
	switch q.Kind {
	case Order: // as written they are in the right order, which is number 0
		q.Choices, err = asWritten("step", b.Steps)
	case Typed:
		q.Key = 1
		q.Answers, err = asWritten("answer", b.Answers)
	case TrueFalse:
		q.Choices = trueFalse()
		q.Key, err = b.truth()
	case Several:
		if q.Choices, err = asWritten("choice", b.Choices); err == nil {
			q.Key, err = keyBits(b.Keys)
		}
	case OneChoice:
		if q.Choices, err = asWritten("choice", b.Choices); err == nil {
			q.Key, err = letterIndex("key", b.Key)
		}
	}
	return q, err
}

// misplaced finds what belongs to another kind of question: somebody has forgotten to write the kind, or thinks of another.
func (b bankQuestion) misplaced() error {
	kinds := map[string][]QuestionKind{
		"choices": {OneChoice, Several}, "key": {OneChoice, TrueFalse}, "keys": {Several}, "answers": {Typed}, "steps": {Order},
	}
	for _, written := range []struct {
		what string
		is   bool
	}{
		{"choices", b.Choices != nil}, {"key", b.Key != ""}, {"keys", b.Keys != nil}, {"answers", b.Answers != nil}, {"steps", b.Steps != nil},
	} {
		if written.is && slices.Contains(QuestionKinds(), b.Kind) && !slices.Contains(kinds[written.what], b.Kind) {
			return fmt.Errorf("%s: not for a question of the kind %q", written.what, b.Kind.Name())
		}
	}
	return nil
}

// asWritten takes YAML's words as they are written, whatever else they mean to YAML: yes, on, null, 0644.
func asWritten(what string, nodes []yaml.Node) ([]string, error) {
	var all []string
	for i, c := range nodes {
		if c.Kind != yaml.ScalarNode {
			return nil, fmt.Errorf("%s %d: want a text; put quotes around one that contains \": \" or begins with [ { & * !", what, i+1)
		}
		all = append(all, c.Value)
	}
	return all, nil
}

// truth is the key of a statement: 0 for true, 1 for false.
func (b bankQuestion) truth() (int, error) {
	i := slices.Index([]string{"true", "false"}, strings.ToLower(b.Key))
	if i < 0 {
		return 0, fmt.Errorf("key %q: want true or false", clip(b.Key, 20))
	}
	return i, nil
}

// keyBits is the key of a question with several right choices.
func keyBits(letters []string) (int, error) {
	if len(letters) == 0 {
		return 0, errors.New("keys: want the letters of all choices that are right, such as [A, C]")
	}
	m := 0
	for _, l := range letters {
		i, err := letterIndex("keys", l)
		if err != nil {
			return 0, err
		}
		if m&(1<<i) != 0 {
			return 0, fmt.Errorf("keys: %s is there twice", l)
		}
		m |= 1 << i
	}
	return m, nil
}

func letterIndex(what, letter string) (int, error) {
	i := strings.Index("ABCDE", letter)
	if len(letter) != 1 || i < 0 {
		return 0, fmt.Errorf("%s %q: want the letter of the right choice, A to E", what, clip(letter, 20))
	}
	return i, nil
}
