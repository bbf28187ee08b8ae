package migrations_test

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"ckadbot/migrations"
	"ckadbot/migrations/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// unmigrated is what a bot finds on a new server: a database with nothing in it.
func unmigrated(t *testing.T) string {
	t.Helper()
	base := pgtest.URL(t)
	exec(t, connect(t, base), `
		DO $$ DECLARE s name; BEGIN
			FOR s IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$|^public$' LOOP
				EXECUTE format('DROP SCHEMA %I CASCADE', s);
			END LOOP;
		END $$`)
	return base
}

func embedded(t *testing.T) int {
	t.Helper()
	files, err := filepath.Glob("*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no SQL files: %v", err)
	}
	return len(files)
}

func TestUpOfManyBotsAppliesEachMigrationOnce(t *testing.T) {
	base := unmigrated(t)
	const bots = 8
	applied := make([]int, bots)
	var group errgroup.Group
	for i := range bots {
		pool := connect(t, base)
		group.Go(func() (err error) {
			applied[i], err = migrations.Up(t.Context(), pool)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatalf("Up: %v", err)
	}
	sum := 0
	for _, n := range applied {
		sum += n
	}
	if sum != embedded(t) {
		t.Errorf("%d bots applied %v, %d together; want %d", bots, applied, sum, embedded(t))
	}
}

func TestUpAgainAppliesNothing(t *testing.T) {
	pool := pgtest.New(t)
	applied, err := migrations.Up(t.Context(), pool)
	if applied != 0 || err != nil {
		t.Errorf("Up of a migrated database = %d, %v; want 0, nil", applied, err)
	}
}

func TestUpNeedsNoSecondConnectionOfThePool(t *testing.T) {
	u, err := url.Parse(unmigrated(t))
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set("pool_max_conns", "1")
	u.RawQuery = query.Encode()

	applied, err := migrations.Up(t.Context(), connect(t, u.String()))
	if applied != embedded(t) || err != nil {
		t.Errorf("Up = %d, %v; want %d, nil", applied, err, embedded(t))
	}
}

func TestUpStopsWaitingWithItsContext(t *testing.T) {
	base := pgtest.URL(t)
	other, err := pgx.Connect(t.Context(), base)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close(context.WithoutCancel(t.Context()))
	if _, err := other.Exec(t.Context(), `SELECT pg_advisory_lock($1)`, int64(0x636b6164626f74)); err != nil {
		t.Fatal(err)
	}
	pool := connect(t, base)

	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := migrations.Up(ctx, pool)
		done <- err
	}()
	waitFor(t, pool.QueryRow, `SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`)
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Up = %v; want context.Canceled", err)
	}
}

func TestUpSaysWhichMigrationFailed(t *testing.T) {
	pool := connect(t, unmigrated(t))
	exec(t, pool, `CREATE SCHEMA kb`) // what the first migration is about to make
	applied, err := migrations.Up(t.Context(), pool)
	if applied != 0 || err == nil || !strings.Contains(err.Error(), "00001_kb.sql") {
		t.Errorf("Up = %d, %v; want 0 and an error that names 00001_kb.sql", applied, err)
	}
}

// waitFor asks until the answer is true; the test's deadline ends it.
func waitFor(t *testing.T, ask func(context.Context, string, ...any) pgx.Row, sql string) {
	t.Helper()
	for done := false; !done; {
		if err := ask(t.Context(), sql).Scan(&done); err != nil {
			t.Fatal(err)
		}
	}
}
