package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/discord/discordtest"
	"ckadbot/bot/slack/slacktest"
	"ckadbot/migrations/pgtest"
)

// TestFirstMinute is what somebody does who has just cloned the repository:
// nothing is configured, and nothing was there before.
func TestFirstMinute(t *testing.T) {
	env := []string{"CKADBOT_DATA_DIR=" + filepath.Join(t.TempDir(), "Application Support", "data")} // as on macOS, with a space
	input := "/ckad define deploymnet\n/ckad ask " + onePressTopic(t) + "\nB\n/ckad leaderboard\n"
	for _, begin := range []string{"cold", "warm"} {
		p := start(t, env, input)
		if code := p.finish(t); code != 0 {
			t.Fatalf("%s: exit code %d", begin, code)
		}
		if missing := inOrder(p.said(), "Deployment", "ReplicaSet", "Type a letter", "You answered B", "Read more", "Leaderboard", "answer"); missing != "" {
			t.Errorf("%s: %q is missing in:\n%s", begin, missing, p.said())
		}
		if loaded := strings.Contains(p.complained(), "Loaded"); loaded != (begin == "cold") {
			t.Errorf("%s: the start said %q", begin, p.complained())
		}
	}
}

func TestDefineAnswersInJSON(t *testing.T) {
	p := start(t, []string{"DATABASE_URL=" + pgtest.URL(t)}, "", "define", "--format", "json", "netpol", "docker swarm", "statefull set")
	if code := p.finish(t); code != 0 {
		t.Fatalf("exit code %d", code)
	}
	var got []definition
	for dec := json.NewDecoder(strings.NewReader(p.said())); dec.More(); {
		var d definition
		if err := dec.Decode(&d); err != nil {
			t.Fatal(err)
		}
		got = append(got, d)
	}
	for i, want := range []definition{{Query: "netpol", Found: true, Slug: "network-policy"}, {Query: "docker swarm"}, {Query: "statefull set", Found: true, Slug: "statefulset"}} {
		if i >= len(got) || got[i].Query != want.Query || got[i].Found != want.Found || got[i].Slug != want.Slug || got[i].Suggestions == nil || want.Found && got[i].Definition == "" {
			t.Fatalf("got %+v, want %+v at %d", got, want, i)
		}
	}
}

func TestImportIsIdempotent(t *testing.T) {
	env := []string{"DATABASE_URL=" + pgtest.URL(t)}
	for _, step := range []struct{ flag, want string }{
		{"--dry-run", "3 entries: 3 added, 0 updated, 0 unchanged (dry run"},
		{"--workspace=*", "3 entries: 3 added, 0 updated, 0 unchanged"},
		{"--workspace=*", "3 entries: 0 added, 0 updated, 3 unchanged"},
	} {
		p := start(t, env, "", "import", step.flag, "testdata/notes.txt")
		if code := p.finish(t); code != 0 || !strings.Contains(p.said(), step.want) {
			t.Errorf("%s: exit code %d, want %q in:\n%s", step.flag, code, step.want, p.said())
		}
		if missing := inOrder(p.said(), "notes.txt:1: not imported", "notes.txt:9: not imported"); missing != "" {
			t.Errorf("%q is missing in:\n%s", missing, p.said())
		}
	}
	p := start(t, env, "", "define", "--format", "json", "harbor crane", "pod")
	if p.finish(t); !strings.Contains(p.said(), `"slug":"harbour-crane"`) || strings.Contains(p.said(), "What we deploy") {
		t.Errorf("the team's own word is missing, or hides a verified one:\n%s", p.said())
	}
}

// TestWhatIsWrongIsToldInOneLine: exit code not zero, one line, no secret.
func TestWhatIsWrongIsToldInOneLine(t *testing.T) {
	slack, discord := slacktest.New(), discordtest.New()
	t.Cleanup(slack.Close)
	t.Cleanup(discord.Close)
	slack.Fail(chattest.BadToken)
	discord.Fail(chattest.BadToken)
	nobody := freeAddress(t)
	binary := filepath.Join(t.TempDir(), "binary.txt")
	if err := os.WriteFile(binary, []byte("Pod: \x00\x01\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	database := "DATABASE_URL=" + pgtest.URL(t)
	for name, tc := range map[string]struct {
		env    []string
		args   []string
		want   string
		secret string
	}{
		"database URL malformed":          {env: []string{"DATABASE_URL=postgres://u:s3cret@[bad/db"}, want: "DATABASE_URL", secret: "s3cret"},
		"database unreachable":            {env: []string{"DATABASE_URL=postgres://u:s3cret@" + nobody + "/db"}, want: nobody, secret: "s3cret"},
		"Slack token refused":             {env: []string{database, "SLACK_BOT_TOKEN=" + slacktest.BotToken, "SLACK_APP_TOKEN=" + slacktest.AppToken, "SLACK_API_URL=" + slack.URL()}, want: "SLACK_", secret: slacktest.BotToken},
		"Slack tokens swapped":            {env: []string{database, "SLACK_BOT_TOKEN=" + slacktest.AppToken, "SLACK_APP_TOKEN=" + slacktest.BotToken, "SLACK_API_URL=" + slack.URL()}, want: "SLACK_", secret: slacktest.AppToken},
		"Slack app token missing":         {env: []string{database, "SLACK_BOT_TOKEN=" + slacktest.BotToken}, want: "SLACK_APP_TOKEN", secret: slacktest.BotToken},
		"Discord token refused":           {env: []string{database, "DISCORD_TOKEN=" + discordtest.Token, "DISCORD_API_URL=" + discord.URL()}, want: "DISCORD_TOKEN", secret: discordtest.Token},
		"file missing":                    {env: []string{database}, args: []string{"import", "no-such-file.txt"}, want: "no-such-file.txt"},
		"file binary":                     {env: []string{database}, args: []string{"import", binary}, want: "binary.txt"},
		"file a directory":                {env: []string{database}, args: []string{"import", t.TempDir()}, want: "no .md file"},
		"command unknown":                 {env: []string{database}, args: []string{"frobnicate"}, want: "frobnicate"},
		"Discord token with a line break": {env: []string{database, "DISCORD_TOKEN=s3c ret\nx"}, want: "DISCORD_TOKEN", secret: "s3c"},
		"workspace unknown":               {env: []string{database}, args: []string{"define", "--workspace", "nope", "pod"}, want: "nope"},
		"boards of nobody":                {env: []string{database}, args: []string{"boards", "check", "slack/T0NOBODY"}, want: "slack/T0NOBODY"},
		"file a pipe":                     {env: []string{database}, args: []string{"import", os.DevNull}, want: os.DevNull},
		"log level unknown":               {env: []string{database, "LOG_LEVEL=loud"}, want: "LOG_LEVEL"},
		"no PostgreSQL in its place":      {env: []string{"CKADBOT_PG_BIN=" + t.TempDir(), "CKADBOT_DATA_DIR=" + filepath.Join(t.TempDir(), "d")}, want: "CKADBOT_PG_BIN"},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, append([]string{"LOG_LEVEL=error"}, tc.env...), "", tc.args...)
			code, all := p.finish(t), p.said()+p.complained()
			last := lastLine(p.complained())
			if code == 0 || !strings.HasPrefix(last, "bot: ") || !strings.Contains(last, tc.want) {
				t.Errorf("exit code %d, last line %q, want %q in it; all:\n%s", code, last, tc.want, all)
			}
			if tc.secret != "" && strings.Contains(all, tc.secret) {
				t.Errorf("a secret is shown:\n%s", all)
			}
		})
	}
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSpace(s), "\n")
	return lines[len(lines)-1]
}
