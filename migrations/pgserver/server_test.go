//go:build linux || darwin

package pgserver

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// newServer starts a server in this process, and stops it at the end of the test.
func newServer(t *testing.T, c Config) *Server {
	t.Helper()
	server, err := Start(t.Context(), c)
	if err != nil {
		t.Fatalf("Start: %v", err)
	}
	t.Cleanup(func() {
		if err := server.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Errorf("Stop: %v", err)
		}
	})
	return server
}

func TestServerIsSetUpForKeeping(t *testing.T) {
	server := newServer(t, Config{DataDir: filepath.Join(publicDir(t), "data")})
	tests := []struct{ sql, want string }{
		{`SHOW fsync`, "on"},
		{`SHOW synchronous_commit`, "on"},
		{`SHOW full_page_writes`, "on"},
		{`SHOW max_connections`, "100"},
		{`SHOW listen_addresses`, ""}, // no network
		{`SHOW server_encoding`, "UTF8"},
		{`SHOW timezone`, "UTC"},
		{`SELECT lower('ÄÖÜ ΩΣ Жя')`, "äöü ωσ жя"},
		{`SELECT string_agg(w, '' ORDER BY w) FROM unnest('{b,B,a,Ä,A}'::text[]) w`, "ABabÄ"},
		{`SELECT ('Ä' ~* 'ä')::text`, "true"},
	}
	for _, test := range tests {
		if got := query(t, server.URL(), test.sql); got != test.want {
			t.Errorf("%s = %q; want %q", test.sql, got, test.want)
		}
	}
	for _, dir := range []string{server.cluster, server.sockets} {
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s is %v, %v; want that only its owner may enter", dir, info.Mode(), err)
		}
	}
}

func TestThrowawayServerIsSetUpForTests(t *testing.T) {
	server := newServer(t, Config{DataDir: filepath.Join(publicDir(t), "data"), Throwaway: true})
	for sql, want := range map[string]string{`SHOW fsync`: "off", `SHOW max_connections`: "200", `SHOW listen_addresses`: ""} {
		if got := query(t, server.URL(), sql); got != want {
			t.Errorf("%s = %q; want %q", sql, got, want)
		}
	}
}

func TestAnyDirectoryNameWorks(t *testing.T) {
	for _, name := range []string{
		`with space, comma, "quotes" & 'more' %41 ?#`,
		"grüße-世界",
		strings.Repeat("deep/", 30) + "data", // the path is too long for the address of a socket
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(publicDir(t), name)
			server := newServer(t, Config{DataDir: dir, Throwaway: true})
			if got := query(t, server.URL(), `SELECT 'works'`); got != "works" {
				t.Errorf("the server says %q; want works", got)
			}
			if n := len(filepath.Join(server.sockets, socketName)); n >= 100 {
				t.Errorf("the socket's path has %d bytes; want fewer than 100", n)
			}
			if err := server.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(server.sockets); server.sockets != server.cluster && err == nil {
				t.Errorf("%s is left behind", server.sockets)
			}
		})
	}
}

func TestSocketDirectoryOfSomebodyElseIsNotTrusted(t *testing.T) {
	server := &Server{cluster: "/" + strings.Repeat("deep/", 30) + rand(t)}
	server.account = account{uid: os.Geteuid(), gid: os.Getegid()}
	dir, err := server.socketDir()
	if err != nil {
		t.Fatalf("socketDir: %v", err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })

	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := server.socketDir(); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("socketDir with a directory for everybody = %v; want an error that names it", err)
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(t.TempDir(), dir); err != nil {
		t.Fatal(err)
	}
	if _, err := server.socketDir(); err == nil {
		t.Error("socketDir followed a link")
	}
}

func rand(t *testing.T) string { return filepath.Base(t.TempDir()) + filepath.Base(publicDir(t)) }

func TestStopIsForgivingAndLeavesNothing(t *testing.T) {
	dir := filepath.Join(publicDir(t), "data")
	server := newServer(t, Config{DataDir: dir})
	pid := postmaster(dir)
	for range 2 {
		if err := server.Stop(t.Context()); err != nil {
			t.Errorf("Stop: %v", err)
		}
	}
	if !gone(pid) {
		t.Error("the server still runs after Stop")
	}
	wantFiles(t, dir, lockName, usersName, clusterName, logName)
	if left, _ := filepath.Glob(filepath.Join(dir, clusterName, ".s.*")); len(left) > 0 || postmaster(dir) != 0 {
		t.Errorf("left behind: %q, pid %d; want nothing", left, postmaster(dir))
	}
}

func TestStartWaitsForAServerThatIsGoing(t *testing.T) {
	server := newServer(t, Config{DataDir: filepath.Join(publicDir(t), "data"), Throwaway: true})
	if err := server.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	// In its last moments a server says that it is shutting down, and then hangs up on those who wait.
	going, err := net.Listen("unix", filepath.Join(server.sockets, socketName))
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for _, answer := range []string{"E\x00\x00\x00\x19SFATAL\x00C57P03\x00Mwait\x00\x00", "", ""} {
			conn, err := going.Accept()
			if err != nil {
				return
			}
			if answer != "" {
				_, _ = conn.Read(make([]byte, 1024))
				_, _ = conn.Write([]byte(answer))
			}
			conn.Close()
		}
		going.Close()
	}()
	again := newServer(t, Config{DataDir: server.dataDir, Throwaway: true})
	if got := query(t, again.URL(), `SELECT 'works'`); got != "works" {
		t.Errorf("the server says %q; want works", got)
	}
}

func TestFailedStartShowsTheLog(t *testing.T) {
	dir := filepath.Join(publicDir(t), "data")
	if err := newServer(t, Config{DataDir: dir}).Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(dir, clusterName, "postgresql.conf")
	before, err := os.ReadFile(config)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, append(before, "\nspeed = ludicrous\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Start(t.Context(), Config{DataDir: dir})
	if err == nil || !strings.Contains(err.Error(), `unrecognized configuration parameter "speed"`) {
		t.Errorf("Start = %v; want an error with what the server says", err)
	}
}

func TestStartGivesUpWithItsContext(t *testing.T) {
	for _, step := range []string{"Creating", "Starting"} {
		t.Run("while "+step, func(t *testing.T) {
			dir := filepath.Join(publicDir(t), "data")
			ctx, cancel := context.WithCancel(t.Context())
			_, err := Start(ctx, Config{DataDir: dir, Progress: func(line string) {
				if strings.HasPrefix(line, step) {
					cancel()
				}
			}})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("Start = %v; want context.Canceled", err)
			}
			if pid := postmaster(dir); pid != 0 {
				t.Errorf("process %d still serves", pid)
			}
			if got := query(t, newServer(t, Config{DataDir: dir}).URL(), `SELECT 'works'`); got != "works" {
				t.Errorf("after that the server says %q; want works", got)
			}
		})
	}
}

func TestLogIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), logName)
	log, err := openLog(path, func(*os.File) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	line := append(bytes.Repeat([]byte("x"), 99), '\n')
	for range 3 * logMax / len(line) {
		if _, err := log.Write(line); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := log.Write([]byte("second to last\nlast\n")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + ".1"} {
		if info, err := os.Stat(name); err != nil || info.Size() == 0 || info.Size() > logMax {
			t.Errorf("%s: %v, %v; want 1 to %d bytes", filepath.Base(name), info, err, logMax)
		}
	}
	if got := log.lastLines(2); got != "second to last\nlast" {
		t.Errorf("lastLines(2) = %q; want the last two", got)
	}
	if err := log.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// A start from nothing: make the cluster, start it, be ready.
func BenchmarkColdStart(b *testing.B) {
	for b.Loop() {
		dir := b.TempDir()
		server, err := Start(b.Context(), Config{DataDir: dir})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := server.Stop(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}

// A start of a cluster that is there.
func BenchmarkWarmStart(b *testing.B) {
	dir := b.TempDir()
	for first := true; b.Loop(); first = false {
		server, err := Start(b.Context(), Config{DataDir: dir})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := server.Stop(b.Context()); err != nil {
			b.Fatal(err)
		}
		if first {
			b.ResetTimer()
		}
		b.StartTimer()
	}
}
