package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"ckadbot/migrations"
	"ckadbot/migrations/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func deliveries(db *pgxpool.Pool) *Deliveries {
	return NewDeliveries(db, slog.New(slog.DiscardHandler))
}

func TestOneOfManyBotsIsFirst(t *testing.T) {
	url := pgtest.URL(t)
	var firsts [50]atomic.Int32
	var g errgroup.Group
	for range 4 { // bots
		pool, err := migrations.Open(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(pool.Close)
		bot := deliveries(pool)
		for range 2 { // deliveries to each
			g.Go(func() error {
				for i := range firsts {
					first, err := bot.Claim(t.Context(), fmt.Sprint("click ", i))
					if err != nil {
						return err
					}
					if first {
						firsts[i].Add(1)
					}
				}
				return nil
			})
		}
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	for i := range firsts {
		if got := firsts[i].Load(); got != 1 {
			t.Errorf("click %d was handled %d times, want once", i, got)
		}
	}
}

func TestClaimsThatWaitAreMadeTogetherAndEachKeyIsFirstOnce(t *testing.T) {
	pool := pgtest.New(t)
	bot := deliveries(pool)
	hold, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hold.Rollback(context.WithoutCancel(t.Context())) }() // also if the test fails, else the pool is never closed
	if _, err := hold.Exec(t.Context(), `lock table chat.delivery in share mode`); err != nil {
		t.Fatal(err)
	}
	var firsts [20]atomic.Int32
	var g errgroup.Group
	claim := func(i int) {
		g.Go(func() error {
			first, err := bot.Claim(t.Context(), fmt.Sprint("click ", i))
			if first {
				firsts[i].Add(1)
			}
			return err
		})
	}
	await := func(waiting int) {
		t.Helper()
		for late := time.Now().Add(time.Minute); ; runtime.Gosched() {
			bot.mu.Lock()
			asking, n := bot.asking, len(bot.waiting)
			bot.mu.Unlock()
			if asking && n == waiting {
				return
			}
			if time.Now().After(late) {
				t.Fatalf("%d claims wait, want %d", n, waiting)
			}
		}
	}
	claim(0)
	await(0) // the lock holds it up
	for i := range 3 * len(firsts) {
		claim(i % len(firsts))
	}
	await(3 * len(firsts))
	short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if first, err := bot.Claim(short, "of somebody in a hurry"); first || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while the database hangs Claim = %v, %v; want that it took too long", first, err)
	}
	if err := hold.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	for i := range firsts {
		if got := firsts[i].Load(); got != 1 {
			t.Errorf("click %d was handled %d times, want once", i, got)
		}
	}
	if first, err := bot.Claim(t.Context(), "of somebody else"); !first || err != nil {
		t.Errorf("after that Claim = %v, %v; want a claim", first, err)
	}
}

func TestOldDeliveriesAreForgottenAndNoOthers(t *testing.T) {
	pool := pgtest.New(t)
	bot := deliveries(pool)
	if _, err := bot.Claim(t.Context(), "recent"); err != nil {
		t.Fatal(err)
	}
	old := 2*batch + 7
	if _, err := pool.Exec(t.Context(), `insert into chat.delivery select gen_random_uuid(), now() - interval '24 hours 1 second' from generate_series(1, $1)`, old); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), `insert into chat.delivery select gen_random_uuid(), now() - interval '23 hours 59 minutes'`); err != nil {
		t.Fatal(err)
	}
	var g errgroup.Group
	for range 3 {
		g.Go(func() error { return bot.prune(t.Context()) })
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if err := bot.prune(t.Context()); err != nil { // what one skipped because another had it
		t.Fatal(err)
	}
	var left int
	if err := pool.QueryRow(t.Context(), `select count(*) from chat.delivery`).Scan(&left); err != nil || left != 2 {
		t.Errorf("%d deliveries are left (%v), want 2", left, err)
	}
	if first, err := bot.Claim(t.Context(), "recent"); first || err != nil {
		t.Errorf("the recent one may be claimed again: %v, %v", first, err)
	}
}

func TestRunPrunesAtOnceAndEndsWithItsContext(t *testing.T) {
	pool := pgtest.New(t)
	if _, err := pool.Exec(t.Context(), `insert into chat.delivery values (gen_random_uuid(), now() - interval '25 hours')`); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- deliveries(pool).Run(ctx) }()
	for left := 1; left > 0; {
		if err := pool.QueryRow(t.Context(), `select count(*) from chat.delivery`).Scan(&left); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Run = %v, want nil", err)
	}
}

// A trigger_id opens forms in Slack, so neither the table nor an error shows it.
func TestAKeyIsShownNowhere(t *testing.T) {
	const key = "command 13345224609.738474920.8088930838d88f008e0"
	pool := pgtest.New(t)
	bot := deliveries(pool)
	if _, err := bot.Claim(t.Context(), key); err != nil {
		t.Fatal(err)
	}
	var row string
	if err := pool.QueryRow(t.Context(), `select d::text from chat.delivery d`).Scan(&row); err != nil || strings.Contains(row, "738474920") {
		t.Errorf("the row is %s (%v)", row, err)
	}
	pool.Close()
	if first, err := bot.Claim(t.Context(), key); first || err == nil || strings.Contains(err.Error(), "738474920") {
		t.Errorf("without a database Claim = %v, %v; want an error without the key", first, err)
	}
}

// BenchmarkClaim is what a claim takes of the time that a platform waits.
func BenchmarkClaim(b *testing.B) {
	bot := deliveries(pgtest.New(b))
	for i := 0; b.Loop(); i++ {
		if first, err := bot.Claim(b.Context(), fmt.Sprint(i)); !first || err != nil {
			b.Fatal(first, err)
		}
	}
}

// BenchmarkClaimsOfMany is what claims take when many people do something at once.
func BenchmarkClaimsOfMany(b *testing.B) {
	bot := deliveries(pgtest.New(b))
	var n atomic.Int64
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if first, err := bot.Claim(b.Context(), fmt.Sprint(n.Add(1))); !first || err != nil {
				b.Error(first, err)
			}
		}
	})
}
