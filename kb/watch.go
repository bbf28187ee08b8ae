package kb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// longestWait is the time between two tries to listen when many have failed, and the time that a try may take. An outage
// shorter than that is nothing to be woken for.
const longestWait = 10 * time.Second

// longestAnswer is the time in which the database says that it is still there.
const longestAnswer = 2 * time.Second

// Run follows the edits of other processes until ctx ends, and then returns nil. It holds one connection of its own, because
// notifications come over the connection that listens; a lost one is replaced, and meanwhile edits are asked for. It also looks
// after the search index, and builds it again when its files are lost or damaged.
func (g *Glossary) Run(ctx context.Context) error {
	var keeper sync.WaitGroup
	defer keeper.Wait()
	keeper.Go(func() { g.keepIndex(ctx) })
	lost := outage{log: g.opt.Log}
	for wait := 100 * time.Millisecond; ctx.Err() == nil; wait = min(2*wait, longestWait) {
		began := time.Now()
		err := g.listen(ctx, &lost)
		if ctx.Err() != nil {
			break
		}
		lost.failed(time.Now(), err)
		if time.Since(began) > longestWait {
			wait = 100 * time.Millisecond
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		// Without LISTEN (some connection poolers swallow it) this keeps us up to date.
		if err := g.pull(ctx); err != nil && ctx.Err() == nil {
			lost.failed(time.Now(), err)
		}
	}
	return nil
}

// An outage is the time without notifications. It is used by one goroutine.
type outage struct {
	log    *slog.Logger
	since  time.Time // zero: notifications come
	warned bool
}

// failed warns once, when the outage has lasted.
func (o *outage) failed(now time.Time, err error) {
	if o.since.IsZero() {
		o.since = now
	}
	if lasted := now.Sub(o.since); lasted > longestWait && !o.warned {
		o.log.Warn("glossary: not notified of edits", "for", lasted, "error", err)
		o.warned = true
	}
}

// over tells how long it was.
func (o *outage) over(now time.Time) {
	if !o.since.IsZero() {
		o.log.Info("glossary: notified of edits again", "after", now.Sub(o.since))
	}
	*o = outage{log: o.log}
}

// listen applies edits as they are notified, and every poll interval, until something fails.
func (g *Glossary) listen(ctx context.Context, lost *outage) error {
	conn, err := g.connect(ctx)
	if err != nil {
		return fmt.Errorf("connect to listen: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, `listen kb`); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	if g.opt.onListen != nil {
		g.opt.onListen()
	}
	for {
		// First, because edits may have been made before we listened.
		if err := g.pull(ctx); err != nil {
			return err
		}
		lost.over(time.Now())
		if err := waitForEdit(ctx, conn, g.opt.poll); err != nil {
			return fmt.Errorf("wait for a notification: %w", err)
		}
	}
}

func (g *Glossary) connect(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, longestWait)
	defer cancel()
	return pgx.ConnectConfig(ctx, g.pool.Config().ConnConfig)
}

// waitForEdit returns nil after a notification and after the poll interval, if the other end still answers then: a connection
// that was lost without a word looks like one on which nothing is said.
func waitForEdit(ctx context.Context, conn *pgx.Conn, poll time.Duration) error {
	waiting, cancel := context.WithTimeout(ctx, poll)
	defer cancel()
	_, err := conn.WaitForNotification(waiting)
	if err != nil && ctx.Err() == nil && errors.Is(waiting.Err(), context.DeadlineExceeded) && !conn.IsClosed() {
		answer, cancel := context.WithTimeout(ctx, longestAnswer)
		defer cancel()
		return conn.Ping(answer)
	}
	return err
}
