package discord

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/discord/discordtest"
)

// awaitIdentified waits until n sessions were begun.
func awaitIdentified(t *testing.T, f *fake, n int) []discordtest.Identified {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		_, changed := f.Asked()
		if all := f.Identified(); len(all) >= n {
			return all
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("%d sessions were begun, want %d", len(f.Identified()), n)
		}
	}
}

// TestShards: 3,000 guilds are too many for one. People are answered when all sessions are there.
func TestShards(t *testing.T) {
	f := open(t)
	f.AddGuilds(3000)
	f.Recommend(4, 2)
	joined := make(chan chat.Joining, 10)
	chattest.Start(t, f, &chattest.Handler{OnJoined: func(j chat.Joining) (chat.Message, bool) { joined <- j; return chat.Message{}, false }})
	all := awaitIdentified(t, f, 4)
	seen := map[int]bool{}
	for _, one := range all {
		if one.Shards != 4 || seen[one.Shard] {
			t.Errorf("began %+v", all)
		}
		seen[one.Shard] = true
	}
	alive(t, f)
	f.Drop()
	alive(t, f)
	awaitAsked(t, f, "identify", "identify", "identify", "identify", "resume", "resume", "resume", "resume")
	if len(joined) > 0 {
		t.Errorf("guilds that the bot is in for long are taken for new: %+v", <-joined)
	}
	if c := f.Complaints(); len(c) > 0 {
		t.Errorf("Discord complains: %q", c)
	}
}

// TestSessionsOfALaneBeginOneAfterTheOther, with the gap between them; those of two lanes at once. In the bubble that takes no time.
func TestSessionsOfALaneBeginOneAfterTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		f := &fleet{gap: time.Minute, asked: began.Add(time.Hour), lanes: []lane{{busy: make(chan struct{}, 1)}, {busy: make(chan struct{}, 1)}}}
		after := make([]time.Duration, 4)
		var all sync.WaitGroup
		for id := range after {
			all.Go(func() {
				_, leave, err := f.enter(t.Context(), id)
				if err != nil {
					t.Errorf("shard %d: %v", id, err)
					return
				}
				<-time.After(time.Second) // Discord greets
				after[id] = time.Since(began)
				leave(true)
			})
		}
		all.Wait()
		slices.Sort(after)
		if want := []time.Duration{time.Second, time.Second, time.Minute + 2*time.Second, time.Minute + 2*time.Second}; !slices.Equal(after, want) {
			t.Errorf("sessions began after %v, want %v", after, want)
		}
	})
}

func TestShardsAreAsManyAsTheSettingSays(t *testing.T) {
	f := open(t)
	f.adapter.shards = 3
	chattest.Start(t, f, &chattest.Handler{})
	for _, one := range awaitIdentified(t, f, 3) {
		if one.Shards != 3 {
			t.Errorf("began %+v, want one of 3", one)
		}
	}
	alive(t, f)
}

func TestReadyWhenAllShardsAre(t *testing.T) {
	f := &fleet{status: new(chat.Status), up: make([]bool, 2)}
	for _, step := range []struct {
		id   int
		up   bool
		want string
	}{{0, true, "1 of 2 shards have a connection"}, {1, true, ""}, {0, false, "1 of 2 shards have a connection"}, {1, false, "no connection"}} {
		f.set(step.id, step.up)
		got := ""
		if err := f.status.Ready(); err != nil {
			got = err.Error()
		}
		if got != step.want {
			t.Errorf("shard %d up: %v: got %q, want %q", step.id, step.up, got, step.want)
		}
	}
}

func TestFatalForOneShardIsFatalForAll(t *testing.T) {
	f := open(t)
	f.Recommend(2, 2)
	ended := chattest.Start(t, f, &chattest.Handler{})
	awaitIdentified(t, f, 2)
	f.CloseWith(4014)
	select {
	case err := <-ended:
		if err == nil || !strings.Contains(err.Error(), "intents") {
			t.Errorf("got %v", err)
		}
	case <-time.After(time.Minute):
		t.Error("Run goes on")
	}
}

// TestTooManyGuildsForOneShard ends with a line that says what to do.
func TestTooManyGuildsForOneShard(t *testing.T) {
	f := open(t)
	f.AddGuilds(3000)
	f.adapter.shards = 1
	select {
	case err := <-chattest.Start(t, f, &chattest.Handler{}):
		if err == nil || !strings.Contains(err.Error(), "DISCORD_SHARDS") || strings.Contains(err.Error(), "\n") {
			t.Errorf("got %v", err)
		}
	case <-time.After(time.Minute):
		t.Error("Run goes on")
	}
}

// TestGuildsJoinedAndLeft: an outage is no removal, and its end no joining.
func TestGuildsJoinedAndLeft(t *testing.T) {
	f := open(t)
	f.LeaveGuild(discordtest.GuildID) // the bot is in no guild yet
	joined, left, installed := make(chan chat.Joining, 10), make(chan string, 10), make(chan string, 10)
	claims := &shared{keys: map[string]int{}}
	f.adapter.claim = claims.claim
	f.adapter.installed = func(_ context.Context, home string) { installed <- home }
	chattest.Start(t, f, &chattest.Handler{
		OnJoined: func(j chat.Joining) (chat.Message, bool) { joined <- j; return text("Hello, all"), true },
		OnLeft:   func(home string) { left <- home },
	})
	alive(t, f)
	other := f.NewGuild() // has no system channel
	f.JoinGuild(other)
	if home := <-installed; home != "discord/"+other {
		t.Errorf("installed in %q, want %s", home, other)
	}
	f.JoinGuild(discordtest.GuildID)
	if j := <-joined; j != (chat.Joining{Channel: f.Channel()}) {
		t.Errorf("joined %+v", j)
	}
	chattest.AwaitText(t, f, "bob", "Hello, all")
	for _, connectAgain := range []func(){f.Drop, func() { f.Invalidate(false) }} { // the session goes on, or a new one begins
		f.BeginOutage(discordtest.GuildID)
		alive(t, f)
		connectAgain()
		alive(t, f)
		f.EndOutage(discordtest.GuildID)
		alive(t, f)
	}
	f.LeaveGuild(discordtest.GuildID)
	if home := <-left; home != "discord/"+discordtest.GuildID {
		t.Errorf("left %q", home)
	}
	<-installed
	f.JoinGuild(discordtest.GuildID) // the introduction is known there
	if home := <-installed; home != "discord/"+discordtest.GuildID {
		t.Errorf("installed again in %q", home)
	}
	alive(t, f)
	if len(joined)+len(left) > 0 {
		t.Errorf("%d more joined, %d more left", len(joined), len(left))
	}
	if c := f.Complaints(); len(c) > 0 {
		t.Errorf("Discord complains: %q", c)
	}
}

// TestNoIntroductionWhereTheBotMayNotWrite: it does not even try.
func TestNoIntroductionWhereTheBotMayNotWrite(t *testing.T) {
	f := open(t)
	f.LeaveGuild(discordtest.GuildID)
	f.Revoke("Send Messages")
	chattest.Start(t, f, &chattest.Handler{OnJoined: func(chat.Joining) (chat.Message, bool) { return text("Hello, all"), true }})
	alive(t, f)
	f.JoinGuild(discordtest.GuildID)
	for member := "/members/" + discordtest.ApplicationID; len(bodies(f, "GET", member)) == 0; {
		_, changed := f.Asked()
		if len(bodies(f, "GET", member)) == 0 {
			<-changed
		}
	}
	alive(t, f)
	if n := posts(f); n != 0 {
		t.Errorf("%d posts were tried, want none", n)
	}
}

// A shard that is told to stop while others begin their sessions, or that cannot ask how many may begin, lets the next try.
func TestAShardThatCannotBeginLeavesItsLane(t *testing.T) {
	f := &fleet{gap: time.Minute, lanes: []lane{{busy: make(chan struct{}, 1), free: time.Now().Add(time.Minute)}}}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, _, err := f.enter(ctx, 0); err == nil {
		t.Error("a session begins before its time")
	}
	if n := len(f.lanes[0].busy); n != 0 {
		t.Error("the lane stays taken")
	}
}

// FuzzGateway: whatever Discord says breaks nothing.
func FuzzGateway(f *testing.F) {
	for _, raw := range []string{
		`{"op":0,"t":"READY","s":1,"d":{"session_id":"s","guilds":[{"id":"1","unavailable":true}]}}`,
		`{"op":0,"t":"GUILD_CREATE","s":2,"d":{"id":"1"}}`, `{"op":0,"t":"GUILD_DELETE","s":3,"d":{"id":"2"}}`,
		`{"op":0,"t":"GUILD_DELETE","s":3,"d":{"id":"2","unavailable":true}}`, `{"op":0,"t":"INTERACTION_CREATE","d":null}`, `{"op":0,"t":"RESUMED"}`,
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		c, server := pipe(t)
		c.interval = time.Minute
		s := &session{}
		to := ears{ready: func(*ready) {}, interaction: func(b json.RawMessage) { _, _ = read(b) }, joined: func(guild) {}, left: func(string) {}}
		done := make(chan struct{})
		go func() {
			defer close(done)
			for _, m := range slices.Concat(strings.Split(raw, "\n"), []string{`{"op":7}`}) {
				if server.WriteMessage(1, []byte(m)) != nil {
					break
				}
			}
			_ = server.UnderlyingConn().Close()
		}()
		go func() {
			for {
				if _, _, err := server.ReadMessage(); err != nil {
					return
				}
			}
		}()
		_ = c.listen(s, to)
		c.close(closeAgain)
		<-done
	})
}
