package discord

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/bot/discord/discordtest"
)

func try(t *testing.T, f *fake) error {
	t.Helper()
	_, err := f.adapter.Post(t.Context(), f.Channel(), chat.Key{ID: t.Name()[:min(25, len(t.Name()))]}, text("hello"))
	if err != nil && strings.Contains(err.Error(), discordtest.Token) {
		t.Errorf("the error shows the token: %v", err)
	}
	return err
}

func TestChannelThatIsGoneIsExplained(t *testing.T) {
	for name, tc := range map[string]struct {
		before func(*fake)
		reason string
	}{
		"the bot cannot see it":    {func(f *fake) { f.Revoke("View Channel") }, "View Channel"},
		"the bot may not write":    {func(f *fake) { f.Revoke("Send Messages") }, "Send Messages"},
		"the channel is deleted":   {func(f *fake) { f.DeleteChannel(discordtest.GeneralID) }, "does not exist"},
		"the thread is archived":   {func(f *fake) { f.Refuse("POST", "/messages", 400, archivedThread, "Thread is archived") }, "archived"},
		"another refusal for good": {func(f *fake) { f.Refuse("POST", "/messages", 403, 50009, "Verification level too high") }, "Verification level"},
	} {
		f := open(t)
		tc.before(f)
		var gone *chat.GoneError
		if err := try(t, f); !errors.As(err, &gone) || !strings.Contains(gone.Reason, tc.reason) {
			t.Errorf("%s: got %v, want a GoneError with %q", name, err, tc.reason)
		}
	}
}

func TestEditExplains(t *testing.T) {
	f := open(t)
	ref := post(t, f, "k", text("hello"))
	f.DeleteMessage(ref.ID)
	var gone *chat.GoneError
	if err := f.adapter.Edit(t.Context(), ref, text("x")); !errors.As(err, &gone) || !strings.Contains(gone.Reason, "message") {
		t.Errorf("got %v, want a GoneError about the message", err)
	}
	for _, bad := range []chat.MessageRef{{}, {Channel: f.Channel(), ID: "../1"}, {Channel: chat.Channel{Platform: "slack", Workspace: "T", ID: "1"}, ID: "1"}} {
		if err := f.adapter.Edit(t.Context(), bad, text("x")); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
	if err := f.adapter.Edit(t.Context(), ref, chat.Message{}); err == nil {
		t.Error("a message that says nothing is taken")
	}
}

// TestEditOpensAnArchivedThreadAgain: a quiet thread is archived after as little as an hour, before a round in it closes.
func TestEditOpensAnArchivedThreadAgain(t *testing.T) {
	for name, opened := range map[string]bool{"it may": true, "it may not": false} {
		t.Run(name, func(t *testing.T) {
			f := open(t)
			thread := f.AddThread(discordtest.GeneralID, "thread")
			ref, err := f.adapter.Post(t.Context(), chat.Channel{Platform: platform, Workspace: discordtest.GuildID, ID: thread}, chat.Key{ID: "k"}, text("open"))
			if err != nil {
				t.Fatal(err)
			}
			f.Refuse("PATCH", ref.ID, 400, archivedThread, "Thread is archived")
			if opened {
				f.Answer("PATCH", "/channels/"+thread, 200, `{}`, nil)
			} else {
				f.Refuse("PATCH", "/channels/"+thread, 403, missingPermissions, "Missing Permissions")
			}
			var gone *chat.GoneError
			if err := f.adapter.Edit(t.Context(), ref, text("the result")); opened && err != nil || !opened && (!errors.As(err, &gone) || !strings.Contains(gone.Reason, "archived")) {
				t.Errorf("got %v", err)
			}
			if messages, _ := f.Sees("bob"); len(messages) != 1 || (messages[0].Text == "the result") != opened {
				t.Errorf("bob sees %+v", messages)
			}
			if asked := bodies(f, "PATCH", "/channels/"+thread); len(asked) != 1 || asked[0] != `{"archived":false}` {
				t.Errorf("the thread was to be changed by %q", asked)
			}
		})
	}
}

func TestUncertainAndHarmlessFailures(t *testing.T) {
	var uncertain *chat.UncertainError
	f := open(t)
	f.Refuse("POST", "/messages", 503, 0, "Service Unavailable")
	if err := try(t, f); !errors.As(err, &uncertain) {
		t.Errorf("an error of Discord's is %v, want an UncertainError", err)
	}
	f.Answer("POST", "/messages", 403, "<html>blocked</html>", nil)
	if err := try(t, f); err == nil || errors.As(err, new(*chat.GoneError)) || errors.As(err, &uncertain) {
		t.Errorf("a refusal by something before Discord is %v, want to try again", err)
	}
	f.adapter.rest.http.CloseIdleConnections() // on an old connection nobody knows how far it got
	f.Close()
	if err := try(t, f); !errors.Is(err, errUnsent) || errors.As(err, &uncertain) {
		t.Errorf("an unreachable Discord is %v, want a plain error", err)
	}
}

func TestRefusedTokenIsTold(t *testing.T) {
	f := open(t)
	f.adapter = New(Config{Token: "another", APIURL: f.URL()})
	if err := try(t, f); !errors.Is(err, chat.ErrToken) {
		t.Errorf("got %v, want ErrToken", err)
	}
}

// posts counts the requests for new messages.
func posts(f *fake) int { return len(bodies(f, "POST", "/messages")) }

func TestExhaustedRouteIsNotAsked(t *testing.T) {
	f := open(t)
	f.LimitPosts(discordtest.GeneralID, 1)
	if err := try(t, f); err != nil {
		t.Fatal(err)
	}
	var retry *chat.RetryError
	if err := try(t, f); !errors.As(err, &retry) || retry.After < 59*time.Minute || retry.After > time.Hour {
		t.Errorf("got %v, want to wait about an hour", err)
	}
	if n := posts(f); n != 1 {
		t.Errorf("%d posts were tried, want 1", n)
	}
	other := chat.Channel{Platform: platform, Workspace: discordtest.GuildID, ID: f.AddChannel("other")}
	if _, err := f.adapter.Post(t.Context(), other, chat.Key{ID: "other"}, text("hello")); err != nil {
		t.Errorf("another channel is limited, too: %v", err)
	}
}

func TestGlobalLimitHoldsForAllChannels(t *testing.T) {
	f := open(t)
	f.Answer("POST", "/messages", 429, `{"message":"limited","retry_after":60.5,"global":true}`, nil)
	var retry *chat.RetryError
	if err := try(t, f); !errors.As(err, &retry) || retry.After != 60*time.Second+500*time.Millisecond {
		t.Errorf("got %v, want to wait 60.5s", err)
	}
	other := chat.Channel{Platform: platform, Workspace: discordtest.GuildID, ID: f.AddChannel("other")}
	if _, err := f.adapter.Post(t.Context(), other, chat.Key{ID: "k"}, text("hello")); !errors.As(err, &retry) {
		t.Errorf("another channel: got %v, want to wait", err)
	}
	if n := posts(f); n != 1 {
		t.Errorf("%d posts were tried, want 1", n)
	}
}

func TestLimitWithoutJSONIsUnderstood(t *testing.T) {
	f := open(t)
	f.Answer("POST", "/messages", 429, "slow down", map[string]string{"Retry-After": "12"})
	var retry *chat.RetryError
	if err := try(t, f); !errors.As(err, &retry) || retry.After != 12*time.Second {
		t.Errorf("got %v, want to wait 12s", err)
	}
	other := chat.Channel{Platform: platform, Workspace: discordtest.GuildID, ID: f.AddChannel("other")}
	if _, err := f.adapter.Post(t.Context(), other, chat.Key{ID: "k"}, text("hello")); !errors.As(err, &retry) {
		t.Errorf("another channel: got %v, want to wait: what stands before Discord limits the address, not a channel", err)
	}
}

func TestKeyUsedInAnotherChannelIsAnError(t *testing.T) {
	f := open(t)
	post(t, f, "same", text("hello"))
	other := chat.Channel{Platform: platform, Workspace: discordtest.GuildID, ID: f.AddChannel("other")}
	if ref, err := f.adapter.Post(t.Context(), other, chat.Key{ID: "same"}, text("hello")); err == nil {
		t.Errorf("posted as %+v, though that is in the other channel", ref)
	}
}

func TestSecretsStayOutOfErrors(t *testing.T) {
	c := newClient("http://127.0.0.1:1/api/v10", "bot-secret", slog.New(slog.DiscardHandler)) // nobody listens on port 1
	err := c.do(t.Context(), request{name: "answer", method: http.MethodPost, path: "/interactions/1/interaction-secret/callback", interaction: true})
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
	c.base = "http://127.0.0.1:bad\n"
	if err := c.do(t.Context(), request{name: "answer", method: http.MethodPost, path: "/interaction-secret"}); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}

func TestInviteURL(t *testing.T) {
	want := "https://discord.com/oauth2/authorize?client_id=42&scope=bot+applications.commands&integration_type=0&permissions=117760"
	if got := InviteURL("42"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
