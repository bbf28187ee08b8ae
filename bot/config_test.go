package main

import (
	"encoding/base64"
	"fmt"
	"maps"
	"strings"
	"testing"
)

// env is what a test sets.
type env map[string]string

func (e env) get(name string) string { return e[name] }

func (e env) with(more env) env {
	all := maps.Clone(e)
	maps.Copy(all, more)
	return all
}

var (
	aKey       = base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))
	socket     = env{"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
	overHTTP   = env{"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s3cret", "HTTP_ADDR": ":8080"}
	manySpaces = env{"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s3cret", "SLACK_SIGNING_SECRET": "s3cret", "HTTP_ADDR": ":8080",
		"PUBLIC_URL": "https://bot.example.com/", "SECRET_KEYS": "new:" + aKey + ", old:" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("o", 32)))}
	gateway      = env{"DISCORD_TOKEN": "d1"}
	interactions = env{"DISCORD_TOKEN": "d1", "DISCORD_PUBLIC_KEY": strings.Repeat("0a", 32), "HTTP_ADDR": ":8080"}
)

func TestSettingsThatFitAreTaken(t *testing.T) {
	for name, e := range map[string]env{
		"none": {}, "socket": socket, "HTTP": overHTTP, "many workspaces": manySpaces, "gateway": gateway, "interactions over HTTP": interactions,
		"both ways to Slack": socket.with(overHTTP), "many workspaces over sockets": manySpaces.with(env{"SLACK_APP_TOKEN": "xapp-1"}),
		"both platforms": socket.with(gateway), "shards": gateway.with(env{"DISCORD_SHARDS": "4"}),
	} {
		c, err := ReadConfig(e.get)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if c.console() != (name == "none") {
			t.Errorf("%s: the chat is in the terminal: %v", name, c.console())
		}
	}
	c, _ := ReadConfig(manySpaces.get)
	if len(c.SecretKeys) != 2 || c.SecretKeys[0] != (SecretKey{"new", Secret(strings.Repeat("k", 32))}) || c.SecretKeys[1].ID != "old" {
		t.Errorf("got keys %+v", c.SecretKeys)
	}
	if c.PublicURL != "https://bot.example.com" {
		t.Errorf("PublicURL is %q", c.PublicURL)
	}
}

func TestSettingsThatDoNotFitAreExplained(t *testing.T) {
	for name, tc := range map[string]struct {
		env   env
		wants []string
	}{
		"Slack cannot reach it":   {env{"SLACK_BOT_TOKEN": "xoxb-1"}, []string{"SLACK_BOT_TOKEN is set but SLACK_APP_TOKEN is not", "SLACK_SIGNING_SECRET"}},
		"Slack without a token":   {env{"SLACK_APP_TOKEN": "xapp-1"}, []string{"SLACK_APP_TOKEN is set but SLACK_BOT_TOKEN is not"}},
		"a signing secret alone":  {env{"SLACK_SIGNING_SECRET": "s3cret"}, []string{"SLACK_SIGNING_SECRET is set but SLACK_BOT_TOKEN is not"}},
		"half an app":             {manySpaces.with(env{"SLACK_CLIENT_SECRET": ""}), []string{"only one is set"}},
		"one and many":            {manySpaces.with(env{"SLACK_BOT_TOKEN": "xoxb-1"}), []string{"unset one"}},
		"no keys":                 {manySpaces.with(env{"SECRET_KEYS": ""}), []string{"SECRET_KEYS is not", "openssl rand"}},
		"a key too short":         {manySpaces.with(env{"SECRET_KEYS": "new:" + aKey + ",old:czNjcmV0"}), []string{"number 2 of SECRET_KEYS"}},
		"a key without an id":     {manySpaces.with(env{"SECRET_KEYS": aKey}), []string{"number 1 of SECRET_KEYS"}},
		"two keys of one id":      {manySpaces.with(env{"SECRET_KEYS": "a:" + aKey + ",a:" + aKey}), []string{`have the id "a"`}},
		"nowhere to install":      {manySpaces.with(env{"HTTP_ADDR": "", "PUBLIC_URL": ""}), []string{"HTTP_ADDR is not set", "PUBLIC_URL is not set"}},
		"not encrypted":           {manySpaces.with(env{"PUBLIC_URL": "http://bot.example.com"}), []string{"PUBLIC_URL is no https address"}},
		"an address with secrets": {manySpaces.with(env{"PUBLIC_URL": "https://u:s3cret@bot.example.com"}), []string{"PUBLIC_URL is no https address"}},
		"HTTP without an address": {overHTTP.with(env{"HTTP_ADDR": ""}), []string{"HTTP_ADDR is not set, but SLACK_SIGNING_SECRET"}},
		"Discord likewise":        {interactions.with(env{"HTTP_ADDR": ""}), []string{"HTTP_ADDR is not set, but DISCORD_PUBLIC_KEY"}},
		"a key of other digits":   {interactions.with(env{"DISCORD_PUBLIC_KEY": "0123"}), []string{"DISCORD_PUBLIC_KEY has not 64"}},
		"a key without a token":   {interactions.with(env{"DISCORD_TOKEN": ""}), []string{"DISCORD_PUBLIC_KEY is set but DISCORD_TOKEN is not"}},
		"no shards":               {gateway.with(env{"DISCORD_SHARDS": "0"}), []string{`DISCORD_SHARDS is "0"`}},
		"half a shard":            {gateway.with(env{"DISCORD_SHARDS": "auto"}), []string{`DISCORD_SHARDS is "auto"`}},
		"a token with a blank":    {manySpaces.with(env{"SLACK_CLIENT_SECRET": "s3cret x"}), []string{"SLACK_CLIENT_SECRET has a blank"}},
	} {
		c, err := ReadConfig(tc.env.get)
		if err == nil {
			t.Errorf("%s: no error, want %q", name, tc.wants)
			continue
		}
		for _, want := range tc.wants {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %q, want %q", name, err, want)
			}
		}
		c.PublicURL = "" // is no secret, unless somebody mistakes what it is for
		for _, secret := range []string{"s3cret", "kkkk", aKey, "czNj"} {
			if all := fmt.Sprintf("%v %+v %#v", err, c, c); strings.Contains(all, secret) {
				t.Errorf("%s: a secret is shown: %s", name, all)
			}
		}
	}
}
