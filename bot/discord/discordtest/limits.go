package discordtest

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Discord's limits: so many requests a second, and so many posts in a channel within a few.
const (
	perSecond   = 50
	perChannel  = 5
	channelTurn = 5 * time.Second
)

// An enforcer counts requests by Discord's limits.
type enforcer struct {
	second  time.Time
	n       int
	turns   map[string]*turn
	refused int
}

type turn struct {
	left  int
	until time.Time
}

// EnforceLimits makes Discord's limits on requests hold.
func (s *Server) EnforceLimits() {
	s.with(func() { s.enforcer = &enforcer{turns: map[string]*turn{}} })
}

// Refused are the requests that were over a limit.
func (s *Server) Refused() (n int) {
	s.with(func() {
		if s.enforcer != nil {
			n = s.enforcer.refused
		}
	})
	return n
}

// enforce answers a request that is over a limit; s.mu is held. Otherwise it tells what is left.
func (s *Server) enforce(w http.ResponseWriter, r *http.Request) bool {
	e := s.enforcer
	if e == nil || strings.Contains(r.URL.Path, "/interactions/") || strings.Contains(r.URL.Path, "/webhooks/") {
		return false
	}
	now := s.now()
	if now.Sub(e.second) >= time.Second {
		e.second, e.n = now, 0
	}
	if e.n++; e.n > perSecond {
		e.refuse(w, e.second.Add(time.Second).Sub(now), true)
		return true
	}
	channel := r.PathValue("channel")
	if channel == "" || !isPost(r) {
		return false
	}
	t := e.turns[channel]
	if t == nil || !t.until.After(now) {
		t = &turn{perChannel, now.Add(channelTurn)}
		e.turns[channel] = t
	}
	if t.left == 0 {
		e.refuse(w, t.until.Sub(now), false)
		return true
	}
	t.left--
	w.Header().Set("X-RateLimit-Limit", strconv.Itoa(perChannel))
	w.Header().Set("X-RateLimit-Bucket", "messages")
	w.Header().Set("X-RateLimit-Remaining", strconv.Itoa(t.left))
	w.Header().Set("X-RateLimit-Reset-After", strconv.FormatFloat(t.until.Sub(now).Seconds(), 'f', 3, 64))
	return false
}

func (e *enforcer) refuse(w http.ResponseWriter, wait time.Duration, global bool) {
	e.refused++
	after := strconv.FormatFloat(wait.Seconds(), 'f', 3, 64)
	answer{status: http.StatusTooManyRequests, body: `{"message":"You are being rate limited.","retry_after":` + after + `,"global":` + strconv.FormatBool(global) + `}`}.write(w)
}
