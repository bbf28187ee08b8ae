// Package lint checks files of a glossary: that what they say is well formed, fits together, and would work.
//
// Package kb reads the files and checks what every entry has to keep, see kb.Entry.Check and kb.CheckTogether. Here is the
// rest, which no running bot needs to wait for:
//
//   - entry.go: one entry: its definition, its place in the curriculum, its versions, its links
//   - together.go: several entries: related ones refer to each other, a phrase belongs to one of them
//   - example.go: what an example is: manifests, a part of one, commands, or another file
//   - manifest.go, schema.go, traps.go: manifests are decoded strictly into the official API types, whatever fields those have,
//     and looked at for mistakes that types let pass
//   - shell.go: commands are ones that exist
//
// The API types are known to this package only. They make a program 18 MB larger and its start a millisecond longer.
package lint

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"

	"ckadbot/kb"
	"ckadbot/kb/content"
)

// A File is a file of a glossary.
type File struct {
	Name string // as it is to be named in problems
	Text []byte
}

// A Report is what Check found.
type Report struct {
	Files, Entries, Manifests int
	Guessed                   map[string]int  // parts of manifests that do not belong to their entry's own kind or a Pod, by the kind they were taken for
	Problems                  []*kb.FileError // by file and line; each says which entry, what is wrong and what to do
}

// Builtin returns the files of the built-in glossary.
func Builtin() ([]File, error) {
	names, err := fs.Glob(content.Files, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("built-in glossary: %w", err)
	}
	var files []File
	for _, name := range names {
		text, err := fs.ReadFile(content.Files, name)
		if err != nil {
			return nil, fmt.Errorf("built-in glossary: %w", err)
		}
		files = append(files, File{name, text})
	}
	return files, nil
}

// Check finds everything that is wrong with some files that are to be one glossary. Their entries may refer to others, too.
func Check(files []File, others []kb.Entry) Report {
	l := linter{lines: map[string][]string{}, bySlug: map[string]kb.Noted{}, kubernetes: newKubernetes()}
	l.report = Report{Files: len(files), Guessed: map[string]int{}}
	for _, f := range files {
		l.read(f)
	}
	l.report.Entries = len(l.entries)
	l.add(kb.CheckTogether(l.entries, slices.Concat(others, l.unread)))
	for _, e := range l.entries {
		l.entry(e)
		l.example(e)
	}
	l.together()
	slices.SortStableFunc(l.report.Problems, func(a, b *kb.FileError) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return l.report
}

// A linter is one run of Check.
type linter struct {
	entries    []kb.Noted
	bySlug     map[string]kb.Noted
	unread     []kb.Entry          // slugs of entries that were not read for their form: others may refer to them
	lines      map[string][]string // of each file
	kubernetes kubernetes
	report     Report
}

func (l *linter) read(f File) {
	if problem := otherFile(f.Text); problem != "" {
		l.report.Problems = append(l.report.Problems, &kb.FileError{File: f.Name, Line: 1, Text: problem})
		return
	}
	entries, problems := kb.ReadYAML(f.Name, bytes.NewReader(f.Text))
	for i, e := range entries {
		if teams(e) && e.Slug == "" {
			entries[i].Slug = kb.SlugOf(e.Term) // as the import makes it
		}
	}
	l.add(problems)
	l.lines[f.Name] = strings.Split(string(f.Text), "\n")
	l.entries = append(l.entries, entries...)
	for _, e := range entries {
		l.bySlug[e.Slug] = e
	}
	for _, found := range slugLine.FindAllSubmatch(f.Text, -1) {
		if slug := string(found[1]); len(problems) > 0 && l.bySlug[slug].Slug == "" {
			l.unread = append(l.unread, kb.Entry{Slug: slug})
		}
	}
}

var slugLine = regexp.MustCompile(`(?m)^ *(?:- )?slug: *"?([a-z0-9-]+)`)

// otherFile says what a file is, by its first key, when it is no file of a glossary.
func otherFile(text []byte) string {
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' || bytes.Equal(line, []byte("---")) {
			continue
		}
		for _, key := range []string{"questions:", "domain:", "- id:", "apiVersion:"} {
			if bytes.HasPrefix(line, []byte(key)) {
				return fmt.Sprintf("the file begins with “%s”, so it is no glossary; give files whose entries begin with “- slug:”", key)
			}
		}
		return ""
	}
	return "the file is empty; give one with entries, or none to check the built-in glossary"
}

func (l *linter) add(problems []error) {
	for _, p := range problems {
		var place *kb.FileError
		if !errors.As(p, &place) {
			place = &kb.FileError{Text: p.Error()}
		}
		l.report.Problems = append(l.report.Problems, place)
	}
}

// wrong notes a problem of an entry.
func (l *linter) wrong(e kb.Noted, line int, format string, args ...any) {
	l.report.Problems = append(l.report.Problems, &kb.FileError{File: e.File, Line: line, Text: e.Slug + ": " + fmt.Sprintf(format, args...)})
}

// lineOf is the first line at or after the key that holds a text, within the entry's key; the line of the key when none does.
func (l *linter) lineOf(e kb.Noted, key, text string) int {
	first := e.LineOf(key)
	lines := l.lines[e.File]
	for i := first - 1; i < len(lines) && (i < first || !nextKey(lines[i])); i++ {
		if strings.Contains(lines[i], text) {
			return i + 1
		}
	}
	return first
}

// nextKey reports whether a line begins another key of an entry, or another entry.
func nextKey(line string) bool {
	return strings.HasPrefix(line, "- ") || len(line) > 2 && line[:2] == "  " && line[2] >= 'a' && line[2] <= 'z'
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
