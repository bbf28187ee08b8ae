package discord

import (
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"github.com/bwmarrin/discordgo"

	"ckadbot/bot/chat"
)

// Limits on commands.
// https://discord.com/developers/docs/interactions/application-commands
const (
	maxDescription = 100
	maxTyped       = 200 // characters of an option; our own, Discord takes 6,000
	maxChoices     = 25
	maxChoice      = 100 // characters
)

// Where commands can be used. People may add the bot to their own account, and so
// bring it to any conversation; Discord has this for a whole command, so what needs a
// guild says so when it is used elsewhere. What admins do is for guilds with the bot.
// https://discord.com/developers/docs/resources/application#installation-context
var (
	everywhere = []discordgo.InteractionContextType{discordgo.InteractionContextGuild, discordgo.InteractionContextBotDM, discordgo.InteractionContextPrivateChannel}
	inGuilds   = everywhere[:1]
	byAnybody  = []discordgo.ApplicationIntegrationType{discordgo.ApplicationIntegrationGuildInstall, discordgo.ApplicationIntegrationUserInstall}
	byGuilds   = byAnybody[:1]
)

// commands puts spec into Discord's words. A command with subcommands cannot be
// used by itself there.
func commands(spec chat.Spec) []*discordgo.ApplicationCommand {
	words := wording(spec.Translations)
	var all []*discordgo.ApplicationCommand
	for _, c := range spec.Commands {
		d := &discordgo.ApplicationCommand{
			Type:             discordgo.ChatApplicationCommand,
			Name:             c.Name,
			Description:      describe(c.Name, c.Description),
			Contexts:         &everywhere,
			IntegrationTypes: &byAnybody,
			Options:          words.inside(c),
		}
		if t := words.of(c.Description); t != nil {
			d.DescriptionLocalizations = &t
		}
		if c.Admin { // hides it from the others; who calls it is checked once more
			var manage int64 = discordgo.PermissionManageGuild
			d.DefaultMemberPermissions = &manage
			d.Contexts, d.IntegrationTypes = &inGuilds, &byGuilds
		}
		all = append(all, d)
	}
	return all
}

func (w wording) inside(c chat.CommandSpec) []*discordgo.ApplicationCommandOption {
	var all []*discordgo.ApplicationCommandOption
	for _, sub := range c.Commands {
		kind := discordgo.ApplicationCommandOptionSubCommand
		if len(sub.Commands) > 0 {
			kind = discordgo.ApplicationCommandOptionSubCommandGroup
		}
		all = append(all, &discordgo.ApplicationCommandOption{Type: kind, Name: sub.Name, Description: describe(sub.Name, sub.Description), DescriptionLocalizations: w.of(sub.Description), Options: w.inside(sub)})
	}
	for _, required := range []bool{true, false} { // the order that Discord asks for
		for _, o := range c.Options {
			if o.Required == required {
				all = append(all, w.option(o))
			}
		}
	}
	return all
}

func (w wording) option(o chat.OptionSpec) *discordgo.ApplicationCommandOption {
	d := &discordgo.ApplicationCommandOption{Name: o.Name, Description: describe(o.Name, o.Description), DescriptionLocalizations: w.of(o.Description), Required: o.Required}
	switch o.Kind {
	case chat.Words:
		d.Type = discordgo.ApplicationCommandOptionString
		for _, c := range o.Choices {
			d.Choices = append(d.Choices, &discordgo.ApplicationCommandOptionChoice{Name: c, Value: c})
		}
		if len(o.Choices) == 0 {
			d.MaxLength, d.Autocomplete = maxTyped, o.Complete
		}
	case chat.Number:
		least := 1.0
		d.Type, d.MinValue, d.Autocomplete = discordgo.ApplicationCommandOptionInteger, &least, o.Complete
	case chat.Person:
		d.Type = discordgo.ApplicationCommandOptionUser
	case chat.Place:
		d.Type, d.ChannelTypes = discordgo.ApplicationCommandOptionChannel, []discordgo.ChannelType{
			discordgo.ChannelTypeGuildText, discordgo.ChannelTypeGuildNews,
			discordgo.ChannelTypeGuildPublicThread, discordgo.ChannelTypeGuildPrivateThread,
		}
	}
	return d
}

func describe(name, description string) string {
	return chat.Line(cmp.Or(description, name), maxDescription)
}

// A wording has what descriptions are in other languages, as of [chat.Spec].
type wording map[string]map[string]string

// locales are Discord's names for languages, where they are others: it has two kinds of Spanish.
// https://discord.com/developers/docs/reference#locales
var locales = map[string][]discordgo.Locale{"es": {discordgo.SpanishES, discordgo.SpanishLATAM}}

// of gives the translations of a description; nil if there are none.
func (w wording) of(description string) map[discordgo.Locale]string {
	var all map[discordgo.Locale]string
	for language, texts := range w {
		named := locales[language]
		if named == nil {
			named = []discordgo.Locale{discordgo.Locale(language)}
		}
		for _, l := range named {
			if t := texts[description]; t != "" {
				if all == nil {
					all = map[discordgo.Locale]string{}
				}
				all[l] = chat.Line(t, maxDescription)
			}
		}
	}
	return all
}

// same tells whether have, as Discord gives it, is what want asks for.
func same(have, want []*discordgo.ApplicationCommand) (bool, error) {
	h, err := lean(have)
	if err != nil {
		return false, err
	}
	w, err := lean(want)
	if err != nil {
		return false, err
	}
	byName := func(a, b any) int {
		return cmp.Compare(fmt.Sprint(a.(map[string]any)["name"]), fmt.Sprint(b.(map[string]any)["name"]))
	}
	slices.SortFunc(h, byName)
	slices.SortFunc(w, byName)
	return reflect.DeepEqual(h, w), nil
}

// lean gives commands as JSON: only what we say about them, without what Discord
// adds, and without the many members of discordgo's types that say nothing.
func lean(all []*discordgo.ApplicationCommand) ([]any, error) {
	var out []any
	for _, c := range all {
		b, err := json.Marshal(&discordgo.ApplicationCommand{
			Type: c.Type, Name: c.Name, Description: c.Description, DescriptionLocalizations: c.DescriptionLocalizations,
			Contexts: c.Contexts, IntegrationTypes: c.IntegrationTypes,
			DefaultMemberPermissions: c.DefaultMemberPermissions, Options: c.Options,
		})
		if err != nil {
			return nil, fmt.Errorf("command %s: %w", c.Name, err)
		}
		var v any
		if err := json.Unmarshal(b, &v); err != nil {
			return nil, fmt.Errorf("command %s: %w", c.Name, err)
		}
		out = append(out, prune(v))
	}
	return out, nil
}

// prune drops members that are null, false or empty.
func prune(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if list, ok := x.([]any); x == nil || x == false || ok && len(list) == 0 {
				delete(v, k)
			} else {
				prune(x)
			}
		}
	case []any:
		for _, x := range v {
			prune(x)
		}
	}
	return v
}
