package quiz

import (
	"context"
	"sync"
	"time"
)

// turns let goroutines do something for a key one at a time. The zero value is ready.
type turns struct {
	mu    sync.Mutex               // guards taken
	taken map[string]chan struct{} // closed at the end of a turn
}

// enter waits for a turn, which lasts until leave is called; ok is false if it did not come within patience, or ctx ended.
func (t *turns) enter(ctx context.Context, key string, patience time.Duration) (leave func(), ok bool) {
	late := time.NewTimer(patience)
	defer late.Stop()
	for {
		busy, leave := t.take(key)
		if leave != nil {
			return leave, true
		}
		select {
		case <-busy:
		case <-late.C:
			return nil, false
		case <-ctx.Done():
			return nil, false
		}
	}
}

// take takes the turn if it is free; else busy is closed when it may be.
func (t *turns) take(key string) (busy <-chan struct{}, leave func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if busy, ok := t.taken[key]; ok {
		return busy, nil
	}
	if t.taken == nil {
		t.taken = map[string]chan struct{}{}
	}
	done := make(chan struct{})
	t.taken[key] = done
	return nil, func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		delete(t.taken, key)
		close(done)
	}
}
