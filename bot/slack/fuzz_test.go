package slack_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/slack"
	"ckadbot/bot/slack/slacktest"
)

// counting is a handler that counts what people did.
type counting struct{ calls atomic.Int64 }

func (c *counting) did() chat.Reply {
	c.calls.Add(1)
	return say("ok")
}

func (c *counting) Command(context.Context, chat.Command) chat.Reply   { return c.did() }
func (c *counting) Click(context.Context, chat.Click) chat.Reply       { return c.did() }
func (c *counting) Submit(context.Context, chat.Submission) chat.Reply { return c.did() }
func (c *counting) Complete(_ context.Context, t chat.Completion) []chat.Choice {
	return []chat.Choice{{Label: t.Typed, Value: t.Typed}}
}
func (c *counting) Home(context.Context, chat.User) []chat.Message { return nil }

func (c *counting) Joined(context.Context, chat.Joining) (chat.Message, bool) {
	c.did()
	return chat.Message{Text: "hello"}, true
}
func (c *counting) Left(context.Context, string) {}

// FuzzRequests has requests that Slack signed hold anything: whatever it is, the
// bot answers at once, nothing panics, and what is sent again is handled once.
func FuzzRequests(f *testing.F) {
	const team = `"team":{"id":"T0TEST"},"user":{"id":"U0ALICE","name":"alice","team_id":"T0TEST"},"trigger_id":"1.2.3"`
	payload := func(s string) string { return "payload=" + url.QueryEscape(s) }
	happen := func(s string) string {
		return `{"type":"event_callback","event_id":"Ev1","event_time":1700000000,"team_id":"T0TEST","authorizations":[{"team_id":"T0TEST","user_id":"U0CKADBOT","is_bot":true}],"event":` + s + `}`
	}
	for path, bodies := range map[int][]string{
		0: {"", "ssl_check=1", "command=%2Fckad&text=define+pod&user_id=U0ALICE&channel_id=C0GENERAL&team_id=T0TEST&trigger_id=1", "command=%2Fckad-admin&text=series+create+%3C%23C1%7Cx%3E&user_id=U0ALICE&channel_id=C0GENERAL&team_id=T0TEST&trigger_id=2&response_url=http%3A%2F%2F%5B"},
		1: {"payload=", "payload=null", payload(`{"type":"block_actions",` + team + `,"container":{"message_ts":"1.000001","channel_id":"C0GENERAL","thread_ts":"1.000000"},"actions":[{"type":"button","action_id":"admin:x"}]}`),
			payload(`{"type":"view_submission",` + team + `,"view":{"id":"V1","callback_id":"f","private_metadata":"C0GENERAL x T0TEST 1.000001","state":{"values":{"a":{"v":{"value":"b","selected_option":null}}}}}}`),
			payload(`{"type":"block_suggestion",` + team + `,"action_id":"v","block_id":"term","value":"po","view":{"callback_id":"f","private_metadata":"C0GENERAL x T0TEST"}}`)},
		2: {"{}", "null", "[]", `{"type":"url_verification","challenge":"x"}`, happen(`{"type":"app_mention","user":"U0ALICE","text":"<@U0CKADBOT> hi","ts":"1.000001","channel":"C0GENERAL","event_ts":"1.000001"}`),
			happen(`{"type":"member_joined_channel","user":"U0CKADBOT","channel":"C0GENERAL","inviter":"U0BOB","event_ts":"1.000002"}`),
			happen(`{"type":"message","channel_type":"im","user":"U0ALICE","text":"hi","ts":"1.000003","channel":"D0ALICE","event_ts":"1.000003"}`),
			happen(`{"type":"tokens_revoked","tokens":{"oauth":["U1"]}}`), happen(`7`)},
	} {
		for _, body := range bodies {
			f.Add(path, body)
		}
	}
	s, log := slacktest.New(), &logged{}
	f.Cleanup(s.Close)
	a := slack.New(slack.Config{BotToken: slacktest.BotToken, Secret: slacktest.SigningSecret, APIURL: s.URL(), Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelError}))})
	slack.Confine(a, s.URL())
	slack.Hurry(a, time.Microsecond) // else the limits of posts would hold the handlers
	p, h := &platform{s, a, log}, &counting{}
	chattest.Start(f, p, h)
	web := routes(p)
	for p.adapter.Ready() != nil {
		runtime.Gosched()
	}
	f.Fuzz(func(t *testing.T, path int, body string) {
		to := []struct{ path, media string }{{"/slack/commands", formType}, {"/slack/interactions", formType}, {"/slack/events", "application/json"}}[uint(path)%3]
		before := h.calls.Load()
		for range 2 {
			switch got := send(web, to.path, to.media, body, sign(body)); got.Code {
			case http.StatusOK, http.StatusBadRequest, http.StatusRequestEntityTooLarge:
			default:
				t.Errorf("answered %d", got.Code)
			}
		}
		for began := time.Now(); slack.Inside(a) > 0; runtime.Gosched() {
			if time.Since(began) > 30*time.Second {
				t.Fatalf("not done after 30 seconds:\n%s", goroutines())
			}
		}
		if n := h.calls.Load() - before; n > 1 {
			t.Errorf("handled %d times", n)
		}
		if strings.Contains(log.String(), "panic") {
			t.Errorf("panics:\n%s", log)
		}
	})
}

// What is over the bound is not acknowledged, so that Slack sends it again, or tells the person.
func TestTooMuchAtOnceIsNotTaken(t *testing.T) {
	p := overHTTP(t)
	h := &chattest.Handler{}
	chattest.Start(t, p, h)
	ready(t, p)
	end := slack.Fill(p.adapter.(*slack.Adapter))
	body := typedCommand(p, "T1")
	if got := send(routes(p), "/slack/commands", formType, body, sign(body)); got.Code != http.StatusServiceUnavailable {
		t.Errorf("got %d, want 503", got.Code)
	}
	end()
	if got := send(routes(p), "/slack/commands", formType, body, sign(body)); got.Code != http.StatusOK {
		t.Errorf("got %d, want 200", got.Code)
	}
	chattest.AwaitText(t, p, "alice", "ok")
}
