package discord

import (
	"errors"
	"strings"
	"testing"

	"ckadbot/bot/chat"
	"ckadbot/bot/discord/discordtest"
)

func TestMissingPermissionsAreNamed(t *testing.T) {
	const everybody, bot = discordtest.GuildID, discordtest.ApplicationID
	all := []string{"View Channel", "Send Messages", "Embed Links"}
	for name, tc := range map[string]struct {
		before func(f *fake, channel string)
		want   string // "" for nothing
	}{
		"nothing is missing":                     {func(*fake, string) {}, ""},
		"two are":                                {func(f *fake, _ string) { f.Revoke("Send Messages", "Embed Links") }, "I need Send Messages and Embed Links in #quiz."},
		"the channel hides itself":               {func(f *fake, c string) { f.Overwrite(c, everybody, nil, []string{"View Channel"}) }, "I need View Channel"},
		"the channel denies one":                 {func(f *fake, c string) { f.Overwrite(c, everybody, nil, []string{"Embed Links"}) }, "I need Embed Links in #quiz."},
		"a role allows it":                       {func(f *fake, _ string) { f.Revoke(all...); f.AddRole(all...) }, ""},
		"an administrator may":                   {func(f *fake, c string) { f.AddRole("Administrator"); f.Overwrite(c, bot, nil, all) }, ""},
		"the bot's own overwrite counts most":    {func(f *fake, c string) { f.Overwrite(c, bot, all, nil); f.Overwrite(c, everybody, nil, all) }, ""},
		"a role's overwrite is over everybody's": {func(f *fake, c string) { f.Overwrite(c, f.AddRole(), all, nil); f.Overwrite(c, everybody, nil, all) }, ""},
		"one role's no loses to another's yes": {func(f *fake, c string) {
			f.Overwrite(c, f.AddRole(), nil, all)
			f.Overwrite(c, f.AddRole(), all, nil)
		}, ""},
		"a role that the bot does not have": {func(f *fake, c string) { f.Revoke("Embed Links"); f.Overwrite(c, "123", all, nil) }, "I need Embed Links"},
	} {
		f := open(t)
		id := f.AddChannel("quiz")
		tc.before(f, id)
		ch := chat.Channel{Platform: platform, Workspace: discordtest.GuildID, ID: id}
		err := f.adapter.Check(t.Context(), ch)
		var gone *chat.GoneError
		switch {
		case tc.want == "" && err != nil:
			t.Errorf("%s: got %v, want nil", name, err)
		case tc.want != "" && (!errors.As(err, &gone) || !strings.HasPrefix(gone.Reason, tc.want)):
			t.Errorf("%s: got %v, want %q", name, err, tc.want)
		}
		// Discord is of the same opinion.
		_, err = f.adapter.Post(t.Context(), ch, chat.Key{ID: "k"}, chat.Message{Card: &chat.Card{Body: "x"}})
		if (err == nil) != (tc.want == "") {
			t.Errorf("%s: posting there gives %v", name, err)
		}
		if c := f.Complaints(); len(c) > 0 {
			t.Errorf("%s: Discord complains: %q", name, c)
		}
	}
}

func TestOddChannelsAreExplained(t *testing.T) {
	f := open(t)
	thread := f.AddThread(discordtest.GeneralID, "help")
	forum := f.AddChannel("forum")
	at := func(guild, id string) chat.Channel { return chat.Channel{Platform: platform, Workspace: guild, ID: id} }
	f.Answer("GET", "/channels/"+forum, 200, `{"id":"`+forum+`","type":15,"name":"forum","guild_id":"`+discordtest.GuildID+`"}`, nil)
	for _, tc := range []struct {
		ch   chat.Channel
		want string
	}{
		{at(discordtest.GuildID, thread), ""},
		{at(discordtest.GuildID, forum), "I cannot post in #forum"},
		{at("77", discordtest.GeneralID), "not in this server"},
		{at(discordtest.GuildID, "999"), "does not exist"},
		{at(chat.Everywhere, "999"), ""},
	} {
		var gone *chat.GoneError
		err := f.adapter.Check(t.Context(), tc.ch)
		if tc.want == "" && err != nil || tc.want != "" && (!errors.As(err, &gone) || !strings.Contains(gone.Reason, tc.want)) {
			t.Errorf("%v: got %v, want %q", tc.ch, err, tc.want)
		}
	}
	f.Overwrite(discordtest.GeneralID, discordtest.GuildID, nil, []string{"Send Messages in Threads"})
	if err := f.adapter.Check(t.Context(), at(discordtest.GuildID, thread)); err == nil || err.Error() != "I need Send Messages in Threads in #help." {
		t.Errorf("the thread's channel denies it: got %v", err)
	}
	if err := f.adapter.Check(t.Context(), at(discordtest.GuildID, discordtest.GeneralID)); err != nil {
		t.Errorf("the channel itself: got %v, want nil", err)
	}
	if err := f.adapter.Check(t.Context(), chat.Channel{Platform: platform, Workspace: "1", ID: "../x"}); err == nil {
		t.Error("a channel that is none is taken")
	}
}

// TestRightsAreAskedOnceAMinute, unless a refusal shows that they have changed.
func TestRightsAreAskedOnceAMinute(t *testing.T) {
	f := open(t)
	asked := func() int { return len(bodies(f, "GET", "/guilds/"+discordtest.GuildID)) }
	for range 3 {
		if err := f.adapter.Check(t.Context(), f.Channel()); err != nil {
			t.Fatal(err)
		}
	}
	if n := asked(); n != 1 {
		t.Errorf("the guild was asked for %d times, want once", n)
	}
	f.Revoke("Send Messages")
	_, err := f.adapter.Post(t.Context(), f.Channel(), chat.Key{ID: "k"}, text("hello"))
	var gone *chat.GoneError
	if !errors.As(err, &gone) || gone.Reason != "I need Send Messages in #general." || asked() != 2 {
		t.Errorf("got %v after %d requests, want what is missing, after 2", err, asked())
	}
}
