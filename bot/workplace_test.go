package main

import (
	"bytes"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/discord/discordtest"
	"ckadbot/bot/slack/slacktest"
)

// A workplace is a fake platform that a bot in another process is in. It is a
// chattest.Platform but for the adapter, which is over there.
type workplace struct {
	chattest.Platform
	channel chat.Channel
	env     func(base string) []string // the settings for a bot that finds the platform at base
	base    string
}

type (
	overThere struct{ people }
	people    interface {
		Secret() string
		Type(person, command string)
		Press(person string, m chattest.Shown, label string)
		Fill(person string, form chattest.Shown, values map[string]string)
		Sees(person string) ([]chattest.Shown, <-chan struct{})
		Acknowledged() <-chan struct{}
		Complaints() []string
		Fail(chattest.Fault) bool
	}
)

func (overThere) Adapter() chat.Adapter { return nil }
func (overThere) Channel() chat.Channel { return chat.Channel{} }

func newSlack(t testing.TB) workplace {
	s := slacktest.New()
	t.Cleanup(s.Close)
	return workplace{overThere{s}, chat.Channel{Platform: "slack", Workspace: slacktest.Team, ID: slacktest.General}, slackOverSockets, s.URL()}
}

func slackOverSockets(base string) []string {
	return []string{"SLACK_BOT_TOKEN=" + slacktest.BotToken, "SLACK_APP_TOKEN=" + slacktest.AppToken, "SLACK_API_URL=" + base}
}

func slackOverHTTP(base string) []string {
	return []string{"SLACK_BOT_TOKEN=" + slacktest.BotToken, "SLACK_SIGNING_SECRET=" + slacktest.SigningSecret, "SLACK_API_URL=" + base}
}

func newDiscord(t testing.TB) workplace {
	d := discordtest.New()
	t.Cleanup(d.Close)
	return workplace{overThere{d}, chat.Channel{Platform: "discord", Workspace: discordtest.GuildID, ID: discordtest.GeneralID}, discordOverGateway, d.URL()}
}

func discordOverGateway(base string) []string {
	return []string{"DISCORD_TOKEN=" + discordtest.Token, "DISCORD_API_URL=" + base}
}

func discordOverHTTP(base string) []string {
	return append(discordOverGateway(base), "DISCORD_PUBLIC_KEY="+discordtest.PublicKey())
}

// slack and discord are the servers, for what only one of them can do.
func (w workplace) slack() *slacktest.Server {
	return w.Platform.(overThere).people.(*slacktest.Server)
}
func (w workplace) discord() *discordtest.Server {
	return w.Platform.(overThere).people.(*discordtest.Server)
}

// settings are those of one bot in all these places.
func settings(database string, all ...workplace) []string {
	env := []string{"DATABASE_URL=" + database}
	for _, w := range all {
		env = append(env, w.env(w.base)...)
	}
	return env
}

// secretKey encrypts tokens.
var secretKey = bytes.Repeat([]byte{7}, 32)

// installable is a Slack over HTTP for a bot that workspaces install, at public.
func (w workplace) installable(public string) workplace {
	w.env = func(base string) []string {
		return []string{"SLACK_CLIENT_ID=" + slacktest.ClientID, "SLACK_CLIENT_SECRET=" + slacktest.ClientSecret, "SLACK_SIGNING_SECRET=" + slacktest.SigningSecret,
			"SECRET_KEYS=key1:" + base64.StdEncoding.EncodeToString(secretKey), "PUBLIC_URL=" + public, "SLACK_API_URL=" + base}
	}
	return w
}

// startReady starts a bot in all these places, and waits until people can use it.
func startReady(t testing.TB, database string, all ...workplace) {
	t.Helper()
	address := freeAddress(t)
	start(t, append(settings(database, all...), "HTTP_ADDR="+address), "")
	awaitStatus(t, address, "/readyz", 200)
}

// at is the workplace for a bot that finds it at base, which leads there.
func (w workplace) at(base string) workplace {
	w.base = base
	return w
}

// content is an error if the platform complained of something that a bot did.
func (w workplace) content(t testing.TB) {
	t.Helper()
	if c := w.Complaints(); len(c) > 0 {
		t.Errorf("%s complains %d times, at first: %q", w.channel.Platform, len(c), c[:min(3, len(c))])
	}
}

// ask types a command and waits for a new message with its answer.
func (w workplace) ask(t testing.TB, person, command, answer string) chattest.Shown {
	t.Helper()
	old := map[string]bool{}
	messages, _ := w.Sees(person)
	for _, m := range messages {
		old[m.ID] = true
	}
	w.Type(person, command)
	return chattest.Await(t, w, person, func(m chattest.Shown) bool { return !old[m.ID] && strings.Contains(m.Text, answer) })
}

// transports are all ways in which platforms reach a bot that listens on address.
var transports = map[string]func(t testing.TB, address string) workplace{
	"slack over sockets":       func(t testing.TB, _ string) workplace { return newSlack(t) },
	"slack over HTTP":          newSlackOverHTTP,
	"discord over the gateway": func(t testing.TB, _ string) workplace { return newDiscord(t) },
	"discord over HTTP":        newDiscordOverHTTP,
}

func newSlackOverHTTP(t testing.TB, address string) workplace {
	w := newSlack(t)
	w.slack().OverHTTP("http://" + address)
	w.env = slackOverHTTP
	return w
}

func newDiscordOverHTTP(t testing.TB, address string) workplace {
	w := newDiscord(t)
	w.discord().DeliverTo("http://" + address)
	w.env = discordOverHTTP
	return w
}

// onTheWay gives a base URL that leads to another; of posts, post decides whether and when they go on.
func onTheWay(t testing.TB, base string, post func(w http.ResponseWriter, r *http.Request, goOn http.Handler)) string {
	t.Helper()
	target, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	goOn := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: target.Scheme, Host: target.Host}) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "chat.postMessage") || r.Method == http.MethodPost && strings.Contains(r.URL.Path, "/channels/") {
			post(w, r, goOn)
			return
		}
		goOn.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL + target.Path
}

// newPool connects to a database, for looking at what a bot in another process does there.
func newPool(t testing.TB, database string) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}
