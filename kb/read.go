package kb

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"
)

// Limits of the files that hold entries. What is longer is refused as soon as it is seen, so that memory stays small whatever
// the file is.
const (
	maxFile     = 64 << 20  // bytes
	maxItem     = 256 << 10 // bytes of one entry; the longest possible one has a tenth of that
	maxProblems = 1000      // of one file; with more it is the wrong file
)

// A File is what a file, or a folder of files, holds.
type File struct {
	Name      string   // as given
	Entries   []Noted  // in the file's order
	Skipped   []Remark // what is there and is no entry, and why
	Corrected []Remark // what was read otherwise than it stands there: names of known entries, texts that were cut
	Shared    []Remark // names that another entry has as well; whoever asks for one gets the choice
}

// A Remark is something to tell about a line.
type Remark struct {
	File string
	Line int
	Text string
}

// String is the remark in words, with its place.
func (r Remark) String() string { return fmt.Sprintf("%s:%d: %s", r.File, r.Line, r.Text) }

// A FileError is a problem with a file: what is wrong, where, and what to do.
type FileError struct {
	File string
	Line int // 0: the whole file
	Text string
}

// Error is the problem in words, after the file and the line.
func (e *FileError) Error() string {
	if e.Line == 0 {
		return e.File + ": " + e.Text
	}
	return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Text)
}

// A Noted is one entry of a file.
type Noted struct {
	Entry
	File    string // that it stands in, as given
	Line    int    // where it begins; the first line is 1
	Printed string // the name as it stands in plain notes

	keys  []keyLine // where each of its keys stands; none in plain notes and Markdown
	lines []int     // plain notes: the lines that it is made of
}

type keyLine struct {
	key  string
	line int
}

// LineOf returns the line in which a key such as "aliases" stands, or the entry's first one when it has none.
func (n Noted) LineOf(key string) int {
	for _, k := range n.keys {
		if k.key == key {
			return k.line
		}
	}
	return n.Line
}

// Has reports whether the entry has a key, if only with an empty value.
func (n Noted) Has(key string) bool {
	for _, k := range n.keys {
		if k.key == key {
			return true
		}
	}
	return false
}

// take notes that a key stands in a line, or says why it may not.
func (n *Noted) take(key string, line int) (f field, problem string) {
	f, known := fieldOf(key)
	switch {
	case !known:
		return f, fmt.Sprintf("unknown key %q; there are %s", visibly(key), fieldKeys())
	case n.Has(key):
		return f, fmt.Sprintf("%s is there twice, before in line %d; keep one", key, n.LineOf(key))
	}
	n.keys = append(n.keys, keyLine{f.key, line})
	return f, ""
}

// problems collects what is wrong with a file.
type problems struct {
	file string
	list []error
}

func (p *problems) wrong(line int, format string, args ...any) {
	if len(p.list) < maxProblems {
		p.list = append(p.list, &FileError{p.file, line, fmt.Sprintf(format, args...)})
	}
	if len(p.list) == maxProblems-1 {
		p.list = append(p.list, &FileError{p.file, 0, "and more; mend these first, or is this another kind of file?"})
	}
}

// lines reads a text file line by line, like bufio.Scanner, and tells in which line it is no text.
type lines struct {
	in     *bufio.Reader
	name   string
	size   int
	number int    // of the line, from 1
	text   []byte // without its end; valid until the next call of next
	ended  bool
	err    error // why the file ended early; a *FileError unless it could not be read

	controls bool // to be set before: control characters but zero bytes are for the caller to judge
}

func newLines(name string, r io.Reader) *lines {
	return &lines{in: bufio.NewReaderSize(r, maxItem), name: name}
}

func (l *lines) next() bool {
	if l.ended {
		return false
	}
	raw, err := l.in.ReadSlice('\n')
	if len(raw) == 0 && err == io.EOF {
		l.ended = true
		return false
	}
	l.number++
	l.size += len(raw)
	l.ended = err != nil
	l.text = bytes.TrimSuffix(bytes.TrimSuffix(raw, []byte("\n")), []byte("\r"))
	if l.number == 1 {
		l.text = bytes.TrimPrefix(l.text, []byte("\uFEFF"))
	}
	l.err = l.problem(err)
	l.ended = l.ended || l.err != nil
	return l.err == nil
}

// problem says why the line cannot be used, if so.
func (l *lines) problem(err error) error {
	switch {
	case err == bufio.ErrBufferFull:
		return &FileError{l.name, l.number, fmt.Sprintf("a line of more than %d KiB; is this a text file? Break the line", maxItem>>10)}
	case err != nil && err != io.EOF:
		return fmt.Errorf("%s: cannot be read (%w); give a text file", l.name, err)
	case l.size > maxFile:
		return &FileError{l.name, l.number, fmt.Sprintf("the file has more than %d MiB; split it", maxFile>>20)}
	case !utf8.Valid(l.text):
		return &FileError{l.name, l.number, fmt.Sprintf("byte %d of the line is not UTF-8; save the file as UTF-8", firstInvalid(l.text)+1)}
	}
	if bytes.IndexByte(l.text, 0) >= 0 {
		return &FileError{l.name, l.number, "a zero byte; this is no text file, give one in UTF-8"}
	}
	if i := bytes.IndexFunc(l.text, isControl); i >= 0 && !l.controls {
		r, _ := utf8.DecodeRune(l.text[i:])
		return &FileError{l.name, l.number, fmt.Sprintf("has a control character (%U); this is no text, or remove it", r)}
	}
	return nil
}

func firstInvalid(line []byte) int {
	at := 0
	for at < len(line) {
		r, size := utf8.DecodeRune(line[at:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		at += size
	}
	return at
}
