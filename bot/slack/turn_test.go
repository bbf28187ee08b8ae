package slack_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/slack/slacktest"
)

// soon is well below the ten seconds after which a request is given up.
const soon = 3 * time.Second

// within fails the test if do takes longer.
func within(t *testing.T, d time.Duration, what string, do func()) {
	t.Helper()
	began := time.Now()
	if do(); time.Since(began) > d {
		t.Errorf("%s took %s", what, time.Since(began))
	}
}

// In twenty workspaces Slack is silent, and ten people of each use the bot.
func TestSilentWorkspacesDelayNoOther(t *testing.T) {
	h := newHosted(t)
	dead := map[string]bool{} // tokens
	for i := range 21 {
		dead["Bearer "+string(h.give(t, slacktest.Install{Team: teamOf(i)}).Token)] = i > 0
		h.AddPerson(fmt.Sprintf("person%d", i), false)
		h.AddWorkspace(teamOf(i), fmt.Sprintf("C0HOME%d", i))
	}
	h.Silence(func(r *http.Request, person string) bool {
		return dead[r.Header.Get("Authorization")] || strings.HasPrefix(person, "person") && person != "person0"
	})
	h.serve(t)
	use := func(i int, command string) {
		name := fmt.Sprintf("person%d", i)
		h.SendRaw("slash_commands", map[string]any{
			"team_id": teamOf(i), "channel_id": slacktest.General, "user_id": "U0" + strings.ToUpper(name), "user_name": name,
			"command": "/ckad", "text": command, "trigger_id": rand(), "response_url": h.ResponseURL(name),
		})
	}
	for n := range 10 {
		for i := 1; i <= 20; i++ {
			use(i, []string{"help", "challenge &lt;@U0BOB|bob&gt;"}[n%2]) // which is answered, or asks for bob first
		}
	}
	within(t, soon, "an answer where Slack answers", func() {
		use(0, "help")
		chattest.AwaitText(t, h, "person0", "ok")
	})
	within(t, soon, "a post where Slack answers", func() {
		if err := h.postTo(t, teamOf(0), "C0HOME0"); err != nil {
			t.Errorf("post: %v", err)
		}
	})
	h.Silence(nil) // so that nobody waits for those who wait
}

func teamOf(i int) string { return fmt.Sprintf("T0SILENT%d", i) }

// Once a call had no answer, few others are made before one has: those who can come back are told when.
func TestSilenceIsTriedByFew(t *testing.T) {
	p := newPlatform(t)
	chattest.Start(t, p, &chattest.Handler{})
	ready(t, p)
	p.Silence(func(r *http.Request, _ string) bool { return strings.HasSuffix(r.URL.Path, "chat.postMessage") })
	try := func(patience time.Duration, channel string) error {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		_, err := p.adapter.Post(ctx, chat.Channel{Platform: "slack", Workspace: slacktest.Team, ID: channel}, chat.Key{ID: rand()}, question)
		return err
	}
	var uncertain *chat.UncertainError
	if err := try(1100*time.Millisecond, slacktest.General); !errors.As(err, &uncertain) {
		t.Fatalf("got %v, want that nobody knows", err)
	}
	errs := make([]error, 10)
	var all sync.WaitGroup
	for i := range errs {
		channel := p.AddChannel(fmt.Sprint("silent", i), true)
		all.Go(func() { errs[i] = try(2*time.Second, channel) })
	}
	all.Wait()
	told := 0
	for _, err := range errs {
		var later *chat.RetryError
		if errors.As(err, &later) && later.After > time.Second {
			told++
		}
	}
	if told < 8 {
		t.Errorf("%d of 10 are told to come back: %q", told, errs)
	}
	p.Silence(nil)
	if err := try(time.Second, p.AddChannel("loud", true)); err != nil {
		t.Errorf("Slack answers again, and a post says %v", err)
	}
	if err := try(time.Second, p.AddChannel("louder", true)); err != nil {
		t.Errorf("the next says %v", err)
	}
}
