package slack_test

import (
	"testing"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/slack"
	"ckadbot/bot/slack/slacktest"
)

func TestResponsesAreTold(t *testing.T) {
	chattest.Responses(t, func(t testing.TB, told func(chat.Response)) chattest.Platform {
		p := newPlatform(t)
		p.adapter = slack.New(slack.Config{BotToken: slacktest.BotToken, AppToken: slacktest.AppToken, APIURL: p.URL(), Responded: told})
		return p
	})
}

func TestOpenedHomePagesAreTold(t *testing.T) {
	p := newPlatform(t)
	told := make(chan chat.Response, 10)
	p.adapter = slack.New(slack.Config{BotToken: slacktest.BotToken, AppToken: slacktest.AppToken, APIURL: p.URL(), Responded: func(r chat.Response) { told <- r }})
	chattest.Start(t, p, homely(nil))
	next := func() (r chat.Response) {
		t.Helper()
		select {
		case r = <-told:
		case <-time.After(20 * time.Second):
			t.Fatal("nothing is told")
		}
		return r
	}
	goHome(t, p, "alice")
	if got := next(); got.Kind != chat.DidHome || got.Outcome != chat.Answered || got.First <= 0 || got.Answer < got.First {
		t.Errorf("told %+v", got)
	}
	p.Squeeze("", "views.publish", 30)
	p.OpenTab("alice", "home")
	if got := next(); got.Kind != chat.DidHome || got.Outcome != chat.Lost {
		t.Errorf("told %+v, want that the page is lost", got)
	}
}
