package quiz

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestThoseWhoWaitForATurnShareTheNext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all turns
		var times atomic.Int32
		work := func() (bool, error) {
			<-time.After(time.Second)
			return times.Add(1) == 2, nil
		}
		began := time.Now()
		ask := func(key string, want bool, wantAfter time.Duration) {
			go func() {
				got, ok, err := all.do(t.Context(), key, time.Minute, work)
				if after := time.Since(began); got != want || !ok || err != nil || after != wantAfter {
					t.Errorf("got %v, %v, %v after %s; want %v after %s", got, ok, err, after, want, wantAfter)
				}
			}()
			synctest.Wait()
		}
		ask("a", false, time.Second)
		for range 10 { // the first turn has begun before, and rests for three seconds
			ask("a", true, 5*time.Second)
		}
		<-time.After(4500 * time.Millisecond) // the second turn has begun
		ask("a", false, 9*time.Second)
		if got, ok, err := all.do(t.Context(), "a", time.Second, work); got || ok || err != nil {
			t.Errorf("who is not patient gets %v, %v, %v; want nothing", got, ok, err)
		}
		ended, end := context.WithCancel(t.Context())
		end()
		if _, ok, _ := all.do(ended, "a", time.Minute, work); ok {
			t.Error("a turn is given after the end")
		}
		<-time.After(time.Minute)
		all.mu.Lock()
		defer all.mu.Unlock()
		if times.Load() != 3 || len(all.taken) != 0 {
			t.Errorf("there were %d turns and %d are kept, want 3 and none", times.Load(), len(all.taken))
		}
	})
}

func TestAfterALongTurnEverybodyStillHasTheirs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all turns
		turn := func(took time.Duration) (bool, error) {
			_, ok, err := all.do(t.Context(), "a", time.Second, func() (bool, error) { <-time.After(took); return true, nil })
			return ok, err
		}
		turn(time.Minute)
		if ok, err := turn(400 * time.Millisecond); !ok || err != nil {
			t.Errorf("got %v, %v after a turn of a minute; want a turn within patience", ok, err)
		}
		<-time.After(time.Second) // so that no timer is left
	})
}

func TestAnotherKeyNeedNotWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all turns
		go all.do(t.Context(), "a", time.Minute, func() (bool, error) { <-time.After(time.Minute); return true, nil })
		synctest.Wait()
		began := time.Now()
		if got, ok, err := all.do(t.Context(), "b", time.Second, func() (bool, error) { return true, nil }); !got || !ok || err != nil || time.Since(began) != 0 {
			t.Errorf("another key gets %v, %v, %v after %s; want its turn at once", got, ok, err, time.Since(began))
		}
		<-time.After(time.Hour)
	})
}

func TestATurnThatPanicsEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all turns
		go func() {
			defer func() { _ = recover() }()
			_, _, _ = all.do(t.Context(), "a", time.Second, func() (bool, error) { <-time.After(time.Millisecond); panic("bad") })
		}()
		synctest.Wait()
		failed := errors.New("failed")
		if _, ok, err := all.do(t.Context(), "a", time.Second, func() (bool, error) { return false, failed }); !ok || !errors.Is(err, failed) {
			t.Errorf("the turn after it gets %v, %v; want its own error", ok, err)
		}
		<-time.After(time.Minute)
	})
}
