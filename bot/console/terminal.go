package console

import (
	"context"
	"errors"
	"io"
	"os"
	"slices"

	"golang.org/x/term"
)

// ctrlC is what a terminal in raw mode sends for Ctrl-C, instead of a signal.
const ctrlC = 3

// open begins to read In: with line editing if In and Out are a terminal, plainly
// otherwise. finish ends that, and leaves the terminal as it was.
func (a *Adapter) open(ctx context.Context, cancel context.CancelCauseFunc) (in input, finish func()) {
	if tty, ok := a.in.(*os.File); ok && isTerminal(tty) && terminal(a.out) {
		e, finish, err := a.openEditor(ctx, cancel, tty)
		if err == nil {
			return e, finish
		}
		a.log.Warn("the terminal cannot be set up for editing lines", "error", err)
	}
	src := read(ctx, a.in, func([]byte) {})
	return newPipe(a, src), func() {
		cancel(nil)
		src.stop()
	}
}

func (a *Adapter) openEditor(ctx context.Context, cancel context.CancelCauseFunc, tty *os.File) (e *editor, finish func(), err error) {
	a.mu.Lock() // so that no post comes between
	defer a.mu.Unlock()
	restore, err := raw(tty)
	if err != nil {
		return nil, nil, err
	}
	src := read(ctx, tty, func(keys []byte) {
		if slices.Contains(keys, ctrlC) { // also while nobody reads, since the handler is busy
			cancel(io.EOF)
		}
	})
	e = newEditor(a, src)
	resized := followSize(ctx, e.resize)
	before := a.screen
	a.screen = e.term
	return e, func() {
		cancel(nil)
		src.stop()
		<-resized
		a.mu.Lock()
		defer a.mu.Unlock()
		a.screen = before
		restore()
		if e.open {
			a.print("\n")
		}
	}, nil
}

// raw lets keys through one by one, until restore is called.
func raw(tty *os.File) (restore func(), err error) {
	fd, err := descriptor(tty)
	if err != nil {
		return nil, err
	}
	before, err := term.MakeRaw(fd)
	if err != nil {
		return nil, err
	}
	return func() { _ = term.Restore(fd, before) }, nil
}

// Interactive tells whether somebody types at a real terminal. Then what else
// the program has to say should go through Write.
func (a *Adapter) Interactive() bool {
	tty, ok := a.in.(*os.File)
	return ok && isTerminal(tty) && terminal(a.out)
}

// isTerminal tells whether f is a real terminal.
func isTerminal(f *os.File) bool {
	fd, err := descriptor(f)
	return err == nil && term.IsTerminal(fd)
}

// size is the terminal's in characters; ok is false if that is unknown.
func size(f *os.File) (columns, rows int, ok bool) {
	fd, err := descriptor(f)
	if err != nil {
		return 0, 0, false
	}
	columns, rows, err = term.GetSize(fd)
	return columns, rows, err == nil && columns > 0
}

// descriptor is f's. Unlike f.Fd it does not set f to blocking mode, in which
// reads know no deadlines. f has to stay open while the number is used.
func descriptor(f *os.File) (fd int, err error) {
	conn, err := f.SyscallConn()
	if err != nil {
		return 0, err
	}
	err = conn.Control(func(n uintptr) { fd = int(n) })
	return fd, err
}

// An editor is the line in which a person types at a terminal.
type editor struct {
	*Adapter
	term    *term.Terminal
	history history
	tab     func(typed string) string // of the line that is being typed; nil if nothing continues it
	open    bool                      // the cursor stands behind a prompt, since reading ended there
}

// duplex joins the two directions of a terminal.
type duplex struct {
	io.Reader
	io.Writer
}

func newEditor(a *Adapter, src io.Reader) *editor {
	e := &editor{Adapter: a, term: term.NewTerminal(duplex{src, failing{a.out, a.fail}}, "")}
	e.term.History = &e.history
	e.term.AutoCompleteCallback = func(line string, pos int, key rune) (string, int, bool) {
		if key != '\t' || pos != len(line) || e.tab == nil {
			return "", 0, false
		}
		line = e.tab(line)
		return line, len(line), true
	}
	e.resize()
	return e
}

func (e *editor) edits() bool { return true }

func (e *editor) line(prompt string, remember bool, tab func(string) string) (string, error) {
	e.history.on, e.tab = remember, tab
	e.resize()
	e.term.SetPrompt(clean(prompt))
	l, err := e.term.ReadLine()
	if errors.Is(err, term.ErrPasteIndicator) {
		err = nil
	}
	if e.open = err != nil; e.open {
		e.term.SetPrompt("") // what is printed from now on is the end
	}
	return l, err
}

// resize tells the line editor how wide the terminal is.
func (e *editor) resize() {
	if f, ok := e.out.(*os.File); ok {
		if columns, rows, ok := size(f); ok {
			_ = e.term.SetSize(columns, rows) // its error is Out's, which is noted there
		}
	}
}

// A history is what the arrow keys bring back: commands, each once in a row.
type history struct {
	on    bool     // a command is being typed; otherwise there is no history
	lines []string // oldest first
}

// remembered bounds a history.
const remembered = 200

func (h *history) Add(line string) {
	n := len(h.lines)
	if !h.on || line == "" || n > 0 && h.lines[n-1] == line {
		return
	}
	if n == remembered {
		h.lines = slices.Delete(h.lines, 0, 1)
	}
	h.lines = append(h.lines, line)
}

func (h *history) Len() int {
	if !h.on {
		return 0
	}
	return len(h.lines)
}

func (h *history) At(i int) string { return h.lines[len(h.lines)-1-i] }
