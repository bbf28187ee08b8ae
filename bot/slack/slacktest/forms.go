package slacktest

import (
	"maps"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
)

// Fill has a person fill a form in and send it. Inputs that are not named keep
// what stands there. In a menu the person types the value, waits for what is
// proposed, and chooses that value.
func (s *Server) Fill(name string, form chattest.Shown, values map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, v := s.openForm(name, form); v != nil {
		s.fill(p, v, array(v.body["blocks"]), values, map[string]any{})
	}
}

// Complete has a person type into a menu of a form, and gives what they can
// choose then: nothing, if the bot does not say within three seconds.
func (s *Server) Complete(name string, form chattest.Shown, label, typed string) []chat.Choice {
	s.mu.Lock()
	answered := make(chan []any, 1)
	if p, v := s.openForm(name, form); v != nil {
		for _, b := range array(v.body["blocks"]) {
			if block := object(b); inputLabel(block) == label {
				s.suggest(p, v, block, typed, func(options []any) { answered <- options })
			}
		}
	}
	s.mu.Unlock()
	late := time.NewTimer(ackTime)
	defer late.Stop()
	var choices []chat.Choice
	select {
	case options := <-answered:
		for _, o := range options {
			choices = append(choices, chat.Choice{Label: unescaped(word(object(object(o)["text"])["text"])), Value: word(object(o)["value"])})
		}
	case <-late.C:
	}
	return choices
}

// openForm finds a form that a person sees; nil and a complaint if it is not
// there. The caller holds mu.
func (s *Server) openForm(name string, form chattest.Shown) (*person, *view) {
	p, v := s.person(name), s.views[form.ID]
	if v == nil || v.user != p.id {
		s.complain("%s cannot fill %q in: it is not open", name, form.ID)
		return p, nil
	}
	return p, v
}

// fill enters values into blocks, one after the other, then sends the form. The caller holds mu.
func (s *Server) fill(p *person, v *view, blocks []any, values map[string]string, state map[string]any) {
	if len(blocks) == 0 {
		s.submit(p, v, state)
		return
	}
	block := object(blocks[0])
	element := object(block["element"])
	enter := func(key string, what any) {
		entered := map[string]any{"type": element["type"], key: what}
		state[word(block["block_id"])] = map[string]any{word(element["action_id"]): entered}
		s.fill(p, v, blocks[1:], values, state)
	}
	value, named := values[inputLabel(block)]
	switch menu := element["type"] == "external_select"; {
	case element["type"] == "conversations_select":
		for id, c := range s.channels {
			if c.name == value {
				enter("selected_conversation", id)
				return
			}
		}
		enter("selected_conversation", element["initial_conversation"])
	case menu && value != "":
		s.suggest(p, v, block, value, func(options []any) {
			for _, o := range options {
				if object(o)["value"] == value {
					enter("selected_option", o)
					return
				}
			}
			s.complain("%s cannot choose %q: there are only %v", p.name, value, options)
		})
	case menu && named:
		enter("selected_option", nil)
	case menu:
		enter("selected_option", element["initial_option"])
	case value != "":
		enter("value", value)
	case named:
		enter("value", nil)
	default:
		enter("value", element["initial_value"])
	}
}

// suggest asks for what can be chosen from a menu. The caller holds mu, as does
// whoever calls then.
func (s *Server) suggest(p *person, v *view, block map[string]any, typed string, then func(options []any)) {
	element := object(block["element"])
	if element["type"] != "external_select" {
		s.complain("%s cannot choose from %q: it is no menu", p.name, inputLabel(block))
		return
	}
	s.send("interactive", map[string]any{
		"type": "block_suggestion", "token": "verification", "api_app_id": appID, "is_enterprise_install": false,
		"user": map[string]any{"id": p.id, "username": p.name, "name": p.name, "team_id": Team},
		"team": map[string]any{"id": Team, "domain": "test"}, "container": map[string]any{"type": "view", "view_id": v.id},
		"action_id": element["action_id"], "block_id": block["block_id"], "value": typed, "view": s.sentView(v, map[string]any{}),
	}, func(answer map[string]any) {
		if problem := CheckOptions(answer); problem != "" {
			s.complain("block_suggestion: %s", problem)
			then(nil)
			return
		}
		then(array(answer["options"]))
	})
}

// submit sends a form. The caller holds mu.
func (s *Server) submit(p *person, v *view, state map[string]any) {
	s.send("interactive", map[string]any{
		"type": "view_submission", "token": "verification", "api_app_id": appID, "is_enterprise_install": false,
		"user": map[string]any{"id": p.id, "name": p.name, "team_id": Team},
		"team": map[string]any{"id": Team, "domain": "test"},
		"view": s.sentView(v, state), "trigger_id": s.newTrigger(p), "response_urls": []any{},
	}, func(answer map[string]any) {
		defer s.show()
		if answer == nil {
			delete(s.views, v.id)
			return
		}
		v.errors = object(answer["errors"])
		if problem := CheckErrors(v.body, answer); problem != "" {
			s.complain("view_submission: %s", problem)
		}
	})
}

// problems are what a form that was refused says at its inputs.
func (v *view) problems() (all []string) {
	for _, b := range array(v.body["blocks"]) {
		if problem := word(v.errors[word(object(b)["block_id"])]); problem != "" {
			all = append(all, inputLabel(object(b))+": "+problem)
		}
	}
	return all
}

// sentView is a view as it is in events. The caller holds mu.
func (s *Server) sentView(v *view, state map[string]any) map[string]any {
	body := maps.Clone(v.body)
	maps.Copy(body, map[string]any{
		"id": v.id, "team_id": Team, "app_id": appID, "bot_id": botID, "hash": s.id("1.h"), "root_view_id": v.id, "previous_view_id": nil,
		"app_installed_team_id": Team, "external_id": "", "state": map[string]any{"values": state}, "clear_on_close": false, "notify_on_close": false,
	})
	return body
}
