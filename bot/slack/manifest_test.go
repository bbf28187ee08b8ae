package slack

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
)

// What Slack's manifest schema takes where (github.com/slackapi/manifest-schema, 2.0.0), as
// far as our manifests use it. Anything else is refused by Slack.
var schema = map[string]func(v any) error{
	"_metadata.major_version":                          integer,
	"_metadata.minor_version":                          integer,
	"display_information.name":                         words(1, 35),
	"display_information.description":                  words(1, 140),
	"display_information.long_description":             words(175, 4000),
	"features.app_home.home_tab_enabled":               yesNo,
	"features.app_home.messages_tab_enabled":           yesNo,
	"features.app_home.messages_tab_read_only_enabled": yesNo,
	"features.bot_user.display_name":                   words(1, 80),
	"features.bot_user.always_online":                  yesNo,
	"features.slash_commands":                          list(1, 50),
	"features.slash_commands[].command":                like(`^/[a-z0-9_-]+$`, 32),
	"features.slash_commands[].description":            words(1, 2000),
	"features.slash_commands[].usage_hint":             words(1, 1000),
	"features.slash_commands[].url":                    like(`^https://`, 3000),
	"features.slash_commands[].should_escape":          yesNo,
	"oauth_config.redirect_urls":                       list(0, 1000),
	"oauth_config.redirect_urls[]":                     like(`^https://`, 2500),
	"oauth_config.scopes.bot":                          list(0, 255),
	"oauth_config.scopes.bot[]":                        like(`^[a-z_]+(:[a-z_.]+)?$`, 50),
	"settings.event_subscriptions.request_url":         like(`^https://`, 3500),
	"settings.event_subscriptions.bot_events":          list(0, 100),
	"settings.event_subscriptions.bot_events[]":        like(`^[a-z_]+(\.[a-z]+)?$`, 50),
	"settings.interactivity.is_enabled":                yesNo,
	"settings.interactivity.request_url":               like(`^https://`, 3500),
	"settings.interactivity.message_menu_options_url":  like(`^https://`, 3500),
	"settings.org_deploy_enabled":                      yesNo,
	"settings.socket_mode_enabled":                     yesNo,
	"settings.token_rotation_enabled":                  yesNo,
}

// needed are what the schema wants to be there.
var needed = []string{"display_information.name", "features.bot_user.display_name", "features.slash_commands[].command", "features.slash_commands[].description", "settings.interactivity.is_enabled"}

func integer(v any) error {
	if _, ok := v.(int); !ok {
		return fmt.Errorf("%v is no integer", v)
	}
	return nil
}

func yesNo(v any) error {
	if _, ok := v.(bool); !ok {
		return fmt.Errorf("%v is neither true nor false", v)
	}
	return nil
}

func words(least, most int) func(any) error {
	return func(v any) error {
		if s, ok := v.(string); !ok || chat.Length(s) < least || chat.Length(s) > most {
			return fmt.Errorf("%q is no text of %d to %d characters", v, least, most)
		}
		return nil
	}
}

func like(pattern string, most int) func(any) error {
	form := regexp.MustCompile(pattern)
	return func(v any) error {
		if s, ok := v.(string); !ok || !form.MatchString(s) || len(s) > most {
			return fmt.Errorf("%q is not like %s, of %d characters at most", v, pattern, most)
		}
		return nil
	}
}

func list(least, most int) func(any) error {
	return func(v any) error {
		all, ok := v.([]any)
		if !ok || len(all) < least || len(all) > most {
			return fmt.Errorf("%v is no list of %d to %d", v, least, most)
		}
		seen := map[string]bool{}
		for _, x := range all {
			if seen[fmt.Sprint(x)] {
				return fmt.Errorf("%v is there twice", x)
			}
			seen[fmt.Sprint(x)] = true
		}
		return nil
	}
}

// faults are what Slack would say of v, which is at path, and found is what is there.
func faults(path string, v any, found map[string]bool) (problems []string) {
	if path != "" {
		found[path] = true
	}
	check, known := schema[path]
	if known {
		if err := check(v); err != nil {
			problems = append(problems, path+": "+err.Error())
		}
	}
	switch t := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(t)) {
			problems = append(problems, faults(strings.TrimPrefix(path+"."+name, "."), t[name], found)...)
		}
	case []any:
		for _, x := range t {
			problems = append(problems, faults(path+"[]", x, found)...)
		}
	default:
		if !known {
			problems = append(problems, path+" is not in the schema")
		}
	}
	return problems
}

func readManifest(t *testing.T, spec chat.Spec, public string) (manifest map[string]any) {
	t.Helper()
	raw, err := Manifest(spec, ManifestOptions{PublicURL: public})
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(raw, &manifest); err != nil {
		t.Fatal(err)
	}
	return manifest
}

func TestManifestIsWhatSlackTakes(t *testing.T) {
	long := chat.Spec{Commands: []chat.CommandSpec{{Name: strings.Repeat("c", maxCommand-1), Description: strings.Repeat("d", maxDescription)}}}
	for range 200 {
		long.Commands[0].Commands = append(long.Commands[0].Commands, chat.CommandSpec{Name: "subcommand", Description: "d"})
	}
	for name, spec := range map[string]chat.Spec{"usual": chattest.Spec, "long": long} {
		for _, public := range []string{"", "https://quiz.example"} {
			found := map[string]bool{}
			for _, problem := range faults("", readManifest(t, spec, public), found) {
				t.Errorf("%s at %q: %s", name, public, problem)
			}
			for _, path := range needed {
				if !found[path] {
					t.Errorf("%s at %q: %s is missing", name, public, path)
				}
			}
		}
	}
	for what, bad := range map[string]map[string]any{
		"an unknown key":   {"features": map[string]any{"apphome": map[string]any{"x": true}}},
		"a long name":      {"display_information": map[string]any{"name": strings.Repeat("n", 36)}},
		"a scope twice":    {"oauth_config": map[string]any{"scopes": map[string]any{"bot": []any{"commands", "commands"}}}},
		"plain http":       {"settings": map[string]any{"interactivity": map[string]any{"request_url": "http://quiz.example"}}},
		"text for a truth": {"settings": map[string]any{"socket_mode_enabled": "yes"}},
	} {
		if len(faults("", bad, map[string]bool{})) == 0 {
			t.Errorf("%s is not noticed", what)
		}
	}
}

// The scopes that Slack wants (docs.slack.dev/reference/methods, …/events), for all methods that the bot calls and
// events that it handles. Some need one of several scopes, by the kind of channel.
var (
	ofMethods = map[string][]string{
		"apps.connections.open":      nil, // the app token's
		"auth.teams.list":            nil,
		"auth.test":                  nil,
		"chat.getPermalink":          nil,
		"chat.postEphemeral":         {"chat:write"},
		"chat.postMessage":           {"chat:write"},
		"chat.update":                {"chat:write"},
		"conversations.history":      nil, // channels:history and groups:history, which whoever sets the bot up may add
		"conversations.info":         {"channels:read", "groups:read"},
		"conversations.open":         {"im:write"},
		"files.getUploadURLExternal": {"files:write"},
		"oauth.v2.access":            nil,
		"users.conversations":        {"channels:read", "groups:read"},
		"users.info":                 {"users:read"},
		"views.open":                 nil,
		"views.publish":              nil,
		"views.update":               nil,
	}
	ofEvents = map[string][]string{
		"app_home_opened":       nil,
		"app_mention":           {"app_mentions:read"},
		"app_uninstalled":       nil,
		"member_joined_channel": {"channels:read", "groups:read"},
		"message.im":            {"im:history"},
		"team_access_granted":   nil,
		"team_access_revoked":   nil,
		"tokens_revoked":        nil,
	}
)

func TestScopesAreThoseThatAreNeeded(t *testing.T) {
	called, handled := map[string]bool{}, map[string]bool{}
	code := source(t)
	for _, m := range regexp.MustCompile(`method: +"([a-zA-Z0-9.]+)"`).FindAllStringSubmatch(code, -1) {
		called[m[1]] = true
	}
	for call, method := range map[string]string{".AuthTestContext(": "auth.test", ".ListTeamsContext(": "auth.teams.list", "socketmode.New(": "apps.connections.open", "OAuthV2": "oauth.v2.access"} {
		called[method] = strings.Contains(code, call)
	}
	for method := range called {
		if _, known := ofMethods[method]; !known {
			t.Errorf("nobody has looked up which scopes %s needs", method)
		}
	}
	want := map[string]bool{"commands": true} // the feature's
	for method, needs := range ofMethods {
		if !called[method] {
			t.Errorf("%s is never called", method)
		}
		for _, scope := range needs {
			want[scope] = true
		}
	}
	listens := regexp.MustCompile(`case ("app_home_opened"[^:]+):`).FindStringSubmatch(code)
	if listens == nil {
		t.Fatal("readHappening is not found")
	}
	for _, e := range strings.Split(strings.ReplaceAll(listens[1], `"`, ""), ", ") {
		if e == "message" {
			e = "message.im"
		}
		handled[e] = true
		if _, known := ofEvents[e]; !known {
			t.Errorf("nobody has looked up which scopes the event %s needs", e)
		}
		for _, scope := range ofEvents[e] {
			want[scope] = true
		}
	}
	manifest := readManifest(t, chattest.Spec, "https://quiz.example")
	if got, want := at(manifest, "oauth_config", "scopes", "bot"), slices.Sorted(maps.Keys(want)); !slices.Equal(got, want) {
		t.Errorf("the scopes are %q, want %q", got, want)
	}
	if got, want := at(manifest, "settings", "event_subscriptions", "bot_events"), slices.Sorted(maps.Keys(handled)); !slices.Equal(got, want) {
		t.Errorf("the events are %q, want %q", got, want)
	}
}

// source is all code of this package but its tests.
func source(t *testing.T) string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		code, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(code)
	}
	return all.String()
}

// at is the list at a path, in order.
func at(v any, path ...string) (all []string) {
	for _, name := range path {
		v, _ = v.(map[string]any)[name]
	}
	for _, x := range v.([]any) {
		all = append(all, x.(string))
	}
	slices.Sort(all)
	return all
}
