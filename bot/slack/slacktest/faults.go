package slacktest

import "ckadbot/bot/chat/chattest"

// RemoveBot takes the bot out of a channel.
func (s *Server) RemoveBot(channel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.channels[channel].members, BotUser)
}

// Break answers the next n requests of the Web API with 503.
func (s *Server) Break(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.broken = n
}

// Hurry asks the bot to connect again right after hello, n times.
func (s *Server) Hurry(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hasty = n
}

// RefuseAppToken refuses only the app token, in Slack's word, as "invalid_auth".
func (s *Server) RefuseAppToken(word string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuseApp = word
}

// RemoveScope takes a scope from the bot, as "users:read".
func (s *Server) RemoveScope(scope string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.missing[scope] = true
}

// ExpireTriggers makes all trigger ids so far too old, as three seconds do.
func (s *Server) ExpireTriggers() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.triggers {
		t.made = t.made.Add(-triggerLife)
	}
}

// ExpireResponses makes all response_urls so far too old, as half an hour does.
func (s *Server) ExpireResponses() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.urls {
		u.made = u.made.Add(-responseLife)
	}
}

// Fail makes Slack fail in one way.
func (s *Server) Fail(f chattest.Fault) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch f {
	case chattest.Drop:
		if s.base != "" {
			return false // there is no connection
		}
		s.drop()
	case chattest.BadToken:
		s.refuse = true
	case chattest.NoImages:
		s.missing["files:write"] = true
	default:
		s.faults[f] = true
	}
	return true
}

// fault tells whether f is due, once. The caller holds mu.
func (s *Server) fault(f chattest.Fault) bool {
	due := s.faults[f]
	delete(s.faults, f)
	return due
}
