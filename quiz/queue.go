package quiz

import (
	"context"
	"slices"
	"sync"
	"time"
)

// # When a whole company clicks at once
//
// Answers are stored many at a time: a transaction for each would cost several times as much. There is no timer and no
// goroutine for it. Whoever clicks puts the click into the queue and takes a turn as soon as one is free: then they store
// their own click and all that wait with it, for themselves and for the others. So a lone click waits for nobody, and the
// more people click, the more of them share a transaction. Each is told only when the transaction is committed.

// maxFlush is how many clicks are stored together. More would not be faster, and the first of them would wait longer.
const maxFlush = 500

// A click is an answer on its way into the database, and what became of it. What is below done is written before done is closed.
type click struct {
	Answer
	at   time.Time
	done chan struct{}

	stored   bool    // or refused; if not, it is yet to be tried alone
	outcome  Outcome // Recorded, Changed or "" for neither
	progress progress
}

// A queue holds the clicks that nobody is storing yet, in the order in which they came.
type queue struct {
	mu      sync.Mutex
	waiting []*click
	turn    chan struct{} // holds one element while somebody stores clicks
}

func (q *queue) add(c *click) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, c)
}

// remove takes back a click that nobody is storing yet.
func (q *queue) remove(c *click) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = slices.DeleteFunc(q.waiting, func(other *click) bool { return other == c })
}

// take returns those who come next. Of each person there is one click at most: the next one finds what became of it.
func (q *queue) take() (clicks []*click) {
	q.mu.Lock()
	defer q.mu.Unlock()
	type user struct{ workspace, id string }
	taken := map[user]bool{}
	var left []*click
	for i, c := range q.waiting {
		if len(clicks) == maxFlush {
			left = append(left, q.waiting[i:]...)
			break
		}
		if by := (user{c.By.Workspace, c.By.User}); taken[by] {
			left = append(left, c)
		} else {
			taken[by] = true
			clicks = append(clicks, c)
		}
	}
	q.waiting = left
	return clicks
}

// record stores a click, together with others that wait. The outcome is Recorded, Changed or "" for neither; the progress is
// how the person stands after that, empty without that round. When ctx ends, the click may still be stored.
func (e *Engine) record(ctx context.Context, a Answer, now time.Time) (Outcome, progress, error) {
	c := &click{Answer: a, at: now, done: make(chan struct{})}
	e.clicks.add(c)
	for waits := true; waits; {
		select {
		case <-c.done:
			waits = false
		case e.clicks.turn <- struct{}{}:
			e.flush(ctx) // of those who come next: not always of this click
		case <-ctx.Done():
			e.clicks.remove(c)
			return "", progress{}, ctx.Err()
		}
	}
	if !c.stored {
		if err := e.storeClicks(ctx, []*click{c}, 0); err != nil {
			return "", progress{}, err
		}
	}
	if c.progress.Round.Kind == KindDuel {
		var err error
		if c.progress.Round.Duel, err = readDuel(ctx, e.db, a.Workspace, a.Round); err != nil {
			return "", progress{}, err
		}
	}
	return c.outcome, c.progress, nil
}

// flush stores those who come next, and ends the turn. If that fails, for whatever reason, each of them tries alone, so that
// a click which cannot be stored, or which has to wait for somebody's lock, holds up no other.
func (e *Engine) flush(ctx context.Context) {
	clicks := e.clicks.take()
	defer func() { // also after a panic
		<-e.clicks.turn
		for _, c := range clicks {
			close(c.done)
		}
	}()
	if len(clicks) == 0 {
		return
	}
	// Whose turn it is may leave; the others are still there.
	ctx, cancel := e.soon(context.WithoutCancel(ctx))
	defer cancel()
	if err := e.storeClicks(ctx, clicks, e.patience/20); err != nil {
		e.log.Warn("answers cannot be stored together, each is tried alone", "answers", len(clicks), "error", err)
		return
	}
	for _, c := range clicks {
		c.stored = true
	}
}
