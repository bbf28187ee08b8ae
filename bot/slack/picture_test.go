package slack_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/slack"
	"ckadbot/bot/slack/slacktest"
)

var pictured = chat.Message{Card: &chat.Card{Body: "3 points", Image: &chat.Image{PNG: []byte("\x89PNG\r\n\x1a\n"), Alt: "Ana has 3 points & more.", Name: "stats.png"}}}

// calls counts the bot's calls of a method.
func calls(p *platform, method string) (n int) {
	for _, c := range p.Calls() {
		if strings.HasSuffix(c.Path, method) {
			n++
		}
	}
	return n
}

func TestPictureIsShownWhenSlackHasLookedAtIt(t *testing.T) {
	p := newPlatform(t)
	chattest.Start(t, p, &chattest.Handler{OnCommand: func(chat.Command) chat.Reply { return chat.Reply{Message: pictured} }})
	p.SlowFiles(1)
	post(t, p, chat.Key{ID: "k"}, pictured)
	posted := chattest.AwaitText(t, p, "bob", "3 points")
	p.Type("alice", "/ckad help")
	replied := chattest.Await(t, p, "bob", func(s chattest.Shown) bool { return s.ID != posted.ID })
	for _, got := range []chattest.Shown{posted, replied} {
		if got.Image == nil || got.Image.Alt != pictured.Card.Image.Alt {
			t.Errorf("bob sees %+v, want it with the picture", got)
		}
	}
	if c := p.Complaints(); len(c) > 0 {
		t.Errorf("complaints: %q", c)
	}
}

func TestPictureThatSlackNeverShowsIsLeftOut(t *testing.T) {
	p := newPlatform(t)
	chattest.Start(t, p, &chattest.Handler{OnCommand: func(chat.Command) chat.Reply { return chat.Reply{Message: pictured} }})
	p.SlowFiles(1000)
	p.Type("alice", "/ckad help")
	if got := chattest.AwaitText(t, p, "bob", "3 points"); got.Image != nil {
		t.Errorf("bob sees %+v, want no picture", got)
	}
	if c := p.Complaints(); len(c) > 0 { // the response_url was not used up
		t.Errorf("complaints: %q", c)
	}
}

func TestUploadThatFailsLosesNothing(t *testing.T) {
	for name, fail := range map[string]func(*platform){
		"no scope":      func(p *platform) { p.RemoveScope("files:write") },
		"no room":       func(p *platform) { p.BreakUploads() },
		"Slack is down": func(p *platform) { p.Break(1) },
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t)
			fail(p)
			ref := post(t, p, chat.Key{ID: "k"}, pictured)
			if got := chattest.AwaitText(t, p, "bob", "3 points"); got.Image != nil || ref.ID == "" {
				t.Errorf("posted as %+v, bob sees %+v, want no picture", ref, got)
			}
			if !strings.Contains(p.log.String(), "files:write") {
				t.Errorf("the log does not say what it takes:\n%s", p.log)
			}
		})
	}
}

// An upload's address is a secret, and so is the token, which goes to Slack only.
func TestUploadElsewhereIsNotMade(t *testing.T) {
	var log logged
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { t.Errorf("got %s %v", r.Method, r.Header) }))
	defer elsewhere.Close()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"ok":true,"channel":"C0GENERAL","ts":"1.000001","file_id":"F0SECRET01","upload_url":%q}`, elsewhere.URL+"/upload/secret")
	}))
	defer srv.Close()
	a := slack.New(slack.Config{BotToken: slacktest.BotToken, AppToken: slacktest.AppToken, APIURL: srv.URL, Log: slog.New(slog.NewTextHandler(&log, nil))})
	channel := chat.Channel{Platform: "slack", Workspace: slacktest.Team, ID: slacktest.General}
	if ref, err := a.Post(t.Context(), channel, chat.Key{ID: "k"}, pictured); err != nil || ref.ID == "" {
		t.Errorf("posted as %+v, %v, want it without the picture", ref, err)
	}
	if strings.Contains(log.String(), "secret") || !strings.Contains(log.String(), "files:write") {
		t.Errorf("the log is:\n%s", log.String())
	}
}

func TestEphemeralRepliesUploadNothing(t *testing.T) {
	p := newPlatform(t)
	chattest.Start(t, p, &chattest.Handler{OnCommand: func(chat.Command) chat.Reply { return chat.Reply{Message: pictured, Ephemeral: true} }})
	p.Type("alice", "/ckad help")
	if got := chattest.AwaitText(t, p, "alice", "3 points"); got.Image != nil || !got.Ephemeral {
		t.Errorf("alice sees %+v, want it without a picture", got)
	}
	if n := calls(p, "files.getUploadURLExternal"); n != 0 {
		t.Errorf("%d files were uploaded", n)
	}
}
