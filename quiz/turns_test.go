package quiz

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestTurnsAreTakenOneAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all turns
		leave, ok := all.enter(t.Context(), "a", time.Second)
		if !ok {
			t.Fatal("a free turn is not given")
		}
		if _, ok := all.enter(t.Context(), "a", time.Second); ok {
			t.Error("a turn is given twice")
		}
		other, ok := all.enter(t.Context(), "b", time.Second)
		if !ok {
			t.Fatal("another key waits")
		}
		other()
		ended, end := context.WithCancel(t.Context())
		end()
		if _, ok := all.enter(ended, "a", time.Second); ok {
			t.Error("a turn is given after the end")
		}
		go func() { <-time.After(time.Second / 2); leave() }()
		began := time.Now()
		again, ok := all.enter(t.Context(), "a", time.Second)
		if !ok || time.Since(began) != time.Second/2 {
			t.Errorf("the next turn is given (%t) after %s, want after half a second", ok, time.Since(began))
		}
		again()
		if len(all.taken) != 0 {
			t.Errorf("%d turns are kept", len(all.taken))
		}
	})
}
