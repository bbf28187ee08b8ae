package discord

import (
	"log/slog"
	"testing"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/discord/discordtest"
)

// A fake is a Discord and an adapter that is set up to talk to it.
type fake struct {
	*discordtest.Server
	adapter *Adapter
}

func (f *fake) Adapter() chat.Adapter { return f.adapter }

func open(t testing.TB) *fake {
	s := discordtest.New()
	t.Cleanup(s.Close)
	return &fake{s, connect(t, s)}
}

// connect makes an adapter for s that does not wait long before it connects again.
func connect(t testing.TB, s *discordtest.Server) *Adapter {
	a := New(Config{Token: discordtest.Token, APIURL: s.URL(), Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	a.pause = func(int) time.Duration { return time.Millisecond }
	return a
}

func TestPromises(t *testing.T) {
	chattest.Run(t, func(t testing.TB) chattest.Platform { return open(t) })
}
