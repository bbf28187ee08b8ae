package slack

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"time"

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
		TeamID   string `json:"team_id"` // their own
	} `json:"user"`
	Team       named `json:"team"` // in which I am installed
	Enterprise named `json:"enterprise"`
	Channel    named `json:"channel"`
	Container  struct {
		MessageTS string `json:"message_ts"`
		ThreadTS  string `json:"thread_ts"`
		ChannelID string `json:"channel_id"`
		Ephemeral bool   `json:"is_ephemeral"`
	} `json:"container"`
	Message struct {
		ThreadTS string `json:"thread_ts"`
	} `json:"message"`
	Actions []struct {
		Type     string `json:"type"`
		ActionID string `json:"action_id"`
		Value    string `json:"value"`
		ActionTS string `json:"action_ts"`
		Selected struct {
			Value string `json:"value"`
		} `json:"selected_option"` // from a menu
	} `json:"actions"`
	View struct {
		ID              string `json:"id"`
		Type            string `json:"type"`
		AppTeamID       string `json:"app_installed_team_id"`
		Hash            string `json:"hash"`
		CallbackID      string `json:"callback_id"`
		PrivateMetadata string `json:"private_metadata"`
		State           struct {
			Values map[string]map[string]struct {
				Value    string `json:"value"`
				Selected struct {
					Value string `json:"value"`
				} `json:"selected_option"`
				Place string `json:"selected_conversation"`
			} `json:"values"`
		} `json:"state"`
	} `json:"view"`
}

// named is what a payload says of a team, an enterprise or a channel; null is none.
type named struct {
	ID string `json:"id"`
}

// A command is a slash command (docs.slack.dev/interactivity/implementing-slash-commands), as far as we need it.
type command struct {
	TeamID       string `json:"team_id"`
	EnterpriseID string `json:"enterprise_id"`
	ChannelID    string `json:"channel_id"`
	UserID       string `json:"user_id"`
	UserName     string `json:"user_name"`
	Command      string `json:"command"`
	Text         string `json:"text"`
	ResponseURL  string `json:"response_url"`
	TriggerID    string `json:"trigger_id"`
}

// handle has an envelope's event answered, unless it was before: Slack may
// deliver it again with another envelope id, but with the same trigger id.
func (s *session) handle(ctx context.Context, env envelope) {
	switch env.Type {
	case "slash_commands":
		var c command
		if err := json.Unmarshal(env.Payload, &c); err != nil || c.UserID == "" || c.ChannelID == "" {
			s.log.Warn("a slash command makes no sense")
			return
		}
		if s.first(ctx, "command "+firstOf(c.TriggerID, env.ID, c.ResponseURL)) {
			s.command(ctx, c, env.wait)
		}
	case "events_api":
		var e event
		if err := json.Unmarshal(env.Payload, &e); err != nil {
			s.log.Warn("an event makes no sense") // the error may hold a piece of it
			return
		}
		s.happened(ctx, e, env.wait)
	case "interactive":
		in := *env.in
		if in.User.ID == "" {
			s.log.Warn("an interaction makes no sense")
			return
		}
		switch {
		case in.pressed() != "" && in.View.Type == "home":
			if s.first(ctx, "click "+firstOf(in.TriggerID, in.View.ID+" "+in.User.ID+" "+in.Actions[0].ActionTS)) {
				s.clickAtHome(ctx, in, env.wait)
			}
		case in.pressed() != "":
			if s.first(ctx, "click "+firstOf(in.TriggerID, in.Container.MessageTS+" "+in.User.ID+" "+in.Actions[0].ActionTS)) {
				s.click(ctx, in, env.wait)
			}
		case in.Type == "view_submission":
			if s.first(ctx, "form "+firstOf(in.TriggerID, in.View.ID+" "+in.View.Hash)) {
				s.submission(ctx, in, env)
			}
		}
	}
}

func (s *session) command(ctx context.Context, in command, w wait) {
	how := chat.Response{Kind: chat.DidCommand}
	p, err := s.locate(ctx, origin{team: in.TeamID, channel: in.ChannelID}, in.EnterpriseID, place{
		user: chat.User{ID: in.UserID, Name: in.UserName}, responseURL: in.ResponseURL, trigger: in.TriggerID,
	})
	if err != nil {
		s.astray(ctx, p, err, w, how)
		return
	}
	c, ok := s.spec.Parse(in.Command+" "+in.Text, chat.Names{Person: mentioned("@"), Place: mentioned("#")})
	if !ok {
		c = chat.Command{Name: "ckad", Rest: in.Text}
	}
	for name, v := range c.Args {
		c.Args[name] = typed(v)
	}
	c.Rest = typed(c.Rest)
	if s.spec.Admin(c.Name) {
		p.user = s.withRights(ctx, p)
	}
	c.Target = s.target(ctx, p, c)
	c.User, c.Channel = p.user, p.channel
	how.Command = c.Name
	spec, _ := s.spec.Find(c.Name)
	r := s.ahead(ctx, &p, spec.Form, w, func() chat.Reply { return s.handler.Command(ctx, c) })
	s.reply(ctx, p, r, w, how)
}

// pressed is the action of the button that was pressed, or of what was chosen from a menu; "" if neither was.
func (in interaction) pressed() string {
	if in.Type != "block_actions" || len(in.Actions) == 0 {
		return ""
	}
	switch a := in.Actions[0]; a.Type {
	case "button":
		return a.ActionID
	case "static_select":
		return a.Selected.Value
	}
	return ""
}

func (s *session) click(ctx context.Context, in interaction, w wait) {
	from := origin{team: in.team(), channel: firstOf(in.Container.ChannelID, in.Channel.ID)}
	if thread := firstOf(in.Container.ThreadTS, in.Message.ThreadTS); thread != in.Container.MessageTS { // else it has a thread, but is not in one
		from.thread = thread
	}
	how := chat.Response{Kind: chat.DidClick}
	p, err := s.locate(ctx, from, in.Enterprise.ID, in.place())
	if err != nil {
		s.astray(ctx, p, err, w, how)
		return
	}
	p.clicked, p.ephemeral = true, in.Container.Ephemeral
	action := in.pressed()
	if strings.HasPrefix(action, chat.AdminAction) {
		p.user = s.withRights(ctx, p)
	}
	ref := chat.MessageRef{Channel: p.channel, ID: in.Container.MessageTS}
	r := s.ahead(ctx, &p, in.Actions[0].Value == opensForm, w, func() chat.Reply {
		return s.handler.Click(ctx, chat.Click{Action: action, User: p.user, Message: ref})
	})
	s.reply(ctx, p, r, w, how)
}

func (s *session) submission(ctx context.Context, in interaction, env envelope) {
	from, ok := parseOrigin(in.View.PrivateMetadata)
	if !ok {
		s.log.Warn("a form came back without its channel")
		return
	}
	from.team = firstOf(from.team, in.team())
	filled := in.place()
	filled.responseURL = s.opened.take(from.ticket)
	how := chat.Response{Kind: chat.DidSubmit}
	p, err := s.locate(ctx, from, in.Enterprise.ID, filled)
	if err != nil {
		env.sign(nil)
		s.astray(ctx, p, err, env.wait, how)
		return
	}
	if strings.HasPrefix(in.View.CallbackID, chat.AdminAction) {
		p.user = s.withRights(ctx, p)
	}
	values := map[string]string{}
	for name, input := range in.View.State.Values {
		values[name] = cmp.Or(input[inputAction].Selected.Value, input[inputAction].Place, input[inputAction].Value)
	}
	r := s.handler.Submit(ctx, chat.Submission{Action: in.View.CallbackID, Values: values, User: p.user, Channel: p.channel})
	if errors, ok := rejections(r, values); ok {
		s.opened.put(from.ticket, p.responseURL)
		if env.sign(errors) {
			env.wait.first = time.Since(env.wait.since)
			how.Outcome = chat.OutcomeOf(r, nil)
			s.responded(env.wait, how)
			return
		}
		s.opened.take(from.ticket)
	}
	if env.sign(nil) {
		env.wait.first = time.Since(env.wait.since)
	}
	s.reply(ctx, p, r, env.wait, how)
}

// A rejection is the acknowledgement of a form that stays open
// (docs.slack.dev/surfaces/modals#displaying_errors).
type rejection struct {
	Action string            `json:"response_action"`
	Errors map[string]string `json:"errors"` // by the block's id
}

// rejections is what r says is wrong with a form that had these values; ok is false if
// that cannot be said at its inputs.
func rejections(r chat.Reply, values map[string]string) (_ rejection, ok bool) {
	said := rejection{Action: "errors", Errors: map[string]string{}}
	for name, problem := range r.Invalid {
		if _, there := values[name]; !there {
			return said, false
		}
		said.Errors[name] = chat.Line(visible(chat.Unmarked(problem)), maxRefusal)
	}
	return said, len(said.Errors) > 0
}

// team is the workspace in which I was used. In a channel that workspaces share,
// the person's own may be another one.
func (in interaction) team() string { return firstOf(in.View.AppTeamID, in.Team.ID, in.User.TeamID) }

// place is what an interaction says of where its answer goes.
func (in interaction) place() place {
	return place{
		user:        chat.User{ID: in.User.ID, Name: firstOf(in.User.Username, in.User.Name)},
		responseURL: in.ResponseURL, trigger: in.TriggerID,
	}
}

// locate completes p by where it is. The error says why we have no token for
// that workspace; it is errNotInstalled if there is none.
func (s *session) locate(ctx context.Context, from origin, enterprise string, p place) (_ place, err error) {
	p.thread = from.thread
	p.channel = chat.Channel{Platform: "slack", Workspace: from.team, ID: from.channel}
	if from.channel == atHome {
		p.channel.ID, p.home = "", true
	}
	p.user.Platform, p.user.Workspace = "slack", from.team
	if p.at, err = s.workspace(ctx, from.team, enterprise); err != nil {
		return p, err
	}
	if known, ok := p.at.recall(p.user.ID); ok { // as people see them
		p.user.Name = known.name
	}
	p.user.Name = firstOf(p.user.Name, p.user.ID)
	return p, nil
}

// astray tells somebody that there is no token for their workspace. Only their
// response_url takes a word without one.
func (s *session) astray(ctx context.Context, p place, cause error, w wait, how chat.Response) {
	stepAside(ctx) // for good, as in reply
	r := chat.Reply{Ephemeral: true, Apology: true, Message: chat.Message{Text: "I am not installed in this workspace any more. Somebody who may add apps can install me again."}}
	log := s.log.With("workspace", p.channel.Workspace)
	if errors.Is(cause, errNotInstalled) {
		log.Warn("somebody used me where I am not installed")
	} else {
		ref := chat.Reference()
		log.Error("cannot look a workspace up", "ref", ref, "error", cause)
		r = chat.Sorry(ref)
	}
	err := errNoResponseURL
	if p.responseURL != "" {
		err = s.respond(ctx, p, r, "")
	}
	if err != nil {
		log.Warn("a reply was not taken", "error", err)
	}
	how.Outcome = chat.OutcomeOf(r, err)
	s.responded(w, how)
}

// withRights looks up whether somebody is an admin, see [workspace.has]. If that fails, they are not.
func (s *session) withRights(ctx context.Context, p place) chat.User {
	u := p.user
	known, err := p.at.person(ctx, u.ID)
	if err != nil {
		s.log.Warn("cannot tell whether somebody is an admin", "workspace", u.Workspace, "error", err)
		return u
	}
	u.Name, u.Admin, u.Bot = known.name, known.admin, known.bot
	return u
}

// target looks up whom a command names; nil if it names nobody, or nobody whom Slack knows.
func (s *session) target(ctx context.Context, p place, c chat.Command) *chat.User {
	spec, _ := s.spec.Find(c.Name)
	for _, o := range spec.Options {
		id, ok := c.Args[o.Name]
		if o.Kind != chat.Person || !ok {
			continue
		}
		known, err := p.at.person(ctx, id)
		if errors.Is(err, errNobody) {
			return nil
		}
		if err != nil {
			s.log.Warn("cannot look a person up", "workspace", p.channel.Workspace, "error", err)
			known.name = id
		}
		return &chat.User{Platform: "slack", Workspace: p.channel.Workspace, ID: id, Name: known.name, Bot: known.bot}
	}
	return nil
}

// With should_escape, Slack writes people, channels and addresses in a
// command's text as <@U1|name>, <#C1|name>, <https://…|label>, and & < > as entities.
var (
	markup    = regexp.MustCompile(`<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>`)
	channelID = regexp.MustCompile(`^[CDG][A-Z0-9]{2,20}$`)
	teamID    = regexp.MustCompile(`^[TE][A-Z0-9]{2,20}$`)
	threadTS  = regexp.MustCompile(`^([0-9]+\.[0-9]{6})?$`)
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
