package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ckadbot/migrations/pgtest"
)

// runMe makes the test's own binary run as the bot: see TestMain.
const runMe = "CKADBOT_TEST_RUN=1"

func TestMain(m *testing.M) {
	if os.Getenv("CKADBOT_TEST_RUN") == "1" {
		main()
		return
	}
	os.Exit(pgtest.Main(m))
}

// A process is a bot that runs as a program of its own, as users run it.
type process struct {
	cmd  *exec.Cmd
	done chan struct{}

	mu       sync.Mutex // guards out and errs
	out, err bytes.Buffer
}

// start starts the bot with these settings and no others.
func start(t testing.TB, env []string, input string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(os.Args[0], args...), done: make(chan struct{})}
	p.cmd.Env = append([]string{runMe, "PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}, env...)
	p.cmd.Stdin = strings.NewReader(input)
	p.cmd.Stdout, p.cmd.Stderr = locked{&p.mu, &p.out}, locked{&p.mu, &p.err}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { defer close(p.done); _ = p.cmd.Wait() }()
	t.Cleanup(func() {
		running := p.cmd.Process.Signal(os.Interrupt) == nil
		select {
		case <-p.done:
			// A bot that is still starting is interrupted; one that serves is done.
			if code := p.cmd.ProcessState.ExitCode(); running && code != 0 && code != interrupted {
				t.Errorf("interrupted, the bot ends with code %d, want 0 or %d", code, interrupted)
			}
		case <-time.After(time.Minute):
			_ = p.cmd.Process.Kill()
			t.Error("the bot does not end when it is interrupted")
		}
		if t.Failed() {
			t.Logf("the bot said:\n%s\n%s", p.said(), p.complained())
		}
	})
	return p
}

// finish waits for the bot to end by itself and gives its exit code.
func (p *process) finish(t testing.TB) int {
	t.Helper()
	select {
	case <-p.done:
	case <-time.After(3 * time.Minute):
		t.Fatalf("the bot does not end; so far:\n%s\n%s", p.said(), p.complained())
	}
	return p.cmd.ProcessState.ExitCode()
}

func (p *process) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.String()
}

func (p *process) complained() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err.String()
}

type locked struct {
	mu *sync.Mutex
	b  *bytes.Buffer
}

func (l locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// freeAddress is an address on which nobody listens. Its port is below those that systems choose for whoever does not care, such as
// each client: one of these could be somebody else's before the bot takes it.
func freeAddress(t testing.TB) string {
	t.Helper()
	const lowest, chosen = 10_000, 32_768
	for {
		l, err := net.Listen("tcp", fmt.Sprint("127.0.0.1:", lowest+rand.IntN(chosen-lowest)))
		if errors.Is(err, syscall.EADDRINUSE) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		return l.Addr().String()
	}
}

// inOrder reports the first of wanted that does not follow in text.
func inOrder(text string, wanted ...string) string {
	for _, w := range wanted {
		_, rest, ok := strings.Cut(text, w)
		if !ok {
			return w
		}
		text = rest
	}
	return ""
}
