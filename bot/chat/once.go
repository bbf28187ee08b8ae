package chat

import (
	"sync"
	"time"
)

// Once remembers keys for a while, so that an event that a platform delivers
// again is handled once. The zero value is ready. It bounds its memory by
// forgetting whole generations: a key is remembered for at least Memory, and at
// most twice that. It is a courtesy within one process: what must never
// happen twice is decided in the database.
type Once struct {
	mu       sync.Mutex // guards the rest
	now, old map[string]struct{}
	turned   time.Time
}

// Memory is how long [Once] remembers at least. Slack's last retry comes after
// about six minutes (docs.slack.dev/apis/events-api).
const Memory = 15 * time.Minute

// First tells whether key has not been seen before.
func (o *Once) First(key string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if t := time.Now(); o.now == nil || t.Sub(o.turned) > Memory {
		o.old, o.now, o.turned = o.now, map[string]struct{}{}, t
	}
	_, recent := o.now[key]
	_, older := o.old[key]
	o.now[key] = struct{}{}
	return !recent && !older
}
