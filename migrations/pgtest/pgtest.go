// Package pgtest gives each test a fresh, migrated database in a real PostgreSQL.
//
// One server is started for a test process, when a test first asks for a database, and stopped when the process ends; on Linux
// even when it is killed. Its data is in a temporary directory, in memory where there is room, and is thrown away. The migrations
// run once, in a template database; each test gets a copy of it. The next copies are made while a test runs, so that none
// waits for the 50 ms that one takes. TEST_DATABASE_URL names a server to use instead; its user must have the right to create databases.
//
//	func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }
//
//	func TestSomething(t *testing.T) {
//		pool := pgtest.New(t)
//		…
//	}
package pgtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"ckadbot/migrations"
	"ckadbot/migrations/pgserver"
)

// shared is the one server of this test process. It is a global because Main and New, which the testing package keeps
// apart, must both reach it.
var shared fixture

// Main runs the tests and then stops the server, if there is one. Call it from TestMain.
func Main(m *testing.M) int {
	shared.inMain = true
	code := m.Run()
	if err := shared.close(); err != nil {
		fmt.Fprintln(os.Stderr, "pgtest:", err)
		return max(code, 1)
	}
	return code
}

// New returns a pool of connections to a database of this test's own, which has all migrations. Both are gone when the
// test ends.
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool, err := migrations.Open(t.Context(), URL(t)) // as a bot does
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// URL returns the URL of such a database, for tests that run a whole program. Whoever is still connected when the test
// ends is disconnected.
func URL(t testing.TB) string {
	t.Helper()
	if err := shared.open(t.Context()); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return shared.clone(t)
}

// A fixture is a server with a template database.
type fixture struct {
	inMain   bool
	once     sync.Once
	err      error
	server   *pgserver.Server // nil when TEST_DATABASE_URL is set
	dir      string           // the server's data
	base     *url.URL         // the server's URL
	admin    *pgxpool.Pool    // creates and drops the databases
	template string

	copies  chan database // made ahead, for the tests to come
	endCopy context.CancelFunc
	copied  chan struct{} // closed when makeCopies has returned
}

// A database is a copy of the template, or why there is none.
type database struct {
	name string
	err  error
}

// open starts the server the first time, and remembers a failure.
func (f *fixture) open(ctx context.Context) error {
	f.once.Do(func() { f.err = f.start(context.WithoutCancel(ctx)) })
	return f.err
}

func (f *fixture) start(ctx context.Context) error {
	if !f.inMain {
		return errors.New("TestMain must call pgtest.Main, or nobody stops the server")
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	serverURL := os.Getenv("TEST_DATABASE_URL")
	if serverURL == "" {
		var err error
		if serverURL, err = f.startServer(ctx); err != nil {
			return err
		}
	}
	var err error
	if f.base, err = parseURL(serverURL); err != nil {
		return err
	}
	if f.admin, err = pgxpool.New(ctx, serverURL); err != nil {
		return err
	}
	if err = f.makeTemplate(ctx); err != nil {
		return err
	}
	f.copies, f.copied = make(chan database, 1), make(chan struct{}) // one waits there, and one in makeCopies' hands
	ctx, f.endCopy = context.WithCancel(context.WithoutCancel(ctx))
	go f.makeCopies(ctx)
	return nil
}

func (f *fixture) startServer(ctx context.Context) (serverURL string, err error) {
	sweep(os.TempDir())
	sweep(dataHome())
	if f.dir, err = os.MkdirTemp(dataHome(), fmt.Sprintf("%s%d-", dirPrefix, os.Getpid())); err != nil {
		return "", err
	}
	f.server, err = pgserver.Start(ctx, pgserver.Config{DataDir: f.dir, Throwaway: true})
	if err != nil {
		return "", err
	}
	return f.server.URL(), nil
}

const dirPrefix = "ckadbot-pgtest-" // then the process, then something random

// sweep removes what test processes left behind that were killed: directories of processes that are gone, after an hour,
// because a process in another container is not seen from here.
func sweep(temp string) {
	dirs, _ := filepath.Glob(filepath.Join(temp, dirPrefix+"*"))
	for _, dir := range dirs {
		var pid int
		if _, err := fmt.Sscanf(filepath.Base(dir), dirPrefix+"%d-", &pid); err != nil {
			continue
		}
		process, err := os.FindProcess(pid)
		alive := err == nil && !errors.Is(process.Signal(syscall.Signal(0)), os.ErrProcessDone)
		info, err := os.Lstat(dir)
		if err == nil && !alive && time.Since(info.ModTime()) > time.Hour {
			_ = os.RemoveAll(dir) // another user's stays
		}
	}
}

func (f *fixture) makeTemplate(ctx context.Context) error {
	f.template = "ckadbot_test_" + strings.ToLower(rand.Text()[:10])
	if _, err := f.admin.Exec(ctx, "CREATE DATABASE "+f.template+" TEMPLATE template0 ENCODING 'UTF8'"); err != nil {
		return fmt.Errorf("create the template database: %w", err)
	}
	pool, err := pgxpool.New(ctx, f.url(f.template))
	if err != nil {
		return err
	}
	defer pool.Close() // a database that somebody is connected to cannot be copied
	_, err = migrations.Up(ctx, pool)
	return err
}

// makeCopies makes databases as fast as tests take them, until ctx ends.
func (f *fixture) makeCopies(ctx context.Context) {
	defer close(f.copied)
	for {
		made := database{name: f.template + "_" + strings.ToLower(rand.Text()[:10])}
		// A copy that is begun is made to its end, so that close finds all there are.
		if _, err := f.admin.Exec(context.WithoutCancel(ctx), f.copyTo(made.name)); err != nil {
			made.err = fmt.Errorf("create a database: %w", err)
		}
		select {
		case f.copies <- made:
		case <-ctx.Done():
			return
		}
	}
}

func (f *fixture) drop(ctx context.Context, name string) error {
	_, err := f.admin.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)")
	return err
}

func (f *fixture) clone(t testing.TB) string {
	t.Helper()
	made := <-f.copies
	if made.err != nil {
		t.Fatalf("pgtest: %v", made.err)
	}
	t.Cleanup(func() {
		// t.Context is over by now.
		if err := f.drop(context.WithoutCancel(t.Context()), made.name); err != nil {
			t.Errorf("pgtest: drop the database: %v", err)
		}
	})
	return f.url(made.name)
}

// copyTo is the statement that copies the template.
func (f *fixture) copyTo(name string) string {
	sql := "CREATE DATABASE " + name + " TEMPLATE " + f.template
	if f.server != nil {
		// A quarter faster than through the log, as long as the files need not reach the disk.
		sql += " STRATEGY FILE_COPY"
	}
	return sql
}

// url returns the URL of a database of the server.
func (f *fixture) url(database string) string {
	u := *f.base
	u.Path = "/" + database
	return u.String()
}

// parseURL keeps what url.Parse says to itself: it quotes the URL, with the password.
func parseURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return nil, errors.New("TEST_DATABASE_URL should look like postgres://user:password@host:5432/database")
	}
	return u, nil
}

// close undoes what start did, as far as it came.
func (f *fixture) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	var errs []error
	if f.endCopy != nil {
		f.endCopy()
		<-f.copied
	}
	if f.admin != nil {
		if f.server == nil && f.template != "" {
			errs = append(errs, f.dropAll(ctx))
		}
		f.admin.Close()
	}
	if f.server != nil {
		errs = append(errs, f.server.Stop(ctx))
	}
	if f.dir != "" {
		errs = append(errs, os.RemoveAll(f.dir))
	}
	return errors.Join(errs...)
}

// dropAll drops the template and the copies that no test took.
func (f *fixture) dropAll(ctx context.Context) error {
	rows, _ := f.admin.Query(ctx, `SELECT datname FROM pg_database WHERE starts_with(datname, $1)`, f.template)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	errs := []error{err}
	for _, name := range names {
		errs = append(errs, f.drop(ctx, name))
	}
	return errors.Join(errs...)
}
