package slack

import (
	"context"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
)

// A pace spaces attempts that may fail at once, however often they are made:
// the first is free, each one that comes within a minute of the one before
// waits twice as long, up to a minute. The zero value is ready.
type pace struct {
	mu   sync.Mutex // guards the rest
	last time.Time  // of the attempts so far, also if it is still to come
	gap  time.Duration
	hold time.Time // no attempt before
}

const (
	firstGap = 500 * time.Millisecond
	calm     = time.Minute
)

// wait returns when the next attempt may be made, or with the error of ctx.
func (p *pace) wait(ctx context.Context) error {
	timer := time.NewTimer(p.next())
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// next gives how long to wait for an attempt. It counts from now on: of two that come at the same time, one waits.
func (p *pace) next() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	var wait time.Duration
	if time.Since(p.last) > calm {
		p.gap = 0
	} else {
		p.gap = min(max(2*p.gap, firstGap), calm)
		wait = p.gap/2 + rand.N(p.gap/2) // so that many bots do not come back in step
	}
	wait = max(wait, time.Until(p.hold))
	p.last = time.Now().Add(wait)
	return wait
}

// atLeast keeps the next attempt away for d.
func (p *pace) atLeast(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hold = time.Now().Add(d)
}

// paced is the HTTP client for the library. Opening connections is paced,
// because the library opens the next one at once when Slack closes the last,
// as fast as it can.
type paced struct {
	http  *http.Client
	opens *pace
}

// Do sends a request; the wait for its turn does not count against its timeout.
func (c *paced) Do(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/apps.connections.open") {
		if err := c.opens.wait(r.Context()); err != nil {
			return nil, err
		}
	}
	return c.http.Do(r)
}
