package discord

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/websocket"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
)

// awaitAsked waits until bots have asked the gateway for want, heartbeats left out.
func awaitAsked(t *testing.T, f *fake, want ...string) {
	t.Helper()
	deadline := time.After(time.Minute)
	for {
		all, changed := f.Asked()
		got := slices.DeleteFunc(all, func(s string) bool { return s == "heartbeat" })
		if len(got) >= len(want) {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("asked of the gateway, -want +got:\n%s", diff)
			}
			return
		}
		select {
		case <-changed:
		case <-deadline:
			t.Fatalf("asked of the gateway: %q, want %q", got, want)
		}
	}
}

// alive wants alice's next command to be answered.
func alive(t *testing.T, f *fake) {
	t.Helper()
	before, _ := f.Sees("alice")
	f.Type("alice", "/ckad help")
	chattest.Await(t, f, "alice", func(s chattest.Shown) bool {
		return s.Text == "ok" && !slices.ContainsFunc(before, func(b chattest.Shown) bool { return b.ID == s.ID })
	})
}

func TestConnectionIsMadeGood(t *testing.T) {
	for name, tc := range map[string]struct {
		before, fail func(*fake)
		want         []string
	}{
		"a dropped one is resumed":                    {fail: func(f *fake) { f.Drop() }, want: []string{"identify", "resume"}},
		"one asked to reconnect is resumed":           {fail: func(f *fake) { f.Reconnect() }, want: []string{"identify", "resume"}},
		"a resumable invalid session is resumed":      {fail: func(f *fake) { f.Invalidate(true) }, want: []string{"identify", "resume"}},
		"an invalid session starts afresh":            {fail: func(f *fake) { f.Invalidate(false) }, want: []string{"identify", "identify"}},
		"a session that timed out starts afresh":      {fail: func(f *fake) { f.CloseWith(4009) }, want: []string{"identify", "identify"}},
		"an unknown error is resumed":                 {fail: func(f *fake) { f.CloseWith(4000) }, want: []string{"identify", "resume"}},
		"a session that is not known starts afresh":   {fail: func(f *fake) { f.CloseWith(1001) }, want: []string{"identify", "resume", "identify"}},
		"resuming where nobody is starts afresh":      {before: func(f *fake) { f.BreakResume() }, fail: func(f *fake) { f.Drop() }, want: []string{"identify", "identify"}},
		"a reconnect in place of a hello is survived": {fail: func(f *fake) { f.Greet(7); f.Drop() }, want: []string{"identify", "resume"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := open(t)
			if tc.before != nil {
				tc.before(f)
			}
			chattest.Start(t, f, &chattest.Handler{})
			alive(t, f)
			tc.fail(f)
			alive(t, f)
			awaitAsked(t, f, tc.want...)
			if c := f.Complaints(); len(c) > 0 {
				t.Errorf("Discord complains: %q", c)
			}
		})
	}
}

func TestFailedResumesStartAfreshAfterThree(t *testing.T) {
	g := &gateway{fleet: &fleet{status: new(chat.Status), up: make([]bool, 1)}, log: open(t).adapter.log}
	g.session.id = "s"
	g.ready(nil)
	for n := range maxResumes + 1 { // the first is the loss of the connection itself
		if g.session.id == "" {
			t.Fatalf("the session is given up after %d failures", n)
		}
		g.stumble(errSilent)
	}
	if g.session.id != "" {
		t.Error("the session is never given up")
	}
}

// TestConnectionsThatEndSoonAreSoonMadeAgain: Discord is there each time, so people need not wait for minutes.
func TestConnectionsThatEndSoonAreSoonMadeAgain(t *testing.T) {
	f := open(t)
	pauses := make(chan int, 100)
	f.adapter.pause = func(n int) time.Duration { pauses <- n; return time.Millisecond }
	chattest.Start(t, f, &chattest.Handler{})
	alive(t, f)
	for range 6 {
		f.Drop()
		alive(t, f)
	}
	for len(pauses) > 0 {
		if n := <-pauses; n > maxTries {
			t.Errorf("the pause is that after %d failures, want %d at most", n, maxTries)
		}
	}
}

func TestDeadConnectionIsResumed(t *testing.T) {
	f := open(t)
	f.Heartbeat(100 * time.Millisecond)
	chattest.Start(t, f, &chattest.Handler{})
	alive(t, f)
	f.Silence(true)
	for asked, changed := f.Asked(); !slices.Contains(asked, "resume"); asked, changed = f.Asked() {
		<-changed
	}
	f.Silence(false)
	alive(t, f)
}

// TestHeartbeats: a connection lives as long as its heartbeats are answered, and
// one and a half intervals longer. In the bubble that takes no time.
func TestHeartbeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const interval, answered = 41250 * time.Millisecond, 100
		c, server := pipe(t)
		c.interval = interval
		var last time.Time
		beats, gone := 0, make(chan struct{})
		go func() {
			defer close(gone)
			for {
				var f frame
				if server.ReadJSON(&f) != nil || f.Op != opHeartbeat {
					return
				}
				if beats++; beats <= answered {
					last = time.Now()
					_ = server.WriteJSON(frame{Op: opHeartbeatAck})
				}
			}
		}()
		done := make(chan struct{})
		go c.beat(done, &session{})
		if err := c.alive(); err != nil {
			t.Fatal(err)
		}
		err, noticed := ended(c.listen(&session{}, ears{})), time.Now()
		close(done)
		c.close(closeAgain)
		<-gone
		if took := noticed.Sub(last); err != errSilent || took != interval*3/2 || beats != answered+1 {
			t.Errorf("ended by %v %v after the last answer to %d heartbeats, want %v after %v", err, took, beats, interval*3/2, errSilent)
		}
	})
}

// pipe is a connection to a server of the test's own, within this process.
func pipe(t *testing.T) (*connection, *websocket.Conn) {
	t.Helper()
	near, far := net.Pipe()
	served := make(chan *websocket.Conn, 1)
	go func() {
		r := bufio.NewReader(far)
		req, err := http.ReadRequest(r)
		if err != nil {
			t.Error(err)
			return
		}
		ws, err := (&websocket.Upgrader{}).Upgrade(&hijacked{conn: far, rw: bufio.NewReadWriter(r, bufio.NewWriter(far))}, req, nil)
		if err != nil {
			t.Error(err)
		}
		served <- ws
	}()
	dialer := websocket.Dialer{NetDialContext: func(context.Context, string, string) (net.Conn, error) { return near, nil }}
	ws, _, err := dialer.Dial("ws://pipe", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { near.Close(); far.Close() })
	return &connection{ws: ws}, <-served
}

type hijacked struct {
	http.ResponseWriter
	conn net.Conn
	rw   *bufio.ReadWriter
}

func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) { return h.conn, h.rw, nil }

func TestRefusalForGoodEndsRun(t *testing.T) {
	for code, want := range map[int]string{4004: "DISCORD_TOKEN", 4010: "4010", 4011: "shards", 4012: "version", 4013: "intents", 4014: "intents"} {
		f := open(t)
		ended := chattest.Start(t, f, &chattest.Handler{})
		alive(t, f)
		f.CloseWith(code)
		select {
		case err := <-ended:
			if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") || errors.Is(err, chat.ErrToken) != (code == 4004) {
				t.Errorf("%d: got %v, want one line with %q", code, err, want)
			}
		case <-time.After(time.Minute):
			t.Errorf("%d: Run goes on", code)
		}
	}
}

func TestRunEndsWhileThereIsNoDiscord(t *testing.T) {
	f := open(t)
	f.Close()
	waiting := make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	f.adapter.pause = func(n int) time.Duration {
		if n == 0 {
			close(waiting)
		}
		return time.Hour
	}
	ended := make(chan error, 1)
	go func() { ended <- f.adapter.Run(ctx, chattest.Spec, &chattest.Handler{}) }()
	<-waiting
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("got %v, want nil", err)
	}
}

func TestRunNeedsAToken(t *testing.T) {
	if err := New(Config{}).Run(t.Context(), chat.Spec{}, &chattest.Handler{}); !errors.Is(err, chat.ErrToken) {
		t.Errorf("got %v, want ErrToken", err)
	}
}

func TestCommandsThatDiscordRefusesEndRun(t *testing.T) {
	f := open(t)
	f.Refuse("PUT", "/commands", 400, 50035, "Invalid Form Body")
	if err := f.adapter.Run(t.Context(), chattest.Spec, &chattest.Handler{}); err == nil || !strings.Contains(err.Error(), "commands") {
		t.Errorf("got %v, want to be told about the commands", err)
	}
}

func TestSpentSessionsAreWaitedFor(t *testing.T) {
	f := open(t)
	f.adapter.gap = time.Minute // the answer is good for that long, too
	f.Answer("GET", "/gateway/bot", 200, `{"url":"ws`+strings.TrimSuffix(strings.TrimPrefix(f.URL(), "http"), "/api")+`/gateway","shards":1,"session_start_limit":{"total":1000,"remaining":0,"reset_after":40,"max_concurrency":1}}`, nil)
	began := time.Now()
	chattest.Start(t, f, &chattest.Handler{})
	alive(t, f)
	if took := time.Since(began); took < 40*time.Millisecond {
		t.Errorf("connected after %v, want to wait 40ms", took)
	}
}

func TestBackoffGrowsAndEnds(t *testing.T) {
	for n, limits := range [][2]time.Duration{{0, 250 * time.Millisecond}, {time.Second / 2, time.Second}, {time.Second, 2 * time.Second}, {2 * time.Second, 4 * time.Second}} {
		if d := backoff(n); d < limits[0] || d > limits[1] {
			t.Errorf("backoff %d is %v, want %v to %v", n, d, limits[0], limits[1])
		}
	}
	if d := backoff(1000); d < time.Minute || d > 2*time.Minute {
		t.Errorf("backoff ends at %v, want one to two minutes", d)
	}
}

func TestEachEventGoesToOneOfTwoBots(t *testing.T) {
	f := open(t)
	second := &fake{f.Server, connect(t, f.Server)}
	handlers := []*chattest.Handler{{}, {}}
	chattest.Start(t, f, handlers[0])
	chattest.Start(t, second, handlers[1])
	awaitAsked(t, f, "identify", "identify")
	for range 4 {
		alive(t, f)
	}
	one, two := len(handlers[0].Calls()), len(handlers[1].Calls())
	if one == 0 || two == 0 || one+two != 4 {
		t.Errorf("the bots handled %d and %d commands, want 4 in all", one, two)
	}
}

// TestPeopleGetOneAnswerFromTwoBots: Discord tells both of everything.
func TestPeopleGetOneAnswerFromTwoBots(t *testing.T) {
	f := open(t)
	f.ToAll()
	chattest.Start(t, f, &chattest.Handler{})
	chattest.Start(t, &fake{f.Server, connect(t, f.Server)}, &chattest.Handler{})
	awaitAsked(t, f, "identify", "identify")
	alive(t, f)
	awaitAnswers(t, f, 2)
	if shown, _ := f.Sees("alice"); len(shown) != 1 {
		t.Errorf("alice sees %+v, want one answer", shown)
	}
	if c := f.Complaints(); len(c) > 0 {
		t.Errorf("Discord complains: %q", c)
	}
}
