package slack_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/slack/slacktest"
)

// refuseTokens has the database take no new tokens, until it is called back.
func (h *hosted) refuseTokens(t testing.TB) (take func()) {
	t.Helper()
	exec := func(sql string) {
		t.Helper()
		if _, err := h.pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	exec(`
		create function chat.refuse() returns trigger language plpgsql as $$
		begin
			if new.token <> old.token then raise 'no disk space'; end if;
			return new;
		end $$;
		create trigger refuse before update on chat.installation for each row execute function chat.refuse()`)
	return func() { t.Helper(); exec(`drop trigger refuse on chat.installation`) }
}

// expiring saves a workspace of which the tokens are to be renewed at the next use.
func (h *hosted) expiring(t testing.TB, lives time.Duration) {
	t.Helper()
	h.AddWorkspace("T0ONE", "C0ONE")
	h.give(t, slacktest.Install{Team: "T0ONE", Lives: lives})
}

// newest tells whether the database has the tokens that Slack gave last.
func (h *hosted) newest(t testing.TB) bool {
	t.Helper()
	in, err := h.store.Find(context.WithoutCancel(t.Context()), "T0ONE", "")
	if err != nil {
		t.Fatal(err)
	}
	all := h.Tokens()
	return string(in.Token) == all[len(all)-2] && string(in.Refresh) == all[len(all)-1]
}

func TestNewTokensThatCannotBeStoredAreUsedAndNotLost(t *testing.T) {
	h := newHosted(t)
	h.serve(t)
	h.expiring(t, time.Second)
	take := h.refuseTokens(t)
	within(t, soon, "a post with tokens that are not stored", func() {
		if err := h.postTo(t, "T0ONE", "C0ONE"); err != nil {
			t.Errorf("post: %v", err)
		}
	})
	if h.newest(t) {
		t.Fatal("the database has taken the tokens")
	}
	if err := h.postTo(t, "T0ONE", "C0ONE"); err != nil {
		t.Errorf("another post: %v", err)
	}
	take()
	until(t, "the new tokens are stored", func() bool { return h.newest(t) })
	if n := calls(h.platform, "oauth.v2.access"); n != 1 {
		t.Errorf("%d exchanges, want 1", n)
	}
}

// A bot that stops does not wait long for Slack's tokens, nor for a database that takes none.
func TestStopWaitsForTokensShortly(t *testing.T) {
	for name, prepare := range map[string]func(*testing.T, *hosted){
		"Slack is silent": func(_ *testing.T, h *hosted) {
			h.Silence(func(r *http.Request, _ string) bool { return strings.HasSuffix(r.URL.Path, "oauth.v2.access") })
		},
		"the database takes nothing": func(t *testing.T, h *hosted) { h.refuseTokens(t) },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHosted(t)
			ctx, stop := context.WithCancel(t.Context())
			ended := make(chan error, 1)
			go func() { ended <- h.adapter.Run(ctx, chattest.Spec, &chattest.Handler{}) }()
			until(t, "the bot is ready", func() bool { return h.adapter.Ready() == nil })
			h.expiring(t, time.Second)
			prepare(t, h)
			posted := make(chan struct{})
			go func() { defer close(posted); _ = h.postTo(t, "T0ONE", "C0ONE") }()
			until(t, "Slack is asked", func() bool { return calls(h.platform, "oauth.v2.access") > 0 })
			within(t, 8*time.Second, "the stop", func() {
				stop()
				if err := <-ended; err != nil {
					t.Errorf("Run: %v", err)
				}
				<-posted
			})
		})
	}
}
