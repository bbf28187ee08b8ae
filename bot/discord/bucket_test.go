package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/discord/discordtest"
)

func postIn(id string) request {
	return request{method: "POST", path: "/channels/" + id + "/messages"}
}

func told(left int, bucket string) http.Header {
	h := http.Header{}
	h.Set("X-RateLimit-Remaining", fmt.Sprint(left))
	h.Set("X-RateLimit-Reset-After", "5.000")
	h.Set("X-RateLimit-Bucket", bucket)
	return h
}

func TestNoMoreThanFiftyInAnySecond(t *testing.T) {
	var l limits
	now := time.Unix(1795000000, 0)
	var sent []time.Time
	for range 400 { // that ask every millisecond
		now = now.Add(time.Millisecond)
		wait := l.turn(postIn(fmt.Sprint(len(sent)+1)), now)
		if wait > moment {
			continue
		}
		sent = append(sent, now.Add(wait))
		if n := len(sent); n > 50 && sent[n-1].Sub(sent[n-51]) < time.Second {
			t.Fatalf("51 requests within %v", sent[n-1].Sub(sent[n-51]))
		}
	}
	if took := sent[len(sent)-1].Sub(sent[0]); len(sent) < 40 || took < time.Duration(len(sent)-2)*time.Second/50 {
		t.Errorf("%d were sent within %v", len(sent), took)
	}
	if wait := l.turn(request{method: "POST", path: "/webhooks/1/token", interaction: true}, now); wait != 0 {
		t.Errorf("an answer waits %v", wait)
	}
}

func TestBucketsAreDiscords(t *testing.T) {
	var l limits
	now := time.Unix(1795000000, 0)
	l.learn(postIn("1"), told(1, "abc"), now)
	l.learn(request{method: "PATCH", path: "/channels/1/messages/9"}, told(4, "abc"), now)
	for i, step := range []struct {
		r    request
		wait time.Duration
	}{
		{request{method: "PATCH", path: "/channels/1/messages/10"}, 0}, // the last one that they share
		{postIn("1"), 5 * time.Second},
		{request{method: "PATCH", path: "/channels/1/messages/9"}, 5 * time.Second},
		{postIn("2"), 0},
		{request{method: "GET", path: "/channels/1"}, 0},
	} {
		l.next = time.Time{} // without the limit on all
		if got := l.turn(step.r, now); got != step.wait {
			t.Errorf("%d: %s %s waits %v, want %v", i, step.r.method, step.r.path, got, step.wait)
		}
	}
	l.next = time.Time{}
	if got := l.turn(postIn("1"), now.Add(4800*time.Millisecond)); got != 200*time.Millisecond {
		t.Errorf("just before it is full again: waits %v, want 200ms", got)
	}
	l.learn(postIn("1"), told(3, "abc"), now.Add(6*time.Second))
	l.learn(postIn("1"), told(4, "abc"), now.Add(6*time.Second)) // was overtaken
	for i := range 4 {
		l.next = time.Time{}
		if got := l.turn(postIn("1"), now.Add(6*time.Second)); (got == 0) != (i < 3) {
			t.Errorf("request %d after it was full again waits %v", i+1, got)
		}
	}
}

func TestBucketsDoNotPileUp(t *testing.T) {
	var l limits
	now := time.Unix(1795000000, 0)
	for n := range 100_000 {
		now = now.Add(time.Millisecond)
		l.learn(postIn(fmt.Sprint(n)), told(3, "abc"), now)
	}
	if n := len(l.buckets); n > 2*fewBuckets+10_000 {
		t.Errorf("%d buckets are kept", n)
	}
}

func TestTooManyRefusalsStopEverything(t *testing.T) {
	var l limits
	now := time.Unix(1795000000, 0)
	for n := range maxInvalid {
		if l.turn(postIn("1"), now) == time.Minute {
			t.Fatalf("stopped after %d", n)
		}
		l.refusedOne(now)
		now = now.Add(10 * time.Millisecond)
	}
	if wait := l.turn(request{interaction: true}, now); wait != time.Minute {
		t.Errorf("goes on after %d refusals: waits %v", maxInvalid, wait)
	}
	if wait := l.turn(postIn("1"), now.Add(10*time.Minute)); wait != 0 {
		t.Errorf("ten minutes later: waits %v", wait)
	}
}

func TestRefusedTokenIsNotTriedAgain(t *testing.T) {
	both(t, "it ends Run", func(t *testing.T, f *fake) {
		ended := chattest.Start(t, f, &chattest.Handler{})
		f.Type("alice", "/ckad help")
		chattest.AwaitText(t, f, "alice", "ok")
		f.Answer("POST", "/messages", 401, "<html>who are you?</html>", nil) // by something before Discord
		if err := try(t, f); !errors.Is(err, chat.ErrToken) {
			t.Errorf("got %v, want ErrToken", err)
		}
		if err := try(t, f); err != nil {
			t.Errorf("got %v, want it posted", err)
		}
		f.Refuse("POST", "/messages", 401, 0, "401: Unauthorized")
		for range 3 {
			if err := try(t, f); !errors.Is(err, chat.ErrToken) {
				t.Errorf("got %v, want ErrToken", err)
			}
		}
		if n := posts(f); n != 3 {
			t.Errorf("%d posts were tried, want 3", n)
		}
		select {
		case err := <-ended:
			if !errors.Is(err, chat.ErrToken) {
				t.Errorf("Run: got %v, want ErrToken", err)
			}
		case <-time.After(time.Minute):
			t.Error("Run goes on")
		}
	})
}

// TestEngineIsNotKeptWaiting: a longer wait is given back, a moment is waited, and
// not longer than the context.
func TestEngineIsNotKeptWaiting(t *testing.T) {
	f := open(t)
	block := func(d time.Duration) { f.adapter.rest.limits.global = time.Now().Add(d) }
	block(time.Hour)
	var retry *chat.RetryError
	if err := try(t, f); !errors.As(err, &retry) || retry.After < 59*time.Minute {
		t.Errorf("got %v, want to wait an hour", err)
	}
	block(50 * time.Millisecond)
	if err := try(t, f); err != nil {
		t.Errorf("after a moment: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	block(moment)
	if _, err := f.adapter.Post(ctx, f.Channel(), chat.Key{}, text("x")); !errors.Is(err, context.Canceled) || errors.As(err, new(*chat.UncertainError)) {
		t.Errorf("got %v, want that it was not sent", err)
	}
}

// BenchmarkThousandChannels posts in 1,000 channels with as many workers as the
// quiz has. Discord takes 50 a second.
func BenchmarkThousandChannels(b *testing.B) {
	s := discordtest.New()
	defer s.Close()
	s.EnforceLimits()
	a := New(Config{Token: discordtest.Token, APIURL: s.URL()})
	var channels []chat.Channel
	for n := range 1000 {
		channels = append(channels, chat.Channel{Platform: platform, Workspace: discordtest.GuildID, ID: s.AddChannel(fmt.Sprint("c", n))})
	}
	took := time.Duration(0)
	var first, told atomic.Int64
	for round := range b.N {
		todo := make(chan chat.Channel, len(channels))
		for _, ch := range channels {
			todo <- ch
		}
		close(todo)
		began := time.Now()
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				for ch := range todo {
					for {
						_, err := a.Post(b.Context(), ch, chat.Key{ID: fmt.Sprint(round, "-", ch.ID)}, text("Question?"))
						first.CompareAndSwap(0, int64(time.Since(began)))
						var retry *chat.RetryError
						if err == nil {
							break
						}
						if !errors.As(err, &retry) {
							b.Error(err)
							return
						}
						told.Add(1)
						sleep(b.Context(), retry.After)
					}
				}
			})
		}
		all.Wait()
		took += time.Since(began)
	}
	rate := float64(len(channels)*b.N) / took.Seconds()
	b.ReportMetric(rate, "posts/s")
	b.ReportMetric(100*rate/perSecond, "%limit")
	b.ReportMetric(float64(s.Refused())/float64(b.N), "429s/op")
	b.ReportMetric(float64(told.Load())/float64(b.N), "waits/op")
	b.ReportMetric(float64(first.Load())/1e6, "ms-to-first")
}
