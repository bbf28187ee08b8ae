package slack_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/slack"
	"ckadbot/bot/slack/slacktest"
)

// A platform is a fake Slack with an adapter that talks to it.
type platform struct {
	*slacktest.Server
	adapter chat.Adapter
	log     *logged
}

// newPlatform is one with sockets.
func newPlatform(t testing.TB) *platform {
	t.Helper()
	s, log := newServer(t)
	return &platform{s, newAdapter(s, log), log}
}

// overHTTP is one whose events come over HTTP. The routes are open before Run
// is called and after it has ended.
func overHTTP(t testing.TB) *platform {
	t.Helper()
	s, log := newServer(t)
	a := slack.New(slack.Config{BotToken: slacktest.BotToken, Secret: slacktest.SigningSecret, APIURL: s.URL(), Log: logger(log)})
	mux := http.NewServeMux()
	a.Routes(mux)
	web := httptest.NewServer(mux)
	t.Cleanup(web.Close)
	s.OverHTTP(web.URL)
	return &platform{s, a, log}
}

// bothWays runs a test over each transport.
func bothWays(t *testing.T, test func(t *testing.T, p *platform)) {
	t.Run("socket", func(t *testing.T) { test(t, newPlatform(t)) })
	t.Run("http", func(t *testing.T) { test(t, overHTTP(t)) })
}

// newServer also checks, at the end of every test, that no secret was logged.
func newServer(t testing.TB) (*slacktest.Server, *logged) {
	t.Helper()
	s, log := slacktest.New(), &logged{}
	t.Cleanup(func() {
		s.Close()
		for _, secret := range []string{slacktest.BotToken, slacktest.AppToken, slacktest.SigningSecret, "v0=", "/response/", "/upload/", "ticket", "13345224609."} {
			if strings.Contains(log.String(), secret) {
				t.Errorf("%q is in the log:\n%s", secret, log)
			}
		}
	})
	return s, log
}

func newAdapter(s *slacktest.Server, log *logged) chat.Adapter {
	return slack.New(slack.Config{
		BotToken: slacktest.BotToken, AppToken: slacktest.AppToken, APIURL: strings.TrimSuffix(s.URL(), "/"),
		Log: logger(log),
	})
}

func logger(log *logged) *slog.Logger {
	return slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// logged is a log that can be read while it is written.
type logged struct {
	mu sync.Mutex // guards b
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func (p *platform) Adapter() chat.Adapter { return p.adapter }

func (p *platform) Channel() chat.Channel {
	return chat.Channel{Platform: "slack", Workspace: slacktest.Team, ID: slacktest.General}
}

func TestAdapter(t *testing.T) {
	t.Run("socket", func(t *testing.T) {
		chattest.Run(t, func(t testing.TB) chattest.Platform { return newPlatform(t) })
	})
	t.Run("http", func(t *testing.T) {
		chattest.Run(t, func(t testing.TB) chattest.Platform { return overHTTP(t) })
	})
}

func say(text string) chat.Reply {
	return chat.Reply{Message: chat.Message{Text: text}, Ephemeral: true}
}

var question = chat.Message{Card: &chat.Card{Title: "Question", Body: "Which?", Buttons: []chat.Button{{Action: "ans:1:0", Label: "A"}}}}

// ready waits until the adapter is connected.
func ready(t testing.TB, p *platform) {
	t.Helper()
	p.Type("dave", "/ckad help")
	chattest.Await(t, p, "dave", func(s chattest.Shown) bool { return s.Ephemeral })
}

func post(t testing.TB, p *platform, key chat.Key, m chat.Message) chat.MessageRef {
	t.Helper()
	ref, err := p.adapter.Post(context.WithoutCancel(t.Context()), p.Channel(), key, m)
	if err != nil {
		t.Fatalf("post: %v", err)
	}
	return ref
}
