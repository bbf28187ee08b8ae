package discord

import (
	"maps"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// What Discord allows a bot, answers to interactions apart.
// https://discord.com/developers/docs/topics/rate-limits
const (
	perSecond = 50
	// Requests go out evenly, so that no second has more than that, whatever second
	// Discord counts by, and a little slower, since the network pushes them together.
	pace = time.Second / (perSecond - 1)
	// More refused requests in ten minutes get the whole address banned.
	maxInvalid = 10_000 * 9 / 10

	// moment is how long a request waits for its turn. It is refused if that would
	// take longer: whoever makes it has other things to do meanwhile.
	moment = 500 * time.Millisecond

	// fewBuckets are kept without asking which of them are over.
	fewBuckets = 1000
)

// limits are how many requests Discord takes, as far as it told. Requests are
// counted in buckets: Discord names the bucket of a route, and counts those of
// each channel and guild apart.
type limits struct {
	mu      sync.Mutex // guards the rest
	names   map[string]string
	buckets map[string]*bucket
	full    int       // at so many buckets, those that are over are dropped
	global  time.Time // until when nothing is taken, but interactions
	next    time.Time // when the next request may go

	invalid [10]int // refused requests, by the minute
	minute  int64
}

// A bucket is over when it is full again.
type bucket struct {
	left  int
	until time.Time
}

// route is what Discord counts a request by: its path without ids and query, and
// the channel or guild that it is about.
func (r request) route() (route, about string) {
	path, _, _ := strings.Cut(r.path, "?")
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if !snowflake(part) {
			continue
		}
		if i == 2 {
			about = part
		}
		parts[i] = "*"
	}
	return r.method + strings.Join(parts, "/"), about
}

func (l *limits) key(r request) string {
	route, about := r.route()
	if name := l.names[route]; name != "" {
		route = name
	}
	return route + " " + about
}

// turn says after what wait r may be sent. If that is longer than a moment it is
// not counted; then it may be tried again.
func (l *limits) turn(r request, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if wait := l.banned(now); wait > 0 {
		return wait
	}
	if r.interaction {
		return 0
	}
	slot := now
	for _, t := range []time.Time{l.global, l.next} {
		if t.After(slot) {
			slot = t
		}
	}
	b := l.buckets[l.key(r)]
	if b != nil && !b.until.After(slot) {
		b = nil // full again
	}
	at := slot
	if b != nil && b.left <= 0 {
		at = b.until // which keeps nobody else waiting
	}
	wait := at.Sub(now)
	if wait > moment {
		return wait
	}
	l.next = slot.Add(pace)
	if b != nil && b.left > 0 {
		b.left--
	}
	return wait
}

// learn takes over what an answer says about its bucket.
func (l *limits) learn(r request, h http.Header, now time.Time) {
	left, err := strconv.Atoi(h.Get("X-RateLimit-Remaining"))
	after := seconds(h.Get("X-RateLimit-Reset-After"))
	if r.interaction || err != nil || after <= 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	route, _ := r.route()
	if name := h.Get("X-RateLimit-Bucket"); name != "" && len(name) < 100 {
		if l.names == nil {
			l.names = map[string]string{}
		}
		l.names[route] = name
	}
	l.set(l.key(r), left, now.Add(after), now)
}

// block notes that nothing more is taken for a while.
func (l *limits) block(r request, after time.Duration, global bool, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if global {
		l.global = now.Add(after)
	} else if !r.interaction {
		l.set(l.key(r), 0, now.Add(after), now)
	}
}

// set notes how many requests are left in a bucket until it is full again. What
// is under way is counted already: an answer that overtook another knows of fewer.
func (l *limits) set(key string, left int, until, now time.Time) {
	b := l.buckets[key]
	switch {
	case b == nil:
		if len(l.buckets) >= max(l.full, fewBuckets) {
			maps.DeleteFunc(l.buckets, func(_ string, b *bucket) bool { return !b.until.After(now) })
			l.full = 2 * len(l.buckets)
		}
		if l.buckets == nil {
			l.buckets = map[string]*bucket{}
		}
		l.buckets[key] = &bucket{left: left, until: until}
	case b.until.After(now) && until.Sub(b.until) < moment: // the same turn of the bucket
		b.left = min(b.left, left)
	default:
		b.left, b.until = left, until
	}
}

// refusedOne counts a request that Discord refused.
func (l *limits) refusedOne(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turnTo(now)
	l.invalid[l.minute%10]++
}

// banned is for how long nothing may be sent, since too much was refused. mu is held.
func (l *limits) banned(now time.Time) time.Duration {
	l.turnTo(now)
	n := 0
	for _, refused := range l.invalid {
		n += refused
	}
	if n < maxInvalid {
		return 0
	}
	return time.Minute
}

// turnTo forgets minutes that are over.
func (l *limits) turnTo(now time.Time) {
	to := now.Unix() / 60
	for l.minute = max(l.minute, to-10); l.minute < to; {
		l.minute++
		l.invalid[l.minute%10] = 0
	}
}
