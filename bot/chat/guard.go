package chat

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
)

// Guard makes h safe to call: a panic, or a reply that breaks a limit, is logged
// under a short reference and becomes an apology with that reference, so that
// one bad event never ends an adapter. Every adapter's Run guards its handler.
func Guard(h Handler, log *slog.Logger) Handler { return guard{h, log} }

type guard struct {
	h   Handler
	log *slog.Logger
}

func (g guard) Command(ctx context.Context, c Command) Reply {
	return g.answer(c.Name, func() Reply { return g.h.Command(ctx, c) })
}

func (g guard) Click(ctx context.Context, c Click) Reply {
	return g.answer("click", func() Reply { return g.h.Click(ctx, c) })
}

func (g guard) Submit(ctx context.Context, s Submission) Reply {
	return g.answer("form", func() Reply { return g.h.Submit(ctx, s) })
}

func (g guard) Complete(ctx context.Context, c Completion) (choices []Choice) {
	defer func() {
		if p := recover(); p != nil {
			g.log.Error("completion failed", "command", c.Command, "panic", p, "stack", string(debug.Stack()))
			choices = nil
		}
	}()
	return g.h.Complete(ctx, c)
}

func (g guard) Joined(ctx context.Context, j Joining) (m Message, ok bool) {
	defer func() {
		if p := recover(); p != nil {
			g.log.Error("introduction failed", "panic", p, "stack", string(debug.Stack()))
			ok = false
		}
	}()
	if m, ok = g.h.Joined(ctx, j); !ok {
		return m, false
	}
	if err := m.Validate(); err != nil {
		g.log.Error("introduction breaks a limit", "error", err)
		return m, false
	}
	return m, true
}

func (g guard) Home(ctx context.Context, u User) (page []Message) {
	defer func() {
		if p := recover(); p != nil {
			ref := Reference()
			g.log.Error("home failed", "ref", ref, "panic", p, "stack", string(debug.Stack()))
			page = []Message{Sorry(ref).Message}
		}
	}()
	return slices.DeleteFunc(g.h.Home(ctx, u), func(m Message) bool {
		err := m.Validate()
		if err != nil {
			g.log.Error("a part of the home breaks a limit", "error", err)
		}
		return err != nil
	})
}

func (g guard) Left(ctx context.Context, home string) {
	defer func() {
		if p := recover(); p != nil {
			g.log.Error("leaving failed", "workspace", home, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	g.h.Left(ctx, home)
}

func (g guard) answer(what string, f func() Reply) (r Reply) {
	defer func() {
		if p := recover(); p != nil {
			ref := Reference()
			g.log.Error("handler failed", "what", what, "ref", ref, "panic", p, "stack", string(debug.Stack()))
			r = Sorry(ref)
		}
	}()
	r = f()
	if err := r.Validate(); err != nil {
		ref := Reference()
		g.log.Error("reply breaks a limit", "what", what, "ref", ref, "error", err)
		return Sorry(ref)
	}
	return r
}

// Reference makes a short name under which a failure is logged and told.
func Reference() string { return rand.Text()[:6] }

// Sorry is the reply to a failure that was logged under ref.
func Sorry(ref string) Reply {
	return Reply{Ephemeral: true, Apology: true, Message: Message{Text: fmt.Sprintf("Something went wrong on my side (ref %s). Please try again in a minute.", ref)}}
}
