package kb

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// put writes an entry of a workspace's own, over the one that is there.
func put(t *testing.T, g *Glossary, workspace string, e Entry) Entry {
	t.Helper()
	now, _ := g.Entry(workspace, e.Slug)
	e, err := g.Put(t.Context(), workspace, Author{Name: "Ann"}, now.Rev, e)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestATeamsOwnEntryIsShownInsteadOfTheBuiltinOne(t *testing.T) {
	g := open(t, Options{builtin: small()})
	importText(t, g, "slack/T1", "Pod: What the notes of T1 say.")
	own := put(t, g, "slack/T1", Entry{Slug: "pod", Term: "Pod", Aliases: []string{"pea pod"}, Definition: "Our smallest thing, painted purple."})
	if own.By != "Ann" || own.At.IsZero() || own.Rev == 0 || own.Source != "" {
		t.Errorf("got by %q at %v, rev %d, source %q, want Ann's edit", own.By, own.At, own.Rev, own.Source)
	}
	for _, query := range []string{"pod", "po", "pea pod", "peapdo", "the smallest thing that is painted purple"} {
		a, err := g.Define(t.Context(), "slack/T1", query)
		if err != nil || a.Entry == nil || a.Entry.Definition != own.Definition || len(a.Entry.Notes) > 0 {
			t.Errorf("%q in T1: got %s and error %v, want the team's own entry without notes", query, got(a), err)
		}
	}
	if a, err := g.Define(t.Context(), "slack/T2", "pod"); err != nil || a.Entry.Definition != small()[0].Definition {
		t.Errorf("in T2: got %s and error %v, want the built-in entry", got(a), err)
	}
	if err := g.Remove(t.Context(), "slack/T1", Author{Name: "Bob"}, "pod", own.Rev); err != nil {
		t.Fatal(err)
	}
	a, err := g.Define(t.Context(), "slack/T1", "pod")
	if err != nil || a.Entry.Definition != small()[0].Definition || len(a.Entry.Notes) != 1 {
		t.Errorf("after it was removed: got %s and error %v, want the built-in entry with its note", got(a), err)
	}
	if a, err := g.Define(t.Context(), "slack/T1", "peapdo"); err != nil || a.Entry != nil {
		t.Errorf("after it was removed: got %s and error %v, want its name gone from search", got(a), err)
	}
}

func TestATeamsOwnNameIsAskedFirst(t *testing.T) {
	g := open(t, Options{builtin: small()})
	put(t, g, "local", Entry{Term: "Purchase order", Aliases: []string{"PO"}, Definition: "A paper."})
	a, err := g.Define(t.Context(), "local", "po")
	if err != nil || got(a) != "purchase-order pod" || !a.Exact {
		t.Errorf("got %s, exact %t, error %v, want the team's own entry with pod suggested", got(a), a.Exact, err)
	}
}

func TestOfTwoEditorsTheSecondIsTold(t *testing.T) {
	g := open(t, Options{builtin: small()})
	seen, _ := g.Entry("local", "pod")
	entries := map[string]Entry{"Ann": seen, "Bob": seen}
	results := map[string]error{}
	var wait sync.WaitGroup
	var mu sync.Mutex
	for by, e := range entries {
		wait.Go(func() {
			e.Definition = by + "'s words."
			_, err := g.Put(t.Context(), "local", Author{Name: by}, seen.Rev, e)
			mu.Lock()
			defer mu.Unlock()
			results[by] = err
		})
	}
	wait.Wait()
	now, _ := g.Entry("local", "pod")
	for by, err := range results {
		var conflict *ConflictError
		switch {
		case now.By == by && err != nil:
			t.Errorf("%s, who was first: got error %v, want none", by, err)
		case now.By != by && (!errors.As(err, &conflict) || conflict.By != now.By || conflict.At.IsZero() || conflict.Entry == nil || conflict.Entry.Definition != now.By+"'s words."):
			t.Errorf("%s, who was second: got error %v, want a conflict with %s", by, err, now.By)
		}
	}
	if results["Ann"] == nil == (results["Bob"] == nil) {
		t.Errorf("got errors %v, want exactly one", results)
	}
}

func TestConflicts(t *testing.T) {
	g := open(t, Options{builtin: small()})
	builtin, _ := g.Entry("local", "pod")
	own := put(t, g, "local", Entry{Slug: "pod", Term: "Pod", Definition: "Ours."})
	gizmo := put(t, g, "local", Entry{Term: "Gizmo", Definition: "A thing."})
	edit := func(base int64, e Entry) error {
		_, err := g.Put(t.Context(), "local", Author{Name: "Bob"}, base, e)
		return err
	}
	conflictWith := func(t *testing.T, err error, by string, now *Entry) {
		t.Helper()
		var c *ConflictError
		if !errors.As(err, &c) || c.By != by || (c.Entry == nil) != (now == nil) || now != nil && c.Entry.Definition != now.Definition {
			t.Errorf("got error %v, want a conflict with %s", err, by)
		}
	}
	changed := Entry{Slug: "pod", Term: "Pod", Definition: "Bob's."}
	t.Run("an override was made meanwhile", func(t *testing.T) { conflictWith(t, edit(builtin.Rev, changed), "Ann", &own) })
	t.Run("somebody added the same term", func(t *testing.T) {
		conflictWith(t, edit(0, Entry{Term: "Gizmo", Definition: "Bob's thing."}), "Ann", &gizmo)
	})
	t.Run("the same form delivered twice is no conflict", func(t *testing.T) {
		again, err := g.Put(t.Context(), "local", Author{Name: "Ann"}, 0, Entry{Term: "Gizmo", Definition: "A thing."})
		if err != nil || again.Rev != gizmo.Rev {
			t.Errorf("got rev %d and error %v, want rev %d as before", again.Rev, err, gizmo.Rev)
		}
	})
	if err := g.Remove(t.Context(), "local", Author{Name: "Cid"}, "pod", own.Rev); err != nil {
		t.Fatal(err)
	}
	if err := g.Remove(t.Context(), "local", Author{Name: "Cid"}, "gizmo", gizmo.Rev); err != nil {
		t.Fatal(err)
	}
	t.Run("the override was removed meanwhile", func(t *testing.T) { conflictWith(t, edit(own.Rev, changed), "Cid", &builtin) })
	t.Run("the entry was removed meanwhile", func(t *testing.T) {
		conflictWith(t, edit(gizmo.Rev, Entry{Slug: "gizmo", Term: "Gizmo", Definition: "x"}), "Cid", nil)
	})
	t.Run("it was changed before it was to be removed", func(t *testing.T) {
		conflictWith(t, g.Remove(t.Context(), "local", Author{Name: "Bob"}, "pod", own.Rev), "Cid", &builtin)
	})
	if err := edit(builtin.Rev, changed); err != nil {
		t.Errorf("from what is shown now: got error %v, want none", err)
	}
}

func TestRemoveTellsWhatIsNotTheWorkspacesToRemove(t *testing.T) {
	g := open(t, Options{builtin: small()})
	put(t, g, "*", Entry{Term: "Gizmo", Definition: "Everybody's."})
	importText(t, g, "local", "Widget: From the notes.")
	for slug, want := range map[string]error{"pod": ErrBuiltin, "gizmo": ErrShared, "nothing": ErrUnknown, "widget": nil} {
		now, _ := g.Entry("local", slug)
		if err := g.Remove(t.Context(), "local", Author{Name: "Ann"}, slug, now.Rev); !errors.Is(err, want) {
			t.Errorf("%s: got error %v, want %v", slug, err, want)
		}
	}
	if _, ok := g.Entry("local", "widget"); ok {
		t.Error("got widget after it was removed")
	}
}

func TestHistoryAndRevert(t *testing.T) {
	g := open(t, Options{builtin: small()})
	put(t, g, "local", Entry{Slug: "pod", Term: "Pod", Definition: "First."})
	second := put(t, g, "local", Entry{Slug: "pod", Term: "Pod", Aliases: []string{"po"}, Definition: "Second.", Confusable: map[string]string{"job": "ends"}})
	if err := g.Remove(t.Context(), "local", Author{Name: "Bob"}, "pod", second.Rev); err != nil {
		t.Fatal(err)
	}
	if _, err := g.pool.Exec(t.Context(), `update kb.entry set definition = 'By hand.', deleted = false, changed_by = 'psql' where workspace = 'local' and slug = 'pod'`); err != nil {
		t.Fatal(err)
	}
	told := func() (lines []string) {
		versions, err := g.History(t.Context(), "local", "pod")
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range versions {
			lines = append(lines, fmt.Sprintf("%s %q removed %t", v.By, v.Entry.Definition, v.Removed))
		}
		return lines
	}
	want := []string{`psql "By hand." removed false`, `Bob "Second." removed true`, `Ann "Second." removed false`, `Ann "First." removed false`}
	if diff := cmp.Diff(want, told()); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
	versions, _ := g.History(t.Context(), "local", "pod")
	back, err := g.Revert(t.Context(), "local", Author{Name: "Cid"}, "pod", second.Rev)
	if err != nil || !sameEntry(back, second) || back.By != "Cid" || back.Rev <= versions[0].Rev {
		t.Errorf("reverted: got %+v and error %v, want the second version as Cid's edit", back, err)
	}
	if gone, err := g.Revert(t.Context(), "local", Author{Name: "Cid"}, "pod", versions[1].Rev); err != nil || gone.Definition != small()[0].Definition {
		t.Errorf("reverted to the removal: got %+v and error %v, want the built-in entry to show", gone, err)
	}
	if lines := told(); len(lines) != 6 || !strings.HasPrefix(lines[0], "Cid") {
		t.Errorf("got history %q, want two more versions by Cid", lines)
	}
	for _, c := range []struct {
		workspace string
		rev       int64
	}{{"local", 1 << 40}, {"slack/T1", second.Rev}} {
		if _, err := g.Revert(t.Context(), c.workspace, Author{Name: "Cid"}, "pod", c.rev); !errors.Is(err, ErrUnknown) {
			t.Errorf("rev %d in %s: got error %v, want ErrUnknown", c.rev, c.workspace, err)
		}
	}
}

func TestHistoryKeepsImportsButNotTheBuiltinGlossary(t *testing.T) {
	g := open(t, Options{builtin: small()})
	importText(t, g, "*", "Gizmo: One.\n\nPod: A note.")
	importText(t, g, "*", "Gizmo: Two.\n\nPod: A note.")
	versions, err := g.History(t.Context(), "*", "gizmo")
	if err != nil || len(versions) != 2 || versions[0].Source != "notes.txt" || versions[0].Entry.Definition != "Two." {
		t.Errorf("got %+v and error %v, want both imports", versions, err)
	}
	var builtin int
	if err := g.pool.QueryRow(t.Context(), `select count(*) from kb.history where workspace = ''`).Scan(&builtin); err != nil || builtin != 0 {
		t.Errorf("got %d built-in versions and error %v, want none", builtin, err)
	}
}

func TestManyEditsAtOnceLoseNothing(t *testing.T) {
	pool := open(t, Options{builtin: small()}).pool
	bots := []*Glossary{openOn(t, pool, Options{builtin: small()}), openOn(t, pool, Options{builtin: small()})}
	var wait sync.WaitGroup
	for i := range 50 {
		wait.Go(func() {
			if _, err := bots[i%2].Put(t.Context(), "local", Author{Name: "Ann"}, 0, Entry{Term: fmt.Sprintf("Gizmo %d", i), Definition: "One of many."}); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	for i, g := range bots {
		if err := g.pull(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := len(g.Entries("local")); n != 53 {
			t.Errorf("bot %d: got %d entries, want 50 and the 3 built-in ones", i, n)
		}
		if n, err := g.index.files.bleve.DocCount(); err != nil || n != 53 {
			t.Errorf("bot %d: got %d documents and error %v, want 53", i, n, err)
		}
	}
}

func TestWhatCannotBeWrittenIsToldInSentences(t *testing.T) {
	g := open(t, Options{builtin: small()})
	_, err := g.Put(t.Context(), "local", Author{Name: "Ann"}, 0, Entry{Term: "!!!", Definition: strings.Repeat("x", 301), Aliases: []string{"a\u202eb"}})
	var invalid *InvalidError
	if !errors.As(err, &invalid) || len(invalid.Problems) != 3 {
		t.Fatalf("got error %v, want three problems", err)
	}
	if diff := cmp.Diff([]string{"term", "definition", "aliases"}, invalid.Parts); diff != "" {
		t.Errorf("what the problems %q are about (-want +got):\n%s", invalid.Problems, diff)
	}
	if _, err := g.Put(t.Context(), "", Author{Name: "Ann"}, 0, Entry{Term: "Gizmo", Definition: "x"}); err == nil {
		t.Error("got no error for an edit of the built-in glossary")
	}
	e := put(t, g, "local", Entry{Term: "Gizmo", Definition: "x"})
	if _, err := g.Put(t.Context(), "local", Author{Name: "  A\u202en\x00n\n" + strings.Repeat("x", 300)}, e.Rev, Entry{Slug: "gizmo", Term: "Gizmo", Definition: "y"}); err != nil {
		t.Errorf("a name that cannot be stored as it is: got error %v, want it made fit", err)
	}
	if e, _ := g.Entry("local", "gizmo"); strings.ContainsFunc(e.By, isHidden) || len(e.By) > 200 {
		t.Errorf("got editor %q, want a name of one line", e.By)
	}
}
