package slack_test

import (
	"testing"

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
