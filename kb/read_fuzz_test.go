package kb

import (
	"bytes"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// fuzzRead checks what holds for any file: what is accepted is valid, and stays what it is through every format; what is not has
// a problem with a place.
func fuzzRead(t *testing.T, text string, form Format, known Names) {
	f, err := Read("f", strings.NewReader(text), form, known)
	if err != nil {
		checkFileErrors(t, err)
		return
	}
	checkRoundTrip(t, f, known)
}

func checkFileErrors(t *testing.T, err error) {
	t.Helper()
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			checkFileErrors(t, e)
		}
		return
	}
	file, ok := err.(*FileError)
	if !ok {
		t.Errorf("got error %T %v, want a *FileError", err, err)
	} else if strings.ContainsFunc(file.Text, isControl) {
		t.Errorf("the problem repeats a control character: %q", file.Text)
	}
}

func checkRoundTrip(t *testing.T, f File, known Names) {
	t.Helper()
	var want []Entry
	for _, e := range f.Entries {
		if problems := e.Check(); len(problems) > 0 || e.Source == SourceBuiltin || e.Line < 1 {
			t.Errorf("accepted %+v: %q", e, problems)
		}
		want = append(want, e.Entry)
	}
	for _, r := range append(append(f.Skipped, f.Corrected...), f.Shared...) {
		if strings.ContainsFunc(r.Text, isControl) {
			t.Errorf("a remark repeats a control character: %q", r.Text)
		}
	}
	if len(want) == 0 {
		return
	}
	for _, form := range writtenFormats {
		file := written(t, form, want)
		again, err := Read("f", bytes.NewReader(file), form, known)
		if err != nil {
			t.Fatalf("%s: %v\nof:\n%q", form, err, file)
		}
		var got []Entry
		for _, e := range again.Entries {
			got = append(got, e.Entry)
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%s (-want +got):\n%s\nof:\n%q", form, diff, file)
		}
	}
}

func FuzzReadYAML(f *testing.F) {
	seed := written(f, FormatYAML, small())
	for _, s := range []string{string(seed), "- {term: a, definition: b}", "- term: a\n  definition: |2\n     b\n", "  - term: 'a'\n    definition: \"b\\\n     c\"\n", "- &a [*a]", "- ? a\n  : b",
		"- term: a\n  definition: >+\n    b\n\n# c\n\n---\n- term: d\n  definition: e\n...\n", "- term: a\r\n  definition: b\u2028c", "- !!map {term: a}", "- term: a\n  definition: b # c"} {
		f.Add(s)
	}
	known := someNames()
	f.Fuzz(func(t *testing.T, text string) { fuzzRead(t, text, FormatYAML, known) })
}

func FuzzReadJSON(f *testing.F) {
	seed := written(f, FormatJSON, small())
	for _, s := range []string{string(seed), `[{"term":"a","definition":"b","aliases":["c"],"confusable":{"d":"e"}}]`, `[{"term":"\ud800","definition":"\u0000"}]`, "[[[", `[{"term":1}]`, "[]x"} {
		f.Add(s)
	}
	known := someNames()
	f.Fuzz(func(t *testing.T, text string) { fuzzRead(t, text, FormatJSON, known) })
}

func FuzzReadCSV(f *testing.F) {
	seed := written(f, FormatCSV, small())
	for _, s := range []string{string(seed), spreadsheet, "term;definition\na;b\n", "sep=\t\nterm\tdefinition\n\"a\n\"\tb", "term,definition,source\na,b,\n", "term,definition,aliases\n'=a,''@b,\\|c\\"} {
		f.Add(s)
	}
	known := someNames()
	f.Fuzz(func(t *testing.T, text string) { fuzzRead(t, text, FormatCSV, known) })
}

func FuzzReadMarkdown(f *testing.F) {
	folder := os.DirFS("testdata/import/glossary")
	paths, err := fs.Glob(folder, "*.md")
	if err != nil {
		f.Fatal(err)
	}
	for _, p := range paths {
		text, err := fs.ReadFile(folder, p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), "pod.md")
	}
	f.Add("---\ntitle: a\nid: b\n---\n{{< x y=\"z\" >}}[[a](b)](c)**d _e_** `{{`f`}}` &#123;&#123; \\{\\{ <!-- g", "ä b.md")
	known := someNames()
	f.Fuzz(func(t *testing.T, text, name string) {
		if !fs.ValidPath(name) || strings.Contains(name, "/") {
			return
		}
		file, err := ReadFolder("g", fstest.MapFS{name: {Data: []byte(text)}, "box.md": pageFile("Box", "")}, known)
		if err != nil {
			checkFileErrors(t, err)
			return
		}
		for _, e := range file.Entries {
			for _, s := range append([]string{e.Term, e.Definition, e.Details}, e.Aliases...) {
				if strings.Contains(s, "{{") || strings.Contains(s, "}}") {
					t.Errorf("got %q, want no shortcode", s)
				}
			}
		}
		checkRoundTrip(t, file, known)
	})
}
