package discordtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"ckadbot/bot/chat"
)

// A command as a bot registers it; an option of one has the same shape.
type command struct {
	Type        int               `json:"type"`
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Localized   map[string]string `json:"description_localizations"`
	Permissions *string           `json:"default_member_permissions"`
	Contexts    []int             `json:"contexts"`
	Installs    []int             `json:"integration_types"`
	Required    bool              `json:"required"`
	Complete    bool              `json:"autocomplete"`
	Options     []*command        `json:"options"`
	Choices     []struct {
		Name  string `json:"name"`
		Value any    `json:"value"`
	} `json:"choices"`
	MinValue  *float64 `json:"min_value"`
	MaxLength *int     `json:"max_length"`

	id  string
	raw map[string]any // as it was given
}

// Types of options.
const (
	optSub     = 1
	optGroup   = 2
	optString  = 3
	optInteger = 4
	optUser    = 6
	optChannel = 7
)

// listCommands leaves translations out unless it is asked for them.
func (s *Server) listCommands(r *http.Request, _ []byte) (any, *refusal) {
	all := []any{}
	for _, c := range s.commands {
		one := c.json()
		if r == nil || r.URL.Query().Get("with_localizations") != "true" {
			unlocalized(one)
		}
		all = append(all, one)
	}
	return all, nil
}

func unlocalized(c map[string]any) {
	delete(c, "description_localizations")
	options, _ := c["options"].([]any)
	for _, o := range options {
		unlocalized(o.(map[string]any))
	}
}

// Locales that the fake knows; Discord has more.
// discord.com/developers/docs/reference#locales
var locales = []string{"de", "en-GB", "en-US", "es-419", "es-ES", "fr", "ja", "pt-BR"}

// longest is how many characters count of a text and its translations.
func (c *checks) longest(at, text string, localized map[string]string) int {
	n := length(text)
	for locale, t := range localized {
		c.that(slices.Contains(locales, locale), at+".description_localizations", "the locale %q is unknown", locale)
		c.text(at+".description_localizations", t, 1, 100)
		n = max(n, length(t))
	}
	return n
}

func (s *Server) putCommands(_ *http.Request, b []byte) (any, *refusal) {
	var list []*command
	var raw []map[string]any
	if no := parse(b, &list); no != nil {
		return nil, no
	}
	if no := parse(b, &raw); no != nil {
		return nil, no
	}
	var c checks
	names := map[string]bool{}
	for i, cmd := range list {
		total := cmd.check(&c, cmd.Name, 0)
		c.that(total <= 8000, cmd.Name, "has %d characters in all, more than 8000", total)
		c.that(!names[cmd.Name], cmd.Name, "there is another one of this name")
		names[cmd.Name] = true
		cmd.id, cmd.raw = s.id(), raw[i]
	}
	c.that(len(list) <= 100, "body", "must be 100 or fewer")
	if c.no != nil {
		return nil, c.no
	}
	s.commands, s.spec = list, chat.Spec{}
	for _, cmd := range list {
		s.spec.Commands = append(s.spec.Commands, cmd.spec())
	}
	s.flush()
	return s.listCommands(nil, nil)
}

var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}]{1,32}$`)

// check wants what Discord wants of a command or an option, and adds its characters up.
// discord.com/developers/docs/interactions/application-commands
func (cmd *command) check(c *checks, at string, depth int) (total int) {
	c.that(commandName.MatchString(cmd.Name) && strings.ToLower(cmd.Name) == cmd.Name, at, "the name %q is invalid", cmd.Name)
	c.text(at+".description", cmd.Description, 1, 100)
	c.that(len(cmd.Options) <= 25 && len(cmd.Choices) <= 25, at, "has more than 25 options or choices")
	c.that(within(cmd.Contexts, 2) && within(cmd.Installs, 1), at, "contexts or integration types are unknown")
	c.that(!cmd.Complete || len(cmd.Choices) == 0, at, "choices and autocomplete exclude each other")
	c.that(cmd.MaxLength == nil || *cmd.MaxLength >= 1 && *cmd.MaxLength <= 6000, at, "max_length is out of range")
	total = length(cmd.Name) + c.longest(at, cmd.Description, cmd.Localized)
	for _, ch := range cmd.Choices {
		c.text(at+".choices", ch.Name, 1, 100)
		c.text(at+".choices", fmt.Sprint(ch.Value), 1, 100)
		total += length(ch.Name) + length(fmt.Sprint(ch.Value))
	}
	optional, names := false, map[string]bool{}
	for _, o := range cmd.Options {
		c.that(!o.Required || !optional, at, "the required option %q stands after an optional one", o.Name)
		c.that(!names[o.Name], at, "two options %q", o.Name)
		c.that(o.Type > optGroup || depth < 3-o.Type, at, "%q is nested too deep", o.Name)
		optional, names[o.Name] = optional || !o.Required, true
		total += o.check(c, at+"."+o.Name, depth+1)
	}
	return total
}

// json is the command as Discord gives it: with what it adds, without what is not set.
func (cmd *command) json() map[string]any {
	all := map[string]any{"nsfw": false, "dm_permission": false, "default_member_permissions": nil, "name_localizations": nil, "description_localizations": nil}
	for k, v := range lean(cmd.raw).(map[string]any) {
		all[k] = v
	}
	all["id"], all["application_id"], all["version"], all["type"] = cmd.id, ApplicationID, cmd.id, 1
	return all
}

// lean drops what says nothing.
func lean(v any) any {
	switch v := v.(type) {
	case map[string]any:
		all := map[string]any{}
		for k, x := range v {
			if list, ok := x.([]any); x == nil || x == false || ok && len(list) == 0 {
				continue
			}
			all[k] = lean(x)
		}
		return all
	case []any:
		var all []any
		for _, x := range v {
			all = append(all, lean(x))
		}
		return all
	}
	return v
}

func (cmd *command) spec() chat.CommandSpec {
	spec := chat.CommandSpec{Name: cmd.Name}
	for _, o := range cmd.Options {
		if o.Type <= optGroup {
			spec.Commands = append(spec.Commands, o.spec())
			continue
		}
		kinds := map[int]chat.Kind{optInteger: chat.Number, optUser: chat.Person, optChannel: chat.Place}
		opt := chat.OptionSpec{Name: o.Name, Kind: kinds[o.Type], Required: o.Required}
		for _, c := range o.Choices {
			opt.Choices = append(opt.Choices, fmt.Sprint(c.Value))
		}
		spec.Options = append(spec.Options, opt)
	}
	return spec
}

// typed turns a line into the data of an interaction, as Discord's client would.
// It is an error where the client would not let a person go on.
func (s *Server) typed(line, focused string) (map[string]any, error) {
	c, ok := s.spec.Parse(line, chat.Names{Person: s.personNamed, Place: s.channelNamed})
	if !ok {
		return nil, fmt.Errorf("there is no command %q", line)
	}
	path := strings.Fields(c.Name)
	var cmd *command
	for _, r := range s.commands {
		if r.Name == path[0] {
			cmd = r
		}
	}
	users, members, channels := map[string]any{}, map[string]any{}, map[string]any{}
	options, err := cmd.options(path[1:], c, focused, func(o *command, id string) {
		if p := s.personByID(id); o.Type == optUser && p != nil {
			users[id], members[id] = p.user(), p.member()
		}
		if name := s.channels[id]; o.Type == optChannel && name != "" {
			channels[id] = map[string]any{"id": id, "type": 0, "name": name, "permissions": "1024", "parent_id": nil}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("%q: %w", line, err)
	}
	data := map[string]any{"id": cmd.id, "name": cmd.Name, "type": 1, "options": options}
	resolved := map[string]any{}
	for k, v := range map[string]map[string]any{"users": users, "members": members, "channels": channels} {
		if len(v) > 0 {
			resolved[k] = v
		}
	}
	if len(resolved) > 0 {
		data["resolved"] = resolved
	}
	return data, nil
}

// options are those of a command, below the rest of its path.
func (cmd *command) options(path []string, c chat.Command, focused string, resolve func(*command, string)) ([]any, error) {
	for _, o := range cmd.Options {
		if len(path) > 0 && o.Type <= optGroup && o.Name == path[0] {
			inside, err := o.options(path[1:], c, focused, resolve)
			return []any{map[string]any{"type": o.Type, "name": o.Name, "options": inside}}, err
		}
	}
	if len(cmd.Options) > 0 && cmd.Options[0].Type <= optGroup {
		return nil, fmt.Errorf("a subcommand is missing")
	}
	if c.Rest != "" {
		return nil, fmt.Errorf("%q fits no option", c.Rest)
	}
	all := []any{}
	for _, o := range cmd.Options {
		v, given := c.Args[o.Name]
		switch {
		case !given && o.Name == focused:
			v = ""
		case !given && o.Required && focused == "":
			return nil, fmt.Errorf("the option %s is missing", o.Name)
		case !given:
			continue
		}
		value, err := o.value(v)
		if err != nil && focused == "" {
			return nil, err
		}
		resolve(o, v)
		one := map[string]any{"type": o.Type, "name": o.Name, "value": value}
		if o.Name == focused {
			one["focused"] = true
		}
		all = append(all, one)
	}
	return all, nil
}

func (cmd *command) value(v string) (any, error) {
	switch {
	case cmd.Type == optInteger:
		n, err := strconv.Atoi(v)
		if err != nil || cmd.MinValue != nil && float64(n) < *cmd.MinValue {
			return v, fmt.Errorf("%s: %q is out of range", cmd.Name, v)
		}
		return n, nil
	case cmd.Type == optString && cmd.MaxLength != nil && length(v) > *cmd.MaxLength:
		return v, fmt.Errorf("%s is too long", cmd.Name)
	}
	return v, nil
}

// personNamed reads "@bob"; whoever is named exists.
func (s *Server) personNamed(word string) (string, bool) {
	name, ok := strings.CutPrefix(word, "@")
	if !ok || name == "" {
		return "", false
	}
	return s.person(name).id, true
}

func (s *Server) channelNamed(word string) (string, bool) {
	name, ok := strings.CutPrefix(word, "#")
	for id, n := range s.channels {
		if ok && n == name {
			return id, true
		}
	}
	return "", false
}

// Commands are the registered ones, as JSON.
func (s *Server) Commands() json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, _ := s.listCommands(nil, nil)
	b, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		panic(err) // made of what was read from JSON
	}
	return b
}
