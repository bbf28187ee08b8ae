package discordtest

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// An overwrite changes in a channel what a role or a member may do.
type overwrite struct {
	id          string
	kind        int // 0: role, 1: member
	allow, deny int64
}

// Names of permissions as Discord's settings show them.
var bits = map[string]int64{
	"Administrator": 1 << 3, "Manage Server": manageGuild, "View Channel": viewChannel, "Send Messages": sendMessages,
	"Embed Links": embedLinks, "Attach Files": attachFiles, "Read Message History": readHistory, "Send Messages in Threads": sendInThreads,
}

func permissionBits(names []string) (all int64) {
	for _, name := range names {
		if bits[name] == 0 {
			panic("there is no permission " + name)
		}
		all |= bits[name]
	}
	return all
}

// Revoke takes permissions from everybody in the guild, also from the bot: "View Channel", "Send Messages"…
func (s *Server) Revoke(permissions ...string) {
	s.with(func() { s.permissions &^= permissionBits(permissions) })
}

// Grant gives permissions to everybody in the guild.
func (s *Server) Grant(permissions ...string) {
	s.with(func() { s.permissions |= permissionBits(permissions) })
}

// AddRole gives the bot a role and tells its id.
func (s *Server) AddRole(permissions ...string) (id string) {
	s.with(func() {
		id = s.id()
		s.roles[id] = permissionBits(permissions)
	})
	return id
}

// Overwrite changes what a role (by its id; GuildID is everybody's) or the bot (ApplicationID) may do in a channel.
func (s *Server) Overwrite(channel, whose string, allow, deny []string) {
	s.with(func() {
		o := overwrite{id: whose, allow: permissionBits(allow), deny: permissionBits(deny)}
		if whose == ApplicationID {
			o.kind = 1
		}
		s.overwrites[channel] = append(s.overwrites[channel], o)
	})
}

// AddThread makes a thread in a channel and gives its id.
func (s *Server) AddThread(parent, name string) (id string) {
	id = s.AddChannel(name)
	s.with(func() { s.parents[id] = parent })
	return id
}

// may is what the bot may do in a channel. s.mu is held.
func (s *Server) may(channel string) int64 {
	if p := s.parents[channel]; p != "" {
		channel = p
	}
	all := s.permissions
	for _, role := range s.roles {
		all |= role
	}
	if all&bits["Administrator"] != 0 {
		return ^0
	}
	everybody, others, mine := overwrite{}, overwrite{}, overwrite{}
	for _, o := range s.overwrites[channel] {
		to := &others
		switch _, its := s.roles[o.id]; {
		case o.id == GuildID:
			to = &everybody
		case o.kind == 1:
			to = &mine
		case !its:
			continue
		}
		to.allow, to.deny = to.allow|o.allow, to.deny|o.deny
	}
	for _, o := range []overwrite{everybody, others, mine} {
		all &^= o.deny
		all |= o.allow
	}
	return all
}

func (s *Server) getChannel(r *http.Request, _ []byte) (any, *refusal) {
	id := r.PathValue("channel")
	switch {
	case s.directs[id] != nil:
		return map[string]any{"id": id, "type": 1}, nil
	case s.channels[id] == "":
		return nil, &refusal{status: http.StatusNotFound, code: 10003, message: "Unknown Channel", excused: true}
	case s.may(id)&viewChannel == 0:
		return nil, &refusal{status: http.StatusForbidden, code: 50001, message: "Missing Access", excused: true}
	}
	c := s.channelJSON(id)
	if c["parent_id"] == nil {
		all := []any{}
		for _, o := range s.overwrites[id] {
			all = append(all, map[string]any{"id": o.id, "type": o.kind, "allow": fmt.Sprint(o.allow), "deny": fmt.Sprint(o.deny)})
		}
		c["permission_overwrites"] = all
	}
	return c, nil
}

// channelJSON is what events tell about a channel, too.
func (s *Server) channelJSON(id string) map[string]any {
	c := map[string]any{"id": id, "type": 0, "name": s.channels[id], "guild_id": GuildID, "parent_id": nil}
	if p := s.parents[id]; p != "" {
		c["type"], c["parent_id"] = 11, p
		c["thread_metadata"] = map[string]any{"archived": false, "locked": false, "auto_archive_duration": 1440, "archive_timestamp": "2026-01-01T00:00:00+00:00"}
	}
	return c
}

func (s *Server) getGuild(r *http.Request, _ []byte) (any, *refusal) {
	id := r.PathValue("guild")
	if !slices.Contains(s.guilds, id) {
		return nil, &refusal{status: http.StatusNotFound, code: 10004, message: "Unknown Guild", excused: true}
	}
	if id != GuildID {
		return map[string]any{"id": id, "name": "Guild " + id, "owner_id": "1", "roles": []any{}, "system_channel_id": nil}, nil
	}
	roles := []any{map[string]any{"id": GuildID, "name": "@everyone", "permissions": strconv.FormatInt(s.permissions, 10)}}
	for id, p := range s.roles {
		roles = append(roles, map[string]any{"id": id, "name": "role " + id, "permissions": strconv.FormatInt(p, 10)})
	}
	return map[string]any{"id": GuildID, "name": "Guild", "owner_id": s.person("admin").id, "roles": roles, "system_channel_id": GeneralID}, nil
}

func (s *Server) getMember(r *http.Request, _ []byte) (any, *refusal) {
	if p := s.personByID(r.PathValue("user")); p != nil && r.PathValue("guild") == GuildID {
		return map[string]any{"user": map[string]any{"id": p.id, "username": p.name, "discriminator": "0"}, "roles": []any{}, "joined_at": "2026-01-01T00:00:00.000000+00:00", "deaf": false, "mute": false, "flags": 0}, nil
	}
	if r.PathValue("guild") != GuildID || r.PathValue("user") != ApplicationID {
		return nil, &refusal{status: http.StatusNotFound, code: 10007, message: "Unknown Member", excused: true}
	}
	roles := []any{}
	for id := range s.roles {
		roles = append(roles, id)
	}
	return map[string]any{"user": botUser(), "roles": roles, "joined_at": "2026-01-01T00:00:00.000000+00:00", "deaf": false, "mute": false, "flags": 0}, nil
}
