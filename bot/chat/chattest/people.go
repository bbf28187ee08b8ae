package chattest

import (
	"slices"
	"strings"
	"testing"

	"ckadbot/bot/chat"
)

// Promises about what people do, and what each of them sees.

func commandArrives(t *testing.T, p Platform) {
	h := &Handler{OnCommand: func(c chat.Command) chat.Reply { return text("defined " + chat.Escape(c.Args["term"])) }}
	Start(t, p, h)
	p.Type("alice", "/ckad define node affinity")
	AwaitText(t, p, "alice", "defined node affinity")
	c := h.Calls()[0].(chat.Command)
	if c.Name != "ckad define" || c.User.Name != "alice" || c.User.ID == "" || c.User.Platform != p.Adapter().Platform() || c.User.Workspace == "" {
		t.Errorf("got %+v", c)
	}
	if c.Channel != p.Channel() {
		t.Errorf("channel is %v, want %v", c.Channel, p.Channel())
	}
}

func personIsResolved(t *testing.T, p Platform) {
	h := &Handler{}
	Start(t, p, h)
	p.Type("bob", "/ckad help")
	AwaitText(t, p, "bob", "ok")
	p.Type("alice", "/ckad challenge @bob 5 pod design")
	AwaitText(t, p, "alice", "ok")
	bob, c := h.Calls()[0].(chat.Command).User, h.Calls()[1].(chat.Command)
	if c.Target == nil || c.Target.ID != bob.ID || c.Target.Name != "bob" || c.Target.Bot {
		t.Errorf("target is %+v, want %+v", c.Target, bob)
	}
	if c.Args["questions"] != "5" || c.Args["topic"] != "pod design" {
		t.Errorf("arguments are %v", c.Args)
	}
}

// adminsAreTold: "admin" is one on every fake platform; on the terminal everybody is.
func adminsAreTold(t *testing.T, p Platform) {
	h := &Handler{}
	Start(t, p, h)
	p.Type("admin", "/ckad-admin series create name=daily")
	AwaitText(t, p, "admin", "ok")
	if c := h.Calls()[0].(chat.Command); !c.User.Admin || c.Name != "ckad-admin series create" || c.Args["name"] != "daily" {
		t.Errorf("got %+v", c)
	}
	if p.Adapter().Platform() == "console" {
		return
	}
	p.Type("alice", "/ckad-admin series create name=daily")
	AwaitText(t, p, "alice", "ok")
	if c := h.Calls()[1].(chat.Command); c.User.Admin {
		t.Error("alice is taken for an admin")
	}
}

func ephemeralStaysPrivate(t *testing.T, p Platform) {
	Start(t, p, &Handler{OnCommand: func(c chat.Command) chat.Reply {
		return chat.Reply{Message: chat.Message{Text: "hello " + c.User.Name}, Ephemeral: c.User.Name == "alice"}
	}})
	p.Type("alice", "/ckad help")
	if got := AwaitText(t, p, "alice", "hello alice"); !got.Ephemeral {
		t.Errorf("%+v is not ephemeral", got)
	}
	p.Type("carol", "/ckad help")
	AwaitText(t, p, "bob", "hello carol")
	if bobs, _ := p.Sees("bob"); p.Adapter().Platform() != "console" {
		if m, ok := Find(bobs, "hello alice"); ok {
			t.Errorf("bob sees %+v", m)
		}
	}
}

func publicIsPublic(t *testing.T, p Platform) {
	Start(t, p, &Handler{OnCommand: func(chat.Command) chat.Reply { return chat.Reply{Message: card("to all", abc...)} }})
	p.Type("alice", "/ckad help")
	got := AwaitText(t, p, "bob", "to all")
	if got.Ephemeral {
		t.Errorf("%+v is ephemeral", got)
	}
	checkSaid(t, got, "to all")
}

func clickArrives(t *testing.T, p Platform) {
	h := &Handler{OnClick: func(c chat.Click) chat.Reply { return text("pressed " + c.Action) }}
	Start(t, p, h)
	ref := post(t, p, "q1", card("Question?", abc...))
	p.Press("bob", AwaitText(t, p, "bob", "Question?"), "B")
	if got := AwaitText(t, p, "bob", "pressed ans:1:1"); !got.Ephemeral {
		t.Errorf("%+v is not ephemeral", got)
	}
	c := h.Calls()[0].(chat.Click)
	if c.User.Name != "bob" || c.Message != ref {
		t.Errorf("got %+v, want the message %+v", c, ref)
	}
	AwaitText(t, p, "bob", "Question?") // it is still there
}

func choiceIsAClick(t *testing.T, p Platform) {
	h := &Handler{OnClick: func(c chat.Click) chat.Reply { return text("chosen " + spaced(c.Action)) }}
	Start(t, p, h)
	m := card("Which one?", chat.Button{Action: "ans:1:0", Label: "None"})
	m.Card.Select = &chat.Select{Label: "Choose <one> & *go*", Choices: []chat.Choice{{Label: "The first", Value: "terms:0:D1"}, {Label: "The second", Value: chat.AdminAction + "x:2"}}}
	ref := post(t, p, "q1", m)
	for i, tc := range []struct{ who, label, action string }{
		{"bob", "The first", "terms:0:D1"}, {"bob", "None", "ans:1:0"}, {"bob", "The second", "admin:x:2"}, {"admin", "The second", "admin:x:2"},
	} {
		p.Press(tc.who, AwaitText(t, p, tc.who, "Which one?"), tc.label)
		if got := AwaitText(t, p, tc.who, "chosen "+spaced(tc.action)); !got.Ephemeral {
			t.Errorf("%+v is not ephemeral", got)
		}
		c := h.Calls()[i].(chat.Click)
		if c.Action != tc.action || c.User.Name != tc.who || c.Message != ref {
			t.Errorf("%s chooses %q: got %+v", tc.who, tc.label, c)
		}
		if strings.HasPrefix(tc.action, chat.AdminAction) && c.User.Admin != (tc.who == "admin") && p.Adapter().Platform() != "console" {
			t.Errorf("%s chooses %q: taken for an admin: %v", tc.who, tc.label, c.User.Admin)
		}
	}
}

// spaced is an action as no platform takes for markup.
func spaced(action string) string { return strings.ReplaceAll(action, ":", " ") }

func replaceReplaces(t *testing.T, p Platform) {
	Start(t, p, &Handler{
		OnCommand: func(chat.Command) chat.Reply { return chat.Reply{Message: card("first", abc...), Ephemeral: true} },
		OnClick: func(c chat.Click) chat.Reply {
			return chat.Reply{Message: card("second", abc[:1]...), Ephemeral: true, Replace: true}
		},
	})
	p.Type("alice", "/ckad help")
	p.Press("alice", AwaitText(t, p, "alice", "first"), "A")
	AwaitText(t, p, "alice", "second")
	if messages, _ := p.Sees("alice"); p.Adapter().Platform() != "console" { // a terminal cannot take back what it printed
		if m, ok := Find(messages, "first"); ok {
			t.Errorf("alice still sees %+v", m)
		}
	}
	p.Press("alice", AwaitText(t, p, "alice", "second"), "A") // works in the message that took its place, too
	AwaitText(t, p, "alice", "second")
}

func formComesBack(t *testing.T, p Platform) {
	form := &chat.Form{Title: "New series", Action: "admin:series:create", Inputs: []chat.Input{{Name: "name", Label: "Name", Hint: "Daily", Value: "Daily"}, {Name: "time", Label: "Time"}}}
	h := &Handler{
		OnCommand: func(chat.Command) chat.Reply { return chat.Reply{Form: form} },
		OnSubmit: func(s chat.Submission) chat.Reply {
			return text("saved " + s.Values["name"] + " at " + s.Values["time"])
		},
	}
	Start(t, p, h)
	p.Type("admin", "/ckad-admin series create")
	got := Await(t, p, "admin", func(s Shown) bool { return s.Form })
	if want := []string{"Name", "Time"}; !slices.Equal(got.Inputs, want) {
		t.Errorf("inputs are %q, want %q", got.Inputs, want)
	}
	p.Fill("admin", got, map[string]string{"Name": "Morning", "Time": "09:30"})
	AwaitText(t, p, "admin", "saved Morning at 09:30")
	s := h.Calls()[1].(chat.Submission)
	if s.Action != form.Action || !s.User.Admin || s.User.Name != "admin" || s.Channel != p.Channel() {
		t.Errorf("got %+v", s)
	}
}

// inputIsCompleted: where only what was proposed can be chosen, it was; elsewhere
// the same can be typed. Either way the value arrives, not the label.
func inputIsCompleted(t *testing.T, p Platform) {
	form := &chat.Form{Title: "Look up a term", Action: "define", Submit: "Look up", Inputs: []chat.Input{
		{Name: "term", Label: "Term", Hint: "Pod", Complete: true}, {Name: "note", Label: "Note", Optional: true},
	}}
	h := &Handler{
		OnCommand: func(chat.Command) chat.Reply { return chat.Reply{Form: form} },
		OnComplete: func(c chat.Completion) []chat.Choice {
			if c.Command != form.Action || c.Option != "term" || c.User.Name != "alice" || c.Channel != p.Channel() {
				t.Errorf("asked to complete %+v", c)
			}
			return []chat.Choice{{Label: "Something else", Value: "else"}, {Label: "What was typed", Value: c.Typed}}
		},
		OnSubmit: func(s chat.Submission) chat.Reply { return text("defined " + s.Values["term"]) },
	}
	Start(t, p, h)
	p.Type("alice", "/ckad help")
	p.Fill("alice", Await(t, p, "alice", func(s Shown) bool { return s.Form }), map[string]string{"Term": "node affinity"})
	if got := AwaitText(t, p, "alice", "defined node affinity"); !got.Ephemeral {
		t.Errorf("%+v is not ephemeral", got)
	}
	if s := h.Calls()[1].(chat.Submission); s.Values["note"] != "" || s.Channel != p.Channel() {
		t.Errorf("got %+v", s)
	}
}

// hostile has what pings or formats on some platform.
const hostile = "<!channel> <@U123> @everyone @here <#C1> </ckad:1> <https://evil.example|click> *b* _i_ ~s~ **bold** __u__ ||s|| [a](https://evil.example) # h\n> q & `c` :tada:"

func hostileTextIsInert(t *testing.T, p Platform) {
	m := chat.Message{Card: &chat.Card{Title: hostile[:100], Body: chat.Escape(hostile), Fields: []chat.Field{{Name: "@everyone", Value: chat.Escape(hostile)}}, Footer: hostile[:100]}}
	Start(t, p, &Handler{OnCommand: func(chat.Command) chat.Reply { return chat.Reply{Message: m} }})
	p.Type("alice", "/ckad help")
	got := AwaitText(t, p, "bob", "tada")
	if len(got.Pings) > 0 {
		t.Errorf("pings %q: %q", got.Pings, got.Text)
	}
	for _, live := range []string{"<!channel>", "<@U123>", "<#C1>", "</ckad:1>", "<https://evil", " **bold** ", " [a](https"} {
		if p.Adapter().Platform() != "console" && strings.Contains(got.Text, live) {
			t.Errorf("%q is live in %q", live, got.Text)
		}
	}
}

func mentionNotifiesOne(t *testing.T, p Platform) {
	Start(t, p, &Handler{OnCommand: func(c chat.Command) chat.Reply {
		m := card("a duel", abc...)
		m.Mention = c.Target
		return chat.Reply{Message: m}
	}})
	p.Type("alice", "/ckad challenge @bob")
	if got := AwaitText(t, p, "carol", "a duel"); !slices.Equal(got.Pings, []string{"bob"}) {
		t.Errorf("pings %q, want bob: %q", got.Pings, got.Text)
	}
}
