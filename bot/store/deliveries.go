package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Deliveries knows which events of platforms were claimed within the last day.
type Deliveries struct {
	db  *pgxpool.Pool
	log *slog.Logger

	mu      sync.Mutex // guards the rest
	waiting []*claim   // that nobody asks for yet
	asking  bool
}

// NewDeliveries makes them. Somebody must call Run, or the table grows for ever.
func NewDeliveries(db *pgxpool.Pool, log *slog.Logger) *Deliveries {
	return &Deliveries{db: db, log: log}
}

const (
	memory = 24 * time.Hour   // platforms deliver again for six minutes, and Slack, if asked to, for a day
	pause  = 10 * time.Minute // between two prunings
	batch  = 5000             // rows of one pruning's transaction
	asks   = 2 * time.Second  // how long the database may take for claims; who makes them has given up before
)

// A claim waits to be made.
type claim struct {
	key   pgtype.UUID
	made  chan struct{} // closed when the rest is there
	first bool
	err   error
}

// Claim tells whether the caller is the first, of all bots, to claim key within a
// day: then the delivery that key names is the caller's to handle. It waits for no
// disk. The key is not stored, only its hash.
//
// A lone claim is made at once. Those that come meanwhile are made together: when
// many people do something at once, a statement for each would cost as much as all else.
//
// A claim is never given back: what a bot was handling when it was killed is
// handled by nobody, and the person has to press again. So key should name what a
// person did once, which pressing again does not repeat.
func (d *Deliveries) Claim(ctx context.Context, key string) (first bool, err error) {
	sum := sha256.Sum256([]byte(key))
	c := &claim{key: pgtype.UUID{Bytes: [16]byte(sum[:16]), Valid: true}, made: make(chan struct{})}
	d.mu.Lock()
	d.waiting = append(d.waiting, c)
	if !d.asking {
		d.asking = true
		go d.ask()
	}
	d.mu.Unlock()
	select {
	case <-c.made:
		err = c.err
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		return false, fmt.Errorf("claim a delivery: %w", err)
	}
	return c.first, nil
}

// ask makes the claims that wait, until none does.
func (d *Deliveries) ask() {
	for {
		d.mu.Lock()
		claims := d.waiting
		d.waiting, d.asking = nil, len(claims) > 0
		d.mu.Unlock()
		if len(claims) == 0 {
			return
		}
		d.makeAll(claims)
	}
}

// makeAll makes claims. Of several for the same key, in this process or in others, one is the first.
func (d *Deliveries) makeAll(claims []*claim) {
	ctx, cancel := context.WithTimeout(context.Background(), asks)
	defer cancel()
	keys, of := make([]pgtype.UUID, len(claims)), make(map[pgtype.UUID]*claim, len(claims))
	for i, c := range claims {
		keys[i], of[c.key] = c.key, c
	}
	// In the order of the keys, so that two bots which claim the same at once do not wait for each other.
	rows, err := d.db.Query(ctx, `
		insert into chat.delivery (key)
		select key from unnest($1::uuid[]) key order by key
		on conflict do nothing
		returning key`, keys)
	if err == nil {
		var key pgtype.UUID
		_, err = pgx.ForEachRow(rows, []any{&key}, func() error {
			of[key].first = true
			return nil
		})
	}
	for _, c := range claims {
		c.err = err
		close(c.made)
	}
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
