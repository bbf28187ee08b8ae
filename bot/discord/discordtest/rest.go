package discordtest

import (
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"ckadbot/bot/chat/chattest"
)

// A refusal is an answer with one of Discord's error codes. All but the excused
// ones are complaints.
type refusal struct {
	status, code int
	message      string
	excused      bool // the bot could not know
	field        string
}

func malformed(field, message string) *refusal {
	return &refusal{status: http.StatusBadRequest, code: 50035, message: "Invalid Form Body", field: field + ": " + message}
}

// A route does what a request asks for, with s.mu held. A nil result is 204.
type route func(r *http.Request, body []byte) (any, *refusal)

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	for pattern, do := range map[string]route{
		"GET /gateway/bot":                                s.gatewayBot,
		"GET /users/@me":                                  func(*http.Request, []byte) (any, *refusal) { return botUser(), nil },
		"GET /users/@me/guilds":                           s.listGuilds,
		"GET /applications/@me":                           s.application,
		"GET /applications/{app}/commands":                s.listCommands,
		"PUT /applications/{app}/commands":                s.putCommands,
		"GET /channels/{channel}":                         s.getChannel,
		"GET /guilds/{guild}":                             s.getGuild,
		"GET /guilds/{guild}/members/{user}":              s.getMember,
		"POST /users/@me/channels":                        s.openDirect,
		"POST /channels/{channel}/messages":               s.createMessage,
		"PATCH /channels/{channel}/messages/{message}":    s.editMessage,
		"POST /interactions/{id}/{token}/callback":        s.callback,
		"POST /webhooks/{app}/{token}":                    s.followUp,
		"PATCH /webhooks/{app}/{token}/messages/{which}":  s.editAnswer,
		"DELETE /webhooks/{app}/{token}/messages/{which}": s.deleteAnswer,
	} {
		method, path, _ := strings.Cut(pattern, " ")
		mux.Handle(method+" /api/v10"+path, s.serve(do))
	}
	mux.Handle("/", s.serve(func(*http.Request, []byte) (any, *refusal) {
		return nil, &refusal{status: http.StatusNotFound, message: "404: Not Found"}
	}))
	mux.HandleFunc("GET /gateway/", s.websocket)
	return mux
}

func (s *Server) serve(do route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := chattest.Read(r.Body, r.ContentLength, 25<<20) // discord.com/developers/docs/reference#uploading-files
		if err == nil {
			s.calls.Add(r, body)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		defer s.change()
		if err != nil {
			s.complain("%s %s: %v", r.Method, r.URL.Path, err)
			return
		}
		if s.enforce(w, r) {
			return
		}
		refused, unsaid := s.troubled(w, r)
		if refused {
			return
		}
		if a, ok := s.faults.answer(r); ok {
			a.write(w)
			return
		}
		kind := r.Header.Get("Content-Type")
		body, no := unpack(kind, body)
		if no == nil {
			no = s.admit(r, body)
		}
		if no == nil {
			no = s.mayAttach(kind)
		}
		var result any
		if no == nil {
			result, no = do(r, body)
		}
		switch {
		case no != nil:
			s.refuse(w, r, no)
		case s.lost(r), unsaid:
			panic(http.ErrAbortHandler) // drops the connection
		default:
			s.limits(w, r)
			write(w, result)
		}
	})
}

func (s *Server) lost(r *http.Request) bool {
	lost := s.faults.lose && isPost(r)
	if lost {
		s.faults.lose = false
	}
	return lost
}

func isPost(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/messages")
}

var agent = regexp.MustCompile(`^DiscordBot \(\S+, \S+\)`)

// admit checks what is common to all requests.
func (s *Server) admit(r *http.Request, body []byte) *refusal {
	open := strings.HasPrefix(r.URL.Path, "/api/v10/interactions/") || strings.HasPrefix(r.URL.Path, "/api/v10/webhooks/")
	auth, kind := r.Header.Get("Authorization"), r.Header.Get("Content-Type")
	switch {
	case !agent.MatchString(r.Header.Get("User-Agent")):
		return &refusal{status: http.StatusForbidden, message: "the user agent is not one of a bot"}
	case !open && s.faults.refuse:
		return &refusal{status: http.StatusUnauthorized, message: "401: Unauthorized", excused: true}
	case !open && auth != "Bot "+s.token:
		return &refusal{status: http.StatusUnauthorized, message: "401: Unauthorized"}
	case open && auth != "":
		return &refusal{status: http.StatusBadRequest, message: "the bot's token does not belong here"}
	case kind != "application/json" && !strings.HasPrefix(kind, "multipart/form-data") && len(body) > 0:
		return &refusal{status: http.StatusBadRequest, code: 50035, message: "Expected \"Content-Type\" header to be application/json"}
	}
	return nil
}

func (s *Server) refuse(w http.ResponseWriter, r *http.Request, no *refusal) {
	if !no.excused {
		s.complain("%s %s: %d %d %s %s", r.Method, r.URL.Path, no.status, no.code, no.message, no.field)
	}
	answer := map[string]any{"code": no.code, "message": no.message}
	if no.field != "" {
		answer["errors"] = map[string]any{"_errors": []any{map[string]any{"code": "INVALID", "message": no.field}}}
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(no.status)
	_ = json.NewEncoder(w).Encode(answer)
}

// limits tells a post how many more its channel takes.
func (s *Server) limits(w http.ResponseWriter, r *http.Request) {
	left, limited := s.faults.buckets[r.PathValue("channel")]
	if !limited || !isPost(r) {
		return
	}
	s.faults.buckets[r.PathValue("channel")] = left - 1
	w.Header().Set("X-RateLimit-Limit", "5")
	w.Header().Set("X-RateLimit-Bucket", "messages")
	w.Header().Set("X-RateLimit-Remaining", strconv.Itoa(left-1))
	w.Header().Set("X-RateLimit-Reset-After", "3600.000")
	if left == 1 {
		s.faults.answers = append(s.faults.answers, answer{
			method: r.Method, suffix: r.URL.Path, status: http.StatusTooManyRequests,
			body: `{"message":"You are being rate limited.","retry_after":3600,"global":false}`,
		})
	}
}

func (a answer) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	for k, v := range a.header {
		w.Header().Set(k, v)
	}
	w.WriteHeader(a.status)
	_, _ = io.WriteString(w, a.body)
}

func write(w http.ResponseWriter, result any) {
	if result == nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(result)
}

func (s *Server) gatewayBot(*http.Request, []byte) (any, *refusal) {
	return map[string]any{
		"url": s.socket(), "shards": s.shards,
		"session_start_limit": map[string]any{"total": 1000, "remaining": 1000 - len(s.sessions), "reset_after": 86400000, "max_concurrency": s.concurrency},
	}, nil
}

func (s *Server) socket() string {
	return "ws" + strings.TrimPrefix(s.server.URL, "http") + "/gateway"
}

func (s *Server) application(*http.Request, []byte) (any, *refusal) {
	return map[string]any{"id": ApplicationID, "name": "ckadbot", "description": "", "flags": 0, "bot": botUser()}, nil
}

func botUser() map[string]any {
	return map[string]any{
		"id": ApplicationID, "username": "ckadbot", "discriminator": "0001", "global_name": nil, "avatar": nil,
		"bot": true, "public_flags": 0, "flags": 0, "verified": true, "mfa_enabled": true, "email": nil,
	}
}
