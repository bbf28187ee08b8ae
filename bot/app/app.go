// Package app is the program behind every chat: it turns commands and clicks
// into calls of the glossary (kb) and of the quiz, and what they answer into
// messages. It is the chat.Handler of all adapters and the quiz.Poster of the
// engine, and the only package that knows all three.
//
// App keeps no state of its own but what it asked the database lately: what
// completions are made of, where it is, and who was looked for. What a button
// means is in its action (see action.go), what happened is in the database, so a
// click works after a restart and in any of several running bots.
//
// There is one file for each thing a person can do; spec.go lists the commands.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"ckadbot/bot/chat"
	"ckadbot/kb"
	"ckadbot/quiz"
)

// App answers people and posts rounds. Make it with New; its methods may be
// called from many goroutines.
type App struct {
	glossary *kb.Glossary
	engine   *quiz.Engine
	adapters map[string]chat.Adapter // by platform
	now      func() time.Time
	log      *slog.Logger
	posted   func(late time.Duration)
	memory   memory
	present  presence
	members  chan member // who was shown on boards, see watchMembers
}

// Config is what an App works with. All fields but Now and Posted are needed.
type Config struct {
	Glossary *kb.Glossary
	Engine   *quiz.Engine
	Adapters []chat.Adapter
	Now      func() time.Time // time.Now if nil
	Log      *slog.Logger

	// Posted is told how long after it was due a series' round was posted in a channel, if it is not nil.
	Posted func(late time.Duration)
}

// New makes an App.
func New(c Config) *App {
	a := &App{glossary: c.Glossary, engine: c.Engine, adapters: map[string]chat.Adapter{}, now: c.Now, log: c.Log, posted: c.Posted, members: make(chan member, maxAsk)}
	for _, adapter := range c.Adapters {
		a.adapters[adapter.Platform()] = adapter
	}
	if a.now == nil {
		a.now = time.Now
	}
	return a
}

// errDone ends the program when an adapter has nothing more to do.
var errDone = errors.New("done")

// Run connects all adapters, follows changes of the glossary and runs the
// quiz's schedules, until ctx ends, an adapter is done (the terminal, at the
// end of its input) or something fails for good.
func (a *App) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return a.glossary.Run(ctx) })
	g.Go(func() error { return a.engine.Run(ctx, a) })
	g.Go(func() error { return a.watchMembers(ctx) })
	for _, adapter := range a.adapters {
		g.Go(func() error {
			if err := adapter.Run(ctx, Spec, a); err != nil {
				return fmt.Errorf("%s: %w", adapter.Platform(), err)
			}
			return errDone
		})
	}
	if err := g.Wait(); err != nil && !errors.Is(err, errDone) && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// Command answers what somebody typed.
func (a *App) Command(ctx context.Context, c chat.Command) chat.Reply {
	if Spec.Admin(c.Name) && !c.User.Admin {
		return adminsOnly
	}
	if Spec.Admin(c.Name) {
		defer a.memory.forget(c.User.Home())
	}
	if spec, _ := Spec.Find(c.Name); spec.Local && chat.Homeless(c.Channel.Home()) {
		return local
	}
	if home := c.Channel.Home(); !chat.Homeless(home) && a.present.news(home, a.now()) {
		a.Present(ctx, home)
	}
	do, ok := commands[c.Name]
	if !ok {
		do = (*App).unknown
	}
	return a.reply(do(a, ctx, c))
}

// Click answers a press of a button.
func (a *App) Click(ctx context.Context, c chat.Click) chat.Reply {
	if strings.HasPrefix(c.Action, chat.AdminAction) && !c.User.Admin {
		return adminsOnly
	}
	to, ok := parseAction(c.Action)
	if !ok {
		return stale
	}
	do, ok := clicks[to.verb]
	if !ok {
		return stale
	}
	c.User = atHome(c.User, to.workspace)
	if (to.verb == verbSuggest || to.verb == verbReport) && chat.Homeless(c.User.Home()) {
		return unread
	}
	onPage := c.Message.Channel.ID == ""
	var err error
	if c.Message.Channel, err = a.fromHome(ctx, c.User, c.Message.Channel, to); err != nil {
		return a.reply(chat.Reply{}, err)
	}
	r := a.reply(do(a, ctx, c, to))
	if onPage {
		r.Message = withoutChannel(r.Message)
	}
	return r
}

// Submit takes a form that was filled in.
func (a *App) Submit(ctx context.Context, s chat.Submission) chat.Reply {
	if strings.HasPrefix(s.Action, chat.AdminAction) && !s.User.Admin {
		return adminsOnly
	}
	if s.User.Admin {
		defer a.memory.forget(s.User.Home())
	}
	to, ok := parseForm(s.Action)
	do, known := forms[to.verb]
	if !ok || !known {
		return stale
	}
	s.User = atHome(s.User, to.workspace)
	if (to.verb == suggestForm || to.verb == reportForm) && chat.Homeless(s.User.Home()) {
		return unread
	}
	var err error
	if s.Channel, err = a.fromHome(ctx, s.User, s.Channel, to); err != nil {
		return a.reply(chat.Reply{}, err)
	}
	return a.reply(do(a, ctx, s, to))
}

func person(u chat.User) quiz.Person {
	return quiz.Person{Workspace: u.Home(), User: u.ID, Name: chat.Line(u.Name, 64)}
}

// author is somebody who edits the glossary.
func author(u chat.User) kb.Author { return kb.Author{Name: chat.Line(u.Name, 64), ID: u.ID} }
