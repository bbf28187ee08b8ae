package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/discord/discordtest"
)

func text(s string) chat.Message { return chat.Message{Text: s} }

var question = chat.Message{Card: &chat.Card{Body: "Question?", Buttons: []chat.Button{{Action: "ans:1", Label: "A"}}}}

// slowly answers with r after Discord had a first sign.
func slowly(f *fake, r chat.Reply) chat.Reply {
	<-f.Acknowledged()
	return r
}

func post(t *testing.T, f *fake, key string, m chat.Message) chat.MessageRef {
	t.Helper()
	ref, err := f.adapter.Post(t.Context(), f.Channel(), chat.Key{ID: key}, m)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// bodies are those of the requests whose path ends with suffix.
func bodies(f *fake, method, suffix string) (all []string) {
	for _, c := range f.Calls() {
		if c.Method == method && strings.HasSuffix(c.Path, suffix) {
			all = append(all, string(c.Body))
		}
	}
	return all
}

// awaitAnswers waits until n first answers to interactions were tried.
func awaitAnswers(t *testing.T, f *fake, n int) {
	t.Helper()
	awaitCalls(t, f, "POST", "/callback", n)
}

// awaitCalls waits until n requests were made whose path ends with suffix.
func awaitCalls(t *testing.T, f *fake, method, suffix string, n int) {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		_, changed := f.Sees("nobody")
		if len(bodies(f, method, suffix)) >= n {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("%d times %s %s, want %d", len(bodies(f, method, suffix)), method, suffix, n)
		}
	}
}

func TestSlowAnswers(t *testing.T) {
	form := &chat.Form{Title: "Form", Action: "f", Inputs: []chat.Input{{Name: "n", Label: "Name"}}}
	for name, tc := range map[string]struct {
		reply           chat.Reply
		command, click  string // what the person sees
		forAll, inPlace bool
	}{
		"ephemeral": {reply: chat.Reply{Message: text("here it is"), Ephemeral: true}, command: "here it is", click: "here it is"},
		"for all":   {reply: chat.Reply{Message: text("here it is")}, command: "here it is", click: "here it is", forAll: true},
		"in place":  {reply: chat.Reply{Message: text("instead"), Ephemeral: true, Replace: true}, command: "instead", click: "instead", inPlace: true},
		"a form":    {reply: chat.Reply{Form: form}, command: "too long to open the form", click: "too long to open the form"},
	} {
		both(t, name, func(t *testing.T, f *fake) {
			t.Parallel()
			chattest.Start(t, f, &chattest.Handler{
				OnCommand: func(chat.Command) chat.Reply { return slowly(f, tc.reply) },
				OnClick:   func(chat.Click) chat.Reply { return slowly(f, tc.reply) },
			})
			f.Type("alice", "/ckad help")
			if got := chattest.AwaitText(t, f, "alice", tc.command); got.Ephemeral == tc.forAll {
				t.Errorf("the answer to the command is %+v", got)
			}
			post(t, f, "q", question)
			f.Press("bob", chattest.AwaitText(t, f, "bob", "Question?"), "A")
			got := chattest.AwaitText(t, f, "bob", tc.click)
			if !tc.inPlace && got.Ephemeral == tc.forAll {
				t.Errorf("the answer to the click is %+v", got)
			}
			messages, _ := f.Sees("bob")
			if _, still := chattest.Find(messages, "Question?"); still == tc.inPlace {
				t.Errorf("bob sees the question: %v, want %v", still, !tc.inPlace)
			}
			if _, thinking := chattest.Find(messages, "thinking"); thinking {
				t.Error("the bot is still thinking")
			}
			if c := f.Complaints(); len(c) > 0 {
				t.Errorf("Discord complains: %q", c)
			}
		})
	}
}

// TestSlowAnswersForAllInSpiteOfTrouble: "thinking…" is taken away before such an answer. That Discord has done so may be
// lost on the way, and if it then does not take the answer, there is nothing any more to say that in.
func TestSlowAnswersForAllInSpiteOfTrouble(t *testing.T) {
	both(t, "when nobody tells that thinking is over", func(t *testing.T, f *fake) {
		t.Parallel()
		chattest.Start(t, f, &chattest.Handler{OnCommand: func(chat.Command) chat.Reply { return slowly(f, chat.Reply{Message: text("here it is")}) }})
		var lost atomic.Bool
		f.Disturb(func(r *http.Request, _ string) chattest.Trouble {
			if r.Method == http.MethodDelete && !lost.Swap(true) {
				return chattest.Unsaid
			}
			return chattest.None
		})
		f.Type("alice", "/ckad help")
		if got := chattest.AwaitText(t, f, "alice", "here it is"); got.Ephemeral {
			t.Errorf("the answer is %+v, want it for all", got)
		}
	})
	both(t, "when the answer is refused", func(t *testing.T, f *fake) {
		t.Parallel()
		chattest.Start(t, f, &chattest.Handler{OnCommand: func(chat.Command) chat.Reply {
			<-f.Acknowledged()
			f.Refuse(http.MethodPost, f.Tokens()[0], 400, 50035, "Invalid Form Body")
			return chat.Reply{Message: text("here it is")}
		}})
		f.Type("alice", "/ckad help")
		if got := chattest.AwaitText(t, f, "alice", "went wrong"); !got.Ephemeral {
			t.Errorf("the apology is %+v, want it for alice alone", got)
		}
	})
}

func TestFormFromAMessageCanReplaceIt(t *testing.T) {
	f := open(t)
	form := &chat.Form{Title: "Form", Action: "f", Inputs: []chat.Input{{Name: "n", Label: "Name", Value: "old"}}}
	chattest.Start(t, f, &chattest.Handler{
		OnClick: func(chat.Click) chat.Reply { return chat.Reply{Form: form} },
		OnSubmit: func(s chat.Submission) chat.Reply {
			if s.Values["n"] == "again" {
				return chat.Reply{Form: form}
			}
			return chat.Reply{Message: chat.Message{Card: &chat.Card{Body: "now " + s.Values["n"], Buttons: question.Card.Buttons}}, Replace: true}
		},
	})
	post(t, f, "q", question)
	isForm := func(s chattest.Shown) bool { return s.Form }
	f.Press("bob", chattest.AwaitText(t, f, "bob", "Question?"), "A")
	f.Fill("bob", chattest.Await(t, f, "bob", isForm), nil)
	replaced := chattest.AwaitText(t, f, "bob", "now old")
	f.Press("bob", replaced, "A")
	f.Fill("bob", chattest.Await(t, f, "bob", isForm), map[string]string{"Name": "again"})
	chattest.AwaitText(t, f, "bob", "cannot open another")
	if messages, _ := f.Sees("carol"); len(messages) != 1 || messages[0].ID != replaced.ID {
		t.Errorf("carol sees %+v, want the message that was replaced only", messages)
	}
}

func TestSuggestions(t *testing.T) {
	f := open(t)
	var asked chat.Completion
	chattest.Start(t, f, &chattest.Handler{OnComplete: func(c chat.Completion) []chat.Choice {
		asked = c
		all := []chat.Choice{{Label: "", Value: ""}, {Label: "too long", Value: strings.Repeat("x", 101)}, {Label: strings.Repeat("ä", 150), Value: "pod"}, {Label: " ", Value: "blank"}}
		for i := range 40 {
			all = append(all, chat.Choice{Label: fmt.Sprint("Term ", i), Value: fmt.Sprint("t", i)})
		}
		return all
	}})
	got, err := f.Suggest(t.Context(), "alice", "/ckad define po", "term")
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 25 || got[0].Value != "pod" || chat.Length(got[0].Label) != 100 {
		t.Errorf("got %d suggestions, the first %+v", len(got), got[0])
	}
	if asked.Command != "ckad define" || asked.Option != "term" || asked.Typed != "po" || asked.User.Name != "alice" || asked.Channel != f.Channel() {
		t.Errorf("the handler was asked %+v", asked)
	}
	if c := f.Complaints(); len(c) > 0 {
		t.Errorf("Discord complains: %q", c)
	}
}

func TestSlowSuggestionsAreNone(t *testing.T) {
	t.Parallel()
	f := open(t)
	chattest.Start(t, f, &chattest.Handler{OnComplete: func(chat.Completion) []chat.Choice {
		<-f.Acknowledged()
		return []chat.Choice{{Label: "late", Value: "late"}}
	}})
	if got, err := f.Suggest(t.Context(), "alice", "/ckad define po", "term"); err != nil || len(got) != 0 {
		t.Errorf("got %v, %v, want none", got, err)
	}
}

func TestPeopleAreKnownByTheirNames(t *testing.T) {
	f := open(t)
	f.Rename("bob", "Bobby")
	h := &chattest.Handler{}
	chattest.Start(t, f, h)
	f.Type("bob", "/ckad challenge @bob")
	chattest.AwaitText(t, f, "bob", "ok")
	c := h.Calls()[0].(chat.Command)
	if c.User.Name != "Bobby" || c.Target == nil || c.Target.Name != "Bobby" || c.User.Home() != "discord/"+discordtest.GuildID {
		t.Errorf("got %+v, target %+v", c.User, c.Target)
	}
}

func TestOddInteractions(t *testing.T) {
	member := `"member":{"user":{"id":"5","username":"eve"},"permissions":"8"}`
	for name, tc := range map[string]struct {
		raw string
		ok  bool
	}{
		"no JSON":                       {raw: `{`},
		"empty":                         {raw: `{}`},
		"no token":                      {raw: `{"id":"1","application_id":"2","type":2,"channel_id":"3",` + member + `}`},
		"a token that leads elsewhere":  {raw: `{"id":"1","application_id":"2","type":2,"token":"a/../b","channel_id":"3",` + member + `}`},
		"nobody did it":                 {raw: `{"id":"1","application_id":"2","type":2,"token":"t","channel_id":"3","data":{"name":"x"}}`},
		"a ping":                        {raw: `{"id":"1","application_id":"2","type":1,"token":"t"}`},
		"an unknown component in it":    {ok: true, raw: `{"id":"1","application_id":"2","type":3,"token":"t","channel_id":"3","message":{"id":"4","components":[{"type":99}]},"data":{"custom_id":"x","component_type":2},` + member + `}`},
		"in a direct message":           {ok: true, raw: `{"id":"1","application_id":"2","type":3,"token":"t","channel_id":"3","message":{"id":"4"},"data":{"custom_id":"x","component_type":2},"user":{"id":"5","username":"eve"}}`},
		"in a group conversation":       {ok: true, raw: `{"id":"1","application_id":"2","type":2,"token":"t","channel_id":"3","context":2,"authorizing_integration_owners":{"1":"5"},"data":{"name":"x"},"user":{"id":"5","username":"eve"}}`},
		"in a thread":                   {ok: true, raw: `{"id":"1","application_id":"2","type":2,"token":"t","channel_id":"33","channel":{"id":"33","type":11,"parent_id":"3"},"guild_id":"6","data":{"name":"x"},` + member + `}`},
		"by a user's own install":       {ok: true, raw: `{"id":"1","application_id":"2","type":2,"token":"t","channel_id":"3","guild_id":"6","context":0,"authorizing_integration_owners":{"1":"5"},"data":{"name":"x"},` + member + `}`},
		"an administrator of the guild": {ok: true, raw: `{"id":"1","application_id":"2","type":2,"token":"t","channel_id":"3","guild_id":"6","data":{"name":"x"},` + member + `}`},
	} {
		in, err := read(json.RawMessage(tc.raw))
		if (err == nil) != tc.ok {
			t.Errorf("%s: got %v", name, err)
		}
		switch {
		case err != nil:
		case strings.Contains(name, "direct") && (in.user() != chat.User{Platform: "discord", Workspace: "@me", ID: "5", Name: "eve"}):
			t.Errorf("%s: got %+v", name, in.user())
		case strings.Contains(name, "group") && in.channel() != (chat.Channel{Platform: "discord", Workspace: chat.Everywhere, ID: "3"}):
			t.Errorf("%s: in %v", name, in.channel())
		case strings.Contains(name, "thread") && in.channel() != (chat.Channel{Platform: "discord", Workspace: "6", ID: "33"}):
			t.Errorf("%s: in %v", name, in.channel())
		case strings.Contains(name, "install") && in.user().Admin:
			t.Errorf("%s: is an admin of a guild that the bot is not in", name)
		case strings.Contains(name, "administrator") && !in.user().Admin:
			t.Errorf("%s: is no admin", name)
		}
	}
}

func TestClickOnAMessageWithANoveltyIsAnswered(t *testing.T) {
	f := open(t)
	chattest.Start(t, f, &chattest.Handler{})
	f.AddNovelty(post(t, f, "q", question).ID)
	f.Press("bob", chattest.AwaitText(t, f, "bob", "Question?"), "A")
	chattest.AwaitText(t, f, "bob", "ok")
}

func TestAnswersAreMadeUntilTheyArrive(t *testing.T) {
	for name, fail := range map[string]func(*fake){
		"after being limited":        func(f *fake) { f.Limit("/callback", 0.05) },
		"after an error of Discord":  func(f *fake) { f.Refuse(http.MethodPost, "/callback", 502, 0, "Bad Gateway") },
		"after the limit on all":     func(f *fake) { f.adapter.rest.limits.global = time.Now().Add(time.Hour) },
		"when the reply is refused":  func(f *fake) { f.Refuse(http.MethodPost, "/callback", 400, 50035, "Invalid Form Body") },
		"when nothing stands in way": func(*fake) {},
	} {
		t.Run(name, func(t *testing.T) {
			f := open(t)
			chattest.Start(t, f, &chattest.Handler{})
			alive(t, f)
			fail(f)
			f.Type("carol", "/ckad help")
			want := "ok"
			if strings.Contains(name, "refused") {
				want = "went wrong"
			}
			chattest.AwaitText(t, f, "carol", want)
		})
	}
}

func TestAnsweredElsewhereIsLeftAlone(t *testing.T) {
	f := open(t)
	chattest.Start(t, f, &chattest.Handler{})
	alive(t, f)
	f.Refuse(http.MethodPost, "/callback", 400, acknowledged, "Interaction has already been acknowledged.")
	f.Type("carol", "/ckad help")
	awaitAnswers(t, f, 2)
	alive(t, f)
	if n := len(bodies(f, "POST", "/callback")); n != 3 {
		t.Errorf("%d answers were tried, want 3: one each", n)
	}
}

// TestManyAtOnce: with every handler busy, people are still told that it takes longer.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	f := open(t)
	f.adapter.slots = make(chan struct{}, 2)
	release := make(chan struct{})
	var mu sync.Mutex
	running, most := 0, 0
	chattest.Start(t, f, &chattest.Handler{OnCommand: func(c chat.Command) chat.Reply {
		mu.Lock()
		running++
		most = max(most, running)
		mu.Unlock()
		<-release
		mu.Lock()
		running--
		mu.Unlock()
		return chat.Reply{Message: text("done"), Ephemeral: true}
	}})
	for i := range 10 {
		f.Type(fmt.Sprint("p", i), "/ckad help")
	}
	for i := range 10 {
		chattest.AwaitText(t, f, fmt.Sprint("p", i), "thinking")
	}
	close(release)
	for i := range 10 {
		chattest.AwaitText(t, f, fmt.Sprint("p", i), "done")
	}
	if most != 2 {
		t.Errorf("%d handlers ran at once, want 2", most)
	}
	if c := f.Complaints(); len(c) > 0 {
		t.Errorf("Discord complains: %q", c)
	}
}

// TestRunDeliversWhatIsUnderWay, leaves no goroutine, and shows no secret.
func TestRunDeliversWhatIsUnderWay(t *testing.T) {
	f := open(t)
	var logged bytes.Buffer
	f.adapter = New(Config{Token: discordtest.Token, APIURL: f.URL(), Log: slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	started, release := make(chan struct{}), make(chan struct{})
	h := &chattest.Handler{OnCommand: func(c chat.Command) chat.Reply {
		if c.Name == "ckad help" {
			close(started)
			<-release
		}
		return chat.Reply{Message: text("delivered"), Ephemeral: true}
	}}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.adapter.Run(ctx, chattest.Spec, h) }()
	f.Refuse(http.MethodPost, "/callback", 404, unknownInteraction, "Unknown interaction")
	f.Type("alice", "/ckad define pod")
	awaitAnswers(t, f, 1)
	f.Type("bob", "/ckad help")
	<-started
	cancel()
	close(release)
	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}
	chattest.AwaitText(t, f, "bob", "delivered")
	for deadline := time.Now().Add(time.Minute); len(ours()) > 0; runtime.Gosched() { // those that Run waited for may have a last step to do
		if time.Now().After(deadline) {
			t.Fatalf("goroutines are left:\n%s", strings.Join(ours(), "\n\n"))
		}
	}
	if log := logged.String(); strings.Contains(log, discordtest.Token) || strings.Contains(log, "/interactions/") || !strings.Contains(log, "not delivered") {
		t.Errorf("the log has a secret, or lacks the lost answer:\n%s", log)
	}
}

// ours are the goroutines of the adapter that run now.
func ours() (stacks []string) {
	b := make([]byte, 1<<20)
	b = b[:runtime.Stack(b, true)]
	for _, s := range strings.Split(string(b), "\n\n") {
		if strings.Contains(s, "bot/discord.(*") && !strings.Contains(s, "_test.go") {
			stacks = append(stacks, s)
		}
	}
	return stacks
}

func TestFirstAnswerIsTheReply(t *testing.T) {
	f := open(t)
	chattest.Start(t, f, &chattest.Handler{})
	alive(t, f)
	want := []string{`{"type":4,"data":{"content":"ok","embeds":[],"components":[],"attachments":[],"allowed_mentions":{"parse":[],"replied_user":false},"flags":64}}`}
	if diff := cmp.Diff(want, bodies(f, "POST", "/callback")); diff != "" {
		t.Error(diff)
	}
}
