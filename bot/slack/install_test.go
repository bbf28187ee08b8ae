package slack_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/slack"
	"ckadbot/bot/slack/slacktest"
	"ckadbot/bot/store"
	"ckadbot/migrations/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// hosted is a bot that many workspaces install, over HTTP.
type hosted struct {
	*platform
	pool   *pgxpool.Pool
	store  *store.Installations
	public *httptest.Server // PUBLIC_URL

	mu   sync.Mutex // guards the rest
	left []string
	here []string // workspaces that are said to have installed the app
}

// newHosted is the first bot on a database; another shares its Slack and its database.
func newHosted(t testing.TB) *hosted {
	t.Helper()
	s, log := newServer(t)
	h := host(t, s, log, pgtest.New(t))
	t.Cleanup(func() {
		for _, secret := range append(s.Tokens(), slacktest.ClientSecret, "slacktestcode") {
			if strings.Contains(log.String(), secret) {
				t.Errorf("%q is in the log:\n%s", secret, log)
			}
		}
	})
	return h
}

func (h *hosted) another(t testing.TB) *hosted { return host(t, h.Server, h.log, h.pool) }

func host(t testing.TB, s *slacktest.Server, log *logged, pool *pgxpool.Pool) *hosted {
	t.Helper()
	keys, err := store.NewKeys(store.Key{ID: "a", Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	h := &hosted{platform: &platform{Server: s, log: log}, pool: pool, store: store.NewInstallations(pool, keys)}
	mux := http.NewServeMux()
	h.public = httptest.NewTLSServer(mux)
	events := httptest.NewServer(mux)
	t.Cleanup(h.public.Close)
	t.Cleanup(events.Close)
	s.OverHTTP(events.URL)
	welcome := chat.Message{Text: "Welcome, three steps."}
	a := slack.New(slack.Config{
		Secret: slacktest.SigningSecret, APIURL: s.URL(), Log: logger(log), Installations: h.store,
		ClientID: slacktest.ClientID, ClientSecret: slacktest.ClientSecret, PublicURL: h.public.URL, Welcome: &welcome,
		Installed: func(_ context.Context, home string) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.here = append(h.here, home)
		},
	})
	a.Routes(mux)
	h.adapter = a
	return h
}

// serve runs the bot and notes which workspaces it leaves.
func (h *hosted) serve(t testing.TB) {
	t.Helper()
	h.serveBy(t, &chattest.Handler{OnLeft: func(home string) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.left = append(h.left, home)
	}})
}

// give has a workspace install the app, without a browser.
func (h *hosted) give(t testing.TB, i slacktest.Install) store.Installation {
	t.Helper()
	access, refresh := h.Grant(i)
	in := store.Installation{Team: i.Team, Installer: "U1", Token: store.Token(access), Refresh: store.Token(refresh)}
	if i.Lives > 0 {
		in.Expires = time.Now().Add(i.Lives)
	}
	if _, err := h.store.Save(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	return in
}

// serveBy runs the bot with any handler.
func (h *hosted) serveBy(t testing.TB, handler chat.Handler) {
	t.Helper()
	chattest.Start(t, h, handler)
	until(t, "the bot is ready", func() bool { return h.adapter.Ready() == nil })
}

// until waits for something to be so, for a minute.
func until(t testing.TB, what string, so func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !so(); pauseFor(t, time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it is not so that %s", what)
		}
	}
}

func pauseFor(t testing.TB, d time.Duration) {
	select {
	case <-time.After(d):
	case <-t.Context().Done():
		t.Fatal("the test is over")
	}
}

// leftHomes are those that the bot told to be left. A post tells it once more: nobody minds.
func (h *hosted) leftHomes() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(slices.Compact(slices.Clone(h.left)), " ")
}

// leaves is how often it told so.
func (h *hosted) leaves() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.left)
}

func (h *hosted) hereHomes() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return strings.Join(h.here, " ")
}

func (h *hosted) awaitLeft(t testing.TB, want string) {
	t.Helper()
	until(t, "the bot has left "+want, func() bool { return h.leftHomes() == want })
}

// browser is somebody's, with cookies.
func (h *hosted) browser(t testing.TB) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Transport: h.public.Client().Transport, Jar: jar}
}

// visit opens an address, goes where it is sent, and gives the page at the end.
func visit(t testing.TB, browser *http.Client, address string) (status int, text string, at *url.URL) {
	t.Helper()
	got, err := browser.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	if csp := got.Header.Get("Content-Security-Policy"); got.StatusCode < 300 && !strings.Contains(csp, "default-src 'none'") {
		t.Errorf("%s has the policy %q", address, csp)
	}
	return got.StatusCode, string(body), got.Request.URL
}

func (h *hosted) install(t testing.TB, i slacktest.Install) (status int, text string) {
	t.Helper()
	h.Decide(i)
	status, text, _ = visit(t, h.browser(t), h.public.URL+"/slack/install")
	return status, text
}

func (h *hosted) postTo(t testing.TB, team, channel string) error {
	t.Helper()
	_, err := h.adapter.Post(context.WithoutCancel(t.Context()), chat.Channel{Platform: "slack", Workspace: team, ID: channel}, chat.Key{ID: rand()}, question)
	return err
}

func rand() string { return fmt.Sprint(time.Now().UnixNano()) }

// event has Slack tell of something in a workspace.
func (h *hosted) event(team, enterprise string, what map[string]any) {
	h.eventAt(time.Now(), team, enterprise, what)
}

// eventAt is event with when it was.
func (h *hosted) eventAt(at time.Time, team, enterprise string, what map[string]any) {
	what = maps.Clone(what)
	what["event_ts"] = rand() // no two are the same
	h.SendRaw("events_api", map[string]any{
		"type": "event_callback", "event_id": "Ev" + rand(), "event_time": at.Unix(), "team_id": team, "enterprise_id": enterprise, "event": what,
	})
}

func TestWorkspacesInstallTheAppAndAreServedEach(t *testing.T) {
	h := newHosted(t)
	h.AddWorkspace("T0ONE", "C0ONE")
	h.AddWorkspace("T0TWO", "C0TWO")
	h.serve(t)
	for _, i := range []slacktest.Install{{Team: "T0ONE", TeamName: "One & <b>Only</b>"}, {Team: "T0TWO", TeamName: "Two", User: "U0BOB"}} {
		status, text := h.install(t, i)
		if status != http.StatusOK || !strings.Contains(text, "is installed") || strings.Contains(text, "<b>") {
			t.Errorf("%s: got %d, %s", i.Team, status, text)
		}
	}
	for team, channel := range map[string]string{"T0ONE": "C0ONE", "T0TWO": "C0TWO"} {
		if err := h.postTo(t, team, channel); err != nil {
			t.Errorf("post in %s: %v", team, err)
		}
	}
	var retry *chat.RetryError
	if err := h.postTo(t, "T0THREE", "C0ONE"); !errors.As(err, &retry) || !strings.Contains(err.Error(), "not installed") {
		t.Errorf("a post where nobody installed: got %v", err)
	}
	if status, _ := h.install(t, slacktest.Install{Team: "T0ONE", TeamName: "One"}); status != http.StatusOK {
		t.Errorf("once more: got %d", status)
	}
	greetings := 0
	for _, name := range []string{"admin", "bob"} {
		shown, _ := h.Sees(name)
		for _, s := range shown {
			if strings.Contains(s.Text, "three steps") {
				greetings++
			}
		}
	}
	if greetings != 2 {
		t.Errorf("%d greetings, want one for each workspace", greetings)
	}
	if c := h.Complaints(); len(c) > 0 {
		t.Errorf("complaints: %q", c)
	}
}

func TestEnterpriseInstallsForAllOfItsWorkspaces(t *testing.T) {
	h := newHosted(t)
	h.AddWorkspace("T0ONE", "C0ONE")
	h.serve(t)
	if status, text := h.install(t, slacktest.Install{Enterprise: "E0ALL"}); status != http.StatusOK || !strings.Contains(text, "Enterprise") {
		t.Errorf("got %d, %s", status, text)
	}
	if _, err := h.store.Find(t.Context(), "T0ONE", "E0ALL"); err != nil { // as an event does
		t.Fatal(err)
	}
	if err := h.postTo(t, "T0ONE", "C0ONE"); err != nil {
		t.Errorf("post: %v", err)
	}
	h.Revoke("", "E0ALL", "token_revoked")
	h.event("T0ONE", "E0ALL", map[string]any{"type": "app_uninstalled"})
	h.awaitLeft(t, "slack/T0ONE")
}

func TestEnterpriseTakesTheAppFromSomeOfItsWorkspaces(t *testing.T) {
	h := newHosted(t)
	h.serve(t)
	h.install(t, slacktest.Install{Enterprise: "E0ALL"})
	h.install(t, slacktest.Install{Enterprise: "E0ALL", Team: "T0OWN"})
	for _, team := range []string{"T0ONE", "T0TWO", "T0THREE"} {
		if _, err := h.store.Find(t.Context(), team, "E0ALL"); err != nil { // as an event does
			t.Fatal(err)
		}
	}
	revoked := map[string]any{"type": "team_access_revoked", "team_ids": []any{"T0ONE", "T0TWO", "T0OWN", "not a team"}}
	h.Give("E0ALL", "T0FOUR", "T0FIVE", "T0TWO", "T0THREE") // two has it again
	h.event("", "E0ALL", revoked)
	h.awaitLeft(t, "slack/T0ONE")
	if _, err := h.store.Find(t.Context(), "T0ONE", ""); !errors.Is(err, store.ErrNotInstalled) {
		t.Errorf("one: got %v", err)
	}
	for _, team := range []string{"T0TWO", "T0THREE", "T0OWN"} {
		if _, err := h.store.Find(t.Context(), team, ""); err != nil {
			t.Errorf("%s: got %v", team, err)
		}
	}
	h.Break(10) // Slack does not tell who has it
	h.event("", "E0ALL", map[string]any{"type": "team_access_revoked", "team_ids": []any{"T0THREE"}})
	until(t, "the log says that nobody knows", func() bool { return strings.Contains(h.log.String(), "cannot tell which workspaces") })
	h.Break(0)
	h.event("", "E0ALL", map[string]any{"type": "team_access_granted", "team_ids": []any{"T0ONE", "not a team"}})
	until(t, "one has it", func() bool { return strings.HasSuffix(h.hereHomes(), "slack/T0ONE") })
	h.AddWorkspace("T0ONE", "C0ONE")
	if err := h.postTo(t, "T0ONE", "C0ONE"); err != nil { // before anybody uses it there
		t.Errorf("post in one, which has it again: %v", err)
	}
	if got := h.leftHomes(); got != "slack/T0ONE" {
		t.Errorf("left %q, want one only", got)
	}
}

// Somebody installs the app again while others hear still that it was removed: what they hear last is that it is there.
func TestWorkspaceThatIsBackBeforeItIsLeftIsThere(t *testing.T) {
	h := newHosted(t)
	var again sync.Once
	h.serveBy(t, &chattest.Handler{OnLeft: func(home string) {
		again.Do(func() { h.install(t, slacktest.Install{Team: "T0ONE"}) })
		h.mu.Lock()
		defer h.mu.Unlock()
		h.here = append(h.here, "left "+home)
	}})
	h.install(t, slacktest.Install{Team: "T0ONE"})
	h.Revoke("T0ONE", "", "account_inactive")
	h.event("T0ONE", "", map[string]any{"type": "app_uninstalled"})
	const want = "slack/T0ONE slack/T0ONE left slack/T0ONE slack/T0ONE"
	until(t, "it was heard of "+want, func() bool { return h.hereHomes() == want })
}

// A bot that died between removing an installation and telling of it is made good by the next post.
func TestRemovalThatNobodyToldIsFoundByAPost(t *testing.T) {
	h := newHosted(t)
	h.AddWorkspace("T0ONE", "C0ONE")
	h.serve(t)
	h.give(t, slacktest.Install{Team: "T0ONE"})
	in, err := h.store.Find(t.Context(), "T0ONE", "")
	if err != nil {
		t.Fatal(err)
	}
	if teams, err := h.store.Remove(t.Context(), in); err != nil || len(teams) != 1 {
		t.Fatalf("removed from %q (%v), want from one workspace", teams, err)
	}
	if err := h.postTo(t, "T0ONE", "C0ONE"); err == nil || !strings.Contains(err.Error(), "not installed") {
		t.Errorf("post: got %v, want that the app is not installed", err)
	}
	h.awaitLeft(t, "slack/T0ONE")
}

func TestInstallationsThatComeToNothingSaySo(t *testing.T) {
	h := newHosted(t)
	if status, _ := h.install(t, slacktest.Install{Team: "T0ONE"}); status != http.StatusServiceUnavailable {
		t.Errorf("before Run: got %d", status)
	}
	h.serve(t)
	redirect := h.public.URL + "/slack/oauth_redirect"
	state := func(b *http.Client) string { // begins, and stops before Slack
		b.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		defer func() { b.CheckRedirect = nil }()
		got, err := b.Get(h.public.URL + "/slack/install")
		if err != nil {
			t.Fatal(err)
		}
		defer got.Body.Close()
		to, err := got.Location()
		if err != nil || got.StatusCode != http.StatusSeeOther || to.Path != "/oauth/v2/authorize" {
			t.Fatalf("sent to %v with %d (%v)", to, got.StatusCode, err)
		}
		return to.Query().Get("state")
	}
	const hostile = `%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E`
	for name, c := range map[string]struct {
		query  func() (*http.Client, string)
		status int
		want   string
	}{
		"denied":        {func() (*http.Client, string) { b := h.browser(t); return b, "error=access_denied&state=" + state(b) }, 200, "was not installed"},
		"another error": {func() (*http.Client, string) { b := h.browser(t); return b, "error=" + hostile + "&state=" + state(b) }, 400, "was not installed"},
		"no code":       {func() (*http.Client, string) { b := h.browser(t); return b, "state=" + state(b) }, 400, "was not installed"},
		"a wrong code":  {func() (*http.Client, string) { b := h.browser(t); return b, "code=" + hostile + "&state=" + state(b) }, 400, "took too long"},
		"no state":      {func() (*http.Client, string) { return h.browser(t), "code=1" }, 400, "does not work any more"},
		"a made-up one": {func() (*http.Client, string) { b := h.browser(t); state(b); return b, "code=1&state=" + hostile }, 400, "does not work any more"},
		"another's": {func() (*http.Client, string) {
			b := h.browser(t)
			state(b)
			return b, "code=1&state=" + state(h.browser(t))
		}, 400, "does not work any more"},
		"without cookie": {func() (*http.Client, string) { return h.browser(t), "code=1&state=" + state(h.browser(t)) }, 400, "does not work any more"},
		"expired": {func() (*http.Client, string) {
			b := h.browser(t)
			address, err := url.Parse(h.public.URL)
			if err != nil {
				t.Fatal(err)
			}
			state(b)
			return b, "code=1&state=" + h.store.State(b.Jar.Cookies(address)[0].Value, -time.Second)
		}, 400, "does not work any more"},
		"binary": {func() (*http.Client, string) { return h.browser(t), "code=%00%ff&state=%00%ff%0a" }, 400, "does not work any more"},
	} {
		t.Run(name, func(t *testing.T) {
			b, query := c.query()
			status, text, _ := visit(t, b, redirect+"?"+query)
			if status != c.status || !strings.Contains(text, c.want) || strings.Contains(text, "script") {
				t.Errorf("got %d, %s, want %d and %q", status, text, c.status, c.want)
			}
		})
	}
	t.Run("replayed", func(t *testing.T) {
		h.Decide(slacktest.Install{Team: "T0ONE"})
		b := h.browser(t)
		_, _, at := visit(t, b, h.public.URL+"/slack/install")
		if status, text, _ := visit(t, b, at.String()); status != 400 || !strings.Contains(text, "took too long") { // Slack's code is used up, too
			t.Errorf("got %d, %s", status, text)
		}
		access := h.NewCode(slacktest.Install{Team: "T0TWO", User: "U0BOB"}, redirect)
		if status, text, _ := visit(t, b, redirect+"?code="+access+"&state="+at.Query().Get("state")); status != 400 || !strings.Contains(text, "does not work any more") {
			t.Errorf("with another code: got %d, %s", status, text)
		}
		if _, err := h.store.Find(t.Context(), "T0TWO", ""); !errors.Is(err, store.ErrNotInstalled) {
			t.Errorf("with another code: got %v", err)
		}
	})
	t.Run("many at once", func(t *testing.T) {
		before := calls(h.platform, "oauth.v2.access")
		h.Silence(func(r *http.Request, _ string) bool { return strings.HasSuffix(r.URL.Path, "oauth.v2.access") })
		var waiting sync.WaitGroup
		for range 16 {
			waiting.Go(func() { visit(t, h.browser(t), h.public.URL+"/slack/install") })
		}
		until(t, "sixteen ask Slack", func() bool { return calls(h.platform, "oauth.v2.access") == before+16 })
		if status, text, _ := visit(t, h.browser(t), h.public.URL+"/slack/install"); status != http.StatusServiceUnavailable || !strings.Contains(text, "in a minute") {
			t.Errorf("got %d, %s", status, text)
		}
		h.Silence(nil)
		waiting.Wait()
	})
	t.Run("two windows of one browser do not disturb each other", func(t *testing.T) {
		b := h.browser(t)
		first := state(b)
		state(b)
		if status, text, _ := visit(t, b, redirect+"?error=access_denied&state="+first); status != 200 {
			t.Errorf("got %d, %s", status, text)
		}
	})
	t.Run("the database is away", func(t *testing.T) {
		h.pool.Close()
		if status, text := h.install(t, slacktest.Install{Team: "T0ONE"}); status != 500 || !strings.Contains(text, "ref ") {
			t.Errorf("got %d, %s", status, text)
		}
	})
}

func TestRemovedAppIsForgottenOnceAndComesBack(t *testing.T) {
	uninstalled := map[string]any{"type": "app_uninstalled"}
	revoked := map[string]any{"type": "tokens_revoked", "tokens": map[string]any{"oauth": []any{"U1"}, "bot": []any{slacktest.BotUser}}}
	ofPeople := map[string]any{"type": "tokens_revoked", "tokens": map[string]any{"oauth": []any{"U1"}, "bot": []any{}}}
	for name, events := range map[string][]map[string]any{
		"uninstalled": {uninstalled}, "revoked": {revoked}, "uninstalled, revoked": {uninstalled, revoked}, "revoked, uninstalled, both again": {revoked, uninstalled, revoked, uninstalled},
		"found out by a call": nil,
	} {
		t.Run(name, func(t *testing.T) {
			h := newHosted(t)
			other := h.another(t) // on the same database; events come to this one
			h.AddWorkspace("T0ONE", "C0ONE")
			h.AddWorkspace("T0TWO", "C0TWO")
			h.serve(t)
			other.serve(t)
			h.install(t, slacktest.Install{Team: "T0ONE"})
			h.install(t, slacktest.Install{Team: "T0TWO"})
			h.event("T0ONE", "", ofPeople)
			h.event("T0ONE", "", uninstalled) // of an earlier installation: the token works
			if err := h.postTo(t, "T0ONE", "C0ONE"); err != nil {
				t.Fatal(err)
			}
			h.Revoke("T0ONE", "", "account_inactive")
			for _, e := range events {
				h.event("T0ONE", "", e)
			}
			if events == nil {
				if err := other.postTo(t, "T0ONE", "C0ONE"); err == nil || strings.Contains(err.Error(), "SLACK_BOT_TOKEN") {
					t.Errorf("got %v", err)
				}
			}
			other.awaitLeft(t, "slack/T0ONE")
			if _, err := h.store.Find(t.Context(), "T0ONE", ""); !errors.Is(err, store.ErrNotInstalled) {
				t.Errorf("the token is kept: %v", err)
			}
			posts := 0 // that tell it once more
			if events == nil {
				posts++
			}
			for _, bot := range []*hosted{h, other} {
				posts++
				if err := bot.postTo(t, "T0ONE", "C0ONE"); err == nil || !strings.Contains(err.Error(), "not installed") {
					t.Errorf("a post after that: got %v", err)
				}
				if err := bot.postTo(t, "T0TWO", "C0TWO"); err != nil {
					t.Errorf("a post elsewhere: %v", err)
				}
			}
			h.install(t, slacktest.Install{Team: "T0ONE"})
			for _, bot := range []*hosted{h, other} {
				if err := bot.postTo(t, "T0ONE", "C0ONE"); err != nil {
					t.Errorf("installed again: %v", err)
				}
			}
			if n := h.leaves() + other.leaves(); h.leftHomes()+other.leftHomes() != "slack/T0ONE" || n > 1+posts {
				t.Errorf("left %q and %q, told %d times; want it once, and once more for each of %d posts at most", h.leftHomes(), other.leftHomes(), n, posts)
			}
		})
	}
}

// A bot that still has the token of an earlier installation must not forget the new one.
func TestOldTokenDoesNotRemoveTheNewInstallation(t *testing.T) {
	h := newHosted(t)
	other := h.another(t)
	h.AddWorkspace("T0ONE", "C0ONE")
	h.serve(t)
	other.serve(t)
	h.install(t, slacktest.Install{Team: "T0ONE"})
	if err := h.postTo(t, "T0ONE", "C0ONE"); err != nil {
		t.Fatal(err)
	}
	h.Revoke("T0ONE", "", "account_inactive")
	if err := other.postTo(t, "T0ONE", "C0ONE"); err == nil {
		t.Fatal("posted without a token")
	}
	other.awaitLeft(t, "slack/T0ONE")
	other.install(t, slacktest.Install{Team: "T0ONE"})
	var retry *chat.RetryError
	if err := h.postTo(t, "T0ONE", "C0ONE"); !errors.As(err, &retry) || retry.After > time.Second {
		t.Errorf("with the old token: got %v, want to try again soon", err)
	}
	if err := h.postTo(t, "T0ONE", "C0ONE"); err != nil {
		t.Errorf("then: %v", err)
	}
	if got := h.leftHomes(); got != "" {
		t.Errorf("left %q, which has installed the app", got)
	}
}

func TestTheOneWorkspaceThatRemovesTheAppEndsRun(t *testing.T) {
	p := overHTTP(t)
	var left []string
	ended := chattest.Start(t, p, &chattest.Handler{OnLeft: func(home string) { left = append(left, home) }})
	ready(t, p)
	p.Fail(chattest.BadToken)
	p.SendRaw("events_api", map[string]any{"type": "event_callback", "event_id": "Ev1", "team_id": slacktest.Team, "event": map[string]any{"type": "app_uninstalled"}})
	select {
	case err := <-ended:
		if !errors.Is(err, chat.ErrToken) || !strings.Contains(err.Error(), "SLACK_BOT_TOKEN") || fmt.Sprint(left) != "[slack/"+slacktest.Team+"]" {
			t.Errorf("Run says %v, left %v", err, left)
		}
	case <-time.After(time.Minute):
		t.Error("Run goes on")
	}
}

// Many bots on one database: tokens near their end are exchanged once, and nobody fails meanwhile.
func TestManyBotsRenewATokenOnce(t *testing.T) {
	for name, lives := range map[string]time.Duration{"before it expires": 30 * time.Minute, "when it has expired": time.Second} {
		t.Run(name, func(t *testing.T) {
			h := newHosted(t)
			h.AddWorkspace("T0ONE", "C0ONE")
			bots := []*hosted{h, h.another(t), h.another(t)}
			h.serve(t)
			in := h.give(t, slacktest.Install{Team: "T0ONE", Lives: lives})
			var all sync.WaitGroup
			for _, b := range bots {
				for range 4 {
					all.Go(func() {
						if _, err := b.adapter.Link(t.Context(), chat.MessageRef{Channel: chat.Channel{Platform: "slack", Workspace: "T0ONE", ID: "C0ONE"}, ID: "1.000001"}); !gone(err) {
							t.Errorf("got %v, want to hear that there is no such message", err)
						}
					})
				}
			}
			all.Wait()
			if n := calls(h.platform, "oauth.v2.access"); n != 1 {
				t.Errorf("%d exchanges, want 1", n)
			}
			got, err := h.store.Find(t.Context(), "T0ONE", "")
			if err != nil || got.Token == in.Token || got.Refresh == in.Refresh {
				t.Errorf("%v, want other tokens", err)
			}
			if c := h.Complaints(); len(c) > 0 {
				t.Errorf("complaints: %q", c)
			}
		})
	}
}

func gone(err error) bool {
	var g *chat.GoneError
	return errors.As(err, &g)
}

func TestTokensThatCannotBeRenewed(t *testing.T) {
	save := func(t *testing.T, h *hosted, lives time.Duration, refresh string) {
		access, good := h.Grant(slacktest.Install{Team: "T0ONE", Lives: time.Hour})
		if refresh == "" {
			refresh = good
		}
		in := store.Installation{Team: "T0ONE", Installer: "U1", Token: store.Token(access), Refresh: store.Token(refresh), Expires: time.Now().Add(lives)}
		if _, err := h.store.Save(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	t.Run("the old one is used while it is good", func(t *testing.T) {
		h := newHosted(t)
		h.AddWorkspace("T0ONE", "C0ONE")
		save(t, h, 30*time.Minute, "xoxe-1-wrong")
		if err := h.postTo(t, "T0ONE", "C0ONE"); err != nil {
			t.Errorf("post: %v", err)
		}
	})
	t.Run("the workspace is left when it is over", func(t *testing.T) {
		h := newHosted(t)
		h.AddWorkspace("T0ONE", "C0ONE")
		h.serve(t)
		save(t, h, time.Second, "xoxe-1-wrong")
		if err := h.postTo(t, "T0ONE", "C0ONE"); err == nil || !strings.Contains(err.Error(), "not installed") {
			t.Errorf("post: %v", err)
		}
		h.awaitLeft(t, "slack/T0ONE")
	})
	t.Run("Slack is down for a while", func(t *testing.T) {
		h := newHosted(t)
		h.AddWorkspace("T0ONE", "C0ONE")
		save(t, h, time.Second, "")
		h.Break(1)
		if err := h.postTo(t, "T0ONE", "C0ONE"); err == nil {
			t.Error("posted without a token")
		}
		if _, err := h.store.Find(t.Context(), "T0ONE", ""); err != nil {
			t.Errorf("the installation is gone: %v", err)
		}
		if _, err := h.pool.Exec(t.Context(), `update chat.installation set refreshing_until = now()`); err != nil { // the lease runs out
			t.Fatal(err)
		}
		if err := h.postTo(t, "T0ONE", "C0ONE"); err != nil {
			t.Errorf("then: %v", err)
		}
	})
	t.Run("a key is missing", func(t *testing.T) {
		h := newHosted(t)
		h.AddWorkspace("T0ONE", "C0ONE")
		h.serve(t)
		save(t, h, time.Hour, "")
		if _, err := h.pool.Exec(t.Context(), `update chat.installation set key_id = 'lost'`); err != nil {
			t.Fatal(err)
		}
		if err := h.postTo(t, "T0ONE", "C0ONE"); !errors.Is(err, store.ErrKey) || !strings.Contains(err.Error(), `"lost"`) {
			t.Errorf("got %v, want to hear which key", err)
		}
		if h.leftHomes() != "" {
			t.Errorf("left %q because of our own mistake", h.leftHomes())
		}
		settled := h.log.String()
		h.eventAt(time.Now().Add(-time.Minute), "T0ONE", "", map[string]any{"type": "app_uninstalled"}) // of an earlier installation
		until(t, "the log says that it was earlier", func() bool {
			return strings.Contains(strings.TrimPrefix(h.log.String(), settled), "before it was installed again")
		})
		h.eventAt(time.Now().Add(time.Minute), "T0ONE", "", map[string]any{"type": "app_uninstalled"}) // then it need not be read
		h.awaitLeft(t, "slack/T0ONE")
	})
}

// A workspace that Slack limits delays no other, and the same in it is tried when Slack said.
func TestLimitedWorkspaceIsLeftAlone(t *testing.T) {
	h := newHosted(t)
	for _, team := range []string{"ONE", "TWO"} {
		h.AddWorkspace("T0"+team, "C0"+team)
		h.give(t, slacktest.Install{Team: "T0" + team})
	}
	h.Squeeze("T0ONE", "chat.postMessage", 30)
	began := time.Now()
	for range 3 {
		var retry *chat.RetryError
		err := h.postTo(t, "T0ONE", "C0ONE")
		if over := time.Since(began); !errors.As(err, &retry) || retry.After < 28*time.Second-over || retry.After > 31*time.Second {
			t.Errorf("after %s: got %v, want to come back half a minute after the first", over, err)
		}
	}
	if n := calls(h.platform, "chat.postMessage"); n != 1 {
		t.Errorf("Slack was asked %d times, want once", n)
	}
	if err := h.postTo(t, "T0TWO", "C0TWO"); err != nil {
		t.Errorf("elsewhere: %v", err)
	}
	if took := time.Since(began); took > 20*time.Second { // whoever is not left alone waits for half a minute
		t.Errorf("that took %s", took)
	}
}
