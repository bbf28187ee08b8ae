package kb

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

// readCSV reads a table as spreadsheets save it: the first row names the columns, which are the keys of ReadYAML in any order.
//
//   - Columns are separated by commas, semicolons or tabs, whichever makes most sense of the first row.
//   - A cell of several texts, such as aliases, separates them by | or ;, and confusable is slug=difference|slug=difference.
//     A backslash before one of these characters, or before another backslash, takes its meaning away.
//   - A cell that would be a formula has an apostrophe before it, which is no part of the text.
//   - Rows without any text are skipped.
func readCSV(name string, r io.Reader) ([]Noted, []error) {
	c := csvReader{problems: problems{file: name}, limit: &rowLimit{r: r, file: maxFile}}
	in := bufio.NewReader(c.limit)
	c.separator(in)
	c.in.FieldsPerRecord, c.in.ReuseRecord = -1, true
	if header, ok := c.row(); ok && c.columns(header) {
		for {
			cells, ok := c.row()
			if !ok {
				break
			}
			c.entry(cells)
		}
	}
	return c.entries, c.list
}

type csvReader struct {
	problems
	limit   *rowLimit
	in      *csv.Reader
	before  int // lines before those that in counts
	fields  []field
	entries []Noted
}

// A rowLimit ends a file with an error where a row, or the whole, is too long.
type rowLimit struct {
	r         io.Reader
	row, file int // bytes that may still be read
}

var errLongRow = fmt.Errorf("a row of more than %d KiB; is a quote missing at its end?", maxItem>>10)
var errLongFile = fmt.Errorf("the file has more than %d MiB; split it", maxFile>>20)

func (l *rowLimit) Read(p []byte) (int, error) {
	switch {
	case l.row < 0:
		return 0, errLongRow
	case l.file < 0:
		return 0, errLongFile
	}
	n, err := l.r.Read(p)
	l.row, l.file = l.row-n, l.file-n
	return n, err
}

var separatorLine = regexp.MustCompile(`^"?sep=([,;\t])"?\r?\n`)

// separator finds the character between columns: the one that Excel writes into a line of its own, or the one that makes most
// known names of the first row.
func (c *csvReader) separator(in *bufio.Reader) {
	c.limit.row = maxItem
	begin, _ := in.Peek(4096) // the error comes again with the first row
	text := strings.TrimPrefix(string(begin), "\uFEFF")
	_, _ = in.Discard(len(begin) - len(text))
	best, most := ',', -1
	if found := separatorLine.FindStringSubmatch(text); found != nil {
		_, _ = in.Discard(len(found[0]))
		best, c.before = rune(found[1][0]), 1
	} else {
		first, _, _ := strings.Cut(text, "\n")
		for _, s := range ",;\t" {
			known := 0
			for cell := range strings.SplitSeq(first, string(s)) {
				if _, ok := fieldOf(columnName(strings.Trim(cell, "\"\r"))); ok {
					known++
				}
			}
			if known > most {
				best, most = s, known
			}
		}
	}
	c.in = csv.NewReader(in)
	c.in.Comma = best
}

func columnName(cell string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(cell), func(r rune) bool { return r == ' ' || r == '_' || r == '-' }), "_")
}

// row reads a row; false is the end of the file, or of what can be read of it.
func (c *csvReader) row() ([]string, bool) {
	c.limit.row = maxItem
	cells, err := c.in.Read()
	var wrong *csv.ParseError
	switch {
	case err == nil:
	case errors.Is(err, io.EOF):
		return nil, false
	case errors.As(err, &wrong):
		c.wrong(c.before+wrong.StartLine, "is no CSV (%v); put a text with a quote, a separator or a line break in quotes, and double each quote inside", wrong.Err)
		return nil, false
	default:
		c.list = append(c.list, &FileError{c.file, 0, fmt.Sprintf("cannot be read: %v", err)})
		return nil, false
	}
	for i, cell := range cells {
		if !utf8.ValidString(cell) {
			line, _ := c.in.FieldPos(i)
			c.wrong(c.before+line, "column %d is not UTF-8; save the file as “CSV UTF-8”", i+1)
			return nil, false
		}
	}
	return cells, true
}

// columns reads the first row.
func (c *csvReader) columns(header []string) bool {
	var unknown []string
	for _, cell := range header {
		f, ok := fieldOf(columnName(cell))
		if !ok && strings.TrimSpace(cell) != "" {
			unknown = append(unknown, fmt.Sprintf("%q", visibly(cell)))
		}
		if ok && slices.ContainsFunc(c.fields, func(g field) bool { return g.key == f.key }) {
			c.wrong(c.before+1, "there are two columns %s; keep one", f.key)
		}
		c.fields = append(c.fields, f)
	}
	if more := len(unknown) - 5; more > 0 {
		unknown = append(unknown[:5], fmt.Sprintf("%d more", more))
	}
	if len(unknown) > 0 {
		c.wrong(c.before+1, "the first row has unknown columns: %s; there are %s", strings.Join(unknown, ", "), fieldKeys())
	}
	for _, key := range []string{"term", "definition"} {
		if !slices.ContainsFunc(c.fields, func(f field) bool { return f.key == key }) {
			c.wrong(c.before+1, "there is no column %s; the first row must name the columns, at least term and definition", key)
		}
	}
	return len(c.list) == 0
}

func (c *csvReader) entry(cells []string) {
	if !slices.ContainsFunc(cells, func(s string) bool { return strings.TrimSpace(s) != "" }) {
		return
	}
	line, _ := c.in.FieldPos(0)
	e, found := Noted{File: c.file, Line: c.before + line}, len(c.list)
	for i, cell := range cells {
		at, _ := c.in.FieldPos(i)
		at += c.before
		if i >= len(c.fields) || c.fields[i].key == "" {
			if strings.TrimSpace(cell) != "" {
				c.wrong(at, "%q stands in column %d, which has no name; is a separator too many in the row, or are quotes missing?", visibly(cell), i+1)
				break
			}
			continue
		}
		e.keys = append(e.keys, keyLine{c.fields[i].key, at})
		if problem := c.fields[i].setCell(&e.Entry, unguarded(cell)); problem != "" {
			c.wrong(at, "%s", problem)
		}
	}
	// A short row has empty cells.
	for _, f := range c.fields {
		if f.key == "source" && !e.Has("source") {
			e.keys = append(e.keys, keyLine{f.key, e.Line})
		}
	}
	if len(c.list) == found {
		c.entries = append(c.entries, e)
	}
}

// setCell gives a field the value of a cell, or says why it cannot.
func (f field) setCell(e *Entry, cell string) (problem string) {
	switch {
	case f.text != nil:
		*f.text(e) = cell
	case f.list != nil:
		*f.list(e) = splitCell(cell, ";|")
	default:
		pairs := map[string]string{}
		for _, part := range splitCell(cell, "|") {
			slug, difference, ok := strings.Cut(part, "=")
			if _, twice := pairs[slug]; twice || !ok {
				return fmt.Sprintf("%s has %q; write slug=difference|slug=difference, each slug once", f.key, visibly(part))
			}
			pairs[slug] = difference
		}
		*f.pairs(e) = pairs
	}
	return ""
}

// splitCell splits a cell at separators without a backslash before them, and drops what is empty.
func splitCell(cell, separators string) (parts []string) {
	var part strings.Builder
	end := func() {
		if s := strings.TrimSpace(part.String()); s != "" {
			parts = append(parts, s)
		}
		part.Reset()
	}
	escaped := false
	for _, r := range cell {
		special := strings.ContainsRune(`\;|`, r)
		switch {
		case escaped && special:
			part.WriteRune(r)
			escaped = false
			continue
		case escaped:
			part.WriteByte('\\')
		}
		if escaped = r == '\\'; escaped {
			continue
		}
		if strings.ContainsRune(separators, r) {
			end()
			continue
		}
		part.WriteRune(r)
	}
	if escaped {
		part.WriteByte('\\')
	}
	end()
	return parts
}

// joinCell is the inverse of splitCell.
func joinCell(parts []string) string {
	escaped := make([]string, len(parts))
	for i, p := range parts {
		escaped[i] = strings.NewReplacer(`\`, `\\`, `;`, `\;`, `|`, `\|`).Replace(p)
	}
	return strings.Join(escaped, "|")
}

var (
	formula = regexp.MustCompile("^'*[=+@\t\r-]")
	guarded = regexp.MustCompile("^'+[=+@\t\r-]")
)

// guard puts an apostrophe before what a spreadsheet would run as a formula.
func guard(cell string) string {
	if formula.MatchString(cell) {
		return "'" + cell
	}
	return cell
}

// unguarded is the inverse of guard.
func unguarded(cell string) string {
	if guarded.MatchString(cell) {
		return cell[1:]
	}
	return cell
}
