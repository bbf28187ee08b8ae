package app

import (
	"fmt"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// letter names a choice: people press and see letters, the program counts from 0.
func letter(choice int) string {
	if choice < 0 {
		return "-"
	}
	return string(rune('A' + choice))
}

// askedCard shows the one question of a round with its buttons, to all.
func askedCard(r quiz.Round, notice string) chat.Message {
	return chat.Message{Card: &chat.Card{
		Title:   roundTitle(r),
		Body:    withNotice(notice, paragraphs(questionText(r.Questions[0]), closing(r))),
		Buttons: choiceButtons(verbAnswer, r, 0),
	}}
}

// stepCard shows question n of a round to one person on their way through it.
func stepCard(r quiz.Round, n int, notice string) chat.Message {
	return chat.Message{Card: &chat.Card{
		Title:   fmt.Sprintf("Question %d of %d", n+1, len(r.Questions)),
		Body:    withNotice(notice, questionText(r.Questions[n])),
		Footer:  roundTitle(r),
		Buttons: choiceButtons(verbStep, r, n),
	}}
}

// withNotice puts a notice above a question; of a long one only what fits.
func withNotice(notice, question string) string {
	if room := chat.MaxBody - chat.Length(question) - len("\n\n"); notice != "" && room > 100 {
		return paragraphs(chat.Cut(notice, room), question)
	}
	return chat.Cut(question, chat.MaxBody)
}

func choiceButtons(verb string, r quiz.Round, n int) (bs []chat.Button) {
	for i := range r.Questions[n].Choices {
		bs = append(bs, chat.Button{Action: roundAction(verb, r, n, i), Label: letter(i)})
	}
	return bs
}

func questionText(q quiz.Question) string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**", chat.Escape(strings.ReplaceAll(q.Text, "`", "")))
	if strings.Contains(q.Text, "`") { // bold and code do not nest
		b.Reset()
		b.WriteString(chat.Prose(q.Text))
	}
	if q.Code != "" {
		b.WriteString("\n" + chat.Fence(q.Code))
	}
	b.WriteString("\n")
	for i, c := range q.Choices {
		fmt.Fprintf(&b, "\n%s) %s", letter(i), chat.Prose(c))
	}
	return b.String()
}

// solution says what was right and why.
func solution(q quiz.Question) string {
	s := fmt.Sprintf("The answer is **%s**) %s\n\n%s", letter(q.Key), chat.Prose(q.Choices[q.Key]), chat.Prose(q.Explanation))
	if q.URL() != "" {
		s += "\n\n[Read more](" + q.URL() + ")"
	}
	return s
}

// roundTitle names a round for people.
func roundTitle(r quiz.Round) string {
	switch r.Kind {
	case quiz.KindSeries:
		return chat.Line("Quiz: "+r.Series, chat.MaxTitle)
	case quiz.KindDuel:
		return chat.Line("Duel: "+r.Duel.By.Name+" against "+r.Duel.Against.Name, chat.MaxTitle)
	}
	if r.Topic != "" {
		return chat.Line("Question about "+r.Topic, chat.MaxTitle)
	}
	return "Question"
}

// closing says until when r is open and what can be done until then.
func closing(r quiz.Round) string {
	s := "Open until " + chat.Time(r.Closes) + "."
	switch {
	case r.Late:
		s = "Posted late: I was not running at the usual time. " + s
	case r.Reveal:
		return s + " Press a letter; the result is shown to you alone."
	}
	if r.Changeable {
		return s + " You may change your answer until then."
	}
	return s + " The answer comes when it closes; your first answer counts."
}

// paragraphs joins what is not empty.
func paragraphs(parts ...string) string {
	var full []string
	for _, p := range parts {
		if p != "" {
			full = append(full, p)
		}
	}
	return strings.Join(full, "\n\n")
}

// counted is n and the noun, in the plural unless n is 1.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func percent(part, whole int) int {
	if whole == 0 {
		return 0
	}
	return (200*part + whole) / (2 * whole)
}
