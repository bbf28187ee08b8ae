package quiz

import (
	"context"
	"errors"
	"fmt"
	"strconv"
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

func (s *slowPlatform) PostRound(ctx context.Context, p Post) (message string, err error) {
	err = s.wait(ctx, p.Round.Workspace, func() error {
		message, err = s.desk.PostRound(ctx, p)
		return err
	})
	return message, err
}

func (s *slowPlatform) PostNotice(ctx context.Context, n Notice) error {
	return s.wait(ctx, n.Workspace, func() error { return s.desk.PostNotice(ctx, n) })
}

func (s *slowPlatform) wait(ctx context.Context, ws string, do func() error) error {
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
		return do()
	}
	select {
	case <-s.gate:
		return do()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Ten workspaces have thirty posts each, or thirty have ten, or as many notices. Many of them are on a platform that
// hangs: the others do not notice.
func TestSlowWorkspacesDelayNoOthers(t *testing.T) {
	for name, c := range map[string]struct {
		workspaces, slow int
		notices          bool
	}{
		"many posts in few": {10, 4, false}, "few posts in many": {30, 20, false},
		"many notices in few": {10, 4, true}, "few notices in many": {30, 20, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 10)
			done := `SELECT count(*) FROM quiz.post WHERE posted_at IS NOT NULL`
			if c.notices {
				done = `SELECT count(*) FROM quiz.notice WHERE posted_at IS NOT NULL`
				w.queueMany(c.workspaces, 300)
			} else {
				w.clock.set(w.makeSeriesIn(c.workspaces, 300))
			}
			p := &slowPlatform{gate: make(chan struct{}), now: map[string]int{}, top: map[string]int{}, slow: func(ws string) bool {
				n, err := strconv.Atoi(strings.TrimPrefix(ws, "test/W"))
				return err == nil && n < c.slow
			}}
			p.waiting.Add(300 / c.workspaces * (c.workspaces - c.slow))
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
			for end := time.Now().Add(time.Minute); w.count(done) < 300; {
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
					t.Errorf("%s has %d at work at once, want fewer than %d", ws, n, 2*claimSize)
				}
			}
		})
	}
}

// queueMany makes n notices for channels of so many workspaces, those of one workspace after those of another.
func (w *world) queueMany(workspaces, n int) {
	w.t.Helper()
	var all []newNotice
	for i := range n {
		ws := fmt.Sprintf("test/W%d", i*workspaces/n)
		all = append(all, newNotice{Workspace: ws, Kind: "test", Channel: fmt.Sprintf("%s/c%d", ws, i), Body: i, Dedupe: fmt.Sprint(i), Expires: w.clock.now().Add(time.Hour)})
	}
	w.queue(all...)
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
