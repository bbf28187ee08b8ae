package slack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"ckadbot/bot/chat"
)

// Of events, maxAtOnce are at work at once, of all workspaces. Whoever waits for Slack
// is not at work: a workspace for which Slack is slow, or has us wait, keeps none of the
// others waiting, however many people use the bot there.

// A turn is one event at work. It is in the context of all that is done for the event.
type turn struct {
	slots chan struct{} // of the session

	mu   sync.Mutex // guards the rest
	away int        // waits for Slack that are under way
	over bool
}

type turnKey struct{}

// takeTurn waits until an event may be worked on; ok is false if the session's time is
// over first. Who takes a turn ends it.
func (s *session) takeTurn(ctx context.Context) (_ context.Context, end func(), ok bool) {
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx, nil, false
	}
	t := &turn{slots: s.slots}
	return context.WithValue(ctx, turnKey{}, t), t.end, true
}

func (t *turn) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = true
	if t.away == 0 {
		<-t.slots
	}
}

// stepAside lets another event have the turn of ctx, if it is one, until back is called, which waits for a turn.
func stepAside(ctx context.Context) (back func()) {
	t, ok := ctx.Value(turnKey{}).(*turn)
	if !ok {
		return func() {}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.away++; t.away == 1 && !t.over {
		<-t.slots
	}
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if t.away--; t.away == 0 && !t.over {
			t.slots <- struct{}{}
		}
	}
}

const (
	// maxCalls are under way at once in one workspace.
	maxCalls = 64
	// maxTries are those while Slack is silent there, and maxHasty those of callers who can come back.
	maxTries = 8
	maxHasty = 1
	// silence is when those come back, in Slack's seconds.
	silence = 5
	// prompt is within when Slack answers: of who gave up earlier, nobody knows.
	prompt = time.Second
)

// errSilent says that a call was not made, since others wait for an answer in vain.
var errSilent = errors.New("Slack does not answer just now")

// A line is what one workspace's calls go through. After one that had no answer in time,
// only a few are made until one has. The others fail at once: they would
// fill up memory and workers, and nobody waits that long.
type line struct {
	calls  chan struct{} // filled while one is under way
	silent atomic.Bool
}

// closed says why a call is not to be made now: the error wraps errSilent, and for
// hasty callers a RetryError. already are the caller's own places.
func (l *line) closed(second time.Duration, hasty bool, already int) error {
	switch n := len(l.calls) - already; {
	case !l.silent.Load():
		return nil
	case hasty && n >= maxHasty:
		return fmt.Errorf("%w: %w", errSilent, &chat.RetryError{After: silence * second})
	case n >= maxTries:
		return errSilent
	}
	return nil
}

// enter waits for a place; who has got one leaves, with what the call came to. Errors are
// those of closed, and for hasty callers a RetryError if there is no place.
func (l *line) enter(ctx context.Context, second time.Duration, hasty bool) (leave func(error), err error) {
	select {
	case l.calls <- struct{}{}:
	default:
		if hasty {
			return nil, &chat.RetryError{After: second}
		}
		select {
		case l.calls <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if err := l.closed(second, hasty, 1); err != nil {
		<-l.calls
		return nil, err
	}
	began := time.Now()
	return func(err error) { l.leave(err, time.Since(began)) }, nil
}

// leave notes what a call came to that took so long.
func (l *line) leave(err error, took time.Duration) {
	<-l.calls
	var network net.Error
	switch {
	case errors.Is(err, context.Canceled): // says nothing of Slack
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		if took >= prompt { // else the caller had hardly any time left
			l.silent.Store(true)
		}
	default:
		l.silent.Store(false)
	}
}
