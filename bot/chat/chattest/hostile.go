package chattest

import (
	"slices"
	"strings"
	"testing"

	"ckadbot/bot/chat"
)

// A Hostile is a [Platform] that lets people do what its own programs would not offer. Fakes of
// platforms whose clicks come from outside are.
type Hostile interface {
	// Forge has a person press a button that m does not have, also if they do not see m.
	Forge(person string, m Shown, action string)
	// Rename changes what a person is called, before they do anything.
	Rename(person, name string)
	// NextMonth makes it a month later for the platform.
	NextMonth()
}

// forgedActionsGrantNothing: the handler hears who pressed, with the rights that they have, not of whom the message is.
func forgedActionsGrantNothing(t *testing.T, p Platform) {
	hostile, ok := p.(Hostile)
	if !ok {
		return
	}
	h := &Handler{
		OnCommand: func(chat.Command) chat.Reply { return chat.Reply{Message: card("for alice", abc...), Ephemeral: true} },
		OnClick:   func(c chat.Click) chat.Reply { return text("refused " + chat.Escape(c.Action) + " to " + c.User.Name) },
	}
	Start(t, p, h)
	p.Type("alice", "/ckad help")
	hers := AwaitText(t, p, "alice", "for alice")
	post(t, p, "q1", card("for all", abc...))
	all := AwaitText(t, p, "bob", "for all")
	for i, forged := range []struct {
		who    string
		m      Shown
		action string
	}{{"bob", all, chat.AdminAction + "retire"}, {"bob", hers, "step:1:1"}, {"carol", hers, chat.AdminAction + "x"}, {"admin", all, chat.AdminAction + "y"}} {
		hostile.Forge(forged.who, forged.m, forged.action)
		got := AwaitText(t, p, forged.who, "refused "+forged.action+" to "+forged.who)
		if !got.Ephemeral {
			t.Errorf("%+v is not ephemeral", got)
		}
		c := h.Calls()[i+1].(chat.Click)
		if c.User.Name != forged.who || c.Action != forged.action || c.User.Admin != (forged.who == "admin") {
			t.Errorf("got %+v, want %s with their rights only", c, forged.who)
		}
	}
	if n := count(p, "alice", "refused"); n > 0 {
		t.Errorf("alice sees %d answers to the others", n)
	}
}

// oddActionsEndNothing: they reach the handler or do not, and people are answered after that.
func oddActionsEndNothing(t *testing.T, p Platform) {
	hostile, ok := p.(Hostile)
	if !ok {
		return
	}
	Start(t, p, &Handler{})
	ready(t, p)
	post(t, p, "q1", card("Question?", abc...))
	m := AwaitText(t, p, "bob", "Question?")
	for _, action := range []string{"", " ", ":", "admin:", strings.Repeat("x", 255), "ans:\x00", "ans:\n1", "ä漢😀", "<!channel>", "../../etc", `{"a":1}`} {
		hostile.Forge("bob", m, action)
	}
	p.Press("carol", m, "A")
	AwaitText(t, p, "carol", "ok")
}

// doubleClicksAreAnswered: both, since only the handler knows what the second one means.
func doubleClicksAreAnswered(t *testing.T, p Platform) {
	h := &Handler{}
	Start(t, p, h)
	post(t, p, "q1", card("Question?", abc...))
	m := AwaitText(t, p, "bob", "Question?")
	p.Press("bob", m, "A")
	p.Press("bob", m, "A")
	p.Press("bob", m, "B")
	Await(t, p, "bob", func(Shown) bool { return count(p, "bob", "ok") >= 3 })
	var actions []string
	for _, c := range h.Calls() {
		actions = append(actions, c.(chat.Click).Action)
	}
	slices.Sort(actions)
	if want := []string{abc[0].Action, abc[0].Action, abc[1].Action}; !slices.Equal(actions, want) {
		t.Errorf("the handler heard %q, want %q", actions, want)
	}
}

// oldMessagesStillAnswer: one for all, and one for alice, of last month.
func oldMessagesStillAnswer(t *testing.T, p Platform) {
	hostile, ok := p.(Hostile)
	if !ok {
		return
	}
	Start(t, p, &Handler{
		OnCommand: func(chat.Command) chat.Reply { return chat.Reply{Message: card("for alice", abc...), Ephemeral: true} },
		OnClick: func(c chat.Click) chat.Reply {
			if c.Action == abc[1].Action {
				return chat.Reply{Message: card("the next", abc...), Ephemeral: true, Replace: true}
			}
			return text("too late")
		},
	})
	p.Type("alice", "/ckad help")
	AwaitText(t, p, "alice", "for alice")
	post(t, p, "q1", card("Question?", abc...))
	AwaitText(t, p, "bob", "Question?")
	hostile.NextMonth()
	p.Press("bob", AwaitText(t, p, "bob", "Question?"), "A")
	if got := AwaitText(t, p, "bob", "too late"); !got.Ephemeral {
		t.Errorf("%+v is not ephemeral", got)
	}
	p.Press("alice", AwaitText(t, p, "alice", "for alice"), "B")
	p.Press("alice", AwaitText(t, p, "alice", "the next"), "A")
	AwaitText(t, p, "alice", "too late")
	ref := post(t, p, "q2", card("before", abc...))
	hostile.NextMonth()
	if err := p.Adapter().Edit(t.Context(), ref, card("after")); err != nil { // what the bot posted can be edited
		t.Error(err)
	}
	AwaitText(t, p, "bob", "after")
}

// namesAreInert: somebody is called what pings or formats.
func namesAreInert(t *testing.T, p Platform) {
	hostile, ok := p.(Hostile)
	if !ok {
		return
	}
	name := "@here <!channel> <@U1>"
	hostile.Rename("carol", name)
	h := &Handler{OnCommand: func(c chat.Command) chat.Reply {
		m := card("A duel with "+chat.Escape(c.Target.Name)+".", abc...)
		m.Card.Title, m.Card.Footer = c.Target.Name, "Shared by "+c.Target.Name
		m.Card.Fields = []chat.Field{{Name: c.Target.Name, Value: chat.Escape(c.Target.Name)}}
		return chat.Reply{Message: m}
	}}
	Start(t, p, h)
	p.Type("alice", "/ckad challenge @carol")
	got := AwaitText(t, p, "bob", "A duel with")
	if c := h.Calls()[0].(chat.Command); c.Target.Name != name {
		t.Fatalf("the handler heard of %q, want %q", c.Target.Name, name)
	}
	if len(got.Pings) > 0 || strings.Contains(got.Text, "<!channel>") {
		t.Errorf("pings %q: %q", got.Pings, got.Text)
	}
}
