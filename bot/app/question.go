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

// askedCard shows the one question of a round to all. What one press answers
// has its buttons here; the other kinds have a button that leads everybody to
// a card of their own.
func askedCard(r quiz.Round, notice string) chat.Message {
	m := chat.Message{Card: &chat.Card{
		Title:   roundTitle(r),
		Body:    withNotice(notice, paragraphs(questionText(r.Questions[0]), closing(r))),
		Buttons: []chat.Button{{Action: roundAction(verbStart, r), Label: "Answer", Style: chat.Primary}},
	}}
	if onePress(r.Questions[0]) {
		m.Card.Buttons = choiceButtons(verbAnswer, r, 0)
	}
	return m
}

// stepCard shows question n of a round to one person on their way through it.
func stepCard(r quiz.Round, n int, notice string) chat.Message {
	card := &chat.Card{Title: roundTitle(r), Body: withNotice(notice, questionText(r.Questions[n])), Buttons: stepButtons(r, n, nil)}
	if len(r.Questions) > 1 {
		card.Title, card.Footer = fmt.Sprintf("Question %d of %d", n+1, len(r.Questions)), roundTitle(r)
	}
	return chat.Message{Card: card}
}

// withNotice puts a notice above a question; of a long one only what fits.
func withNotice(notice, question string) string {
	if room := chat.MaxBody - chat.Length(question) - len("\n\n"); notice != "" && room > 100 {
		return paragraphs(chat.CutMarkdown(notice, room), question)
	}
	return chat.CutMarkdown(question, chat.MaxBody)
}

func choiceButtons(verb string, r quiz.Round, n int) (bs []chat.Button) {
	for i, c := range r.Questions[n].Choices {
		b := chat.Button{Action: roundAction(verb, r, n, i), Label: letter(i), Spoken: spoken("Answer", i, c)}
		if r.Questions[n].Kind == quiz.TrueFalse {
			b.Label, b.Spoken = c, ""
		}
		bs = append(bs, b)
	}
	return bs
}

// spoken is what a button with a letter does, for those who listen.
func spoken(what string, i int, choice string) string {
	return chat.Line(what+" "+letter(i)+": "+strings.ReplaceAll(choice, "`", ""), chat.MaxLabel)
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
	if q.Kind == quiz.TrueFalse { // its buttons say it all
		return b.String()
	}
	b.WriteString("\n")
	for i, c := range q.Choices {
		fmt.Fprintf(&b, "\n%s) %s", letter(i), chat.Prose(c))
	}
	return paragraphs(strings.TrimSpace(b.String()), q.Kind.Hint())
}

// solution says what was right and why.
func solution(q quiz.Question) string {
	return paragraphs(rightAnswer(q), chat.Prose(q.Explanation), strings.TrimSpace(readMore(q)))
}

// roundTitle names a round for people.
func roundTitle(r quiz.Round) string {
	switch r.Kind {
	case quiz.KindSeries:
		return chat.Line("Quiz: "+r.Series, chat.MaxTitle)
	case quiz.KindPractice:
		if r.Topic != "" {
			return chat.Line("Practice: "+r.Topic, chat.MaxTitle)
		}
		return "Practice"
	case quiz.KindReview:
		return "Review"
	case quiz.KindMock:
		return "Mock exam"
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
	if r.Late {
		s = "Posted late: I was not running at the usual time. " + s
	}
	switch {
	case r.Reveal && r.Kind == quiz.KindSeries:
		s += " You learn at once whether you are right; your first answer counts."
	case r.Reveal:
		s += " The result is shown to you alone."
	case r.Changeable:
		s += " You may change your answer until then."
	default:
		s += " The answer comes when it closes; your first answer counts."
	}
	if r.Speed {
		s += " The earlier, the more a right answer counts."
	}
	return s
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
