package slacktest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// conversation finds a channel; a person's id stands for the direct messages
// with the bot. nil if there is none. The caller holds mu.
func (s *Server) conversation(id string) *channel {
	if p := s.personByID(id); p != nil {
		dm := "D" + p.id[1:]
		if s.channels[dm] == nil {
			s.channels[dm] = &channel{id: dm, name: directMessage, members: map[string]bool{p.id: true, BotUser: true}}
		}
		return s.channels[dm]
	}
	return s.channels[id]
}

// directMessage is the name of all direct conversations.
const directMessage = "directmessage"

// openConversation opens the direct messages of the bot with one person.
func (s *Server) openConversation(args map[string]any) (map[string]any, string) {
	if s.personByID(word(args["users"])) == nil {
		return nil, "user_not_found"
	}
	return map[string]any{"channel": map[string]any{"id": s.conversation(word(args["users"])).id}}, ""
}

// permalink is the address of a message that all in the channel see.
func (s *Server) permalink(args map[string]any) (map[string]any, string) {
	if m := s.public(word(args["channel"]), word(args["message_ts"])); m != nil {
		return map[string]any{"channel": m.channel, "permalink": "https://test.slack.com/archives/" + m.channel + "/p" + strings.ReplaceAll(m.ts, ".", "")}, ""
	}
	return nil, "message_not_found"
}

// conversationInfo describes a channel. All are public.
func (s *Server) conversationInfo(args map[string]any) (map[string]any, string) {
	c := s.conversation(word(args["channel"]))
	if c == nil {
		return nil, "channel_not_found"
	}
	direct := strings.HasPrefix(c.id, "D")
	return map[string]any{"channel": map[string]any{
		"id": c.id, "name": c.name, "is_channel": !direct, "is_im": direct, "is_private": direct, "is_archived": false, "is_member": c.members[BotUser],
	}}, ""
}

// target is the channel of a message that the bot may write to.
func (s *Server) target(args map[string]any) (*channel, string) {
	switch c := s.conversation(word(args["channel"])); {
	case c == nil:
		return nil, "channel_not_found"
	case !c.members[BotUser] && strings.HasPrefix(c.id, "D"):
		return nil, "channel_not_found" // Slack does not tell that it is there
	case !c.members[BotUser]:
		return nil, "not_in_channel"
	default:
		return c, ""
	}
}

// newMessage checks and keeps a message. The caller holds mu.
func (s *Server) newMessage(c *channel, only string, args map[string]any) (*message, string) {
	if problem := CheckMessage(args); problem != "" {
		return nil, problem
	}
	if problem := s.checkFiles(args, only != ""); problem != "" {
		return nil, problem
	}
	thread := word(args["thread_ts"])
	if thread != "" && !stamps.MatchString(thread) {
		return nil, "invalid_thread_ts"
	}
	m := &message{ts: s.stamp(), channel: c.id, thread: thread, only: only, text: word(args["text"]), blocks: array(args["blocks"]), metadata: object(args["metadata"])}
	m.pings, m.to = s.pings(args), word(args[":to"])
	m.asked, _ = args[":asked"].(time.Time)
	s.listen(args)
	s.keep(m)
	s.showNew(m)
	return m, ""
}

// kept is how many messages that one person alone sees there are at least before the oldest
// are gone. That is more than Slack promises, which forgets them when the person leaves.
const kept = 10_000

// keep adds a message. The caller holds mu.
func (s *Server) keep(m *message) {
	s.messages, s.placed[m.id()] = append(s.messages, m), m
	if m.only == "" {
		return
	}
	if s.alone++; s.alone < 2*kept {
		return
	}
	s.remove(func(m *message) bool { return m.only != "" && s.alone > kept })
}

// remove takes messages away. The caller holds mu.
func (s *Server) remove(which func(m *message) bool) {
	s.messages = slices.DeleteFunc(s.messages, func(m *message) bool {
		gone := which(m)
		if gone {
			delete(s.placed, m.id())
		}
		if gone && m.only != "" {
			s.alone--
		}
		return gone
	})
}

// public is a message that all in its channel see, nil if there is none. The caller holds mu.
func (s *Server) public(channel, ts string) *message {
	if m := s.placed[channel+" "+ts]; m != nil && m.only == "" {
		return m
	}
	return nil
}

var stamps = regexp.MustCompile(`^[0-9]+\.[0-9]{6}$`)

var ping = regexp.MustCompile(`<@([UW][A-Z0-9]+)(?:\|[^>]*)?>|<!(channel|here|everyone)[^>]*>`)

// pings are the names of those whom a message notifies.
func (s *Server) pings(args map[string]any) (names []string) {
	all := append(texts(args["blocks"]), word(args["text"]))
	if !slices.ContainsFunc(all, func(text string) bool { return strings.Contains(text, "<@") || strings.Contains(text, "<!") }) {
		return nil
	}
	for _, m := range ping.FindAllStringSubmatch(strings.Join(all, "\n"), -1) {
		name := m[2]
		if p := s.personByID(m[1]); p != nil {
			name = p.name
		}
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func (s *Server) postMessage(args map[string]any) (map[string]any, string) {
	c, problem := s.target(args)
	if problem != "" {
		return nil, problem
	}
	m, problem := s.newMessage(c, "", args)
	if problem != "" {
		return nil, problem
	}
	return map[string]any{"channel": c.id, "ts": m.ts, "message": s.asSent(m)}, ""
}

func (s *Server) postEphemeral(args map[string]any) (map[string]any, string) {
	c, problem := s.target(args)
	if problem != "" {
		return nil, problem
	}
	user := word(args["user"])
	if !c.members[user] {
		return nil, "user_not_in_channel"
	}
	m, problem := s.newMessage(c, user, args)
	if problem != "" {
		return nil, problem
	}
	return map[string]any{"message_ts": m.ts}, ""
}

func (s *Server) update(args map[string]any) (map[string]any, string) {
	c, problem := s.target(args)
	if problem != "" {
		return nil, problem
	}
	if problem := CheckMessage(args); problem != "" {
		return nil, problem
	}
	if len([]rune(word(args["text"]))) > maxUpdate {
		return nil, "msg_too_long"
	}
	if problem := s.checkFiles(args, false); problem != "" {
		return nil, problem
	}
	m := s.public(c.id, word(args["ts"]))
	if m == nil {
		return nil, "message_not_found"
	}
	s.listen(args)
	m.change(args)
	s.showNew(m)
	return map[string]any{"channel": c.id, "ts": m.ts, "text": m.text, "message": s.asSent(m)}, ""
}

// DeleteMessage has an admin delete a message by its ts.
func (s *Server) DeleteMessage(ts string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(func(m *message) bool { return m.ts == ts })
	s.show()
}

func (s *Server) asSent(m *message) map[string]any {
	sent := map[string]any{"type": "message", "user": BotUser, "bot_id": botID, "app_id": appID, "team": Team, "ts": m.ts, "text": m.text, "blocks": m.blocks}
	if m.metadata != nil {
		sent["metadata"] = m.metadata
	}
	return sent
}

// pageSize is how many messages a page of the history has at most.
const pageSize = 15

func (s *Server) history(args map[string]any) (map[string]any, string) {
	c, problem := s.target(args)
	if problem != "" {
		return nil, problem
	}
	var found []any
	for _, m := range slices.Backward(s.messages) { // newest first, as Slack does
		if m.channel != c.id || m.only != "" || m.ts <= word(args["oldest"]) {
			continue
		}
		sent := s.asSent(m)
		if args["include_all_metadata"] != "1" && args["include_all_metadata"] != true {
			delete(sent, "metadata")
		}
		found = append(found, sent)
	}
	from := 0
	if cursor := word(args["cursor"]); cursor != "" {
		if _, err := fmt.Sscanf(cursor, "next:%d", &from); err != nil || from > len(found) {
			return nil, "invalid_cursor"
		}
	}
	page, next := found[from:], ""
	if len(page) > pageSize {
		page, next = page[:pageSize], fmt.Sprintf("next:%d", from+pageSize)
	}
	return map[string]any{"messages": page, "has_more": next != "", "response_metadata": map[string]any{"next_cursor": next}}, ""
}
