package quiz

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"ckadbot/internal/textfile"
)

// A Format is a way of writing questions into a file.
type Format string

// The formats. Read guesses when it is given none.
const (
	FormatYAML   Format = "yaml"   // as the built-in bank, see bankFile; the only one that holds everything about a question, with CSV
	FormatJSON   Format = "json"   // a list of questions of one choice, or what YAML says, see readJSON
	FormatCSV    Format = "csv"    // a table, a question in each row, see readCSV
	FormatGIFT   Format = "gift"   // Moodle's text format, see readGIFT
	FormatAiken  Format = "aiken"  // the simplest one: text, lettered choices, ANSWER, see readAiken
	FormatAnki   Format = "anki"   // Anki's "notes in plain text", see readAnki
	FormatKahoot Format = "kahoot" // Kahoot's spreadsheet, an .xlsx, see readKahoot
)

// Formats lists the formats.
func Formats() []Format {
	return []Format{FormatYAML, FormatJSON, FormatCSV, FormatGIFT, FormatAiken, FormatAnki, FormatKahoot}
}

// Limits of the files that hold questions, so that memory stays small whatever the file is.
const (
	maxFile     = 32 << 20 // bytes; ten thousand questions have a third of that
	maxProblems = 1000     // of one file; with more it is the wrong file
)

// ReadOptions of Read. The zero value works.
type ReadOptions struct {
	Format     Format                 // empty: what the name and the content speak for
	Domain     string                 // of questions that do not say theirs; empty: BG, background knowledge
	Category   string                 // likewise; empty: "imported"
	Difficulty int                    // likewise; 0: 2
	Known      func(term string) bool // whether the glossary has a term; nil: nobody looks
}

// A File is what a question file holds.
type File struct {
	Name      string
	Questions []Noted  // in the file's order
	Skipped   []Remark // what is there and is no question that can be asked here, and why
	Noticed   []Remark // what was read otherwise than it stands there, or deserves a look
}

// A Noted is a question and where it stands.
type Noted struct {
	Question
	Place
	cells map[string]Place // of a spreadsheet, where its parts stand: "text", "choice 2"
}

// A Place is where something stands in a file.
type Place struct {
	File string
	Line int    // the first is 1; 0: the whole file, or see Cell
	Cell string // of a spreadsheet instead of a line: "Sheet1!B9"
}

// String is the place as compilers write it: "file:12", "file:Sheet1!B9".
func (p Place) String() string {
	switch {
	case p.Cell != "":
		return p.File + ":" + p.Cell
	case p.Line > 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return p.File
}

// A Remark is something to tell about a place.
type Remark struct {
	Place
	Text string
}

// String is the remark in words, after its place.
func (r Remark) String() string { return r.Place.String() + ": " + r.Text }

// A FileError is a problem with a file: what is wrong, where, and what to do.
type FileError Remark

// Error is the problem in words, after its place.
func (e *FileError) Error() string { return Remark(*e).String() }

// Read reads a file of questions: text in UTF-8, or in UTF-16 with a byte order mark, or Kahoot's spreadsheet. Every question
// gets the name of the file as its Source, and may for that lack an explanation, a page to read on, and the version it was
// checked against: most formats have no place for them. A question without an id gets one made of its text, so that the same
// file again is the same questions.
//
// YAML and CSV are taken as they are written. In the other formats HTML, links and mentions become plain text with `code`.
//
// The error holds a *FileError for each problem, and then nothing of the file can be used.
func Read(name string, in io.Reader, opt ReadOptions) (File, error) {
	r := &reader{opt: opt, file: File{Name: name}}
	data, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	if err != nil {
		return File{}, fmt.Errorf("%s: cannot be read (%w)", name, err)
	}
	r.read(data)
	r.settle()
	if len(r.problems) == 0 && len(r.file.Questions)+len(r.file.Skipped) == 0 {
		r.wrong(r.line(0), "there is no question in it; is it of the format %s?", r.opt.Format)
	}
	if err := r.failure(); err != nil {
		return File{}, err
	}
	return r.file, nil
}

// A reader collects what is in a file, and what is wrong with it.
type reader struct {
	opt      ReadOptions
	file     File
	problems []*FileError
}

func (r *reader) line(n int) Place { return Place{File: r.file.Name, Line: n} }

func (r *reader) wrong(at Place, format string, args ...any) {
	switch n := len(r.problems); {
	case n < maxProblems:
		r.problems = append(r.problems, &FileError{at, strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", " ")})
	case n == maxProblems:
		r.problems = append(r.problems, &FileError{r.line(0), "and more; mend these first, or is this another kind of file?"})
	}
}

// failure is all that is wrong, in the order of the lines.
func (r *reader) failure() error {
	slices.SortStableFunc(r.problems, func(a, b *FileError) int { return a.Line - b.Line })
	var all []error
	for _, p := range r.problems {
		all = append(all, p)
	}
	return errors.Join(all...)
}

func (r *reader) skip(at Place, format string, args ...any) {
	r.file.Skipped = append(r.file.Skipped, Remark{at, fmt.Sprintf(format, args...)})
}

func (r *reader) notice(at Place, format string, args ...any) {
	r.file.Noticed = append(r.file.Noticed, Remark{at, fmt.Sprintf(format, args...)})
}

func (r *reader) add(at Place, q Question) {
	r.file.Questions = append(r.file.Questions, Noted{Question: q, Place: at})
}

func (r *reader) read(data []byte) {
	if len(data) > maxFile {
		r.wrong(r.line(0), "the file has more than %d MiB; split it", maxFile>>20)
		return
	}
	packed := bytes.HasPrefix(data, []byte("PK\x03\x04"))
	if packed && (r.opt.Format == "" || r.opt.Format == FormatKahoot) {
		r.opt.Format = FormatKahoot
		readKahoot(r, data)
		return
	}
	if kind := textfile.Packed(data); kind != "" {
		r.wrong(r.line(0), "is %s, not a text; export the questions as text and give that file", kind)
		return
	}
	text, ok := r.text(data)
	if !ok {
		return
	}
	if r.opt.Format == "" {
		r.opt.Format = guessFormat(r.file.Name, text)
	}
	switch r.opt.Format {
	case FormatYAML:
		readYAML(r, text)
	case FormatJSON:
		readJSON(r, text)
	case FormatCSV:
		readCSV(r, text)
	case FormatGIFT:
		readGIFT(r, text)
	case FormatAiken:
		readAiken(r, text)
	case FormatAnki:
		readAnki(r, text)
	case FormatKahoot:
		r.wrong(r.line(0), "is no .xlsx; save Kahoot's spreadsheet as Excel workbook (.xlsx)")
	case "":
		r.wrong(r.line(0), "cannot tell the format; say it with --format: yaml, json, csv, gift, aiken, anki or kahoot")
	default:
		r.wrong(r.line(0), "there is no format %q; use yaml, json, csv, gift, aiken, anki or kahoot", clip(string(r.opt.Format), 20))
	}
}
