package quiz

import (
	"bytes"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"ckadbot/internal/textfile"
)

// text is the file as UTF-8 with \n at the end of each line. What is no text is told with its line.
func (r *reader) text(data []byte) (string, bool) {
	decoded, err := io.ReadAll(textfile.Decode(bytes.NewReader(data)))
	if err != nil {
		r.wrong(r.line(0), "cannot be read: %v; save it as UTF-8", err)
		return "", false
	}
	text := string(decoded)
	n := 0
	for line := range strings.SplitSeq(text, "\n") {
		n++
		if !utf8.ValidString(line) {
			r.wrong(r.line(n), "is not UTF-8; save the file as UTF-8")
			return "", false
		}
		if i := strings.IndexFunc(line, func(c rune) bool { return unicode.IsControl(c) && c != '\t' }); i >= 0 {
			c, _ := utf8.DecodeRuneInString(line[i:])
			r.wrong(r.line(n), "has a control character (%U); this is no text, or remove it", c)
			return "", false
		}
	}
	return text, true
}

var (
	looksJSON  = regexp.MustCompile(`^\s*(\[\s*\{\s*"|\{\s*"(questions|domain|verified)")`)
	looksYAML  = regexp.MustCompile(`(?m)^questions:`)
	looksAnki  = regexp.MustCompile(`(?mi)^#(separator|html|columns|tags column|notetype column|deck column|guid column|notetype|deck|tags):`)
	looksAiken = regexp.MustCompile(`(?mi)^ANSWER:[ \t]*[A-Z]`)
	looksGIFT  = regexp.MustCompile(`\{\s*(=|~|T\b|F\b|TRUE\b|FALSE\b)`)
)

func guessFormat(name, text string) Format {
	begin := text[:min(len(text), 64<<10)]
	first, _, _ := strings.Cut(begin, "\n")
	_, columns := textfile.Columns(first, isColumn)
	switch ext := strings.ToLower(filepath.Ext(name)); {
	case ext == ".yaml" || ext == ".yml":
		return FormatYAML
	case ext == ".json" || looksJSON.MatchString(begin):
		return FormatJSON
	case ext == ".gift":
		return FormatGIFT
	case ext == ".aiken":
		return FormatAiken
	case ext == ".xlsx":
		return FormatKahoot
	case looksAnki.MatchString(begin) && strings.HasPrefix(begin, "#"):
		return FormatAnki
	case ext == ".csv" || ext == ".tsv" || columns >= 3:
		return FormatCSV
	case looksYAML.MatchString(begin):
		return FormatYAML
	case looksAiken.MatchString(begin):
		return FormatAiken
	case looksGIFT.MatchString(begin):
		return FormatGIFT
	case strings.Count(first, "\t") > 0:
		return FormatAnki
	}
	return ""
}
