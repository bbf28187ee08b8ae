package app

import (
	"fmt"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// corrections tells a channel what has become of questions that were asked there.
func corrections(n quiz.Notice) (chat.Message, error) {
	all, err := noticeBody[[]quiz.Correction](n)
	if err != nil {
		return chat.Message{}, err
	}
	text := ""
	for i, c := range all {
		row := correction(c)
		if chat.Length(text+row) > chat.MaxText-150 && i > 0 {
			text = paragraphs(text, fmt.Sprintf("… and %s more.", counted(len(all)-i, "question")))
			break
		}
		text = paragraphs(text, row)
	}
	return chat.Message{Text: chat.CutMarkdown(paragraphs(text, "Results and leaderboards follow."), chat.MaxText)}, nil
}

// correction says what has become of one question.
func correction(c quiz.Correction) string {
	asked := "“" + chat.Prose(chat.Line(c.Text, quiz.MaxText)) + "”"
	whose := whoseAnswers(c.Answers, c.Players)
	what := ""
	switch {
	case c.Voided:
		what = "**Taken back:** " + asked + "\nNo answer to it counts any more: " + whose + "."
	case c.Again:
		what = "**Counts again:** " + asked + "\nIt had been taken back; " + whose + counting(c.Answers, " again") + ". The right answer is " + bold(c.Now) + "."
	default:
		what = "**Corrected:** " + asked + "\nThe right answer is " + bold(c.Now) + ", not " + bold(c.Was) + ". " + whose + counting(c.Answers, " differently now") + "."
	}
	if c.Why != "" {
		what += "\nWhy: " + chat.Prose(chat.Line(c.Why, 500))
	}
	return what
}

// bold is an answer in bold, in which there is no code: its marks would be seen, and two stars in it would end the bold.
func bold(answer string) string {
	return "**" + chat.Escape(strings.ReplaceAll(chat.Line(answer, 300), "`", "")) + "**"
}

// whoseAnswers says how many answers something is about.
func whoseAnswers(answers, players int) string {
	return counted(answers, "answer") + " of " + counted(players, "player")
}

// counting is what that many answers do: count, or one counts.
func counting(answers int, how string) string {
	if answers == 1 {
		return " counts" + how
	}
	return " count" + how
}
