package main

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The rules of who may import whom. A package may import those of ours that
// stand behind it, and no other; a library that stands in libraries may be
// imported by the packages named there only, so that it can be replaced in
// one place.
var (
	ours = map[string][]string{
		"bot":                     {"bot/app", "bot/chat", "bot/slack", "bot/discord", "bot/console", "bot/metrics", "bot/store", "kb", "kb/lint", "quiz", "migrations", "migrations/pgserver"}, // joins everything
		"bot/app":                 {"bot/chat", "bot/picture", "kb", "quiz"},                                                                                                                    // translates between the three
		"bot/chat":                {},                                                                                                                                                           // the model: knows nothing
		"bot/chat/chattest":       {"bot/chat"},
		"bot/slack":               {"bot/chat", "bot/store"},         // adapters do not know what a quiz is
		"bot/slack/slacktest":     {"bot/chat", "bot/chat/chattest"}, // is a chattest.Platform, and knows no bot
		"bot/discord":             {"bot/chat"},
		"bot/discord/discordtest": {"bot/chat", "bot/chat/chattest"},
		"bot/console":             {"bot/chat"},
		"bot/metrics":             {"bot/chat"},                        // counts what any adapter does
		"bot/store":               {},                                  // what adapters keep in the database, whatever the platform
		"bot/picture":             {"bot/chat"},                        // draws plain data: knows neither the quiz nor a platform
		"kb":                      {"kb/content", "internal/textfile"}, // knows neither the quiz nor what a chat is
		"kb/content":              {},
		"kb/lint":                 {"kb", "kb/content"},                               // knows what Kubernetes takes; no running bot needs that
		"quiz":                    {"quiz/content", "quiz/fsrs", "internal/textfile"}, // likewise
		"quiz/content":            {},
		"quiz/fsrs":               {}, // a formula: knows no database, no clock and no player
		"internal/textfile":       {}, // what both know of files, and nothing of what is in them
		"migrations":              {},
		"migrations/pgserver":     {},
		"migrations/pgtest":       {"migrations", "migrations/pgserver"},
	}
	libraries = map[string][]string{
		"github.com/slack-go/slack":           {"bot/slack"},
		"github.com/bwmarrin/discordgo":       {"bot/discord"},
		"github.com/blevesearch/bleve":        {"kb"},
		"github.com/pressly/goose":            {"migrations"},
		"github.com/alecthomas/kong":          {"bot"},
		"golang.org/x/term":                   {"bot/console"},
		"github.com/jackc/pgx":                {"bot", "bot/metrics", "bot/store", "kb", "quiz", "migrations", "migrations/pgserver", "migrations/pgtest"},
		"go.yaml.in/yaml":                     {"kb", "kb/lint", "quiz", "internal/textfile", "bot/slack"}, // content files; the Slack manifest
		"k8s.io/api":                          {"kb/lint"},                                                 // large, and not for running bots
		"k8s.io/apimachinery":                 {"kb/lint"},
		"golang.org/x/image":                  {"bot/picture"},
		"golang.org/x/text":                   {"bot/picture", "kb", "quiz", "internal/textfile"},
		"golang.org/x/sync":                   {"bot", "bot/app", "bot/slack", "bot/discord", "quiz", "kb"},
		"github.com/gorilla/websocket":        {"bot/discord", "bot/slack/slacktest", "bot/discord/discordtest"}, // discordgo and slack-go bring it
		"github.com/prometheus/client_golang": {"bot/metrics"},
		"golang.org/x/sys":                    {"migrations/pgserver"},
		"pgregory.net/rapid":                  {},
		"github.com/google/go-cmp":            {},
	}
)

func TestImportsKeepTheRules(t *testing.T) {
	for path, imports := range listImports(t) {
		allowed, known := ours[path]
		if !known {
			t.Errorf("package %s is not in the table of imports_test.go: which package would it make deeper instead?", path)
		}
		for _, imp := range imports {
			if own, ok := strings.CutPrefix(imp, "ckadbot/"); ok {
				if !slices.Contains(allowed, own) {
					t.Errorf("%s imports %s", path, own)
				}
				continue
			}
			checkLibrary(t, path, imp)
		}
	}
}

func checkLibrary(t *testing.T, path, imp string) {
	if first, _, _ := strings.Cut(imp, "/"); !strings.Contains(first, ".") {
		return // the standard library
	}
	if path == "bot/chat" || path == "bot/chat/chattest" {
		t.Errorf("%s imports %s; it needs the standard library only", path, imp)
	}
	for library, users := range libraries {
		if strings.HasPrefix(imp, library) {
			if !slices.Contains(users, path) {
				t.Errorf("%s imports %s; only %v may", path, imp, users)
			}
			return
		}
	}
	t.Errorf("%s imports %s, which is not in the table of libraries", path, imp)
}

func TestThereIsOneProgram(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", "{{if eq .Name \"main\"}}{{.ImportPath}}{{end}}", "ckadbot/...").Output()
	if got := strings.Fields(string(out)); err != nil || !slices.Equal(got, []string{"ckadbot/bot"}) {
		t.Errorf("programs are %v (%v), want ckadbot/bot only", got, err)
	}
}

// listImports gives the direct imports of each package of the module, without those of its tests.
func listImports(t *testing.T) map[string][]string {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "ckadbot/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	all := map[string][]string{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); dec.More(); {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		all[strings.TrimPrefix(p.ImportPath, "ckadbot/")] = p.Imports
	}
	if len(all) < 10 {
		t.Fatalf("go list finds %d packages only", len(all))
	}
	return all
}
