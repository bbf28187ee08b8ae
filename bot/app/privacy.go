package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// privacy shows somebody what is stored about them, and what they can do about it.
func (a *App) privacy(ctx context.Context, c chat.Command) (chat.Reply, error) {
	m, err := a.privacyCard(ctx, c.User, "")
	return chat.Reply{Message: m, Ephemeral: true}, err
}

// privacyCard says in plain words what is stored; first is what was just done.
func (a *App) privacyCard(ctx context.Context, u chat.User, first string) (chat.Message, error) {
	p, err := a.engine.Privacy(ctx, person(u))
	if err != nil {
		return chat.Message{}, err
	}
	body := first
	if first != "" {
		body += "\n\n"
	}
	if p.Nothing() {
		return chat.Message{Card: &chat.Card{Title: privacyTitle, Body: body + "I have nothing stored about you. As soon as you answer a question, I keep that answer, your name and your id here. `/ckad privacy` shows what there is."}}, nil
	}
	body += "I have stored about you:\n" + storedText(p)
	fields := []chat.Field{
		{Name: "For how long", Value: keptText(p.Months)},
		{Name: "Who sees it", Value: seenText(p.Hidden)},
	}
	hide := chat.Button{Action: mine(verbHide, u), Label: "Hide me"}
	if p.Hidden {
		hide = chat.Button{Action: mine(verbUnhide, u), Label: "Show me"}
	}
	return chat.Message{Card: &chat.Card{Title: privacyTitle, Body: body, Fields: fields,
		Footer: "This is about you here and wherever you are linked to. I read no messages but those that are meant for me.",
		Buttons: []chat.Button{
			{Action: mine(verbExport, u), Label: "Export"}, hide,
			{Action: mine(verbForget, u), Label: "Delete me", Style: chat.Danger},
		}}}, nil
}

const privacyTitle = "Your privacy"

// storedText lists what there is, and nothing that there is none of.
func storedText(p quiz.Privacy) string {
	lines := []string{"• your name and your id, " + counted(p.Identities, "account")}
	add := func(n int, what string) {
		if n > 0 {
			lines = append(lines, "• "+counted(n, what))
		}
	}
	add(p.Answers, "answer")
	add(p.Private, "practice, review and mock exam round")
	add(p.Duels, "duel")
	add(p.Reports, "question report")
	add(p.Away, "absence")
	add(p.Reminders, "reminder")
	add(p.Messages, "direct message")
	for _, what := range []string{"suggestions", "glossary edits", "installations"} {
		add(p.More[what], strings.TrimSuffix(what, "s"))
	}
	return strings.Join(lines, "\n")
}

func keptText(months int) string {
	answers := "Answers are kept until you delete them"
	if months > 0 {
		answers = fmt.Sprintf("Answers are kept for %d months, then they become counts without names", months)
	}
	return answers + fmt.Sprintf("; rounds for you alone for %d months, messages to you for %d days.", quiz.KeepPrivate, int(quiz.KeepNotices/(24*time.Hour)))
}

func seenText(hidden bool) string {
	if hidden {
		return "You are hidden: no leaderboard and no result names you to others. You see your own row. Duels name both who play them."
	}
	return "Everybody here sees your name and points on leaderboards and in results, and in `/ckad stats @you` also streak and duels. What you answered, what you find hard, and all that you do alone, only you see. Admins see who reported or suggested something. Whoever runs me can read the database."
}

// mine is an action of a button that works for one person only, see isMine.
func mine(verb string, u chat.User, words ...string) string {
	return strings.Join(append([]string{verb, owner(u)}, words...), ":")
}

// owner tells people apart in actions, without their ids: those may be long.
func owner(u chat.User) string {
	sum := sha256.Sum256([]byte(u.Home() + "\x1f" + u.ID))
	return hex.EncodeToString(sum[:8])
}

// errNotMine is for a button of somebody else's message: what is about a person is nobody else's business.
var errNotMine = problem("This is for somebody else. `/ckad privacy` shows what is stored about you.")

func isMine(c chat.Click, to target) error {
	if len(to.words) == 0 || to.words[0] != owner(c.User) {
		return errNotMine
	}
	return nil
}

// export hands somebody all that names them.
func (a *App) export(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	if err := isMine(c, to); err != nil {
		return chat.Reply{}, err
	}
	data, err := a.engine.Export(ctx, person(c.User))
	if err != nil {
		return chat.Reply{}, err
	}
	adapter, ok := a.adapters[c.User.Platform]
	if !ok {
		return chat.Reply{}, fmt.Errorf("no adapter for %s", c.User.Platform)
	}
	where, err := adapter.Hand(ctx, c.User, chat.File{Name: "ckadbot-data.json", Content: data, Comment: "All that I have stored about you."})
	var gone *chat.GoneError
	var later *chat.RetryError
	switch {
	case errors.As(err, &gone):
		return chat.Reply{}, problem("I could not send you the file directly: " + chat.Escape(gone.Reason) + " Once that is mended, press Export again.")
	case errors.As(err, &later):
		return chat.Reply{}, problemf("I have to wait a little before I can send files again. Please press Export again in %s.", later.After.Round(time.Second))
	case err != nil:
		return chat.Reply{}, err
	}
	return private("All that I have stored about you is in a file: %s, `ckadbot-data.json`.", chat.Escape(where)), nil
}

func (a *App) hide(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	return a.setHidden(ctx, c, to, true, "You are hidden from now on.")
}

func (a *App) unhide(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	return a.setHidden(ctx, c, to, false, "Others see you again from now on.")
}

func (a *App) setHidden(ctx context.Context, c chat.Click, to target, hidden bool, said string) (chat.Reply, error) {
	if err := isMine(c, to); err != nil {
		return chat.Reply{}, err
	}
	if err := a.engine.Hide(ctx, person(c.User), hidden); err != nil {
		return chat.Reply{}, err
	}
	m, err := a.privacyCard(ctx, c.User, said)
	return chat.Reply{Message: m, Ephemeral: true, Replace: true}, err
}

// sure is how long a question whether to delete everything waits for its answer: later, people may have forgotten what it said.
const sure = 15 * time.Minute

// forget asks first, and then forgets.
func (a *App) forget(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	if err := isMine(c, to); err != nil {
		return chat.Reply{}, err
	}
	asked := int64(0)
	if len(to.words) > 1 {
		asked, _ = strconv.ParseInt(to.words[1], 10, 64)
	}
	if a.now().Sub(time.Unix(asked, 0)).Abs() > sure { // another bot may have asked, whose clock is ahead
		return chat.Reply{Message: a.forgetCard(c.User), Ephemeral: true, Replace: true}, nil
	}
	if err := a.engine.Delete(ctx, person(c.User)); err != nil {
		return chat.Reply{}, err
	}
	m, err := a.privacyCard(ctx, c.User, "Done: you are forgotten.")
	return chat.Reply{Message: m, Ephemeral: true, Replace: true}, err
}

// forgetCard says exactly what goes and what stays.
func (a *App) forgetCard(u chat.User) chat.Message {
	return chat.Message{Card: &chat.Card{Title: "Delete all about you?",
		Body: "**What goes, at once and for good:** your name and your ids, here and wherever you are linked to; your points, streaks and duels; " +
			"practice, review and mock exams with their answers; answers to rounds that are open; reminders, times away, and messages to you. Open duels are called off.\n\n" +
			"**What stays:** how often each choice was taken in rounds that are over, so that their results hold, without whose answers they were; " +
			"what you reported, suggested, wrote for the glossary or set up, without your name; and what I have posted in channels before, which is the platform's.\n\n" +
			"Backups that the operator of this bot makes go when these are deleted. If you use me again, you begin as somebody new.",
		Buttons: []chat.Button{
			{Action: mine(verbForget, u, strconv.FormatInt(a.now().Unix(), 10)), Label: "Delete all about me", Style: chat.Danger},
			{Action: mine(verbKeep, u), Label: "Keep it"},
		}}}
}

// keep goes back without deleting anything.
func (a *App) keep(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	if err := isMine(c, to); err != nil {
		return chat.Reply{}, err
	}
	m, err := a.privacyCard(ctx, c.User, "Nothing was deleted.")
	return chat.Reply{Message: m, Ephemeral: true, Replace: true}, err
}

// retention shows admins for how long answers are kept, or sets it.
func (a *App) retention(ctx context.Context, c chat.Command) (chat.Reply, error) {
	typed := strings.ToLower(strings.TrimSpace(c.Args["months"]))
	if typed != "" {
		months, err := readMonths(typed)
		if err != nil {
			return chat.Reply{}, err
		}
		if err := a.engine.SetRetention(ctx, c.User.Home(), months); err != nil {
			return chat.Reply{}, err
		}
	}
	months, err := a.engine.Retention(ctx, c.User.Home())
	if err != nil {
		return chat.Reply{}, err
	}
	now := "In this workspace answers are kept for ever, unless people delete themselves."
	if months > 0 {
		now = fmt.Sprintf("In this workspace answers are kept for %d months. Older ones become counts within hours: who gave them is forgotten, for good. "+
			"Leaderboards of seasons and of all time count only the last %d months then, and review and statistics know no older answers.", months, months)
	}
	return private("%s\n\n`/ckad-admin privacy 12` keeps them for twelve months, %d to %d are possible, and `/ckad-admin privacy forever` for ever. "+
		"Rounds for one person alone are deleted after %d months, messages that I sent after %d days. When I am removed from this workspace, I stop at once; %d days later all its data is deleted, unless I am back.",
		now, quiz.MinRetention, quiz.MaxRetention, quiz.KeepPrivate, int(quiz.KeepNotices/(24*time.Hour)), int(quiz.LeftFor/(24*time.Hour))), nil
}

// readMonths reads how long answers are kept; 0 is for ever.
func readMonths(typed string) (int, error) {
	if slices.Contains([]string{"forever", "for ever", "ever", "always"}, typed) {
		return 0, nil
	}
	months, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(typed, "months")))
	if err != nil || months < quiz.MinRetention || months > quiz.MaxRetention {
		return 0, problemf("For how many months? Write a number from %d to %d, or forever.", quiz.MinRetention, quiz.MaxRetention)
	}
	return months, nil
}
