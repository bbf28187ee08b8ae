package slack

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"ckadbot/bot/chat"
	"ckadbot/bot/store"
)

const (
	// begun is how long somebody may take from our address to Slack's and back.
	begun = 10 * time.Minute
	// browserCookie binds a state to the browser that it was given to. With __Host- no
	// other site, nor a subdomain, can set it.
	browserCookie = "__Host-ckadbot-install"
	// maxInstalling are ended at once: Slack is asked about each.
	maxInstalling = 16
	// greeting bounds the direct message to who installed the app.
	greeting = 5 * time.Second
)

// installRoutes are where people install the app (docs.slack.dev/authentication/installing-with-oauth).
func (a *Adapter) installRoutes(mux *http.ServeMux) {
	if a.cfg.Installations != nil {
		mux.HandleFunc("GET /slack/install", a.install)
		mux.HandleFunc("GET /slack/oauth_redirect", a.installed)
	}
}

// serving tells whether Run is.
func (a *Adapter) serving() bool {
	s := a.current.Load()
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.closed
}

// redirectURI is where Slack sends people back to; the app has to list it.
func (a *Adapter) redirectURI() string { return a.cfg.PublicURL + "/slack/oauth_redirect" }

// install sends a browser to Slack, with a state that comes back from there once.
func (a *Adapter) install(w http.ResponseWriter, r *http.Request) {
	if !a.serving() {
		show(w, http.StatusServiceUnavailable, notReady)
		return
	}
	browser := browserOf(r)
	if browser == "" {
		browser = rand.Text()
	}
	http.SetCookie(w, &http.Cookie{
		Name: browserCookie, Value: browser, Path: "/", MaxAge: int(begun.Seconds()), Secure: true, HttpOnly: true,
		SameSite: http.SameSiteLaxMode, // comes along when Slack sends the browser back
	})
	secure(w)
	ask := url.Values{"client_id": {a.cfg.ClientID}, "scope": {strings.Join(scopes, ",")}, "redirect_uri": {a.redirectURI()}, "state": {a.cfg.Installations.State(browser, begun)}}
	http.Redirect(w, r, strings.TrimSuffix(a.cfg.APIURL, "api/")+"oauth/v2/authorize?"+ask.Encode(), http.StatusSeeOther)
}

var browserID = regexp.MustCompile(`^[A-Z2-7]{26}$`) // as rand.Text makes them

// browserOf is what the cookie says, "" for none of ours. One that is there is
// kept, so that two windows of a browser do not spoil each other's state.
func browserOf(r *http.Request) string {
	if c, err := r.Cookie(browserCookie); err == nil && browserID.MatchString(c.Value) {
		return c.Value
	}
	return ""
}

// installed takes a browser back from Slack, and what Slack gave it for a token.
func (a *Adapter) installed(w http.ResponseWriter, r *http.Request) {
	if !a.serving() {
		show(w, http.StatusServiceUnavailable, notReady)
		return
	}
	said := r.URL.Query()
	switch {
	case !a.cfg.Installations.Valid(said.Get("state"), browserOf(r)):
		show(w, http.StatusBadRequest, over)
	case said.Get("error") == "access_denied":
		show(w, http.StatusOK, page{Title: "I was not installed", Again: true, Lines: []string{"You, or Slack for you, said no. Nothing was stored."}})
	case said.Get("error") != "" || said.Get("code") == "":
		show(w, http.StatusBadRequest, page{Title: "I was not installed", Again: true, Lines: []string{"Slack did not allow it. A workspace may let only its admins add apps: ask one of them."}})
	default:
		select {
		case a.installing <- struct{}{}:
			defer func() { <-a.installing }()
			a.exchangeCode(w, r, said.Get("code"), said.Get("state"))
		default:
			show(w, http.StatusServiceUnavailable, page{Title: "Too many installations are under way", Again: true, Lines: []string{"Please try again in a minute."}})
		}
	}
}

// exchangeCode ends an installation: Slack gives a token for code, once. The state is used
// up when there is one: what came to nothing leaves nothing behind.
func (a *Adapter) exchangeCode(w http.ResponseWriter, r *http.Request, code, state string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), timeout) // a browser that is closed now has installed us
	defer cancel()
	got, err := slack.GetOAuthV2ResponseContext(ctx, a.http, a.cfg.ClientID, a.cfg.ClientSecret, code, a.redirectURI(), slack.OAuthOptionAPIURL(a.cfg.APIURL))
	var refused slack.SlackErrorResponse
	if errors.As(err, &refused) && (refused.Err == "invalid_code" || refused.Err == "code_already_used") {
		show(w, http.StatusBadRequest, page{Title: "That took too long", Again: true, Lines: []string{"Slack does not know of your installation any more."}})
		return
	}
	if err != nil {
		a.broken(w, "Slack gave no token for an installation; SLACK_CLIENT_ID and SLACK_CLIENT_SECRET are on the app's page \"Basic Information\", PUBLIC_URL must be among its redirect URLs", bare(err))
		return
	}
	in, err := installation(got)
	if err != nil {
		a.broken(w, "Slack's answer to an installation makes no sense", err)
		return
	}
	valid, err := a.cfg.Installations.Use(ctx, state, browserOf(r))
	if err != nil {
		a.broken(w, "an installation could not be ended", err)
		return
	}
	if !valid {
		show(w, http.StatusBadRequest, over)
		return
	}
	first, err := a.cfg.Installations.Save(ctx, in)
	if err != nil {
		a.broken(w, "an installation could not be kept", err)
		return
	}
	a.outdate(in)
	a.log.Info("the app was installed", "workspace", in.Team, "enterprise", in.Enterprise, "first", first)
	a.present(ctx, in.Team)
	if first {
		a.greet(ctx, in)
	}
	show(w, http.StatusOK, thanks(got))
}

var (
	enterpriseID = regexp.MustCompile(`^(E[A-Z0-9]{2,20})?$`)
	workspaceID  = regexp.MustCompile(`^T[A-Z0-9]{2,20}$`)
)

// installation is what Slack says of one. Its errors show no token.
func installation(got *slack.OAuthV2Response) (in store.Installation, err error) {
	in = store.Installation{
		Enterprise: got.Enterprise.ID, Team: got.Team.ID, BotUser: got.BotUserID, Installer: got.AuthedUser.ID,
		Token: store.Token(got.AccessToken), Refresh: store.Token(got.RefreshToken),
	}
	if got.IsEnterpriseInstall {
		in.Team = ""
	}
	if in.Refresh != "" {
		in.Expires = time.Now().Add(time.Duration(got.ExpiresIn) * time.Second)
	}
	switch {
	case in.Token == "" || got.TokenType != "bot":
		return in, fmt.Errorf("no bot token, but one of the type %q", chat.Line(got.TokenType, 20))
	case !enterpriseID.MatchString(in.Enterprise) || in.Team != "" && !workspaceID.MatchString(in.Team) || in.Team == "" && in.Enterprise == "":
		return in, errors.New("neither a workspace nor an enterprise")
	case in.Team == "" && !got.IsEnterpriseInstall:
		return in, errors.New("no workspace")
	case !userID.MatchString(in.Installer) || in.BotUser != "" && !userID.MatchString(in.BotUser):
		return in, errors.New("no user")
	case in.Refresh != "" && got.ExpiresIn <= 0:
		return in, errors.New("a refresh token for a token that never expires")
	}
	return in, nil
}

// greet tells who installed the app how it goes on.
func (a *Adapter) greet(ctx context.Context, in store.Installation) {
	if a.cfg.Welcome == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, greeting)
	defer cancel()
	w := a.newWorkspace(in.Team)
	w.remember(in)
	err := w.call(ctx, call{what: "greet who installed the app", method: "chat.postMessage", channel: in.Installer}, func(api *slack.Client) error {
		_, _, err := api.PostMessageContext(ctx, in.Installer, append(content(*a.cfg.Welcome, ""), quiet)...)
		return err
	})
	if err != nil {
		a.log.Warn("could not greet who installed the app", "workspace", in.Team, "enterprise", in.Enterprise, "error", err)
	}
}

// A page is what a browser shows.
type page struct {
	Title string
	Lines []string
	Link  string // into Slack
	Again bool   // offers to begin again
}

var over = page{Title: "This link does not work any more", Again: true,
	Lines: []string{"It works once, for ten minutes, in the browser that it was opened in."}}

var notReady = page{Title: "One moment", Lines: []string{"I am just starting, or stopping. Please try again in a minute."}}

// thanks says what was installed, and what is next.
func thanks(got *slack.OAuthV2Response) page {
	p := page{Title: "ckadbot is installed", Link: "https://slack.com/app_redirect?" + url.Values{"app": {got.AppID}, "team": {got.Team.ID}}.Encode()}
	if got.IsEnterpriseInstall {
		p.Lines = []string{
			"It may be used in " + chat.Line(firstOf(got.Enterprise.Name, "your organization"), 100) + ".",
			"Now an admin of the organization adds it to workspaces: in Slack's admin pages under Integrations, Installed apps, ckadbot, Add to more workspaces.",
		}
		p.Link = ""
		return p
	}
	p.Lines = []string{"It is in " + chat.Line(firstOf(got.Team.Name, "your workspace"), 100) + " now. How it goes on is in a direct message to you."}
	return p
}

var pages = template.Must(template.New("").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{.Title}}</title>
<h1>{{.Title}}</h1>
{{range .Lines}}<p>{{.}}</p>
{{end}}{{if .Link}}<p><a href="{{.Link}}">Open it in Slack</a></p>
{{end}}{{if .Again}}<p><a href="/slack/install">Begin again</a></p>
{{end}}</html>
`))

func show(w http.ResponseWriter, status int, p page) {
	secure(w)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_ = pages.Execute(w, p)
}

// secure keeps what an address carries where it is: in no cache, no other site's log, no frame.
func secure(w http.ResponseWriter) {
	for name, value := range map[string]string{
		"Cache-Control": "no-store", "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
		"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
	} {
		w.Header().Set(name, value)
	}
}

// broken logs what is wrong on our side, and shows where to find it in the log.
func (a *Adapter) broken(w http.ResponseWriter, what string, err error) {
	ref := chat.Reference()
	a.log.Error(what, "ref", ref, "error", err)
	show(w, http.StatusInternalServerError, page{Title: "Something went wrong on my side", Again: true,
		Lines: []string{"I was not installed. Please try again in a minute; if it stays like that, tell who runs me: ref " + ref + "."}})
}
