package quiz

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
)

// A slowPlatform keeps the posts of some workspaces waiting until all others are made.
type slowPlatform struct {
	desk
	slow    func(workspace string) bool
	waiting sync.WaitGroup // for the others
	gate    chan struct{}

	mu       sync.Mutex // guards the rest
	now, top map[string]int
}

func (s *slowPlatform) PostRound(ctx context.Context, p Post) (string, error) {
	ws := p.Round.Workspace
	s.mu.Lock()
	s.now[ws]++
	s.top[ws] = max(s.top[ws], s.now[ws])
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.now[ws]--
	}()
	if !s.slow(ws) {
		defer s.waiting.Done()
		return s.desk.PostRound(ctx, p)
	}
	select {
	case <-s.gate:
		return s.desk.PostRound(ctx, p)
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// Ten workspaces have thirty posts each, and four of them are on a platform that hangs: the other six do not notice.
func TestSlowWorkspacesDelayNoOthers(t *testing.T) {
	w := newWorld(t, 10)
	w.clock.set(w.makeSeries(300))
	p := &slowPlatform{
		slow: func(ws string) bool { return strings.Contains("test/W0 test/W1 test/W2 test/W3", ws) },
		gate: make(chan struct{}), now: map[string]int{}, top: map[string]int{},
	}
	p.waiting.Add(180)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx, p) }()
	others := make(chan struct{})
	go func() { p.waiting.Wait(); close(others) }()
	select {
	case <-others:
	case <-time.After(postTimeout - 5*time.Second): // when the slow ones give up
		t.Error("workspaces wait for others that are slow")
	}
	close(p.gate)
	for end := time.Now().Add(20 * time.Second); w.count(`SELECT count(*) FROM quiz.post WHERE posted_at IS NOT NULL`) < 300; {
		if time.Now().After(end) {
			t.Fatal("not all is posted")
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}
	for ws, n := range p.top {
		if n >= 2*claimSize {
			t.Errorf("%s has %d posts at work at once, want fewer than %d", ws, n, 2*claimSize)
		}
	}
}

// A platform that says "wait" has posted nothing, so that nobody has to look whether it has.
func TestPostThatWasToldToWaitIsNotOneThatMayBeThere(t *testing.T) {
	w := newWorld(t, 10)
	s := w.mustCreate(daily("daily", general))
	w.clock.set(s.Next)
	answers := []error{&RetryError{After: time.Minute}, fmt.Errorf("nobody knows"), &RetryError{After: time.Minute}, nil}
	var tried []bool
	d := &desk{onPost: func(p Post) error {
		tried = append(tried, !p.Tried.IsZero())
		return answers[len(tried)-1]
	}}
	for range answers {
		w.settle(d)
		w.clock.set(w.clock.now().Add(2 * time.Minute))
	}
	if want := "[false false true true]"; fmt.Sprint(tried) != want {
		t.Errorf("may it be there already? got %v, want %s", tried, want)
	}
}

// Being told to wait is no failure: after a long backlog the first failure is followed by a short pause, as ever.
func TestWaitingMakesPausesNoLonger(t *testing.T) {
	w := newWorld(t, 10)
	s := w.mustCreate(daily("daily", general))
	w.clock.set(s.Next)
	d := &desk{}
	d.onPost = func(Post) error {
		if len(d.posted) <= 8 {
			return &RetryError{After: time.Minute}
		}
		return errors.New("the line is bad")
	}
	for range 9 {
		w.clock.add(2 * time.Minute)
		w.settle(d)
	}
	next, err := w.nextDue(t.Context())
	if pause := next.Sub(w.clock.now()); err != nil || pause > time.Second {
		t.Errorf("the next attempt is after %s (%v), want a second at most", pause, err)
	}
}
