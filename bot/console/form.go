package console

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"unicode"

	"ckadbot/bot/chat"
)

// fill asks a form line by line and hands it in; clicked is as in reply. Inputs that
// are refused are asked again.
func (s *session) fill(ctx context.Context, f chat.Form, clicked *shown) {
	s.say(formHead(f))
	values := map[string]string{}
	var refused *chat.Reply // the last one that refused
	for inputs := f.Inputs; ; {
		if err := s.askAll(ctx, f, inputs, values); err != nil {
			if errors.Is(err, errCancelled) {
				s.say("Cancelled: nothing was handed in.")
			} else {
				s.say("Cancelled, since the input ended: nothing was handed in.")
			}
			if refused != nil { // it may say what was typed
				s.reply(ctx, *refused, clicked)
			}
			return
		}
		r := s.handler.Submit(ctx, chat.Submission{Action: f.Action, Values: maps.Clone(values), User: s.me(), Channel: here()})
		if inputs = wrong(f, r.Invalid, values); len(inputs) == 0 {
			s.reply(ctx, r, clicked)
			return
		}
		refused = &r
		s.say(problems(inputs, r.Invalid))
	}
}

// askAll asks inputs of f and puts what is typed into values.
func (s *session) askAll(ctx context.Context, f chat.Form, inputs []chat.Input, values map[string]string) error {
	for _, in := range inputs {
		v, err := s.ask(in, s.answering(ctx, f, in))
		if err != nil {
			return err
		}
		values[in.Name] = v
	}
	return nil
}

// wrong are the inputs of f that were refused, with what was typed; none if something else is wrong, too.
func wrong(f chat.Form, invalid, values map[string]string) (inputs []chat.Input) {
	for _, in := range f.Inputs {
		if invalid[in.Name] != "" {
			in.Value = values[in.Name]
			inputs = append(inputs, in)
		}
	}
	if len(inputs) < len(invalid) {
		return nil
	}
	return inputs
}

// problems says what is wrong with inputs, and how it goes on.
func problems(inputs []chat.Input, invalid map[string]string) string {
	text := ""
	for _, in := range inputs {
		text += "**" + chat.Escape(single(in.Label)) + "**: " + invalid[in.Name] + "\n"
	}
	return text + "Please type this again. What else you typed is kept; `/cancel` stops."
}

// errCancelled says that somebody typed /cancel.
var errCancelled = errors.New("cancelled")

func formHead(f chat.Form) string {
	var labels []string
	filled := false
	for _, in := range f.Inputs {
		labels = append(labels, chat.Escape(single(in.Label)))
		filled = filled || in.Value != ""
	}
	head := "**" + chat.Escape(single(f.Title)) + "**\nPlease fill in: " + strings.Join(labels, "; ") + "."
	if filled {
		head += " Enter keeps what stands in brackets, “-” empties it."
	}
	return head + " `/cancel` stops."
}

// answering gives what the Tab key does while in is answered; nil if that is nothing.
func (s *session) answering(ctx context.Context, f chat.Form, in chat.Input) func(typed string) string {
	if !in.Complete || in.Long {
		return nil
	}
	return func(typed string) string { return s.tabAnswer(ctx, f.Action, in.Name, typed) }
}

// ask asks one input until there is a value that fits; tab is as in input.
func (s *session) ask(in chat.Input, tab func(typed string) string) (string, error) {
	if in.Long && strings.Contains(in.Value, "\n") {
		s.say("**" + chat.Escape(single(in.Label)) + "** is now:\n" + chat.Escape(in.Value))
	}
	for {
		v, err := s.answer(in, tab)
		if err != nil {
			return "", err
		}
		switch {
		case v == "" && in.Value != "":
			return in.Value, nil
		case v == "-" && in.Value != "":
			v = ""
		}
		switch n := chat.Length(v); {
		case n > chat.MaxInputValue:
			s.say(fmt.Sprintf("That is too long: %d characters, at most %d fit. Please try again.", n, chat.MaxInputValue))
		case v == "" && !in.Optional:
			s.say("This one is needed. Please type something, or `/cancel`.")
		default:
			return v, nil
		}
	}
}

// answer reads what is typed for in: one line, or several up to an empty one.
func (s *session) answer(in chat.Input, tab func(typed string) string) (string, error) {
	var lines []string
	for prompt := formPrompt(in, tab != nil && s.in.edits()); ; prompt = "... " {
		l, err := s.in.line(prompt, false, tab)
		if err != nil {
			return "", err
		}
		l = strings.TrimRightFunc(clean(l), unicode.IsSpace) // indentation may matter
		if !in.Long {
			l = strings.TrimSpace(l)
		}
		if strings.EqualFold(l, "/cancel") {
			return "", errCancelled
		}
		if l != "" {
			lines = append(lines, l)
		}
		if l == "" || !in.Long || l == "-" && len(lines) == 1 {
			return strings.Join(lines, "\n"), nil
		}
	}
}

// formPrompt is what stands before the answer, as in "Time, such as 09:30 [09:00]: ".
func formPrompt(in chat.Input, completed bool) string {
	p := single(in.Label)
	if in.Hint != "" && in.Hint != in.Value {
		p += ", such as " + single(in.Hint)
	}
	if in.Optional {
		p += " (may be empty)"
	}
	if completed {
		p += " (Tab completes)"
	}
	if in.Long {
		p += " (an empty line ends it)"
	}
	switch {
	case strings.Contains(in.Value, "\n"):
		p += " [as above]"
	case in.Value != "":
		p += " [" + single(in.Value) + "]"
	}
	return p + ": "
}
