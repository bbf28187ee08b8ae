package discordtest

import (
	"fmt"
	"net/http"
	"time"

	"ckadbot/bot/chat"
)

// Rules for answers to interactions.
// discord.com/developers/docs/interactions/receiving-and-responding
const (
	firstAnswer = 3 * time.Second
	tokenLife   = 15 * time.Minute

	maxFollowUps = 5 // where only a person added the bot
)

// Types of interactions and of answers to them.
const (
	kindCommand  = 2
	kindClick    = 3
	kindComplete = 4
	kindSubmit   = 5

	answerMessage       = 4
	answerLater         = 5
	answerLaterInPlace  = 6
	answerInPlace       = 7
	answerChoices       = 8
	answerForm          = 9
	didNotRespond       = "The application did not respond"
	unknownInteraction  = "Unknown interaction"
	alreadyAcknowledged = "Interaction has already been acknowledged."
)

func (s *Server) callback(r *http.Request, b []byte) (any, *refusal) {
	in := s.interactions[r.PathValue("token")]
	if in == nil || in.id != r.PathValue("id") {
		return nil, &refusal{status: http.StatusNotFound, code: 10062, message: unknownInteraction}
	}
	return nil, s.firstAnswer(in, b)
}

// firstAnswer takes the answer that an interaction needs within three seconds.
func (s *Server) firstAnswer(in *interaction, b []byte) *refusal {
	switch {
	case in.late || s.now().Sub(in.sent) > firstAnswer && !in.answered:
		return &refusal{status: http.StatusNotFound, code: 10062, message: unknownInteraction}
	case in.answered:
		return &refusal{status: http.StatusBadRequest, code: 40060, message: alreadyAcknowledged, excused: s.toAll}
	}
	if no := s.answer(in, b); no != nil {
		return no
	}
	in.answered, in.data = true, nil
	s.waits.First = append(s.waits.First, s.now().Sub(in.sent))
	if in.original == nil || !in.original.thinking && in.original != in.clicked {
		s.answeredNow(in)
	}
	in.timer.Stop()
	close(in.acknowledged)
	s.change()
	return nil
}

// answer does what the first answer to an interaction asks for.
func (s *Server) answer(in *interaction, b []byte) *refusal {
	var body struct {
		Type int        `json:"type"`
		Data answerBody `json:"data"`
	}
	if no := parse(b, &body); no != nil {
		return no
	}
	onMessage := in.clicked != nil
	switch {
	case (body.Type == answerChoices) != (in.kind == kindComplete):
		return malformed("type", fmt.Sprintf("%d does not answer an interaction of type %d", body.Type, in.kind))
	case body.Type == answerChoices:
		return in.propose(body.Data.Choices)
	case body.Type == answerForm && in.kind != kindSubmit:
		return s.open(in, modalBody{body.Data.CustomID, body.Data.Title, deref(body.Data.Components)})
	case body.Type == answerMessage:
		return s.say(in, body.Data.messageBody)
	case body.Type == answerInPlace && onMessage:
		in.original = in.clicked
		return s.replace(in, body.Data.messageBody)
	case body.Type == answerLaterInPlace && onMessage:
		in.original = in.clicked
		return nil
	case body.Type == answerLater:
		in.original = s.store(in.channel, in.viewer(body.Data.Flags), messageBody{}, true)
		in.original.thinking, in.original.to = true, in
		return nil
	}
	return malformed("type", fmt.Sprintf("%d does not answer an interaction of type %d", body.Type, in.kind))
}

// An answerBody is a message, a form, or what can be chosen.
type answerBody struct {
	messageBody
	CustomID string   `json:"custom_id"`
	Title    string   `json:"title"`
	Choices  []choice `json:"choices"`
}

type choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func (in *interaction) viewer(flags int) *person {
	if flags&ephemeral != 0 {
		return in.person
	}
	return nil
}

func (s *Server) say(in *interaction, body messageBody) *refusal {
	if no := body.check(true); no != nil {
		return no
	}
	in.original = s.storeTo(in, in.channel, in.viewer(body.Flags), body, true)
	return nil
}

// replace puts the answer in place of the message that was clicked.
func (s *Server) replace(in *interaction, body messageBody) *refusal {
	if no := body.check(false); no != nil {
		return no
	}
	in.clicked.put(body)
	s.answeredNow(in)
	s.changeOf(in.clicked)
	return nil
}

func (s *Server) open(in *interaction, body modalBody) *refusal {
	if no := body.check(); no != nil {
		return no
	}
	s.forms = append(s.forms, &shownForm{id: in.id, person: in.person, channel: in.channel, clicked: in.clicked, modal: body})
	return nil
}

func (in *interaction) propose(choices []choice) *refusal {
	var c checks
	c.that(choices != nil, "choices", "is required")
	c.that(len(choices) <= 25, "choices", "must be 25 or fewer")
	var all []chat.Choice
	for _, ch := range choices {
		c.text("choices.name", ch.Name, 1, 100)
		c.text("choices.value", ch.Value, 1, 100)
		all = append(all, chat.Choice{Label: ch.Name, Value: ch.Value})
	}
	if c.no == nil {
		in.choices <- all
	}
	return c.no
}

// byToken finds the interaction whose answers a request is about.
func (s *Server) byToken(r *http.Request) (*interaction, *refusal) {
	in := s.interactions[r.PathValue("token")]
	switch {
	case in == nil || !in.answered || r.PathValue("app") != ApplicationID:
		return nil, &refusal{status: http.StatusNotFound, code: 10015, message: "Unknown Webhook"}
	case s.now().Sub(in.sent) > tokenLife:
		return nil, &refusal{status: http.StatusUnauthorized, code: 50027, message: "Invalid Webhook Token"}
	}
	return in, nil
}

// followUp is one more answer. The first one after "thinking…" takes its place,
// and is ephemeral if that was.
func (s *Server) followUp(r *http.Request, b []byte) (any, *refusal) {
	in, no := s.byToken(r)
	if no != nil {
		return nil, no
	}
	var body messageBody
	if no := parse(b, &body); no != nil {
		return nil, no
	}
	if no := body.check(true); no != nil {
		return nil, no
	}
	if in.followUps++; in.followUps > maxFollowUps && s.place(in.channel).visiting {
		return nil, malformed("body", "no more than 5 follow-ups where the bot is not")
	}
	s.answeredNow(in)
	if in.original != nil && in.original.thinking {
		s.resolve(in.original, body)
		return in.original.json(), nil
	}
	return s.storeTo(in, in.channel, in.viewer(body.Flags), body, true).json(), nil
}

func (s *Server) resolve(m *message, body messageBody) {
	if m.thinking {
		m.pings = s.notified(body, true)
	}
	m.put(body)
	s.changeOf(m)
}

func (s *Server) editAnswer(r *http.Request, b []byte) (any, *refusal) {
	m, no := s.answerMessage(r)
	if no != nil {
		return nil, no
	}
	if in, _ := s.byToken(r); in != nil {
		s.answeredNow(in)
	}
	var body messageBody
	if no := parse(b, &body); no != nil {
		return nil, no
	}
	if no := body.check(false); no != nil {
		return nil, no
	}
	s.resolve(m, body)
	return m.json(), nil
}

func (s *Server) deleteAnswer(r *http.Request, _ []byte) (any, *refusal) {
	m, no := s.answerMessage(r)
	if no == nil {
		m.thinking = false // what comes next is a message of its own
		s.remove(m)
	}
	return nil, no
}

func (s *Server) answerMessage(r *http.Request) (*message, *refusal) {
	in, no := s.byToken(r)
	if no != nil {
		return nil, no
	}
	m := in.original
	if which := r.PathValue("which"); which != "@original" {
		m = s.find(in.channel, which)
	}
	if m == nil || s.find(m.channel, m.id) == nil {
		return nil, &refusal{status: http.StatusNotFound, code: 10008, message: "Unknown Message"}
	}
	return m, nil
}
