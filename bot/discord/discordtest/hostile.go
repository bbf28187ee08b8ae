package discordtest

import (
	"time"

	"ckadbot/bot/chat/chattest"
)

// Forge has a person press a button that a message does not have, also one that they do not see.
// Discord's own programs would not; nobody knows for sure that its servers never pass that on.
func (s *Server) Forge(person string, shown chattest.Shown, action string) {
	s.act(func(done chan struct{}) *interaction {
		m := s.find("", shown.ID)
		if m == nil {
			s.complain("%s cannot press %q: there is no such message", person, action)
			return nil
		}
		return &interaction{kind: kindClick, person: s.person(person), channel: m.channel, clicked: m, acknowledged: done, data: map[string]any{"component_type": typeButton, "custom_id": action}}
	})
}

// NextMonth makes all that was said and done a month old.
func (s *Server) NextMonth() {
	const month = 31 * 24 * time.Hour
	s.with(func() {
		for _, in := range s.interactions {
			in.sent = in.sent.Add(-month)
		}
		for _, m := range s.messages {
			m.posted = m.posted.Add(-month)
		}
	})
}
