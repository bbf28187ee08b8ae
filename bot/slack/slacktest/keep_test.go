package slacktest

import (
	"testing"

	"ckadbot/bot/chat/chattest"
)

func TestOldMessagesForOnePersonAreForgotten(t *testing.T) {
	s := New()
	defer s.Close()
	s.mu.Lock()
	say := func(only string) *message {
		m := &message{ts: s.stamp(), channel: General, only: only, text: "said"}
		s.keep(m)
		return m
	}
	post := say("")
	oldest := say("U0BOB")
	var newest *message
	for range 2*kept - 1 {
		newest = say("U0BOB")
	}
	if len(s.messages) != kept+1 || len(s.placed) != kept+1 || s.alone != kept {
		t.Errorf("%d messages, of which %d are found and %d are for one person alone, want %d and a post", len(s.messages), len(s.placed), s.alone, kept)
	}
	s.mu.Unlock()
	shown, _ := s.Sees("bob")
	if shown[0].ID != post.id() || shown[len(shown)-1].ID != newest.id() || s.ThreadOf(chattest.Shown{ID: newest.id()}) != "" {
		t.Errorf("bob sees %d messages from %s to %s", len(shown), shown[0].ID, shown[len(shown)-1].ID)
	}
	s.Press("bob", chattest.Shown{ID: oldest.id()}, "A")
	if len(s.Complaints()) != 1 {
		t.Errorf("a message that is forgotten can be pressed: %q", s.Complaints())
	}
}
