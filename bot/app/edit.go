package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/kb"
	"ckadbot/quiz"
)

// questionForm is the action of the form in which an admin edits a question;
// the question and the version that they have seen follow.
const questionForm = chat.AdminAction + "question"

// editQuestion opens the form with a question as it is now.
func (a *App) editQuestion(ctx context.Context, c chat.Command) (chat.Reply, error) {
	s, err := a.question(ctx, c)
	if err != nil {
		return chat.Reply{}, err
	}
	return questionEditor(s.Version), nil
}

// editQuestionFor follows a button to the form.
func (a *App) editQuestionFor(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	s, err := a.engine.Question(ctx, c.User.Home(), to.words[0])
	if err != nil {
		return chat.Reply{}, err
	}
	return questionEditor(s.Version), nil
}

func questionEditor(v quiz.Version) chat.Reply {
	q := v.Question
	inputs := []chat.Input{{Name: "text", Label: "Question", Value: q.Text, Long: true}}
	switch q.Kind {
	case quiz.Typed:
		inputs = append(inputs, chat.Input{Name: "answers", Label: "Right answers, one to a line, the best first", Value: strings.Join(q.Answers, "\n"), Long: true})
	case quiz.Order:
		inputs = append(inputs, chat.Input{Name: "choices", Label: "Steps in the right order, one to a line", Value: strings.Join(inOrder(q), "\n"), Long: true})
	case quiz.TrueFalse:
		inputs = append(inputs, chat.Input{Name: "key", Label: "Right answer: True or False", Value: q.Right()})
	default:
		inputs = append(inputs, chat.Input{Name: "choices", Label: "Choices, one to a line", Value: strings.Join(q.Choices, "\n"), Long: true},
			chat.Input{Name: "key", Label: keyLabel(q), Value: lettersOf(q)})
	}
	inputs = append(inputs, chat.Input{Name: "explanation", Label: "Why that is right", Value: q.Explanation, Long: true, Optional: q.Explanation == ""},
		chat.Input{Name: "why", Label: "What was wrong; people are told", Optional: true})
	return chat.Reply{Form: &chat.Form{Title: "Edit a question", Action: fmt.Sprintf("%s:%s:%d", questionForm, q.ID, v.Number), Inputs: inputs}}
}

func keyLabel(q quiz.Question) string {
	if q.Kind == quiz.Several {
		return "Letters of all right choices, such as A, C"
	}
	return "Letter of the right choice, the first is A"
}

func lettersOf(q quiz.Question) string {
	var all []string
	for _, i := range q.Picked(q.Key) {
		all = append(all, letter(i))
	}
	return strings.Join(all, ", ")
}

func inOrder(q quiz.Question) (steps []string) {
	for _, i := range q.Picked(q.Key) {
		steps = append(steps, q.Choices[i])
	}
	return steps
}

// submitQuestion writes what the form holds.
func (a *App) submitQuestion(ctx context.Context, s chat.Submission, to target) (chat.Reply, error) {
	d, err := decision(s.User, to)
	if err != nil {
		return chat.Reply{}, err
	}
	d.Why = strings.TrimSpace(s.Values["why"])
	now, err := a.engine.Question(ctx, d.Workspace, d.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	q, err := edited(now.Question, s.Values)
	if err != nil {
		return keeping(err, s.Values)
	}
	entries, err := kb.Builtin()
	if err != nil {
		return chat.Reply{}, err
	}
	v, err := a.engine.EditQuestion(ctx, d, q, Terms(entries))
	if err != nil {
		return keeping(err, s.Values)
	}
	return a.afterRule(ctx, s.User, v)
}

// edited is a question with what a form says.
func edited(q quiz.Question, values map[string]string) (quiz.Question, error) {
	q.Text, q.Explanation = chat.Line(values["text"], 10*quiz.MaxText), chat.Line(values["explanation"], 10*quiz.MaxExplanation)
	switch q.Kind {
	case quiz.Typed:
		q.Answers = linesOf(values["answers"])
	case quiz.Order:
		q.Choices, q.Key = linesOf(values["choices"]), 0
	case quiz.TrueFalse:
		q.Key = slices.IndexFunc(q.Choices, func(c string) bool { return strings.EqualFold(c, strings.TrimSpace(values["key"])) })
		if q.Key < 0 {
			return q, refused{"key", problem("The right answer is True or False.")}
		}
	default:
		q.Choices = linesOf(values["choices"])
		return keyed(q, values["key"])
	}
	return q, nil
}

// keyed is q with the key that these letters mean.
func keyed(q quiz.Question, letters string) (quiz.Question, error) {
	var picked []int
	for _, l := range strings.FieldsFunc(strings.ToUpper(letters), func(r rune) bool { return strings.ContainsRune(" ,;.)", r) }) {
		if len(l) != 1 {
			return q, refused{"key", problem("Say what is right by letters: A for the first choice, B for the second.")}
		}
		picked = append(picked, int(l[0])-'A')
	}
	if q.Key = q.Pick(picked...); q.Key < 0 {
		return q, refused{"key", problemf("%s does not say which of the %d choices is right. A is the first.", chat.Escape(chat.Line(letters, 40)), len(q.Choices))}
	}
	return q, nil
}

// linesOf are the lines that are not empty.
func linesOf(s string) (lines []string) {
	for line := range strings.SplitSeq(s, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
