package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// onePress tells whether a press of one button answers q. The other kinds are
// answered on a card of one's own: what is picked so far is in its buttons, so
// nothing is stored before it is handed in.
func onePress(q quiz.Question) bool { return q.Kind == quiz.OneChoice || q.Kind == quiz.TrueFalse }

// inWords is somebody's answer as they gave it: letters where there are any.
func inWords(q quiz.Question, choice int, typed string) string {
	var letters []string
	for _, i := range q.Picked(choice) {
		letters = append(letters, letter(i))
	}
	switch q.Kind {
	case quiz.Typed:
		return "**" + chat.Escape(chat.Line(typed, 80)) + "**"
	case quiz.TrueFalse:
		return "**" + q.Said(choice, "") + "**"
	case quiz.Order:
		return "**" + strings.Join(letters, " → ") + "**"
	}
	return "**" + strings.Join(letters, ", ") + "**"
}

// rightAnswer says what is right, in full.
func rightAnswer(q quiz.Question) string {
	switch q.Kind {
	case quiz.TrueFalse:
		return "The answer is **" + q.Right() + "**."
	case quiz.Typed:
		said := "The answer is **" + chat.Escape(q.Right()) + "**."
		if len(q.Answers) > 1 {
			said += " Accepted too: " + chat.Escape(strings.Join(q.Answers[1:], ", ")) + "."
		}
		return said
	case quiz.Order:
		return "The right order is:" + numbered(q, q.Picked(q.Key))
	}
	said := "The answer is "
	for i, c := range q.Picked(q.Key) {
		if i > 0 {
			said += "\nand "
		}
		said += "**" + letter(c) + "**) " + chat.Prose(q.Choices[c])
	}
	return said
}

// rightInShort is what is right, in a line of a longer list.
func rightInShort(q quiz.Question) string {
	short := inWords(q, q.Key, q.Right())
	if q.Kind == quiz.Typed || q.Kind == quiz.TrueFalse {
		return short
	}
	return short + ") " + chat.Prose(chat.Line(q.Right(), 80))
}

// readMore is a link with a space before it, or nothing.
func readMore(q quiz.Question) string {
	if q.URL() == "" {
		return ""
	}
	return " [Read more](" + q.URL() + ")"
}

func numbered(q quiz.Question, steps []int) string {
	var b strings.Builder
	for i, c := range steps {
		fmt.Fprintf(&b, "\n%d. %s) %s", i+1, letter(c), chat.Prose(q.Choices[c]))
	}
	return b.String()
}

// stepButtons are what somebody can press who has picked these choices.
func stepButtons(r quiz.Round, n int, picked []int) []chat.Button {
	return append(answerButtons(r, n, picked), reportButton(r, n))
}

func answerButtons(r quiz.Round, n int, picked []int) (bs []chat.Button) {
	q := r.Questions[n]
	if onePress(q) {
		return choiceButtons(verbStep, r, n)
	}
	if q.Kind == quiz.Typed {
		return []chat.Button{{Action: roundAction(verbType, r, n), Label: "Type the answer", Style: chat.Primary, Form: true}}
	}
	for i := range q.Choices {
		label, next, what := letter(i), append(slices.Clone(picked), i), "Pick"
		if at := slices.Index(picked, i); at >= 0 {
			if q.Kind == quiz.Order {
				continue
			}
			what = "Picked, take back"
			label, next = "✓ "+label, slices.Delete(slices.Clone(picked), at, at+1)
		}
		bs = append(bs, chat.Button{Action: roundAction(verbPick, r, n, packPicks(next)), Label: label, Spoken: spoken(what, i, q.Choices[i])})
	}
	if answer := q.Pick(picked...); answer >= 0 {
		bs = append(bs, chat.Button{Action: roundAction(verbStep, r, n, answer), Label: "Hand in", Style: chat.Primary})
	}
	if q.Kind == quiz.Order && len(picked) > 0 {
		bs = append(bs, chat.Button{Action: roundAction(verbPick, r, n, packPicks(nil)), Label: "Start over"})
	}
	return bs
}

// packPicks writes choices as the digits of one number, after a 1 that keeps a first 0.
func packPicks(picked []int) int {
	packed := 1
	for _, i := range picked {
		packed = 10*packed + i
	}
	return packed
}

// unpackPicks reads them again; whatever makes no sense for q is no picks.
func unpackPicks(q quiz.Question, packed int) (picked []int) {
	for _, digit := range strconv.Itoa(packed)[1:] {
		i := int(digit - '0')
		if i >= len(q.Choices) || slices.Contains(picked, i) {
			return nil
		}
		picked = append(picked, i)
	}
	return picked
}

// pick shows a question of several presses with what is picked so far.
func (a *App) pick(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	p, err := a.engine.Progress(ctx, to.workspace, to.round, c.Message.Channel.String(), person(c.User))
	if err != nil {
		return chat.Reply{}, err
	}
	if p.Round.Closed(a.now()) {
		return a.closedInPlace(ctx, c.User, p.Round)
	}
	if to.question >= len(p.Round.Questions) || onePress(p.Round.Questions[to.question]) {
		return stale, nil
	}
	return a.walk(p.Round, to.question, pickedCard(p.Round, to.question, unpackPicks(p.Round.Questions[to.question], to.choice))), nil
}

// pickedCard is stepCard for somebody who has picked these so far.
func pickedCard(r quiz.Round, n int, picked []int) chat.Message {
	q := r.Questions[n]
	said := "Picked so far: nothing."
	switch {
	case len(picked) > 0 && q.Kind == quiz.Order:
		said = "Your order so far:" + numbered(q, picked)
	case len(picked) > 0:
		said = "Picked so far: " + inWords(q, q.Pick(picked...), "") + ". Press a letter again to take it back."
	}
	m := stepCard(r, n, "")
	m.Card.Body = chat.CutMarkdown(paragraphs(m.Card.Body, said), chat.MaxBody)
	m.Card.Buttons = stepButtons(r, n, picked)
	return m
}

// typedForm is the action of the form for a typed answer; round and question follow.
const typedForm = "typed"

// typeAnswer opens the form.
func (a *App) typeAnswer(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	p, err := a.engine.Progress(ctx, to.workspace, to.round, c.Message.Channel.String(), person(c.User))
	if err != nil {
		return chat.Reply{}, err
	}
	if p.Round.Closed(a.now()) {
		return a.closedInPlace(ctx, c.User, p.Round)
	}
	return chat.Reply{Form: &chat.Form{Title: "Your answer", Action: fmt.Sprintf("%s:%s:%d:%d", typedForm, to.workspace, to.round, to.question), Submit: "Answer", Inputs: []chat.Input{
		{Name: "answer", Label: "A word or a few"},
	}}}, nil
}

// submitTyped records what was typed.
func (a *App) submitTyped(ctx context.Context, s chat.Submission, to target) (chat.Reply, error) {
	to.verb = verbStep
	if strings.TrimSpace(s.Values["answer"]) == "" {
		r, err := refusing(refused{"answer", problem("Please type an answer: a word or a few.")}, s.Values)
		r.Text += " Press the button again."
		return r, err
	}
	r, err := a.record(ctx, s.User, s.Channel, to, s.Values["answer"])
	if invalid := (*quiz.InvalidError)(nil); errors.As(err, &invalid) {
		return refusing(refused{"answer", err}, s.Values)
	}
	r.Replace = false // there is no message that a form came from
	return r, err
}
