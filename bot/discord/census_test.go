package discord

import (
	"context"
	"errors"
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

// TestRemovalThatNobodyToldIsFound, and a return that nobody told, too. There are more guilds than Discord lists at once.
func TestRemovalThatNobodyToldIsFound(t *testing.T) {
	both(t, "it is", func(t *testing.T, f *fake) {
		f.AddGuilds(2*maxPage + 7)
		gone, back, stays := f.NewGuild(), f.NewGuild(), f.NewGuild()
		f.JoinGuild(back)
		f.JoinGuild(stays)
		left, installed := make(chan string, 9), make(chan string, 9)
		f.adapter.lag = time.Millisecond
		f.adapter.workspaces = func(context.Context) ([]string, []string, error) {
			here := []string{"discord/" + gone, "discord/" + stays, "discord/" + discordtest.GuildID, "discord/" + chat.Everywhere, "slack/" + gone, "discord/../" + gone}
			return here, []string{"discord/" + f.NewGuild(), "discord/" + back, "slack/" + back}, nil
		}
		f.adapter.installed = func(_ context.Context, home string) { installed <- home }
		chattest.Start(t, f, &chattest.Handler{OnLeft: func(home string) { left <- home }})
		select {
		case home := <-installed:
			if home != "discord/"+back {
				t.Errorf("the bot is told to be in %s, want %s", home, back)
			}
		case <-time.After(time.Minute):
			t.Fatal("nobody hears of the guild that the bot is in again")
		}
		if n := len(left); n != 1 || len(installed) > 0 { // who left is told first
			t.Errorf("%d were left, and the bot is told to be in %d more; want one and none", n, len(installed))
		} else if home := <-left; home != "discord/"+gone {
			t.Errorf("left %s, want %s", home, gone)
		}
		if c := f.Complaints(); len(c) > 0 {
			t.Errorf("Discord complains: %q", c)
		}
	})
}

// TestNothingIsLeftWithoutBeingSure: what is not on the list may be missing for other reasons.
func TestNothingIsLeftWithoutBeingSure(t *testing.T) {
	const guild = discordtest.GuildID
	for name, tc := range map[string]struct {
		play    func(*fake)
		failing bool
	}{
		"the list is refused":                {func(f *fake) { f.Refuse("GET", "/guilds", 403, 0, "Forbidden") }, true},
		"the list is no list":                {func(f *fake) { f.Answer("GET", "/guilds", 200, `{"message":"later"}`, nil) }, false},
		"the list breaks off":                {func(f *fake) { f.Answer("GET", "/guilds", 200, `[{"id":"1"`, nil) }, false},
		"the list goes round":                {func(f *fake) { f.AddGuilds(1); f.Answer("GET", "/guilds", 200, `[{"id":"0"}]`, nil) }, true},
		"the list lacks it, but it is there": {func(f *fake) { f.Answer("GET", "/guilds", 200, `[]`, nil) }, false},
		"the list lacks it for once": {func(f *fake) {
			f.Answer("GET", "/guilds", 200, `[]`, nil)
			f.Refuse("GET", guild, 404, unknownGuild, "Unknown Guild")
		}, false},
		"the guild's lookup is refused":   {func(f *fake) { f.LoseGuild(guild); f.Refuse("GET", guild, 403, 40001, "Unauthorized") }, true},
		"the guild is not shown for once": {func(f *fake) { f.Refuse("GET", guild, 404, unknownGuild, "Unknown Guild") }, false},
		"what the bot knows cannot be asked": {func(f *fake) {
			f.adapter.workspaces = func(context.Context) ([]string, []string, error) { return nil, nil, errors.New("no database") }
		}, true},
	} {
		f := openHTTP(t)
		f.adapter.workspaces = func(context.Context) ([]string, []string, error) { return []string{"discord/" + guild}, nil, nil }
		r := &responder{Adapter: f.adapter, work: t.Context(), tasks: new(sync.WaitGroup), handler: &chattest.Handler{OnLeft: func(home string) { t.Errorf("%s: left %s", name, home) }}}
		tc.play(f)
		if err := r.census(t.Context()); (err != nil) != tc.failing {
			t.Errorf("%s: got %v, want an error: %v", name, err, tc.failing)
		} else if err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: the error has lines: %q", name, err)
		}
	}
}

// TestOneOfTheBotsTakesTheCensus, some minutes after the start, and every six hours, also if one fails or panics.
func TestOneOfTheBotsTakesTheCensus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		claims := &shared{keys: map[string]int{}}
		began := time.Now()
		var mu sync.Mutex
		var taken []time.Duration
		ctx, cancel := context.WithTimeout(t.Context(), 13*time.Hour)
		defer cancel()
		for range 3 {
			a := New(Config{Claim: claims.claim, Workspaces: func(context.Context) ([]string, []string, error) {
				mu.Lock()
				defer mu.Unlock()
				if taken = append(taken, time.Since(began)); len(taken) == 1 {
					panic("the first is made good by the next")
				}
				return nil, nil, errors.New("it is tried again all the same")
			}})
			r := &responder{Adapter: a, work: ctx, tasks: new(sync.WaitGroup)}
			go r.takeCensus(ctx, a.lag)
		}
		<-ctx.Done()
		synctest.Wait()
		if want := []time.Duration{censusFirst, censusFirst + censusEvery, censusFirst + 2*censusEvery}; !slices.Equal(taken, want) {
			t.Errorf("the census was taken after %v, want %v", taken, want)
		}
	})
}
