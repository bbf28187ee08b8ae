package app

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// Joined introduces the bot in a channel that it was added to: in a few lines,
// with what it will post there, and how to end it.
func (a *App) Joined(ctx context.Context, j chat.Joining) (chat.Message, bool) {
	a.Present(ctx, j.Channel.Home())
	all, err := a.everySeries(ctx, j.Channel.Home())
	if err != nil {
		a.log.Error("cannot look up what is posted in a channel", "workspace", j.Channel.Home(), "error", err)
		return chat.Message{}, false
	}
	return introduction(all, j.Channel.String()), true
}

func introduction(all []quiz.Series, channel string) chat.Message {
	body := "I ask questions for the CKAD exam and explain Kubernetes terms. Answers are private, and I mention nobody without being asked.\n" +
		"• `/ckad help` lists all that I can do; `/ckad practice` asks you alone; `/ckad define pod` explains a term."
	posted := ""
	for _, s := range all {
		here := slices.ContainsFunc(s.Channels, func(c quiz.Channel) bool { return c.ID == channel && c.Gone == "" && !c.Paused })
		if here && !s.Paused {
			posted += "\n• " + posts(s) + sharedBy(s, channel)
		}
	}
	if posted == "" {
		body += "\n• I post nothing here by myself until an admin says so with `/ckad-admin series create`."
	} else {
		body += "\n\nIn this channel:" + posted + "\nAdmins change that with `/ckad-admin series`."
	}
	return chat.Message{Card: &chat.Card{Title: "Hello, I am ckadbot", Body: chat.CutMarkdown(strings.TrimSpace(body), chat.MaxBody)}}
}

// sharedBy ends what is said about a series in a channel.
func sharedBy(s quiz.Series, channel string) string {
	if !strings.HasPrefix(channel, s.Workspace+"/") {
		return ". Another workspace shares it with this one."
	}
	return "."
}

// Installed is what somebody is told who has installed the bot in a workspace.
func Installed() *chat.Message {
	return &chat.Message{Card: &chat.Card{Title: "Thank you for installing ckadbot", Body: "I ask questions for the CKAD exam and explain Kubernetes terms. Three steps:\n" +
		"1. Invite me to a channel: type `/invite @ckad` there.\n" +
		"2. Say when I shall ask a question there: `/ckad-admin series create`. Workspace admins may do that.\n" +
		"3. Try it yourself: `/ckad practice` asks you alone, `/ckad help` lists all that I can do.\n\n" +
		"I write to you this once; nobody else hears from me before step 2."}}
}

// Left hears that the bot was removed from a workspace: it stops there at once, and deletes the workspace's data a month later.
func (a *App) Left(ctx context.Context, home string) {
	a.log.Info("removed from a workspace", "workspace", home)
	if err := a.engine.Leave(ctx, home); err != nil {
		a.log.Error("cannot stop in a workspace that the bot was removed from", "workspace", home, "error", err)
	}
	a.present.forget(home)
}

// Present hears that the bot is in a workspace, since somebody there uses it, installed it or added it to a channel.
func (a *App) Present(ctx context.Context, home string) {
	had, err := a.engine.Return(ctx, home)
	switch {
	case err != nil:
		a.present.forget(home)
		a.log.Error("cannot look whether the bot had left a workspace", "workspace", home, "error", err)
	case had:
		a.log.Info("back in a workspace", "workspace", home)
	}
}

// A presence remembers in which workspaces the bot was used a moment ago, so that the database is not asked at every command. That the
// bot was removed from one and is back, another bot may have heard: a command finds it out when the moment is over. Whatever says by
// itself that the bot is there, like an installation, may be the last to say so, and asks the database.
type presence struct {
	mu sync.Mutex // guards in
	in map[string]time.Time
}

// news reports whether it is news that the bot is in a workspace.
func (p *presence) news(home string, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if at, ok := p.in[home]; ok && now.Sub(at).Abs() < fresh {
		return false
	}
	if p.in == nil || len(p.in) >= rememberBy {
		p.in = map[string]time.Time{}
	}
	p.in[home] = now
	return true
}

func (p *presence) forget(home string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.in, home)
}
