package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// link gives somebody a code, takes the one that they got elsewhere, or takes
// this identity of theirs out again.
func (a *App) link(ctx context.Context, c chat.Command) (chat.Reply, error) {
	code := strings.TrimSpace(c.Args["code"] + " " + c.Rest)
	switch {
	case code == "":
		return a.linkCode(ctx, c.User)
	case strings.EqualFold(code, "off"):
		return a.unlink(ctx, c.User)
	}
	me := person(c.User)
	of, err := a.engine.LinkOffer(ctx, code, me)
	if err != nil {
		return chat.Reply{}, err
	}
	if me.Name == "" {
		me.Name = me.User
	}
	return chat.Reply{Message: chat.Message{Card: &chat.Card{
		Title: "Are both of these you?",
		Body: fmt.Sprintf("• %s\n• %s\n\nThen they are one player wherever you play: one place on each leaderboard, one streak, one review. "+
			"Where both have answered the same question of a round, the earlier answer counts; the other one is kept. An open duel between the two is called off.\n\n"+
			"`/ckad link off` undoes it: each gets its own answers and points back.", identity(of), identity(me)),
		Footer:  "If one of them is not you, do nothing. Whoever gave you the code would become one with you.",
		Buttons: []chat.Button{{Action: verbJoin + ":" + pack(code), Label: "Join", Style: chat.Primary}},
	}}, Ephemeral: true}, nil
}

// linkCode says who is joined already, and how to join another.
func (a *App) linkCode(ctx context.Context, u chat.User) (chat.Reply, error) {
	all, err := a.engine.Linked(ctx, person(u))
	if err != nil {
		return chat.Reply{}, err
	}
	code, err := a.engine.LinkCode(ctx, person(u))
	if err != nil {
		return chat.Reply{}, err
	}
	text := ""
	if len(all) > 0 {
		text = joinedText(all) + "\n\n`/ckad link off` takes the one that you use here out again. To add another:\n\n"
	}
	return private("%sType this where you are somebody else to me, on another platform or in another workspace, within %d minutes:\n`/ckad link code=%s`\n"+
		"Then your answers and points there and here are one person's. The code works once. Give it to nobody.", text, int(quiz.CodeTime.Minutes()), code), nil
}

// join makes one player of two identities.
func (a *App) join(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	code := strings.Join(to.words, ":") // buttons of the release before have the code itself
	all, err := a.engine.Link(ctx, cmp.Or(unpack(code), code), person(c.User))
	if errors.Is(err, quiz.ErrNoCode) { // perhaps a second press, perhaps too late: who is joined tells which
		var tries error
		if all, tries = a.engine.Linked(ctx, person(c.User)); tries != nil || len(all) == 0 {
			return chat.Reply{}, err
		}
		r := private("%s\n\nThat code is used already, or older than ten minutes. If one of yours is missing here, get a new code: `/ckad link`.", joinedText(all))
		r.Replace = true
		return r, nil
	}
	if err != nil {
		return chat.Reply{}, err
	}
	r := private("%s\n\nYour answers and points are one person's now. `/ckad link off` undoes it.", joinedText(all))
	r.Replace = true
	return r, nil
}

// linked tells whoever made a code that it was used.
func linked(n quiz.Notice) (chat.Message, error) {
	j, err := noticeBody[quiz.Joined](n)
	if err != nil {
		return chat.Message{}, err
	}
	return chat.Message{Text: fmt.Sprintf("The code that you got here with `/ckad link` was used: you are one player now with somebody on %s. If that is not you, `/ckad link off` undoes it. `/ckad link` shows who it is.",
		chat.Escape(platformName(j.Platform)))}, nil
}

func (a *App) unlink(ctx context.Context, u chat.User) (chat.Reply, error) {
	others, err := a.engine.Unlink(ctx, person(u))
	if err != nil {
		return chat.Reply{}, err
	}
	var names []string
	for _, p := range others {
		names = append(names, identity(p))
	}
	return private("You are on your own here again: not joined any more with %s. Everybody has the answers and points back that they gave themselves, before and meanwhile. `/ckad link` joins you again.",
		strings.Join(names, ", ")), nil
}

func joinedText(all []quiz.Person) string {
	text := "You are one player:"
	for _, p := range all {
		text += "\n• " + identity(p)
	}
	return text
}

// identity names somebody as one platform knows them.
func identity(p quiz.Person) string {
	platform, workspace, _ := strings.Cut(p.Workspace, "/")
	where := "workspace " + workspace
	switch {
	case workspace == chat.Everywhere:
		where = "direct messages"
	case platform == "discord":
		where = "server " + workspace
	}
	return fmt.Sprintf("%s: **%s** (%s)", platformName(platform), chat.Escape(p.Name), chat.Escape(where))
}

// platformName is what people call a platform.
func platformName(platform string) string {
	switch platform {
	case "":
		return "somewhere"
	case "console":
		return "The terminal"
	}
	return strings.ToUpper(platform[:1]) + platform[1:]
}

// linkTrouble is for errors about codes and about who is joined.
func linkTrouble(err error) (words string, ok bool) {
	var tries *quiz.TriesError
	switch {
	case errors.Is(err, quiz.ErrNoCode):
		return "That code does not work: it may be mistyped, used already, or older than ten minutes. Get a new one where you got this.", true
	case errors.As(err, &tries):
		return fmt.Sprintf("You have typed too many wrong codes. Please try again in %s.", counted(int(tries.After.Minutes())+1, "minute")), true
	case errors.Is(err, quiz.ErrOwnCode):
		return "That is your own code from here. Type it on the other platform, or in the other workspace.", true
	case errors.Is(err, quiz.ErrJoined):
		return "You two are one player already. `/ckad link off` undoes it.", true
	case errors.Is(err, quiz.ErrNotJoined):
		return "You are not joined with anybody. `/ckad link` begins.", true
	case errors.Is(err, quiz.ErrTooManyJoined):
		return "That would be too many for one player. Take one out with `/ckad link off` first.", true
	}
	return "", false
}
