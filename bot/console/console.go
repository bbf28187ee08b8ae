// Package console is the chat in the terminal: the adapter that needs no token.
//
// There is one screen for everything. A person types lines; "/as NAME" lets one
// person act for several. What is printed stays printed, so a message that
// changes is printed again, and a letter presses a button of the newest message
// that has some ("/back" goes to the one before). Channels other than the
// terminal's own are shown by a heading.
//
// When In and Out are a real terminal, lines can be edited, repeated and
// completed, and messages appear above the line that is being typed. Otherwise
// lines are read one by one and echoed, so that the output reads as a
// conversation; each is answered before the next one is read.
//
// Nothing is stored: the last thousand messages are remembered, for clicks and
// edits, until the process ends. Post and Edit may be called from any goroutine
// at any time, also before and after Run; messages appear in the order of the
// calls. Each is printed by one Write.
package console

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"

	"ckadbot/bot/chat"
)

// What a terminal has instead of a network's names.
const (
	platform   = "console"
	workspace  = "local"
	terminalID = "terminal"
)

// Config says where an [Adapter] reads and writes.
type Config struct {
	In    io.Reader // such as os.Stdin
	Out   io.Writer // such as os.Stdout
	Name  string    // who types at first; "you" if that is empty or no name here
	Plain bool      // no colours, even if Out is a terminal
	Log   *slog.Logger
}

// An Adapter is the terminal. It implements chat.Adapter.
type Adapter struct {
	in     io.Reader
	out    io.Writer
	log    *slog.Logger
	styled bool
	sound  context.Context // ends when Out fails, with the reason as its cause
	fail   context.CancelCauseFunc

	mu     sync.Mutex // guards the rest, and the order of what is printed
	screen io.Writer  // out, or the line editor above which texts are printed
	board  board
	who    string            // the ID of the person who types
	names  map[string]string // by ID, as they were typed
}

// New makes an adapter. It does not touch the terminal before Run.
func New(c Config) *Adapter {
	if !validName(c.Name) {
		c.Name = "you"
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	a := &Adapter{in: c.In, log: c.Log.With("platform", platform), names: map[string]string{}, board: board{prefix: rand.Text()[:10]}}
	a.sound, a.fail = context.WithCancelCause(context.Background())
	a.out = c.Out
	a.styled = terminal(c.Out) && !c.Plain
	a.screen = failing{a.out, a.fail}
	a.who = a.meet(c.Name)
	return a
}

// Platform is "console".
func (a *Adapter) Platform() string { return platform }

// Ready is nil: who sits at the terminal is there.
func (*Adapter) Ready() error { return nil }

// Run serves until the input ends, somebody leaves, or ctx ends; then it returns
// nil, after everything was printed. It returns an error if In or Out fails.
//
// Run leaves nothing behind but one case: a Read of In that waits and cannot be
// interrupted (In has no working SetReadDeadline) ends with the next input.
func (a *Adapter) Run(ctx context.Context, spec chat.Spec, h chat.Handler) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(a.sound, func() { cancel(context.Cause(a.sound)) })()
	h = chat.Guard(h, a.log)
	in, finish := a.open(ctx, cancel)
	defer finish()
	s := &session{completer{a, spec, h}, in}
	if in.edits() {
		s.say(s.greeting())
	}
	err := s.converse(ctx)
	switch {
	case a.sound.Err() != nil:
		return fmt.Errorf("write to the terminal: %w", context.Cause(a.sound))
	case err == nil, errors.Is(err, io.EOF), ctx.Err() != nil:
		return nil
	}
	return fmt.Errorf("read what is typed: %w", err)
}

// Post prints m. A key that was posted before is not printed again.
// It waits for Out, not for ctx.
func (a *Adapter) Post(ctx context.Context, ch chat.Channel, key chat.Key, m chat.Message) (chat.MessageRef, error) {
	if err := a.check(ctx, ch, m); err != nil {
		return chat.MessageRef{}, fmt.Errorf("post to %s: %w", ch, err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if s := a.board.find(func(s *shown) bool { return key.ID != "" && s.key == key.ID && s.ref.Channel == ch }); s != nil {
		return s.ref, nil
	}
	s := a.board.add(shown{Message: m, ref: chat.MessageRef{Channel: ch}, key: key.ID})
	a.print(a.render(s, false))
	return s.ref, context.Cause(a.sound)
}

// Edit prints the new version of a message, unless it looks the same. A message
// of an earlier process, or one too long ago, is printed anew for somebody who
// sits at the terminal, and gone where a program reads what is printed.
func (a *Adapter) Edit(ctx context.Context, ref chat.MessageRef, m chat.Message) error {
	if err := a.check(ctx, ref.Channel, m); err != nil {
		return fmt.Errorf("edit a message in %s: %w", ref.Channel, err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.board.find(func(s *shown) bool { return s.ref == ref })
	if s == nil && a.Interactive() {
		a.print(a.render(a.board.add(shown{Message: m, ref: chat.MessageRef{Channel: ref.Channel}}), true))
		return context.Cause(a.sound)
	}
	if s == nil {
		return &chat.GoneError{Reason: "That message is no longer on this terminal."}
	}
	before := a.render(s, true)
	s.Message = m
	if now := a.render(s, true); now != before {
		a.print(now)
	}
	return context.Cause(a.sound)
}

// check tells why m cannot be shown in ch.
func (a *Adapter) check(ctx context.Context, ch chat.Channel, m chat.Message) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if ch.Platform != platform || ch.Workspace != workspace {
		return &chat.GoneError{Reason: fmt.Sprintf("This terminal has no channel %s.", ch)}
	}
	return m.Validate()
}

// Check tells whether ch is this terminal, where everything can be posted.
func (a *Adapter) Check(ctx context.Context, ch chat.Channel) error {
	return a.check(ctx, ch, chat.Message{Text: "x"})
}

// Direct is the terminal itself: whoever sits there reads it.
func (a *Adapter) Direct(context.Context, chat.User) (chat.Channel, error) { return here(), nil }

// Link is empty: nothing opens a place in a terminal.
func (a *Adapter) Link(context.Context, chat.MessageRef) (string, error) { return "", nil }

// Write prints lines as they are, less control characters, in order with all
// else: for a log that shares the terminal.
func (a *Adapter) Write(text []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.print(clean(string(text)))
	return len(text), context.Cause(a.sound)
}

// print puts text on the screen; the caller holds the mutex. An error ends Run.
func (a *Adapter) print(text string) { _, _ = io.WriteString(a.screen, text) }

// say prints a text of the terminal's own.
func (a *Adapter) say(markdown string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	p := a.page()
	p.markdown(markdown)
	a.print(p.print(a.width()) + "\n")
}

// meet remembers how a name is written, and gives the person's ID.
func (a *Adapter) meet(name string) (id string) {
	id = strings.ToLower(name)
	a.names[id] = name
	return id
}

// name is how the person with that ID is shown.
func (a *Adapter) name(id string) string {
	if name, ok := a.names[id]; ok {
		return name
	}
	return id
}

// user is the person with that ID. Everybody is an admin on their own machine.
func (a *Adapter) user(id string) chat.User {
	return chat.User{Platform: platform, Workspace: workspace, ID: id, Name: a.name(id), Admin: true}
}

// here is the terminal's own channel.
func here() chat.Channel {
	return chat.Channel{Platform: platform, Workspace: workspace, ID: terminalID}
}

// A failing writer reports the first error for good.
type failing struct {
	io.Writer
	fail context.CancelCauseFunc
}

func (f failing) Write(b []byte) (int, error) {
	n, err := f.Writer.Write(b)
	if err != nil {
		f.fail(err)
	}
	return n, err
}

// terminal tells whether v is a real terminal.
func terminal(v any) bool {
	f, ok := v.(*os.File)
	return ok && isTerminal(f)
}
