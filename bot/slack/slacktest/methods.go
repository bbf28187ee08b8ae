package slacktest

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"ckadbot/bot/chat/chattest"
)

// A method of the Web API.
type method struct {
	token, scope string
	do           func(s *Server, args map[string]any) (answer map[string]any, problem string)
}

var methods = map[string]method{
	"oauth.v2.access":              {"", "", (*Server).oauthAccess},
	"apps.connections.open":        {AppToken, "connections:write", (*Server).open},
	"auth.test":                    {BotToken, "", (*Server).authTest},
	"auth.teams.list":              {BotToken, "", (*Server).authTeams},
	"users.info":                   {BotToken, "users:read", (*Server).usersInfo},
	"chat.postMessage":             {BotToken, "chat:write", (*Server).postMessage},
	"chat.postEphemeral":           {BotToken, "chat:write", (*Server).postEphemeral},
	"chat.update":                  {BotToken, "chat:write", (*Server).update},
	"chat.getPermalink":            {BotToken, "", (*Server).permalink},
	"conversations.open":           {BotToken, "im:write", (*Server).openConversation},
	"conversations.info":           {BotToken, "channels:read", (*Server).conversationInfo},
	"conversations.history":        {BotToken, "channels:history", (*Server).history},
	"files.getUploadURLExternal":   {BotToken, "files:write", (*Server).getUploadURL},
	"files.completeUploadExternal": {BotToken, "files:write", (*Server).completeUpload},
	"users.conversations":          {BotToken, "channels:read", (*Server).usersConversations},
	"views.open":                   {BotToken, "", (*Server).openView},
	"views.update":                 {BotToken, "", (*Server).updateView},
	"views.publish":                {BotToken, "", (*Server).publishView},
}

// innocent are refusals that a correct bot meets, too.
var innocent = []string{"token_revoked", "account_inactive", "invalid_refresh_token", "token_expired", "invalid_code", "channel_not_found", "not_in_channel", "message_not_found", "missing_scope", "user_not_found"}

// api answers a call of a method.
func (s *Server) api(w http.ResponseWriter, r *http.Request) {
	body, err := chattest.Read(r.Body, r.ContentLength, 1<<20)
	if err != nil {
		return
	}
	s.calls.Add(r, body)
	if s.troubled(w, r) {
		return
	}
	s.mu.Lock()
	status, answer := s.call(r, body)
	s.mu.Unlock()
	s.unsaid(r)
	switch status {
	case http.StatusServiceUnavailable:
		http.Error(w, "<html>upstream connect error</html>", status)
		return
	case cut:
		panic(http.ErrAbortHandler)
	case http.StatusTooManyRequests:
		after := 7
		if n, ok := answer["retry_after"].(int); ok {
			after = n
		}
		w.Header().Set("Retry-After", strconv.Itoa(after))
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		return // the bot hung up
	}
}

// cut stands for no answer at all.
const cut = 0

// call does what the bot asks for, unless it is to fail. The caller holds mu.
func (s *Server) call(r *http.Request, body []byte) (status int, answer map[string]any) {
	name := r.PathValue("method")
	m := methods[name]
	posting := name == "chat.postMessage"
	switch {
	case s.broken > 0:
		s.broken--
		return http.StatusServiceUnavailable, nil
	case s.refuse:
		return http.StatusOK, map[string]any{"ok": false, "error": "invalid_auth"}
	case s.refuseApp != "" && m.token == AppToken:
		return http.StatusOK, map[string]any{"ok": false, "error": s.refuseApp}
	case s.missing[m.scope]:
		return http.StatusOK, map[string]any{"ok": false, "error": "missing_scope", "needed": m.scope, "provided": "commands"}
	case posting && s.fault(chattest.Limited):
		return http.StatusTooManyRequests, map[string]any{"ok": false, "error": "ratelimited"}
	case posting && s.fault(chattest.Gone):
		return http.StatusOK, map[string]any{"ok": false, "error": "not_in_channel"}
	}
	answer, problem := s.judge(m, r, body)
	if problem == "ratelimited" {
		return http.StatusTooManyRequests, answer
	}
	if problem != "" {
		word := strings.Fields(problem)[0]
		if !slices.Contains(innocent, word) && problem != notReady {
			s.complain("%s: %s", name, problem)
		}
		return http.StatusOK, map[string]any{"ok": false, "error": word}
	}
	answer["ok"] = true
	if posting && s.fault(chattest.Lost) {
		return cut, nil
	}
	return http.StatusOK, answer
}

// judge refuses what Slack would refuse, and does the rest. The caller holds mu.
func (s *Server) judge(m method, r *http.Request, body []byte) (answer map[string]any, problem string) {
	args, readable := arguments(r, body)
	given := token(r, args)
	team, granted, over := s.granted(given)
	switch {
	case m.do == nil:
		return nil, "unknown_method"
	case !readable:
		return nil, "invalid_form_data"
	case m.token == "": // the arguments say who asks
		return m.do(s, args)
	case granted && m.token == BotToken && over != "":
		return nil, over
	case granted && m.token == BotToken:
		args[":team"], args[":token"] = team, given
		if c := s.channels[word(args["channel"])]; c != nil && team != "" && c.team != "" && c.team != team {
			return nil, "channel_not_found"
		}
		given = BotToken
	case given != m.token && (given == BotToken || given == AppToken):
		return nil, "not_allowed_token_type"
	case given != m.token:
		return nil, "invalid_auth"
	}
	if after := s.wait(team, r.PathValue("method"), word(args["channel"])); after > 0 {
		return map[string]any{"ok": false, "error": "ratelimited", "retry_after": after}, "ratelimited"
	}
	return m.do(s, args)
}

// token is the one in the header or in the form.
func token(r *http.Request, args map[string]any) string {
	if t, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return t
	}
	return word(args["token"])
}

// arguments reads a form or JSON. What is JSON within a form is read, too.
func arguments(r *http.Request, body []byte) (map[string]any, bool) {
	args := map[string]any{}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		return args, len(body) == 0 || json.Unmarshal(body, &args) == nil
	}
	if r.Method == http.MethodGet {
		body = []byte(r.URL.RawQuery)
	}
	form, err := url.ParseQuery(string(body))
	for k, v := range form {
		args[k] = v[0]
		if k == "blocks" || k == "metadata" || k == "view" {
			var inner any
			if json.Unmarshal([]byte(v[0]), &inner) != nil {
				return nil, false
			}
			args[k] = inner
		}
	}
	return args, err == nil
}

func (s *Server) authTest(args map[string]any) (map[string]any, string) {
	team := Team
	if of := word(args[":team"]); of != "" {
		team = of
	}
	return map[string]any{"url": "https://test.slack.com/", "team": "Test", "user": "ckad", "team_id": team, "user_id": BotUser, "bot_id": botID, "is_enterprise_install": false}, ""
}

func (s *Server) usersInfo(args map[string]any) (map[string]any, string) {
	p := s.personByID(word(args["user"]))
	if p == nil {
		return nil, "user_not_found"
	}
	return map[string]any{"user": map[string]any{
		"id": p.id, "team_id": cmp.Or(p.team, Team), "name": p.name, "real_name": p.name, "deleted": p.deleted, "is_bot": p.bot, "is_admin": p.admin,
		"is_owner": false, "is_primary_owner": false, "is_restricted": false, "is_ultra_restricted": false, "is_app_user": false,
		"updated": time.Now().Unix(), "tz": "Europe/Berlin", "tz_label": "CET", "tz_offset": 3600,
		"profile": map[string]any{"display_name": cmp.Or(p.shown, p.name), "real_name": p.name},
	}}, ""
}

func (s *Server) openView(args map[string]any) (map[string]any, string) {
	t := s.triggers[word(args["trigger_id"])]
	switch {
	case t == nil:
		return nil, "invalid_trigger_id"
	case t.used:
		return nil, "exchanged_trigger_id"
	case time.Since(t.made) >= triggerLife:
		return nil, "expired_trigger_id"
	}
	body := object(args["view"])
	if problem := CheckView(body); problem != "" {
		return nil, problem
	}
	t.used = true
	v := &view{id: s.id("V"), user: t.user, body: body}
	s.views[v.id] = v
	s.show()
	return map[string]any{"view": map[string]any{"id": v.id, "type": "modal", "callback_id": body["callback_id"]}}, ""
}
