package discordtest

import (
	"net/http"

	"ckadbot/bot/chat/chattest"
)

// Watch has f called with each message that is new or changed, and with who alone
// sees it, if that is one person. It must not call the server.
func (s *Server) Watch(f func(person string, m chattest.Shown)) { s.with(func() { s.watch = f }) }

// Disturb has f asked about each request of the bot, with the person whom it
// answers, if that is known. It must not call the server.
func (s *Server) Disturb(f func(r *http.Request, person string) chattest.Trouble) {
	s.with(func() { s.disturb = f })
}

// Waits are how long Discord waited since it was last asked.
func (s *Server) Waits() (w chattest.Waits) {
	s.with(func() { w, s.waits = s.waits, chattest.Waits{} })
	return w
}

// Connections is how many bots are connected to the gateway, and a channel that is closed when that may have changed.
func (s *Server) Connections() (n int, changed <-chan struct{}) {
	s.with(func() {
		for _, ses := range s.sessions {
			if ses.conn != nil {
				n++
			}
		}
		changed = s.changed
	})
	return n, changed
}

// The functions below want s.mu to be held.

// changeOf is change with the message that is new or changed.
func (s *Server) changeOf(m *message) {
	s.change()
	if s.watch == nil || m.thinking {
		return
	}
	who := m.viewer
	if to := s.directs[m.channel]; to != nil {
		who = to
	}
	if who == nil {
		s.watch("", m.shown())
		return
	}
	s.watch(who.name, m.shown())
}

// troubled answers a request that is refused by Disturb, and tells whether the answer to another is to be lost.
func (s *Server) troubled(w http.ResponseWriter, r *http.Request) (refused, unsaid bool) {
	if s.disturb == nil {
		return false, false
	}
	who := ""
	if in := s.interactions[r.PathValue("token")]; in != nil {
		who = in.person.name
	}
	switch s.disturb(r, who) {
	case chattest.Busy:
		answer{status: http.StatusTooManyRequests, body: `{"message":"You are being rate limited.","retry_after":1,"global":false}`,
			header: map[string]string{"Retry-After": "1", "X-RateLimit-Scope": "user"}}.write(w)
		return true, false
	case chattest.Broken:
		answer{status: http.StatusInternalServerError, body: `{"message":"500: Internal Server Error","code":0}`}.write(w)
		return true, false
	case chattest.Unsaid:
		return false, true
	}
	return false, false
}

// answeredNow notes that an interaction has its answer.
func (s *Server) answeredNow(in *interaction) {
	if !in.complete {
		in.complete = true
		s.waits.Answer = append(s.waits.Answer, s.now().Sub(in.sent))
	}
}
