package kb

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.yaml.in/yaml/v3"

	"ckadbot/internal/textfile"
)

// ExportOptions of Export. The zero value works.
type ExportOptions struct {
	Format  Format // yaml, json or csv; yaml when it is empty
	Builtin bool   // the built-in glossary, too
}

// Export is the package's Export.
func (g *Glossary) Export(ctx context.Context, workspace string, w io.Writer, opt ExportOptions) (count int, err error) {
	return Export(ctx, g.pool, workspace, w, opt)
}

// Export writes what a workspace ("*": everybody in this installation) wrote and imported, sorted by slug and then by source, and
// returns how many entries that was. Read and Import of it make the same of an empty database, and Export of that is the same file.
func Export(ctx context.Context, pool *pgxpool.Pool, workspace string, w io.Writer, opt ExportOptions) (count int, err error) {
	out := bufio.NewWriter(w)
	file, err := newEntryWriter(out, opt.Format)
	if err != nil {
		return 0, err
	}
	// One statement sees one state of the table, however long it is read.
	rows, err := pool.Query(ctx, `
		select `+columns+`
		from kb.entry
		where (workspace = $1 or $2 and workspace = '') and not deleted
		order by slug collate "C", source collate "C", workspace collate "C"`, workspace, opt.Builtin)
	if err != nil {
		return 0, fmt.Errorf("export the glossary: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		e, err := scanEdit(rows)
		if err == nil {
			err = file.write(tidied(e.Entry))
		}
		if err != nil {
			return count, fmt.Errorf("export the glossary: %w", err)
		}
		count++
	}
	if err := rows.Err(); err != nil {
		return count, fmt.Errorf("export the glossary: %w", err)
	}
	if err := file.close(); err != nil {
		return count, fmt.Errorf("export the glossary: %w", err)
	}
	return count, out.Flush()
}

// An entryWriter writes a file of entries, one after the other.
type entryWriter struct {
	out   *bufio.Writer
	table textfile.TableWriter // for FormatCSV
	form  Format
	count int
}

func newEntryWriter(out *bufio.Writer, form Format) (*entryWriter, error) {
	w := &entryWriter{out: out, form: form}
	switch form {
	case "":
		w.form = FormatYAML
	case FormatYAML, FormatJSON:
	case FormatCSV:
		w.table = textfile.NewTableWriter(out)
		var header []string
		for _, f := range fields {
			header = append(header, f.key)
		}
		return w, w.table.Row(header)
	default:
		return nil, fmt.Errorf("cannot export to the format %q; use yaml, json or csv", form)
	}
	return w, nil
}

func (w *entryWriter) write(e Entry) error {
	defer func() { w.count++ }()
	switch w.form {
	case FormatJSON:
		return w.writeJSON(e)
	case FormatCSV:
		return w.table.Row(e.cells())
	default:
		return w.writeYAML(e)
	}
}

// close writes what stands behind the last entry.
func (w *entryWriter) close() error {
	switch {
	case w.form == FormatCSV:
		return w.table.Flush()
	case w.count == 0:
		_, err := w.out.WriteString("[]\n")
		return err
	case w.form == FormatJSON:
		_, err := w.out.WriteString("\n]\n")
		return err
	}
	return nil
}

// empty reports whether the entry has no value for the field. A source is always written: an empty one says something.
func (f field) empty(e *Entry) bool {
	switch {
	case f.text != nil:
		return *f.text(e) == "" && f.key != "source"
	case f.list != nil:
		return len(*f.list(e)) == 0
	default:
		return len(*f.pairs(e)) == 0
	}
}

func (w *entryWriter) writeYAML(e Entry) error {
	node := &yaml.Node{Kind: yaml.MappingNode}
	for _, f := range fields {
		if f.empty(&e) {
			continue
		}
		node.Content = append(node.Content, textfile.YAML(f.key), f.node(&e))
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := enc.Encode(&yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{node}}); err != nil {
		return err
	}
	if w.count > 0 {
		_ = w.out.WriteByte('\n')
	}
	_, err := w.out.Write(b.Bytes())
	return err
}

func (f field) node(e *Entry) *yaml.Node {
	switch {
	case f.text != nil:
		return textfile.YAML(*f.text(e))
	case f.list != nil:
		list := &yaml.Node{Kind: yaml.SequenceNode}
		if f.key != "phrases" {
			list.Style = yaml.FlowStyle // the names and slugs are short
		}
		for _, s := range *f.list(e) {
			list.Content = append(list.Content, textfile.YAML(s))
		}
		return list
	default:
		pairs := &yaml.Node{Kind: yaml.MappingNode}
		for _, slug := range slices.Sorted(maps.Keys(*f.pairs(e))) {
			pairs.Content = append(pairs.Content, textfile.YAML(slug), textfile.YAML((*f.pairs(e))[slug]))
		}
		return pairs
	}
}

// writeJSON writes an entry with each of its keys on a line.
func (w *entryWriter) writeJSON(e Entry) error {
	before := "[\n"
	if w.count > 0 {
		before = ",\n"
	}
	_, _ = w.out.WriteString(before + "  {")
	separator := "\n    "
	for _, f := range fields {
		if f.empty(&e) {
			continue
		}
		var value any
		switch {
		case f.text != nil:
			value = *f.text(&e)
		case f.list != nil:
			value = *f.list(&e)
		default:
			value = *f.pairs(&e)
		}
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(value); err != nil {
			return err
		}
		_, _ = fmt.Fprintf(w.out, "%s%q: %s", separator, f.key, bytes.TrimSpace(b.Bytes()))
		separator = ",\n    "
	}
	_, err := w.out.WriteString("\n  }")
	return err
}

// cells are the entry's values in the order of the columns.
func (e Entry) cells() (cells []string) {
	for _, f := range fields {
		var cell string
		switch {
		case f.text != nil:
			cell = *f.text(&e)
		case f.list != nil:
			cell = textfile.JoinCell(*f.list(&e))
		default:
			var parts []string
			for _, slug := range slices.Sorted(maps.Keys(*f.pairs(&e))) {
				parts = append(parts, slug+"="+(*f.pairs(&e))[slug])
			}
			cell = textfile.JoinCell(parts)
		}
		cells = append(cells, cell)
	}
	return cells
}
