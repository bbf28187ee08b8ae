package quiz

import (
	"errors"
	"testing"
)

func TestWaitingCountsWhatIsDueAndNotDone(t *testing.T) {
	w := newWorld(t, 10)
	waits := func(want int, when string) {
		t.Helper()
		if got, err := w.Waiting(t.Context()); got != want || err != nil {
			t.Errorf("%s: %d posts wait (%v), want %d", when, got, err, want)
		}
	}
	s := w.mustCreate(daily("daily", general, random))
	waits(0, "before it is due")
	w.clock.set(s.Next)
	d := &desk{}
	d.onPost = func(Post) error { return errors.New("the platform is down") }
	w.settle(d)
	w.clock.add(maxBackoff)
	waits(2, "while the platform is down")
	d.onPost = nil
	w.settle(d)
	waits(0, "when both are posted")
}
