package app

import (
	"context"
	"fmt"

	"ckadbot/bot/chat"
)

// stats shows what somebody has done so far, to the one who asked.
func (a *App) stats(ctx context.Context, c chat.Command) (chat.Reply, error) {
	who := c.User
	if c.Target != nil {
		who = *c.Target
	}
	s, err := a.engine.Stats(ctx, person(who))
	if err != nil {
		return chat.Reply{}, err
	}
	duels := s.Won + s.Lost + s.Drawn
	if s.Answers == 0 && duels == 0 {
		return private("No answers by %s that count yet: those of a recurring quiz count when it closes. `/ckad ask` posts a question.", chat.Escape(chat.Line(who.Name, 32))), nil
	}
	card := &chat.Card{Title: chat.Line("Statistics: "+who.Name, chat.MaxTitle), Body: "No points yet."}
	if s.Answers > 0 {
		card.Body = fmt.Sprintf("**%s** from %s (%d %% right). Rank %d of %d in this workspace.", points(s.Points), counted(s.Answers, "answer"), percent(s.Rights, s.Answers), s.Rank, s.Players)
	}
	for _, d := range s.Domains {
		card.Fields = append(card.Fields, chat.Field{Name: domainName(d.Domain), Value: fmt.Sprintf("%d of %d right (%d %%)", d.Right, d.Answers, percent(d.Right, d.Answers))})
	}
	if duels > 0 {
		card.Fields = append(card.Fields, chat.Field{Name: "Duels", Value: fmt.Sprintf("%d won, %d lost, %d drawn", s.Won, s.Lost, s.Drawn)})
	}
	if s.DaysInARow > 1 {
		card.Fields = append(card.Fields, chat.Field{Name: "In a row", Value: counted(s.DaysInARow, "day")})
	}
	card.Footer = "The exam's pass mark is 66 %."
	return chat.Reply{Message: chat.Message{Card: card}, Ephemeral: true}, nil
}
