package app

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// reportForm is the action of the form in which anybody says that something is
// wrong with a question; round and question follow, as in the button's.
const reportForm = verbReport

// reportButton is on every question.
func reportButton(r quiz.Round, n int) chat.Button {
	return chat.Button{Action: roundAction(verbReport, r, n), Label: "🚩 Report", Form: true}
}

// beforeReport puts a button of a step before the last one, which is to report the question.
func beforeReport(bs []chat.Button, b chat.Button) []chat.Button {
	return slices.Insert(bs, len(bs)-1, b)
}

// report opens the form.
func (a *App) report(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	p, err := a.engine.Progress(ctx, to.workspace, to.round, c.Message.Channel.String(), person(c.User))
	if err != nil {
		return chat.Reply{}, err
	}
	if to.question >= len(p.Round.Questions) {
		return stale, nil
	}
	return chat.Reply{Form: &chat.Form{Title: "Report a question", Action: fmt.Sprintf("%s:%s:%d:%d", reportForm, to.workspace, to.round, to.question), Submit: "Report", Inputs: []chat.Input{
		{Name: "said", Label: "What is wrong, and how you know", Hint: "B is right, too, since Kubernetes 1.33", Long: true, Optional: true},
	}}}, nil
}

// submitReport keeps what somebody says until an admin decides.
func (a *App) submitReport(ctx context.Context, s chat.Submission, to target) (chat.Reply, error) {
	err := a.engine.Report(ctx, quiz.ReportRequest{Workspace: to.workspace, Round: to.round, Question: to.question, Channel: s.Channel.String(), By: person(s.User), Said: s.Values["said"]})
	if err != nil {
		return keeping(err, s.Values)
	}
	return private("Thank you. An admin will look at this question; if its answer is corrected, everybody's points are."), nil
}

// reports shows admins the question that most people report.
func (a *App) reports(ctx context.Context, c chat.Command) (chat.Reply, error) {
	m, err := a.reportQueue(ctx, c.User, "", "")
	return chat.Reply{Message: m, Ephemeral: true}, err
}

// nextReport goes on without deciding.
func (a *App) nextReport(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	m, err := a.reportQueue(ctx, c.User, to.words[0], "")
	return inPlace(m), err
}

// declineReports leaves a question as it is, and shows what is reported next.
func (a *App) declineReports(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	if err := a.engine.DeclineReports(ctx, quiz.Decision{Workspace: c.User.Home(), ID: to.words[0], By: chat.Line(c.User.Name, 64), ByID: c.User.ID}); err != nil {
		return chat.Reply{}, err
	}
	m, err := a.reportQueue(ctx, c.User, "", "Declined: the question stays as it is.")
	return inPlace(m), err
}

// ruled carries out what an admin pressed beneath a reported question, and shows what is reported next. If that did not work
// out, it says why.
func (a *App) ruled(ctx context.Context, c chat.Click, to target, rule func(context.Context, quiz.Decision) (quiz.Version, error)) (chat.Reply, error) {
	d, err := decision(c.User, to)
	if err != nil {
		return chat.Reply{}, err
	}
	v, err := rule(ctx, d)
	happened := ""
	if err == nil {
		happened = done(v)
	} else if words, ok := explain(err); ok {
		happened = words
	} else {
		return chat.Reply{}, err
	}
	m, err := a.reportQueue(ctx, c.User, "", happened)
	if m.Card != nil && v.Number > 0 {
		undo := undoButton(v)
		undo.Label = chat.Line("Undo: "+v.Question.ID, chat.MaxLabel)
		m.Card.Buttons = append(m.Card.Buttons, undo)
	}
	return inPlace(m), err
}

// decision reads who decides about what from a button: question and version.
func decision(u chat.User, to target) (quiz.Decision, error) {
	if len(to.words) < 2 {
		return quiz.Decision{}, problem(stale.Text)
	}
	version, err := strconv.Atoi(to.words[1])
	if err != nil {
		return quiz.Decision{}, problem(stale.Text)
	}
	return quiz.Decision{Workspace: u.Home(), ID: to.words[0], Version: version, By: chat.Line(u.Name, 64), ByID: u.ID}, nil
}

// reportQueue shows the reported question after one, beneath what has just happened.
func (a *App) reportQueue(ctx context.Context, u chat.User, after, happened string) (chat.Message, error) {
	s, waiting, err := a.engine.NextReported(ctx, u.Home(), after)
	if err != nil {
		return chat.Message{}, err
	}
	if s.Question.ID == "" {
		text := "No report is waiting."
		if waiting > 0 {
			text = "That was the last one. " + counted(waiting, "question") + " still to decide: `/ckad-admin reports`."
		}
		return chat.Message{Card: &chat.Card{Body: chat.CutMarkdown(paragraphs(happened, text), chat.MaxText)}}, nil
	}
	return reportCard(s, waiting, happened), nil
}

func reportCard(s quiz.QuestionState, waiting int, happened string) chat.Message {
	card := &chat.Card{Title: chat.Line("Reported: "+s.Question.ID, chat.MaxTitle), Body: chat.CutMarkdown(paragraphs(chat.CutMarkdown(happened, 500), questionInFull(s.Question)), chat.MaxBody),
		Footer: counted(waiting, "question") + " to decide"}
	card.Fields = append(card.Fields, chat.Field{Name: "Who reports it", Value: sayings(s)}, chat.Field{Name: "Here", Value: stands(s)})
	card.Buttons = append(ruleButtons(s),
		chat.Button{Action: verbFine + ":" + s.Question.ID, Label: "Decline"},
		chat.Button{Action: verbReports + ":" + s.Question.ID, Label: "Later"})
	return chat.Message{Card: fitted(card)}
}

// ruleButtons are what admins can do about a question.
func ruleButtons(s quiz.QuestionState) []chat.Button {
	at := fmt.Sprintf(":%s:%d", s.Question.ID, s.Number)
	buttons := []chat.Button{{Action: verbEditQuestion + at, Label: "Edit", Style: chat.Primary, Form: true}}
	if !s.Retired {
		buttons = append(buttons, chat.Button{Action: verbRetire + at, Label: "Retire"})
	}
	if s.Rounds > s.VoidRounds {
		buttons = append(buttons, chat.Button{Action: verbVoid + at, Label: "Void"})
	}
	return buttons
}

// sayings are who reports a question, and what they say.
func sayings(s quiz.QuestionState) string {
	var lines []string
	for _, r := range s.Reports {
		line := "• " + chat.Escape(chat.Line(r.By, 32))
		if r.Text != "" {
			line += ": " + chat.Escape(chat.Line(r.Text, 300)) + theirLetters(r.Choices, s.Question.Choices)
		}
		if chat.Length(strings.Join(lines, "\n")+line) > chat.MaxValue-20 {
			return strings.Join(append(lines, "• and more"), "\n")
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// theirLetters says which letters here are those that somebody saw, if they saw the choices in another order.
func theirLetters(theirs, ours []string) string {
	saw, here := "", ""
	for i, c := range theirs {
		at := slices.Index(ours, c)
		if at < 0 {
			return ""
		}
		saw, here = saw+", "+letter(i), here+", "+letter(at)
	}
	if saw == here {
		return ""
	}
	return fmt.Sprintf(" (Their %s are %s here.)", saw[2:], here[2:])
}

// stands says how often a question was asked and answered, and what was decided about it.
func stands(s quiz.QuestionState) string {
	lines := []string{howOften(s)}
	add := func(is bool, line string) {
		if is {
			lines = append(lines, line)
		}
	}
	add(s.VoidRounds > 0, "Taken back in "+counted(s.VoidRounds, "round")+".")
	add(s.Own, "This workspace has its own text of it.")
	add(s.NewBank, "The bank has another text since that was made: `/ckad-admin question history "+s.Question.ID+"`.")
	add(s.Retired, "It is not asked here any more.")
	add(s.Gone, "It has left the bank, so it is not asked any more.")
	return strings.Join(lines, "\n")
}

func howOften(s quiz.QuestionState) string {
	switch {
	case s.Rounds == 0:
		return "Not asked yet."
	case s.Responses == 0 && s.VoidRounds > 0:
		return "Asked in " + counted(s.Rounds, "round") + "; no answer counts."
	case s.Responses == 0:
		return "Asked in " + counted(s.Rounds, "round") + "; nobody has answered."
	}
	return fmt.Sprintf("Asked in %s: %s, %d right (%d %%).", counted(s.Rounds, "round"), counted(s.Responses, "answer"), s.Rights, percent(s.Rights, s.Responses))
}

// questionInFull is a question with what is right and why.
func questionInFull(q quiz.Question) string {
	return paragraphs(questionText(q), solution(q))
}
