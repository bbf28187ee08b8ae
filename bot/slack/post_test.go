package slack_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/slack"
	"ckadbot/bot/slack/slacktest"
)

func TestPostErrorsAreToldApart(t *testing.T) {
	var retry *chat.RetryError
	var gone *chat.GoneError
	var uncertain *chat.UncertainError
	for name, c := range map[string]struct {
		status int
		header string
		body   string
		want   any // where errors.As finds it; nil: none of the three
	}{
		"limited":                 {429, "30", "", &retry},
		"limited, without a time": {429, "", "", &retry},
		"limited, in words":       {200, "", `{"ok":false,"error":"ratelimited"}`, &retry},
		"archived":                {200, "", `{"ok":false,"error":"is_archived"}`, &gone},
		"not allowed":             {200, "", `{"ok":false,"error":"restricted_action"}`, &gone},
		"scope":                   {200, "", `{"ok":false,"error":"missing_scope","needed":"chat:write"}`, &gone},
		"bad gateway":             {502, "", "<html>", &uncertain},
		"half an answer":          {200, "", `{"ok":tr`, &uncertain},
		"fatal":                   {200, "", `{"ok":false,"error":"fatal_error"}`, &uncertain},
		"a proxy in between":      {403, "", "no", nil},
		"our mistake":             {200, "", `{"ok":false,"error":"invalid_blocks"}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				if c.header != "" {
					w.Header().Set("Retry-After", c.header)
				}
				w.WriteHeader(c.status)
				fmt.Fprint(w, c.body)
			}))
			defer srv.Close()
			err := postTo(t, srv.URL)
			if c.want != nil && !errors.As(err, c.want) {
				t.Errorf("got %v, want a %T", err, c.want)
			}
			if c.want == nil && (err == nil || errors.As(err, &retry) || errors.As(err, &gone) || errors.As(err, &uncertain)) {
				t.Errorf("got %v, want an error that says nothing was posted", err)
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		srv := httptest.NewServer(http.NotFoundHandler())
		srv.Close()
		err := postTo(t, srv.URL)
		if err == nil || errors.As(err, &uncertain) || strings.Contains(err.Error(), "http://") {
			t.Errorf("got %v, want an error that says nothing was posted, and no URL", err)
		}
	})
	t.Run("the token", func(t *testing.T) {
		p := newPlatform(t)
		p.Fail(chattest.BadToken)
		_, err := p.adapter.Post(t.Context(), p.Channel(), chat.Key{ID: "k"}, question)
		if !errors.Is(err, chat.ErrToken) || strings.Contains(err.Error(), slacktest.BotToken) {
			t.Errorf("got %v, want one about the token", err)
		}
	})
}

func postTo(t *testing.T, url string) error {
	t.Helper()
	a := slack.New(slack.Config{BotToken: slacktest.BotToken, AppToken: slacktest.AppToken, APIURL: url})
	_, err := a.Post(t.Context(), chat.Channel{Platform: "slack", Workspace: slacktest.Team, ID: slacktest.General}, chat.Key{ID: "k"}, question)
	return err
}

func TestPostIsFoundAgain(t *testing.T) {
	p := newPlatform(t)
	slack.Hurry(p.adapter.(*slack.Adapter), time.Microsecond) // more posts than the channel takes
	began := time.Now()
	first := post(t, p, chat.Key{ID: "k1"}, question)
	for i := range 40 { // more than one page of the history
		post(t, p, chat.Key{ID: fmt.Sprint("other", i)}, chat.Message{Text: "chatter"})
	}
	t.Run("behind forty other messages", func(t *testing.T) {
		if again := post(t, p, chat.Key{ID: "k1", Tried: began}, question); again != first {
			t.Errorf("got %+v, want %+v", again, first)
		}
	})
	t.Run("or made again without the scope", func(t *testing.T) {
		p.RemoveScope("channels:history")
		if again := post(t, p, chat.Key{ID: "k1", Tried: began}, question); again == first || again.ID == "" {
			t.Errorf("got %+v, want another message", again)
		}
	})
	t.Run("or not made while Slack is down", func(t *testing.T) {
		p.Break(1)
		_, err := p.adapter.Post(t.Context(), p.Channel(), chat.Key{ID: "k2", Tried: began}, question)
		var uncertain *chat.UncertainError
		if err == nil || errors.As(err, &uncertain) {
			t.Errorf("got %v, want an error that says nothing was posted", err)
		}
	})
}

func TestEditOfADeletedMessageIsGone(t *testing.T) {
	p := newPlatform(t)
	ref := post(t, p, chat.Key{ID: "k1"}, question)
	p.DeleteMessage(ref.ID)
	for _, id := range []string{ref.ID, "", "nonsense"} {
		var gone *chat.GoneError
		if err := p.adapter.Edit(t.Context(), chat.MessageRef{Channel: ref.Channel, ID: id}, question); !errors.As(err, &gone) {
			t.Errorf("edit of %q: got %v, want a GoneError", id, err)
		}
	}
}
