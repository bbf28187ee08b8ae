package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/bwmarrin/discordgo"

	"ckadbot/bot/chat"
)

// An interaction is something that a person did, as Discord tells it.
type interaction struct {
	discordgo.Interaction
	message  string    // id of the message that was clicked, "" if none was
	exchange *exchange // the request that brought it; nil for the gateway
}

// fields are those of discordgo's type, without its way of decoding them.
type fields discordgo.Interaction

// incoming is an interaction as it comes. The fields here stand for those of the
// same names in discordgo's type.
type incoming struct {
	fields
	Data    json.RawMessage     `json:"data"`
	Message struct{ ID string } `json:"message"`
}

// read decodes an interaction. Of the message that was clicked only the id is
// read: discordgo fails on components that it does not know, and we need none.
func read(raw json.RawMessage) (*interaction, error) {
	var all incoming
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, err
	}
	in := &interaction{Interaction: discordgo.Interaction(all.fields), message: all.Message.ID}
	var err error
	switch in.Type {
	case discordgo.InteractionApplicationCommand, discordgo.InteractionApplicationCommandAutocomplete:
		in.Data, err = data[discordgo.ApplicationCommandInteractionData](all.Data)
	case discordgo.InteractionMessageComponent:
		in.Data, err = data[discordgo.MessageComponentInteractionData](all.Data)
	case discordgo.InteractionModalSubmit:
		in.Data, err = data[discordgo.ModalSubmitInteractionData](all.Data)
	}
	if err != nil {
		return nil, err
	}
	return in, in.check()
}

// data decodes what an interaction of one type has of its own.
func data[T discordgo.InteractionData](raw json.RawMessage) (d T, err error) {
	err = json.Unmarshal(raw, &d)
	return d, err
}

func (in *interaction) check() error {
	switch {
	case !snowflake(in.ID) || !snowflake(in.AppID) || in.Token == "" || strings.ContainsAny(in.Token, "/?#"):
		return errors.New("interaction without an id or a token")
	case in.person() == nil || !snowflake(in.person().ID) || !snowflake(in.ChannelID):
		return errors.New("interaction without a person or a channel")
	}
	return nil
}

func (in *interaction) person() *discordgo.User {
	if in.Member != nil {
		return in.Member.User
	}
	return in.User
}

// workspace is the guild. Direct and group conversations have none, and a guild that
// did not add the bot is none either: what somebody does there with an app of their
// own account is no business of the guild's.
func (in *interaction) workspace() string {
	if in.GuildID == "" || !in.installed() {
		return chat.Everywhere
	}
	return in.GuildID
}

func (in *interaction) channel() chat.Channel {
	return chat.Channel{Platform: platform, Workspace: in.workspace(), ID: in.ChannelID}
}

// user is who did it. Who may change the guild's settings, by what Discord says
// in each interaction, is an admin, if the bot is in the guild.
func (in *interaction) user() chat.User {
	u := named(in.person(), in.Member, in.workspace())
	if in.Member != nil && in.installed() {
		u.Admin = in.Member.Permissions&(discordgo.PermissionAdministrator|discordgo.PermissionManageGuild) != 0
	}
	return u
}

// installed tells whether the guild has the bot, and not only the person.
func (in *interaction) installed() bool {
	_, person := in.AuthorizingIntegrationOwners[discordgo.ApplicationIntegrationUserInstall]
	_, guild := in.AuthorizingIntegrationOwners[discordgo.ApplicationIntegrationGuildInstall]
	return guild || !person
}

func named(u *discordgo.User, m *discordgo.Member, workspace string) chat.User {
	name := u.Username
	if u.GlobalName != "" {
		name = u.GlobalName
	}
	if m != nil && m.Nick != "" {
		name = m.Nick
	}
	return chat.User{Platform: platform, Workspace: workspace, ID: u.ID, Name: name, Bot: u.Bot}
}

// pressed is the action of the button that was pressed, or of what was chosen from a menu.
func (in *interaction) pressed() string {
	data := in.MessageComponentData()
	if data.ComponentType == discordgo.SelectMenuComponent && len(data.Values) == 1 {
		return data.Values[0]
	}
	return data.CustomID
}

// command reads the path and the options of a command. focused is the option
// that is being typed, "" if none is.
func (in *interaction) command() (c chat.Command, focused string) {
	data := in.ApplicationCommandData()
	path, options := []string{data.Name}, data.Options
	for len(options) == 1 && options[0].Type <= discordgo.ApplicationCommandOptionSubCommandGroup {
		path, options = append(path, options[0].Name), options[0].Options
	}
	c = chat.Command{Name: strings.Join(path, " "), Args: map[string]string{}, User: in.user(), Channel: in.channel()}
	for _, o := range options {
		c.Args[o.Name] = argument(o.Value)
		if o.Type == discordgo.ApplicationCommandOptionUser {
			c.Target = in.resolved(data.Resolved, c.Args[o.Name])
		}
		if o.Focused {
			focused = o.Name
		}
	}
	return c, focused
}

func argument(v any) string {
	switch v := v.(type) {
	case string:
		return chat.Typed(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return fmt.Sprint(v)
}

// resolved is what Discord tells about a person whom a command names.
func (in *interaction) resolved(r *discordgo.ApplicationCommandInteractionDataResolved, id string) *chat.User {
	if r == nil || r.Users[id] == nil {
		return nil
	}
	u := named(r.Users[id], r.Members[id], in.workspace())
	return &u
}

// complete asks the handler what could be typed.
func (in *interaction) complete(ctx context.Context, h chat.Handler) []*discordgo.ApplicationCommandOptionChoice {
	c, focused := in.command()
	all := []*discordgo.ApplicationCommandOptionChoice{}
	for _, choice := range h.Complete(ctx, chat.Completion{Command: c.Name, Option: focused, Typed: c.Args[focused], User: c.User, Channel: c.Channel}) {
		if n := chat.Length(choice.Value); n == 0 || n > maxChoice || len(all) == maxChoices {
			continue
		}
		all = append(all, &discordgo.ApplicationCommandOptionChoice{Name: plain(choice.Label, maxChoice), Value: choice.Value})
	}
	return all
}
