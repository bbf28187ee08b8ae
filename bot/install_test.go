package main

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"testing"

	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/slack/slacktest"
	"ckadbot/migrations/pgtest"
)

// TestAWorkspaceInstallsTheAppAndUsesIt: a bot without a token of its own, behind a proxy for https. Somebody installs
// its app in a browser; then people of that workspace use it, also on their home pages.
func TestAWorkspaceInstallsTheAppAndUsesIt(t *testing.T) {
	t.Parallel()
	address, database := freeAddress(t), pgtest.URL(t)
	w := newSlackOverHTTP(t, address)
	s := w.slack()
	proxy := httptest.NewTLSServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: address}) }})
	t.Cleanup(proxy.Close)
	p := start(t, append(settings(database, w.installable(proxy.URL)), "HTTP_ADDR="+address), "")
	awaitStatus(t, address, "/readyz", 200)

	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Transport: proxy.Client().Transport, Jar: jar}
	for range 2 { // once more changes nothing
		s.Decide(slacktest.Install{Team: slacktest.Team, TeamName: "Test"})
		page, err := browser.Get(proxy.URL + "/slack/install")
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(page.Body)
		page.Body.Close()
		if err != nil || page.StatusCode != http.StatusOK || page.Request.URL.Path != "/slack/oauth_redirect" || !strings.Contains(string(text), "is installed") {
			t.Fatalf("the browser is at %s, which says %d %s (%v)", page.Request.URL.Path, page.StatusCode, text, err)
		}
	}
	chattest.AwaitText(t, w, "admin", "Three steps")

	if m := w.ask(t, "alice", "/ckad define deploymnet", "ReplicaSet"); !m.Ephemeral {
		t.Errorf("the entry is not ephemeral: %+v", m)
	}
	w.Type("alice", "/ckad ask "+onePressTopic(t))
	w.Press("bob", chattest.AwaitText(t, w, "bob", "The result is shown to you alone"), "A")
	chattest.AwaitText(t, w, "bob", "You answered")
	w.content(t)
	for _, secret := range append(s.Tokens(), slacktest.ClientSecret, slacktest.SigningSecret, base64.StdEncoding.EncodeToString(secretKey)) {
		if strings.Contains(p.said()+p.complained(), secret) {
			t.Errorf("the bot shows %q", secret)
		}
	}
}

// TestTheHomePageShowsWhatIsOpen in a channel that somebody is in, and takes their answer.
func TestTheHomePageShowsWhatIsOpen(t *testing.T) {
	t.Parallel()
	w, database := newSlack(t), pgtest.URL(t)
	s := w.slack()
	pool := newPool(t, database)
	dueNow(t, pool, w.channel)
	startReady(t, database, w)
	chattest.AwaitText(t, w, "alice", "Quiz: daily")
	noted(t, pool, 1)
	s.OpenTab("alice", "home")
	page := chattest.Await(t, w, "alice", func(m chattest.Shown) bool { return slices.Contains(m.Buttons, "Start daily") })
	w.Press("alice", page, "Start daily")
	w.Press("alice", chattest.Await(t, w, "alice", func(m chattest.Shown) bool { return slices.Contains(m.Buttons, "🚩 Report") }), "A")
	chattest.AwaitText(t, w, "alice", "Recorded: ")
	w.content(t)
}
