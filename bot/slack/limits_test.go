package slack

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// begin is any time; the limits are told the time, they have no clock.
var begin = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

func newLimits() *limits { return &limits{second: time.Second} }

func TestAChannelTakesABurstAndThenAMessageASecond(t *testing.T) {
	l := newLimits()
	for i, want := range []time.Duration{0, 0, 0, 3 * time.Second, 3 * time.Second, 3 * time.Second, 6 * time.Second} {
		if got, ok := l.turn(begin, "chat.postMessage", "C1", false, time.Time{}); got != want || !ok {
			t.Errorf("post %d waits %s, want %s", i+1, got, want)
		}
	}
	if got, ok := l.turn(begin, "chat.postMessage", "C2", true, time.Time{}); got != 0 || !ok {
		t.Errorf("another channel waits %s", got)
	}
}

func TestHastyCallsAreSentAwayAndComeBackInTurn(t *testing.T) {
	l := newLimits()
	away := map[time.Duration]int{}
	for i := range 1000 {
		wait, ok := l.turn(begin, "chat.postMessage", fmt.Sprint("C", i), true, time.Time{})
		if ok != (wait == 0) {
			t.Fatalf("post %d: wait %s, %v", i, wait, ok)
		}
		away[wait]++
	}
	// 285 each minute; the last 15 are for people.
	if away[0] != 285 || away[61*time.Second] != 285 || away[122*time.Second] != 285 || away[183*time.Second] != 145 {
		t.Errorf("a thousand posts may be made after %v", away)
	}
	if wait, ok := l.turn(begin, "chat.postMessage", "D1", false, time.Time{}); wait != 0 || !ok {
		t.Errorf("a reply waits %s behind the posts", wait)
	}
	if wait, ok := l.turn(begin, "chat.update", "", true, time.Time{}); wait != 0 || !ok {
		t.Errorf("another method waits %s", wait)
	}
}

// Who would give up first books nothing: a burst of those must not keep who comes later waiting.
func TestWhoGivesUpTakesNoTurn(t *testing.T) {
	l := newLimits()
	counted := 0
	for range 10_000 {
		if _, ok := l.turn(begin, "users.info", "", false, begin.Add(time.Minute)); ok {
			counted++
		}
	}
	if counted != 100 {
		t.Errorf("%d of them are counted, want the 100 that Slack allows in the minute that they wait", counted)
	}
	later := begin.Add(70 * time.Second)
	if wait, ok := l.turn(later, "users.info", "", false, later.Add(time.Minute)); wait != 0 || !ok {
		t.Errorf("who comes when they have given up waits %s, %v", wait, ok)
	}
	l.pause("users.info", later.Add(time.Hour))
	if wait, ok := l.turn(later, "users.info", "", false, later.Add(time.Minute)); wait != time.Hour || ok {
		t.Errorf("while Slack wants none: got %s, %v", wait, ok)
	}
}

// Whoever was sent away for long, as their channel is full, comes back after others who were not.
func TestPromisesAreForgottenWhenTheirTimeHasCome(t *testing.T) {
	w := &window{n: 100, per: time.Minute}
	for _, after := range []time.Duration{10 * time.Second, 20 * time.Second, time.Second, 2 * time.Second} {
		w.promise(begin.Add(after))
	}
	w.forget(begin.Add(5 * time.Second))
	if len(w.promised) != 2 {
		t.Errorf("%s are still to come, want two", w.promised)
	}
}

func TestPauseIsForOneMethod(t *testing.T) {
	l := newLimits()
	l.pause("chat.update", begin.Add(30*time.Second))
	l.pause("chat.update", begin.Add(time.Second)) // shortens nothing
	if wait, ok := l.turn(begin, "chat.update", "", true, time.Time{}); wait != 30*time.Second || ok {
		t.Errorf("got %s, %v, want to be sent away for 30s", wait, ok)
	}
	if wait, ok := l.turn(begin, "chat.update", "", false, time.Time{}); wait != 30*time.Second || !ok {
		t.Errorf("got %s, %v, want to wait 30s", wait, ok)
	}
	if wait, ok := l.turn(begin, "chat.postMessage", "C1", true, time.Time{}); wait != 0 || !ok {
		t.Errorf("another method waits %s", wait)
	}
	if wait, ok := l.turn(begin.Add(31*time.Second), "chat.update", "", true, time.Time{}); wait != 0 || !ok {
		t.Errorf("after the pause a call waits %s", wait)
	}
}

// No span of a minute ever has more calls than Slack allows, whoever calls when.
func TestLimitsAreNeverExceeded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, now := newLimits(), begin
		var calls []time.Time
		channels := map[string][]time.Time{}
		for range rapid.IntRange(1, 1500).Draw(t, "calls") {
			now = now.Add(time.Duration(rapid.IntRange(0, 400).Draw(t, "pause")) * time.Millisecond)
			c := fmt.Sprint("C", rapid.IntRange(0, 9).Draw(t, "channel"))
			if wait, ok := l.turn(now, "chat.postMessage", c, rapid.Bool().Draw(t, "hasty"), time.Time{}); ok {
				calls, channels[c] = append(calls, now.Add(wait)), append(channels[c], now.Add(wait))
			}
		}
		atMost(t, calls, 300, time.Minute)
		for _, of := range channels {
			atMost(t, of, 3, 3*time.Second)
		}
	})
}

func atMost(t *rapid.T, calls []time.Time, n int, per time.Duration) {
	w := window{per: per}
	for _, at := range calls {
		w.use(at) // sorts
	}
	for i := n; i < len(w.used); i++ {
		if span := w.used[i].Sub(w.used[i-n]); span < per {
			t.Fatalf("%d calls within %s", n+1, span)
		}
	}
}

// Those who come back when they were told get in: nobody is sent away for ever.
func TestAThousandPostsEndAsFastAsTheLimitAllows(t *testing.T) {
	l, now := newLimits(), begin
	back := make([]time.Time, 1000)
	for i := range back {
		back[i] = begin
	}
	attempts, done := 0, time.Time{}
	for left := len(back); left > 0; now = now.Add(100 * time.Millisecond) {
		rand.Shuffle(len(back), func(i, j int) { back[i], back[j] = back[j], back[i] })
		for i, at := range back {
			if at.IsZero() || at.After(now) {
				continue
			}
			attempts++
			wait, ok := l.turn(now, "chat.postMessage", fmt.Sprint("C", i), true, time.Time{})
			if back[i] = now.Add(wait); ok {
				back[i], done = time.Time{}, now
				left--
			}
		}
	}
	if took := done.Sub(begin); took > 185*time.Second || attempts > 3000 {
		t.Errorf("1000 posts took %s and %d attempts, want three minutes and few", took, attempts)
	}
}

func TestLimitsOfManyChannelsStaySmall(t *testing.T) {
	l, now := newLimits(), begin
	for i := range 100_000 {
		now = now.Add(210 * time.Millisecond)
		l.turn(now, "chat.postMessage", fmt.Sprint("C", i), true, time.Time{})
	}
	if len(l.channels) > maxChannels || len(l.methods["chat.postMessage"].used) > 300 || cap(l.methods["chat.postMessage"].used) > 1000 {
		t.Errorf("%d channels and %d calls are remembered", len(l.channels), len(l.methods["chat.postMessage"].used))
	}
}
