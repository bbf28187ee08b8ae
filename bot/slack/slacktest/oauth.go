package slacktest

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What an app that many workspaces install is set up with.
const (
	ClientID     = "1000000000.2000000000"
	ClientSecret = "slacktestclientsecret"
)

// An Install is what happens when somebody who was sent to Slack decides about the app.
type Install struct {
	Team, Enterprise string // Team "": for all of the enterprise
	TeamName         string
	User             string // id; default "U0ADMIN"
	Deny             bool
	Lives            time.Duration // of the tokens; zero: for ever
}

// A grant is a token that an install gave.
type grant struct {
	Install
	access, refresh string
	expires         time.Time
	over            string // Slack's word, if it does not work any more
	refreshed       bool   // refresh was used
}

// oauth is what the server knows of installs.
type oauth struct {
	next   Install
	codes  map[string]*grant // with the redirect address they are for
	uris   map[string]string // by code
	grants []*grant
	given  map[string][]string // by enterprise: workspaces that it gave the app to
}

// Give sets to which of its workspaces an enterprise gives the app that it has installed.
func (s *Server) Give(enterprise string, teams ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.oauth.given == nil {
		s.oauth.given = map[string][]string{}
	}
	s.oauth.given[enterprise] = teams
}

// authTeams lists the workspaces that a token is for, two on a page.
func (s *Server) authTeams(args map[string]any) (map[string]any, string) {
	var teams []string
	for _, g := range s.oauth.grants {
		if g.access == args[":token"] {
			teams = []string{g.Team}
			if g.Team == "" {
				teams = s.oauth.given[g.Enterprise]
			}
		}
	}
	from, _ := strconv.Atoi(word(args["cursor"]))
	page, next := []any{}, ""
	for i, t := range teams[min(from, len(teams)):] {
		if i == 2 {
			next = strconv.Itoa(from + 2)
			break
		}
		page = append(page, map[string]any{"id": t, "name": t})
	}
	return map[string]any{"teams": page, "response_metadata": map[string]any{"next_cursor": next}}, ""
}

// Decide says what the next visitor will decide.
func (s *Server) Decide(i Install) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i.User == "" {
		i.User = "U0ADMIN"
	}
	s.oauth.next = i
}

// Revoke ends all tokens of a team, or of an enterprise, in Slack's word, as "account_inactive".
func (s *Server) Revoke(team, enterprise, word string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.oauth.grants {
		if g.Team == team && g.Enterprise == enterprise {
			g.over = word
		}
	}
}

// Expire ends the newest access token of a team, as twelve hours do.
func (s *Server) Expire(team string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.oauth.grants {
		if g.Team == team {
			g.expires = time.Now().Add(-time.Second)
		}
	}
}

// Tokens are all that were ever given, to search for them where they should not be.
func (s *Server) Tokens() (all []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, g := range s.oauth.grants {
		all = append(all, g.access)
		if g.refresh != "" {
			all = append(all, g.refresh)
		}
	}
	return all
}

// Grant gives a team's tokens without a browser, for tests of what comes after.
func (s *Server) Grant(i Install) (access, refresh string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.newGrant(i)
	return g.access, g.refresh
}

// NewCode gives the code that Slack sends back to an address when somebody installs the app, without a browser.
func (s *Server) NewCode(i Install, redirect string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newCode(i, redirect)
}

func (s *Server) newCode(i Install, redirect string) string {
	code := s.id("7000000000.slacktestcode")
	s.oauth.codes[code], s.oauth.uris[code] = s.newGrant(i), redirect
	return code
}

func (s *Server) newGrant(i Install) *grant {
	g := &grant{Install: i, access: s.id("xoxb-7000-8000-slacktestgrant")}
	if i.Lives > 0 {
		g.access, g.refresh, g.expires = "xoxe."+g.access, s.id("xoxe-1-slacktestrefresh"), time.Now().Add(i.Lives)
	}
	s.oauth.grants = append(s.oauth.grants, g)
	return g
}

// authorize is the page on which somebody decides; they do at once.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ask, i := r.URL.Query(), s.oauth.next
	back, err := url.Parse(ask.Get("redirect_uri"))
	switch {
	case err != nil || back.Scheme != "https" || ask.Get("client_id") != ClientID || ask.Get("state") == "" || ask.Get("scope") == "":
		s.complain("oauth/v2/authorize: %q", r.URL.RawQuery)
		http.Error(w, "Something is wrong with the app", http.StatusBadRequest)
		return
	case !slices.Contains(strings.Split(ask.Get("scope"), ","), "chat:write"):
		s.complain("oauth/v2/authorize: without chat:write")
	}
	answer := url.Values{"state": {ask.Get("state")}}
	if i.Deny {
		answer.Set("error", "access_denied")
	} else {
		answer.Set("code", s.newCode(i, back.String()))
	}
	back.RawQuery = answer.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

// oauthAccess gives tokens for a code, or for a refresh token; each works once.
func (s *Server) oauthAccess(args map[string]any) (map[string]any, string) {
	switch {
	case word(args["client_id"]) != ClientID:
		return nil, "invalid_client_id"
	case word(args["client_secret"]) != ClientSecret:
		return nil, "bad_client_secret"
	case word(args["grant_type"]) == "refresh_token":
		return s.refreshTokens(word(args["refresh_token"]))
	}
	code := word(args["code"])
	g := s.oauth.codes[code]
	if g == nil {
		return nil, "invalid_code"
	}
	if s.oauth.uris[code] != word(args["redirect_uri"]) {
		return nil, "bad_redirect_uri"
	}
	delete(s.oauth.codes, code)
	return g.answer(), ""
}

func (s *Server) refreshTokens(refresh string) (map[string]any, string) {
	for _, g := range s.oauth.grants {
		if g.refresh != refresh || refresh == "" {
			continue
		}
		switch {
		case g.over != "":
			return nil, g.over
		case g.refreshed:
			s.complain("oauth.v2.access: a refresh token was used twice")
			return nil, "invalid_refresh_token"
		}
		g.refreshed = true
		next := g.Install
		next.Lives = 12 * time.Hour
		return s.newGrant(next).answer(), ""
	}
	return nil, "invalid_refresh_token"
}

func (g *grant) answer() map[string]any {
	answer := map[string]any{
		"access_token": g.access, "token_type": "bot", "scope": "chat:write,commands", "bot_user_id": BotUser, "app_id": appID,
		"team": nil, "enterprise": nil, "authed_user": map[string]any{"id": g.User}, "is_enterprise_install": g.Team == "",
	}
	if g.Team != "" {
		answer["team"] = map[string]any{"id": g.Team, "name": g.TeamName}
	}
	if g.Enterprise != "" {
		answer["enterprise"] = map[string]any{"id": g.Enterprise, "name": "Enterprise"}
	}
	if g.refresh != "" {
		answer["refresh_token"], answer["expires_in"] = g.refresh, int(time.Until(g.expires).Round(time.Second).Seconds())
	}
	return answer
}

// granted tells whose a token is that an install gave: a team, or "" for all
// of an enterprise. problem is Slack's word if it does not work.
func (s *Server) granted(token string) (team string, known bool, problem string) {
	for _, g := range s.oauth.grants {
		switch {
		case g.access != token:
		case g.over != "":
			return g.Team, true, g.over
		case !g.expires.IsZero() && time.Now().After(g.expires):
			return g.Team, true, "token_expired"
		default:
			return g.Team, true, ""
		}
	}
	return "", false, ""
}
