package slack_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/slack"
	"ckadbot/bot/slack/slacktest"
)

// settle waits until all that was delivered so far is handled, by having the adapter end.
func settle(t *testing.T, p *platform, h chat.Handler, do func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- p.adapter.Run(ctx, chattest.Spec, h) }()
	ready(t, p)
	do()
	<-p.Acknowledged()
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run returns %v", err)
	}
	if c := p.Complaints(); len(c) > 0 {
		t.Errorf("complaints: %q", c)
	}
}

// commands are those that h was called with, without those of dave, who only asks whether the bot is there.
func commands(h *chattest.Handler) (all []chat.Command) {
	for _, c := range h.Calls() {
		if c, ok := c.(chat.Command); ok && c.User.Name != "dave" {
			all = append(all, c)
		}
	}
	return all
}

func TestMentionIsAnsweredForThePersonAlone(t *testing.T) {
	bothWays(t, func(t *testing.T, p *platform) {
		h := &chattest.Handler{OnCommand: func(c chat.Command) chat.Reply {
			return chat.Reply{Message: chat.Message{Text: "help about " + chat.Escape(c.Rest)}, Ephemeral: c.User.Name == "dave"}
		}}
		chattest.Start(t, p, h)
		ready(t, p)
		p.Mention("alice", slacktest.General, "", "hello @ckad, what is a pod?")
		got := chattest.AwaitText(t, p, "alice", "help about hello")
		if !got.Ephemeral || p.ThreadOf(got) != "" {
			t.Errorf("got %+v in thread %q, want it in the channel for alice alone", got, p.ThreadOf(got))
		}
		c := commands(h)[0]
		if c.Name != "ckad" || c.Rest != "hello , what is a pod?" || c.User.Name != "alice" || c.Channel != p.Channel() {
			t.Errorf("got %+v", c)
		}
		p.Mention("bob", slacktest.General, "1700000000.000100", "@ckad in a thread")
		got = chattest.AwaitText(t, p, "bob", "help about in a thread")
		if !got.Ephemeral || p.ThreadOf(got) != "1700000000.000100" {
			t.Errorf("got %+v in thread %q, want it in the thread", got, p.ThreadOf(got))
		}
	})
}

func TestDirectMessageIsAnsweredByOne(t *testing.T) {
	bothWays(t, func(t *testing.T, p *platform) {
		h := &chattest.Handler{}
		chattest.Start(t, p, h)
		ready(t, p)
		p.Write("alice", "hi &amp; bye")
		got := chattest.AwaitText(t, p, "alice", "ok")
		if got.Ephemeral || !strings.HasPrefix(got.ID, "D0ALICE ") {
			t.Errorf("got %+v, want a message in the conversation", got)
		}
		if c := commands(h)[0]; c.Name != "ckad" || c.Rest != "hi &amp; bye" || c.Channel.ID != "D0ALICE" {
			t.Errorf("got %+v", c)
		}
	})
}

func TestFormCannotBeOpenedFromAMention(t *testing.T) {
	p := newPlatform(t)
	chattest.Start(t, p, &chattest.Handler{OnCommand: func(c chat.Command) chat.Reply {
		if c.Rest == "" {
			return say("ok")
		}
		return form
	}})
	ready(t, p)
	p.Mention("alice", slacktest.General, "", "@ckad define")
	if got := chattest.AwaitText(t, p, "alice", "type it with a slash"); !got.Ephemeral {
		t.Errorf("%+v is not ephemeral", got)
	}
	if c := p.Complaints(); len(c) > 0 {
		t.Errorf("complaints: %q", c)
	}
}

func TestNobodyElseIsAnswered(t *testing.T) {
	im := func(more map[string]any) map[string]any {
		e := map[string]any{"type": "message", "channel_type": "im", "user": "U0ALICE", "text": "hi", "ts": "1700000000.000100", "channel": "D0ALICE", "event_ts": "1700000000.000100"}
		for name, v := range more {
			e[name] = v
		}
		return e
	}
	for name, e := range map[string]map[string]any{
		"a bot":                  im(map[string]any{"bot_id": "B1"}),
		"a bot without its mark": im(map[string]any{"user": slacktest.BotUser}),
		"Slackbot":               im(map[string]any{"user": "USLACKBOT"}),
		"an edit":                im(map[string]any{"subtype": "message_changed", "message": map[string]any{}}),
		"nobody":                 im(map[string]any{"user": nil}),
		"a channel":              im(map[string]any{"channel_type": "channel", "channel": slacktest.General}),
		"a bot's mention":        {"type": "app_mention", "user": "U0ALICE", "bot_id": "B1", "text": "x", "ts": "1700000000.000100", "channel": slacktest.General, "event_ts": "1700000000.000100"},
		"a newcomer":             {"type": "member_joined_channel", "user": "U0ALICE", "channel": slacktest.General, "event_ts": "1700000000.000100"},
		"a kind nobody knows":    {"type": "user_change", "user": map[string]any{"id": "U0ALICE"}, "event_ts": "1700000000.000100"},
		"the tab home":           {"type": "app_home_opened", "user": "U0ALICE", "channel": "D0ALICE", "tab": "home", "event_ts": "1700000000.000100"},
		"no kind":                {"event_ts": "1700000000.000100"},
		"a list for a name":      {"type": "app_mention", "user": []any{"U0ALICE"}, "event_ts": "1700000000.000100"},
	} {
		t.Run(name, func(t *testing.T) {
			p := overHTTP(t)
			h := &chattest.Handler{OnJoined: func(chat.Joining) (chat.Message, bool) { return chat.Message{Text: "hello"}, true }}
			settle(t, p, h, func() { p.Happen(e) })
			if n := len(h.Calls()); n != 1 {
				t.Errorf("%d calls, want that of dave only: %+v", n, h.Calls())
			}
			if messages, _ := p.Sees("alice"); len(messages) > 0 {
				t.Errorf("alice sees %+v", messages)
			}
		})
	}
}

// Slack was seen to deliver one event eleven times more, over minutes, with
// nothing that tells it from a new one but what it is about.
func TestElevenRedeliveries(t *testing.T) {
	for name, do := range map[string]func(p *platform){
		"a command":  func(p *platform) { p.Type("alice", "/ckad help") },
		"a mention":  func(p *platform) { p.Mention("alice", slacktest.General, "", "@ckad help") },
		"a message":  func(p *platform) { p.Write("alice", "help") },
		"an arrival": func(p *platform) { p.Invite("alice", "ckad", p.AddChannel("random", true)) },
		"a click": func(p *platform) {
			messages, _ := p.Sees("alice")
			m, _ := chattest.Find(messages, "Which?")
			p.Press("alice", m, "A")
		},
	} {
		t.Run(name, func(t *testing.T) {
			bothWays(t, func(t *testing.T, p *platform) {
				h := &chattest.Handler{OnJoined: func(chat.Joining) (chat.Message, bool) { return chat.Message{Text: "ok, I am here"}, true }}
				settle(t, p, h, func() {
					post(t, p, chat.Key{ID: "k"}, question)
					p.Repeat(11)
					do(p)
					chattest.AwaitText(t, p, "alice", "ok")
				})
				if n := len(h.Calls()); n != 2 {
					t.Errorf("%d calls, want 2: %+v", n, h.Calls())
				}
				messages, _ := p.Sees("alice")
				if messages = slices.DeleteFunc(messages, func(m chattest.Shown) bool { return !strings.Contains(m.Text, "ok") }); len(messages) != 1 {
					t.Errorf("alice sees %+v, want one answer", messages)
				}
			})
		})
	}
}

func TestBotSaysHelloWhereItIsInvited(t *testing.T) {
	bothWays(t, func(t *testing.T, p *platform) {
		h := &chattest.Handler{OnJoined: func(j chat.Joining) (chat.Message, bool) {
			return chat.Message{Text: "hello, " + j.By.Name}, true
		}}
		chattest.Start(t, p, h)
		ready(t, p)
		random := p.AddChannel("random", false)
		p.Invite("bob", "ckad", random)
		got := chattest.AwaitText(t, p, "alice", "hello, bob")
		if got.Ephemeral || !strings.HasPrefix(got.ID, random+" ") {
			t.Errorf("got %+v, want it in %s for all", got, random)
		}
		want := chat.Channel{Platform: "slack", Workspace: slacktest.Team, ID: random}
		if j := h.Calls()[1].(chat.Joining); j.Channel != want || j.By.ID != "U0BOB" {
			t.Errorf("got %+v, want %v", j, want)
		}
	})
}

func TestRemovalIsToldOnce(t *testing.T) {
	bothWays(t, func(t *testing.T, p *platform) {
		var left []string // Run ends after all handlers
		h := &chattest.Handler{OnLeft: func(home string) { left = append(left, home) }}
		ended := make(chan error, 1)
		go func() { ended <- p.adapter.Run(t.Context(), chattest.Spec, h) }()
		ready(t, p)
		p.Repeat(11)
		p.Uninstall()
		if err := <-ended; !errors.Is(err, chat.ErrToken) {
			t.Errorf("Run returns %v, want %v", err, chat.ErrToken)
		}
		if want := []string{"slack/" + slacktest.Team}; !slices.Equal(left, want) {
			t.Errorf("left %q, want %q", left, want)
		}
	})
}

func TestRevokedTokensOfPeopleAreNotOurs(t *testing.T) {
	bothWays(t, func(t *testing.T, p *platform) {
		h := &chattest.Handler{OnLeft: func(home string) { t.Errorf("left %q", home) }}
		settle(t, p, h, func() {
			p.Happen(map[string]any{"type": "tokens_revoked", "tokens": map[string]any{"oauth": []any{"U0ALICE"}}, "event_ts": "1.000001"})
		})
	})
}

func TestClicksInThreadsStayThere(t *testing.T) {
	bothWays(t, func(t *testing.T, p *platform) {
		const thread = "1700000000.000100"
		chattest.Start(t, p, &chattest.Handler{
			OnCommand: func(chat.Command) chat.Reply { return chat.Reply{Message: question, Ephemeral: true} },
			OnClick: func(c chat.Click) chat.Reply {
				if c.User.Name == "bob" {
					return form
				}
				p.ExpireResponses()
				return say("right")
			},
			OnSubmit: func(chat.Submission) chat.Reply { return say("saved") },
		})
		ready(t, p)
		for person, want := range map[string]string{"alice": "right", "bob": "saved"} {
			p.Mention(person, slacktest.General, thread, "@ckad ask")
			p.Press(person, chattest.AwaitText(t, p, person, "Which?"), "A")
			if person == "bob" {
				p.Fill(person, chattest.Await(t, p, person, func(s chattest.Shown) bool { return s.Form }), map[string]string{"Name": "x"})
			}
			if got := chattest.AwaitText(t, p, person, want); !got.Ephemeral || p.ThreadOf(got) != thread {
				t.Errorf("got %+v in thread %q, want it in %q", got, p.ThreadOf(got), thread)
			}
		}
		if c := p.Complaints(); len(c) > 0 {
			t.Errorf("complaints: %q", c)
		}
	})
}

func TestResponseURLThatIsUsedUpIsReplacedByAFreshMessage(t *testing.T) {
	bothWays(t, func(t *testing.T, p *platform) {
		chattest.Start(t, p, &chattest.Handler{
			OnCommand: func(chat.Command) chat.Reply { return chat.Reply{Message: question, Ephemeral: true} },
			OnClick: func(chat.Click) chat.Reply {
				p.UseUpResponses()
				return chat.Reply{Message: chat.Message{Text: "the next one"}, Ephemeral: true, Replace: true}
			},
		})
		p.Type("alice", "/ckad help")
		p.Press("alice", chattest.AwaitText(t, p, "alice", "Which?"), "A")
		if got := chattest.AwaitText(t, p, "alice", "the next one"); !got.Ephemeral {
			t.Errorf("%+v is not ephemeral", got)
		}
		if got, want := p.Complaints(), []string{"response_url: used_url"}; !slices.Equal(got, want) {
			t.Errorf("complaints are %q, want %q", got, want)
		}
	})
}

func TestAdminOfAnotherWorkspaceIsNone(t *testing.T) {
	for name, c := range map[string]struct {
		team, told string // the admin's, by Slack's people and by the click
		enterprise any
		want       bool
	}{
		"at home":                          {slacktest.Team, slacktest.Team, nil, true},
		"from elsewhere":                   {"T0THEIRS", "T0THEIRS", nil, false},
		"both are of enterprises":          {"T0THEIRS", "T0THEIRS", map[string]any{"id": "E0ALL"}, false},
		"the workspace is of one, at home": {slacktest.Team, "E0ALL", map[string]any{"id": "E0ALL"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t)
			h := &chattest.Handler{}
			chattest.Start(t, p, h)
			p.Estrange("admin", c.team)
			p.SendRaw("interactive", map[string]any{
				"type": "block_actions", "trigger_id": "T1", "team": map[string]any{"id": slacktest.Team}, "enterprise": c.enterprise, "response_url": p.ResponseURL("admin"),
				"user":      map[string]any{"id": "U0ADMIN", "username": "admin", "team_id": c.told},
				"container": map[string]any{"type": "message", "message_ts": "1700000000.000100", "channel_id": slacktest.General},
				"actions":   []any{map[string]any{"type": "button", "action_id": "admin:delete"}},
			})
			chattest.AwaitText(t, p, "admin", "ok")
			if u := h.Calls()[0].(chat.Click).User; u.Admin != c.want || u.Workspace != slacktest.Team {
				t.Errorf("got %+v, want admin: %t", u, c.want)
			}
		})
	}
}

func TestSomebodyWithoutInstallationIsTold(t *testing.T) {
	bothWays(t, func(t *testing.T, p *platform) {
		h := &chattest.Handler{}
		chattest.Start(t, p, h)
		ready(t, p)
		p.SendRaw("slash_commands", map[string]any{
			"command": "/ckad", "text": "help", "user_id": "U0ALICE", "user_name": "alice", "channel_id": slacktest.General,
			"team_id": "T0OTHER", "trigger_id": "t", "response_url": p.ResponseURL("alice"),
		})
		if got := chattest.AwaitText(t, p, "alice", "not installed"); !got.Ephemeral {
			t.Errorf("%+v is not ephemeral", got)
		}
		if n := len(h.Calls()); n != 1 {
			t.Errorf("%d calls, want that of dave only: %+v", n, h.Calls())
		}
	})
}

// shared is what several bots ask who is first.
type shared struct {
	mu   sync.Mutex // guards keys
	keys map[string]bool
	fail error
}

func (s *shared) claim(ctx context.Context, key string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if errors.Is(s.fail, context.DeadlineExceeded) {
		<-ctx.Done()
		return false, ctx.Err()
	}
	first := !s.keys[key]
	s.keys[key] = true
	return first, s.fail
}

// Two bots hear of the same event, when Slack had no answer of the first in time.
func TestOfTwoBotsOneAnswers(t *testing.T) {
	s, log := newServer(t)
	claims := &shared{keys: map[string]bool{}}
	var handlers []*chattest.Handler
	var p *platform
	for range 2 {
		h := &chattest.Handler{}
		handlers = append(handlers, h)
		p = &platform{s, slack.New(slack.Config{BotToken: slacktest.BotToken, AppToken: slacktest.AppToken, APIURL: s.URL(), Log: logger(log), Claim: claims.claim}), log}
		chattest.Start(t, p, h)
	}
	awaitConnections(t, p, 4)
	const events = 10
	for i := range events {
		name := fmt.Sprintf("person%d", i)
		p.AddPerson(name, false)
		p.Repeat(2) // of four connections, each time another is the first
		p.Type(name, "/ckad help")
		chattest.AwaitText(t, p, name, "ok")
	}
	first, second := len(handlers[0].Calls()), len(handlers[1].Calls())
	if first+second != events || first == 0 || second == 0 {
		t.Errorf("the bots handled %d and %d, want %d in all, some by each", first, second, events)
	}
}

func TestEventIsHandledWhenNobodyCanBeAsked(t *testing.T) {
	for name, err := range map[string]error{"an error": errors.New("the database is down"), "no answer": context.DeadlineExceeded} {
		t.Run(name, func(t *testing.T) {
			s, log := newServer(t)
			claims := &shared{keys: map[string]bool{}, fail: err}
			p := &platform{s, slack.New(slack.Config{BotToken: slacktest.BotToken, AppToken: slacktest.AppToken, APIURL: s.URL(), Log: logger(log), Claim: claims.claim}), log}
			chattest.Start(t, p, &chattest.Handler{})
			ready(t, p)
		})
	}
}

func awaitConnections(t *testing.T, p *platform, want int) {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		n, changed := p.Connections()
		if n == want {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("%d connections, want %d", n, want)
		}
	}
}

func TestOneConnectionIsEnough(t *testing.T) {
	p := newPlatform(t)
	h := &chattest.Handler{}
	chattest.Start(t, p, h)
	awaitConnections(t, p, 2)
	for _, name := range []string{"alice", "bob"} { // they take turns: the adapter knows that it has both
		p.Type(name, "/ckad help")
		chattest.AwaitText(t, p, name, "ok")
	}
	p.DropOne()
	for i := range 5 {
		name := fmt.Sprintf("person%d", i)
		p.AddPerson(name, false)
		p.Type(name, "/ckad help")
		chattest.AwaitText(t, p, name, "ok")
	}
	for deadline := time.Now().Add(time.Minute); opens(p) < 3; runtime.Gosched() { // the adapter has noticed then
		if time.Now().After(deadline) {
			t.Fatal("the lost connection is not made again")
		}
	}
	if err := p.adapter.Ready(); err != nil {
		t.Errorf("not ready (%v) with a connection", err)
	}
	p.Admit()
	awaitConnections(t, p, 2)
	if n := strings.Count(p.log.String(), "connected to Slack"); n != 1 {
		t.Errorf("told %d times that there is a connection, want once:\n%s", n, p.log)
	}
	if n := len(h.Calls()); n != 7 {
		t.Errorf("%d calls, want 7", n)
	}
}

// opens is how often the adapter has asked for a connection.
func opens(p *platform) (n int) {
	for _, call := range p.Calls() {
		if strings.HasSuffix(call.Path, "apps.connections.open") {
			n++
		}
	}
	return n
}

func TestEventOverBothConnectionsIsHandledOnce(t *testing.T) {
	p := newPlatform(t)
	h := &chattest.Handler{}
	settle(t, p, h, func() {
		awaitConnections(t, p, 2)
		for i := range 10 {
			name := fmt.Sprintf("person%d", i)
			p.AddPerson(name, false)
			p.Fail(chattest.Again) // the fake's connections take turns
			p.Type(name, "/ckad help")
			chattest.AwaitText(t, p, name, "ok")
		}
	})
	if n := len(h.Calls()); n != 11 {
		t.Errorf("%d calls, want 11", n)
	}
}
