package pgtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"ckadbot/migrations"
)

func TestMain(m *testing.M) { os.Exit(Main(m)) }

func ask(t *testing.T, pool *pgxpool.Pool, sql string, args ...any) (answer string) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), sql, args...).Scan(&answer); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return answer
}

func TestEachTestHasAMigratedDatabaseOfItsOwn(t *testing.T) {
	for i := range 6 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			pool := New(t)
			if applied, err := migrations.Up(t.Context(), pool); applied != 0 || err != nil {
				t.Errorf("Up = %d, %v; want 0, nil: all migrations are there", applied, err)
			}
			if _, err := pool.Exec(t.Context(), `CREATE TABLE mine ()`); err != nil { // fails where another test's is
				t.Error(err)
			}
		})
	}
}

func TestDatabaseIsGoneAfterTheTestThoughSomebodyIsConnected(t *testing.T) {
	name := ""
	t.Run("a test with a program that does not disconnect", func(t *testing.T) {
		pool, err := pgxpool.New(context.Background(), URL(t))
		if err != nil {
			t.Fatal(err)
		}
		name = ask(t, pool, `SELECT current_database()`)
	})
	if got := ask(t, shared.admin, `SELECT count(*)::text FROM pg_database WHERE datname = $1`, name); got != "0" {
		t.Errorf("there are %s databases %q; want 0", got, name)
	}
}

func TestWithoutMainNothingStarts(t *testing.T) {
	var f fixture
	if err := f.open(t.Context()); err == nil || !strings.Contains(err.Error(), "TestMain must call pgtest.Main") {
		t.Errorf("open = %v; want an error that says to call Main", err)
	}
}

func TestOtherServerIsUsedAndLeftAsItWas(t *testing.T) {
	admin := New(t)
	databases := func() string { // without those that are made for the tests to come
		return ask(t, admin, `SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database WHERE NOT starts_with(datname, $1)`, shared.template+"_")
	}
	before := databases()
	t.Setenv("TEST_DATABASE_URL", shared.base.String())
	other := fixture{inMain: true}
	if err := other.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Run("a test", func(t *testing.T) {
		pool, err := pgxpool.New(t.Context(), other.clone(t))
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		if got := ask(t, pool, `SELECT current_database()`); !strings.HasPrefix(got, other.template+"_") {
			t.Errorf("the database is %q; want a copy of %q", got, other.template)
		}
	})
	if other.server != nil || other.dir != "" {
		t.Error("a server was started beside the one in TEST_DATABASE_URL")
	}
	if err := other.close(); err != nil {
		t.Errorf("close: %v", err)
	}
	if after := databases(); after != before {
		t.Errorf("databases afterwards: %s; want those from before: %s", after, before)
	}
}

func TestBadOtherServerIsSaidWithoutItsPassword(t *testing.T) {
	for _, url := range []string{"mysql://bot:secret@host/db", "postgres://bot:secret%zz@host/db", "secret"} {
		t.Setenv("TEST_DATABASE_URL", url)
		f := fixture{inMain: true}
		err := f.open(t.Context())
		if err == nil || !strings.Contains(err.Error(), "TEST_DATABASE_URL should look like") || strings.Contains(err.Error(), "secret") {
			t.Errorf("open = %v; want what TEST_DATABASE_URL should look like, and not the password", err)
		}
	}
}

func TestCloseLeavesNothing(t *testing.T) {
	t.Setenv("TEST_DATABASE_URL", "")
	f := fixture{inMain: true}
	if err := f.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(f.dir); err != nil {
		t.Fatalf("the server's directory: %v", err)
	}
	if err := f.close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	if _, err := os.Stat(f.dir); err == nil {
		t.Errorf("%s is left", f.dir)
	}
}

func TestSweepRemovesOnlyWhatIsDead(t *testing.T) {
	temp := t.TempDir()
	old := time.Now().Add(-2 * time.Hour)
	const nobody = 1 << 30 // beyond any process number
	want := map[string]bool{
		fmt.Sprint(dirPrefix, nobody, "-1"):      false,
		fmt.Sprint(dirPrefix, os.Getpid(), "-2"): true,
		dirPrefix + "other":                      true,
		"other":                                  true,
	}
	for name := range want {
		dir := filepath.Join(temp, name)
		if err := os.MkdirAll(filepath.Join(dir, "data"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(dir, old, old); err != nil {
			t.Fatal(err)
		}
	}
	young := fmt.Sprint(dirPrefix, nobody, "-3")
	want[young] = true
	if err := os.Mkdir(filepath.Join(temp, young), 0o700); err != nil {
		t.Fatal(err)
	}
	sweep(temp)
	for name, stays := range want {
		if _, err := os.Stat(filepath.Join(temp, name)); (err == nil) != stays {
			t.Errorf("%s is there: %v; want %v", name, err == nil, stays)
		}
	}
}

// The price of a database: copying the template and dropping the copy.
func BenchmarkURL(b *testing.B) {
	if err := shared.open(b.Context()); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		name := shared.template + "_copy"
		for _, sql := range []string{shared.copyTo(name), "DROP DATABASE " + name + " WITH (FORCE)"} {
			if _, err := shared.admin.Exec(b.Context(), sql); err != nil {
				b.Fatal(err)
			}
		}
	}
}
