package slack

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestPaceSlowsAttemptsThatFailAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pace
		began, attempts := time.Now(), 0
		for time.Since(began) < time.Hour {
			if err := p.wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			attempts++
		}
		if attempts < 60 || attempts > 140 {
			t.Errorf("%d attempts within an hour, want one or two a minute", attempts)
		}
	})
}

func TestOfTwoAttemptsAtTheSameTimeOneWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pace
		began, waited := time.Now(), make(chan time.Duration, 2)
		for range 2 {
			go func() {
				if err := p.wait(t.Context()); err != nil {
					t.Error(err)
				}
				waited <- time.Since(began)
			}()
		}
		if first, second := <-waited, <-waited; first != 0 || second < firstGap/2 {
			t.Errorf("they waited %s and %s, want nothing and %s at least", first, second, firstGap/2)
		}
	})
}

func TestPaceForgetsAfterACalmMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pace
		for range 20 {
			if err := p.wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		<-time.After(2 * time.Minute) // a connection that lasted
		began := time.Now()
		if err := p.wait(t.Context()); err != nil || time.Since(began) != 0 {
			t.Errorf("waited %s (%v), want no wait", time.Since(began), err)
		}
	})
}

func TestPaceHoldsAsLongAsAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var p pace
		p.atLeast(5 * time.Minute)
		began := time.Now()
		if err := p.wait(t.Context()); err != nil || time.Since(began) != 5*time.Minute {
			t.Errorf("waited %s (%v), want 5m", time.Since(began), err)
		}
	})
}

func TestPaceEndsWithItsContext(t *testing.T) {
	var p pace
	p.atLeast(time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}
