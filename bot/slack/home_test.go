package slack_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/slack/slacktest"
)

// homely has a home page with a button for everybody, and one for admins.
func homely(onClick func(chat.Click) chat.Reply) *chattest.Handler {
	return &chattest.Handler{OnClick: onClick, OnHome: func(u chat.User) []chat.Message {
		m := chat.Message{Card: &chat.Card{Title: "Hello " + u.Name, Body: "Your page", Buttons: []chat.Button{{Action: "go:1", Label: "Go"}}}}
		if u.Admin {
			m.Card.Buttons = append(m.Card.Buttons, chat.Button{Action: "admin:do", Label: "Rule"})
		}
		return []chat.Message{m, {Text: "Ask for help"}}
	}}
}

// goHome has somebody open their home page, and waits for it.
func goHome(t *testing.T, p *platform, name string) chattest.Shown {
	t.Helper()
	p.OpenTab(name, "home")
	return chattest.AwaitText(t, p, name, "Hello "+name)
}

func TestHomeIsShownToWhoOpensIt(t *testing.T) {
	bothWays(t, func(t *testing.T, p *platform) {
		chattest.Start(t, p, homely(nil))
		got := goHome(t, p, "alice")
		if want := []string{"Go"}; !slices.Equal(got.Buttons, want) || !strings.Contains(got.Text, "Ask for help") {
			t.Errorf("alice sees %+v, want all of the page with the buttons %q", got, want)
		}
		if got := goHome(t, p, "admin"); !slices.Contains(got.Buttons, "Rule") {
			t.Errorf("the admin sees %+v, want a button to rule", got)
		}
		if _, found := chattest.Find(seen(p, "bob"), "Hello"); found {
			t.Error("bob sees somebody's page")
		}
		clean(t, p)
	})
}

func TestOtherTabsOfTheAppShowNothing(t *testing.T) {
	p := newPlatform(t)
	chattest.Start(t, p, homely(nil))
	p.OpenTab("alice", "messages")
	<-p.Acknowledged()
	goHome(t, p, "bob")
	if got := p.Home("alice"); got.ID != "" {
		t.Errorf("alice has the page %+v", got)
	}
	clean(t, p)
}

func TestAnswerToAClickAtHomeIsShownThere(t *testing.T) {
	for name, r := range map[string]chat.Reply{"ephemeral": {Ephemeral: true}, "in place": {Replace: true}} {
		t.Run(name, func(t *testing.T) {
			bothWays(t, func(t *testing.T, p *platform) {
				r.Message = chat.Message{Card: &chat.Card{Body: "Gone there", Buttons: []chat.Button{{Action: "go:2", Label: "On"}}}}
				h := homely(func(chat.Click) chat.Reply { return r })
				chattest.Start(t, p, h)
				p.Press("alice", goHome(t, p, "alice"), "Go")
				got := chattest.AwaitText(t, p, "alice", "Gone there")
				if want := []string{"On", "Go"}; !slices.Equal(got.Buttons, want) || got.ID != p.Home("alice").ID {
					t.Errorf("alice sees %+v, want it on her page, above the rest", got)
				}
				p.Press("alice", got, "On")
				<-p.Acknowledged()
				click := h.Calls()[0].(chat.Click)
				if click.Action != "go:1" || click.User.ID != "U0ALICE" || click.Message.ID != "" || click.Message.Channel.ID != "" || click.Message.Channel.Workspace != slacktest.Team {
					t.Errorf("got %+v, want a click of alice in no channel of the workspace", click)
				}
				clean(t, p)
			})
		})
	}
}

func TestPublicAnswerToAClickAtHomeIsADirectMessage(t *testing.T) {
	p := newPlatform(t)
	chattest.Start(t, p, homely(func(chat.Click) chat.Reply { return chat.Reply{Message: chat.Message{Text: "For all"}} }))
	p.Press("alice", goHome(t, p, "alice"), "Go")
	if got := chattest.AwaitText(t, p, "alice", "For all"); got.Ephemeral {
		t.Errorf("got %+v, want a message in the conversation with alice", got)
	}
	if _, found := chattest.Find(seen(p, "bob"), "For all"); found {
		t.Error("bob sees it")
	}
	clean(t, p)
}

func TestAdminsAreCheckedAtEachClickAtHome(t *testing.T) {
	p := newPlatform(t)
	h := homely(func(c chat.Click) chat.Reply { return say(fmt.Sprint("admin: ", c.User.Admin)) })
	chattest.Start(t, p, h)
	page := goHome(t, p, "admin")
	p.Press("admin", page, "Rule")
	chattest.AwaitText(t, p, "admin", "admin: true")
	p.SendRaw("interactive", map[string]any{ // forged: alice has no such button
		"type": "block_actions", "team": map[string]any{"id": slacktest.Team}, "user": map[string]any{"id": "U0ALICE", "team_id": slacktest.Team},
		"container": map[string]any{"type": "view", "view_id": "V1"}, "view": map[string]any{"id": "V1", "type": "home"},
		"actions": []any{map[string]any{"type": "button", "action_id": "admin:do", "action_ts": "1.000001"}}, "trigger_id": "1.2.forged",
	})
	chattest.AwaitText(t, p, "alice", "admin: false")
}

func TestFormOfTheHomePageComesBack(t *testing.T) {
	bothWays(t, func(t *testing.T, p *platform) {
		h := homely(func(chat.Click) chat.Reply {
			return chat.Reply{Form: &chat.Form{Title: "New", Action: "form", Inputs: []chat.Input{{Name: "name", Label: "Name"}, {Name: "channel", Label: "Channel", Place: true}}}}
		})
		h.OnSubmit = func(s chat.Submission) chat.Reply {
			return say("Saved " + s.Values["name"] + " " + s.Values["channel"])
		}
		chattest.Start(t, p, h)
		p.Press("alice", goHome(t, p, "alice"), "Go")
		form := chattest.Await(t, p, "alice", func(s chattest.Shown) bool { return s.Form })
		p.Fill("alice", form, map[string]string{"Name": "daily", "Channel": "general"})
		got := chattest.AwaitText(t, p, "alice", "Saved daily "+slacktest.General)
		if got.ID != p.Home("alice").ID {
			t.Errorf("got %+v, want it on her page", got)
		}
		clean(t, p)
	})
}

func TestHomePageHasAtMostAHundredBlocks(t *testing.T) {
	p := newPlatform(t)
	h := &chattest.Handler{OnHome: func(u chat.User) (page []chat.Message) {
		for i := range 60 {
			page = append(page, chat.Message{Card: &chat.Card{Title: fmt.Sprintf("Hello %s %d", u.Name, i), Body: strings.Repeat("<&>", 1200), Footer: "x"}})
		}
		return page
	}}
	chattest.Start(t, p, h)
	goHome(t, p, "alice")
	clean(t, p)
}

func TestWhoIsInWhichChannelIsAskedOnceAMinute(t *testing.T) {
	p := newPlatform(t)
	chattest.Start(t, p, homely(nil))
	ready(t, p)
	secret := chat.Channel{Platform: "slack", Workspace: slacktest.Team, ID: "C0SECRET"}
	elsewhere := chat.Channel{Platform: "discord", Workspace: "1", ID: slacktest.General}
	for range 3 {
		got, err := p.adapter.(chat.Doorkeeper).Inside(t.Context(), chat.User{Platform: "slack", Workspace: slacktest.Team, ID: "U0ALICE"}, []chat.Channel{secret, p.Channel(), elsewhere})
		if err != nil || len(got) != 1 || got[0] != p.Channel() {
			t.Fatalf("got %v, %v, want only general", got, err)
		}
	}
	asked := 0
	for _, c := range p.Calls() {
		if strings.HasSuffix(c.Path, "users.conversations") {
			asked++
		}
	}
	if asked != 1 {
		t.Errorf("Slack was asked %d times, want once", asked)
	}
}

func TestRefusedInputsAreMarkedInTheForm(t *testing.T) {
	bothWays(t, func(t *testing.T, p *platform) {
		h := &chattest.Handler{
			OnCommand: func(chat.Command) chat.Reply {
				return chat.Reply{Form: &chat.Form{Title: "New", Action: "form", Inputs: []chat.Input{{Name: "name", Label: "Name"}, {Name: "time", Label: "Time", Value: "25:00"}}}}
			},
			OnSubmit: func(s chat.Submission) chat.Reply {
				if s.Values["time"] == "09:00" {
					return say("Saved " + s.Values["name"])
				}
				return chat.Reply{Ephemeral: true, Message: chat.Message{Text: "There is no such time"}, Invalid: map[string]string{"time": "There is **no** such time: <25:00>"}}
			},
		}
		chattest.Start(t, p, h)
		p.Type("alice", "/ckad help")
		form := chattest.Await(t, p, "alice", func(s chattest.Shown) bool { return s.Form })
		p.Fill("alice", form, map[string]string{"Name": "daily"})
		form = chattest.AwaitText(t, p, "alice", "Time: There is no such time: <25:00>")
		if len(seen(p, "alice")) != 1 {
			t.Errorf("alice sees %+v, want only the form", seen(p, "alice"))
		}
		p.Fill("alice", form, map[string]string{"Name": "daily", "Time": "09:00"})
		chattest.AwaitText(t, p, "alice", "Saved daily")
		clean(t, p)
	})
}

func TestRefusalAfterTheFormIsGoneIsAMessage(t *testing.T) {
	p := newPlatform(t)
	slow := make(chan struct{})
	h := &chattest.Handler{
		OnCommand: func(chat.Command) chat.Reply {
			return chat.Reply{Form: &chat.Form{Title: "New", Action: "form", Inputs: []chat.Input{{Name: "time", Label: "Time"}}}}
		},
		OnSubmit: func(chat.Submission) chat.Reply {
			<-slow
			return chat.Reply{Ephemeral: true, Message: chat.Message{Text: "There is no such time"}, Invalid: map[string]string{"time": "no"}}
		},
	}
	chattest.Start(t, p, h)
	p.Type("alice", "/ckad help")
	form := chattest.Await(t, p, "alice", func(s chattest.Shown) bool { return s.Form })
	p.Fill("alice", form, map[string]string{"Time": "x"})
	<-p.Acknowledged() // Slack had to be told something
	close(slow)
	if got := chattest.AwaitText(t, p, "alice", "There is no such time"); got.Form {
		t.Errorf("got %+v, want a message", got)
	}
	clean(t, p)
}

// slowForm gives a form when it may.
func slowForm(release <-chan struct{}, r chat.Reply) *chattest.Handler {
	opens := chat.Message{Card: &chat.Card{Body: "Hello alice", Buttons: []chat.Button{{Action: "go", Label: "Go", Form: true}}}}
	return &chattest.Handler{
		OnCommand: func(chat.Command) chat.Reply { return chat.Reply{Message: opens, Ephemeral: true} },
		OnHome:    func(chat.User) []chat.Message { return []chat.Message{opens} },
		OnClick:   func(chat.Click) chat.Reply { <-release; return r },
		OnSubmit:  func(s chat.Submission) chat.Reply { return say("Saved " + s.Values["name"]) },
	}
}

func TestFormThatTakesLongIsOpenedAhead(t *testing.T) {
	form := chat.Reply{Form: &chat.Form{Title: "New", Action: "form", Inputs: []chat.Input{{Name: "name", Label: "Name"}}}}
	for name, begin := range map[string]func(p *platform){"a message": func(p *platform) { p.Type("alice", "/ckad help") }, "a page": func(p *platform) { p.OpenTab("alice", "home") }} {
		t.Run(name, func(t *testing.T) {
			p, release := newPlatform(t), make(chan struct{})
			chattest.Start(t, p, slowForm(release, form))
			begin(p)
			p.Press("alice", chattest.AwaitText(t, p, "alice", "Hello alice"), "Go")
			waiting := chattest.AwaitText(t, p, "alice", "One moment")
			if !waiting.Form {
				t.Errorf("got %+v, want a modal", waiting)
			}
			close(release)
			got := chattest.Await(t, p, "alice", func(s chattest.Shown) bool { return s.Form && len(s.Inputs) == 1 })
			p.Fill("alice", got, map[string]string{"Name": "daily"})
			chattest.AwaitText(t, p, "alice", "Saved daily")
			clean(t, p)
		})
	}
}

func TestModalThatWasOpenedAheadSaysWhenThereIsNoForm(t *testing.T) {
	p, release := newPlatform(t), make(chan struct{})
	chattest.Start(t, p, slowForm(release, say("There is no such question")))
	p.Type("alice", "/ckad help")
	p.Press("alice", chattest.AwaitText(t, p, "alice", "Hello alice"), "Go")
	chattest.AwaitText(t, p, "alice", "One moment")
	close(release)
	chattest.Await(t, p, "alice", func(s chattest.Shown) bool { return s.Form && strings.Contains(s.Text, "There is no such question") })
	chattest.Await(t, p, "alice", func(s chattest.Shown) bool { return !s.Form && strings.Contains(s.Text, "There is no such question") })
	clean(t, p)
}

func seen(p *platform, name string) []chattest.Shown {
	shown, _ := p.Sees(name)
	return shown
}

func clean(t *testing.T, p *platform) {
	t.Helper()
	if c := p.Complaints(); len(c) > 0 {
		t.Errorf("Slack complains: %q", c)
	}
}
