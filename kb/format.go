package kb

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"

	"ckadbot/internal/textfile"
)

// A Format is a way of writing entries into a file.
type Format string

// The formats. Read guesses when it is given none.
const (
	FormatNotes    Format = "notes"    // paragraphs of "Term: definition"; see ReadNotes
	FormatYAML     Format = "yaml"     // as the built-in glossary; see ReadYAML
	FormatJSON     Format = "json"     // a list of objects with the same keys
	FormatCSV      Format = "csv"      // a table with columns of the same names
	FormatMarkdown Format = "markdown" // the glossary of the Kubernetes website; see ReadFolder
)

// Read reads a file of entries in UTF-8, or in UTF-16 with a byte order mark. Without a format it takes the one that the name
// and the first bytes speak for.
//
// In YAML, JSON and CSV only term and definition must be there. An entry without a slug is that of the known entry of the same
// name, or gets one made of its term. An entry without a source is from the file, and shown beneath a built-in one; a source
// that is there and empty makes it the workspace's own words, shown instead.
//
// The error holds a *FileError for each problem, and then nothing of the file can be used.
func Read(name string, r io.Reader, format Format, known Names) (File, error) {
	in := textfile.Decode(r)
	begin, err := in.Peek(1024)
	if err != nil && err != io.EOF {
		return File{}, fmt.Errorf("%s: cannot be read (%w); give a text file", name, err)
	}
	if kind := textfile.Packed(begin); kind != "" {
		return File{}, &FileError{name, 0, "is " + kind + "; save it as CSV and give that file"}
	}
	if format == "" {
		format = guess(name, begin)
	}
	var entries []Noted
	var problems []error
	switch format {
	case FormatNotes:
		return ReadNotes(name, in, known)
	case FormatMarkdown:
		return readPage(name, in, known)
	case FormatYAML:
		entries, problems = ReadYAML(name, in)
	case FormatJSON:
		entries, problems = readJSON(name, in)
	case FormatCSV:
		entries, problems = readCSV(name, in)
	default:
		return File{}, fmt.Errorf("there is no format %q; use notes, yaml, json, csv or markdown", format)
	}
	f := File{Name: name, Entries: entries}
	problems = append(problems, f.settle(known)...)
	if len(problems) == 0 && len(f.Entries)+len(f.Skipped) == 0 {
		problems = append(problems, &FileError{name, 0, "no entry found; each needs at least a term and a definition"})
	}
	if len(problems) > 0 {
		return File{}, errors.Join(problems...)
	}
	return f, nil
}

var (
	looksJSON     = regexp.MustCompile(`^\s*[\[{]`)
	looksMarkdown = regexp.MustCompile(`^---[ \t]*\n(?s:.*)\n(title|id):`)
	looksYAML     = regexp.MustCompile(`(?m)^ *- +["']?(slug|term)["']?:`)
)

func guess(name string, begin []byte) Format {
	_, columns := textfile.Columns(string(begin), func(column string) bool {
		name := columnName(column)
		return name == "term" || name == "definition"
	})
	switch ext := strings.ToLower(filepath.Ext(name)); {
	case ext == ".csv" || ext == ".tsv":
		return FormatCSV
	case looksJSON.Match(begin) || ext == ".json":
		return FormatJSON
	case ext == ".yaml" || ext == ".yml":
		return FormatYAML
	case looksMarkdown.Match(begin):
		return FormatMarkdown
	case looksYAML.Match(begin):
		return FormatYAML
	case ext != ".md" && columns >= 2:
		return FormatCSV
	default:
		return FormatNotes
	}
}
