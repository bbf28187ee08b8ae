package slack_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/slack"
	"ckadbot/bot/slack/slacktest"
)

func TestTokensThatCannotWorkAreToldApart(t *testing.T) {
	for name, c := range map[string]struct{ bot, app, want string }{
		"swapped":      {slacktest.AppToken, slacktest.BotToken, "swapped"},
		"no bot token": {"", slacktest.AppToken, "SLACK_BOT_TOKEN is empty"},
		"no app token": {slacktest.BotToken, "", "SLACK_APP_TOKEN is empty"},
		"a user token": {"xoxp-1-2", slacktest.AppToken, "SLACK_BOT_TOKEN does not begin with xoxb-"},
		"wrong bot":    {"xoxb-wrong", slacktest.AppToken, "Slack refused SLACK_BOT_TOKEN (invalid_auth)"},
		"wrong app":    {slacktest.BotToken, "xapp-wrong", "Slack refused SLACK_APP_TOKEN (invalid_auth)"},
	} {
		t.Run(name, func(t *testing.T) {
			s := slacktest.New()
			defer s.Close()
			err := slack.New(slack.Config{BotToken: c.bot, AppToken: c.app, APIURL: s.URL()}).Run(t.Context(), chattest.Spec, &chattest.Handler{})
			if !errors.Is(err, chat.ErrToken) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			for _, token := range []string{c.bot, c.app} {
				if token != "" && strings.Contains(err.Error(), token) {
					t.Errorf("%q is in %q", token, err)
				}
			}
		})
	}
}

func TestAppTokenThatStopsWorkingEndsRun(t *testing.T) {
	for _, word := range []string{"invalid_auth", "token_revoked", "not_allowed_token_type", "missing_scope"} {
		t.Run(word, func(t *testing.T) {
			p := newPlatform(t)
			ended := chattest.Start(t, p, &chattest.Handler{})
			ready(t, p)
			p.RefuseAppToken(word)
			p.Fail(chattest.Drop)
			select {
			case err := <-ended:
				if !errors.Is(err, chat.ErrToken) || !strings.Contains(err.Error(), "SLACK_APP_TOKEN") || !strings.Contains(err.Error(), word) {
					t.Errorf("got %v", err)
				}
			case <-time.After(time.Minute):
				t.Error("Run goes on")
			}
		})
	}
}

func TestSlackThatIsDownAtFirstIsTriedAgain(t *testing.T) {
	p := newPlatform(t)
	p.Break(2)
	chattest.Start(t, p, &chattest.Handler{})
	ready(t, p)
	if n := strings.Count(p.log.String(), "cannot reach Slack"); n != 1 {
		t.Errorf("told %d times, want once:\n%s", n, p.log)
	}
}

// The library gives up when it gets 404; a proxy that restarts says so, too.
func TestConnectionThatIsNotFoundIsTriedAgain(t *testing.T) {
	p := newPlatform(t)
	var opens atomic.Int64
	onTheWay(t, p, func(path string) bool { return !strings.HasSuffix(path, "apps.connections.open") || opens.Add(1) > 1 })
	chattest.Start(t, p, &chattest.Handler{})
	ready(t, p)
}

func TestConnectionsClosedAfterHelloAreNotAHotLoop(t *testing.T) {
	p := newPlatform(t)
	opened := make(chan time.Time, 100)
	onTheWay(t, p, func(path string) bool {
		if strings.HasSuffix(path, "apps.connections.open") {
			opened <- time.Now()
		}
		return true
	})
	p.Hurry(3)
	began := time.Now()
	chattest.Start(t, p, &chattest.Handler{})
	ready(t, p)
	var after []time.Duration
	for range 4 {
		after = append(after, (<-opened).Sub(began))
	}
	if after[3] < 1250*time.Millisecond { // one connection waits for at least half of 0.5 and 2 seconds, the other meanwhile of 1
		t.Errorf("connections are opened after %s", after)
	}
}

// onTheWay has what the adapter asks of Slack seen first, and answered with 404 if it is not to get there.
func onTheWay(t *testing.T, p *platform, pass func(path string) bool) {
	t.Helper()
	slackURL, err := url.Parse(strings.TrimSuffix(p.URL(), "/api/"))
	if err != nil {
		t.Fatal(err)
	}
	behind := httputil.NewSingleHostReverseProxy(slackURL)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !pass(r.URL.Path) {
			http.NotFound(w, r)
			return
		}
		behind.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	p.adapter = slack.New(slack.Config{BotToken: slacktest.BotToken, AppToken: slacktest.AppToken, APIURL: proxy.URL + "/api/"})
}

func TestRefreshedConnectionLosesNothing(t *testing.T) {
	p := newPlatform(t)
	h := &chattest.Handler{OnCommand: func(c chat.Command) chat.Reply { return say("ok " + c.Args["term"]) }}
	chattest.Start(t, p, h)
	ready(t, p)
	p.Disconnect("refresh_requested")
	p.Type("alice", "/ckad define pod")
	chattest.AwaitText(t, p, "alice", "ok pod")
	if n := len(h.Calls()); n != 2 {
		t.Errorf("%d calls, want 2", n)
	}
}

// Two bots share the events; what one of them leaves behind, the other gets.
func TestTwoBotsShareOneSlack(t *testing.T) {
	p := newPlatform(t)
	first, second := &chattest.Handler{}, &chattest.Handler{}
	other := &platform{p.Server, newAdapter(p.Server, p.log), p.log}
	chattest.Start(t, p, first)
	chattest.Start(t, other, second)
	deadline := time.Now().Add(time.Minute)
	for i := 0; len(first.Calls()) == 0 || len(second.Calls()) == 0; i++ {
		name := fmt.Sprintf("person%d", i)
		p.AddPerson(name, false)
		p.Type(name, "/ckad help")
		chattest.AwaitText(t, p, name, "ok")
		if time.Now().After(deadline) {
			t.Fatal("one bot gets everything")
		}
	}
}

// Who can sign requests, or stand in for Slack, must not have us call what only we can reach.
func TestAnswersGoToSlackOnly(t *testing.T) {
	p := newPlatform(t)
	called := make(chan string, 9)
	inside := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { called <- r.URL.Path }))
	t.Cleanup(inside.Close)
	chattest.Start(t, p, &chattest.Handler{OnCommand: func(c chat.Command) chat.Reply { return say("answer to " + c.Rest + ".") }})
	for i, address := range []string{inside.URL + "/commands/1", strings.TrimSuffix(p.URL(), "/api/") + "@" + inside.Listener.Addr().String(), "file:///etc/passwd", "http://["} {
		p.SendRaw("slash_commands", map[string]any{
			"command": "/ckad", "text": fmt.Sprint("number ", i), "user_id": "U0ALICE", "user_name": "alice", "channel_id": slacktest.General,
			"team_id": slacktest.Team, "trigger_id": fmt.Sprint(i), "response_url": address,
		})
		chattest.AwaitText(t, p, "alice", fmt.Sprintf("answer to number %d.", i)) // in another way
	}
	if len(called) > 0 {
		t.Errorf("the bot called %s", <-called)
	}
}

func TestEventWithUnknownElementIsAnswered(t *testing.T) {
	p := newPlatform(t)
	h := &chattest.Handler{}
	chattest.Start(t, p, h)
	ready(t, p)
	p.SendRaw("interactive", map[string]any{
		"type": "block_actions", "trigger_id": "t1", "team": map[string]any{"id": slacktest.Team}, "response_url": p.ResponseURL("alice"),
		"user":      map[string]any{"id": "U0ALICE", "username": "alice"},
		"container": map[string]any{"type": "message", "message_ts": "1700000000.000100", "channel_id": slacktest.General},
		"message": map[string]any{"ts": "1700000000.000100", "blocks": []any{
			map[string]any{"type": "actions", "elements": []any{map[string]any{"type": "hologram", "action_id": "h"}}},
		}},
		"actions": []any{map[string]any{"type": "button", "action_id": "ans:1:2"}},
	})
	chattest.AwaitText(t, p, "alice", "ok")
	if c := h.Calls()[1].(chat.Click); c.Action != "ans:1:2" || c.Message.ID != "1700000000.000100" {
		t.Errorf("got %+v", c)
	}
}

func TestEventOfAnUnknownKindIsAcknowledged(t *testing.T) {
	p := newPlatform(t)
	chattest.Start(t, p, &chattest.Handler{})
	ready(t, p)
	p.SendRaw("brain_waves", map[string]any{"type": "thought"})
	select {
	case <-p.Acknowledged():
	case <-time.After(time.Minute):
		t.Error("not acknowledged")
	}
}

func TestManyEventsAreAcknowledgedWhileFewAreHandled(t *testing.T) {
	bothWays(t, manyEvents)
}

func manyEvents(t *testing.T, p *platform) {
	const events, most = 100, 64
	var now, peak atomic.Int64
	full, release := make(chan struct{}), make(chan struct{})
	isFull := sync.OnceFunc(func() { close(full) }) // it may be so again after the release
	chattest.Start(t, p, &chattest.Handler{OnCommand: func(chat.Command) chat.Reply {
		n := now.Add(1)
		defer now.Add(-1)
		for old := peak.Load(); n > old && !peak.CompareAndSwap(old, n); old = peak.Load() {
		}
		if n == most {
			isFull()
		}
		<-release
		return say("ok")
	}})
	for i := range events {
		name := fmt.Sprintf("person%d", i)
		p.AddPerson(name, false)
		p.Type(name, "/ckad help")
		<-p.Acknowledged()
	}
	<-full
	close(release)
	for i := range events {
		chattest.AwaitText(t, p, fmt.Sprintf("person%d", i), "ok")
	}
	if peak.Load() > most {
		t.Errorf("%d handlers at once, want at most %d", peak.Load(), most)
	}
}

func TestHandlerAtWorkFinishesWhenRunEnds(t *testing.T) {
	p := newPlatform(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	h := &chattest.Handler{OnCommand: func(chat.Command) chat.Reply {
		cancel()
		return say("goodbye")
	}}
	ended := make(chan error, 1)
	go func() { ended <- p.adapter.Run(ctx, chattest.Spec, h) }()
	p.Type("alice", "/ckad help")
	chattest.AwaitText(t, p, "alice", "goodbye")
	if err := <-ended; err != nil {
		t.Errorf("Run returns %v, want nil", err)
	}
}

func TestNoGoroutineIsLeft(t *testing.T) { bothWays(t, noGoroutineIsLeft) }

func noGoroutineIsLeft(t *testing.T, p *platform) {
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.adapter.Run(ctx, chattest.Spec, &chattest.Handler{}) }()
	ready(t, p)
	p.Fail(chattest.Drop)
	p.Type("alice", "/ckad help")
	chattest.AwaitText(t, p, "alice", "ok")
	cancel()
	<-ended
	deadline := time.Now().Add(time.Minute)
	for {
		left := goroutines()
		if left == "" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("left behind:\n%s", left)
		}
		runtime.Gosched()
	}
}

// goroutines are the stacks that are in the adapter or its library.
func goroutines() string {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	var left []string
	for _, g := range strings.Split(string(stacks), "\n\n") {
		ours := strings.Contains(g, "ckadbot/bot/slack.") || strings.Contains(g, "slack-go")
		if !strings.Contains(g, "testing.tRunner") && ours {
			left = append(left, g)
		}
	}
	return strings.Join(left, "\n\n")
}
