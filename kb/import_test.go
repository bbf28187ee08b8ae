package kb

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
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
