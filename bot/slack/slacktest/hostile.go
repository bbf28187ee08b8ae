package slacktest

import "ckadbot/bot/chat/chattest"

// Forge has a person press a button that a message does not have, also one that they do not see.
func (s *Server) Forge(name string, m chattest.Shown, action string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if msg := s.placed[m.ID]; msg != nil {
		s.press(s.person(name), msg, map[string]any{"type": "button", "action_id": action, "text": map[string]any{"type": "plain_text", "text": "Forged", "emoji": true}})
		return
	}
	s.complain("%s cannot press %q: there is no such message", name, action)
}

// Rename changes how a person is shown.
func (s *Server) Rename(name, shown string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.person(name).shown = shown
}

// NextMonth makes all that ends by itself end.
func (s *Server) NextMonth() {
	s.ExpireTriggers()
	s.ExpireResponses()
}
