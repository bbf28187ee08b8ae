package slack

import (
	"slices"
	"sync"
	"time"
)

// Slack allows so many calls of a method within a minute, for each workspace
// (docs.slack.dev/apis/web-api/rate-limits). Of posts it says "several hundred";
// what it tells us with 429 comes on top.
var perMinute = map[string]int{
	"chat.postMessage":           300,
	"chat.postEphemeral":         100, // Tier 4
	"files.getUploadURLExternal": 100,
	"users.info":                 100,
	"views.open":                 100,
	"views.publish":              100,
	"views.update":               100,
	"chat.getPermalink":          100, // "special"
	"auth.test":                  100, // "special"
	"chat.update":                50,  // Tier 3
	"conversations.history":      50,
	"conversations.info":         50,
	"conversations.open":         50,
	"users.conversations":        50,
}

const (
	perMinuteOther = 20 // Tier 2, for what is not in the list

	// A channel takes a message a second, and short bursts.
	channelBurst = 3

	// moment is how long a call of the engine waits for its turn; a longer wait is
	// the engine's, which has other posts to make meanwhile.
	moment = 200 * time.Millisecond

	// maxPromised bounds how many calls are told a time of their own, in minutes' worth.
	maxPromised = 60

	// maxChannels is how many channels' bursts are remembered before the old ones are dropped.
	maxChannels = 100
)

// limits are those of one workspace. The zero value is ready, but for second.
type limits struct {
	second time.Duration // how long Slack's second lasts; tests have a faster clock

	mu       sync.Mutex // guards the rest
	methods  map[string]*window
	channels map[string]*window
	paused   map[string]time.Time // methods, after 429
}

// turn says when a call may be made: after wait. If ok is false, the wait is too long,
// as the caller is hasty or gives up at end (zero: never), and the call not counted: what
// is counted and then not made would keep others waiting for nothing. Another attempt
// after wait will find a place if nobody else takes it.
func (l *limits) turn(now time.Time, method, channel string, hasty bool, end time.Time) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	m := l.method(method)
	windows := []*window{m}
	if method == "chat.postMessage" && channel != "" {
		windows = append(windows, l.channel(now, channel))
	}
	at := now
	if until := l.paused[method]; until.After(at) {
		at = until
	}
	for _, w := range windows {
		if free := w.free(now, hasty); free.After(at) {
			at = free
		}
	}
	if hasty && at.Sub(now) > moment {
		return max(m.promise(at).Sub(now), at.Sub(now)), false
	}
	if !end.IsZero() && !at.Before(end) {
		return at.Sub(now), false
	}
	for _, w := range windows {
		w.use(at)
	}
	return at.Sub(now), true
}

// pause keeps calls of a method away for d, as Slack asked.
func (l *limits) pause(method string, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.paused == nil {
		l.paused = map[string]time.Time{}
	}
	if until.After(l.paused[method]) {
		l.paused[method] = until
	}
}

func (l *limits) method(name string) *window {
	w := l.methods[name]
	if w == nil {
		n := perMinute[name]
		if n == 0 {
			n = perMinuteOther
		}
		w = &window{n: n, spare: n / 20, per: 61 * l.second} // one for what the network adds
		if l.methods == nil {
			l.methods = map[string]*window{}
		}
		l.methods[name] = w
	}
	return w
}

func (l *limits) channel(now time.Time, id string) *window {
	w := l.channels[id]
	if w == nil {
		if len(l.channels) >= maxChannels {
			for id, w := range l.channels {
				if w.forget(now); len(w.used) == 0 {
					delete(l.channels, id)
				}
			}
		}
		w = &window{n: channelBurst, per: channelBurst * l.second}
		if l.channels == nil {
			l.channels = map[string]*window{}
		}
		l.channels[id] = w
	}
	return w
}

// A window allows n calls within any span of per. It does not spread them: what
// is due at once is sent at once, as far as it goes, and all of the limit is used.
type window struct {
	n, spare int // hasty calls leave the spare ones to others
	per      time.Duration
	used     []time.Time // calls of the last span and booked ones, in order
	promised []time.Time // when those who were sent away come back, in order
}

// free is when the next call may be made.
func (w *window) free(now time.Time, hasty bool) time.Time {
	w.forget(now)
	n := w.n
	if hasty {
		n -= w.spare
	}
	if len(w.used) < n {
		return now
	}
	return w.used[len(w.used)-n].Add(w.per)
}

// use counts a call at that time.
func (w *window) use(at time.Time) {
	w.used = booked(w.used, at)
}

// booked is list, which is in order, with at.
func booked(list []time.Time, at time.Time) []time.Time {
	i, _ := slices.BinarySearchFunc(list, at, time.Time.Compare)
	return slices.Insert(list, i, at)
}

// promise is when a caller who cannot wait should come back, at earliest at: after
// those who were sent away before, so that not all come at once and only one gets in.
func (w *window) promise(at time.Time) time.Time {
	n := w.n - w.spare
	before, from := w.promised, len(w.promised)-n // the n-th last of all that are booked or promised
	if from < 0 {
		before, from = w.used, from+len(w.used)
	}
	if from >= 0 {
		if free := before[from].Add(w.per); free.After(at) {
			at = free
		}
	}
	if len(w.promised) < maxPromised*w.n {
		w.promised = booked(w.promised, at)
	}
	return at
}

// forget drops what no longer counts.
func (w *window) forget(now time.Time) {
	gone := func(list []time.Time, before time.Time) []time.Time {
		i, _ := slices.BinarySearchFunc(list, before, func(t, before time.Time) int {
			if t.After(before) {
				return 1
			}
			return -1
		})
		return list[i:]
	}
	w.used = gone(w.used, now.Add(-w.per))
	w.promised = gone(w.promised, now)
	if len(w.used) == 0 {
		w.used = nil // and its memory
	}
	if len(w.promised) == 0 {
		w.promised = nil
	}
}
