package console

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"time"
)

// An input gives what is typed, line by line, without line feeds. At the end it
// gives io.EOF, or why ctx ended.
type input interface {
	// line waits for a line after showing prompt; remember keeps it for the arrow
	// keys; tab, nil if nothing can, continues what is typed so far.
	line(prompt string, remember bool, tab func(typed string) string) (string, error)
	// edits tells whether a person types at a real terminal.
	edits() bool
}

// A source reads In in a goroutine of its own, so that somebody who waits for
// input is free as soon as ctx ends.
type source struct {
	ctx    context.Context
	chunks chan []byte   // closed at the end of In
	err    error         // why; set before chunks is closed
	rest   []byte        // of the chunk that is being read
	ended  chan struct{} // closed with the goroutine
	in     io.Reader
	own    io.Closer // In opened once more, to be closed by us; nil if it is In itself
}

// typeAhead is how many reads are taken before somebody asks for them. At a
// terminal a read is a key; keys are taken early to notice Ctrl-C at any time.
const typeAhead = 256

// read begins to read in. notice sees each piece of input when it arrives.
func read(ctx context.Context, in io.Reader, notice func([]byte)) *source {
	s := &source{ctx: ctx, chunks: make(chan []byte, typeAhead), ended: make(chan struct{}), in: in}
	if f, ok := in.(*os.File); ok {
		if again := reopen(f); again != nil {
			s.in, s.own = again, again
		}
	}
	go s.pump(notice)
	return s
}

func (s *source) pump(notice func([]byte)) {
	defer close(s.ended)
	defer close(s.chunks)
	buf := make([]byte, 4096)
	for {
		n, err := s.in.Read(buf)
		if n > 0 {
			notice(buf[:n])
			select {
			case s.chunks <- bytes.Clone(buf[:n]):
			case <-s.ctx.Done():
				err = context.Cause(s.ctx)
			}
		}
		if err != nil {
			s.err = err
			return
		}
	}
}

// Read gives what In gave, until ctx ends.
func (s *source) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		select {
		case c, ok := <-s.chunks:
			if !ok {
				return 0, s.err
			}
			s.rest = c
		case <-s.ctx.Done():
			return 0, context.Cause(s.ctx)
		}
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// stop ends the goroutine after ctx has ended, if need be by a deadline in the
// past. If In knows no deadlines, a Read that waits is left to itself.
func (s *source) stop() {
	d, ok := s.in.(interface{ SetReadDeadline(time.Time) error })
	if ok && d.SetReadDeadline(time.Unix(1, 0)) == nil {
		<-s.ended
		_ = d.SetReadDeadline(time.Time{})
	}
	if s.own != nil {
		_ = s.own.Close()
	}
}

// maxLine is how long a line may be, in bytes.
const maxLine = 64 << 10

// pipe is input from a file or another program. Each line is echoed after its
// prompt, so that the output reads as a conversation.
type pipe struct {
	*Adapter
	lines *bufio.Reader
}

func newPipe(a *Adapter, in io.Reader) *pipe {
	return &pipe{a, bufio.NewReaderSize(in, maxLine+len("\r\n"))}
}

func (p *pipe) edits() bool { return false }

func (p *pipe) line(prompt string, _ bool, _ func(string) string) (string, error) {
	for {
		l, err := p.lines.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			p.say("That line was longer than 64 KiB, so I left it out. Please use shorter ones.") // also if the input ends with it
			if err := p.skip(); err != nil {
				return "", err
			}
			continue
		case err != nil && len(l) == 0 || err != nil && !errors.Is(err, io.EOF):
			return "", err
		}
		text := strings.ToValidUTF8(strings.TrimRight(string(l), "\r\n"), "\uFFFD")
		p.mu.Lock()
		p.print(clean(prompt+text) + "\n")
		p.mu.Unlock()
		return text, context.Cause(p.sound)
	}
}

// skip reads to the end of the line.
func (p *pipe) skip() error {
	for {
		_, err := p.lines.ReadSlice('\n')
		if !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
	}
}
