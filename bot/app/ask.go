package app

import (
	"context"
	"errors"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// ask posts one question in the channel, now.
func (a *App) ask(ctx context.Context, c chat.Command) (chat.Reply, error) {
	topic := c.Args["topic"]
	r, err := a.engine.Ask(ctx, quiz.AskRequest{Workspace: c.Channel.Home(), Channel: c.Channel.String(), By: person(c.User), Topic: topic})
	var open *quiz.OpenError
	if errors.As(err, &open) {
		return chat.Reply{Message: askedCard(open.Round, "There is an open question here that you have not answered. Take this one first."), Ephemeral: true}, nil
	}
	if err := aboutTopic(err, topic); err != nil {
		return chat.Reply{}, err
	}
	if err := a.deliver(ctx, r); err != nil {
		return chat.Reply{}, err
	}
	return private("Posted. It closes %s.", chat.Time(r.Closes)), nil
}

// deliver posts a round now. What could not be posted but may be later stays in
// the engine's hands, so that is no failure to the person.
func (a *App) deliver(ctx context.Context, r quiz.Round) error {
	err := a.engine.Deliver(ctx, a, r)
	var gone *chat.GoneError
	if err == nil || errors.As(err, &gone) {
		return err
	}
	return problemf("Posting takes longer than usual (ref %s). I keep trying; it should appear in a moment.", a.logged(err))
}

// aboutTopic puts "no questions about that" into words; other errors pass.
func aboutTopic(err error, topic string) error {
	if errors.Is(err, quiz.ErrNoQuestions) {
		return problemf("I have no questions about **%s**. Try a domain or a subject: design, deployment, observability, security, networking; or a term such as pod.", chat.Escape(chat.Line(topic, 60)))
	}
	return err
}
