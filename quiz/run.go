package quiz

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

const (
	// postWorkers is how many posts are worked on at once. They do little but wait for platforms.
	postWorkers = 128
	// claimSize is how many posts are claimed at once, and how many a workspace may have at work before no more of its are
	// claimed: so no workspace has twice that.
	claimSize = 8
	// spareShare is the part of the free workers that a workspace may have, if that is less than claimSize: however many
	// workspaces are slow, each takes less, and fifty leave workers for the others.
	spareShare = 16
	// maxNap is how long Run sleeps at most: another process may have made something due that we were not told about.
	maxNap = time.Second
	// maxOutage is the longest pause between two attempts while the database is away.
	maxOutage = 30 * time.Second
)

// Run opens rounds that are due, posts what is not posted, shows the result of what is over, says notices and forgets what is old, until
// ctx ends; then it waits for the calls that are under way and returns nil. Everything it knows is in the database: any number of
// processes may run it, and any of them may be killed at any moment. While the database is away or hangs
// it waits, and says so once.
func (e *Engine) Run(ctx context.Context, p Poster) error {
	var crew workers
	defer crew.all.Wait()
	crew.all.Go(func() { e.keepScore(ctx) })
	crew.all.Go(func() { e.keepTidy(ctx) })

	outage := time.Duration(0)
	for {
		err := e.pass(ctx, p, &crew)
		if ctx.Err() != nil {
			return nil
		}
		var nap time.Duration
		if err != nil {
			if outage == 0 {
				e.log.ErrorContext(ctx, "the quiz stands still; trying again until it works", "error", err)
			}
			outage = min(max(2*outage, time.Second), maxOutage)
			nap = outage
		} else {
			if outage > 0 {
				e.log.InfoContext(ctx, "the quiz goes on")
			}
			outage, nap = 0, e.nap(ctx)
		}
		if !e.sleep(ctx, nap, outage == 0) {
			return nil
		}
	}
}

// pass does everything that is due now, as far as there are free workers; each one that becomes free wakes Run again.
func (e *Engine) pass(ctx context.Context, p Poster, crew *workers) error {
	for {
		n, err := e.openDue(ctx)
		if err != nil {
			return err
		}
		if n < openBatch {
			break
		}
	}
	// No more than there are workers: a lease must not run out while its post waits for one.
	for n, crowded := crew.state(); n > 0; n, crowded = crew.state() {
		claims, err := e.claimPosts(ctx, n, nil, crowded...)
		if err != nil {
			return err
		}
		for _, c := range claims {
			crew.begin(c.workspace, e.signal, func() { e.work(ctx, p, c) })
		}
		if len(claims) < n {
			break
		}
	}
	for n, crowded := crew.state(); n > 0; n, crowded = crew.state() {
		notices, err := e.claimNotices(ctx, n, crowded...)
		if err != nil {
			return err
		}
		for _, c := range notices {
			crew.begin(c.Workspace, e.signal, func() { e.workNotice(ctx, p, c) })
		}
		if len(notices) < n {
			break
		}
	}
	return nil
}

// workers are those that are at work, by workspace. Only Run begins work, so there are never more than it counted on.
type workers struct {
	all sync.WaitGroup

	mu   sync.Mutex // guards the rest
	busy map[string]int
	n    int
}

// state tells how many more may begin now, all of them perhaps for one workspace, and which workspaces have enough.
func (w *workers) state() (n int, crowded []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	free := postWorkers - w.n
	n = min(claimSize, max(free/spareShare, 1), free)
	for workspace, busy := range w.busy {
		if busy >= n {
			crowded = append(crowded, workspace)
		}
	}
	return n, crowded
}

// begin has one do some work for a workspace, and tells when it is done.
func (w *workers) begin(workspace string, done func(), work func()) {
	w.count(workspace, 1)
	w.all.Go(func() {
		defer done()
		defer w.count(workspace, -1)
		work()
	})
}

func (w *workers) count(workspace string, by int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.busy == nil {
		w.busy = map[string]int{}
	}
	w.n += by
	if w.busy[workspace] += by; w.busy[workspace] == 0 {
		delete(w.busy, workspace)
	}
}

// work attends to one claimed post and logs what went wrong, unless Run is being stopped.
func (e *Engine) work(ctx context.Context, p Poster, c claim) {
	err := e.attend(ctx, p, c)
	if err == nil || errors.Is(err, ErrGone) || ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return
	}
	level := slog.LevelWarn
	if _, ok := errors.AsType[*RetryError](err); ok {
		level = slog.LevelDebug // a backlog that a platform's limits make is as it should be, and each of its posts says so
	}
	e.log.Log(ctx, level, "a post did not work out yet", "workspace", c.workspace, "channel", c.channel, "round", c.round,
		"attempts", c.attempts+1, "error", err)
}

// workNotice is work for a claimed notice. A person who takes no messages from us is nobody's business.
func (e *Engine) workNotice(ctx context.Context, p Poster, c noticeClaim) {
	err := e.attendNotice(ctx, p, c)
	if err == nil || errors.Is(err, ErrGone) && c.Channel == "" || ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return
	}
	e.log.WarnContext(ctx, "a notice did not work out", "workspace", c.Workspace, "kind", c.Kind, "notice", c.ID,
		"attempts", c.attempts+1, "error", err)
}

// nap is how long there will be nothing to do: up to the earliest due time, at most maxNap.
func (e *Engine) nap(ctx context.Context) time.Duration {
	at, err := e.nextDue(ctx)
	if err != nil || at.IsZero() {
		return maxNap
	}
	return min(max(at.Sub(e.now()), 0), maxNap)
}

// nextDue is the next time in the future at which something is due, zero for none. What was due before now is either
// being worked on or left to others, and is looked at again after maxNap.
func (e *Engine) nextDue(ctx context.Context) (time.Time, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	var at *time.Time
	err := e.db.QueryRow(ctx, `
		SELECT least(
			(SELECT min(next_at) FROM quiz.series WHERE removed_at IS NULL AND NOT paused AND next_at > $1),
			(SELECT min(next_at) FROM quiz.post WHERE finished_at IS NULL AND next_at > $1),
			(SELECT min(next_at) FROM quiz.notice WHERE finished_at IS NULL AND next_at > $1))`, e.now()).Scan(&at)
	if err != nil {
		return time.Time{}, fmt.Errorf("find the next due time: %w", err)
	}
	if at == nil {
		return time.Time{}, nil
	}
	return *at, nil
}

// sleep waits for the time to pass, for ctx to end (then it reports false) or, if allowed, for a signal.
func (e *Engine) sleep(ctx context.Context, nap time.Duration, wakeable bool) bool {
	wake := e.wake
	if !wakeable {
		wake = nil
	}
	timer := time.NewTimer(nap)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-wake:
	case <-timer.C:
	}
	return true
}
