// Package chattest holds the promises that every adapter keeps, as one test
// that each adapter's own test calls with a fake of its platform:
//
//	func TestAdapter(t *testing.T) {
//		chattest.Run(t, func(t testing.TB) chattest.Platform { return newFake(t) })
//	}
//
// A fake behaves like the platform: it refuses late and malformed requests,
// delivers events again, limits rates, and keeps what each person can see.
// Nothing here sleeps: a test waits until somebody sees something.
package chattest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"ckadbot/bot/chat"
)

// A Platform is a fake platform and an adapter that is set up to talk to it.
// People are called by plain names; there is one channel that all are in.
type Platform interface {
	Adapter() chat.Adapter
	Channel() chat.Channel
	Secret() string // the token, which may show up nowhere

	// What people do. None waits for an answer. Type takes a command as it is
	// typed in the terminal, with people as @name: "/ckad challenge @bob 5".
	Type(person, command string)
	Press(person string, m Shown, label string)
	Fill(person string, form Shown, values map[string]string) // by the inputs' labels

	// Sees is what a person can see now, oldest first, and a channel that is
	// closed as soon as that changes.
	Sees(person string) ([]Shown, <-chan struct{})
	// Acknowledged is closed when the platform has had a first sign of an answer
	// to the last thing somebody did.
	Acknowledged() <-chan struct{}
	// Complaints are the requests that the platform refused as late, malformed or unauthorised.
	Complaints() []string

	// Fail makes the platform fail in one way; false if it cannot.
	Fail(Fault) bool
}

// A Fault is a way in which a platform fails.
type Fault string

// The faults. Each but BadToken and NoImages concerns the next request or event only.
const (
	Again    Fault = "deliver the next event twice, with other event ids where the platform does that"
	Limited  Fault = "refuse the next post, asking to wait seven seconds"
	Gone     Fault = "refuse the next post: the bot is not in the channel any more"
	Lost     Fault = "store the next post, but lose the answer"
	Drop     Fault = "drop the connection now"
	BadToken Fault = "refuse the token from now on"
	NoImages Fault = "take no pictures from now on: the bot may not send any"
)

// Shown is a message or a form as one person sees it.
type Shown struct {
	ID        string
	Text      string   // all of it, as the platform was given it
	Buttons   []string // labels of those that can be pressed
	Ephemeral bool
	Image     *chat.Image // its picture as the platform got it; nil for none
	Form      bool
	Inputs    []string  // labels
	Pings     []string  // names of those who are notified
	Channel   string    // its id
	To        string    // ID of the message that was clicked, if this answers a click and the platform tells
	Asked     time.Time // when that was; zero if the platform does not tell
	Key       string    // by which the bot keeps a post apart from others, if it gave one
}

// A Trouble is what becomes of one request of the bot.
type Trouble int

// The troubles.
const (
	None   Trouble = iota
	Busy           // refused with 429: wait a second
	Broken         // refused with 500
	Unsaid         // done, but the answer is lost
)

// Waits are how long a platform waited, for each thing that somebody did.
type Waits struct {
	First  []time.Duration // for a first sign
	Answer []time.Duration // for the answer itself
}

// Client is what a platform calls a bot with: over connections that are kept, so that
// neither is kept busy with new ones. There may be as many as a thousand calls a
// second need if the bot takes all of its three seconds; a bot that is still slower gets no more.
func Client() *http.Client {
	const connections = 4096
	return &http.Client{Transport: &http.Transport{MaxConnsPerHost: connections, MaxIdleConnsPerHost: connections}}
}

// Read reads a body of a length, which is -1 if nobody said it, up to a limit.
func Read(body io.Reader, length, limit int64) ([]byte, error) {
	var b bytes.Buffer
	b.Grow(int(min(max(length, 0), limit)) + bytes.MinRead) // once
	_, err := b.ReadFrom(io.LimitReader(body, limit))
	return b.Bytes(), err
}

// Find gives the newest of messages that contains text.
func Find(messages []Shown, text string) (Shown, bool) {
	for i := len(messages) - 1; i >= 0; i-- {
		if strings.Contains(messages[i].Text, text) {
			return messages[i], true
		}
	}
	return Shown{}, false
}

// Await waits until person sees a message for which ok is true.
func Await(t testing.TB, p Platform, person string, ok func(Shown) bool) Shown {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		messages, changed := p.Sees(person)
		for i := len(messages) - 1; i >= 0; i-- {
			if ok(messages[i]) {
				return messages[i]
			}
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("%s does not see it; sees %+v; the platform complains of %q", person, messages, p.Complaints())
		}
	}
}

// AwaitText waits until person sees a message that contains text.
func AwaitText(t testing.TB, p Platform, person, text string) Shown {
	t.Helper()
	return Await(t, p, person, func(s Shown) bool { return strings.Contains(s.Text, text) })
}

// A Handler is a chat.Handler for tests: each func may be nil.
type Handler struct {
	OnCommand  func(chat.Command) chat.Reply
	OnClick    func(chat.Click) chat.Reply
	OnSubmit   func(chat.Submission) chat.Reply
	OnComplete func(chat.Completion) []chat.Choice
	OnJoined   func(chat.Joining) (chat.Message, bool)
	OnHome     func(chat.User) []chat.Message
	OnLeft     func(home string)

	mu    sync.Mutex // guards calls
	calls []any
}

// Calls are the commands, clicks, submissions and joinings so far, in the order in which they came.
func (h *Handler) Calls() []any {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]any(nil), h.calls...)
}

func (h *Handler) called(c any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls = append(h.calls, c)
}

// Command notes c and answers by OnCommand.
func (h *Handler) Command(_ context.Context, c chat.Command) chat.Reply {
	h.called(c)
	return answer(h.OnCommand, c)
}

// Click notes c and answers by OnClick.
func (h *Handler) Click(_ context.Context, c chat.Click) chat.Reply {
	h.called(c)
	return answer(h.OnClick, c)
}

// Submit notes s and answers by OnSubmit.
func (h *Handler) Submit(_ context.Context, s chat.Submission) chat.Reply {
	h.called(s)
	return answer(h.OnSubmit, s)
}

// Complete answers by OnComplete.
func (h *Handler) Complete(_ context.Context, c chat.Completion) []chat.Choice {
	if h.OnComplete == nil {
		return nil
	}
	return h.OnComplete(c)
}

// Joined notes j and answers by OnJoined; without it, the bot has nothing to say.
func (h *Handler) Joined(_ context.Context, j chat.Joining) (chat.Message, bool) {
	h.called(j)
	if h.OnJoined == nil {
		return chat.Message{}, false
	}
	return h.OnJoined(j)
}

// Home answers by OnHome.
func (h *Handler) Home(_ context.Context, u chat.User) []chat.Message {
	if h.OnHome == nil {
		return nil
	}
	return h.OnHome(u)
}

// Left tells OnLeft.
func (h *Handler) Left(_ context.Context, home string) {
	if h.OnLeft != nil {
		h.OnLeft(home)
	}
}

func answer[T any](f func(T) chat.Reply, c T) chat.Reply {
	if f == nil {
		return chat.Reply{Message: chat.Message{Text: "ok"}, Ephemeral: true}
	}
	return f(c)
}

// Spec has the kinds of commands that adapters must cope with.
var Spec = chat.Spec{Commands: []chat.CommandSpec{
	{Name: "ckad", Description: "Learn for the exam", Commands: []chat.CommandSpec{
		{Name: "define", Description: "Explain a term", Options: []chat.OptionSpec{{Name: "term", Description: "What to explain", Required: true, Complete: true}}},
		{Name: "challenge", Description: "Challenge somebody", Options: []chat.OptionSpec{
			{Name: "user", Description: "Whom", Kind: chat.Person, Required: true},
			{Name: "questions", Description: "How many", Kind: chat.Number},
			{Name: "topic", Description: "About what"},
		}},
		{Name: "help", Description: "Help"},
	}},
	{Name: "ckad-admin", Description: "Set the bot up", Admin: true, Commands: []chat.CommandSpec{
		{Name: "series", Description: "Recurring quizzes", Commands: []chat.CommandSpec{
			{Name: "create", Description: "Create a series", Options: []chat.OptionSpec{
				{Name: "name", Description: "Its name"},
				{Name: "channel", Description: "Where", Kind: chat.Place},
				{Name: "window", Description: "When", Choices: []string{"day", "week"}},
			}},
		}},
	}},
}}

// Start runs the adapter of p with h until the test ends, and reports what Run
// returns on the channel, which the test may read.
func Start(t testing.TB, p Platform, h chat.Handler) <-chan error {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended, result := make(chan struct{}), make(chan error, 1)
	go func() {
		defer close(ended)
		result <- p.Adapter().Run(ctx, Spec, h)
	}()
	t.Cleanup(func() {
		cancel()
		select {
		case <-ended:
		case <-time.After(time.Minute):
			t.Error("Run does not return when its context ends")
		}
	})
	return result
}
