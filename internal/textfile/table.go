package textfile

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of a table. What is longer is refused as soon as it is seen, so that memory stays small whatever the file is.
const (
	maxTable = 64 << 20  // bytes
	maxRow   = 256 << 10 // bytes; a quote that is never closed makes one row of all that follows
)

// A Table is read row by row.
type Table struct {
	in      *csv.Reader
	left    *limit
	before  int    // lines before those that in counts
	line    int    // of the problem
	problem string // why reading ended before the end; see Problem
}

// A Cell of a table.
type Cell struct {
	Text string
	Line int // of the file, in which the cell begins; the first is 1
}

// NewTable reads a table from a decoded file. Commas, semicolons or tabs are between its columns: what a first line such as
// "sep=;", which Excel understands, says, or what makes most known columns of the first row.
func NewTable(r io.Reader, known func(column string) bool) *Table {
	t := &Table{left: &limit{r: r, row: maxRow, table: maxTable}}
	in := bufio.NewReader(t.left)
	begin, _ := in.Peek(4096) // the error comes again with the first row
	separator, _ := Columns(string(begin), known)
	if found := separatorLine.FindSubmatch(begin); found != nil {
		_, _ = in.Discard(len(found[0]))
		separator, t.before = rune(found[1][0]), 1
	}
	t.in = csv.NewReader(in)
	t.in.Comma, t.in.FieldsPerRecord, t.in.ReuseRecord = separator, -1, true
	return t
}

var separatorLine = regexp.MustCompile(`^"?sep=([,;\t])"?\n`)

// Columns counts the known columns in the first line of a text, if that is the first row of a table, and gives the separator
// between them.
func Columns(text string, known func(column string) bool) (separator rune, count int) {
	first, _, _ := strings.Cut(text, "\n")
	count = -1
	for _, s := range ",;\t" {
		n := 0
		for cell := range strings.SplitSeq(first, string(s)) {
			if known(strings.Trim(cell, ` "`)) {
				n++
			}
		}
		if n > count {
			separator, count = s, n
		}
	}
	return separator, count
}

// A limit ends a table with an error where a row, or the whole, is too long.
type limit struct {
	r          io.Reader
	row, table int // bytes that may still be read
}

// Read is that of an io.Reader.
func (l *limit) Read(p []byte) (int, error) {
	switch {
	case l.row < 0:
		return 0, fmt.Errorf("a row of more than %d KiB; is a quote missing at its end?", maxRow>>10)
	case l.table < 0:
		return 0, fmt.Errorf("the file has more than %d MiB; split it", maxTable>>20)
	}
	n, err := l.r.Read(p)
	l.row, l.table = l.row-n, l.table-n
	return n, err
}

// Rows yields each row, beginning with the names of the columns; rows without any text are left out. A cell that would be a
// formula has an apostrophe before it, which is no part of its text. A row is valid until the next one.
func (t *Table) Rows(yield func(row []Cell) bool) {
	var row []Cell
	for {
		t.left.row = maxRow
		cells, err := t.in.Read()
		if err != nil {
			t.failed(err)
			return
		}
		row = row[:0]
		for i, text := range cells {
			line, _ := t.in.FieldPos(i)
			row = append(row, Cell{unguarded(text), t.before + line})
			if !utf8.ValidString(text) {
				t.line, t.problem = t.before+line, fmt.Sprintf("column %d is not UTF-8; save the file as “CSV UTF-8”", i+1)
				return
			}
		}
		blank := !slices.ContainsFunc(cells, func(s string) bool { return strings.TrimSpace(s) != "" })
		if !blank && !yield(row) {
			return
		}
	}
}

// failed notes why a row could not be read. The end of the file is no problem.
func (t *Table) failed(err error) {
	var broken *csv.ParseError
	switch {
	case errors.Is(err, io.EOF):
	case errors.As(err, &broken):
		t.line, t.problem = t.before+broken.StartLine, fmt.Sprintf("is no CSV (%v); put a text with a quote, a separator or a line break in straight quotes (\"), and double each quote inside", broken.Err)
	default:
		t.problem = fmt.Sprintf("cannot be read: %v", err)
	}
}

// Problem says why Rows could not read on: in which line (0: the whole file), what is wrong there, and what to do. The text is
// empty when nothing is.
func (t *Table) Problem() (line int, text string) { return t.line, t.problem }

// A TableWriter writes a table that Table reads, and that Excel opens as it is.
type TableWriter struct{ out *csv.Writer }

// NewTableWriter begins a table.
func NewTableWriter(out *bufio.Writer) TableWriter {
	_, _ = out.WriteString("\uFEFF") // or Excel takes it for another encoding; a bufio.Writer keeps its first error
	return TableWriter{csv.NewWriter(out)}
}

// Row writes a row; the first one has the names of the columns. An error may come with a later row or with Flush only.
func (t TableWriter) Row(cells []string) error {
	guarded := make([]string, len(cells))
	for i, cell := range cells {
		guarded[i] = guard(cell)
	}
	return t.out.Write(guarded)
}

// Flush ends the table.
func (t TableWriter) Flush() error {
	t.out.Flush()
	return t.out.Error()
}
