package slacktest

import (
	"maps"
	"time"

	"ckadbot/bot/chat/chattest"
)

// Mention has a person write a message in a channel that mentions the bot, as
// "hello @ckad", in a thread if thread is a message's ts. It gives the message's ts.
func (s *Server) Mention(name, channel, thread, text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ts := s.stamp()
	e := map[string]any{"type": "app_mention", "user": s.person(name).id, "text": s.escaped(text), "ts": ts, "channel": channel, "event_ts": ts, "team": Team, "client_msg_id": s.id("m")}
	if thread != "" {
		e["thread_ts"] = thread
	}
	s.happen(e)
	return ts
}

// Write has a person write to the bot in their direct messages.
func (s *Server) Write(name, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, ts := s.person(name), s.stamp()
	s.happen(map[string]any{
		"type": "message", "channel_type": "im", "user": p.id, "text": s.escaped(text), "ts": ts, "channel": s.conversation(p.id).id, "event_ts": ts, "team": Team,
	})
}

// Invite has a person add somebody to a channel, as the bot, which is called "ckad".
func (s *Server) Invite(name, who, channel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.person(who)
	s.channels[channel].members[p.id] = true
	s.happen(map[string]any{
		"type": "member_joined_channel", "user": p.id, "channel": channel, "channel_type": "C", "team": Team, "inviter": s.person(name).id, "event_ts": s.stamp(),
	})
}

// Estrange makes a person one of another workspace, who shares the channels.
func (s *Server) Estrange(name, team string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.person(name).team = team
}

// Uninstall has somebody remove the app: no token is taken any more, and Slack
// tells it in the order in which it often does.
func (s *Server) Uninstall() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = true
	s.happen(map[string]any{"type": "tokens_revoked", "tokens": map[string]any{"oauth": []any{}, "bot": []any{BotUser}}, "event_ts": s.stamp()})
	s.happen(map[string]any{"type": "app_uninstalled", "event_ts": s.stamp()})
}

// Happen delivers any event, as it is within the envelope's payload.
func (s *Server) Happen(e map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.happen(e)
}

// happen delivers an event. The caller holds mu.
func (s *Server) happen(e map[string]any) {
	s.send("events_api", map[string]any{
		"token": "verification", "team_id": Team, "api_app_id": appID, "type": "event_callback", "event": e,
		"event_id": s.id("Ev"), "event_time": time.Now().Unix(), "event_context": "4-context", "is_ext_shared_channel": false,
		"authorizations": []any{map[string]any{"enterprise_id": nil, "team_id": Team, "user_id": BotUser, "is_bot": true, "is_enterprise_install": false}},
	}, nil)
}

// Repeat has the next event delivered n times more, as Slack was seen to do: with
// other ids of the envelope and of the event, and without a word that it is a retry.
func (s *Server) Repeat(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.repeats = n
}

// repeat delivers e as often as Repeat asked for. The caller holds mu.
func (s *Server) repeat(e *envelope) {
	for ; s.repeats > 0; s.repeats-- {
		payload := maps.Clone(e.payload)
		if payload["event_id"] != nil {
			payload["event_id"] = s.id("Ev")
		}
		s.deliver(&envelope{id: s.id("E"), kind: e.kind, payload: payload, acked: make(chan struct{})})
	}
}

// Connections is how many websockets there are, and a channel that is closed when that changes.
func (s *Server) Connections() (int, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns), s.changed
}

// DropOne cuts one connection without a word, and lets no new one in until Admit is called.
func (s *Server) DropOne() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shut = true
	if len(s.conns) > 0 {
		c := s.conns[0]
		s.forget(c)
		c.ws.Close()
	}
}

// Admit lets connections in again.
func (s *Server) Admit() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shut = false
}

// ThreadOf is the ts of the message in whose thread a message is; "" if it is in none.
func (s *Server) ThreadOf(m chattest.Shown) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if msg := s.placed[m.ID]; msg != nil {
		return msg.thread
	}
	return ""
}

// UseUpResponses makes all response_urls so far used up, as five messages do.
func (s *Server) UseUpResponses() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.urls {
		u.uses = responseUses
	}
}
