package app

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// decisionOf is about the question that a command names, as it is now.
func (a *App) decisionOf(ctx context.Context, c chat.Command) (quiz.Decision, error) {
	s, err := a.question(ctx, c)
	return quiz.Decision{Workspace: c.User.Home(), ID: s.Question.ID, Version: s.Number, By: chat.Line(c.User.Name, 64), ByID: c.User.ID,
		Why: strings.TrimSpace(c.Args["why"] + " " + c.Rest)}, err
}

// retireQuestion, voidQuestion and restoreQuestion carry out commands about one question.
func (a *App) retireQuestion(ctx context.Context, c chat.Command) (chat.Reply, error) {
	return a.ruleOn(ctx, c, a.engine.RetireQuestion)
}

func (a *App) voidQuestion(ctx context.Context, c chat.Command) (chat.Reply, error) {
	round, err := positive(c.Args["round"], "round")
	if err != nil {
		return chat.Reply{}, err
	}
	return a.ruleOn(ctx, c, a.voidIn(int64(round)))
}

// voidIn voids a question in one round, or in all for 0.
func (a *App) voidIn(round int64) func(context.Context, quiz.Decision) (quiz.Version, error) {
	return func(ctx context.Context, d quiz.Decision) (quiz.Version, error) {
		return a.engine.VoidQuestion(ctx, d, round)
	}
}

func (a *App) restoreQuestion(ctx context.Context, c chat.Command) (chat.Reply, error) {
	if _, typed, more := strings.Cut(strings.TrimSpace(c.Args["id"]), " "); more { // no number, as it would be the version
		c.Args["version"] = typed
	}
	version, err := positive(c.Args["version"], "version")
	if err != nil {
		return chat.Reply{}, err
	}
	return a.ruleOn(ctx, c, func(ctx context.Context, d quiz.Decision) (quiz.Version, error) {
		return a.engine.RestoreQuestion(ctx, d, version)
	})
}

// positive reads the number of a round or of a version; if none is given it is 0.
func positive(typed, what string) (int, error) {
	n, err := strconv.Atoi(typed)
	if typed != "" && (err != nil || n < 1) {
		return 0, problemf("%s is no number of a %s; `/ckad-admin question show` and `history` tell them.", chat.Escape(chat.Line(typed, 20)), what)
	}
	return n, nil
}

func (a *App) ruleOn(ctx context.Context, c chat.Command, rule func(context.Context, quiz.Decision) (quiz.Version, error)) (chat.Reply, error) {
	d, err := a.decisionOf(ctx, c)
	if err != nil {
		return chat.Reply{}, err
	}
	v, err := rule(ctx, d)
	if err != nil {
		return chat.Reply{}, err
	}
	return a.afterRule(ctx, c.User, v)
}

// afterRule says what a decision led to, and offers to take it back.
func (a *App) afterRule(ctx context.Context, u chat.User, v quiz.Version) (chat.Reply, error) {
	_, waiting, err := a.engine.NextReported(ctx, u.Home(), "")
	if err != nil {
		return chat.Reply{}, err
	}
	next := undoButton(v)
	if v.Again { // only Void takes it back once more
		next = chat.Button{Action: verbVersions + ":" + v.Question.ID, Label: "History"}
	}
	card := &chat.Card{Body: done(v), Buttons: []chat.Button{next}}
	if waiting > 0 {
		card.Buttons = append(card.Buttons, chat.Button{Action: verbReports + ":", Label: "Next report"})
	}
	return chat.Reply{Ephemeral: true, Message: chat.Message{Card: card}}, nil
}

func undoButton(v quiz.Version) chat.Button {
	return chat.Button{Action: fmt.Sprintf("%s:%s:%d:%d", verbRestore, v.Question.ID, v.Number, v.Number-1), Label: "Undo"}
}

// done says what a decision led to.
func done(v quiz.Version) string {
	id := "**" + chat.Escape(v.Question.ID) + "**"
	said := map[quiz.Act]string{
		quiz.ActEdit:    id + " is changed for this workspace.",
		quiz.ActRetire:  id + " is not asked here any more. A round that is open finishes as it began.",
		quiz.ActRestore: id + " is as it was then.",
		quiz.ActVoid:    id + " is taken back: no answer to it counts.",
	}[v.Act]
	if v.Round != 0 {
		said = fmt.Sprintf("%s is taken back in round %d: no answer to it there counts.", id, v.Round)
	}
	if v.Act == quiz.ActRestore && v.Retired {
		said += " It is not asked here."
	}
	switch {
	case v.Answers > 0:
		said += " " + whoseAnswers(v.Answers, v.Players) + counting(v.Answers, " differently now") + "; results and leaderboards follow. " + willBeTold(v.Told)
	case v.Act != quiz.ActRetire:
		said += " No past answer counts differently."
	}
	if v.Lapsed {
		said += fmt.Sprintf(" It had been taken back then, but that was undone, so its answers count; `/ckad-admin question void %s` takes it back again.", v.Question.ID)
	}
	if v.Untouched > 0 && v.Act == quiz.ActEdit {
		said += fmt.Sprintf(" %s showed other choices and stay graded as they were; `/ckad-admin question void %s` takes the question back there.", counted(v.Untouched, "past round"), v.Question.ID)
	}
	return said
}

// willBeTold says how many channels learn of a decision. None does when only duels and rounds for one person are concerned,
// old ones, or what was undone in time.
func willBeTold(channels int) string {
	switch channels {
	case 0:
		return "No channel needs to be told."
	case 1:
		return "The channel is told."
	}
	return fmt.Sprintf("%d channels are told.", channels)
}

// retireFor, voidFor and restoreFor follow buttons.
func (a *App) retireFor(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	return a.ruled(ctx, c, to, a.engine.RetireQuestion)
}

func (a *App) voidFor(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	if len(to.words) < 3 {
		return a.ruled(ctx, c, to, a.voidIn(0))
	}
	d, err := decision(c.User, to)
	if err != nil {
		return chat.Reply{}, err
	}
	round, err := strconv.ParseInt(to.words[2], 10, 64)
	if err != nil {
		return stale, nil
	}
	v, err := a.engine.VoidQuestion(ctx, d, round)
	if err != nil {
		return chat.Reply{}, err
	}
	return a.afterRule(ctx, c.User, v)
}

func (a *App) restoreFor(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	d, err := decision(c.User, to)
	if err != nil || len(to.words) != 3 {
		return stale, nil
	}
	version, err := strconv.Atoi(to.words[2])
	if err != nil {
		return stale, nil
	}
	v, err := a.engine.RestoreQuestion(ctx, d, version)
	if err != nil {
		return chat.Reply{}, err
	}
	r, err := a.afterRule(ctx, c.User, v)
	r.Replace = true
	return r, err
}

// questionConflict tells an admin that another was quicker.
func questionConflict(err error) (string, bool) {
	var c *quiz.ConflictError
	if !errors.As(err, &c) {
		return "", false
	}
	by := c.Latest.By
	if by == "" {
		by = "the bank"
	}
	return fmt.Sprintf("Nothing was changed: **%s** was changed by %s since you saw it (%s). Look at it again with `/ckad-admin question show %s`, then decide.",
		chat.Escape(c.Latest.Question.ID), chat.Escape(by), chat.Time(c.Latest.At), c.Latest.Question.ID), true
}
