package slack_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/slack/slacktest"
	"ckadbot/bot/store"
)

// TestTenThousandWorkspacesAreKeptApart: in each somebody types a command in a channel that has the same id everywhere.
func TestTenThousandWorkspacesAreKeptApart(t *testing.T) {
	const many, atOnce = 10_000, 16
	h := newHosted(t)
	answers := struct {
		sync.Mutex
		of   map[string]string
		left chan struct{} // a place for each answer that is to come
	}{of: map[string]string{}, left: make(chan struct{}, many)}
	h.Watch(func(person string, m chattest.Shown) {
		answers.Lock()
		defer answers.Unlock()
		answers.of[person] += strings.SplitN(m.Text, "\n", 2)[0] // the text that says it is followed by the blocks that do
		answers.left <- struct{}{}
	})
	h.serveBy(t, &chattest.Handler{OnCommand: func(c chat.Command) chat.Reply {
		return chat.Reply{Message: chat.Message{Text: c.Channel.Home() + " " + c.User.ID}, Ephemeral: true}
	}})
	web := routes(h.platform)
	var all sync.WaitGroup
	for first := range atOnce {
		all.Go(func() {
			for n := first; n < many; n += atOnce {
				team, name := fmt.Sprint("T", n), fmt.Sprint("p", n)
				user := h.AddPerson(name, false)
				token, _ := h.Grant(slacktest.Install{Team: team})
				if _, err := h.store.Save(t.Context(), store.Installation{Team: team, BotUser: slacktest.BotUser, Installer: user, Token: store.Token(token)}); err != nil {
					t.Error(err)
					return
				}
				body := url.Values{
					"command": {"/ckad"}, "text": {"help"}, "user_id": {user}, "user_name": {name}, "channel_id": {slacktest.General}, "team_id": {team},
					"trigger_id": {fmt.Sprint("1.2.", n)}, "response_url": {h.ResponseURL(name)}, "is_enterprise_install": {"false"},
				}.Encode()
				if w := send(web, "/slack/commands", formType, body, sign(body)); w.Code != http.StatusOK {
					t.Errorf("%s: %d %s", team, w.Code, w.Body)
				}
			}
		})
	}
	all.Wait()
	late := time.After(time.Minute)
	for n := range many {
		select {
		case <-answers.left:
		case <-late:
			t.Fatalf("%d of %d are answered", n, many)
		}
	}
	for n := range many {
		if got, want := answers.of[fmt.Sprint("p", n)], fmt.Sprintf("slack/T%d U0P%d", n, n); got != want {
			t.Errorf("the person of workspace %d reads %q, want %q", n, got, want)
		}
	}
	if c := h.Complaints(); len(c) > 0 {
		t.Errorf("Slack complains %d times, first: %s", len(c), c[0])
	}
}
