package app

import (
	"context"
	"errors"
	"fmt"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// repeat opens a review for one person alone: the questions that it is time to see again.
func (a *App) repeat(ctx context.Context, c chat.Command) (chat.Reply, error) {
	return a.openReview(ctx, c.User)
}

// repeatMore opens the next review by a button.
func (a *App) repeatMore(ctx context.Context, c chat.Click, _ target) (chat.Reply, error) {
	r, err := a.openReview(ctx, c.User)
	r.Replace = err == nil
	return r, err
}

func (a *App) openReview(ctx context.Context, u chat.User) (chat.Reply, error) {
	p, err := a.engine.Review(ctx, person(u))
	var open *quiz.OpenError
	switch {
	case errors.As(err, &open):
		if p, err = a.engine.Progress(ctx, open.Round.Workspace, open.Round.ID, "", person(u)); err != nil {
			return chat.Reply{}, err
		}
		said := fmt.Sprintf("You go on with your review: %d of %s answered.", answered(p), counted(len(p.Choices), "question"))
		return chat.Reply{Message: stepCard(p.Round, p.Next, said), Ephemeral: true}, nil
	case errors.Is(err, quiz.ErrNothingDue):
		due, err := a.engine.Due(ctx, person(u))
		if err != nil {
			return chat.Reply{}, err
		}
		return chat.Reply{Ephemeral: true, Message: chat.Message{Card: &chat.Card{Title: "Review", Body: nothingDue(due),
			Buttons: []chat.Button{practiceButton("Practice", "", 0)}}}}, nil
	case err != nil:
		return chat.Reply{}, err
	}
	said := "Time to see " + counted(len(p.Choices), "question") + " again, for you alone; no board counts them. Open until " + chat.Time(p.Round.Closes) + "."
	return chat.Reply{Message: stepCard(p.Round, p.Next, said), Ephemeral: true}, nil
}

func nothingDue(due quiz.Due) string {
	if due.Next.IsZero() {
		return "There is nothing to review yet. Whatever you answer, here or elsewhere, comes back just before you would forget it. Practice makes a start."
	}
	return "Nothing is due today. The next questions come back " + chat.Time(due.Next) + ". Practice brings new ones."
}

// afterReview says what is left, or when the next is due.
func (a *App) afterReview(ctx context.Context, u chat.User) (said string, more []chat.Button, err error) {
	due, err := a.engine.Due(ctx, person(u))
	switch {
	case err != nil:
		return "", nil, err
	case due.Today > 0:
		return counted(due.Today, "question") + " more to review today.", []chat.Button{{Action: verbRepeat + ":", Label: "Review more", Style: chat.Primary}}, nil
	case !due.Next.IsZero():
		return "The next questions come back " + chat.Time(due.Next) + ": `/ckad review`.", nil, nil
	}
	return "", nil, nil
}
