package slacktest

import (
	"maps"
	"slices"

	"ckadbot/bot/chat/chattest"
)

// OpenTab has a person open the bot's page at one of its tabs: "home" or "messages".
func (s *Server) OpenTab(name, tab string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.person(name)
	e := map[string]any{"type": "app_home_opened", "user": p.id, "channel": s.conversation(p.id).id, "tab": tab, "event_ts": s.stamp()}
	if v := s.homes[p.id]; v != nil && tab == "home" {
		e["view"] = s.sentView(v, map[string]any{})
	}
	s.happen(e)
}

// Home is what a person's page shows now; nothing if it was never made.
func (s *Server) Home(name string) (page chattest.Shown) {
	shown, _ := s.Sees(name)
	s.mu.Lock()
	defer s.mu.Unlock()
	if v := s.homes[s.person(name).id]; v != nil {
		i := slices.IndexFunc(shown, func(m chattest.Shown) bool { return m.ID == v.id })
		return shown[i]
	}
	return page
}

// pressAtHome makes the payload block_actions of a home page: without a channel, and
// without a response_url. The caller holds mu.
func (s *Server) pressAtHome(p *person, v *view, button map[string]any) {
	action := maps.Clone(button)
	action["action_ts"], action["block_id"] = s.stamp(), "b"
	sent := s.sentView(v, map[string]any{})
	sent["app_installed_team_id"] = "T0FIRST" // of several workspaces of an enterprise, the one that installed the app first
	s.send("interactive", map[string]any{
		"type": "block_actions", "token": "verification", "api_app_id": appID, "is_enterprise_install": false,
		"user":      map[string]any{"id": p.id, "username": p.name, "name": p.name, "team_id": Team},
		"team":      map[string]any{"id": Team, "domain": "test"},
		"container": map[string]any{"type": "view", "view_id": v.id}, "view": sent,
		"actions": []any{action}, "trigger_id": s.newTrigger(p), "state": map[string]any{"values": map[string]any{}},
	}, nil)
}

func (s *Server) publishView(args map[string]any) (map[string]any, string) {
	p, body := s.personByID(word(args["user_id"])), object(args["view"])
	if p == nil {
		return nil, "user_not_found"
	}
	if problem := CheckHome(body); problem != "" {
		return nil, problem
	}
	v := s.homes[p.id]
	if v == nil {
		v = &view{id: s.id("V"), user: p.id}
		s.homes[p.id] = v
	}
	v.body = body
	s.show()
	return map[string]any{"view": map[string]any{"id": v.id, "type": "home"}}, ""
}

func (s *Server) updateView(args map[string]any) (map[string]any, string) {
	v, body := s.views[word(args["view_id"])], object(args["view"])
	if v == nil {
		return nil, "not_found"
	}
	if problem := CheckView(body); problem != "" {
		return nil, problem
	}
	v.body, v.errors = body, nil
	s.show()
	return map[string]any{"view": map[string]any{"id": v.id, "type": "modal", "callback_id": body["callback_id"]}}, ""
}

// usersConversations are the channels that a person shares with the bot, all on one page.
func (s *Server) usersConversations(args map[string]any) (map[string]any, string) {
	user := word(args["user"])
	if s.personByID(user) == nil {
		return nil, "user_not_found"
	}
	found := []any{}
	for _, id := range slices.Sorted(maps.Keys(s.channels)) {
		c := s.channels[id]
		if c.members[user] && c.members[BotUser] && id[0] == 'C' {
			found = append(found, map[string]any{"id": id, "name": c.name, "is_channel": true})
		}
	}
	return map[string]any{"channels": found, "response_metadata": map[string]any{"next_cursor": ""}}, ""
}
