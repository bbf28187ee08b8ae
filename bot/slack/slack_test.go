package slack_test

import (
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
}

func newPlatform(t testing.TB) *platform {
	t.Helper()
	s := slacktest.New()
	t.Cleanup(s.Close)
	return &platform{s, slack.New(slack.Config{BotToken: slacktest.BotToken, AppToken: slacktest.AppToken, APIURL: s.URL()})}
}

func (p *platform) Adapter() chat.Adapter { return p.adapter }

func (p *platform) Channel() chat.Channel {
	return chat.Channel{Platform: "slack", Workspace: slacktest.Team, ID: slacktest.General}
}

func TestAdapter(t *testing.T) {
	chattest.Run(t, func(t testing.TB) chattest.Platform { return newPlatform(t) })
}
