package discordtest

import (
	"net/http"
	"slices"
	"strconv"
)

const (
	maxGuilds   = 2500 // in one shard
	intentGuild = 1 << 0
)

// Identified is one new session of the gateway.
type Identified struct {
	Shard, Shards int
}

// Identified are the new sessions so far.
func (s *Server) Identified() (all []Identified) {
	s.with(func() { all = slices.Clone(s.identified) })
	return all
}

// Recommend makes Discord recommend so many shards, of which so many may begin at the same time.
func (s *Server) Recommend(shards, concurrency int) {
	s.with(func() { s.shards, s.concurrency = shards, concurrency })
}

// AddGuilds puts the bot into n more guilds, which nothing is known of, before it connects.
func (s *Server) AddGuilds(n int) {
	s.with(func() {
		for range n {
			s.last += 1 << 22 // so that they spread over the shards
			s.guilds = append(s.guilds, s.id())
		}
	})
}

// JoinGuild puts the bot into a guild while it runs; GuildID is one that can be posted in.
func (s *Server) JoinGuild(id string) {
	s.with(func() {
		if !slices.Contains(s.guilds, id) {
			s.guilds = append(s.guilds, id)
		}
		s.toGuild(id, "GUILD_CREATE", s.guildEvent(id))
	})
}

// NewGuild is the id of a guild that the bot is not in.
func (s *Server) NewGuild() (id string) {
	s.with(func() { id = s.id() })
	return id
}

// LeaveGuild takes the bot out of a guild.
func (s *Server) LeaveGuild(id string) {
	s.with(func() {
		s.guilds = slices.DeleteFunc(s.guilds, func(g string) bool { return g == id })
		s.toGuild(id, "GUILD_DELETE", map[string]any{"id": id})
	})
}

// LoseGuild takes the bot out of a guild while nobody tells it.
func (s *Server) LoseGuild(id string) {
	s.with(func() { s.guilds = slices.DeleteFunc(s.guilds, func(g string) bool { return g == id }) })
}

// BeginOutage makes a guild unavailable, also to bots that connect meanwhile.
func (s *Server) BeginOutage(id string) {
	s.with(func() {
		s.down = append(s.down, id)
		s.toGuild(id, "GUILD_DELETE", outage(id))
	})
}

// EndOutage makes it available again.
func (s *Server) EndOutage(id string) {
	s.with(func() {
		s.down = slices.DeleteFunc(s.down, func(g string) bool { return g == id })
		s.toGuild(id, "GUILD_CREATE", s.guildEvent(id))
	})
}

func outage(id string) map[string]any { return map[string]any{"id": id, "unavailable": true} }

// The functions below want s.mu to be held.

func (s *Server) toGuild(id, kind string, event map[string]any) {
	for _, ses := range s.sessions {
		if ses.valid && ses.hears(id) {
			s.tell(ses, kind, event)
		}
	}
}

// tell sends what only those hear who asked for the intent.
func (s *Server) tell(ses *session, kind string, event map[string]any) {
	if ses.intents&intentGuild != 0 {
		ses.dispatch(kind, event)
	}
}

func (s *Server) guildsOf(ses *session) (ids []string) {
	for _, id := range s.guilds {
		if ses.hears(id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// listGuilds gives those that the bot is in, by their ids.
func (s *Server) listGuilds(r *http.Request, _ []byte) (any, *refusal) {
	limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
	if err != nil || limit < 1 || limit > 200 {
		return nil, malformed("limit", "must be from 1 to 200")
	}
	after, err := strconv.ParseUint(r.URL.Query().Get("after"), 10, 64)
	if err != nil {
		return nil, malformed("after", "is not a snowflake")
	}
	var ids []uint64
	for _, g := range s.guilds {
		if id, err := strconv.ParseUint(g, 10, 64); err == nil && id > after {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	page := []any{}
	for _, id := range ids[:min(limit, len(ids))] {
		page = append(page, map[string]any{"id": strconv.FormatUint(id, 10), "name": "Guild", "icon": nil, "owner": false, "permissions": "0", "features": []any{}})
	}
	return page, nil
}

func unavailable(ids []string) []any {
	all := []any{}
	for _, id := range ids {
		all = append(all, outage(id))
	}
	return all
}

func (s *Server) guildEvent(id string) map[string]any {
	e := map[string]any{"id": id, "name": "Guild", "unavailable": false, "system_channel_id": nil, "channels": []any{}, "roles": []any{}, "members": []any{}}
	if id == GuildID {
		e["system_channel_id"] = GeneralID
	}
	return e
}
