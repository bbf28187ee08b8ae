package app

import (
	"context"
	"fmt"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// showQuestion shows admins a question with its answer, and what can be done about it.
func (a *App) showQuestion(ctx context.Context, c chat.Command) (chat.Reply, error) {
	s, err := a.question(ctx, c)
	if err != nil {
		return chat.Reply{}, err
	}
	card := &chat.Card{Title: chat.Line("Question "+s.Question.ID, chat.MaxTitle), Body: chat.CutMarkdown(questionInFull(s.Question), chat.MaxBody),
		Fields: []chat.Field{{Name: "Here", Value: stands(s)}}, Buttons: ruleButtons(s)}
	if rounds := lately(s.Asked); rounds != "" {
		card.Fields = append(card.Fields, chat.Field{Name: "Asked lately", Value: rounds})
	}
	if len(s.Reports) > 0 {
		card.Fields = append(card.Fields, chat.Field{Name: "Who reports it", Value: sayings(s)})
	}
	for _, r := range s.Asked {
		if !r.Voided {
			card.Buttons = append(card.Buttons, chat.Button{Action: fmt.Sprintf("%s:%s:%d:%d", verbVoid, s.Question.ID, s.Number, r.Round), Label: fmt.Sprintf("Void in round %d", r.Round)})
		}
	}
	if s.Number > 0 {
		card.Buttons = append(card.Buttons, chat.Button{Action: verbVersions + ":" + s.Question.ID, Label: "History"})
	}
	return chat.Reply{Ephemeral: true, Message: chat.Message{Card: fitted(card)}}, nil
}

// lately lists rounds with their numbers, which buttons name.
func lately(rounds []quiz.Asked) string {
	var lines []string
	for _, r := range rounds {
		what := map[quiz.Kind]string{quiz.KindSeries: chat.Escape(chat.Line(r.Series, 40)), quiz.KindAsk: "asked for", quiz.KindDuel: "a duel"}[r.Kind]
		line := fmt.Sprintf("• round %d, %s, %s", r.Round, what, chat.Time(r.Opens))
		if r.Voided {
			line += ", taken back"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// question is the one that a command names.
func (a *App) question(ctx context.Context, c chat.Command) (quiz.QuestionState, error) {
	id := strings.TrimSpace(c.Args["id"])
	if id == "" {
		return quiz.QuestionState{}, problemf("Which question? For example `/%s d1-image-digest`. `/ckad-admin reports` shows those that people report.", c.Name)
	}
	return a.engine.Question(ctx, c.User.Home(), id)
}
