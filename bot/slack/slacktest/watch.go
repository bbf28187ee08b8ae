package slacktest

import (
	"context"
	"net/http"

	"ckadbot/bot/chat/chattest"
)

// Watch has f called with each message that is new or changed, and with who alone
// sees it, if that is one person. It must not call the server.
func (s *Server) Watch(f func(person string, m chattest.Shown)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watcher = f
}

// Disturb has f asked about each request of the bot, with the person whom it
// answers, if that is known. It must not call the server.
func (s *Server) Disturb(f func(r *http.Request, person string) chattest.Trouble) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.disturb = f
}

// Silence has those requests of the bot for which f is true wait until Silence is called
// again, or the bot gives up. f is as that of Disturb; nil: none waits.
func (s *Server) Silence(f func(r *http.Request, person string) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.silence != nil {
		close(s.spoken)
	}
	s.silence, s.spoken = f, make(chan struct{})
}

// silent waits with a request that is not to be answered; false if it is to be now.
func (s *Server) silent(r *http.Request) bool {
	s.mu.Lock()
	no, spoken := s.silence != nil && s.silence(r, s.asker(r)), s.spoken
	s.mu.Unlock()
	if !no {
		return false
	}
	select {
	case <-spoken:
		return false
	case <-r.Context().Done():
	case <-s.quit:
	}
	return true
}

// asker is the name of the person whom a request answers, "" if that is not known. The caller holds mu.
func (s *Server) asker(r *http.Request) string {
	if u := s.urls[r.PathValue("id")]; u != nil {
		return s.personByID(u.user).name
	}
	return ""
}

// Waits are how long Slack waited since it was last asked.
func (s *Server) Waits() (w chattest.Waits) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, s.waits = s.waits, chattest.Waits{}
	return w
}

// showNew is show with the message that is new or changed. The caller holds mu.
func (s *Server) showNew(m *message) {
	s.show()
	if s.watcher == nil {
		return
	}
	who := ""
	if p := s.personByID(m.only); p != nil {
		who = p.name
	}
	s.watcher(who, s.shown(m))
}

type unsaidKey struct{}

// troubled answers a request that is refused by Disturb, and marks one of which the answer is to be lost.
func (s *Server) troubled(w http.ResponseWriter, r *http.Request) bool {
	if s.silent(r) {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.disturb == nil {
		return false
	}
	switch s.disturb(r, s.asker(r)) {
	case chattest.Busy:
		w.Header().Set("Retry-After", "1")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = w.Write([]byte(`{"ok":false,"error":"ratelimited"}`))
		return true
	case chattest.Broken:
		http.Error(w, "<html>internal error</html>", http.StatusInternalServerError)
		return true
	case chattest.Unsaid:
		*r = *r.WithContext(context.WithValue(r.Context(), unsaidKey{}, true))
	}
	return false
}

// unsaid hangs up if the answer to r is to be lost.
func (s *Server) unsaid(r *http.Request) {
	if r.Context().Value(unsaidKey{}) != nil {
		panic(http.ErrAbortHandler)
	}
}
