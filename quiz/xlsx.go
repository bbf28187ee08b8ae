package quiz

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"strconv"
	"strings"
)

// Limits of a spreadsheet. It is packed, so a small file may become a large one: what is unpacked is counted, not what the file says.
const (
	maxUnpacked = 48 << 20 // bytes of all parts that are read, together
	maxParts    = 1000
	maxShared   = 500_000 // texts
	maxCells    = 1_000_000
	maxColumns  = 30
	maxSheets   = 20
)

var errUnpacked = fmt.Errorf("unpacked it has more than %d MiB; no quiz is that large", maxUnpacked>>20)

// A cell of a spreadsheet.
type cell struct {
	column, row int // from 0 and from 1
	text        string
	date        bool // it is a number that is shown as something else, such as a date
}

// name is what the spreadsheet calls the cell: "B9".
func (c cell) name() string { return string(rune('A'+c.column%26)) + strconv.Itoa(c.row) }

// A workbook is what is needed of an .xlsx (ISO/IEC 29500): the texts of the cells of its sheets. Formulas are not computed: the
// value that was stored with them counts.
type workbook struct {
	parts   map[string]*zip.File
	left    int64 // bytes that may still be unpacked
	shared  []string
	general []bool // for each style whether numbers are shown as they are
	sheets  []sheet
}

type sheet struct{ name, part string }

func openWorkbook(data []byte) (*workbook, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, errors.New("is damaged: it cannot be unpacked; download or save it again")
	}
	if len(z.File) > maxParts {
		return nil, fmt.Errorf("is no spreadsheet: it has %d parts", len(z.File))
	}
	w := &workbook{parts: map[string]*zip.File{}, left: maxUnpacked}
	for _, f := range z.File {
		w.parts[strings.TrimPrefix(f.Name, "/")] = f
	}
	for _, read := range []func() error{w.readSheets, w.readShared, w.readStyles} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// elements calls begin, text and end for what is in a part. A part that is not there is empty.
func (w *workbook) elements(name string, begin func(xml.StartElement), text func(string), end func(string) error) error {
	f := w.parts[name]
	if f == nil {
		return nil
	}
	in, err := f.Open()
	if err != nil {
		return fmt.Errorf("its part %s cannot be unpacked", clip(name, 60))
	}
	defer in.Close()
	dec := xml.NewDecoder(&countedReader{in, &w.left})
	for {
		token, err := dec.RawToken() // without namespaces: prefixes are not looked at
		switch t := token.(type) {
		case xml.StartElement:
			begin(t)
		case xml.CharData:
			text(string(t))
		case xml.EndElement:
			err = errors.Join(err, end(t.Name.Local))
		}
		switch {
		case err == io.EOF:
			return nil
		case errors.Is(err, errUnpacked), errors.Is(err, errTooMuch):
			return err
		case err != nil:
			return fmt.Errorf("its part %s is damaged; save the file again", clip(name, 60))
		}
	}
}

var errTooMuch = errors.New("has more cells than any quiz; take the ones that are no questions away")

type countedReader struct {
	in   io.Reader
	left *int64
}

func (c *countedReader) Read(p []byte) (int, error) {
	if *c.left <= 0 {
		return 0, errUnpacked
	}
	n, err := c.in.Read(p)
	*c.left -= int64(n)
	return n, err
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// relation is the attribute r:id, whatever the prefix.
func relation(e xml.StartElement) string {
	for _, a := range e.Attr {
		if a.Name.Local == "id" && a.Name.Space != "" {
			return a.Value
		}
	}
	return ""
}

func noText(string) {}

func noEnd(string) error { return nil }

// readSheets finds the sheets and the parts in which they are.
func (w *workbook) readSheets() error {
	target := map[string]string{}
	err := w.elements("xl/_rels/workbook.xml.rels", func(e xml.StartElement) {
		if e.Name.Local == "Relationship" {
			to := attribute(e, "Target")
			if !strings.HasPrefix(to, "/") {
				to = path.Join("xl", to)
			}
			target[attribute(e, "Id")] = strings.TrimPrefix(to, "/")
		}
	}, noText, noEnd)
	if err != nil {
		return err
	}
	err = w.elements("xl/workbook.xml", func(e xml.StartElement) {
		if part := target[relation(e)]; e.Name.Local == "sheet" && w.parts[part] != nil && len(w.sheets) < maxSheets {
			w.sheets = append(w.sheets, sheet{clip(oneSpaced(strings.Map(visible, attribute(e, "name"))), 40), part})
		}
	}, noText, noEnd)
	if err == nil && len(w.sheets) == 0 {
		err = errors.New("is no spreadsheet (.xlsx): it has no sheet")
	}
	return err
}

func (w *workbook) readShared() error {
	var b strings.Builder
	in, hidden := false, false
	return w.elements("xl/sharedStrings.xml", func(e xml.StartElement) {
		switch e.Name.Local {
		case "si":
			b.Reset()
		case "t":
			in = true
		case "rPh": // how a text is pronounced
			hidden = true
		}
	}, func(s string) {
		if in && !hidden {
			b.WriteString(s)
		}
	}, func(name string) error {
		switch name {
		case "si":
			w.shared = append(w.shared, b.String())
		case "t":
			in = false
		case "rPh":
			hidden = false
		}
		if len(w.shared) > maxShared {
			return errTooMuch
		}
		return nil
	})
}

// plainFormats are the formats that show a number as it is: general, plain numbers and text. They have these ids, or others
// where a program writes every format as one of its own; LibreOffice does.
var plainFormats = map[string]string{"0": "General", "1": "0", "2": "0.00", "3": "#,##0", "4": "#,##0.00", "49": "@"}

// readStyles finds the styles that show a number as it is.
func (w *workbook) readStyles() error {
	inCells, plain := false, maps.Clone(plainFormats)
	return w.elements("xl/styles.xml", func(e xml.StartElement) {
		switch e.Name.Local {
		case "numFmt":
			code := attribute(e, "formatCode")
			for _, known := range plainFormats {
				if strings.EqualFold(code, known) {
					plain[attribute(e, "numFmtId")] = code
				}
			}
		case "cellXfs":
			inCells = true
		case "xf":
			if inCells && len(w.general) < maxCells {
				w.general = append(w.general, attribute(e, "numFmtId") == "" || plain[attribute(e, "numFmtId")] != "")
			}
		}
	}, noText, func(name string) error {
		inCells = inCells && name != "cellXfs"
		return nil
	})
}

// cells calls take for each cell of a sheet that has a text, in the file's order.
func (w *workbook) cells(s sheet, take func(cell)) error {
	var value strings.Builder
	var c cell
	kind, in, seen := "", false, 0
	return w.elements(s.part, func(e xml.StartElement) {
		switch e.Name.Local {
		case "row":
			if n, err := strconv.Atoi(attribute(e, "r")); err == nil {
				c.row = n
			} else {
				c.row++
			}
			c.column = -1
		case "c":
			c.column = columnOf(attribute(e, "r"), c.column+1)
			style, err := strconv.Atoi(attribute(e, "s"))
			c.date = err == nil && style >= 0 && style < len(w.general) && !w.general[style]
			kind = attribute(e, "t")
			value.Reset()
		case "v", "t":
			in = true
		}
	}, func(text string) {
		if in {
			value.WriteString(text)
		}
	}, func(name string) error {
		switch name {
		case "v", "t":
			in = false
		case "c":
			if seen++; seen > maxCells {
				return errTooMuch
			}
			c.text = w.value(kind, value.String())
			c.date = c.date && (kind == "" || kind == "n")
			if c.column < maxColumns && strings.TrimSpace(c.text) != "" {
				take(c)
			}
		}
		return nil
	})
}

// columnOf is the number of the column of a cell named so, or the next one if it has no name.
func columnOf(name string, next int) int {
	n := 0
	for _, c := range name {
		if c < 'A' || c > 'Z' || n > maxColumns {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	if n == 0 {
		return next
	}
	return n - 1
}

// value is what a cell shows.
func (w *workbook) value(kind, raw string) string {
	switch kind {
	case "s":
		if i, err := strconv.Atoi(strings.TrimSpace(raw)); err == nil && i >= 0 && i < len(w.shared) {
			return w.shared[i]
		}
		return ""
	case "b":
		return map[string]string{"1": "TRUE", "0": "FALSE"}[strings.TrimSpace(raw)]
	case "", "n":
		if f, err := strconv.ParseFloat(raw, 64); err == nil { // 0.1 is stored with 17 digits
			return strconv.FormatFloat(f, 'f', -1, 64)
		}
	}
	return raw
}
