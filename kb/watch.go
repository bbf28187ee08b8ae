package kb

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Run follows the edits of other processes until ctx ends, and then returns nil. It holds one connection of its own, because
// notifications come over the connection that listens; a lost one is replaced, and meanwhile edits are asked for.
func (g *Glossary) Run(ctx context.Context) error {
	const longest = 10 * time.Second
	wait := 100 * time.Millisecond
	for ctx.Err() == nil {
		began := time.Now()
		err := g.listen(ctx)
		if ctx.Err() != nil {
			break
		}
		if time.Since(began) > longest {
			wait = 100 * time.Millisecond
		}
		g.opt.Log.Warn("glossary: not notified of edits for a moment", "error", err, "again_in", wait)
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
		wait = min(2*wait, longest)
		// Without LISTEN (some connection poolers swallow it) this keeps us up to date.
		if err := g.pull(ctx); err != nil && ctx.Err() == nil {
			g.opt.Log.Warn("glossary: could not read edits", "error", err)
		}
	}
	return nil
}

// listen applies edits as they are notified, and every poll interval, until something fails.
func (g *Glossary) listen(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, g.pool.Config().ConnConfig)
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
		if err := waitForEdit(ctx, conn, g.opt.poll); err != nil {
			return fmt.Errorf("wait for a notification: %w", err)
		}
	}
}

// waitForEdit returns nil after a notification and after the poll interval.
func waitForEdit(ctx context.Context, conn *pgx.Conn, poll time.Duration) error {
	waiting, cancel := context.WithTimeout(ctx, poll)
	defer cancel()
	_, err := conn.WaitForNotification(waiting)
	if err != nil && ctx.Err() == nil && errors.Is(waiting.Err(), context.DeadlineExceeded) && !conn.IsClosed() {
		return nil
	}
	return err
}
