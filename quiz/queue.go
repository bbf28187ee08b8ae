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
// goroutine for it. Whoever clicks while nobody stores anything stores their own click at once. Those who click meanwhile
// wait together; when a flush ends, one of them stores all of these for the others. So a lone click waits for nobody, and the
// more people click, the more of them share a transaction. Each is told only when it is committed.

const (
	// maxFlush is how many clicks are stored together. More would hardly be faster, and the first of them would wait longer.
	maxFlush = 250
	// maxFlushes is how many flushes there may be at once: while one waits for the disk, the other computes. With more, each
	// would store fewer clicks, and most of what it costs does not depend on how many these are; also other commands would wait longer for the processor (see BenchmarkLoad).
	maxFlushes = 2
)

// A click is an answer on its way into the database, and what became of it.
type click struct {
	Answer
	at time.Time

	// turn says that it is this one's turn to store these clicks, itself the first of them; or, nil, that others have done it.
	turn chan []*click

	stored   bool    // or refused; if not, it is yet to be tried alone
	outcome  Outcome // Recorded, Changed or "" for neither
	progress progress
}

// A queue holds the clicks that nobody is storing yet, in the order in which they came.
type queue struct {
	mu       sync.Mutex
	waiting  []*click
	flushes  int              // under way
	flushing map[userKey]bool // whose clicks are being stored
}

// A userKey is somebody as a platform knows them.
type userKey struct{ workspace, id string }

func (c *click) by() userKey { return userKey{c.By.Workspace, c.By.User} }

// add puts a click into the queue. If it need not wait, it is its turn at once.
func (q *queue) add(c *click) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, c)
	q.passOn()
}

// end is called when clicks were stored, or not. The turn is passed on first: who is told goes on without the queue.
func (q *queue) end(clicks []*click) {
	q.mu.Lock()
	q.flushes--
	for _, c := range clicks {
		delete(q.flushing, c.by())
	}
	q.passOn()
	q.mu.Unlock()
	for _, c := range clicks {
		c.turn <- nil
	}
}

// passOn gives the turn to those who come next, as long as there may be one more flush. The caller holds the lock.
func (q *queue) passOn() {
	for q.flushes < maxFlushes {
		clicks := q.next()
		if len(clicks) == 0 {
			return
		}
		q.flushes++
		clicks[0].turn <- clicks
	}
}

// next takes out those who come next. Of each person only one click is stored at a time: the one after it finds what became
// of the one before. The caller holds the lock.
func (q *queue) next() (clicks []*click) {
	var left []*click
	for i, c := range q.waiting {
		if len(clicks) == maxFlush {
			left = append(left, q.waiting[i:]...)
			break
		}
		if q.flushing[c.by()] {
			left = append(left, c)
			continue
		}
		q.flushing[c.by()] = true
		clicks = append(clicks, c)
	}
	q.waiting = left
	return clicks
}

// leave takes back a click that nobody is storing yet, and reports whether it could.
func (q *queue) leave(c *click) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.waiting, c)
	if i >= 0 {
		q.waiting = slices.Delete(q.waiting, i, i+1)
	}
	return i >= 0
}

// record stores a click, together with others that wait. The outcome is Recorded, Changed or "" for neither; the progress is
// how the person stands after that, empty without that round. When ctx ends, the click may still be stored.
func (e *Engine) record(ctx context.Context, a Answer, now time.Time) (Outcome, progress, error) {
	c := &click{Answer: a, at: now, turn: make(chan []*click, 1)}
	if err := e.storeWithOthers(ctx, c); err != nil {
		return "", progress{}, err
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

// storeWithOthers returns when a flush with this click has ended, or ctx.
func (e *Engine) storeWithOthers(ctx context.Context, c *click) error {
	e.clicks.add(c)
	var clicks []*click
	select {
	case clicks = <-c.turn:
	case <-ctx.Done():
		if e.clicks.leave(c) {
			return ctx.Err()
		}
		select {
		case clicks = <-c.turn: // others may count on it
		default:
			return ctx.Err()
		}
	}
	if clicks != nil {
		e.flush(ctx, clicks)
	}
	return nil
}

// flush stores clicks and ends the turn, also after a panic. If they cannot be stored together, for whatever reason, each of
// them is tried alone, so that one which cannot be stored, or has to wait for somebody's lock, holds up no other.
func (e *Engine) flush(ctx context.Context, clicks []*click) {
	defer e.clicks.end(clicks)
	// Whoever stores them may leave; the others are still there.
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
