package slack

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/slack-go/slack"

	"ckadbot/bot/chat"
)

// Somebody who had hardly any time left, as a completion that waited for its turn, does not make others go away.
func TestOnlyWhoWaitedKnowsThatSlackIsSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &line{calls: make(chan struct{}, maxCalls)}
		enter := func(hasty bool) (leave func(error)) {
			t.Helper()
			leave, err := l.enter(t.Context(), time.Second, hasty)
			if err != nil {
				t.Fatalf("got %v, want a place", err)
			}
			return leave
		}
		giveUp := func(after time.Duration) {
			t.Helper()
			leave := enter(false)
			pause(t.Context(), after)
			leave(context.DeadlineExceeded)
		}
		giveUp(prompt / 2)
		for range 2 * maxTries {
			defer enter(false)(nil)
		}
		if err := l.closed(time.Second, true, 0); err != nil {
			t.Errorf("after a caller in a hurry: %v", err)
		}
		giveUp(prompt)
		if _, err := l.enter(t.Context(), time.Second, false); !errors.Is(err, errSilent) {
			t.Errorf("after a caller who waited: got %v, want %v", err, errSilent)
		}
	})
}

// A call that panics, as what it sends is made of what people typed, gives its place back.
func TestCallThatPanicsIsOver(t *testing.T) {
	w := New(Config{}).own
	for range maxCalls + 1 {
		func() {
			defer func() { _ = recover() }()
			_ = w.call(t.Context(), call{what: "panic", method: "chat.postMessage", hasty: true}, func(*slack.Client) error { panic("broken") })
		}()
	}
	err := w.call(t.Context(), call{what: "work", method: "chat.postMessage", hasty: true}, func(*slack.Client) error { return nil })
	var later *chat.RetryError
	if errors.As(err, &later) {
		t.Errorf("got %v, want a place", err)
	}
}

// Once Run and all that it handled is over, no token is exchanged, not even by a request that is ended at once.
func TestNothingOutlastsRun(t *testing.T) {
	a := New(Config{})
	s := a.newSession(t.Context(), chat.Spec{}, nil)
	a.current.Store(s)
	during, cancel := a.outlasting(t.Context(), time.Minute)
	defer cancel()
	if during.Err() != nil {
		t.Errorf("before: %v", during.Err())
	}
	s.drain()
	after, cancel := a.outlasting(t.Context(), time.Minute)
	defer cancel()
	if after.Err() == nil {
		t.Error("after: it has not ended")
	}
	<-during.Done()
}
