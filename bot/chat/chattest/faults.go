package chattest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"ckadbot/bot/chat"
)

// Promises about what is slow, comes twice, or goes wrong.

// slowIsAcknowledged: the handler does not answer before the platform has had a sign.
func slowIsAcknowledged(t *testing.T, p Platform) {
	slow := func() chat.Reply {
		select {
		case <-p.Acknowledged():
			return text("slowly done")
		case <-time.After(time.Minute):
			return text("never acknowledged")
		}
	}
	Start(t, p, &Handler{OnCommand: func(chat.Command) chat.Reply { return slow() }, OnClick: func(chat.Click) chat.Reply { return slow() }})
	if p.Adapter().Platform() == "console" { // nobody waits for a sign in a terminal
		return
	}
	p.Type("alice", "/ckad help")
	AwaitText(t, p, "alice", "slowly done")
	post(t, p, "q1", card("Question?", abc...))
	p.Press("bob", AwaitText(t, p, "bob", "Question?"), "B")
	AwaitText(t, p, "bob", "slowly done")
}

func redeliveryIsHandledOnce(t *testing.T, p Platform) {
	h := &Handler{}
	Start(t, p, h)
	if !p.Fail(Again) {
		return
	}
	p.Type("alice", "/ckad help")
	AwaitText(t, p, "alice", "ok")
	post(t, p, "q1", card("Question?", abc...))
	if !p.Fail(Again) {
		t.Fatal("can deliver again only sometimes")
	}
	p.Press("bob", AwaitText(t, p, "bob", "Question?"), "A")
	AwaitText(t, p, "bob", "ok")
	p.Type("carol", "/ckad help") // the second delivery was before this one
	AwaitText(t, p, "carol", "ok")
	if n := len(h.Calls()); n != 3 {
		t.Errorf("%d calls, want 3: %+v", n, h.Calls())
	}
}

func panicEndsNothing(t *testing.T, p Platform) {
	failureEndsNothing(t, p, func() chat.Reply { panic("broken") })
}

func invalidReplyEndsNothing(t *testing.T, p Platform) {
	failureEndsNothing(t, p, func() chat.Reply { return text(strings.Repeat("x", 50_000)) })
}

func failureEndsNothing(t *testing.T, p Platform, fail func() chat.Reply) {
	Start(t, p, &Handler{OnCommand: func(c chat.Command) chat.Reply {
		if c.Name == "ckad help" {
			return fail()
		}
		return text("fine")
	}})
	p.Type("alice", "/ckad help")
	AwaitText(t, p, "alice", "went wrong")
	p.Type("alice", "/ckad define pod")
	AwaitText(t, p, "alice", "fine")
}

func dropIsMadeGood(t *testing.T, p Platform) {
	Start(t, p, &Handler{OnCommand: func(c chat.Command) chat.Reply { return text("ok " + chat.Escape(c.Args["term"])) }})
	ready(t, p)
	if !p.Fail(Drop) {
		return
	}
	p.Type("alice", "/ckad define after") // the fake keeps it until the bot is back
	AwaitText(t, p, "alice", "ok after")
}

func badTokenIsTold(t *testing.T, p Platform) {
	if !p.Fail(BadToken) {
		return
	}
	select {
	case err := <-Start(t, p, &Handler{}):
		if !errors.Is(err, chat.ErrToken) || strings.Contains(err.Error(), p.Secret()) || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v, want one line about the token, without it", err)
		}
	case <-time.After(time.Minute):
		t.Error("Run goes on with a refused token")
	}
}
