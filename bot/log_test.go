package main

import (
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/discord/discordtest"
	"ckadbot/bot/slack/slacktest"
	"ckadbot/migrations/pgtest"
)

// typedText is what people type in this test, in one place or another.
const typedText = "zebrafish"

// TestTheLogHoldsNoSecretAndNothingThatPeopleType: a conversation in which much goes
// wrong, with all that can be logged, on all transports.
func TestTheLogHoldsNoSecretAndNothingThatPeopleType(t *testing.T) {
	for name, open := range transports {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, database := freeAddress(t), pgtest.URL(t)
			w := open(t, address)
			p := start(t, append(settings(database, w), "HTTP_ADDR="+address, "LOG_LEVEL=debug"), "")
			awaitStatus(t, address, "/readyz", 200)
			forge(t, address)
			typeAll(t, w, false)
			for _, fault := range []chattest.Fault{chattest.Again, chattest.Limited, chattest.Lost, chattest.Gone, chattest.NoImages} {
				w.Fail(fault)
				w.Type("alice", "/ckad ask "+onePressTopic(t))
				w.ask(t, "bob", "/ckad away", "You are not away")
			}
			db, err := pgx.Connect(t.Context(), database)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.Exec(t.Context(), `alter schema quiz rename to away; alter schema kb rename to away_too`); err != nil {
				t.Fatal(err)
			}
			typeAll(t, w, true)
			if err := db.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			p.signal(t, os.Interrupt)
			p.finish(t)

			log := p.said() + p.complained()
			if !strings.Contains(log, "handler failed") {
				t.Errorf("nothing has gone wrong:\n%s", log)
			}
			secrets := append(w.secrets(), typedText, "The result is shown to you alone", database)
			for _, secret := range secrets {
				if i := strings.Index(log, secret); i >= 0 {
					line := log[strings.LastIndex(log[:i], "\n")+1:]
					line, _, _ = strings.Cut(line, "\n")
					t.Errorf("%q is in the log: %s", secret, line)
				}
			}
		})
	}
}

// typeAll has people type, press and fill in. With broken, nothing of it works.
func typeAll(t *testing.T, w workplace, broken bool) {
	t.Helper()
	for command, answer := range map[string]string{
		"/ckad define " + typedText:                                              "not in the glossary",
		"/ckad search " + typedText:                                              "",
		"/ckad leaderboard series=" + typedText:                                  "",
		"/ckad leaderboard season=" + typedText:                                  "",
		"/ckad practice " + typedText:                                            "",
		"/ckad ask " + typedText:                                                 "",
		"/ckad away until " + typedText:                                          "",
		"/ckad-admin series create name=" + typedText + " topic=pods time=09:30": "",
		"/ckad-admin series edit " + typedText + " time=10:30":                   "",
		"/ckad-admin season open " + typedText:                                   "",
		"/ckad-admin question show " + typedText:                                 "",
		"/ckad-admin term history " + typedText:                                  "",
	} {
		if broken {
			answer = ""
		}
		w.ask(t, "admin", command, answer)
	}
	w.Type("alice", "/ckad suggest "+typedText)
	form := chattest.Await(t, w, "alice", func(m chattest.Shown) bool { return m.Form })
	values := map[string]string{}
	for _, input := range form.Inputs {
		values[input] = typedText
	}
	w.Fill("alice", form, values)
	if broken {
		chattest.AwaitText(t, w, "alice", "went wrong")
		return
	}
	chattest.AwaitText(t, w, "alice", "waits for an admin")
	w.Type("alice", "/ckad ask "+onePressTopic(t))
	w.Press("bob", chattest.AwaitText(t, w, "bob", "The result is shown to you alone"), "A")
	result := chattest.Await(t, w, "bob", func(m chattest.Shown) bool { return slices.Contains(m.Buttons, "🚩 Report") && m.Ephemeral })
	w.Press("bob", result, "🚩 Report")
	form = chattest.Await(t, w, "bob", func(m chattest.Shown) bool { return m.Form })
	w.Fill("bob", form, map[string]string{form.Inputs[0]: typedText})
	chattest.AwaitText(t, w, "bob", "Thank you")
}

// forge sends what platforms did not sign.
func forge(t *testing.T, address string) {
	t.Helper()
	for _, path := range []string{"/slack/commands?x=", "/slack/interactions?x=", "/slack/events?x=", "/discord/interactions?x=", "/discord/events?x=", "/x/"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+address+path+typedText, strings.NewReader(`{"type":"`+typedText+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range []string{"X-Slack-Signature", "X-Signature-Ed25519", "User-Agent"} {
			r.Header.Set(h, typedText)
		}
		r.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode < 400 || answer.StatusCode >= 500 {
			t.Errorf("%s that nobody signed is answered with %s", path, answer.Status)
		}
	}
}

// secrets are all tokens of a platform so far.
func (w workplace) secrets() []string {
	switch people := w.Platform.(overThere).people.(type) {
	case *slacktest.Server:
		return []string{slacktest.BotToken, slacktest.AppToken, slacktest.SigningSecret, "/response/", "/upload/", "/link?", "13345224609."}
	case *discordtest.Server:
		return append(people.Tokens(), discordtest.Token)
	}
	return nil
}
