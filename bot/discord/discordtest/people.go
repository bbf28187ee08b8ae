package discordtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
)

// An interaction is something that a person did.
type interaction struct {
	id, token string
	kind      int
	person    *person
	channel   string
	data      map[string]any
	clicked   *message

	sent         time.Time // when a bot first got it
	timer        *time.Timer
	answered     bool
	late         bool
	complete     bool     // with more than a word that the answer comes later
	original     *message // the answer; after answerLaterInPlace the message that was clicked
	acknowledged chan struct{}
	choices      chan []chat.Choice
	followUps    int
}

type shownForm struct {
	id      string
	person  *person
	channel string
	clicked *message
	modal   modalBody
}

func (f *shownForm) shown() chattest.Shown {
	all := chattest.Shown{ID: f.id, Text: f.modal.Title, Form: true, Ephemeral: true}
	for _, l := range f.modal.Components {
		all.Text += "\n" + l.Label
		all.Inputs = append(all.Inputs, l.Label)
	}
	return all
}

// Type makes a person type a command in general, as in the terminal: people are
// @name, channels are #name. It does not wait.
func (s *Server) Type(person, line string) { s.TypeIn(GeneralID, person, line) }

// TypeIn is Type in another channel.
func (s *Server) TypeIn(channel, person, line string) {
	s.act(func(done chan struct{}) *interaction {
		data, err := s.typed(line, "")
		if err == nil {
			err = s.offered(fmt.Sprint(data["name"]), s.place(channel))
		}
		if err != nil {
			s.complain("%s cannot type this: %v", person, err)
			return nil
		}
		return &interaction{kind: kindCommand, person: s.person(person), channel: channel, data: data, acknowledged: done}
	})
}

// Suggest is what the bot proposes for an option while a person types line, of
// which the option may be missing. It waits for the bot.
func (s *Server) Suggest(ctx context.Context, person, line, option string) ([]chat.Choice, error) {
	choices := make(chan []chat.Choice, 1)
	s.act(func(done chan struct{}) *interaction {
		data, err := s.typed(line, option)
		if err != nil {
			s.complain("%s cannot type this: %v", person, err)
			return nil
		}
		return &interaction{kind: kindComplete, person: s.person(person), channel: GeneralID, data: data, acknowledged: done, choices: choices}
	})
	select {
	case c := <-choices:
		return c, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("suggestions for %s in %q: %w", option, line, ctx.Err())
	}
}

// Press makes a person press a button of a message that they see.
func (s *Server) Press(person string, shown chattest.Shown, label string) {
	s.act(func(done chan struct{}) *interaction {
		p, m := s.person(person), s.find("", shown.ID)
		if m == nil || !s.visible(m, p) {
			s.complain("%s cannot press %q: there is no such message", person, label)
			return nil
		}
		for _, b := range m.buttons() {
			for _, o := range b.Options {
				if o.Label == label {
					return &interaction{kind: kindClick, person: p, channel: m.channel, clicked: m, acknowledged: done, data: map[string]any{"component_type": typeMenu, "custom_id": b.CustomID, "values": []string{o.Value}}}
				}
			}
			if b.Type == typeButton && b.Label == label && !b.Disabled {
				return &interaction{kind: kindClick, person: p, channel: m.channel, clicked: m, acknowledged: done, data: map[string]any{"component_type": typeButton, "custom_id": b.CustomID}}
			}
		}
		s.complain("%s cannot press %q: it has no such button", person, label)
		return nil
	})
}

// Fill makes a person fill in and submit a form, by the labels of its inputs.
// What is not given stays as the form had it.
func (s *Server) Fill(person string, shown chattest.Shown, values map[string]string) {
	s.act(func(done chan struct{}) *interaction {
		for i, f := range s.forms {
			if f.id != shown.ID || f.person != s.person(person) {
				continue
			}
			s.forms = append(s.forms[:i:i], s.forms[i+1:]...)
			s.change()
			return &interaction{kind: kindSubmit, person: f.person, channel: f.channel, clicked: f.clicked, acknowledged: done, data: f.modal.submitted(values)}
		}
		s.complain("%s cannot fill in %q: there is no such form", person, shown.Text)
		return nil
	})
}

func (m modalBody) submitted(values map[string]string) map[string]any {
	all := []any{}
	for i, l := range m.Components {
		v, ok := values[l.Label]
		if !ok {
			v = l.Component.Value
		}
		all = append(all, map[string]any{"type": typeLabel, "id": 2*i + 1, "component": map[string]any{"type": typeInput, "id": 2*i + 2, "custom_id": l.Component.CustomID, "value": v}})
	}
	return map[string]any{"custom_id": m.CustomID, "components": all}
}

// act lets something happen as soon as a bot is there to hear of it.
func (s *Server) act(do func(acknowledged chan struct{}) *interaction) {
	s.mu.Lock()
	defer s.mu.Unlock()
	done := make(chan struct{})
	s.acknowledged = done
	s.waiting = append(s.waiting, func() *interaction { return do(done) })
	s.flush()
}

// Acknowledged is closed when the bot has first answered the last thing that somebody did.
func (s *Server) Acknowledged() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.acknowledged
}

// send gives in its identity and starts its clock. s.mu is held.
func (s *Server) send(in *interaction) map[string]any {
	in.id, in.token, in.sent = s.id(), rand.Text()+rand.Text(), s.now()
	s.interactions[in.token] = in
	in.timer = time.AfterFunc(firstAnswer, func() { s.expire(in) })
	return s.event(in)
}

// expire shows the person an error if there is no answer in time.
func (s *Server) expire(in *interaction) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if in.answered || s.closed {
		return
	}
	in.late = true
	s.complain("no answer within %v to what %s did: %v", firstAnswer, in.person.name, in.data)
	said := didNotRespond
	s.storeTo(in, in.channel, in.person, messageBody{Content: &said}, true)
}

// event is the interaction as a bot gets it.
func (s *Server) event(in *interaction) map[string]any {
	e := map[string]any{
		"id": in.id, "application_id": ApplicationID, "type": in.kind, "data": in.data, "token": in.token, "version": 1,
		"guild_id": GuildID, "guild": map[string]any{"id": GuildID, "features": []any{}, "locale": "en-US"},
		"channel_id": in.channel, "channel": s.channelJSON(in.channel),
		"member": in.person.memberWithUser(), "app_permissions": fmt.Sprint(s.may(in.channel)), "locale": "en-US", "guild_locale": "en-US",
		"entitlements": []any{}, "authorizing_integration_owners": map[string]any{"0": GuildID}, "context": 0, "attachment_size_limit": 10485760,
	}
	s.place(in.channel).describe(e, in)
	if in.clicked != nil {
		e["message"] = in.clicked.json()
	}
	return e
}

func (p *person) user() map[string]any {
	return map[string]any{"id": p.id, "username": p.name + ".dc", "global_name": p.name, "discriminator": "0", "avatar": nil, "public_flags": 0, "bot": p.bot}
}

// member is a person in the guild, without the user.
func (p *person) member() map[string]any {
	m := map[string]any{
		"roles": []any{}, "joined_at": "2026-01-01T00:00:00.000000+00:00", "premium_since": nil, "pending": false, "nick": nil,
		"avatar": nil, "banner": nil, "flags": 0, "permissions": fmt.Sprint(p.permissions), "communication_disabled_until": nil,
	}
	if p.nick != "" {
		m["nick"] = p.nick
	}
	return m
}

func (p *person) memberWithUser() map[string]any {
	m := p.member()
	m["user"], m["deaf"], m["mute"] = p.user(), false, false
	return m
}
