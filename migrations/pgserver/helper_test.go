//go:build linux || darwin

package pgserver

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// TestMain turns this program into a bot of its own, for tests of what happens between processes, and of the end of one.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "bot" {
		os.Exit(runBot(os.Args[2]))
	}
	os.Exit(m.Run())
}

// runBot uses a server as a bot does: through a pool. It says what it does on standard output, runs each line of
// standard input as SQL and stops the server at the end.
func runBot(dataDir string) int {
	signal.Ignore(os.Interrupt) // Ctrl-C: a bot takes its time to say goodbye
	ctx := context.Background()
	server, err := Start(ctx, Config{DataDir: dataDir, Progress: func(line string) { fmt.Println("progress", line) }})
	if err != nil {
		fmt.Println("error", strings.ReplaceAll(err.Error(), "\n", " "))
		return 1
	}
	pool, err := pgxpool.New(ctx, server.URL())
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println("ready", server.URL())
	for input := bufio.NewScanner(os.Stdin); input.Scan(); {
		answer := ""
		err := pool.QueryRow(ctx, input.Text()).Scan(&answer)
		fmt.Println("answer", answer, strings.ReplaceAll(fmt.Sprint(err), "\n", " "))
	}
	pool.Close()
	if err := server.Stop(ctx); err != nil {
		fmt.Println("error", err)
		return 1
	}
	return 0
}

// A bot is a process that runs runBot.
type bot struct {
	t       *testing.T
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Scanner
	url     string
	started []string // its lines of progress until it was ready
}

// newBot starts a bot without waiting for it.
func newBot(t *testing.T, dataDir string, as *syscall.SysProcAttr, wrapper ...string) *bot {
	t.Helper()
	args := append(wrapper, program(t), "bot", dataDir)
	b := &bot{t: t, cmd: exec.Command(args[0], args[1:]...)}
	b.cmd.SysProcAttr = as
	b.cmd.Stderr = os.Stderr
	b.cmd.Dir = "/"
	var err error
	if b.in, err = b.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	b.out = bufio.NewScanner(out)
	if err := b.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.quit)
	return b
}

// startBot starts a bot and waits until it is ready.
func startBot(t *testing.T, dataDir string, as *syscall.SysProcAttr) *bot {
	t.Helper()
	b := newBot(t, dataDir, as)
	b.ready()
	return b
}

func (b *bot) ready() {
	b.t.Helper()
	for {
		word, rest := b.line()
		switch word {
		case "progress":
			b.started = append(b.started, rest)
		case "ready":
			b.url = rest
			return
		default:
			b.t.Fatalf("the bot said %s %s; want it to become ready", word, rest)
		}
	}
}

// line reads one line of the bot.
func (b *bot) line() (word, rest string) {
	b.t.Helper()
	if !b.out.Scan() {
		b.t.Fatalf("the bot ended: %v", b.out.Err())
	}
	word, rest, _ = strings.Cut(b.out.Text(), " ")
	return word, rest
}

// ask lets the bot run a query of one text and returns it, or the error.
func (b *bot) ask(sql string) (answer string, failed bool) {
	b.t.Helper()
	fmt.Fprintln(b.in, sql)
	for {
		word, rest := b.line()
		if word == "answer" {
			answer, found := strings.CutSuffix(rest, " <nil>")
			return answer, !found
		}
	}
}

// want asks until the bot answers, as the outage of a server is short, and compares.
func (b *bot) want(sql, want string) {
	b.t.Helper()
	got := ""
	eventually(b.t, "an answer to "+sql, func() bool {
		answer, failed := b.ask(sql)
		got = answer
		return !failed
	})
	if got != want {
		b.t.Errorf("%s = %q; want %q", sql, got, want)
	}
}

// quit lets the bot stop as it should, and waits for that.
func (b *bot) quit() {
	b.in.Close()
	for b.out.Scan() {
	}
	_ = b.cmd.Wait()
}

// kill is kill -9.
func (b *bot) kill() {
	_ = b.cmd.Process.Kill()
	b.quit()
}

// program returns the path of a copy of this program that everybody may run: go test keeps the original where only its
// user can enter.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(publicDir(t), "bot")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// publicDir is a temporary directory that everybody may enter, which t.TempDir is not.
func publicDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "pgserver-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// eventually waits for something to happen that another process does.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	for !happened() {
		if pause(ctx, 5*time.Millisecond) != nil {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// query connects, asks for one text and leaves.
func query(t *testing.T, url, sql string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatalf("connect: %v", err)
	}
	defer closeConn(conn)
	answer := ""
	if err := conn.QueryRow(t.Context(), sql).Scan(&answer); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return answer
}

// postmaster returns the number of the server's process: 0 when there is none.
func postmaster(dataDir string) (pid int) {
	text, err := os.ReadFile(filepath.Join(dataDir, clusterName, "postmaster.pid"))
	if err == nil {
		_, _ = fmt.Sscan(string(text), &pid)
	}
	return pid
}

// gone tells whether a process has ended, or is only waiting for its parent to take notice.
func gone(pid int) bool {
	return syscall.Kill(pid, 0) == syscall.ESRCH || zombie(pid)
}
