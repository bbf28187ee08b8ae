package discordtest

import (
	"net/http"
	"strconv"
	"strings"

	"ckadbot/bot/chat/chattest"
)

type faults struct {
	again   bool // deliver the next event twice
	lose    bool // the answer to the next post
	silent  bool // answer no heartbeats
	greet   int  // operation that the next connection begins with instead of a hello
	refuse  bool // the token
	broken  bool // the address for resuming
	answers []answer
	blocked map[*person]bool
	buckets map[string]int // posts that are left in a channel
}

// An answer takes the place of what the server would do with a request.
type answer struct {
	method, suffix string
	status         int
	body           string
	header         map[string]string
}

// Fail makes the server fail in one way.
func (s *Server) Fail(f chattest.Fault) bool {
	switch f {
	case chattest.Limited:
		s.Limit("/messages", 7)
	case chattest.Gone:
		s.Refuse(http.MethodPost, "/messages", http.StatusForbidden, 50001, "Missing Access")
	case chattest.Again:
		s.with(func() { s.faults.again = true })
	case chattest.Lost:
		s.with(func() { s.faults.lose = true })
	case chattest.Drop:
		s.Drop()
	case chattest.BadToken:
		s.with(func() { s.faults.refuse = true })
		s.CloseWith(4004)
	case chattest.NoImages:
		s.Revoke("Attach Files")
	default:
		return false
	}
	return true
}

func (s *Server) with(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// Refuse makes the next request with this method, whose path ends with suffix,
// be refused with Discord's error code.
func (s *Server) Refuse(method, suffix string, status, code int, message string) {
	s.Answer(method, suffix, status, `{"code":`+strconv.Itoa(code)+`,"message":"`+message+`"}`, nil)
}

// Limit makes the next POST whose path ends with suffix be refused with 429.
func (s *Server) Limit(suffix string, seconds float64) {
	after := strconv.FormatFloat(seconds, 'f', -1, 64)
	s.Answer(http.MethodPost, suffix, http.StatusTooManyRequests,
		`{"message":"You are being rate limited.","retry_after":`+after+`,"global":false}`,
		map[string]string{"Retry-After": after, "X-RateLimit-Scope": "user"})
}

// Answer makes the next request with this method, whose path ends with suffix,
// be answered so, and not be done.
func (s *Server) Answer(method, suffix string, status int, body string, header map[string]string) {
	s.with(func() {
		s.faults.answers = append(s.faults.answers, answer{method, suffix, status, body, header})
	})
}

// answer finds and uses up the answer for a request. s.mu is held.
func (f *faults) answer(r *http.Request) (answer, bool) {
	for i, a := range f.answers {
		if a.method == r.Method && strings.HasSuffix(r.URL.Path, a.suffix) {
			f.answers = append(f.answers[:i:i], f.answers[i+1:]...)
			return a, true
		}
	}
	return answer{}, false
}

// LimitPosts lets only n more posts through to a channel, and says so in the
// headers of each. Then they are refused, for an hour by what it says.
func (s *Server) LimitPosts(channel string, n int) {
	s.with(func() { s.faults.buckets = map[string]int{channel: n} })
}

// Silence makes the server answer no heartbeats any more, until loud.
func (s *Server) Silence(on bool) { s.with(func() { s.faults.silent = on }) }

// Greet makes the next connection to the gateway begin with an operation other than a hello.
func (s *Server) Greet(op int) { s.with(func() { s.faults.greet = op }) }

// BreakResume makes new sessions have an address for resuming where nobody is.
func (s *Server) BreakResume() { s.with(func() { s.faults.broken = true }) }
