package kb

import (
	"bufio"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"ckadbot/migrations/pgtest"
)

var writtenFormats = []Format{FormatYAML, FormatJSON, FormatCSV}

// hostile are pieces of text that mean something to one of the formats.
var hostile = []string{
	"a", "Pod", "é", "日本", "🦊", "yes", "no", "null", "~", "true", "1.10", "2024-01-01", "0x1F", ".inf", "=", "=1+1", "+1", "-", "- a", "@x", "'", "''", "'=",
	`"`, `""`, `\`, `\n`, `\;`, "|", "|-", ">", ";", ",", ":", ": ", "::", "#", " #", "&a", "*a", "!b", "!!int", "%", "`", "{", "}", "{{", "[", "]", "?", "? ",
	"<<", "---", "...", " ", "  ", "\t", "\n", "\n\n", "\n ", "\n\t", " \n", "\u00a0", "\u2028", "\u2029", "\u200b", "\ufffd", strings.Repeat("long ", 40),
	"https://example.org/a?b=c&d=%20", "<b>", "&amp;", "slug=x", "//", "\\u0041",
}

// hostileTexts draws a text of hostile pieces that an entry may hold.
func hostileTexts(most int, multiline bool) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		s := strings.Join(rapid.SliceOfN(rapid.SampledFrom(hostile), 1, 8).Draw(t, "pieces"), "")
		if !multiline {
			s = strings.NewReplacer("\n", " ", "\t", " ").Replace(s)
		}
		return cut(s, most)
	})
}

// hostileNames are texts with a letter.
func hostileNames(most int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return cut(hostileTexts(most-1, false).Draw(t, "text"), most-1) + rapid.SampledFrom([]string{"x", "ß", "9"}).Draw(t, "letter")
	})
}

func hostileEntries() *rapid.Generator[Entry] {
	slugs := rapid.StringMatching(`[a-z0-9-]{1,8}`)
	optional := func(g *rapid.Generator[string]) *rapid.Generator[string] {
		return rapid.OneOf(rapid.Just(""), g)
	}
	return rapid.Custom(func(t *rapid.T) Entry {
		e := Entry{
			Slug: slugs.Draw(t, "slug"), Term: hostileNames(75).Draw(t, "term"),
			Aliases: rapid.SliceOfN(hostileNames(75), 0, 3).Draw(t, "aliases"), Kind: optional(hostileNames(75)).Draw(t, "kind"),
			Phrases:    rapid.SliceOfN(hostileNames(100), 0, 3).Draw(t, "phrases"),
			Definition: hostileTexts(250, true).Draw(t, "definition") + "d", Details: optional(hostileTexts(1800, true)).Draw(t, "details"),
			Example: optional(hostileTexts(600, true)).Draw(t, "example"), Tip: optional(hostileTexts(300, true)).Draw(t, "tip"),
			Related: rapid.SliceOfN(slugs, 0, 2).Draw(t, "related"), Confusable: rapid.MapOfN(slugs, hostileTexts(120, false), 0, 2).Draw(t, "confusable"),
			Category: optional(hostileTexts(40, false)).Draw(t, "category"), Verified: rapid.SampledFrom([]string{"", "1.10", "1.37"}).Draw(t, "verified"),
			Changed: optional(hostileTexts(500, true)).Draw(t, "changed"), Source: optional(hostileTexts(200, false)).Draw(t, "source"), Licence: optional(hostileTexts(100, false)).Draw(t, "licence"),
		}
		if len(e.Aliases) > 0 {
			e.Short = e.Aliases[:1]
		}
		e.Related = slices.DeleteFunc(e.Related, func(s string) bool { return s == e.Slug })
		delete(e.Confusable, e.Slug)
		return tidied(e)
	}).Filter(func(e Entry) bool { return len(e.Check()) == 0 && e.Source != SourceBuiltin })
}

// written is a file of entries.
func written(t testing.TB, form Format, entries []Entry) []byte {
	t.Helper()
	var b bytes.Buffer
	out := bufio.NewWriter(&b)
	w, err := newEntryWriter(out, form)
	for _, e := range entries {
		if err == nil {
			err = w.write(e)
		}
	}
	if err == nil {
		err = w.close()
	}
	if err != nil || out.Flush() != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestEveryFormatGivesBackWhatWasWritten(t *testing.T) {
	for _, form := range writtenFormats {
		t.Run(string(form), func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				entries := rapid.SliceOfNDistinct(hostileEntries(), 1, 3, func(e Entry) string { return e.Slug }).Draw(rt, "entries")
				file := written(t, form, entries)
				f, err := Read("some.file", bytes.NewReader(file), form, someNames())
				if err != nil {
					rt.Fatalf("%v\nof:\n%s", err, file)
				}
				var got []Entry
				for _, e := range f.Entries {
					got = append(got, e.Entry)
				}
				if diff := cmp.Diff(entries, got, cmpopts.EquateEmpty()); diff != "" {
					rt.Fatalf("entries (-want +got):\n%s\nof:\n%s", diff, file)
				}
				if guessed, err := Read("export."+string(form), bytes.NewReader(file), "", someNames()); err != nil || len(guessed.Entries) != len(entries) {
					rt.Fatalf("without a format: got %d entries and error %v", len(guessed.Entries), err)
				}
			})
		})
	}
}

// exported is what Export writes.
func exported(t testing.TB, g *Glossary, workspace string, opt ExportOptions) string {
	t.Helper()
	var b bytes.Buffer
	if _, err := g.Export(t.Context(), workspace, &b, opt); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func importFile(t testing.TB, g *Glossary, workspace, name, text string) Report {
	t.Helper()
	f, err := Read(name, strings.NewReader(text), "", g.Names(workspace))
	if err != nil {
		t.Fatal(err)
	}
	r, err := g.Import(t.Context(), workspace, "somebody", f, ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestExportImportExportGivesTheSameBytes(t *testing.T) {
	first := open(t, Options{builtin: small()})
	importText(t, first, "*", "Pod: What our notes say.\n\nGizmo: Our own.\nIn two lines.")
	if _, err := first.Put(t.Context(), "*", Author{Name: "Ann"}, 0, Entry{Term: "Écart", Definition: "Written by hand: no file.", Example: "  indented:\n    - x\n", Aliases: []string{"=cmd|' /C calc'!A0", "no"}}); err != nil {
		t.Fatal(err)
	}
	entries := rapid.SliceOfNDistinct(hostileEntries(), 40, 40, func(e Entry) string { return e.Slug }).Example(1)
	importFile(t, first, "*", "hostile.json", string(written(t, FormatJSON, entries)))
	for _, form := range writtenFormats {
		t.Run(string(form), func(t *testing.T) {
			second := open(t, Options{builtin: small()})
			opt := ExportOptions{Format: form}
			one := exported(t, first, "*", opt)
			if r := importFile(t, second, "*", "export."+string(form), one); r.String() != "43 added, 0 updated, 0 unchanged" {
				t.Errorf("import: got %s, want 43 added", r)
			}
			if diff := cmp.Diff(one, exported(t, second, "*", opt)); diff != "" {
				t.Errorf("second export (-first +second):\n%s", diff)
			}
			if r := importFile(t, second, "*", "export."+string(form), one); r.Unchanged != 43 {
				t.Errorf("second import: got %s, want 43 unchanged", r)
			}
			want, _ := first.Entry("*", "ecart")
			if got, ok := second.Entry("*", "ecart"); !ok || !sameEntry(tidied(want), got) || got.Source != "" {
				t.Errorf("what was written by hand: got %+v, want %+v", got, want)
			}
		})
	}
}

func TestExportOfNothing(t *testing.T) {
	g := open(t, Options{builtin: small()})
	for form, want := range map[Format]string{FormatYAML: "[]\n", FormatJSON: "[]\n", FormatCSV: "\uFEFFslug,term,"} {
		if got := exported(t, g, "*", ExportOptions{Format: form}); !strings.HasPrefix(got, want) {
			t.Errorf("%s: got %q, want %q", form, got, want)
		}
	}
}

func TestExportHoldsOneWorkspaceOnly(t *testing.T) {
	g := open(t, Options{builtin: small()})
	importText(t, g, "*", "Gizmo: For all.")
	importText(t, g, "slack/T1", "Widget: Of one.")
	if _, err := g.Put(t.Context(), "slack/T1", Author{Name: "Ann"}, 0, Entry{Term: "Gone", Definition: "Not for long."}); err != nil {
		t.Fatal(err)
	}
	gone, _ := g.Entry("slack/T1", "gone")
	if err := g.Remove(t.Context(), "slack/T1", Author{Name: "Ann"}, "gone", gone.Rev); err != nil {
		t.Fatal(err)
	}
	for opt, want := range map[ExportOptions][]string{{}: {"widget"}, {Builtin: true}: {"job", "pod", "taint", "widget"}} {
		var got []string
		entries, problems := ReadYAML("export", strings.NewReader(exported(t, g, "slack/T1", opt)))
		for _, e := range entries {
			got = append(got, e.Slug)
		}
		for _, slug := range want {
			if !slices.Contains(got, slug) {
				t.Errorf("%+v: got %v, want %s in it", opt, got, slug)
			}
		}
		if slices.Contains(got, "gizmo") || slices.Contains(got, "gone") || len(problems) > 0 || !slices.IsSorted(got) || slices.Contains(got, "pod") != opt.Builtin {
			t.Errorf("%+v: got %v and problems %v, want %v in order", opt, got, problems, want)
		}
	}
	if _, err := g.Export(t.Context(), "*", &bytes.Buffer{}, ExportOptions{Format: "xlsx"}); err == nil || !strings.Contains(err.Error(), "yaml, json or csv") {
		t.Errorf("unknown format: got error %v", err)
	}
}

// What an export of everything holds besides the workspace's own is in every installation anyway.
func TestImportSkipsBuiltinEntries(t *testing.T) {
	g := open(t, Options{builtin: small()})
	importText(t, g, "*", "Gizmo: Our own.")
	f, err := Read("all.yaml", strings.NewReader(exported(t, g, "*", ExportOptions{Builtin: true})), "", g.Names("*"))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Entries) != 1 || len(f.Skipped) != len(small()) {
		t.Errorf("got %d entries and %d skipped, want 1 and %d", len(f.Entries), len(f.Skipped), len(small()))
	}
}

func TestYAMLReadsWell(t *testing.T) {
	got := string(written(t, FormatYAML, []Entry{
		{Slug: "no", Term: "1.10", Aliases: []string{"yes", "a, b", "plain"}, Phrases: []string{"one: two", "three"}, Definition: "It's plain.",
			Details: "First line: here.\n\n  - indented `code`", Example: "kind: Pod\nspec: {}", Confusable: map[string]string{"b": "x", "a": "y: z"}},
		{Slug: "b", Term: "B", Definition: " \tblank\nends", Source: "file.txt"},
	}))
	want := `- slug: "no"
  term: "1.10"
  aliases: ["yes", 'a, b', plain]
  phrases:
    - 'one: two'
    - three
  definition: It's plain.
  details: |-
    First line: here.

      - indented ` + "`code`" + `
  example: |-
    kind: Pod
    spec: {}
  confusable:
    a: 'y: z'
    b: x
  source: ""

- slug: b
  term: B
  definition: " \tblank\nends"
  source: file.txt
`
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
}

func TestExportOfATable(t *testing.T) {
	pool := pgtest.New(t)
	g := openOn(t, pool, Options{builtin: small()})
	// What psql writes need not be tidy.
	if _, err := pool.Exec(t.Context(), `insert into kb.entry (workspace, slug, term, definition, aliases, confusable, changed_by)
		values ('*', 'b', ' B ', E'text\n', '{" x ",""}', '{"z": " y "}', 'psql'), ('*', 'a', 'A', 'a', '{}', '{}', 'psql')`); err != nil {
		t.Fatal(err)
	}
	for form, want := range map[Format]string{
		FormatJSON: "[\n  {\n    \"slug\": \"a\",\n    \"term\": \"A\",\n    \"definition\": \"a\",\n    \"source\": \"\"\n  },\n" +
			"  {\n    \"slug\": \"b\",\n    \"term\": \"B\",\n    \"aliases\": [\"x\"],\n    \"definition\": \"text\",\n    \"confusable\": {\"z\":\"y\"},\n    \"source\": \"\"\n  }\n]\n",
		FormatCSV: fmt.Sprintf("\uFEFF%s\na,A,,,,,a%s\nb,B,x,,,,text,,,,,z=y%s\n", strings.ReplaceAll(fieldKeys(), ", ", ","), strings.Repeat(",", 16), strings.Repeat(",", 11)),
	} {
		if diff := cmp.Diff(want, exported(t, g, "*", ExportOptions{Format: form})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", form, diff)
		}
	}
}
