package main

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

// Config is what the environment says. The zero value is a bot in the terminal
// with a built-in database.
type Config struct {
	DatabaseURL       Secret // DATABASE_URL: this PostgreSQL; unset: a built-in one
	DataDir           string // CKADBOT_DATA_DIR: where the built-in one keeps its data
	PostgresBin       string // CKADBOT_PG_BIN: where its binaries are, if not in a usual place
	Home, XDGDataHome string // HOME, XDG_DATA_HOME: where the data goes if CKADBOT_DATA_DIR is unset

	SlackBotToken Secret // SLACK_BOT_TOKEN: Slack is on when it is set
	SlackAppToken Secret // SLACK_APP_TOKEN: for Socket Mode
	SlackAPIURL   string // SLACK_API_URL: another base URL, for tests

	DiscordToken  Secret // DISCORD_TOKEN: Discord is on when it is set
	DiscordAPIURL string // DISCORD_API_URL: another base URL, for tests

	HTTPAddr string // HTTP_ADDR: listen address of /healthz; unset: none
	LogLevel slog.Level
	NoColor  bool // NO_COLOR: plain text in the terminal
	Name     string
}

// A Secret is never shown: printing and logging it give its length at most.
type Secret string

// String hides the secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "(hidden)"
}

// GoString hides the secret from %#v.
func (s Secret) GoString() string { return s.String() }

// LogValue hides the secret from slog.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// ReadConfig reads the settings. It is the only place that does.
func ReadConfig(getenv func(string) string) (Config, error) {
	get := func(name string) string { return strings.TrimSpace(getenv(name)) }
	c := Config{
		DatabaseURL:   Secret(get("DATABASE_URL")),
		DataDir:       get("CKADBOT_DATA_DIR"),
		PostgresBin:   get("CKADBOT_PG_BIN"),
		Home:          get("HOME"),
		XDGDataHome:   get("XDG_DATA_HOME"),
		SlackBotToken: Secret(get("SLACK_BOT_TOKEN")),
		SlackAppToken: Secret(get("SLACK_APP_TOKEN")),
		SlackAPIURL:   get("SLACK_API_URL"),
		DiscordToken:  Secret(get("DISCORD_TOKEN")),
		DiscordAPIURL: get("DISCORD_API_URL"),
		HTTPAddr:      get("HTTP_ADDR"),
		NoColor:       getenv("NO_COLOR") != "" || get("TERM") == "dumb",
		Name:          get("USER"),
		LogLevel:      slog.LevelInfo,
	}
	if c.console() { // a conversation is no place for a log
		c.LogLevel = slog.LevelWarn
	}
	if l := get("LOG_LEVEL"); l != "" {
		if err := c.LogLevel.UnmarshalText([]byte(l)); err != nil {
			return c, fmt.Errorf("LOG_LEVEL is %q: use debug, info, warn or error", l)
		}
	}
	return c, c.Validate()
}

// Validate says what is missing, and what would not work without it.
func (c Config) Validate() error {
	var errs []error
	if c.SlackBotToken != "" && c.SlackAppToken == "" {
		errs = append(errs, errors.New("SLACK_BOT_TOKEN is set but SLACK_APP_TOKEN is not: without it Slack has no way to reach the bot (create one under Basic Information, App-Level Tokens, with the scope connections:write)"))
	}
	if c.SlackBotToken == "" && c.SlackAppToken != "" {
		errs = append(errs, errors.New("SLACK_APP_TOKEN is set but SLACK_BOT_TOKEN is not: without it the bot cannot post (it is under OAuth & Permissions, and begins with xoxb-)"))
	}
	for name, token := range map[string]Secret{"SLACK_BOT_TOKEN": c.SlackBotToken, "SLACK_APP_TOKEN": c.SlackAppToken, "DISCORD_TOKEN": c.DiscordToken} {
		if strings.ContainsFunc(string(token), func(r rune) bool { return r <= ' ' || r > '~' }) {
			errs = append(errs, fmt.Errorf("%s has a blank or another character that no token has: copy it again", name))
		}
	}
	return errors.Join(errs...)
}

// console tells whether the chat is in the terminal: no platform is configured.
func (c Config) console() bool { return c.SlackBotToken == "" && c.DiscordToken == "" }
