package discord

import (
	"testing"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/discord/discordtest"
)

func TestResponsesAreTold(t *testing.T) {
	chattest.Responses(t, func(t testing.TB, told func(chat.Response)) chattest.Platform {
		f := open(t)
		f.adapter = New(Config{Token: discordtest.Token, APIURL: f.URL(), Responded: told})
		return f
	})
}
