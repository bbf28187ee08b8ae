package app

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// challenge invites somebody to a duel, in the channel.
func (a *App) challenge(ctx context.Context, c chat.Command) (chat.Reply, error) {
	if c.Target == nil {
		return chat.Reply{}, problem("Whom do you challenge? For example `/ckad challenge @somebody 5 networking`.")
	}
	if c.Target.Bot {
		return chat.Reply{}, problem("A bot knows all the answers, so that would not be fair. Challenge a person.")
	}
	n, err := questionCount(c.Args["questions"], 5)
	if err != nil {
		return chat.Reply{}, err
	}
	topic := c.Args["topic"]
	r, err := a.engine.Challenge(ctx, quiz.ChallengeRequest{Workspace: c.Channel.Home(), Channel: c.Channel.String(),
		By: person(c.User), Against: person(*c.Target), Questions: n, Topic: topic})
	var open *quiz.OpenError
	if errors.As(err, &open) {
		m := duelCard(open.Round)
		m.Mention, m.Card.Body = nil, "There is an open duel between you two. Finish it first.\n\n"+m.Card.Body
		return chat.Reply{Message: m, Ephemeral: true}, nil
	}
	if err := aboutTopic(err, topic); err != nil {
		return chat.Reply{}, err
	}
	if err := a.deliver(ctx, r); err != nil {
		return chat.Reply{}, err
	}
	return private("Challenged. If %s has not accepted by %s, it expires.", name(r.Duel.Against), chat.Time(r.Closes)), nil
}

// questionCount reads how many questions somebody wants.
func questionCount(typed string, unset int) (int, error) {
	if typed == "" {
		return unset, nil
	}
	n, err := strconv.Atoi(typed)
	if err != nil || n < 1 || n > quiz.MaxQuestions {
		return 0, problemf("A round has 1 to %d questions.", quiz.MaxQuestions)
	}
	return n, nil
}

// accept begins a duel: the invitation becomes the way in for both.
func (a *App) accept(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	r, err := a.engine.Accept(ctx, to.workspace, to.round, person(c.User))
	if err != nil {
		return chat.Reply{}, err
	}
	return chat.Reply{Message: duelCard(r), Replace: true}, nil
}

// decline ends a challenge before it began.
func (a *App) decline(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	r, err := a.engine.Decline(ctx, to.workspace, to.round, person(c.User))
	if err != nil {
		return chat.Reply{}, err
	}
	return chat.Reply{Message: chat.Message{Card: &chat.Card{Title: roundTitle(r), Body: name(r.Duel.Against) + " declined."}}, Replace: true}, nil
}

// duelCard is the message of a duel that is not over.
func duelCard(r quiz.Round) chat.Message {
	d, what := r.Duel, counted(len(r.Questions), "question")
	if r.Topic != "" {
		what += " about " + chat.Escape(chat.Line(r.Topic, 60))
	}
	if d.Accepted == nil {
		return chat.Message{Mention: user(d.Against), Card: &chat.Card{Title: roundTitle(r),
			Body: "A challenge by " + name(d.By) + " to " + name(d.Against) + ": " + what + ", the same for both, each at their own pace.\n\n" +
				name(d.Against) + ", do you accept? The challenge expires " + chat.Time(r.Closes) + ".",
			Buttons: []chat.Button{{Action: roundAction(verbAccept, r), Label: "Accept", Style: chat.Primary}, {Action: roundAction(verbDecline, r), Label: "Decline"}}}}
	}
	return chat.Message{Card: &chat.Card{Title: roundTitle(r),
		Body:    name(d.Against) + " accepted. " + what + "; only you see yours.\n\nPress Start, both of you. Finish by " + chat.Time(r.Closes) + ".",
		Buttons: []chat.Button{{Action: roundAction(verbStart, r), Label: "Start", Style: chat.Primary}}}}
}

// duelResult tells how a duel ended.
func duelResult(r quiz.Round, t quiz.Tally) chat.Message {
	d := r.Duel
	card := &chat.Card{Title: roundTitle(r)}
	switch {
	case d.Declined != nil:
		card.Body = name(d.Against) + " declined."
	case d.Accepted == nil:
		card.Body = "Not accepted in time, so nobody lost anything. `/ckad challenge` starts a new one."
	default:
		card.Body = duelScore(r, t)
		card.Buttons = []chat.Button{{Action: roundAction(verbWhy, r, 0), Label: "Show the answers"}}
	}
	return chat.Message{Card: card}
}

func duelScore(r quiz.Round, t quiz.Tally) string {
	by, against := t.Duel[0], t.Duel[1]
	var lines []string
	switch {
	case by.Points > against.Points:
		lines = append(lines, "**"+name(r.Duel.By)+" wins.**")
	case against.Points > by.Points:
		lines = append(lines, "**"+name(r.Duel.Against)+" wins.**")
	default:
		lines = append(lines, "**A draw.**")
	}
	for i, p := range []quiz.Person{r.Duel.By, r.Duel.Against} {
		s := t.Duel[i]
		line := "• " + name(p) + ": " + strconv.Itoa(s.Rights) + " of " + strconv.Itoa(len(r.Questions)) + " right"
		if s.Answers < len(r.Questions) {
			line += ", " + strconv.Itoa(s.Answers) + " answered"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// user gives a player's platform identity back to the chat.
func user(p quiz.Person) *chat.User {
	platform, workspace, _ := strings.Cut(p.Workspace, "/")
	return &chat.User{Platform: platform, Workspace: workspace, ID: p.User, Name: p.Name}
}
