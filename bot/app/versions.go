package app

import (
	"context"
	"fmt"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// questionHistory lists who decided what about a question, when, and what it led to.
func (a *App) questionHistory(ctx context.Context, c chat.Command) (chat.Reply, error) {
	s, err := a.question(ctx, c)
	if err != nil {
		return chat.Reply{}, err
	}
	return a.historyOf(ctx, c.User, s)
}

// showVersions follows a button to the history.
func (a *App) showVersions(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	s, err := a.engine.Question(ctx, c.User.Home(), to.words[0])
	if err != nil {
		return chat.Reply{}, err
	}
	return a.historyOf(ctx, c.User, s)
}

func (a *App) historyOf(ctx context.Context, u chat.User, s quiz.QuestionState) (chat.Reply, error) {
	versions, err := a.engine.QuestionHistory(ctx, u.Home(), s.Question.ID)
	if err != nil {
		return chat.Reply{}, err
	}
	if len(versions) == 0 {
		return private("Nothing was ever decided about **%s** here. `/ckad-admin question edit %s` changes it for this workspace.", chat.Escape(s.Question.ID), s.Question.ID), nil
	}
	card := &chat.Card{Title: chat.Line("History: "+s.Question.ID, chat.MaxTitle), Footer: counted(len(versions), "version")}
	if s.NewBank {
		card.Body = "**The bank** has another text since this workspace made its own. Now it is: " + briefly(s.Bank) + "\n\n"
	}
	for i, v := range versions[:min(len(versions), versionsShown)] {
		card.Body += questionVersionLine(v) + "\n\n"
		if i > 0 {
			card.Buttons = append(card.Buttons, backButton(s, v.Number, fmt.Sprintf("Back to version %d", v.Number)))
		}
	}
	if s.Own || s.Retired || s.VoidRounds > 0 {
		card.Buttons = append(card.Buttons, backButton(s, 0, "As the bank has it"))
	}
	card.Body = chat.CutMarkdown(strings.TrimSpace(card.Body), chat.MaxBody)
	return chat.Reply{Ephemeral: true, Message: chat.Message{Card: fitted(card)}}, nil
}

func backButton(s quiz.QuestionState, version int, label string) chat.Button {
	return chat.Button{Action: fmt.Sprintf("%s:%s:%d:%d", verbRestore, s.Question.ID, s.Number, version), Label: label}
}

func questionVersionLine(v quiz.Version) string {
	what := map[quiz.Act]string{quiz.ActEdit: "edited", quiz.ActRetire: "retired", quiz.ActRestore: "restored", quiz.ActVoid: "taken back in all rounds until then", quiz.ActBank: "key corrected"}[v.Act]
	if v.Round != 0 {
		what = fmt.Sprintf("taken back in round %d", v.Round)
	}
	by := v.By
	if v.Act == quiz.ActBank {
		by = "the bank"
	}
	line := fmt.Sprintf("**Version %d**, %s, %s: %s.", v.Number, chat.Time(v.At), chat.Escape(chat.Line(by, 64)), what)
	if v.Act == quiz.ActEdit || v.Act == quiz.ActRestore {
		line += " " + briefly(v.Question)
	}
	if v.Why != "" {
		line += " Why: " + chat.Escape(chat.Line(v.Why, 200))
	}
	if v.Answers > 0 {
		line += " " + whoseAnswers(v.Answers, v.Players) + counting(v.Answers, " differently since") + "."
	}
	return line
}

// briefly is a question with its answer in a line.
func briefly(q quiz.Question) string {
	return "“" + chat.Prose(chat.Line(q.Text, 120)) + "” Right: " + rightInShort(q) + "."
}
