package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Deliveries knows which events of platforms were claimed within the last day.
type Deliveries struct {
	db  *pgxpool.Pool
	log *slog.Logger
}

// NewDeliveries makes them. Somebody must call Run, or the table grows for ever.
func NewDeliveries(db *pgxpool.Pool, log *slog.Logger) *Deliveries {
	return &Deliveries{db: db, log: log}
}

const (
	memory = 24 * time.Hour   // platforms deliver again for six minutes, and Slack, if asked to, for a day
	pause  = 10 * time.Minute // between two prunings
	batch  = 5000             // rows of one pruning's transaction
)

// Claim tells whether the caller is the first, of all bots, to claim key within a
// day: then the delivery that key names is the caller's to handle. It is one
// round trip that waits for no disk. The key is not stored, only its hash.
//
// A claim is never given back: what a bot was handling when it was killed is
// handled by nobody, and the person has to press again. So key should name what a
// person did once, which pressing again does not repeat.
func (d *Deliveries) Claim(ctx context.Context, key string) (first bool, err error) {
	sum := sha256.Sum256([]byte(key))
	tag, err := d.db.Exec(ctx, `insert into chat.delivery (key) values ($1) on conflict do nothing`, [16]byte(sum[:16]))
	if err != nil {
		return false, fmt.Errorf("claim a delivery: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

// Run forgets old claims now and then, until ctx ends.
func (d *Deliveries) Run(ctx context.Context) error {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		if err := d.prune(ctx); err != nil && ctx.Err() == nil {
			d.log.Warn("old deliveries stay for now", "error", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// prune deletes in small transactions, so that claims wait for none of them. What
// another bot is deleting is left to that bot.
func (d *Deliveries) prune(ctx context.Context) error {
	for {
		tag, err := d.db.Exec(ctx, `
			delete from chat.delivery
			where key in (
				select key from chat.delivery
				where at < now() - $1::interval
				order by at
				limit $2
				for update skip locked)`, memory, batch)
		if err != nil {
			return fmt.Errorf("prune deliveries: %w", err)
		}
		if tag.RowsAffected() < batch {
			return nil
		}
	}
}
