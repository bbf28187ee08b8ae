package main

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"ckadbot/bot/app"
	"ckadbot/bot/discord"
	"ckadbot/bot/slack"
)

var update = flag.Bool("update", false, "write the Slack manifest into the README")

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestReadmeHasTheSlackManifest(t *testing.T) {
	manifest, err := slack.Manifest(app.Spec, slack.ManifestOptions{})
	if err != nil {
		t.Fatal(err)
	}
	const begin, end = "<!-- manifest -->\n```yaml\n", "```\n"
	before, rest, ok := strings.Cut(readme(t), begin)
	got, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("the README has no place for the manifest")
	}
	if *update {
		if err := os.WriteFile("../README.md", []byte(before+begin+string(manifest)+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got != string(manifest) {
		t.Errorf("the README's manifest is not the bot's; go test ./bot -run Readme -update writes it. It is:\n%s", manifest)
	}
}

func TestReadmeNamesEverySettingAndNoOther(t *testing.T) {
	read := map[string]bool{}
	_, _ = ReadConfig(func(name string) string { read[name] = true; return "" })
	for _, ambient := range []string{"HOME", "XDG_DATA_HOME", "USER", "TERM"} {
		delete(read, ambient)
	}
	named := map[string]bool{}
	_, table, _ := strings.Cut(readme(t), "| Setting | Meaning |")
	table, _, _ = strings.Cut(table, "\n\n")
	for row := range strings.SplitSeq(table, "\n") {
		cell, _, _ := strings.Cut(strings.TrimPrefix(row, "| "), " |")
		for _, m := range regexp.MustCompile("`([A-Z_]+)`").FindAllStringSubmatch(cell, -1) {
			named[m[1]] = true
		}
	}
	for name := range read {
		if !named[name] {
			t.Errorf("%s is read, but not in the README's table", name)
		}
	}
	for name := range named {
		if !read[name] {
			t.Errorf("%s is in the README's table, but not read", name)
		}
	}
}

func TestReadmeTellsDiscordsPermissions(t *testing.T) {
	if !strings.Contains(discord.InviteURL("1"), "permissions=117760") {
		t.Errorf("the invitation %s asks for other permissions than the README says", discord.InviteURL("1"))
	}
}

func TestReadmeTellsHowToAddDiscordsBotToAnAccount(t *testing.T) {
	if want := discord.AddURL("YOUR_APPLICATION_ID"); !strings.Contains(readme(t), want) {
		t.Errorf("the README does not have %s", want)
	}
}

// TestReadmeShowsARealConversation: what the README shows is what the bot says,
// but for the parts that are marked as cut.
func TestReadmeShowsARealConversation(t *testing.T) {
	_, rest, _ := strings.Cut(readme(t), "<!-- transcript -->\n```\n")
	shown, _, ok := strings.Cut(rest, "```\n")
	if !ok {
		t.Fatal("the README has no transcript")
	}
	p := start(t, []string{"CKADBOT_DATA_DIR=" + t.TempDir() + "/data"}, "/ckad define deploymnet\n/ckad leaderboard\n")
	p.finish(t)
	said := p.said()
	for part := range strings.SplitSeq(shown, "\n[…]\n") {
		for paragraph := range strings.SplitSeq(part, "\n\n") {
			if strings.Contains(paragraph, "you> /ckad ask") {
				return // which question comes is chance
			}
			if !strings.Contains(said, paragraph) {
				t.Errorf("the bot does not say %q", paragraph)
			}
		}
	}
}
