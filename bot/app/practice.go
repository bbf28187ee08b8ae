package app

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// practice opens a round for one person alone, or offers to go on with one.
func (a *App) practice(ctx context.Context, c chat.Command) (chat.Reply, error) {
	n := 0
	if typed := c.Args["questions"]; typed != "" {
		var err error
		if n, err = strconv.Atoi(typed); err != nil || n < 1 {
			return chat.Reply{}, problemf("Practice has 1 to %d questions: `/ckad practice pods 5`.", quiz.MaxPracticeQuestions)
		}
	}
	return a.openPractice(ctx, quiz.PracticeRequest{By: person(c.User), Topic: c.Args["topic"], Questions: n})
}

// practiceAnew opens another practice by a button, even if one is unfinished.
func (a *App) practiceAnew(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	n, topic, err := paged(to)
	if err != nil {
		return chat.Reply{}, err
	}
	r, err := a.openPractice(ctx, quiz.PracticeRequest{By: person(c.User), Topic: unpack(topic), Questions: n, Anew: true})
	r.Replace = err == nil
	return r, err
}

func (a *App) openPractice(ctx context.Context, req quiz.PracticeRequest) (chat.Reply, error) {
	p, err := a.engine.Practice(ctx, req)
	var open *quiz.OpenError
	if errors.As(err, &open) {
		return a.unfinished(ctx, req, open.Round)
	}
	if err := aboutTopic(err, req.Topic); err != nil {
		return chat.Reply{}, err
	}
	said := counted(len(p.Round.Questions), "question") + " for you alone; no board counts them. Open until " + chat.Time(p.Round.Closes) + "."
	if len(p.Round.Questions) < req.Questions {
		said = "There are no more that fit: " + said
	}
	return chat.Reply{Message: stepCard(p.Round, p.Next, said), Ephemeral: true}, nil
}

// unfinished offers to go on with a practice, or to give it up for the one that was asked for.
func (a *App) unfinished(ctx context.Context, req quiz.PracticeRequest, r quiz.Round) (chat.Reply, error) {
	p, err := a.engine.Progress(ctx, r.Workspace, r.ID, "", req.By)
	if err != nil {
		return chat.Reply{}, err
	}
	return chat.Reply{Ephemeral: true, Message: chat.Message{Card: &chat.Card{Title: roundTitle(r),
		Body: fmt.Sprintf("You have not finished this yet: %d of %s answered. It is open until %s.", answered(p), counted(len(r.Questions), "question"), chat.Time(r.Closes)),
		Buttons: []chat.Button{{Action: roundAction(verbStart, r), Label: "Continue", Style: chat.Primary},
			practiceButton("Start new", req.Topic, req.Questions)}}}}, nil
}

// practiceButton opens a practice; no questions are as many as usual.
func practiceButton(label, topic string, questions int) chat.Button {
	return chat.Button{Action: verbPractice + ":" + strconv.Itoa(questions) + ":" + pack(topic), Label: label}
}

func answered(p quiz.Progress) (n int) {
	for _, c := range p.Choices {
		if c >= 0 {
			n++
		}
	}
	return n
}

// donePrivately is the end of a practice or a review: how it went, what was wrong, and what to do about it. A mock exam is
// not over with the last answer.
func (a *App) donePrivately(ctx context.Context, u chat.User, r quiz.Round, said string) (chat.Reply, error) {
	if r.Kind == quiz.KindMock {
		return a.allAnswered(r, said), nil
	}
	p, err := a.engine.Progress(ctx, r.Workspace, r.ID, "", person(u))
	if err != nil {
		return chat.Reply{}, err
	}
	right, wrong := byResult(p)
	body := paragraphs(said, "**That was the last one.**")
	if right+len(wrong) > 0 {
		body = paragraphs(said, fmt.Sprintf("**That was the last one: %d of %d right.**", right, right+len(wrong)))
	}
	if gone := len(r.Questions) - right - len(wrong); gone > 0 {
		body += " " + takenBack(gone)
	}
	card := &chat.Card{Title: roundTitle(r)}
	if r.Kind == quiz.KindPractice {
		card.Buttons = []chat.Button{practiceButton("Again", r.Topic, len(r.Questions))}
		if len(wrong) > 0 {
			body = paragraphs(body, "What was wrong comes back in `/ckad review`.")
		}
	}
	if len(wrong) > 0 {
		body = withQuestions(body, r, wrong)
	}
	if r.Kind == quiz.KindReview {
		next, more, err := a.afterReview(ctx, u)
		if err != nil {
			return chat.Reply{}, err
		}
		card.Buttons = more
		body = paragraphs(body, next)
	}
	card.Body = chat.CutMarkdown(body, chat.MaxBody)
	card.Buttons = append(card.Buttons, a.lookUps(u, r, wrong)...)
	return inPlace(chat.Message{Card: card}), nil
}

// byResult counts the questions of a round that were answered right, and names those that were not. What was taken back
// is neither.
func byResult(p quiz.Progress) (right int, wrong []int) {
	for i, q := range p.Round.Questions {
		switch {
		case q.Voided || p.Choices[i] < 0:
		case q.Correct(p.Choices[i]):
			right++
		default:
			wrong = append(wrong, i)
		}
	}
	return right, wrong
}

func takenBack(n int) string {
	if n == 1 {
		return "1 question was taken back and does not count."
	}
	return fmt.Sprintf("%d questions were taken back and do not count.", n)
}

// withQuestions adds a line or two on each of some questions, as far as they fit.
func withQuestions(text string, r quiz.Round, questions []int) string {
	for i, n := range questions {
		q := r.Questions[n]
		row := fmt.Sprintf("\n\n%d. %s\n%s%s", n+1, chat.Prose(chat.Line(q.Text, 120)), rightInShort(q), readMore(q))
		if chat.Length(text+row) > chat.MaxBody-summaryRest {
			return text + fmt.Sprintf("\n\n… and %s more.", counted(len(questions)-i, "question"))
		}
		text += row
	}
	return text
}

// maxLookUps is how many terms the end of a round offers to look up.
const maxLookUps = 5

// lookUps are buttons for the terms that some questions are about. Only who has answered gets them.
func (a *App) lookUps(u chat.User, r quiz.Round, questions []int) (bs []chat.Button) {
	for _, n := range questions {
		for _, slug := range r.Questions[n].Terms {
			if e, ok := a.glossary.Entry(u.Home(), slug); ok && len(bs) < maxLookUps {
				bs = addButton(bs, chat.Button{Action: verbLook + ":" + e.Slug, Label: chat.Line("Look up: "+e.Term, chat.MaxLabel)})
			}
		}
	}
	return bs
}

// look shows an entry beneath the message that offers it, which stays.
func (a *App) look(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	r, err := a.showEntry(ctx, c, to)
	r.Replace = false
	return r, err
}
