package kb

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"ckadbot/migrations/pgtest"
)

// importText imports notes into a workspace as its names are known at this moment.
func importText(t *testing.T, g *Glossary, workspace, text string) Report {
	t.Helper()
	n, err := ReadNotes("dir/notes.txt", strings.NewReader(text), g.Names(workspace))
	if err != nil {
		t.Fatal(err)
	}
	r, err := g.Import(t.Context(), workspace, "somebody", n, ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestImportTwiceChangesNothing(t *testing.T) {
	text, err := os.ReadFile("testdata/notes/sample.txt")
	if err != nil {
		t.Fatal(err)
	}
	g := open(t, Options{})
	if r := importText(t, g, "*", string(text)); r.String() != "6 added, 0 updated, 0 unchanged" {
		t.Errorf("first time: got %s, want 6 added", r)
	}
	before := lastEdit(t, g.pool)
	if r := importText(t, g, "*", string(text)); r.String() != "0 added, 0 updated, 6 unchanged" || len(r.Changes) != 0 {
		t.Errorf("second time: got %s, want 6 unchanged", r)
	}
	if after := lastEdit(t, g.pool); after != before {
		t.Errorf("second time: got edits up to %d, want %d as before", after, before)
	}
}

func TestImportReportsWhatItChanges(t *testing.T) {
	g := open(t, Options{builtin: small()})
	importText(t, g, "*", "Gizmo: Old text.\n\nPod: A note.")
	n, err := ReadNotes("notes.txt", strings.NewReader("Gizmo: New text.\n\nPod: A note.\n\nWidget: A third."), g.Names("*"))
	if err != nil {
		t.Fatal(err)
	}
	want := Report{Added: 1, Updated: 1, Unchanged: 1, Changes: []Change{
		{File: "notes.txt", Line: 1, Slug: "gizmo", Term: "Gizmo", Before: "Old text.", After: "New text."},
		{File: "notes.txt", Line: 5, Slug: "widget", Term: "Widget", Added: true, After: "A third."},
	}}
	dry, err := g.Import(t.Context(), "*", "somebody", n, ImportOptions{DryRun: true})
	if diff := cmp.Diff(want, dry); diff != "" || err != nil {
		t.Errorf("dry run: error %v (-want +got):\n%s", err, diff)
	}
	if e, _ := g.Entry("*", "gizmo"); e.Definition != "Old text." {
		t.Errorf("after a dry run: got %q, want the old text", e.Definition)
	}
	real, err := g.Import(t.Context(), "*", "somebody", n, ImportOptions{})
	if diff := cmp.Diff(want, real); diff != "" || err != nil {
		t.Errorf("import: error %v (-want +got):\n%s", err, diff)
	}
	if e, _ := g.Entry("*", "gizmo"); e.Definition != "New text." || e.Source != "notes.txt" {
		t.Errorf("after the import: got %q of %q, want the new text", e.Definition, e.Source)
	}
	var by string
	if err := g.pool.QueryRow(t.Context(), `select changed_by from kb.entry where workspace = '*' and slug = 'widget'`).Scan(&by); err != nil || by != "somebody" {
		t.Errorf("changed_by: got %q and error %v, want somebody", by, err)
	}
}

func TestImportIsAllOrNothing(t *testing.T) {
	g := open(t, Options{builtin: small()})
	n := File{Name: "notes.txt", Entries: []Noted{
		{File: "notes.txt", Line: 1, Entry: Entry{Slug: "good", Term: "Good", Definition: "Fits.", Source: "notes.txt"}},
		{File: "notes.txt", Line: 3, Entry: Entry{Slug: "bad", Term: strings.Repeat("x", 76), Definition: "The database refuses this.", Source: "notes.txt"}},
	}}
	if _, err := g.Import(t.Context(), "*", "somebody", n, ImportOptions{}); err == nil || !strings.Contains(err.Error(), "notes.txt:3") {
		t.Errorf("got error %v, want the line", err)
	}
	if _, ok := g.Entry("*", "good"); ok {
		t.Error("got the first entry of an import that failed, want none")
	}
}

func TestImportNeedsAWorkspace(t *testing.T) {
	g := open(t, Options{builtin: small()})
	if _, err := g.Import(t.Context(), "", "somebody", read(t, "Gizmo: x"), ImportOptions{}); err == nil {
		t.Error("got no error for an import into the built-in glossary")
	}
}

func TestImportTakesBackEverythingWhenItIsInterrupted(t *testing.T) {
	g := open(t, Options{builtin: small()})
	ctx, cancel := context.WithCancel(t.Context())
	f := read(t, "Gizmo: x\n\nWidget: y")
	if _, err := g.Import(ctx, "*", "somebody", f, ImportOptions{Progress: func(done, total int) { cancel() }}); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want that it was interrupted", err)
	}
	if r, err := g.Import(t.Context(), "*", "somebody", f, ImportOptions{}); err != nil || r.Added != 2 {
		t.Errorf("afterwards: got %s and error %v, want 2 added", r, err)
	}
}

func TestImportSaysHowFarItIs(t *testing.T) {
	g := open(t, Options{builtin: small()})
	var text strings.Builder
	for i := range 50 {
		fmt.Fprintf(&text, "Gizmo %d: one of many\n\n", i)
	}
	last := 0
	_, err := g.Import(t.Context(), "*", "somebody", read(t, text.String()), ImportOptions{Progress: func(done, total int) {
		if total != 50 || done <= last || done > total {
			t.Errorf("got %d of %d after %d", done, total, last)
		}
		last = done
	}})
	if err != nil || last != 50 {
		t.Errorf("got %d in the end and error %v, want 50", last, err)
	}
}

func TestImportRefusesWhatNoReaderGives(t *testing.T) {
	g := open(t, Options{builtin: small()})
	gizmo := Noted{File: "a.yaml", Line: 1, Entry: Entry{Slug: "gizmo", Term: "Gizmo", Definition: "x", Source: "a.yaml"}}
	again, wrong := gizmo, gizmo
	again.File, again.Line = "b.yaml", 7
	wrong.Slug, wrong.Doc = "wrong", "no path"
	_, err := g.Import(t.Context(), "*", "somebody", File{Name: "both", Entries: []Noted{gizmo, again, wrong}}, ImportOptions{})
	for _, want := range []string{"b.yaml:7: Gizmo means the same as Gizmo in a.yaml:1", "a.yaml:1: Gizmo: the documentation path"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got error %v, want %q in it", err, want)
		}
	}
}

// Else a second import of the same files would find the first one's entries and be read in another way.
func TestNamesOfImportedEntriesLeadNowhere(t *testing.T) {
	g := open(t, Options{builtin: small()})
	importFile(t, g, "*", "a.yaml", "- {slug: gz, term: Gizmo, definition: x}\n- {slug: wd, term: Widget, definition: x, source: \"\"}")
	f, err := Read("b.yaml", strings.NewReader("- {term: Gizmo, definition: y}\n- {term: Widget, definition: y}"), "", g.Names("*"))
	if err != nil || f.Entries[0].Slug != "gizmo" || f.Entries[1].Slug != "wd" {
		t.Errorf("got %+v and error %v, want slug gizmo of its own, and wd of what was written by hand", f.Entries, err)
	}
}

// A program without a Glossary reads files as one with it does.
func TestLoadNamesKnowsWhatAGlossaryKnows(t *testing.T) {
	pool := pgtest.New(t)
	names, err := LoadNames(t.Context(), pool, "slack/T1") // the first to see this database
	if err != nil {
		t.Fatal(err)
	}
	g := openOn(t, pool, Options{})
	text := "Pods: a\n\nDeamonset: b\n\nGizmo: c\n\nWidgte: d\n\nFrobnicator: e\n\nSprocket: f"
	compare := func(workspace string, names Names) {
		t.Helper()
		want, wantErr := ReadNotes("n", strings.NewReader(text), g.Names(workspace))
		got, err := ReadNotes("n", strings.NewReader(text), names)
		if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Noted{})); diff != "" || err != nil || wantErr != nil {
			t.Errorf("%s: errors %v and %v (-glossary +loaded):\n%s", workspace, wantErr, err, diff)
		}
	}
	compare("slack/T1", names)
	importText(t, g, "*", "Widget: for all")
	importText(t, g, "slack/T2", "Frobnicate: of another")
	if _, err := g.Put(t.Context(), "slack/T1", Author{Name: "Ann"}, 0, Entry{Term: "Cogwheel", Aliases: []string{"sprocket"}, Definition: "x"}); err != nil {
		t.Fatal(err)
	}
	for _, workspace := range []string{"slack/T1", "slack/T2", "*"} {
		if names, err = LoadNames(t.Context(), pool, workspace); err != nil {
			t.Fatal(err)
		}
		compare(workspace, names)
	}
	if it := names.called("sprocket"); it != nil {
		t.Errorf("*: got %+v, want no entry of another workspace", it.Entry)
	}
}
