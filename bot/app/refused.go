package app

import (
	"errors"
	"regexp"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/kb"
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
	switch {
	case errors.As(err, &one):
		if _, ok := values[one.input]; !ok {
			return nil
		}
		words, _ := explain(one.err)
		return map[string]string{one.input: words}
	case errors.As(err, &entry):
		all := map[string]string{}
		for _, p := range entry.Problems {
			input := inputOf(p)
			if _, ok := values[input]; !ok {
				return nil
			}
			all[input] = strings.TrimSpace(all[input] + " " + chat.Escape(sentence(p)))
		}
		return all
	}
	return nil
}

var anInput = regexp.MustCompile(`\b(definition|details|example|alias|term)`)

// inputOf is the input of a term's form that a problem names first.
func inputOf(problem string) string {
	if name := anInput.FindString(problem); name != "alias" {
		return name
	}
	return "aliases"
}
