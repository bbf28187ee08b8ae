package kb

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"ckadbot/internal/textfile"
)

// readCSV reads a table as spreadsheets save it: the first row names the columns, which are the keys of ReadYAML in any order.
//
// A cell of several texts, such as aliases, separates them by | or ;, and confusable is slug=difference|slug=difference. A
// backslash before one of these characters, or before another backslash, takes its meaning away.
func readCSV(name string, r io.Reader) ([]Noted, []error) {
	c := csvReader{problems: problems{file: name}}
	table := textfile.NewTable(r, func(column string) bool {
		_, known := fieldOf(columnName(column))
		return known
	})
	for row := range table.Rows {
		if c.fields != nil {
			c.entry(row)
		} else if c.columns(row); len(c.list) > 0 {
			break
		}
	}
	if line, problem := table.Problem(); problem != "" {
		c.wrong(line, "%s", problem)
	}
	return c.entries, c.list
}

type csvReader struct {
	problems
	fields  []field // of the columns; without a key for one without a name
	entries []Noted
}

func columnName(cell string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(cell), func(r rune) bool { return r == ' ' || r == '_' || r == '-' }), "_")
}

// columns reads the first row.
func (c *csvReader) columns(row []textfile.Cell) {
	line := row[0].Line
	var unknown []string
	for _, cell := range row {
		f, ok := fieldOf(columnName(cell.Text))
		if !ok && strings.TrimSpace(cell.Text) != "" {
			unknown = append(unknown, fmt.Sprintf("%q", visibly(cell.Text)))
		}
		if ok && slices.ContainsFunc(c.fields, func(g field) bool { return g.key == f.key }) {
			c.wrong(line, "there are two columns %s; keep one", f.key)
		}
		c.fields = append(c.fields, f)
	}
	if more := len(unknown) - 5; more > 0 {
		unknown = append(unknown[:5], fmt.Sprintf("%d more", more))
	}
	if len(unknown) > 0 {
		c.wrong(line, "the first row has unknown columns: %s; there are %s", strings.Join(unknown, ", "), fieldKeys())
	}
	for _, key := range []string{"term", "definition"} {
		if !slices.ContainsFunc(c.fields, func(f field) bool { return f.key == key }) {
			c.wrong(line, "there is no column %s; the first row must name the columns, at least term and definition", key)
		}
	}
}

func (c *csvReader) entry(row []textfile.Cell) {
	e, found := Noted{File: c.file, Line: row[0].Line}, len(c.list)
	for i, cell := range row {
		if i >= len(c.fields) || c.fields[i].key == "" {
			if strings.TrimSpace(cell.Text) != "" {
				c.wrong(cell.Line, "%q stands in column %d, which has no name; is a separator too many in the row, or are quotes missing?", visibly(cell.Text), i+1)
				break
			}
			continue
		}
		e.keys = append(e.keys, keyLine{c.fields[i].key, cell.Line})
		if problem := c.fields[i].setCell(&e.Entry, cell.Text); problem != "" {
			c.wrong(cell.Line, "%s", problem)
		}
	}
	// A short row has empty cells.
	if hasSource := slices.ContainsFunc(c.fields, func(f field) bool { return f.key == "source" }); hasSource && !e.Has("source") {
		e.keys = append(e.keys, keyLine{"source", e.Line})
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
		*f.list(e) = textfile.SplitCell(cell, ";|")
	default:
		pairs := map[string]string{}
		for _, part := range textfile.SplitCell(cell, "|") {
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
