package discordtest

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"ckadbot/bot/chat/chattest"
)

type message struct {
	id, channel string
	viewer      *person // the only one who sees it; nil: all do
	novel       bool    // has a component that is not known yet
	thinking    bool    // shown in place of an answer to come
	content     string
	embeds      []embed
	rows        []component
	attachments []attachment
	pings       []string
	nonce       string
	to          *interaction // the click that this answers; nil for none
	posted      time.Time
}

// nonces are remembered for "the past few minutes".
const nonceMemory = 5 * time.Minute

// put takes over what body gives; what it does not give stays.
func (m *message) put(body messageBody) {
	m.thinking = false
	if body.Content != nil {
		m.content = *body.Content
	}
	if body.Embeds != nil {
		m.embeds = *body.Embeds
	}
	if body.Components != nil {
		m.rows = *body.Components
	}
	if body.Attachments != nil {
		m.attachments = *body.Attachments
	}
}

func (m *message) buttons() []component {
	var all []component
	for _, row := range m.rows {
		all = append(all, row.Components...)
	}
	return all
}

// text is all that m says, as it was given.
func (m *message) text() string {
	if m.thinking {
		return "ckadbot is thinking…"
	}
	parts := []string{m.content}
	for _, e := range m.embeds {
		parts = append(parts, e.Title, e.Description)
		for _, f := range e.Fields {
			parts = append(parts, f.Name, f.Value)
		}
		if e.Footer != nil {
			parts = append(parts, e.Footer.Text)
		}
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "\n")
}

// notified works out whom a new message notifies. Embeds notify nobody. Without
// allowed_mentions an answer to an interaction notifies people, a post also everyone.
func (s *Server) notified(body messageBody, answer bool) (names []string) {
	content := value(body.Content)
	if !strings.Contains(content, "@") {
		return nil
	}
	allowed := body.AllowedMentions
	if allowed == nil {
		allowed = &mentions{Parse: []string{"users"}}
		if !answer {
			allowed.Parse = append(allowed.Parse, "everyone", "roles")
		}
	}
	for name, p := range s.people {
		named := strings.Contains(content, "<@"+p.id+">") || strings.Contains(content, "<@!"+p.id+">")
		all := strings.Contains(content, "@everyone") || strings.Contains(content, "@here")
		if named && (slices.Contains(allowed.Parse, "users") || slices.Contains(allowed.Users, p.id)) || all && slices.Contains(allowed.Parse, "everyone") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// store makes a message in a channel.
func (s *Server) store(channel string, viewer *person, body messageBody, answer bool) *message {
	return s.storeTo(nil, channel, viewer, body, answer)
}

// storeTo is store for the answer to a click on a message.
func (s *Server) storeTo(to *interaction, channel string, viewer *person, body messageBody, answer bool) *message {
	m := &message{id: s.id(), to: to, nonce: strings.Trim(string(body.Nonce), `"`), channel: channel, viewer: viewer, posted: s.now(), pings: s.notified(body, answer)}
	m.put(body)
	s.messages = append(s.messages, m)
	if viewer != nil {
		s.alone++
		s.forget()
	}
	s.changeOf(m)
	return m
}

// kept is how many messages that one person alone sees there are at least before the oldest
// are gone. That is more than Discord promises, whose programs forget them when they are restarted.
const kept = 10_000

func (s *Server) forget() {
	if s.alone < 2*kept {
		return
	}
	s.messages = slices.DeleteFunc(s.messages, func(m *message) bool {
		old := m.viewer != nil && s.alone > kept
		if old {
			s.alone--
			*m = message{id: m.id, channel: m.channel, viewer: m.viewer} // what it answers knows it for a while
		}
		return old
	})
}

func (s *Server) find(channel, id string) *message {
	i, found := slices.BinarySearchFunc(s.messages, id, func(m *message, id string) int { return strings.Compare(m.id, id) })
	if !found || channel != "" && s.messages[i].channel != channel {
		return nil
	}
	return s.messages[i]
}

func (s *Server) remove(m *message) {
	s.messages = slices.DeleteFunc(s.messages, func(o *message) bool { return o == m })
	if m.viewer != nil {
		s.alone--
	}
	s.change()
}

// permit checks that the bot may write in a channel.
func (s *Server) permit(channel string, body messageBody) *refusal {
	need := int64(sendMessages)
	if s.parents[channel] != "" {
		need = sendInThreads
	}
	if len(deref(body.Embeds)) > 0 {
		need |= embedLinks
	}
	to := s.directs[channel]
	switch {
	case to != nil && s.faults.blocked[to]:
		return &refusal{status: http.StatusForbidden, code: 50007, message: "Cannot send messages to this user", excused: true}
	case to != nil:
		return nil
	case s.place(channel).visiting:
		return &refusal{status: http.StatusForbidden, code: 50001, message: "Missing Access", excused: true}
	case s.channels[channel] == "":
		return &refusal{status: http.StatusNotFound, code: 10003, message: "Unknown Channel", excused: true}
	case s.may(channel)&viewChannel == 0:
		return &refusal{status: http.StatusForbidden, code: 50001, message: "Missing Access", excused: true}
	case s.may(channel)&need != need:
		return &refusal{status: http.StatusForbidden, code: 50013, message: "Missing Permissions", excused: true}
	}
	return nil
}

func (s *Server) createMessage(r *http.Request, b []byte) (any, *refusal) {
	var body messageBody
	if no := parse(b, &body); no != nil {
		return nil, no
	}
	channel := r.PathValue("channel")
	if no := s.permit(channel, body); no != nil {
		return nil, no
	}
	if no := body.check(true); no != nil {
		return nil, no
	}
	if body.Flags&ephemeral != 0 {
		return nil, malformed("flags", "only answers to interactions can be ephemeral")
	}
	nonce := strings.Trim(string(body.Nonce), `"`)
	if length(nonce) > 25 {
		return nil, malformed("nonce", "must be 25 or fewer in length")
	}
	if m := s.nonces[nonce]; nonce != "" && body.EnforceNonce && m != nil && s.now().Sub(m.posted) < nonceMemory {
		return m.json(), nil
	}
	m := s.store(channel, nil, body, false)
	s.nonces[nonce] = m
	return m.json(), nil
}

func (s *Server) editMessage(r *http.Request, b []byte) (any, *refusal) {
	var body messageBody
	if no := parse(b, &body); no != nil {
		return nil, no
	}
	channel := r.PathValue("channel")
	if no := s.permit(channel, body); no != nil {
		return nil, no
	}
	m := s.find(channel, r.PathValue("message"))
	if m == nil || m.viewer != nil {
		return nil, &refusal{status: http.StatusNotFound, code: 10008, message: "Unknown Message", excused: true}
	}
	if no := body.check(false); no != nil {
		return nil, no
	}
	m.put(body)
	s.changeOf(m)
	return m.json(), nil
}

// DeleteMessage deletes a message, as a moderator would.
func (s *Server) DeleteMessage(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.find("", id); m != nil {
		s.remove(m)
	}
}

func (m *message) json() map[string]any {
	flags := 0
	if m.viewer != nil {
		flags = ephemeral
	}
	all := map[string]any{
		"id": m.id, "channel_id": m.channel, "author": botUser(), "content": m.content,
		"timestamp": m.posted.UTC().Format(time.RFC3339), "edited_timestamp": nil, "tts": false,
		"mention_everyone": false, "mentions": []any{}, "mention_roles": []any{}, "attachments": []any{},
		"embeds": []any{}, "components": m.componentsJSON(), "pinned": false, "type": 0, "flags": flags,
	}
	if m.nonce != "" {
		all["nonce"] = m.nonce
	}
	return all
}

func (m *message) componentsJSON() []any {
	all := []any{}
	for _, row := range m.rows {
		var buttons []any
		for _, b := range row.Components {
			if b.Type == typeMenu {
				buttons = append(buttons, map[string]any{"type": typeMenu, "custom_id": b.CustomID, "placeholder": b.Placeholder, "options": b.Options})
				continue
			}
			buttons = append(buttons, map[string]any{"type": typeButton, "style": b.Style, "label": b.Label, "custom_id": b.CustomID, "disabled": b.Disabled})
		}
		all = append(all, map[string]any{"type": typeRow, "components": buttons})
	}
	if m.novel {
		all = append(all, map[string]any{"type": 99, "id": 99})
	}
	return all
}

// AddNovelty makes Discord add to a message a component of a type that no library
// knows yet. Bots get it with each click.
func (s *Server) AddNovelty(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.find("", id); m != nil {
		m.novel = true
	}
}

// Sees is what a person sees now, oldest first, and a channel that is closed when
// that changes. Forms come last.
func (s *Server) Sees(name string) ([]chattest.Shown, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.person(name)
	var all []chattest.Shown
	for _, m := range s.messages {
		if s.visible(m, p) {
			all = append(all, m.shown())
		}
	}
	for _, f := range s.forms {
		if f.person == p {
			all = append(all, f.shown())
		}
	}
	return all, s.changed
}

// visible tells whether p sees m. s.mu is held.
func (s *Server) visible(m *message, p *person) bool {
	to := s.directs[m.channel]
	return (m.viewer == nil || m.viewer == p) && (to == nil || to == p)
}

// openDirect gives the channel of the bot and one person, the same each time.
func (s *Server) openDirect(_ *http.Request, b []byte) (any, *refusal) {
	var body struct {
		Recipient string `json:"recipient_id"`
	}
	if no := parse(b, &body); no != nil {
		return nil, no
	}
	if p := s.personByID(body.Recipient); p != nil {
		return map[string]any{"id": s.directWith(p), "type": 1}, nil
	}
	return nil, &refusal{status: http.StatusNotFound, code: 10013, message: "Unknown User", excused: true}
}

// Block has a person take no direct messages from the bot.
func (s *Server) Block(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.blocked = map[*person]bool{s.person(name): true}
}

func (m *message) shown() chattest.Shown {
	all := chattest.Shown{ID: m.id, Text: m.text(), Ephemeral: m.viewer != nil, Image: m.image(), Pings: m.pings, Channel: m.channel, Key: m.nonce}
	if m.to != nil {
		all.Asked = m.to.sent
		if m.to.clicked != nil {
			all.To = m.to.clicked.id
		}
	}
	for _, b := range m.buttons() {
		for _, o := range b.Options {
			all.Buttons = append(all.Buttons, o.Label)
		}
		if b.Type == typeButton && !b.Disabled {
			all.Buttons = append(all.Buttons, b.Label)
		}
	}
	return all
}
