package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"ckadbot/bot/discord/discordtest"
	"ckadbot/bot/slack/slacktest"
	"ckadbot/bot/store"
	"ckadbot/migrations/pgtest"
)

const (
	manyWorkspaces = 1000
	wantMemory     = 150 // MB
)

// BenchmarkLoadWorkspaces tells how much memory a bot has in use that somebody used in each of many workspaces, on each platform:
// at first nobody, then to look a term up, then to ask a question, which is posted there.
//
//	go test -run '^$' -bench LoadWorkspaces ./bot
func BenchmarkLoadWorkspaces(b *testing.B) {
	b.Run("slack", func(b *testing.B) {
		address, database := freeAddress(b), pgtest.URL(b)
		w := newSlackOverHTTP(b, address).installable("https://ckadbot.example.com")
		s := w.slack()
		install(b, s, database)
		start(b, append(settings(database, w), "HTTP_ADDR="+address, "LOG_LEVEL=error"), "")
		useAll(b, address, func(n int, command string) {
			s.SendRaw("slash_commands", map[string]any{
				"team_id": teamNamed(n), "team_domain": "test", "channel_id": "C" + teamNamed(n), "channel_name": "general", "user_id": "U0ALICE", "user_name": "alice",
				"command": "/ckad", "text": command, "response_url": s.ResponseURL("alice"), "trigger_id": fmt.Sprint("1.2.", n, len(command)), "is_enterprise_install": "false",
			})
			for done := 0; done == 0; done = len(s.Waits().Answer) {
				<-time.After(time.Millisecond)
			}
		})
		w.content(b)
	})
	b.Run("discord", func(b *testing.B) {
		address := freeAddress(b)
		w := newDiscordOverHTTP(b, address)
		start(b, append(settings(pgtest.URL(b), w), "HTTP_ADDR="+address, "LOG_LEVEL=error"), "")
		d := w.discord()
		var channels []string
		for n := range manyWorkspaces {
			channels = append(channels, d.AddChannel(fmt.Sprint("place", n)))
		}
		useAll(b, address, func(n int, command string) { interactIn(b, address, n, channels[n], command) })
		w.content(b)
	})
}

func teamNamed(n int) string { return fmt.Sprint("TMANY", n) }

// install has all teams install the app.
func install(b *testing.B, s *slacktest.Server, database string) {
	db := newPool(b, database)
	keys, err := store.NewKeys(store.Key{ID: "key1", Secret: secretKey})
	if err != nil {
		b.Fatal(err)
	}
	all := store.NewInstallations(db, keys)
	for n := range manyWorkspaces {
		team := teamNamed(n)
		s.AddWorkspace(team, "C"+team)
		token, _ := s.Grant(slacktest.Install{Team: team})
		if _, err := all.Save(b.Context(), store.Installation{Team: team, BotUser: slacktest.BotUser, Installer: "U0ADMIN", Token: store.Token(token)}); err != nil {
			b.Fatal(err)
		}
	}
}

// useAll uses the bot in each workspace, and reports its memory.
func useAll(b *testing.B, address string, use func(n int, command string)) {
	awaitStatus(b, address, "/readyz", 200)
	memory := func() float64 { return gauge(b, address, "process_resident_memory_bytes") / 1e6 }
	b.ReportMetric(memory(), "RSS-MB-before")
	for b.Loop() {
		for _, command := range []string{"define pod", "ask " + onePressTopic(b)} {
			for n := range manyWorkspaces {
				use(n, command)
			}
			b.ReportMetric(memory(), "RSS-MB-"+command[:3])
		}
	}
	if mb := memory(); mb > wantMemory {
		b.Errorf("%d workspaces take %.0f MB, wanted %d at most", manyWorkspaces, mb, wantMemory)
	}
}

// interactIn has somebody use a command in a guild.
func interactIn(b *testing.B, address string, n int, channel, command string) {
	name, value, _ := strings.Cut(command, " ")
	option := map[string]string{"define": "term", "ask": "topic"}[name]
	body, err := json.Marshal(map[string]any{
		"id": fmt.Sprint(1_200_000_000_000_000_000 + n*100 + len(command)), "application_id": discordtest.ApplicationID, "type": 2, "token": fmt.Sprint("token", n, name), "version": 1,
		"guild_id": fmt.Sprint(1_300_000_000_000_000_000 + n), "channel_id": channel, "channel": map[string]any{"id": channel, "type": 0},
		"member":          map[string]any{"user": map[string]any{"id": "1100000000000000001", "username": "alice"}, "roles": []any{}, "permissions": "3072", "joined_at": "2026-01-01T00:00:00.000000+00:00"},
		"app_permissions": "274878024704", "locale": "en-US", "guild_locale": "en-US", "entitlements": []any{}, "context": 0,
		"data": map[string]any{"id": "1", "name": "ckad", "type": 1, "options": []any{map[string]any{"type": 1, "name": name, "options": []any{map[string]any{"type": 3, "name": option, "value": value}}}}},
	})
	if err != nil {
		b.Fatal(err)
	}
	r, err := http.NewRequestWithContext(b.Context(), http.MethodPost, "http://"+address+"/discord/interactions", bytes.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	r.Header = discordtest.Sign(body, time.Now())
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	if said, err := io.ReadAll(answer.Body); err != nil || answer.StatusCode != http.StatusOK || !bytes.Contains(said, []byte(`"type":4`)) {
		b.Fatalf("workspace %d is answered %s %s (%v)", n, answer.Status, said, err)
	}
}
