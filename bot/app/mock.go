package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// mock leads to the person's mock exam: the one that is open, the result of one that ended while they were away, or the
// offer of a new one. The clock starts with a press, not with the command.
func (a *App) mock(ctx context.Context, c chat.Command) (chat.Reply, error) {
	n := quiz.MockQuestions
	if typed := c.Args["questions"] + c.Rest; typed != "" { // what is no number is left over
		var err error
		if n, err = strconv.Atoi(typed); err != nil || n < quiz.MinMockQuestions || n > quiz.MaxMockQuestions {
			return chat.Reply{}, problemf("A mock exam has %d to %d questions: `/ckad mock %d`.", quiz.MinMockQuestions, quiz.MaxMockQuestions, quiz.MockQuestions)
		}
	}
	last, shown, err := a.engine.LastMock(ctx, person(c.User))
	switch {
	case errors.Is(err, quiz.ErrNoRound):
		return chat.Reply{Message: mockOffer(c.User, n, nil), Ephemeral: true}, nil
	case err != nil:
		return chat.Reply{}, err
	case !last.Round.Closed(a.now()):
		return chat.Reply{Message: a.openMock(last), Ephemeral: true}, nil
	case !shown:
		return a.mockResult(ctx, c.User, last.Round, "Your last mock exam is over.")
	}
	return chat.Reply{Message: mockOffer(c.User, n, &last.Round), Ephemeral: true}, nil
}

// mockOffer tells what a mock exam is; its button starts one.
func mockOffer(u chat.User, n int, last *quiz.Round) chat.Message {
	card := &chat.Card{Title: "Mock exam",
		Body: fmt.Sprintf("%d questions over all five domains, weighted as in the CKAD exam, in %d minutes. %d %% is a pass.\n\n"+
			"Skip what you like and come back to it; you may change answers until the end, and see what was right after it. "+
			"The clock runs from when you press Start, also while you are away. Only you see any of it. "+
			"The real exam asks for work on the command line, so this trains what you know, not how fast you type.",
			n, int(quiz.MockPace.Minutes())*n, quiz.PassMark),
		Buttons: []chat.Button{{Action: mockAction(u.Home(), n), Label: "Start", Style: chat.Primary}}}
	if last != nil {
		card.Buttons = append(card.Buttons, chat.Button{Action: roundAction(verbResult, *last), Label: "My last result"})
	}
	return chat.Message{Card: card}
}

// mockAction starts a mock exam of so many questions.
func mockAction(workspace string, n int) string {
	return verbMock + ":" + workspace + ":" + strconv.Itoa(n)
}

// openMock says how far somebody is in a mock exam.
func (a *App) openMock(p quiz.Progress) chat.Message {
	r := p.Round
	return chat.Message{Card: &chat.Card{Title: roundTitle(r),
		Body:    fmt.Sprintf("Your mock exam is open: %d of %s answered, %s left, until %s.", answered(p), counted(len(p.Choices), "question"), a.timeLeft(r), chat.Time(r.Closes)),
		Buttons: []chat.Button{{Action: roundAction(verbStart, r), Label: "Continue", Style: chat.Primary}, finishButton(r, false)}}}
}

// timeLeft is how long a round is still open, in whole minutes once there are two.
func (a *App) timeLeft(r quiz.Round) string {
	left := max(0, r.Closes.Sub(a.now()))
	if left < 2*time.Minute {
		return counted(int(left.Seconds()), "second")
	}
	return counted(int(left.Minutes()), "minute")
}

// startMock starts a mock exam by a button.
func (a *App) startMock(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	n := int(min(to.round, quiz.MaxMockQuestions+1)) // the action's number, see mockAction
	if n < quiz.MinMockQuestions {
		return stale, nil
	}
	p, err := a.engine.Mock(ctx, person(c.User), n)
	var open *quiz.OpenError
	switch {
	case errors.As(err, &open): // pressed twice
		if p, err = a.engine.Progress(ctx, open.Round.Workspace, open.Round.ID, "", person(c.User)); err != nil {
			return chat.Reply{}, err
		}
		return inPlace(a.openMock(p)), nil
	case errors.Is(err, quiz.ErrNoQuestions):
		return chat.Reply{}, problem("There are too few questions for a mock exam: those that a running quiz asks right now are left out. Try again when it is over.")
	case err != nil:
		return chat.Reply{}, err
	}
	said := fmt.Sprintf("The clock runs: %s for %s.", inMinutes(p.Round.Closes.Sub(p.Round.Opens)), counted(len(p.Choices), "question"))
	if len(p.Choices) < n {
		said = "There are no more questions that fit. " + said
	}
	return a.walk(p.Round, p.Next, stepCard(p.Round, p.Next, said)), nil
}

// walk shows a step in place of the last one. In a mock exam it says how much time is left, and one may skip and finish.
func (a *App) walk(r quiz.Round, n int, m chat.Message) chat.Reply {
	if r.Kind != quiz.KindMock {
		return inPlace(m)
	}
	m.Card.Footer = roundTitle(r) + " · " + a.timeLeft(r) + " left"
	reviews := func(b chat.Button) bool { return strings.HasPrefix(b.Action, verbReview+":") } // it leads on already
	if !slices.ContainsFunc(m.Card.Buttons, reviews) {
		m.Card.Buttons = beforeReport(m.Card.Buttons, chat.Button{Action: roundAction(verbSkip, r, n), Label: "Skip"})
	}
	m.Card.Buttons = beforeReport(m.Card.Buttons, finishButton(r, false))
	return inPlace(m)
}

func finishButton(r quiz.Round, sure bool) chat.Button {
	if sure {
		return chat.Button{Action: roundAction(verbFinish, r, 1), Label: "Finish now"}
	}
	return chat.Button{Action: roundAction(verbFinish, r, 0), Label: "Finish"}
}

// skip leads to the next question of a mock exam that is not answered.
func (a *App) skip(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	p, err := a.engine.Progress(ctx, to.workspace, to.round, c.Message.Channel.String(), person(c.User))
	if err != nil {
		return chat.Reply{}, err
	}
	if p.Round.Closed(a.now()) {
		return a.closed(ctx, c.User, p.Round)
	}
	next := p.After(to.question)
	switch {
	case next < 0:
		return a.allAnswered(p.Round, ""), nil
	case next == to.question:
		return a.walk(p.Round, next, stepCard(p.Round, next, "This is the only question without an answer.")), nil
	}
	return a.walk(p.Round, next, stepCard(p.Round, next, "")), nil
}

// allAnswered follows the last answer of a mock exam.
func (a *App) allAnswered(r quiz.Round, said string) chat.Reply {
	return inPlace(chat.Message{Card: &chat.Card{Title: roundTitle(r),
		Body: paragraphs(said, "You have answered all "+counted(len(r.Questions), "question")+"; "+a.timeLeft(r)+" left. Finish now, or go over your answers first."),
		Buttons: []chat.Button{{Action: roundAction(verbFinish, r, 1), Label: "Finish", Style: chat.Primary},
			{Action: roundAction(verbReview, r, 0), Label: "Go over my answers"}}}})
}

// finish ends a mock exam. It asks first if there are questions without an answer.
func (a *App) finish(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	p, err := a.engine.Progress(ctx, to.workspace, to.round, c.Message.Channel.String(), person(c.User))
	if err != nil {
		return chat.Reply{}, err
	}
	r := p.Round
	if left := len(p.Choices) - answered(p); left > 0 && to.question == 0 && !r.Closed(a.now()) {
		return inPlace(chat.Message{Card: &chat.Card{Title: roundTitle(r),
			Body:    counted(left, "question") + " without an answer would count as wrong; " + a.timeLeft(r) + " left.",
			Buttons: []chat.Button{{Action: roundAction(verbStart, r), Label: "Go on", Style: chat.Primary}, finishButton(r, true)}}}), nil
	}
	if err := a.engine.Finish(ctx, to.workspace, to.round, person(c.User)); err != nil {
		return chat.Reply{}, err
	}
	reply, err := a.mockResult(ctx, c.User, r, "")
	reply.Replace = err == nil
	return reply, err
}

// showResult shows how a mock exam went, beneath the message that leads there.
func (a *App) showResult(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	return a.mockResult(ctx, c.User, quiz.Round{Workspace: to.workspace, ID: to.round}, "")
}

// closed answers who goes on with a round that is over: with the result, if it was a mock exam.
func (a *App) closed(ctx context.Context, u chat.User, r quiz.Round) (chat.Reply, error) {
	if r.Kind != quiz.KindMock {
		return private("This round closed %s.", chat.Time(r.Closes)), nil
	}
	reply, err := a.mockResult(ctx, u, r, "This mock exam is over.")
	reply.Replace = err == nil
	return reply, err
}

// closedInPlace is closed in the place of a card that only this person sees: its buttons are of no use any more.
func (a *App) closedInPlace(ctx context.Context, u chat.User, r quiz.Round) (chat.Reply, error) {
	reply, err := a.closed(ctx, u, r)
	reply.Replace = err == nil
	return reply, err
}

// mockResult shows how a mock exam went: the score, its parts, and what to study.
func (a *App) mockResult(ctx context.Context, u chat.User, r quiz.Round, said string) (chat.Reply, error) {
	res, err := a.engine.MockResult(ctx, r.Workspace, r.ID, person(u))
	var open *quiz.OpenError
	if errors.As(err, &open) {
		return private("Your mock exam is still open: `/ckad mock` leads to it."), nil
	}
	if err != nil {
		return chat.Reply{}, err
	}
	m := resultCard(res, said)
	var study []int
	for _, s := range weakest(res) {
		study = append(study, wrongIn(res, s.Competency)...)
	}
	m.Card.Buttons = append(m.Card.Buttons, a.lookUps(u, res.Round, study)...)
	return chat.Reply{Message: m, Ephemeral: true}, nil
}

// resultCard is the result of a mock exam in words.
func resultCard(res quiz.MockResult, said string) chat.Message {
	verdict := "not passed"
	if res.Passed() {
		verdict = "passed"
	}
	body := fmt.Sprintf("**%d %%: %s.** %d of %d right in %s; %d %% is a pass.", res.Percent(), verdict, res.Right, res.Questions, inMinutes(res.Took), quiz.PassMark)
	if res.Unanswered > 0 {
		body += fmt.Sprintf(" %d had no answer.", res.Unanswered)
	}
	if gone := len(res.Choices) - res.Questions; gone > 0 {
		body += " " + takenBack(gone)
	}
	card := &chat.Card{Title: fmt.Sprintf("%s: %d %%, %s", roundTitle(res.Round), res.Percent(), verdict), Body: paragraphs(said, body)}
	if study := toStudy(res); study != "" {
		card.Fields = append(card.Fields, chat.Field{Name: "What to study", Value: study})
	}
	for _, d := range res.Domains {
		card.Fields = append(card.Fields, chat.Field{Name: chat.Line(domainName(d.Domain)+": "+share(d), chat.MaxName), Value: byCompetency(res, d.Domain)})
	}
	card.Buttons = []chat.Button{{Action: roundAction(verbWhy, res.Round, 0), Label: "Show the answers"}}
	if res.Right < res.Questions {
		card.Buttons = append(card.Buttons, chat.Button{Action: roundAction(verbWrong, res.Round, 0), Label: "Show what was wrong"})
	}
	card.Buttons = append(card.Buttons, chat.Button{Action: mockAction(res.Round.Workspace, len(res.Choices)), Label: "New mock exam"})
	return chat.Message{Card: fitted(card)}
}

func inMinutes(d time.Duration) string {
	if d < time.Minute {
		return counted(int(d.Seconds()), "second")
	}
	return counted(int(d.Minutes()), "minute")
}

func share(s quiz.Share) string {
	return fmt.Sprintf("%d of %d (%d %%)", s.Right, s.Questions, s.Percent())
}

// byCompetency is a line for each competency of a domain.
func byCompetency(res quiz.MockResult, domain string) string {
	var lines []string
	for _, s := range res.Competencies {
		if s.Domain == domain {
			lines = append(lines, fmt.Sprintf("• %s: %d of %d", competencyText(s.Competency), s.Right, s.Questions))
		}
	}
	return chat.CutMarkdown(strings.Join(lines, "\n"), chat.MaxValue)
}

func competencyText(name string) string {
	if c, ok := quiz.CompetencyByName(name); ok {
		return c.Text
	}
	return "other questions"
}

// maxWeak is how many competencies the result says to study.
const maxWeak = 4

// weakest are the competencies below the pass mark, those first of which the most was wrong.
func weakest(res quiz.MockResult) []quiz.Share {
	weak := slices.DeleteFunc(slices.Clone(res.Competencies), func(s quiz.Share) bool { return s.Passed() || s.Competency == "" })
	slices.SortStableFunc(weak, func(a, b quiz.Share) int { return (b.Questions - b.Right) - (a.Questions - a.Right) })
	return weak[:min(len(weak), maxWeak)]
}

// wrongIn are the questions of a competency that count and were not answered right.
func wrongIn(res quiz.MockResult, competency string) (wrong []int) {
	for i, q := range res.Round.Questions {
		if q.Competency == competency && !q.Voided && !q.Correct(res.Choices[i]) {
			wrong = append(wrong, i)
		}
	}
	return wrong
}

// toStudy is a line for each of the weakest competencies, with the documentation for what was wrong in it.
func toStudy(res quiz.MockResult) string {
	var lines []string
	for _, s := range weakest(res) {
		line := fmt.Sprintf("• **%s** (%d of %d right)", competencyText(s.Competency), s.Right, s.Questions)
		var pages []string
		for _, i := range wrongIn(res, s.Competency) {
			if url := res.Round.Questions[i].URL(); url != "" && !slices.Contains(pages, url) && len(pages) < 2 {
				pages = append(pages, url)
				line += fmt.Sprintf(" [documentation](%s)", url)
			}
		}
		if chat.Length(strings.Join(lines, "\n")+"\n"+line) <= chat.MaxValue {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

// mockOver says that the time of a mock exam is up to somebody who is away.
func mockOver(n quiz.Notice) (chat.Message, error) {
	over, err := noticeBody[quiz.MockOver](n)
	if err != nil {
		return chat.Message{}, err
	}
	r := quiz.Round{Workspace: over.Workspace, ID: over.Round}
	return chat.Message{Card: &chat.Card{Title: "Mock exam", Body: "The time of your mock exam is up.",
		Buttons: []chat.Button{{Action: roundAction(verbResult, r), Label: "Show the result", Style: chat.Primary}}}}, nil
}
