package slack_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/slack/slacktest"
)

var form = chat.Reply{Form: &chat.Form{Title: "New series", Action: "admin:new", Inputs: []chat.Input{{Name: "name", Label: "Name"}, {Name: "note", Label: "Note", Optional: true}}}}

func TestFormThatComesTooLateIsExplained(t *testing.T) {
	p := newPlatform(t)
	chattest.Start(t, p, &chattest.Handler{OnCommand: func(chat.Command) chat.Reply {
		p.ExpireTriggers()
		return form
	}})
	p.Type("alice", "/ckad help")
	chattest.AwaitText(t, p, "alice", "Please do that once more")
	if got, want := p.Complaints(), []string{"views.open: expired_trigger_id"}; !slices.Equal(got, want) {
		t.Errorf("complaints are %q, want %q", got, want)
	}
}

func TestFormsOpenFromClicksAndFromForms(t *testing.T) {
	p := newPlatform(t)
	h := &chattest.Handler{
		OnClick: func(chat.Click) chat.Reply { return form },
		OnSubmit: func(s chat.Submission) chat.Reply {
			if s.Values["name"] == "" {
				return form
			}
			return chat.Reply{Message: chat.Message{Text: "made " + chat.Escape(s.Values["name"])}}
		},
	}
	chattest.Start(t, p, h)
	post(t, p, chat.Key{ID: "k"}, question)
	p.Press("alice", chattest.AwaitText(t, p, "alice", "Which?"), "A")
	isForm := func(s chattest.Shown) bool { return s.Form }
	first := chattest.Await(t, p, "alice", isForm)
	p.Fill("alice", first, nil)
	p.Fill("alice", chattest.Await(t, p, "alice", func(s chattest.Shown) bool { return s.Form && s.ID != first.ID }), map[string]string{"Name": "Daily"})
	if got := chattest.AwaitText(t, p, "bob", "made Daily"); got.Ephemeral {
		t.Errorf("%+v is ephemeral", got)
	}
	s := h.Calls()[2].(chat.Submission)
	if want := map[string]string{"name": "Daily", "note": ""}; !cmp.Equal(s.Values, want) || s.User.Admin {
		t.Errorf("got %+v, want the values %v of alice, who is no admin", s, want)
	}
	if c := p.Complaints(); len(c) > 0 {
		t.Errorf("complaints: %q", c)
	}
}

func TestReplyFindsAnotherWayWhenItsTimeIsOver(t *testing.T) {
	p := newPlatform(t)
	chattest.Start(t, p, &chattest.Handler{OnCommand: func(chat.Command) chat.Reply {
		p.ExpireResponses()
		return say("at last")
	}})
	t.Run("in the channel", func(t *testing.T) {
		p.Type("alice", "/ckad help")
		if got := chattest.AwaitText(t, p, "alice", "at last"); !got.Ephemeral {
			t.Errorf("%+v is not ephemeral", got)
		}
	})
	t.Run("in direct messages, where the bot is not in the channel", func(t *testing.T) {
		p.TypeIn(p.AddChannel("random", false), "bob", "/ckad help")
		if got := chattest.AwaitText(t, p, "bob", "at last"); got.Ephemeral || !strings.HasPrefix(got.ID, "D0BOB ") {
			t.Errorf("got %+v, want a direct message", got)
		}
	})
}

func TestBotThatWasRemovedStillAnswersAForm(t *testing.T) {
	p := newPlatform(t)
	chattest.Start(t, p, &chattest.Handler{
		OnCommand: func(chat.Command) chat.Reply { return form },
		OnSubmit:  func(s chat.Submission) chat.Reply { return say("made " + s.Values["name"]) },
	})
	p.Type("alice", "/ckad help")
	opened := chattest.Await(t, p, "alice", func(s chattest.Shown) bool { return s.Form })
	p.RemoveBot(slacktest.General)
	p.Fill("alice", opened, map[string]string{"Name": "Daily"})
	if got := chattest.AwaitText(t, p, "alice", "made Daily"); !strings.HasPrefix(got.ID, slacktest.General) || !got.Ephemeral {
		t.Errorf("got %+v, want an ephemeral message in the channel", got)
	}
	p.Type("alice", "/ckad help")
	opened = chattest.Await(t, p, "alice", func(s chattest.Shown) bool { return s.Form })
	p.ExpireResponses()
	p.Fill("alice", opened, map[string]string{"Name": "Late"})
	if got := chattest.AwaitText(t, p, "alice", "made Late"); !strings.HasPrefix(got.ID, "D0ALICE ") {
		t.Errorf("got %+v, want a direct message", got)
	}
}

func TestPublicAnswerToAFormIsPublicHoweverLateItIs(t *testing.T) {
	p := newPlatform(t)
	chattest.Start(t, p, &chattest.Handler{
		OnCommand: func(chat.Command) chat.Reply { return form },
		OnSubmit:  func(chat.Submission) chat.Reply { return chat.Reply{Message: chat.Message{Text: "made for all"}} },
	})
	p.Type("alice", "/ckad help")
	opened := chattest.Await(t, p, "alice", func(s chattest.Shown) bool { return s.Form })
	p.ExpireResponses()
	p.Fill("alice", opened, map[string]string{"Name": "Daily"})
	if got := chattest.AwaitText(t, p, "bob", "made for all"); got.Ephemeral {
		t.Errorf("%+v is ephemeral", got)
	}
}

func TestCommandInDirectMessagesIsAnsweredThere(t *testing.T) {
	p := newPlatform(t)
	h := &chattest.Handler{}
	chattest.Start(t, p, h)
	p.TypeIn("U0ALICE", "alice", "/ckad define pod")
	got := chattest.AwaitText(t, p, "alice", "ok")
	if c := h.Calls()[0].(chat.Command); c.Channel.ID != "D0ALICE" || !strings.HasPrefix(got.ID, c.Channel.ID) {
		t.Errorf("got %+v in %+v", got, c.Channel)
	}
}

// Slack delivers commands from everywhere; where the bot is no member, it answers all the same.
func TestCommandsAreAnsweredWhereTheBotIsNot(t *testing.T) {
	bothWays(t, func(t *testing.T, p *platform) {
		chattest.Start(t, p, &chattest.Handler{OnCommand: func(c chat.Command) chat.Reply {
			return chat.Reply{Message: chat.Message{Text: "about " + c.Args["term"]}, Ephemeral: c.Args["term"] != "public"}
		}})
		for _, channel := range []string{p.AddChannel("outside", false), p.Between("alice", "bob")} {
			p.TypeIn(channel, "alice", "/ckad define pod")
			if got := chattest.Await(t, p, "alice", func(s chattest.Shown) bool { return s.Channel == channel }); !got.Ephemeral || !strings.Contains(got.Text, "about pod") {
				t.Errorf("got %+v, want it for alice alone", got)
			}
			p.TypeIn(channel, "alice", "/ckad define public")
			chattest.Await(t, p, "bob", func(s chattest.Shown) bool { return s.Channel == channel && strings.Contains(s.Text, "about public") })
		}
		if n := calls(p, "chat.postMessage") + calls(p, "chat.postEphemeral"); n > 0 {
			t.Errorf("%d posts by the bot, which is in neither channel", n)
		}
		if c := p.Complaints(); len(c) > 0 {
			t.Errorf("complaints: %q", c)
		}
	})
}

// Telephones make quotes and spaces nicer than they were typed, and the first letter larger.
func TestCommandsAreReadAsTelephonesSendThem(t *testing.T) {
	p := newPlatform(t)
	h := &chattest.Handler{}
	chattest.Start(t, p, h)
	for text, want := range map[string]chat.Command{
		"define “node affinity”":                      {Name: "ckad define", Args: map[string]string{"term": "node affinity"}},
		"Define\u00a0„node affinity“":                 {Name: "ckad define", Args: map[string]string{"term": "node affinity"}},
		"\u00a0define\u202f\u00a0pod\u00a0":           {Name: "ckad define", Args: map[string]string{"term": "pod"}},
		"define term=“pod\u00a0disruption budget”":    {Name: "ckad define", Args: map[string]string{"term": "pod disruption budget"}},
		"challenge\u00a0@bob\u00a05 “rolling update”": {Name: "ckad challenge", Args: map[string]string{"user": "U0BOB", "questions": "5", "topic": "rolling update"}},
	} {
		before := len(commands(h))
		p.Type("alice", "/ckad "+text)
		until(t, "the command is read", func() bool { return len(commands(h)) > before })
		if got := commands(h)[before]; got.Name != want.Name || !cmp.Equal(got.Args, want.Args) || got.Rest != "" {
			t.Errorf("%q is read as %s %q and %q, want %s %q", text, got.Name, got.Args, got.Rest, want.Name, want.Args)
		}
	}
}

func TestPublicMessageIsReplacedForAll(t *testing.T) {
	p := newPlatform(t)
	chattest.Start(t, p, &chattest.Handler{OnClick: func(chat.Click) chat.Reply {
		return chat.Reply{Message: chat.Message{Text: "the duel is on"}, Replace: true}
	}})
	post(t, p, chat.Key{ID: "k"}, question)
	p.Press("alice", chattest.AwaitText(t, p, "alice", "Which?"), "A")
	if got := chattest.AwaitText(t, p, "bob", "the duel is on"); got.Ephemeral || len(got.Buttons) > 0 {
		t.Errorf("got %+v", got)
	}
	if messages, _ := p.Sees("bob"); len(messages) != 1 {
		t.Errorf("bob sees %+v, want one message", messages)
	}
}

func TestTargets(t *testing.T) {
	p := newPlatform(t)
	h := &chattest.Handler{}
	h.OnCommand = func(chat.Command) chat.Reply { return say(fmt.Sprintf("answer %d.", len(h.Calls()))) }
	chattest.Start(t, p, h)
	ask := func(text string) chat.Command {
		n := len(h.Calls()) + 1
		p.SendRaw("slash_commands", map[string]any{
			"command": "/ckad", "text": text, "user_id": "U0ALICE", "user_name": "alice", "channel_id": slacktest.General,
			"team_id": slacktest.Team, "trigger_id": text, "response_url": p.ResponseURL("alice"),
		})
		chattest.AwaitText(t, p, "alice", fmt.Sprintf("answer %d.", n))
		return h.Calls()[n-1].(chat.Command)
	}
	t.Run("a person nobody knows is no target", func(t *testing.T) {
		if c := ask("challenge <@U0NOBODY|nobody> 5"); c.Target != nil || c.Args["user"] != "U0NOBODY" {
			t.Errorf("got %+v", c)
		}
	})
	t.Run("a bot is told as one", func(t *testing.T) {
		if c := ask("challenge <@U0CKADBOT>"); c.Target == nil || !c.Target.Bot {
			t.Errorf("got %+v", c)
		}
	})
	t.Run("a name without Slack's escape names nobody", func(t *testing.T) {
		if c := ask("challenge @bob"); c.Target != nil || c.Args["user"] != "" {
			t.Errorf("got %+v", c)
		}
	})
	t.Run("without the scope the id must do", func(t *testing.T) {
		p.RemoveScope("users:read")
		if c := ask("challenge <@U0BOB>"); c.Target == nil || c.Target.ID != "U0BOB" {
			t.Errorf("got %+v", c)
		}
	})
	t.Run("text comes as it was typed", func(t *testing.T) {
		c := ask("define “a &lt;b&gt; &amp;amp; <http://kubernetes.io|kubernetes.io> <#C0GENERAL|general>”")
		if got, want := c.Args["term"], "a <b> &amp; kubernetes.io #general"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
	t.Run("text that is no command is passed on", func(t *testing.T) {
		if c := ask("dance\u00a0now"); c.Name != "ckad" || c.Rest != "dance now" {
			t.Errorf("got %+v", c)
		}
	})
}

func TestAdminOfNoScopeIsNoAdmin(t *testing.T) {
	p := newPlatform(t)
	p.RemoveScope("users:read")
	h := &chattest.Handler{}
	chattest.Start(t, p, h)
	p.Type("admin", "/ckad-admin series create")
	chattest.AwaitText(t, p, "admin", "ok")
	if h.Calls()[0].(chat.Command).User.Admin {
		t.Error("taken for an admin though nobody could tell")
	}
	if !strings.Contains(p.log.String(), "users:read") {
		t.Errorf("the log does not say which scope is missing:\n%s", p.log)
	}
}

func TestAdminButtonsAskWhoPresses(t *testing.T) {
	p := newPlatform(t)
	h := &chattest.Handler{OnClick: func(c chat.Click) chat.Reply { return say(fmt.Sprintf("admin: %t", c.User.Admin)) }}
	chattest.Start(t, p, h)
	post(t, p, chat.Key{ID: "k"}, chat.Message{Card: &chat.Card{Body: "Delete?", Buttons: []chat.Button{{Action: "admin:delete", Label: "Delete", Style: chat.Danger}}}})
	for _, name := range []string{"alice", "admin"} {
		p.Press(name, chattest.AwaitText(t, p, name, "Delete?"), "Delete")
		chattest.AwaitText(t, p, name, fmt.Sprintf("admin: %t", name == "admin"))
	}
}

func TestClicksCostNoLookup(t *testing.T) {
	p := newPlatform(t)
	chattest.Start(t, p, &chattest.Handler{})
	post(t, p, chat.Key{ID: "k"}, question)
	p.Press("alice", chattest.AwaitText(t, p, "alice", "Which?"), "A")
	chattest.AwaitText(t, p, "alice", "ok")
	for _, call := range p.Calls() {
		if strings.HasSuffix(call.Path, "users.info") {
			t.Errorf("asked for %s", call.Body)
		}
	}
}

// The promise for all adapters counts while handlers may still be at work; this
// one counts when Run has ended, and so waited for all of them.
func TestRedeliveredEventsAreHandledOnce(t *testing.T) { bothWays(t, redelivered) }

func redelivered(t *testing.T, p *platform) {
	h := &chattest.Handler{OnClick: func(chat.Click) chat.Reply { return form }}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- p.adapter.Run(ctx, chattest.Spec, h) }()
	p.Fail(chattest.Again)
	p.Type("alice", "/ckad help")
	chattest.AwaitText(t, p, "alice", "ok")
	post(t, p, chat.Key{ID: "k"}, question)
	p.Fail(chattest.Again)
	p.Press("bob", chattest.AwaitText(t, p, "bob", "Which?"), "A")
	opened := chattest.Await(t, p, "bob", func(s chattest.Shown) bool { return s.Form })
	p.Fail(chattest.Again)
	p.Fill("bob", opened, map[string]string{"Name": "Daily"})
	chattest.AwaitText(t, p, "bob", "ok")
	ready(t, p) // comes after all that was delivered twice
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if n := len(h.Calls()); n != 4 {
		t.Errorf("%d calls, want a command, a click, a form and a command: %+v", n, h.Calls())
	}
	if c := p.Complaints(); len(c) > 0 {
		t.Errorf("complaints: %q", c)
	}
}

// TestWalkThroughGoesOnWhenItsMessageIsGone: each click brings a response_url of its own;
// when that is used up or too old, the next step is a fresh ephemeral message.
func TestWalkThroughGoesOnWhenItsMessageIsGone(t *testing.T) {
	bothWays(t, func(t *testing.T, p *platform) {
		step := func(n int) chat.Reply {
			return chat.Reply{Ephemeral: true, Replace: true, Message: chat.Message{Card: &chat.Card{Body: fmt.Sprintf("Step %d", n), Buttons: []chat.Button{{Action: fmt.Sprintf("step:%d", n+1), Label: "Next"}}}}}
		}
		h := &chattest.Handler{
			OnCommand: func(chat.Command) chat.Reply { return step(0) },
			OnClick: func(c chat.Click) chat.Reply {
				var n int
				_, _ = fmt.Sscanf(c.Action, "step:%d", &n)
				if n == 13 {
					p.ExpireResponses() // as if it took half an hour
				}
				return step(n)
			},
		}
		chattest.Start(t, p, h)
		p.Type("alice", "/ckad help")
		for n := range 12 { // more than a response_url's five
			m := chattest.AwaitText(t, p, "alice", fmt.Sprintf("Step %d", n))
			if got := seen(p, "alice"); len(got) != 1 {
				t.Fatalf("alice sees %+v, want one message", got)
			}
			p.Press("alice", m, "Next")
		}
		m := chattest.AwaitText(t, p, "alice", "Step 12")
		p.Press("alice", m, "Next")
		if got := chattest.AwaitText(t, p, "alice", "Step 13"); got.ID == m.ID || !got.Ephemeral {
			t.Errorf("got %+v, want a fresh ephemeral message", got)
		}
		p.Press("alice", chattest.AwaitText(t, p, "alice", "Step 13"), "Next")
		chattest.AwaitText(t, p, "alice", "Step 14")
		clean(t, p)
	})
}
