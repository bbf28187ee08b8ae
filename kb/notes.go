package kb

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of what plain notes hold.
const (
	maxNotes      = 200_000 // lines; short ones need many times their length in memory
	maxDefinition = 4000    // characters
	maxTerm       = 75      // characters
	maxTermWords  = 8
)

// ReadNotes reads plain notes: paragraphs of "Term: definition" with blank lines between them, in UTF-8.
//
//   - The first colon ends the term. A term has at most eight words and 75 characters and no sentence's punctuation.
//   - The other lines of a paragraph continue the definition. When each line of a paragraph looks like an entry, each is one.
//   - "Term:" alone takes its definition from the next paragraph, unless that is an entry itself or nearly one, "Term:text".
//   - Control characters, and marks that turn the direction of text, are a problem of an entry: what one sees is not what one gets.
//   - A heading right above an entry, and any other paragraph, is skipped and listed in File.Skipped.
//
// Names known already lead to their entries, mistyped ones too; the printed one becomes an alias. The error holds a *FileError
// for each problem, and then nothing of the file can be used.
func ReadNotes(name string, r io.Reader, known Names) (File, error) {
	lines, err := readLines(name, r)
	if err != nil {
		return File{}, err
	}
	n := File{Name: name}
	n.readParagraphs(lines)
	if err := errors.Join(n.controls(lines)...); err != nil {
		return File{}, err // alone: what else there is to say would repeat them
	}
	for i := range n.Entries {
		n.resolve(&n.Entries[i], known)
	}
	problems := append(n.tooLong(), n.twice()...)
	if len(problems) == 0 {
		problems = n.check()
	}
	if len(n.Entries) == 0 {
		problems = append(problems, &FileError{name, 0, `no entry found; write "Term: definition", one paragraph each, with blank lines between them`})
	}
	if err := errors.Join(problems...); err != nil {
		return File{}, err
	}
	return n, nil
}

// readLines reads a text file, or says what else it is.
func readLines(name string, r io.Reader) ([]string, error) {
	in := newLines(name, r)
	in.controls = true // of an entry they are a problem, and all are told at once
	var lines []string
	for in.next() {
		if len(lines) == maxNotes {
			return nil, &FileError{name, in.number, fmt.Sprintf("the file has more than %d lines; split it", maxNotes)}
		}
		lines = append(lines, string(in.text))
	}
	if in.err != nil {
		return nil, in.err
	}
	if !slices.ContainsFunc(lines, func(l string) bool { return strings.TrimSpace(l) != "" }) {
		return nil, &FileError{name, 0, `the file is empty; write "Term: definition", one paragraph each`}
	}
	return lines, nil
}

// A paragraph is lines without a blank one between them; first is the number of the first.
type paragraph struct {
	first int
	lines []string
}

func paragraphs(lines []string) []paragraph {
	var all []paragraph
	open := false
	for i, l := range lines {
		l = strings.TrimSpace(l)
		if l == "" {
			open = false
			continue
		}
		if !open {
			all = append(all, paragraph{first: i + 1})
			open = true
		}
		p := &all[len(all)-1]
		p.lines = append(p.lines, l)
	}
	return all
}

// readParagraphs sorts every line that is not blank into exactly one entry or one remark.
func (n *File) readParagraphs(lines []string) {
	var waiting *Noted // a name alone in its paragraph
	for _, p := range paragraphs(lines) {
		entries, skipped := p.split()
		if waiting != nil && len(entries) == 0 && !nearlyEntry(p.lines[0]) {
			waiting.define(p)
			n.Entries = append(n.Entries, *waiting)
			waiting = nil
			continue
		}
		if waiting != nil {
			n.skip(waiting.Line, "“"+waiting.Printed+":” has no definition")
			waiting = nil
		}
		for _, r := range skipped {
			n.skip(r.Line, r.Text)
		}
		for i := range entries {
			switch {
			case entries[i].Definition != "":
				n.Entries = append(n.Entries, entries[i])
			case i == len(entries)-1:
				waiting = &entries[i]
			default:
				n.skip(entries[i].Line, "“"+entries[i].Printed+":” has no definition")
			}
		}
	}
	if waiting != nil {
		n.skip(waiting.Line, "“"+waiting.Printed+":” has no definition")
	}
}

func (n *File) skip(line int, why string) { n.Skipped = append(n.Skipped, Remark{n.Name, line, why}) }

// define makes a paragraph the definition.
func (e *Noted) define(p paragraph) {
	e.Definition = strings.Join(p.lines, "\n")
	for i := range p.lines {
		e.lines = append(e.lines, p.first+i)
	}
}

// split makes entries of a paragraph's lines, or remarks.
func (p paragraph) split() (entries []Noted, skipped []Remark) {
	start := slices.IndexFunc(p.lines, isEntry)
	if start < 0 || start > 0 && !isHeading(p.lines[start-1]) {
		for i, l := range p.lines {
			skipped = append(skipped, Remark{"", p.first + i, "not an entry: " + why(l)})
		}
		return nil, skipped
	}
	for i, l := range p.lines[:start] {
		skipped = append(skipped, Remark{"", p.first + i, "not an entry: " + why(l)})
	}
	rest := p.lines[start:]
	each := !slices.ContainsFunc(rest, func(l string) bool { return !isEntry(l) })
	for i, l := range rest {
		if i == 0 || each {
			printed, definition, _ := splitEntry(l)
			entries = append(entries, Noted{Entry: Entry{Definition: definition}, Line: p.first + start + i, Printed: printed, lines: []int{p.first + start + i}})
			continue
		}
		e := &entries[0]
		e.Definition = strings.TrimSpace(e.Definition + "\n" + l)
		e.lines = append(e.lines, p.first+start+i)
	}
	return entries, skipped
}

func isEntry(line string) bool { _, _, ok := splitEntry(line); return ok }

// splitEntry splits "Term: definition" at the first colon. A colon in "10:30" or "https://…" ends no term.
func splitEntry(line string) (printed, definition string, ok bool) {
	printed, rest, found := strings.Cut(line, ":")
	printed, definition = strings.TrimSpace(strings.TrimLeft(printed, "#")), strings.TrimSpace(rest)
	next, _ := utf8.DecodeRuneInString(rest)
	if !found || rest != "" && !unicode.IsSpace(next) && !unicode.IsUpper(next) {
		return "", "", false
	}
	return printed, definition, isName(printed)
}

// nearlyEntry reports whether only the space after the colon seems to be missing: "taint:keeps Pods away", but not "10:30" or
// "https://…".
func nearlyEntry(line string) bool {
	printed, text, found := strings.Cut(line, ":")
	if !found || text == "" || isEntry(line) || strings.HasPrefix(text, "//") || unicode.IsDigit(rune(text[0])) {
		return false
	}
	printed = strings.TrimLeft(printed, "#")
	return isName(printed) && len(strings.Fields(printed)) <= 2
}

func isName(s string) bool {
	fields := strings.Fields(s)
	for _, f := range fields {
		if strings.ContainsAny(f, ",;!?\"“”") || strings.HasSuffix(f, ".") {
			return false
		}
	}
	return len(words(s)) > 0 && len(fields) <= maxTermWords && utf8.RuneCountInString(s) <= maxTerm
}

// isHeading reports whether a line above an entry may be its heading and not a sentence that goes on.
func isHeading(line string) bool { return isName(line) && !strings.Contains(line, ":") }

// why tells a person what a line is that is no entry.
func why(line string) string {
	line = strings.Map(visible, line)
	short := cut(line, 40)
	if short != line {
		short += "…"
	}
	switch printed, _, found := strings.Cut(line, ":"); {
	case !found:
		return "no “Term:” in “" + short + "”"
	case nearlyEntry(line):
		return "no space after the colon in “" + short + "”"
	case len(strings.Fields(printed)) > maxTermWords || utf8.RuneCountInString(printed) > maxTerm:
		return "the words before the colon are too long for a term in “" + short + "”"
	default:
		return "the words before the colon are no term in “" + short + "”"
	}
}

// resolve gives the entry its slug, term and aliases. Importing a file again must give the same, so the aliases depend on what
// is printed and not on what is known.
func (n *File) resolve(e *Noted, known Names) {
	e.File, e.Source = n.Name, filepath.Base(n.Name)
	e.Slug, e.Term = SlugOf(e.Printed), e.Printed
	if found := known.resolve(e.Printed); found != nil {
		e.Slug, e.Term = found.Slug, found.Term
	}
	if e.Printed != e.Term {
		e.Aliases = append(e.Aliases, e.Printed)
	}
	for _, reading := range withoutParentheses(e.Printed) {
		reading = strings.Join(strings.Fields(reading), " ")
		if reading != "" && !slices.Contains(e.Aliases, reading) {
			e.Aliases = append(e.Aliases, reading)
		}
	}
	if canon(words(e.Printed)) != canon(words(e.Term)) {
		n.Corrected = append(n.Corrected, Remark{n.Name, e.Line, fmt.Sprintf("“%s” read as %s", e.Printed, e.Term)})
	}
}
