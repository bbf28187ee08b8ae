package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"

	"github.com/slack-go/slack"

	"ckadbot/bot/chat"
)

// An interaction is what Slack sends for a click, a submitted form, or what is typed into a menu
// (docs.slack.dev/reference/interaction-payloads), as far as we need it.
type interaction struct {
	Type        string `json:"type"`
	TriggerID   string `json:"trigger_id"`
	ResponseURL string `json:"response_url"`
	ActionID    string `json:"action_id"` // of the menu, as the next two
	BlockID     string `json:"block_id"`
	Value       string `json:"value"` // typed so far
	User        struct {
		ID       string `json:"id"`
		Username string `json:"username"`
		Name     string `json:"name"`
	} `json:"user"`
	Channel struct {
		ID string `json:"id"`
	} `json:"channel"`
	Container struct {
		MessageTS string `json:"message_ts"`
		ChannelID string `json:"channel_id"`
		Ephemeral bool   `json:"is_ephemeral"`
	} `json:"container"`
	Actions []struct {
		Type     string `json:"type"`
		ActionID string `json:"action_id"`
		ActionTS string `json:"action_ts"`
	} `json:"actions"`
	View struct {
		ID              string `json:"id"`
		Hash            string `json:"hash"`
		CallbackID      string `json:"callback_id"`
		PrivateMetadata string `json:"private_metadata"`
		State           struct {
			Values map[string]map[string]struct {
				Value    string `json:"value"`
				Selected struct {
					Value string `json:"value"`
				} `json:"selected_option"`
			} `json:"values"`
		} `json:"state"`
	} `json:"view"`
}

// handle has an envelope's event answered, unless it was before: Slack may
// deliver it again with another envelope id, but with the same trigger id.
func (s *session) handle(ctx context.Context, env envelope) {
	switch env.Type {
	case "slash_commands":
		var c slack.SlashCommand
		if err := json.Unmarshal(env.Payload, &c); err != nil || c.UserID == "" || c.ChannelID == "" {
			s.log.Warn("a slash command makes no sense", "error", err)
			return
		}
		if s.first(ctx, "command "+firstOf(c.TriggerID, env.ID)) {
			s.command(ctx, c, env.wait)
		}
	case "interactive":
		var in interaction
		if err := json.Unmarshal(env.Payload, &in); err != nil || in.User.ID == "" {
			s.log.Warn("an interaction makes no sense", "error", err)
			return
		}
		switch {
		case in.Type == "block_actions" && len(in.Actions) > 0 && in.Actions[0].Type == "button":
			if s.first(ctx, "click "+firstOf(in.TriggerID, in.Container.MessageTS+" "+in.User.ID+" "+in.Actions[0].ActionTS)) {
				s.click(ctx, in, env.wait)
			}
		case in.Type == "view_submission":
			if s.first(ctx, "form "+firstOf(in.TriggerID, in.View.ID+" "+in.View.Hash)) {
				s.submission(ctx, in, env.wait)
			}
		}
	}
}

func (s *session) command(ctx context.Context, in slack.SlashCommand, w wait) {
	p := place{channel: s.channel(in.ChannelID), user: s.user(in.UserID, in.UserName), responseURL: in.ResponseURL, trigger: in.TriggerID}
	c, ok := s.spec.Parse(in.Command+" "+in.Text, chat.Names{Person: mentioned("@"), Place: mentioned("#")})
	if !ok {
		c = chat.Command{Name: "ckad", Rest: in.Text}
	}
	for name, v := range c.Args {
		c.Args[name] = typed(v)
	}
	c.Rest = typed(c.Rest)
	if s.spec.Admin(c.Name) {
		p.user = s.withRights(ctx, p.user)
	}
	c.Target = s.target(ctx, c)
	c.User, c.Channel = p.user, p.channel
	s.reply(ctx, p, s.handler.Command(ctx, c), w, chat.Response{Kind: chat.DidCommand, Command: c.Name})
}

func (s *session) click(ctx context.Context, in interaction, w wait) {
	p := place{
		channel:     s.channel(firstOf(in.Container.ChannelID, in.Channel.ID)),
		user:        s.user(in.User.ID, firstOf(in.User.Username, in.User.Name)),
		responseURL: in.ResponseURL,
		trigger:     in.TriggerID,
		clicked:     true,
		ephemeral:   in.Container.Ephemeral,
	}
	action := in.Actions[0].ActionID
	if strings.HasPrefix(action, chat.AdminAction) {
		p.user = s.withRights(ctx, p.user)
	}
	ref := chat.MessageRef{Channel: p.channel, ID: in.Container.MessageTS}
	s.reply(ctx, p, s.handler.Click(ctx, chat.Click{Action: action, User: p.user, Message: ref}), w, chat.Response{Kind: chat.DidClick})
}

func (s *session) submission(ctx context.Context, in interaction, w wait) {
	channel, ticket, ok := origin(in.View.PrivateMetadata)
	if !ok {
		s.log.Warn("a form came back without its channel")
		return
	}
	p := place{
		channel:     s.channel(channel),
		user:        s.user(in.User.ID, firstOf(in.User.Username, in.User.Name)),
		responseURL: s.opened.take(ticket),
		trigger:     in.TriggerID,
	}
	if strings.HasPrefix(in.View.CallbackID, chat.AdminAction) {
		p.user = s.withRights(ctx, p.user)
	}
	values := map[string]string{}
	for name, input := range in.View.State.Values {
		values[name] = cmp.Or(input[inputAction].Selected.Value, input[inputAction].Value)
	}
	s.reply(ctx, p, s.handler.Submit(ctx, chat.Submission{Action: in.View.CallbackID, Values: values, User: p.user, Channel: p.channel}), w, chat.Response{Kind: chat.DidSubmit})
}

func (s *session) channel(id string) chat.Channel {
	return chat.Channel{Platform: "slack", Workspace: s.team, ID: id}
}

// user is somebody who did something, called as people see them if we know.
func (s *session) user(id, name string) chat.User {
	if p, ok := s.home.recall(id); ok {
		name = p.name
	}
	return chat.User{Platform: "slack", Workspace: s.team, ID: id, Name: firstOf(name, id)}
}

// withRights looks up whether u is an admin. If that fails, u is not.
func (s *session) withRights(ctx context.Context, u chat.User) chat.User {
	p, err := s.home.person(ctx, u.ID)
	if err != nil {
		s.log.Warn("cannot tell whether somebody is an admin", "error", err)
		return u
	}
	u.Name, u.Admin, u.Bot = p.name, p.admin, p.bot
	return u
}

// target looks up whom a command names; nil if it names nobody, or nobody whom Slack knows.
func (s *session) target(ctx context.Context, c chat.Command) *chat.User {
	spec, _ := s.spec.Find(c.Name)
	for _, o := range spec.Options {
		id, ok := c.Args[o.Name]
		if o.Kind != chat.Person || !ok {
			continue
		}
		p, err := s.home.person(ctx, id)
		if errors.Is(err, errNobody) {
			return nil
		}
		if err != nil {
			s.log.Warn("cannot look a person up", "error", err)
			p.name = id
		}
		return &chat.User{Platform: "slack", Workspace: s.team, ID: id, Name: p.name, Bot: p.bot}
	}
	return nil
}

// With should_escape, Slack writes people, channels and addresses in a
// command's text as <@U1|name>, <#C1|name>, <https://…|label>, and & < > as entities.
var (
	markup    = regexp.MustCompile(`<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>`)
	channelID = regexp.MustCompile(`^[CDG][A-Z0-9]{2,20}$`)
	entities  = strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&")
)

// mentioned reads a word that is a mention of a kind, @ or #.
func mentioned(kind string) func(word string) (string, bool) {
	valid := userID
	if kind == "#" {
		valid = channelID
	}
	return func(word string) (string, bool) {
		m := markup.FindStringSubmatch(word)
		if m == nil || m[0] != word || m[1] != kind || !valid.MatchString(m[2]) {
			return "", false
		}
		return m[2], true
	}
}

// typed gives text back as the person typed it.
func typed(s string) string {
	s = markup.ReplaceAllStringFunc(s, func(found string) string {
		m := markup.FindStringSubmatch(found)
		if m[3] == "" {
			return m[1] + m[2]
		}
		return m[1] + m[3]
	})
	return entities.Replace(s)
}
