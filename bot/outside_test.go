package main

import (
	"strings"
	"testing"

	"ckadbot/bot/chat/chattest"
	"ckadbot/migrations/pgtest"
)

// Slack delivers commands also from channels that the bot is not in, and from people's direct messages.
func TestSlackChannelsThatTheBotIsNotIn(t *testing.T) {
	t.Parallel()
	w := newSlack(t)
	startReady(t, pgtest.URL(t), w)
	s := w.slack()
	outside := s.AddChannel("outside", false)
	in := func(channel, person, text string) chattest.Shown {
		t.Helper()
		return chattest.Await(t, w, person, func(m chattest.Shown) bool { return m.Channel == channel && strings.Contains(m.Text, text) })
	}
	for _, channel := range []string{outside, s.Between("alice", "bob")} {
		s.TypeIn(channel, "alice", "/ckad define pod")
		if m := in(channel, "alice", "Pod"); !m.Ephemeral {
			t.Errorf("the entry is not ephemeral: %+v", m)
		}
		s.TypeIn(channel, "alice", "/ckad ask "+onePressTopic(t))
		if m := in(channel, "alice", "/invite @ckad"); !m.Ephemeral || !strings.Contains(m.Text, "I cannot post in this channel") {
			t.Errorf("got %+v, want to hear how to invite the bot", m)
		}
	}
	messages, _ := w.Sees("bob")
	if len(messages) > 0 {
		t.Errorf("bob sees %+v, want nothing", messages)
	}
	s.Invite("alice", "ckad", outside)
	in(outside, "bob", "")
	s.TypeIn(outside, "alice", "/ckad ask "+onePressTopic(t))
	in(outside, "bob", "The result is shown to you alone")
	w.content(t)
}
