package discordtest

import (
	"fmt"
	"slices"
)

// A place is where a channel is.
// discord.com/developers/docs/resources/application#installation-context
type place struct {
	context  int  // of interactions: inGuild, withBot or among
	visiting bool // the bot is there by the account of the one who uses it
}

// Contexts of interactions, and who added the bot.
const (
	inGuild = 0
	withBot = 1
	among   = 2 // people, in a conversation without the bot

	byGuild  = 0
	byPerson = 1
)

const foreignGuildID = "1000000000000000006"

// DirectOf gives the channel of the bot and one person.
func (s *Server) DirectOf(name string) (id string) {
	s.with(func() { id = s.directWith(s.person(name)) })
	return id
}

// The methods below want s.mu to be held.

func (s *Server) directWith(p *person) string {
	for id, to := range s.directs {
		if to == p {
			return id
		}
	}
	id := s.id()
	s.directs[id] = p
	return id
}

func (s *Server) place(channel string) place {
	switch {
	case s.directs[channel] != nil:
		return place{context: withBot}
	case channel == GroupID:
		return place{context: among, visiting: true}
	case channel == ForeignID:
		return place{visiting: true}
	}
	return place{}
}

// describe puts into an interaction where it was.
func (pl place) describe(e map[string]any, in *interaction) {
	e["context"] = pl.context
	if pl.visiting {
		e["authorizing_integration_owners"] = map[string]any{"1": in.person.id}
	}
	if pl.context == inGuild {
		if pl.visiting {
			e["guild_id"], e["guild"] = foreignGuildID, map[string]any{"id": foreignGuildID, "features": []any{}, "locale": "en-US"}
			e["channel"] = map[string]any{"id": in.channel, "type": 0, "name": "elsewhere", "guild_id": foreignGuildID, "parent_id": nil}
		}
		return
	}
	for _, key := range []string{"guild_id", "guild", "member", "guild_locale"} {
		delete(e, key)
	}
	e["user"], e["channel"] = in.person.user(), map[string]any{"id": in.channel, "type": 1}
	if pl.context == withBot {
		e["authorizing_integration_owners"] = map[string]any{"0": "0"}
	} else {
		e["channel"].(map[string]any)["type"] = 3
	}
}

// offered tells why a command cannot be used somewhere.
func (s *Server) offered(name string, pl place) error {
	by := byGuild
	if pl.visiting {
		by = byPerson
	}
	for _, c := range s.commands {
		if c.Name == name && (!slices.Contains(or(c.Contexts, inGuild, withBot, among), pl.context) || !slices.Contains(or(c.Installs, byGuild), by)) {
			return fmt.Errorf("/%s is not offered there", name)
		}
	}
	return nil
}

// or gives what holds if nothing is said: a command is offered everywhere, to guilds.
func or(list []int, unsaid ...int) []int {
	if len(list) == 0 {
		return unsaid
	}
	return list
}

// within tells whether all of list are 0 to most.
func within(list []int, most int) bool {
	return !slices.ContainsFunc(list, func(n int) bool { return n < 0 || n > most })
}
