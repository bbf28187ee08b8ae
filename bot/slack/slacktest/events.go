package slacktest

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"ckadbot/bot/chat/chattest"
)

const (
	ackTime      = 3 * time.Second // docs.slack.dev/apis/events-api/using-socket-mode
	triggerLife  = 3 * time.Second
	responseLife = 30 * time.Minute
	responseUses = 5
)

// An envelope is an event on its way to the bot.
type envelope struct {
	id, kind string
	payload  map[string]any
	acked    chan struct{}               // closed by the bot's sign
	done     bool                        // acked is closed
	again    bool                        // was delivered before
	sent     time.Time                   // at first
	late     *time.Timer                 // fires when a connection has had its time for the sign
	onAck    func(answer map[string]any) // the caller holds mu; answer is what came with the sign
}

// Type has a person type a slash command in "general". @name and #name become
// what Slack makes of them.
func (s *Server) Type(name, command string) { s.TypeIn(General, name, command) }

// TypeIn is Type in another channel, by its id. A person's id stands for their
// direct messages with the bot.
func (s *Server) TypeIn(channel, name, command string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.person(name)
	c := s.conversation(channel)
	verb, text, _ := strings.Cut(command, " ")
	s.send("slash_commands", map[string]any{
		"token": "verification", "team_id": Team, "team_domain": "test", "channel_id": c.id, "channel_name": c.name,
		"user_id": p.id, "user_name": p.name, "command": verb, "text": s.escaped(strings.TrimSpace(text)), "api_app_id": appID,
		"is_enterprise_install": "false",
		"response_url":          s.newResponseURL(p, c.id, nil), "trigger_id": s.newTrigger(p),
	}, nil)
}

var names = regexp.MustCompile(`[@#][a-z][a-z0-9-]*`)

// escaper makes what people typed a text.
var escaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// escaped is a command's text as Slack sends it with should_escape. The caller holds mu.
func (s *Server) escaped(text string) string {
	text = escaper.Replace(text)
	if !strings.ContainsAny(text, "@#") {
		return text
	}
	return names.ReplaceAllStringFunc(text, func(word string) string {
		for _, p := range s.people {
			if word == "@"+p.name {
				return "<@" + p.id + "|" + p.name + ">"
			}
		}
		for _, c := range s.channels {
			if word == "#"+c.name {
				return "<#" + c.id + "|" + c.name + ">"
			}
		}
		return word
	})
}

// Press has a person press a button of a message that they see.
func (s *Server) Press(name string, m chattest.Shown, label string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.person(name)
	if msg := s.placed[m.ID]; msg != nil {
		if button := findButton(msg.blocks, label); button != nil {
			s.press(p, msg, button)
			return
		}
	}
	if v := s.homes[p.id]; v != nil && v.id == m.ID {
		if button := findButton(array(v.body["blocks"]), label); button != nil {
			s.pressAtHome(p, v, button)
			return
		}
	}
	s.complain("%s cannot press %q: the message has no such button now", name, label)
}

// press makes the payload block_actions. The caller holds mu.
func (s *Server) press(p *person, m *message, button map[string]any) {
	c := s.channels[m.channel]
	action := maps.Clone(button)
	action["action_ts"] = s.stamp()
	action["block_id"] = "b"
	payload := map[string]any{
		"type": "block_actions", "token": "verification", "api_app_id": appID, "is_enterprise_install": false,
		"user":         map[string]any{"id": p.id, "username": p.name, "name": p.name, "team_id": Team},
		"team":         map[string]any{"id": Team, "domain": "test"},
		"channel":      map[string]any{"id": c.id, "name": c.name},
		"container":    map[string]any{"type": "message", "message_ts": m.ts, "channel_id": m.channel, "is_ephemeral": m.only != ""},
		"actions":      []any{action},
		"state":        map[string]any{"values": map[string]any{}},
		"response_url": s.newResponseURL(p, m.channel, m), "trigger_id": s.newTrigger(p),
	}
	if m.thread != "" {
		object(payload["container"])["thread_ts"] = m.thread
	}
	if m.only == "" { // Slack leaves the message out if it is ephemeral
		payload["message"] = map[string]any{"type": "message", "user": BotUser, "bot_id": botID, "app_id": appID, "ts": m.ts, "text": m.text, "blocks": m.sent(), "team": Team}
		if m.thread != "" {
			object(payload["message"])["thread_ts"] = m.thread
		}
	}
	s.send("interactive", payload, nil)
}

func (s *Server) newTrigger(p *person) string {
	id := s.id("13345224609.738474920.")
	s.triggers[id] = &trigger{user: p.id, made: time.Now()}
	return id
}

func (s *Server) newResponseURL(p *person, channel string, m *message) string {
	id := s.id("R")
	s.urls[id] = &responseURL{user: p.id, channel: channel, message: m, made: time.Now()}
	return s.http.URL + "/response/" + id
}

// SendRaw delivers an envelope of a kind with any payload, as it is.
func (s *Server) SendRaw(kind string, payload map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.send(kind, payload, nil)
}

// ResponseURL makes a response_url for a person in "general", for SendRaw.
func (s *Server) ResponseURL(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.newResponseURL(s.person(name), General, nil)
}

// send delivers an event, twice if that fault is due. The caller holds mu.
func (s *Server) send(kind string, payload map[string]any, onAck func(answer map[string]any)) {
	s.acked = make(chan struct{})
	e := &envelope{id: s.id("E"), kind: kind, payload: payload, acked: s.acked, onAck: onAck, sent: time.Now()}
	s.deliver(e)
	if s.fault(chattest.Again) {
		s.deliver(&envelope{id: s.id("E"), kind: kind, payload: payload, acked: make(chan struct{}), again: true})
	}
	s.repeat(e)
}

// deliver gives e to the connection whose turn it is, or keeps it until there is one. The caller holds mu.
func (s *Server) deliver(e *envelope) {
	if s.base != "" {
		s.post(e)
		return
	}
	if len(s.conns) == 0 {
		s.waiting = append(s.waiting, e)
		return
	}
	s.next++
	c := s.conns[s.next%len(s.conns)]
	c.unacked[e.id] = e
	frame, err := json.Marshal(map[string]any{"type": e.kind, "envelope_id": e.id, "payload": e.payload, "accepts_response_payload": e.kind != "events_api"})
	if err != nil {
		panic(err)
	}
	c.out <- frame
	e.late = time.AfterFunc(ackTime, func() { s.tooLate(c, e) })
}

// tooLate delivers e once more if there is another connection, else it tells the person.
func (s *Server) tooLate(c *conn, e *envelope) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || c.unacked[e.id] == nil {
		return // the connection is gone and e went elsewhere
	}
	delete(c.unacked, e.id)
	if !e.again && (len(s.conns) > 1 || !slices.Contains(s.conns, c)) {
		s.redeliver(e)
		return
	}
	s.complain("%s was not acknowledged within %s", e.kind, ackTime)
	s.tellTimeout(e)
}

// tellTimeout shows the person that the bot said nothing. The caller holds mu.
func (s *Server) tellTimeout(e *envelope) {
	user := word(e.payload["user_id"])
	if user == "" {
		user = word(object(e.payload["user"])["id"])
	}
	m := &message{ts: s.stamp(), channel: General, only: user, text: "Slack: operation_timeout, the app did not respond", asked: e.sent}
	s.keep(m)
	s.showNew(m)
}

// redeliver sends e under a new id. The caller holds mu.
func (s *Server) redeliver(e *envelope) {
	s.deliver(&envelope{id: s.id("E"), kind: e.kind, payload: e.payload, acked: e.acked, onAck: e.onAck, again: true, sent: e.sent})
}
