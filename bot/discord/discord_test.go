package discord

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
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

// connect makes an adapter for s that listens to the gateway.
func connect(t testing.TB, s *discordtest.Server) *Adapter { return connectBy(t, s, "") }

// connectBy makes an adapter that does not wait long before it connects again.
func connectBy(t testing.TB, s *discordtest.Server, publicKey string) *Adapter {
	nowhere := func(context.Context) (here, left []string, err error) { return nil, nil, nil }
	a := New(Config{Token: discordtest.Token, PublicKey: publicKey, APIURL: s.URL(), Workspaces: nowhere, Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	a.pause = func(int) time.Duration { return time.Millisecond }
	a.gap = time.Millisecond
	return a
}

// openHTTP is open with an adapter that Discord calls, instead of one that listens to the gateway.
func openHTTP(t testing.TB) *fake {
	s := discordtest.New()
	t.Cleanup(s.Close)
	a := connectBy(t, s, discordtest.PublicKey())
	s.DeliverTo(serve(t, a))
	return &fake{s, a}
}

// serve gives the address under which the adapter's routes are.
func serve(t testing.TB, a *Adapter) string {
	mux := http.NewServeMux()
	a.Routes(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func TestPromisesOverTheGateway(t *testing.T) {
	chattest.Run(t, func(t testing.TB) chattest.Platform { return open(t) })
}

func TestPromisesOverHTTP(t *testing.T) {
	chattest.Run(t, func(t testing.TB) chattest.Platform { return openHTTP(t) })
}

// both runs a test over both transports.
func both(t *testing.T, name string, test func(*testing.T, *fake)) {
	t.Run(name+" over the gateway", func(t *testing.T) { test(t, open(t)) })
	t.Run(name+" over HTTP", func(t *testing.T) { test(t, openHTTP(t)) })
}
