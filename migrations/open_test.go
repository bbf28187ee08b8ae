package migrations_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"ckadbot/migrations"
	"ckadbot/migrations/pgtest"
)

func TestOpenExplainsInOneLine(t *testing.T) {
	base := pgtest.URL(t)
	pool := connect(t, base)
	exec(t, pool, `CREATE ROLE reader LOGIN PASSWORD 'secret'`)
	t.Cleanup(func() {
		exec(t, pool, `DROP OWNED BY reader`)
		exec(t, pool, `DROP ROLE reader`)
	})
	exec(t, pool, `DROP SCHEMA migrations CASCADE`) // a new database, for Open

	with := func(change func(u *url.URL)) string {
		u, err := url.Parse(base)
		if err != nil {
			t.Fatal(err)
		}
		change(u)
		return u.String()
	}
	tests := []struct{ name, url, want string }{
		{"empty", "", "the database URL is malformed"},
		{"not a URL", "secret", "the database URL is malformed"},
		{"another database", "mysql://bot:secret@localhost/db", "the database URL is malformed"},
		{"port not a number", "postgres://bot:secret@localhost:port/db", "the database URL is malformed"},
		{"slash in the password", "postgres://bot:12/secret@localhost/db", "the database URL is malformed"},
		{"question mark in the password", "postgres://bot:12?secret@localhost/db", "the database URL is malformed"},
		{"hash in the password", "postgres://bot:12#secret@localhost/db", "the database URL is malformed"},
		{"letters and a slash in the password", "postgres://bot:secret/12@localhost/db", "the database URL is malformed"},
		{"percent in the password", "postgres://bot:secret%zz@localhost/db", "the database URL is malformed"},
		{"bad TLS mode", "postgres://bot:secret@localhost/db?sslmode=secret", "the database URL is malformed"},
		{"nobody listens", "postgres://bot:secret@127.0.0.1:1/db", "the database at 127.0.0.1:1 cannot be reached: connection refused"},
		{"no such host", "postgres://bot:secret@db.invalid/db", `the database host "db.invalid" cannot be found`},
		{"no such socket", "postgres://bot:secret@/db?host=/nowhere", "the database at /nowhere cannot be reached: no such file or directory"},
		{"wrong password", "postgres://bot:secret@" + fakeServer(t, "28P01", `password authentication failed for user "bot"`) + "/db?sslmode=disable",
			`does not accept the password of user "bot"`},
		{"not let in", "postgres://bot:secret@" + fakeServer(t, "28000", `no pg_hba.conf entry for host`) + "/db?sslmode=disable",
			`does not let user "bot" in: no pg_hba.conf entry for host`},
		{"full", "postgres://bot:secret@" + fakeServer(t, "53300", "sorry, too many clients\nalready") + "/db?sslmode=disable",
			`refuses: sorry, too many clients already (53300)`},
		{"no such database", with(func(u *url.URL) { u.Path = "/absent" }), `has no database "absent"`},
		{"no right to create", with(func(u *url.URL) { u.User = url.UserPassword("reader", "secret") }), `user "reader" may not create schemas`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			pool, err := migrations.Open(t.Context(), test.url)
			if err == nil {
				pool.Close()
				t.Fatal("Open succeeded; want an error")
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("Open says %q; want it to contain %q", err, test.want)
			}
			if strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "\n") {
				t.Errorf("Open says %q; want one line without the password", err)
			}
		})
	}
}

func TestOpenLetsAReaderIntoAMigratedDatabase(t *testing.T) {
	base := pgtest.URL(t)
	pool := connect(t, base)
	exec(t, pool, `CREATE ROLE guest LOGIN PASSWORD 'guest'`)
	t.Cleanup(func() { exec(t, pool, `DROP ROLE guest`) })

	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("guest", "guest")
	opened, err := migrations.Open(t.Context(), u.String())
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	opened.Close()
}

func TestOpenGivesUpWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	listener := listen(t)
	go func() {
		conn, err := listener.Accept()
		cancel() // connected, and never answered
		if err == nil {
			t.Cleanup(func() { conn.Close() })
		}
	}()
	_, err := migrations.Open(ctx, "postgres://bot:secret@"+listener.Addr().String()+"/db?sslmode=disable")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("Open = %v; want context.Canceled", err)
	}
}

func TestOpenSaysThatTheServerIsTooOld(t *testing.T) {
	base := pgtest.URL(t)
	exec(t, connect(t, base), `
		CREATE SCHEMA old;
		CREATE FUNCTION old.current_setting(text) RETURNS text LANGUAGE sql AS
			$$ SELECT CASE $1 WHEN 'server_version_num' THEN '140011' ELSE '14.11' END $$`)
	u, err := url.Parse(base)
	if err != nil {
		t.Fatal(err)
	}
	query := u.Query()
	query.Set("search_path", "old,pg_catalog") // so that the server's own function is found second
	u.RawQuery = query.Encode()

	_, err = migrations.Open(t.Context(), u.String())
	const want = "is PostgreSQL 14.11, and version 15 or newer is needed"
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Open = %v; want an error that contains %q", err, want)
	}
}

// fakeServer answers every connection with an error, as a server does that refuses one.
func fakeServer(t *testing.T, code, message string) string {
	t.Helper()
	listener := listen(t)
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			// The start-up message fits into one packet; what it says does not matter.
			if _, err := conn.Read(make([]byte, 1024)); err == nil {
				body := "SFATAL\x00C" + code + "\x00M" + message + "\x00\x00"
				size := len(body) + 4
				fmt.Fprintf(conn, "E%c%c%c%c%s", 0, 0, byte(size>>8), byte(size), body)
			}
			conn.Close()
		}
	}()
	return listener.Addr().String()
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	return listener
}

func connect(t *testing.T, url string) *pgxpool.Pool {
	t.Helper()
	pool, err := migrations.Open(t.Context(), url)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func exec(t *testing.T, pool *pgxpool.Pool, sql string) {
	t.Helper()
	if _, err := pool.Exec(context.WithoutCancel(t.Context()), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}
