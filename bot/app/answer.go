package app

import (
	"context"
	"errors"
	"fmt"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// answer records what somebody pressed and always says what came of it.
func (a *App) answer(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	return a.record(ctx, c.User, c.Message.Channel, to, "")
}

// record takes an answer that was pressed or typed.
func (a *App) record(ctx context.Context, u chat.User, ch chat.Channel, to target, typed string) (chat.Reply, error) {
	res, err := a.engine.Answer(ctx, quiz.Answer{Workspace: to.workspace, Round: to.round, Question: to.question, Choice: to.choice, Typed: typed,
		Channel: ch.String(), By: person(u)})
	var invalid *quiz.InvalidError
	switch {
	case errors.As(err, &invalid):
		return chat.Reply{}, err
	case err != nil:
		r := private("Your answer was **not** recorded: something went wrong on my side (ref %s). Please answer again in a minute.", a.logged(err))
		r.Apology = true
		return r, nil
	case res.Outcome == quiz.Stale:
		return private("This question is not open here. Use `/ckad ask` for a new one."), nil
	case res.Outcome == quiz.NotYours:
		return private("This duel is between %s and %s. Start your own: `/ckad challenge @somebody 5`.", name(res.Round.Duel.By), name(res.Round.Duel.Against)), nil
	case res.Outcome == quiz.Unaccepted:
		return notAccepted(res.Round), nil
	case to.verb == verbStep:
		return a.step(ctx, u, ch, to, res)
	}
	return chat.Reply{Ephemeral: true, Message: saying(outcome(res), reportButton(res.Round, to.question))}, nil
}

// step puts the next question in the place of the one that was answered, or the end.
func (a *App) step(ctx context.Context, u chat.User, ch chat.Channel, to target, res quiz.Result) (chat.Reply, error) {
	r, said := res.Round, outcome(res)
	switch {
	case res.Outcome == quiz.Late && r.Kind == quiz.KindMock:
		return a.closed(ctx, u, r)
	case res.Outcome == quiz.Late:
		return inPlace(saying(said, reportButton(r, to.question))), nil
	case res.Next >= 0:
		return a.walk(r, res.Next, stepCard(r, res.Next, said)), nil
	case r.Changeable && to.question+1 < len(r.Questions) && res.Outcome != quiz.Recorded: // somebody goes over their answers
		return a.reviewFrom(ctx, u, ch, to, to.question+1, said)
	case r.Kind.Private():
		reply, err := a.donePrivately(ctx, u, r, said)
		if reply.Card != nil {
			reply.Card.Buttons = append(reply.Card.Buttons, reportButton(r, to.question))
		}
		return reply, err
	}
	end := said
	if len(r.Questions) > 1 || r.Kind == quiz.KindDuel {
		end = paragraphs(said, finished(r))
	}
	buttons := []chat.Button{reportButton(r, to.question)}
	if r.Changeable {
		buttons = append([]chat.Button{{Action: roundAction(verbReview, r, 0), Label: "Go over my answers"}}, buttons...)
	}
	return inPlace(saying(end, buttons...)), nil
}

// saying is a text with buttons beneath it.
func saying(text string, buttons ...chat.Button) chat.Message {
	return chat.Message{Card: &chat.Card{Body: chat.CutMarkdown(text, chat.MaxBody), Buttons: buttons}}
}

func inPlace(m chat.Message) chat.Reply {
	return chat.Reply{Message: m, Ephemeral: true, Replace: true}
}

func notAccepted(r quiz.Round) chat.Reply {
	return private("%s has not accepted this challenge yet.", name(r.Duel.Against))
}

// start leads a person to the first question of the round they have not answered.
func (a *App) start(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	p, err := a.engine.Progress(ctx, to.workspace, to.round, c.Message.Channel.String(), person(c.User))
	if err != nil {
		return chat.Reply{}, err
	}
	switch r := p.Round; {
	case r.Duel != nil && r.Duel.Accepted == nil:
		return notAccepted(r), nil
	case r.Closed(a.now()):
		return a.closed(ctx, c.User, r)
	case p.Next >= 0:
		reply := a.walk(r, p.Next, stepCard(r, p.Next, ""))
		reply.Replace = r.Kind.Private() // else everybody sees the message that leads here
		return reply, nil
	case r.Kind.Private():
		return a.donePrivately(ctx, c.User, r, "")
	case r.Changeable:
		return chat.Reply{Message: reviewCard(p, 0, ""), Ephemeral: true}, nil
	default:
		if len(r.Questions) == 1 {
			return private("You have answered this already. The result comes here when it closes: %s.", chat.Time(r.Closes)), nil
		}
		return private("You have answered all %s. %s", counted(len(r.Questions), "question"), finished(r)), nil
	}
}

// review shows a question that is answered, so that the answer can be changed.
func (a *App) review(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	return a.reviewFrom(ctx, c.User, c.Message.Channel, to, to.question, "")
}

func (a *App) reviewFrom(ctx context.Context, u chat.User, ch chat.Channel, to target, question int, said string) (chat.Reply, error) {
	p, err := a.engine.Progress(ctx, to.workspace, to.round, ch.String(), person(u))
	if err != nil {
		return chat.Reply{}, err
	}
	if p.Round.Closed(a.now()) || question >= len(p.Round.Questions) {
		return a.closedInPlace(ctx, u, p.Round)
	}
	return a.walk(p.Round, question, reviewCard(p, question, said)), nil
}

// reviewCard is stepCard with what is recorded, and a way on that changes nothing.
func reviewCard(p quiz.Progress, n int, said string) chat.Message {
	if choice := p.Choices[n]; choice >= 0 {
		said = paragraphs(said, "Your answer here is "+inWords(p.Round.Questions[n], choice, p.Typed[n])+". Answer again to change it.")
	}
	m := stepCard(p.Round, n, said)
	if n+1 < len(p.Round.Questions) {
		m.Card.Buttons = beforeReport(m.Card.Buttons, chat.Button{Action: roundAction(verbReview, p.Round, n+1), Label: "Next question"})
	}
	return m
}

// why shows one question of a closed round with its reason, and leads to the next.
func (a *App) why(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	p, err := a.engine.Progress(ctx, to.workspace, to.round, c.Message.Channel.String(), person(c.User))
	if err != nil {
		return chat.Reply{}, err
	}
	next := func(from int) int { // the one to show from a place on; beyond the last there is none
		for to.verb == verbWrong && from < len(p.Choices) && (p.Round.Questions[from].Voided || p.Round.Questions[from].Correct(p.Choices[from])) {
			from++
		}
		return from
	}
	n := next(to.question)
	switch {
	case !p.Round.Closed(a.now()):
		return private("The answers come when the round closes: %s.", chat.Time(p.Round.Closes)), nil
	case n >= len(p.Round.Questions):
		return private("There is no such answer any more: questions were corrected or taken back since."), nil
	}
	q, yours := p.Round.Questions[n], "You did not answer."
	if choice := p.Choices[n]; choice >= 0 {
		yours = "You answered " + inWords(q, choice, p.Typed[n]) + ": " + verdictOn(q, choice)
	}
	card := &chat.Card{Title: fmt.Sprintf("Question %d of %d", n+1, len(p.Round.Questions)),
		Body: paragraphs(questionText(q), yours, solution(q)), Footer: roundTitle(p.Round)}
	if after := next(n + 1); after < len(p.Round.Questions) {
		card.Buttons = []chat.Button{{Action: roundAction(to.verb, p.Round, after), Label: "Next answer"}}
	}
	card.Buttons = append(card.Buttons, reportButton(p.Round, n))
	return chat.Reply{Message: chat.Message{Card: card}, Ephemeral: true, Replace: to.question > 0}, nil
}

// outcome puts the result of an answer into words: never colour or a sign alone.
func outcome(res quiz.Result) string {
	q, yours := res.Question, inWords(res.Question, res.Choice, res.Typed)
	switch res.Outcome {
	case quiz.Late:
		said := "This closed " + chat.Time(res.Round.Closes) + ", so the click does not count."
		if res.Choice >= 0 {
			said = "This closed " + chat.Time(res.Round.Closes) + ". Your answer " + yours + " was recorded in time: " + verdictOn(q, res.Choice)
		}
		if !res.Revealed {
			return said
		}
		return paragraphs(said, solution(q))
	case quiz.Locked:
		return graded(res, "You had answered "+yours+" before, and the first answer counts.")
	case quiz.Repeated:
		return graded(res, "Your answer "+yours+" is recorded already; it counts once.")
	case quiz.Changed:
		if res.Round.Kind == quiz.KindMock {
			return "Changed to " + yours + "."
		}
		return "Changed to " + yours + ". You may change it until " + chat.Time(res.Round.Closes) + "."
	}
	switch {
	case res.Revealed:
		return graded(res, "You answered "+yours+":")
	case res.Round.Kind == quiz.KindMock: // each step says how much time is left
		return "Recorded: " + yours + "."
	case res.Round.Changeable:
		return "Recorded: " + yours + ". You may change it until " + chat.Time(res.Round.Closes) + "."
	case len(res.Round.Questions) > 1:
		return "Recorded: " + yours + "."
	}
	return "Recorded: " + yours + ". The answer comes here when the question closes: " + chat.Time(res.Round.Closes) + "."
}

// graded adds to what was said whether the answer is right, and why, once that may be known.
func graded(res quiz.Result, said string) string {
	if !res.Revealed {
		return said
	}
	if res.Question.Voided {
		return paragraphs(said, doesNotCount, solution(res.Question))
	}
	said += " " + verdict(res.Right)
	if res.Again {
		said += " You have had this question before, so it does not count once more."
	}
	return paragraphs(said, solution(res.Question))
}

// doesNotCount says that a question does not count.
const doesNotCount = "This question was taken back: no answer to it counts."

// verdictOn is the verdict on an answer, if the question counts.
func verdictOn(q quiz.Question, choice int) string {
	if q.Voided {
		return "it does not count. " + doesNotCount
	}
	return verdict(q.Correct(choice))
}

func verdict(right bool) string {
	if right {
		return "✅ right."
	}
	return "❌ not right this time."
}

// finished says what follows when somebody has answered everything.
func finished(r quiz.Round) string {
	if r.Kind == quiz.KindDuel {
		return "That was the last one. The result is posted here as soon as both of you are done, at the latest " + chat.Time(r.Closes) + "."
	}
	what := "answers"
	if r.Reveal {
		what = "results"
	}
	return "That was the last one. The " + what + " are posted here when the round closes: " + chat.Time(r.Closes) + "."
}

func name(p quiz.Person) string { return chat.Escape(chat.Line(p.Name, 32)) }
