package slack_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/slack"
	"ckadbot/bot/slack/slacktest"
)

// soon is below the ten seconds after which a request is given up, by as much as a busy computer may need.
const soon = 8 * time.Second

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
	use := func(i int, command string) { h.use(teamOf(i), fmt.Sprintf("person%d", i), command) }
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

// use has somebody type a command in any workspace.
func (h *hosted) use(team, name, command string) {
	h.SendRaw("slash_commands", map[string]any{
		"team_id": team, "channel_id": slacktest.General, "user_id": "U0" + strings.ToUpper(name), "user_name": name,
		"command": "/ckad", "text": command, "trigger_id": rand(), "response_url": h.ResponseURL(name),
	})
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
	if err := try(soon, p.AddChannel("loud", true)); err != nil {
		t.Errorf("Slack answers again, and a post says %v", err)
	}
	if err := try(soon, p.AddChannel("louder", true)); err != nil {
		t.Errorf("the next says %v", err)
	}
}

// In one workspace 64 people open their home pages at once, and Slack has each wait.
func TestWaitThatSlackAsksForDelaysNoOther(t *testing.T) {
	const many = 64 // as many as are at work at once
	h := newHosted(t)
	for _, team := range []string{"T0ONE", "T0TWO"} {
		h.give(t, slacktest.Install{Team: team})
	}
	h.Squeeze("T0ONE", "views.publish", 15) // longer than soon, and as long as somebody waits
	h.Silence(func(r *http.Request, _ string) bool { return strings.HasSuffix(r.URL.Path, "views.publish") })
	h.serveBy(t, homely(nil))
	for range many {
		h.event("T0ONE", "", map[string]any{"type": "app_home_opened", "user": "U0BOB", "channel": "D0BOB", "tab": "home"})
	}
	until(t, "all have asked Slack", func() bool { return calls(h.platform, "views.publish") == many })
	h.Silence(nil)
	until(t, "Slack has told them to wait", func() bool { return h.Limited() == many })
	within(t, soon, "an answer where Slack answers", func() {
		h.use("T0TWO", "alice", "help")
		chattest.AwaitText(t, h, "alice", "ok")
	})
}

// 64 people use the bot where it is not installed, and Slack takes no word to them.
func TestWhoIsSentAwayDelaysNoOther(t *testing.T) {
	const many = 64
	h := newHosted(t)
	h.give(t, slacktest.Install{Team: "T0TWO"})
	var asked atomic.Int32
	h.Silence(func(_ *http.Request, person string) bool {
		if person == "bob" {
			asked.Add(1)
		}
		return person == "bob"
	})
	h.serve(t)
	for range many {
		h.use("T0GONE", "bob", "help")
	}
	until(t, "all are told that I am not there", func() bool { return asked.Load() == many })
	within(t, soon, "an answer where Slack answers", func() {
		h.use("T0TWO", "alice", "help")
		chattest.AwaitText(t, h, "alice", "ok")
	})
	h.Silence(nil)
}

// Somebody is answered while as many others are at work as may be: the answer is told of then, and not when they are done.
func TestAnswerIsToldWhenItIsGiven(t *testing.T) {
	const many = 64
	p := newPlatform(t)
	told := make(chan chat.Response, many+1)
	a := slack.New(slack.Config{BotToken: slacktest.BotToken, AppToken: slacktest.AppToken, APIURL: p.URL(), Responded: func(r chat.Response) { told <- r }})
	p.adapter = a
	var asked, busy atomic.Int32
	p.Silence(func(_ *http.Request, person string) bool {
		if person == "alice" {
			asked.Add(1)
		}
		return person == "alice"
	})
	done := make(chan struct{})
	chattest.Start(t, p, &chattest.Handler{OnCommand: func(c chat.Command) chat.Reply {
		if c.User.Name != "alice" {
			busy.Add(1)
			<-done
		}
		return chat.Reply{Ephemeral: true, Message: chat.Message{Text: "ok"}}
	}})
	defer close(done)
	p.Type("alice", "/ckad help")
	until(t, "alice is about to be answered", func() bool { return asked.Load() > 0 })
	for range many {
		p.Type("bob", "/ckad help")
	}
	until(t, "all others are at work", func() bool { return busy.Load() == many })
	p.Silence(nil)
	select {
	case <-told:
	case <-time.After(soon):
		t.Error("the answer is not told of")
	}
	until(t, "alice's command is done", func() bool { return slack.Inside(a) == many })
}
