package app

import (
	"errors"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/kb"
	"ckadbot/quiz"
)

// refused is an error that is about one input of a form.
type refused struct {
	input string
	err   error
}

func (r refused) Error() string { return r.err.Error() }
func (r refused) Unwrap() error { return r.err }

// refusing is the reply to a form with these values that err refuses: a message, and
// what is wrong at which input. Other errors stay as they are.
func refusing(err error, values map[string]string) (chat.Reply, error) {
	words, ok := explain(err)
	if !ok {
		return chat.Reply{}, err
	}
	r := private("%s", words)
	r.Invalid = atInputs(err, values)
	return r, nil
}

// atInputs says what is wrong with which of the inputs; nil if not all of it is about one.
func atInputs(err error, values map[string]string) map[string]string {
	var one refused
	var entry *kb.InvalidError
	var question *quiz.InvalidError
	switch {
	case errors.As(err, &one):
		if _, ok := values[one.input]; !ok {
			return nil
		}
		words, _ := explain(one.err)
		return map[string]string{one.input: words}
	case errors.As(err, &entry):
		all := map[string]string{}
		for i, p := range entry.Problems {
			input := entry.Parts[i]
			if _, ok := values[input]; !ok {
				return nil
			}
			all[input] = strings.TrimSpace(all[input] + " " + chat.Escape(sentence(p)))
		}
		return all
	case errors.As(err, &question) && question.Part != "":
		words, _ := explain(err)
		for _, input := range []string{question.Part, "answers", "key"} { // a form has no choices if a question has none that can be edited
			if _, ok := values[input]; ok {
				return map[string]string{input: words}
			}
		}
	}
	return nil
}
