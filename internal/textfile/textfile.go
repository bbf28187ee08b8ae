// Package textfile reads and writes files as the programs of people save them, whatever is in them: text in UTF-16 or with a byte
// order mark, and what is no text at all; tables whose separator depends on the country, with line breaks, lists and formulas in
// their cells; `code` in texts; words that YAML takes for something else. The glossary and the question bank, which do not know
// each other, each read and write their own kinds of files with it.
package textfile

import (
	"bufio"
	"bytes"
	"io"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Decode gives a file as UTF-8 without a byte order mark, each line ended by \n. It is UTF-16 if its mark says so; anything else
// is as it was, which need not be UTF-8.
func Decode(r io.Reader) *bufio.Reader {
	return bufio.NewReader(transform.NewReader(r, transform.Chain(unicode.BOMOverride(transform.Nop), lineEnds{})))
}

// lineEnds makes \n of \r\n, and of \r, which old programs end lines with.
type lineEnds struct{ transform.NopResetter }

// Transform is that of a transform.Transformer.
func (lineEnds) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for ; nSrc < len(src); nSrc++ {
		c := src[nSrc]
		if c == '\r' {
			switch next := nSrc + 1; {
			case next == len(src) && !atEOF:
				return nDst, nSrc, transform.ErrShortSrc
			case next < len(src) && src[next] == '\n':
				continue
			}
			c = '\n'
		}
		if nDst == len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		dst[nDst] = c
		nDst++
	}
	return nDst, nSrc, nil
}

// Packed says in words what a file is that is no text, such as "a PDF", if its first bytes tell; otherwise "".
func Packed(begin []byte) string {
	for magic, kind := range map[string]string{
		"PK\x03\x04": "a spreadsheet (.xlsx), an Anki package or another packed file", "\xD0\xCF\x11\xE0": "an old office file (.xls, .doc)",
		"\x1F\x8B": "a packed file", "%PDF-": "a PDF", "SQLite format 3": "a database",
	} {
		if bytes.HasPrefix(begin, []byte(magic)) {
			return kind
		}
	}
	return ""
}
