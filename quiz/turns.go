package quiz

import (
	"context"
	"errors"
	"sync"
	"time"
)

// turns let goroutines do the same thing for a key one after the other, and share what came of it: of those who wait for the
// next turn, one does it, for all of them. The zero value is ready.
type turns struct {
	mu    sync.Mutex       // guards taken
	taken map[string]*turn // until its rest is over
}

// A turn is one time that it is done.
type turn struct {
	done chan struct{} // closed when result and err are there
	over chan struct{} // closed when the next turn may begin

	result bool
	err    error
}

// rest is how many times as long as a turn took nobody takes the next one: however many ask, doing it takes at most a quarter of
// the time. It is never longer than half of their patience: a turn that took very long was itself waiting, and who comes after it
// is to have theirs.
const rest = 3

// do returns what came of a turn that began after it was called; ok is false if there was none within patience, or ctx ended.
func (t *turns) do(ctx context.Context, key string, patience time.Duration, do func() (bool, error)) (result, ok bool, err error) {
	late := time.NewTimer(patience)
	defer late.Stop()
	turn, mine := t.take(key)
	if !mine { // it had begun before
		select {
		case <-turn.over:
		case <-late.C:
			return false, false, nil
		case <-ctx.Done():
			return false, false, nil
		}
		turn, mine = t.take(key)
	}
	if mine {
		t.run(key, turn, patience/2, do)
	}
	select {
	case <-turn.done:
		return turn.result, true, turn.err
	case <-late.C:
		return false, false, nil
	case <-ctx.Done():
		return false, false, nil
	}
}

// take gives the turn that somebody has, or a new one, which is mine.
func (t *turns) take(key string) (_ *turn, mine bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if turn, ok := t.taken[key]; ok {
		return turn, false
	}
	if t.taken == nil {
		t.taken = map[string]*turn{}
	}
	t.taken[key] = &turn{done: make(chan struct{}), over: make(chan struct{})}
	return t.taken[key], true
}

// errUnfinished is what others are told of a turn that panicked.
var errUnfinished = errors.New("it was not finished")

// run does it, and ends the turn, also after a panic.
func (t *turns) run(key string, turn *turn, maxRest time.Duration, do func() (bool, error)) {
	began := time.Now()
	defer func() {
		close(turn.done)
		time.AfterFunc(min(rest*time.Since(began), maxRest), func() {
			t.mu.Lock()
			defer t.mu.Unlock()
			delete(t.taken, key)
			close(turn.over)
		})
	}()
	turn.err = errUnfinished
	turn.result, turn.err = do()
}
