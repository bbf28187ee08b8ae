package main

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Config is what the environment says. The zero value is a bot in the terminal
// with a built-in database.
type Config struct {
	DatabaseURL       Secret // DATABASE_URL: this PostgreSQL; unset: a built-in one
	DataDir           string // CKADBOT_DATA_DIR: where the built-in one keeps its data
	PostgresBin       string // CKADBOT_PG_BIN: where its binaries are, if not in a usual place
	Home, XDGDataHome string // HOME, XDG_DATA_HOME: where the data goes if CKADBOT_DATA_DIR is unset

	SlackBotToken      Secret // SLACK_BOT_TOKEN: Slack is on, in one workspace, when it is set
	SlackAppToken      Secret // SLACK_APP_TOKEN: for Socket Mode
	SlackSigningSecret Secret // SLACK_SIGNING_SECRET: for HTTP, if there is no app token
	SlackClientID      string // SLACK_CLIENT_ID: Slack is on, in all workspaces that install the app, when it is set
	SlackClientSecret  Secret // SLACK_CLIENT_SECRET: goes with it
	SlackAPIURL        string // SLACK_API_URL: another base URL, for tests

	DiscordToken     Secret // DISCORD_TOKEN: Discord is on when it is set
	DiscordPublicKey string // DISCORD_PUBLIC_KEY: interactions come over HTTP instead of the gateway
	DiscordShards    int    // DISCORD_SHARDS: connections to the gateway; 0: as many as Discord recommends
	DiscordAPIURL    string // DISCORD_API_URL: another base URL, for tests

	HTTPAddr   string      // HTTP_ADDR: listen address of everything HTTP; unset: none
	PublicURL  string      // PUBLIC_URL: where the platforms reach HTTPAddr, without a slash at its end
	SecretKeys []SecretKey // SECRET_KEYS: the first encrypts what is secret in the database, all decrypt it
	LogLevel   slog.Level
	NoColor    bool // NO_COLOR: plain text in the terminal
	Name       string
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

// A SecretKey is one of SECRET_KEYS.
type SecretKey struct {
	ID  string // is stored with what the key encrypted
	Key Secret // 32 bytes
}

// ReadConfig reads the settings. It is the only place that does.
func ReadConfig(getenv func(string) string) (Config, error) {
	get := func(name string) string { return strings.TrimSpace(getenv(name)) }
	c := Config{
		DatabaseURL: Secret(get("DATABASE_URL")),
		DataDir:     get("CKADBOT_DATA_DIR"),
		PostgresBin: get("CKADBOT_PG_BIN"),
		Home:        get("HOME"),
		XDGDataHome: get("XDG_DATA_HOME"),

		SlackBotToken:      Secret(get("SLACK_BOT_TOKEN")),
		SlackAppToken:      Secret(get("SLACK_APP_TOKEN")),
		SlackSigningSecret: Secret(get("SLACK_SIGNING_SECRET")),
		SlackClientID:      get("SLACK_CLIENT_ID"),
		SlackClientSecret:  Secret(get("SLACK_CLIENT_SECRET")),
		SlackAPIURL:        get("SLACK_API_URL"),
		DiscordToken:       Secret(get("DISCORD_TOKEN")),
		DiscordPublicKey:   get("DISCORD_PUBLIC_KEY"),
		DiscordAPIURL:      get("DISCORD_API_URL"),

		HTTPAddr:  get("HTTP_ADDR"),
		PublicURL: strings.TrimRight(get("PUBLIC_URL"), "/"),
		NoColor:   getenv("NO_COLOR") != "" || get("TERM") == "dumb",
		Name:      get("USER"),
		LogLevel:  slog.LevelInfo,
	}
	var err error
	if c.SecretKeys, err = readKeys(get("SECRET_KEYS")); err != nil {
		return c, err
	}
	if n := get("DISCORD_SHARDS"); n != "" {
		if c.DiscordShards, err = strconv.Atoi(n); err != nil || c.DiscordShards < 1 || c.DiscordShards > 1000 {
			return c, fmt.Errorf("DISCORD_SHARDS is %q: use a number from 1 to 1000, or leave it out to have as many as Discord recommends", n)
		}
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

// readKeys reads SECRET_KEYS. What is wrong with them is said without showing them.
func readKeys(list string) (keys []SecretKey, err error) {
	if list == "" {
		return nil, nil
	}
	for n, item := range strings.Split(list, ",") {
		id, encoded, _ := strings.Cut(strings.TrimSpace(item), ":")
		key, err := base64.StdEncoding.DecodeString(encoded)
		if !keyID.MatchString(id) || err != nil || len(key) != 32 {
			return nil, fmt.Errorf("number %d of SECRET_KEYS is not an id, a colon and 32 bytes in base64: make one with  echo \"key1:$(openssl rand -base64 32)\"", n+1)
		}
		if slices.ContainsFunc(keys, func(k SecretKey) bool { return k.ID == id }) {
			return nil, fmt.Errorf("two of SECRET_KEYS have the id %q: give the new one another", id)
		}
		keys = append(keys, SecretKey{ID: id, Key: Secret(key)})
	}
	return keys, nil
}

var keyID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

// Validate says what is missing, and what would not work without it.
func (c Config) Validate() error {
	errs := slices.Concat(c.checkSlack(), c.checkDiscord(), c.checkHTTP())
	for name, token := range map[string]Secret{"SLACK_BOT_TOKEN": c.SlackBotToken, "SLACK_APP_TOKEN": c.SlackAppToken, "SLACK_SIGNING_SECRET": c.SlackSigningSecret,
		"SLACK_CLIENT_ID": Secret(c.SlackClientID), "SLACK_CLIENT_SECRET": c.SlackClientSecret, "DISCORD_TOKEN": c.DiscordToken} {
		if strings.ContainsFunc(string(token), func(r rune) bool { return r <= ' ' || r > '~' }) {
			errs = append(errs, fmt.Errorf("%s has a blank or another character that no token has: copy it again", name))
		}
	}
	return errors.Join(errs...)
}

func (c Config) checkSlack() (errs []error) {
	on, way := "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"
	if c.SlackBotToken == "" {
		on = "SLACK_CLIENT_ID"
	}
	if c.SlackAppToken == "" {
		way = "SLACK_SIGNING_SECRET"
	}
	reachable := c.SlackAppToken != "" || c.SlackSigningSecret != ""
	switch {
	case c.slack() && !reachable:
		errs = append(errs, fmt.Errorf("%s is set but SLACK_APP_TOKEN is not: without it Slack has no way to reach the bot (create one under Basic Information, App-Level Tokens, with the scope connections:write; or set SLACK_SIGNING_SECRET to be reached over HTTP)", on))
	case !c.slack() && reachable:
		errs = append(errs, fmt.Errorf("%s is set but SLACK_BOT_TOKEN is not: without it the bot cannot post (it is under OAuth & Permissions, and begins with xoxb-)", way))
	}
	if (c.SlackClientID == "") != (c.SlackClientSecret == "") {
		errs = append(errs, errors.New("of SLACK_CLIENT_ID and SLACK_CLIENT_SECRET only one is set: workspaces install the app with both (they are under Basic Information, App Credentials)"))
	}
	if c.SlackClientID != "" && c.SlackBotToken != "" {
		errs = append(errs, errors.New("SLACK_BOT_TOKEN is for one workspace, SLACK_CLIENT_ID for all that install the app: unset one of them"))
	}
	if c.SlackClientID != "" && len(c.SecretKeys) == 0 {
		errs = append(errs, errors.New("SLACK_CLIENT_ID is set but SECRET_KEYS is not: with a key the workspaces' tokens are encrypted in the database; make one with  echo \"key1:$(openssl rand -base64 32)\""))
	}
	return errs
}

func (c Config) checkDiscord() (errs []error) {
	if c.DiscordPublicKey == "" {
		return nil
	}
	if key, err := hex.DecodeString(c.DiscordPublicKey); err != nil || len(key) != ed25519.PublicKeySize {
		errs = append(errs, errors.New("DISCORD_PUBLIC_KEY has not 64 hexadecimal digits: copy it again from General Information, Public Key"))
	}
	if c.DiscordToken == "" {
		errs = append(errs, errors.New("DISCORD_PUBLIC_KEY is set but DISCORD_TOKEN is not: without it the bot cannot post (it is on the application's page Bot)"))
	}
	return errs
}

// checkHTTP finds settings that need an address at which the bot listens, or is reached.
func (c Config) checkHTTP() (errs []error) {
	why := ""
	switch {
	case c.SlackClientID != "":
		why = "SLACK_CLIENT_ID: workspaces install the app over HTTP"
	case c.slack() && c.SlackAppToken == "" && c.SlackSigningSecret != "":
		why = "SLACK_SIGNING_SECRET: without SLACK_APP_TOKEN Slack reaches the bot over HTTP"
	case c.DiscordPublicKey != "":
		why = "DISCORD_PUBLIC_KEY: Discord reaches the bot over HTTP"
	}
	if c.HTTPAddr == "" && why != "" {
		errs = append(errs, fmt.Errorf("HTTP_ADDR is not set, but %s: set it to the address to listen on, such as :8080", why))
	}
	if c.PublicURL == "" && c.SlackClientID != "" {
		errs = append(errs, errors.New("PUBLIC_URL is not set, but SLACK_CLIENT_ID: Slack sends people back there after they installed the app; set it to the https address that leads to HTTP_ADDR"))
	}
	if u, err := url.Parse(c.PublicURL); c.PublicURL != "" && (err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "") {
		errs = append(errs, errors.New("PUBLIC_URL is no https address without a query: it looks like https://ckadbot.example.com"))
	}
	return errs
}

// slack tells whether Slack is on.
func (c Config) slack() bool { return c.SlackBotToken != "" || c.SlackClientID != "" }

// console tells whether the chat is in the terminal: no platform is configured.
func (c Config) console() bool { return !c.slack() && c.DiscordToken == "" }
