package app

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// remind turns reminders of a series on or off for one person.
func (a *App) remind(ctx context.Context, c chat.Command) (chat.Reply, error) {
	r := quiz.RemindRequest{Workspace: c.Channel.Home(), Channel: c.Channel.String(), Series: strings.TrimSpace(c.Args["series"]), By: person(c.User)}
	switch c.Args["reminders"] {
	case "on":
		if err := a.writable(ctx, c.User); err != nil {
			return chat.Reply{}, err
		}
		s, err := a.engine.RemindOn(ctx, r)
		return remindedOf(s.Name), err
	case "off":
		s, err := a.engine.RemindOff(ctx, r)
		return notReminded(s.Name), err
	}
	return chat.Reply{}, problem("Say `/ckad remind on` or `/ckad remind off`: shall I write to you directly, before this channel's quiz closes, if you have not answered it?")
}

// writable fails if nothing can be written to a person directly. Whatever may
// be different when it comes to it is no failure.
func (a *App) writable(ctx context.Context, u chat.User) error {
	adapter, ok := a.adapters[u.Platform]
	if !ok {
		return nil
	}
	_, err := adapter.Direct(ctx, u)
	var gone *chat.GoneError
	if errors.As(err, &gone) {
		return problemf("I cannot write to you directly: %s", chat.Escape(gone.Reason))
	}
	return nil
}

// stopReminding is the button of a reminder. The round may be of another
// platform's workspace than the person, so the button names both.
func (a *App) stopReminding(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	if len(to.words) != 3 {
		return stale, nil
	}
	round, err := strconv.ParseInt(to.words[2], 10, 64)
	if err != nil {
		return stale, nil
	}
	series, err := a.engine.StopReminding(ctx, to.words[1], round, person(atHome(c.User, to.words[0])))
	return notReminded(series), err
}

func remindedOf(series string) chat.Reply {
	return private("I will write to you directly if you have not answered a round of **%s** when half of its time is left, at the earliest two hours before it closes. `/ckad remind off` ends that.", chat.Escape(series))
}

func notReminded(series string) chat.Reply {
	return private("You are not reminded of **%s** any more. `/ckad remind on` in its channel begins again.", chat.Escape(series))
}

// reminder is what somebody who asked for it is told.
func (a *App) reminder(ctx context.Context, n quiz.Notice) (chat.Message, error) {
	r, err := noticeBody[quiz.Reminder](n)
	if err != nil {
		return chat.Message{}, err
	}
	left := "You have not answered yet: " + counted(r.Of, "question") + "."
	if r.Open < r.Of {
		left = fmt.Sprintf("You have answered %d of %s.", r.Of-r.Open, counted(r.Of, "question"))
	}
	stop := fmt.Sprintf("%s:%s:%s:%d", verbQuiet, n.To.Workspace, n.Workspace, r.Round)
	return chat.Message{Card: &chat.Card{
		Title:   chat.Line("Reminder: "+r.Series, chat.MaxTitle),
		Body:    paragraphs(left+" The round closes "+chat.Time(r.Closes)+".", a.wayTo(ctx, r.Channel, r.Message)),
		Buttons: []chat.Button{{Action: stop, Label: "Stop reminding me"}},
	}}, nil
}

// wayTo leads to a message, or is empty: a reminder without a link is better than none.
func (a *App) wayTo(ctx context.Context, channel, message string) string {
	adapter, ch, err := a.adapter(channel)
	if err != nil {
		return ""
	}
	link, err := adapter.Link(ctx, chat.MessageRef{Channel: ch, ID: message})
	if err != nil {
		a.log.Info("no link to a round", "channel", channel, "error", err)
	}
	if link == "" {
		return ""
	}
	return "[Go to the round](" + link + ")"
}
