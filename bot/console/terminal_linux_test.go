package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/term"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
)

// A pty is a real terminal: the adapter has one end, the test types and looks at the other.
type pty struct {
	t    testing.TB
	keys *os.File // our end
	tty  *os.File // the adapter's

	mu      sync.Mutex // guards the rest
	printed bytes.Buffer
	changed chan struct{}
}

func newPTY(t testing.TB, columns int) *pty {
	t.Helper()
	keys, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	var unlock, number int32
	ioctl(t, keys, syscall.TIOCSPTLCK, unsafe.Pointer(&unlock))
	ioctl(t, keys, syscall.TIOCGPTN, unsafe.Pointer(&number))
	tty, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	p := &pty{t: t, keys: keys, tty: tty, changed: make(chan struct{})}
	p.resize(columns)
	read := make(chan struct{})
	go func() {
		defer close(read)
		io.Copy(p, keys)
	}()
	t.Cleanup(func() {
		tty.Close()
		keys.Close()
		<-read
	})
	return p
}

func ioctl(t testing.TB, f *os.File, request uintptr, value unsafe.Pointer) {
	t.Helper()
	fd, err := descriptor(f)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), request, uintptr(value)); errno != 0 {
		t.Fatalf("ioctl %x: %v", request, errno)
	}
}

func (p *pty) resize(columns int) {
	p.t.Helper()
	size := struct{ rows, columns, x, y uint16 }{24, uint16(columns), 0, 0}
	ioctl(p.t, p.tty, syscall.TIOCSWINSZ, unsafe.Pointer(&size))
}

func (p *pty) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.printed.Write(b)
	close(p.changed)
	p.changed = make(chan struct{})
	return len(b), nil
}

func (p *pty) press(keys string) {
	p.t.Helper()
	if _, err := io.WriteString(p.keys, keys); err != nil {
		p.t.Fatal(err)
	}
}

// await waits for text, and forgets all up to there.
func (p *pty) await(text string) {
	p.t.Helper()
	deadline := time.After(time.Minute)
	for {
		p.mu.Lock()
		now, changed := p.printed.String(), p.changed
		i := strings.Index(now, text)
		if i >= 0 {
			p.printed.Next(i + len(text))
		}
		p.mu.Unlock()
		if i >= 0 {
			return
		}
		select {
		case <-changed:
		case <-deadline:
			p.t.Fatalf("%q does not appear in %q", text, now)
		}
	}
}

// run starts an adapter on p; the test reads what Run returns.
func (p *pty) run(ctx context.Context, h chat.Handler, plain bool) (*Adapter, <-chan error) {
	a := New(Config{In: p.tty, Out: p.tty, Plain: plain})
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx, chattest.Spec, h) }()
	return a, ended
}

// state is how the terminal is set up now.
func (p *pty) state() *term.State {
	p.t.Helper()
	fd, err := descriptor(p.tty)
	if err != nil {
		p.t.Fatal(err)
	}
	state, err := term.GetState(fd)
	if err != nil {
		p.t.Fatal(err)
	}
	return state
}

func TestTerminal(t *testing.T) {
	p := newPTY(t, 40)
	before := p.state()
	h := &chattest.Handler{OnCommand: func(c chat.Command) chat.Reply {
		if c.Name == "ckad help" {
			return chat.Reply{Form: &chat.Form{Title: "Form", Action: "f", Inputs: []chat.Input{{Name: "term", Label: "Term", Complete: true}}}}
		}
		return chat.Reply{Message: chat.Message{Text: "**Defined** " + chat.Escape(c.Args["term"])}}
	}, OnSubmit: func(s chat.Submission) chat.Reply {
		return chat.Reply{Message: chat.Message{Text: "Looked up " + chat.Escape(s.Values["term"])}}
	}, OnComplete: func(chat.Completion) []chat.Choice { return []chat.Choice{{Label: "Pod", Value: "pod"}} }}
	a, ended := p.run(t.Context(), h, false)
	p.await("\x1b[1mHello!\x1b[0m")
	p.await("/quit")
	p.await("you> ")
	if reflect.DeepEqual(before, p.state()) {
		t.Error("the terminal is not set up for single keys")
	}

	t.Run("a post leaves the line that is being typed alone", func(t *testing.T) {
		p.press("/ckad def")
		p.await("/ckad def")
		mustPost(t, a, "", "a post that is so long that it has to be wrapped")
		p.await("a post that is so long that it has to be\r\nwrapped\r\n\r\n")
		p.await("you> /ckad def")
	})
	t.Run("tab completes the command and the term", func(t *testing.T) {
		p.press("\tp\t")
		p.await("pod")
		p.press("\r")
		p.await("\x1b[1mDefined\x1b[0m pod")
		p.await("you> ")
	})
	t.Run("the arrow key brings the command back", func(t *testing.T) {
		p.press("\x1b[A\r")
		p.await("/ckad define pod")
		p.await("\x1b[1mDefined\x1b[0m pod")
		p.await("you> ")
	})
	t.Run("tab completes an answer to a form", func(t *testing.T) {
		p.press("/ckad help\r")
		p.await("Term (Tab completes): ")
		p.press("p\t\r")
		p.await("Looked up pod")
		p.await("you> ")
	})
	t.Run("a new size is followed", func(t *testing.T) {
		p.resize(60)
		syscall.Kill(os.Getpid(), syscall.SIGWINCH)
		p.await("you> ") // painted again
		mustPost(t, a, "", "a post that is so long that it has to be wrapped")
		p.await("a post that is so long that it has to be wrapped\r\n")
	})
	t.Run("Ctrl-D leaves the terminal as it was", func(t *testing.T) {
		p.press("\x04")
		if err := <-ended; err != nil {
			t.Error(err)
		}
		p.await("\r\n")
		if !reflect.DeepEqual(before, p.state()) {
			t.Error("the terminal is set up otherwise than before")
		}
	})
}

// Standard input is usually opened so that reads know no deadlines.
func TestRunLeavesTheRestOfStandardInput(t *testing.T) {
	var ends [2]int
	if err := syscall.Pipe2(ends[:], syscall.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	in, typed := os.NewFile(uintptr(ends[0]), "in"), os.NewFile(uintptr(ends[1]), "typed")
	defer in.Close()
	defer typed.Close()
	if in.SetReadDeadline(time.Time{}) == nil {
		t.Fatal("this pipe knows deadlines: the test is about others")
	}
	leavesTheRest(t, in, typed)
}

func TestTerminalIsRestored(t *testing.T) {
	for name, end := range map[string]func(p *pty, cancel func()){
		"after Ctrl-C":              func(p *pty, _ func()) { p.press("half a line\x03") },
		"after /quit":               func(p *pty, _ func()) { p.press("/quit\r") },
		"after ctx ends":            func(p *pty, cancel func()) { cancel() },
		"after Ctrl-C in a form":    func(p *pty, _ func()) { p.press("/ckad-admin series create\r\x03") },
		"after Ctrl-C in an answer": func(p *pty, _ func()) { p.press("/ckad define pod\r\x03") },
	} {
		t.Run(name, func(t *testing.T) {
			p := newPTY(t, 80)
			before := p.state()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			_, ended := p.run(ctx, &waiter{}, true)
			p.await("you> ")
			end(p, cancel)
			if err := <-ended; err != nil {
				t.Error(err)
			}
			if !reflect.DeepEqual(before, p.state()) {
				t.Error("the terminal is set up otherwise than before")
			}
			p.press("for others\n") // nobody of ours takes it
			line := make([]byte, len("for others\n"))
			if _, err := io.ReadFull(p.tty, line); err != nil || string(line) != "for others\n" {
				t.Errorf("got %q, %v", line, err)
			}
		})
	}
}

// A waiter answers commands only when nobody wants to know any more.
type waiter struct{ chattest.Handler }

func (w *waiter) Command(ctx context.Context, c chat.Command) chat.Reply {
	if c.Name == "ckad-admin series create" {
		return chat.Reply{Form: &chat.Form{Title: "Form", Action: "f", Inputs: []chat.Input{{Name: "n", Label: "Name"}}}}
	}
	<-ctx.Done()
	return chat.Reply{Message: chat.Message{Text: "too late"}}
}

func TestTerminalIsRestoredAfterAPanic(t *testing.T) {
	p := newPTY(t, 80)
	before := p.state()
	a := New(Config{In: p.tty, Out: p.tty, Log: slog.New(panicking{slog.DiscardHandler})})
	ended := make(chan any, 1)
	go func() {
		defer func() { ended <- recover() }()
		a.Run(t.Context(), chattest.Spec, &chattest.Handler{OnCommand: func(chat.Command) chat.Reply { return chat.Reply{} }})
	}()
	p.await("you> ")
	p.press("/ckad help\r") // the empty reply is logged
	if got := <-ended; got != errLog {
		t.Errorf("recovered %v, want %v", got, errLog)
	}
	if !reflect.DeepEqual(before, p.state()) {
		t.Error("the terminal is set up otherwise than before")
	}
}

var errLog = errors.New("the log is broken")

type panicking struct{ slog.Handler }

func (panicking) Enabled(context.Context, slog.Level) bool  { return true }
func (panicking) Handle(context.Context, slog.Record) error { panic(errLog) }
func (p panicking) WithAttrs([]slog.Attr) slog.Handler      { return p }
