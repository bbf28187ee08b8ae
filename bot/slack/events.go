package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"ckadbot/bot/chat"
)

// An event is something that happened in a workspace and that Slack tells us of
// (docs.slack.dev/apis/events-api), as far as we need it.
type event struct {
	ID             string `json:"event_id"`
	Time           int64  `json:"event_time"` // in seconds
	TeamID         string `json:"team_id"`
	EnterpriseID   string `json:"enterprise_id"`
	Authorizations []struct {
		TeamID       string `json:"team_id"`
		EnterpriseID string `json:"enterprise_id"`
		UserID       string `json:"user_id"`
		Bot          bool   `json:"is_bot"`
	} `json:"authorizations"` // those for whom we are told, of whom Slack names one
	Event json.RawMessage `json:"event"`
}

// A happening is what an event is about. Not every kind has everything.
type happening struct {
	Type        string `json:"type"`
	Subtype     string `json:"subtype"`
	User        string `json:"user"`
	Bot         string `json:"bot_id"` // if the author is one
	Inviter     string `json:"inviter"`
	Channel     string `json:"channel"`
	ChannelType string `json:"channel_type"`
	Text        string `json:"text"`
	TS          string `json:"ts"`
	ThreadTS    string `json:"thread_ts"`
	EventTS     string `json:"event_ts"`
	Tab         string `json:"tab"`
	Tokens      struct {
		Bot []string `json:"bot"` // user ids
	} `json:"tokens"`
	Teams []string `json:"team_ids"`
}

// readHappening gives what an event is about; ok is false if it is nothing that we listen to.
func readHappening(raw json.RawMessage) (h happening, ok bool) {
	var kind struct{ Type string }
	if json.Unmarshal(raw, &kind) != nil {
		return h, false
	}
	switch kind.Type { // of others, fields with these names may be of other types
	case "app_home_opened", "app_mention", "message", "member_joined_channel", "app_uninstalled", "tokens_revoked", "team_access_revoked", "team_access_granted":
		return h, json.Unmarshal(raw, &h) == nil
	}
	return h, false
}

// from is the team and the enterprise for whose installation we are told.
func (e event) from() (team, enterprise string) {
	team, enterprise = e.TeamID, e.EnterpriseID
	for _, a := range e.Authorizations {
		team, enterprise = firstOf(a.TeamID, team), firstOf(a.EnterpriseID, enterprise)
	}
	return team, enterprise
}

// about names what happened, however often and under whatever id it is told.
func (e event) about(h happening) string {
	when := h.EventTS
	if when == "" {
		when = fmt.Sprint(e.Time)
	}
	team, _ := e.from()
	return strings.Join(append([]string{"event", h.Type, team, h.Channel, h.User, h.TS, when}, h.Teams...), " ")
}

// happened reacts to an event that was not delivered before.
func (s *session) happened(ctx context.Context, e event, w wait) {
	h, ok := readHappening(e.Event)
	if !ok || !s.first(ctx, e.about(h), "event id "+firstOf(e.ID, e.about(h))) {
		return
	}
	team, enterprise := e.from()
	switch {
	case h.Type == "app_uninstalled", h.Type == "tokens_revoked" && len(h.Tokens.Bot) > 0:
		s.removed(ctx, team, enterprise, time.Unix(e.Time, 0))
		return
	case h.Type == "tokens_revoked": // of people, who gave us none
		return
	case h.Type == "team_access_revoked":
		s.revoked(ctx, enterprise, h.Teams)
		return
	case h.Type == "team_access_granted":
		s.granted(ctx, enterprise, h.Teams)
		return
	}
	from := origin{channel: h.Channel, team: team}
	if h.ThreadTS != h.TS {
		from.thread = h.ThreadTS
	}
	p, err := s.locate(ctx, from, enterprise, place{user: chat.User{ID: h.User}})
	if err != nil {
		s.log.Warn("an event of a workspace without a token", "type", h.Type, "workspace", team, "error", err)
		return
	}
	switch me := e.me(p.at, h.User); {
	case h.Type == "member_joined_channel" && me:
		s.joined(ctx, p, h.Inviter)
	case me, h.Bot != "", h.Subtype != "", h.User == "", h.User == "USLACKBOT": // bots would go on for ever, and edits are no questions
	case h.Type == "app_home_opened":
		if h.Tab == "home" {
			err := s.publish(ctx, p, nil) // which logs it
			s.responded(w, chat.Response{Kind: chat.DidHome, Outcome: chat.OutcomeOf(chat.Reply{}, err)})
		}
	case h.Type == "app_mention" && h.ChannelType != "im", h.Type == "message" && h.ChannelType == "im":
		s.addressed(ctx, p, e, h, w)
	}
}

// me tells whether user is the bot itself.
func (e event) me(at *workspace, user string) bool {
	for _, a := range e.Authorizations {
		if a.Bot && a.UserID == user {
			return true
		}
	}
	return user != "" && user == at.me()
}

// joined says hello in a channel that the bot was added to.
func (s *session) joined(ctx context.Context, p place, inviter string) {
	j := chat.Joining{Channel: p.channel}
	if inviter != "" {
		j.By = s.somebody(ctx, p, inviter)
	}
	m, ok := s.handler.Joined(ctx, j)
	if !ok {
		return
	}
	if err := again(ctx, func() error { return s.say(ctx, p, p.channel.ID, m) }); err != nil {
		s.log.Warn("could not say hello", "workspace", p.channel.Workspace, "channel", p.channel.ID, "error", err)
	}
}

// addressed answers somebody who writes to the bot without a command: only for
// them in a channel, and as a message that stays in their conversation.
func (s *session) addressed(ctx context.Context, p place, e event, h happening, w wait) {
	if p.user = s.somebody(ctx, p, h.User); p.user.Bot {
		return
	}
	c := chat.Command{Name: "ckad", Rest: typed(e.unaddressed(p.at, h.Text)), User: p.user, Channel: p.channel}
	r := s.handler.Command(ctx, c)
	r.Ephemeral = h.Type == "app_mention"
	s.reply(ctx, p, r, w, chat.Response{Kind: chat.DidCommand, Command: c.Name})
}

// unaddressed is text without the mentions of the bot itself.
func (e event) unaddressed(at *workspace, text string) string {
	text = markup.ReplaceAllStringFunc(text, func(found string) string {
		if m := markup.FindStringSubmatch(found); m[1] == "@" && e.me(at, m[2]) {
			return ""
		}
		return found
	})
	return strings.Join(strings.Fields(text), " ")
}

// somebody is a person by their id, with their name if Slack tells it.
func (s *session) somebody(ctx context.Context, p place, id string) chat.User {
	u := chat.User{Platform: "slack", Workspace: p.channel.Workspace, ID: id, Name: id}
	if known, err := p.at.person(ctx, id); err == nil {
		u.Name, u.Bot = known.name, known.bot
	}
	return u
}
