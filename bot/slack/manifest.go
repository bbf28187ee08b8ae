package slack

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"ckadbot/bot/chat"
)

// What Slack's manifest schema takes at most, in characters (github.com/slackapi/manifest-schema).
const (
	maxCommands    = 50
	maxCommand     = 32 // with the slash
	maxDescription = 2000
	maxUsage       = 1000
)

// scopes are those that the bot needs, and no more.
var scopes = []string{
	"app_mentions:read", // app_mention: help for who mentions the bot
	"channels:read",     // member_joined_channel, and whether it may post
	"chat:write",
	"commands",
	"files:write", // pictures, and what people export
	"groups:read", // as channels:read, in private channels
	"im:history",  // message.im: help for who writes to the bot
	"im:write",
	"users:read", // names, and who is an admin
}

// events are those that the bot reacts to.
var events = []string{"app_home_opened", "app_mention", "app_uninstalled", "member_joined_channel", "message.im", "tokens_revoked"}

// eventsOfOrg are those of an app that is installed for all workspaces of an enterprise.
var eventsOfOrg = []string{"team_access_granted", "team_access_revoked"}

// ManifestOptions are what an app's manifest depends on besides the commands.
type ManifestOptions struct {
	PublicURL string // https address under which Slack reaches the bot; empty: Socket Mode, for one workspace
}

const overSocket = `# A Slack app for ckadbot with Socket Mode: no public address is needed.
# 1. api.slack.com/apps, "Create New App", "From a manifest": paste this.
# 2. "Install App": the bot token (xoxb-…) is SLACK_BOT_TOKEN.
# 3. "Basic Information", "App-Level Tokens": one with connections:write (xapp-…) is SLACK_APP_TOKEN.
`

const overWeb = `# A Slack app for ckadbot over HTTP, in one workspace or in all that install it.
# 1. api.slack.com/apps, "Create New App", "From a manifest": paste this while the bot runs at that address.
# 2. "Basic Information": the signing secret is SLACK_SIGNING_SECRET, the client ID and
#    secret are SLACK_CLIENT_ID and SLACK_CLIENT_SECRET.
# 3. "Manage Distribution" lets other workspaces install it, at the address /slack/install of the bot.
`

const manifestHead = `# With the scopes channels:history and groups:history added, a post whose answer
# from Slack was lost is found again instead of being posted a second time.
# files:write is for pictures of statistics and leaderboards (without it they are text),
# and to hand people what is stored about them.
_metadata:
  major_version: 1
  minor_version: 1
display_information:
  name: ckadbot
  description: Learn for the CKAD exam, with a glossary, daily quizzes and duels
features:
  app_home:
    home_tab_enabled: true
    messages_tab_enabled: true
    messages_tab_read_only_enabled: false
  bot_user:
    display_name: ckad
    always_online: true
  slash_commands:
`

// manifestTail is what comes after the commands.
func manifestTail(web string) string {
	var b strings.Builder
	b.WriteString("oauth_config:\n")
	if web != "" {
		fmt.Fprintf(&b, "  redirect_urls:\n    - %q\n", web+"/slack/oauth_redirect")
	}
	b.WriteString("  scopes:\n    bot:\n")
	for _, s := range scopes {
		fmt.Fprintf(&b, "      - %s\n", s)
	}
	b.WriteString("settings:\n  event_subscriptions:\n")
	if web != "" {
		fmt.Fprintf(&b, "    request_url: %q\n", web+"/slack/events")
	}
	b.WriteString("    bot_events:\n")
	listen := events
	if web != "" {
		listen = slices.Concat(events, eventsOfOrg)
	}
	for _, e := range listen {
		fmt.Fprintf(&b, "      - %s\n", e)
	}
	b.WriteString("  interactivity:\n    is_enabled: true\n")
	if web != "" {
		fmt.Fprintf(&b, "    request_url: %q\n    message_menu_options_url: %[1]q\n", web+"/slack/interactions")
	}
	fmt.Fprintf(&b, "  org_deploy_enabled: %t\n  socket_mode_enabled: %t\n  token_rotation_enabled: false\n", web != "", web == "")
	return b.String()
}

// Manifest makes the app manifest (YAML) that a Slack app for the bot is
// created from. It fails if the commands are not ones that Slack takes.
func Manifest(spec chat.Spec, opt ManifestOptions) ([]byte, error) {
	if n := len(spec.Commands); n < 1 || n > maxCommands {
		return nil, fmt.Errorf("slack manifest: %d commands, want 1 to %d", n, maxCommands)
	}
	var b bytes.Buffer
	head := overSocket
	if opt.PublicURL != "" {
		head = overWeb
	}
	b.WriteString(head + manifestHead)
	var problems []error
	for _, c := range spec.Commands {
		if n := chat.Length("/" + c.Name); n < 2 || n > maxCommand {
			problems = append(problems, fmt.Errorf("slack manifest: the command %q has %d characters, want 2 to %d", "/"+c.Name, n, maxCommand))
		}
		if n := chat.Length(c.Description); n < 1 || n > maxDescription {
			problems = append(problems, fmt.Errorf("slack manifest: the description of %q has %d characters, want 1 to %d", "/"+c.Name, n, maxDescription))
		}
		fmt.Fprintf(&b, "    - command: %q\n      description: %q\n", "/"+c.Name, c.Description)
		if u := usage(c); u != "" {
			fmt.Fprintf(&b, "      usage_hint: %q\n", chat.Cut(u, maxUsage))
		}
		if opt.PublicURL != "" {
			fmt.Fprintf(&b, "      url: %q\n", opt.PublicURL+"/slack/commands")
		}
		b.WriteString("      should_escape: true\n")
	}
	b.WriteString(manifestTail(opt.PublicURL))
	return b.Bytes(), errors.Join(problems...)
}

// usage is what Slack shows while somebody types the command.
func usage(c chat.CommandSpec) string {
	if len(c.Commands) == 0 {
		return strings.Join(required(c), " ")
	}
	var parts []string
	for _, sub := range c.Commands {
		part := append([]string{sub.Name}, required(sub)...)
		if len(sub.Commands) > 0 {
			part = append(part, "…")
		}
		parts = append(parts, strings.Join(part, " "))
	}
	return strings.Join(parts, " | ")
}

func required(c chat.CommandSpec) (words []string) {
	for _, o := range c.Options {
		if o.Required {
			words = append(words, "<"+o.Name+">")
		}
	}
	return words
}
