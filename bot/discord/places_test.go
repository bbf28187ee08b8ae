package discord

import (
	"errors"
	"strings"
	"testing"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/discord/discordtest"
)

// TestOutsideOfItsGuilds: in a conversation with the bot, in one of people, and in a guild that did not add the bot,
// somebody is answered as in no workspace, and is nobody's admin.
func TestOutsideOfItsGuilds(t *testing.T) {
	for name, where := range map[string]func(*fake) string{
		"in a conversation with the bot":         func(f *fake) string { return f.DirectOf("admin") },
		"in a conversation of people":            func(*fake) string { return discordtest.GroupID },
		"in a guild that did not add the bot":    func(*fake) string { return discordtest.ForeignID },
		"slowly in a guild that did not add it":  func(*fake) string { return discordtest.ForeignID },
		"slowly in a conversation with the bot":  func(f *fake) string { return f.DirectOf("admin") },
		"slowly for all in one of people":        func(*fake) string { return discordtest.GroupID },
		"at once and for all in one of people":   func(*fake) string { return discordtest.GroupID },
		"for all in a conversation with the bot": func(f *fake) string { return f.DirectOf("admin") },
	} {
		both(t, name, func(t *testing.T, f *fake) {
			t.Parallel()
			answer := func(said string) chat.Reply {
				if strings.Contains(name, "slowly") {
					<-f.Acknowledged()
				}
				m := chat.Message{Card: &chat.Card{Body: said, Buttons: question.Card.Buttons}}
				return chat.Reply{Message: m, Ephemeral: !strings.Contains(name, "for all")}
			}
			h := &chattest.Handler{
				OnCommand: func(chat.Command) chat.Reply { return answer("commanded") },
				OnClick:   func(chat.Click) chat.Reply { return answer("clicked") },
			}
			chattest.Start(t, f, h)
			in := where(f)
			f.TypeIn(in, "admin", "/ckad help")
			f.Press("admin", chattest.AwaitText(t, f, "admin", "commanded"), "A")
			if got := chattest.AwaitText(t, f, "admin", "clicked"); got.Ephemeral == strings.Contains(name, "for all") {
				t.Errorf("the answer is %+v", got)
			}
			want := chat.Channel{Platform: "discord", Workspace: chat.Everywhere, ID: in}
			for _, call := range h.Calls() {
				u, ch := chat.User{}, chat.Channel{}
				switch c := call.(type) {
				case chat.Command:
					u, ch = c.User, c.Channel
				case chat.Click:
					u, ch = c.User, c.Message.Channel
				}
				if u.Workspace != chat.Everywhere || u.Admin || u.Name != "admin" || ch != want {
					t.Errorf("%T by %+v in %v, want it in %v, and nobody's admin", call, u, ch, want)
				}
			}
			if c := f.Complaints(); len(c) > 0 {
				t.Errorf("Discord complains: %q", c)
			}
		})
	}
}

// TestNothingIsPostedWhereTheBotIsNot: what it may do there is to answer.
func TestNothingIsPostedWhereTheBotIsNot(t *testing.T) {
	f := open(t)
	for _, id := range []string{discordtest.ForeignID, discordtest.GroupID} {
		var gone *chat.GoneError
		if _, err := f.adapter.Post(t.Context(), chat.Channel{Platform: "discord", Workspace: chat.Everywhere, ID: id}, chat.Key{ID: id}, text("hello")); !errors.As(err, &gone) {
			t.Errorf("got %v, want a GoneError", err)
		}
	}
}

// TestAdminCommandsAreOfferedInGuildsOnly: the fake offers commands where Discord would.
func TestAdminCommandsAreOfferedInGuildsOnly(t *testing.T) {
	f := open(t)
	chattest.Start(t, f, &chattest.Handler{})
	for _, in := range []string{f.DirectOf("admin"), discordtest.ForeignID, discordtest.GroupID} {
		f.TypeIn(in, "admin", "/ckad-admin series create")
	}
	f.Type("admin", "/ckad help")
	chattest.AwaitText(t, f, "admin", "ok")
	if c := f.Complaints(); len(c) != 3 || !strings.Contains(c[0], "/ckad-admin is not offered there") {
		t.Errorf("complaints are %q, want three of a command that is not offered", c)
	}
}

// TestInAThread: it is a channel of the guild, in which people are who they are.
func TestInAThread(t *testing.T) {
	both(t, "a command and a click", func(t *testing.T, f *fake) {
		h := &chattest.Handler{OnCommand: func(chat.Command) chat.Reply { return chat.Reply{Message: question} }}
		chattest.Start(t, f, h)
		thread := f.AddThread(discordtest.GeneralID, "thread")
		f.TypeIn(thread, "admin", "/ckad-admin series create")
		f.Press("admin", chattest.AwaitText(t, f, "admin", "Question?"), "A")
		chattest.AwaitText(t, f, "admin", "ok")
		want := chat.Channel{Platform: "discord", Workspace: discordtest.GuildID, ID: thread}
		c, click := h.Calls()[0].(chat.Command), h.Calls()[1].(chat.Click)
		if c.Channel != want || click.Message.Channel != want || !c.User.Admin || !click.User.Admin {
			t.Errorf("got %+v and %+v, want an admin in %v", c, click, want)
		}
	})
}

// TestOptionsAreReadAsInALine: phones make typographic quotes and unusual spaces, and many quote words from habit.
func TestOptionsAreReadAsInALine(t *testing.T) {
	both(t, "they are", func(t *testing.T, f *fake) {
		typed := make(chan string, 9)
		chattest.Start(t, f, &chattest.Handler{
			OnCommand:  func(c chat.Command) chat.Reply { typed <- c.Args["term"]; return chat.Reply{Message: text("ok")} },
			OnComplete: func(c chat.Completion) []chat.Choice { typed <- c.Typed; return nil },
		})
		for _, in := range []string{"“node\u00a0affinity”", "\u202fnode  affinity ", "„node affinity“", "“node affinity"} {
			f.Type("alice", `/ckad define term="`+in+`"`)
			if got := <-typed; got != "node affinity" {
				t.Errorf("%q is read as %q", in, got)
			}
			if _, err := f.Suggest(t.Context(), "alice", `/ckad define term="`+in+`"`, "term"); err != nil {
				t.Fatal(err)
			}
			if got := <-typed; got != "node affinity" {
				t.Errorf("%q, which is still being typed, is read as %q", in, got)
			}
		}
		if c := f.Complaints(); len(c) > 0 {
			t.Errorf("Discord complains: %q", c)
		}
	})
}
