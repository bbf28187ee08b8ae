package kb

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadGuessesTheFormat(t *testing.T) {
	yaml, notes := "- term: Gizmo\n  definition: x\n", "Gizmo: x\n"
	json, csv := `[{"term": "Gizmo", "definition": "x"}]`, "term;definition\nGizmo;x\n"
	page := "---\ntitle: Gizmo\nid: gizmo\nshort_description: x\n---\n"
	for _, c := range []struct {
		name, text string
		want       Format
	}{
		{"a.yaml", yaml, FormatYAML}, {"a.YML", yaml, FormatYAML}, {"a", "# Ours.\n\n" + yaml, FormatYAML}, {"a.txt", "---\n" + yaml, FormatYAML},
		{"a.json", json, FormatJSON}, {"a.txt", "\n" + json, FormatJSON}, {"a.yaml", json, FormatJSON}, {"a", "\uFEFF" + json, FormatJSON},
		{"a.csv", csv, FormatCSV}, {"a.tsv", strings.ReplaceAll(csv, ";", "\t"), FormatCSV}, {"a.txt", csv, FormatCSV}, {"a", `"Definition","Term"` + "\nx,Gizmo\n", FormatCSV},
		{"a.md", page, FormatMarkdown}, {"a", page, FormatMarkdown}, {"a.md", "# Notes\n\n" + notes, FormatNotes},
		{"a.txt", notes, FormatNotes}, {"a", "\uFEFF" + notes, FormatNotes},
	} {
		if got := guess(c.name, []byte(strings.TrimPrefix(c.text, "\uFEFF"))); got != c.want {
			t.Errorf("%s with %q: got %s, want %s", c.name, c.text, got, c.want)
		}
		f, err := Read(c.name, strings.NewReader(c.text), "", someNames())
		if err != nil || len(f.Entries) != 1 || f.Entries[0].Term != "Gizmo" || f.Entries[0].Definition != "x" {
			t.Errorf("%s with %q: got %+v and error %v, want one entry", c.name, c.text, f.Entries, err)
		}
	}
}

func TestReadRefusesWhatIsNoText(t *testing.T) {
	for text, want := range map[string]string{
		"":                         "f.yaml: no entry found",
		"\n\n# nothing\n":          "f.yaml: no entry found",
		"[]":                       "f.yaml: no entry found",
		"PK\x03\x04\x14\x00":       "f.yaml: is a spreadsheet (.xlsx)",
		"\x1F\x8B\x08":             "f.yaml: is a packed file",
		"%PDF-1.7\n":               "f.yaml: is a PDF",
		"\xFF\xFE-\x00":            "f.yaml:1: an entry has keys",
		"-\x00 \x00":               "f.yaml:1: a zero byte",
		"- term: caf\xe9":          "f.yaml:1: byte 12 of the line is not UTF-8",
		"- term: A\n  tip: \u202e": "f.yaml:2: has a control character (U+202E)",
	} {
		_, err := Read("f.yaml", strings.NewReader(text), "", someNames())
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: got error %v, want %q", text, err, want)
		}
		if file := new(FileError); !errors.As(err, &file) {
			t.Errorf("%q: got %T, want a *FileError", text, err)
		}
	}
	if _, err := Read("f", strings.NewReader("x"), "docx", someNames()); err == nil || !strings.Contains(err.Error(), "use notes, yaml, json, csv or markdown") {
		t.Errorf("unknown format: got error %v", err)
	}
}

func TestReadCompletesEntries(t *testing.T) {
	f, err := Read("dir/team.yaml", strings.NewReader(`
- {term: PODS, definition: known by its name}
- {term: Node Agent, definition: known by another name}
- {term: Deamonset, definition: a typing mistake is a word of its own here}
- {term: Gizmo (GZ), definition: " new ", aliases: [" a ", ""], source: ""}
- {term: Thing, slug: my-thing, definition: has its own, source: elsewhere, aliases: [po]}
- {term: pod, slug: pod, definition: from an export, source: ckadbot}
`), "", someNames())
	if err != nil {
		t.Fatal(err)
	}
	type brief struct{ Slug, Term, Source, Definition string }
	var got []brief
	for _, e := range f.Entries {
		got = append(got, brief{e.Slug, e.Term, e.Source, e.Definition})
	}
	want := []brief{
		{"pod", "PODS", "team.yaml", "known by its name"}, {"kubelet", "Node Agent", "team.yaml", "known by another name"},
		{"deamonset", "Deamonset", "team.yaml", "a typing mistake is a word of its own here"}, {"gizmo", "Gizmo (GZ)", "", "new"}, {"my-thing", "Thing", "elsewhere", "has its own"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a"}, f.Entries[3].Aliases); diff != "" {
		t.Errorf("aliases (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Remark{{"dir/team.yaml", 7, "pod is built in; write source: \"\" to say something else in your workspace"}}, f.Skipped); diff != "" {
		t.Errorf("skipped (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]Remark{{"dir/team.yaml", 6, "“po” is a name of Pod as well; who asks for it can choose"}}, f.Shared); diff != "" {
		t.Errorf("shared (-want +got):\n%s", diff)
	}
}

func TestReadTellsAllProblemsAtOnce(t *testing.T) {
	_, err := Read("f.yaml", strings.NewReader(`
- {term: Gizmo, definition: a}
- {term: gizmos, definition: b}
- {term: Widget, definition: c, aliases: [W, GIZ-MO]}
- {slug: one, term: One, definition: d, source: x, aliases: [W]}
- {slug: two, term: Two, definition: e, source: x, aliases: [One]}
- {slug: one, term: Uno, definition: f, source: x}
- {term: "", slug: Not a slug}
- {term: Long, definition: `+strings.Repeat("x", 301)+`, source: "", verified: 1.x, unknown: y}
`), "", someNames())
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("got error %v, want several", err)
	}
	checkProblems(t, "file", joined.Unwrap(), []string{
		`f.yaml:9: unknown key "unknown"`,
		`f.yaml:8: Not a slug: the slug "Not a slug"`, "f.yaml:8: Not a slug: the term needs", "f.yaml:8: Not a slug: the definition is missing",
		"f.yaml:7: Uno means the same as One in line 5", "f.yaml:3: gizmos and Gizmo in line 2 are both called “gizmos”",
		"f.yaml:4: Widget and Gizmo in line 2 are both called “GIZ-MO”",
	})
}

func TestReadGivesUpAnEndlessLineInEveryFormat(t *testing.T) {
	for form, most := range map[Format]int{FormatNotes: 1 << 20, FormatYAML: 1 << 20, FormatCSV: 1 << 20, FormatMarkdown: 1 << 20, FormatJSON: 2 * maxFile, "": 1 << 20} {
		in := &endless{}
		_, err := Read("big", in, form, someNames())
		if file := new(FileError); !errors.As(err, &file) || in.given > most {
			t.Errorf("%s: got error %v after %d bytes, want a problem of the file after at most %d", form, err, in.given, most)
		}
	}
}

func TestReadSurvivesHostileNesting(t *testing.T) {
	for _, text := range []string{
		"- " + strings.Repeat("- ", 100_000), "- term: " + strings.Repeat("{a: ", 60_000), "- " + strings.Repeat("? ", 100_000), "- " + strings.Repeat("&a ", 80_000),
		"- &a [" + strings.Repeat("*a,", 80_000), "[" + strings.Repeat(`{"a":`, 100_000), "[" + strings.Repeat("{", 200_000),
		"---\ntitle: a\nid: b\n---\n" + strings.Repeat("[a](", 15_000), "---\ntitle: a\nid: b\n---\n" + strings.Repeat("{{< a ", 10_000),
		"---\n" + strings.Repeat("[", 50_000) + "\ntitle: a\n---\n",
	} {
		if f, err := Read("f", strings.NewReader(text), "", someNames()); err == nil && len(f.Entries) > 1 {
			t.Errorf("%.40q: got %d entries", text, len(f.Entries))
		}
	}
}
