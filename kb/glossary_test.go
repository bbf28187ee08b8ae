package kb

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"ckadbot/migrations/pgtest"
)

// lastEdit is the number of the last edit made: unchanged means that nothing was written.
func lastEdit(t *testing.T, pool *pgxpool.Pool) (rev int64) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), `select max(rev) from kb.entry`).Scan(&rev); err != nil {
		t.Fatal(err)
	}
	return rev
}

// small is a built-in glossary of three.
func small() []Entry {
	return []Entry{
		{Slug: "pod", Term: "Pod", Aliases: []string{"po"}, Short: []string{"po"}, Definition: "Containers on one node.", Doc: "/docs/pods/",
			Related: []string{"job"}, Confusable: map[string]string{"job": "ends"}},
		{Slug: "job", Term: "Job", Definition: "A task that ends."},
		{Slug: "taint", Term: "Taint", Definition: "Keeps Pods away from a node."},
	}
}

func TestOpenTwiceWritesNothing(t *testing.T) {
	pool := pgtest.New(t)
	first := openOn(t, pool, Options{})
	before := lastEdit(t, pool)
	second := openOn(t, pool, Options{})
	if after := lastEdit(t, pool); after != before {
		t.Errorf("got edits up to %d after the second start, want %d as before", after, before)
	}
	if diff := cmp.Diff(first.Entries(""), second.Entries("")); diff != "" {
		t.Errorf("entries after the second start (-first +second):\n%s", diff)
	}
	builtin, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range builtin {
		if got, ok := second.Entry("", want.Slug); !ok || !sameEntry(got, want) {
			t.Errorf("entry %s came back from the database changed:\n%s", want.Slug, cmp.Diff(want, got))
		}
	}
}

func TestManyBotsOpenAtOnce(t *testing.T) {
	pool := pgtest.New(t)
	var wait sync.WaitGroup
	for range 6 {
		wait.Go(func() {
			g, err := Open(t.Context(), pool, Options{Dir: t.TempDir(), builtin: small()})
			if err != nil {
				t.Error(err)
				return
			}
			if n := len(g.Entries("")); n != 3 {
				t.Errorf("got %d entries, want 3", n)
			}
			if err := g.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if rev := lastEdit(t, pool); rev > 3 {
		t.Errorf("got edits up to %d, want each entry written once", rev)
	}
}

func TestNewerBuiltinReplacesAndOlderDoesNotFightBack(t *testing.T) {
	pool := pgtest.New(t)
	newer := small()
	newer[0].Definition = "Containers that share an address."
	newer = newer[:2] // taint is gone
	old := openOn(t, pool, Options{builtin: small()})
	openOn(t, pool, Options{builtin: newer})
	before := lastEdit(t, pool)
	again := openOn(t, pool, Options{builtin: small()}) // an old bot starts again
	if after := lastEdit(t, pool); after != before {
		t.Errorf("got edits up to %d after the old bot's start, want %d as before", after, before)
	}
	if err := old.pull(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, g := range map[string]*Glossary{"running": old, "started again": again} {
		if e, _ := g.Entry("", "pod"); e.Definition != newer[0].Definition {
			t.Errorf("old bot, %s: got %q, want the newer text", name, e.Definition)
		}
		if _, ok := g.Entry("", "taint"); ok {
			t.Errorf("old bot, %s: got taint, want it gone", name)
		}
		if a, err := g.Define(t.Context(), "", "tiant"); err != nil || a.Entry != nil {
			t.Errorf("old bot, %s: got %s and error %v, want taint gone from search", name, got(a), err)
		}
	}
}

func TestEntriesAreSeenByTheirWorkspaces(t *testing.T) {
	g := open(t, Options{builtin: small()})
	for workspace, text := range map[string]string{
		"*":        "Gizmo: Everybody's gizmo.\n\nPods: What our notes say.",
		"slack/T1": "Widget: Only in T1.\n\nGizmo: T1's own gizmo.\n\nPod: What T1 says.",
	} {
		importText(t, g, workspace, text)
	}
	for _, c := range []struct{ workspace, query, want string }{
		{"", "pod", "Containers on one node."},
		{"", "gizmo", ""},
		{"*", "gizmo", "Everybody's gizmo."},
		{"discord/1", "gizmo", "Everybody's gizmo."},
		{"discord/1", "widget", ""},
		{"slack/T1", "gizmo", "T1's own gizmo."},
		{"slack/T1", "widget", "Only in T1."},
		{"slack/T1", "wigdet", "Only in T1."}, // by the index
		{"slack/T2", "wigdet", ""},
	} {
		a, err := g.Define(t.Context(), c.workspace, c.query)
		if err != nil {
			t.Fatal(err)
		}
		definition := ""
		if a.Entry != nil {
			definition = a.Entry.Definition
		}
		if definition != c.want {
			t.Errorf("%q in %q: got %q, want %q", c.query, c.workspace, definition, c.want)
		}
	}
	if diff := cmp.Diff([]string{"gizmo", "job", "pod", "taint", "widget"}, slugs(g.Entries("slack/T1"))); diff != "" {
		t.Errorf("entries of slack/T1 (-want +got):\n%s", diff)
	}
}

func TestNotesStandBeneathTheBuiltinDefinition(t *testing.T) {
	g := open(t, Options{builtin: small()})
	importText(t, g, "*", "Pods: What everybody's notes say.\n\nJobb: Work.")
	importText(t, g, "slack/T1", "Pod: What T1's notes say.")
	for workspace, note := range map[string][]string{"": nil, "*": {"What everybody's notes say."}, "slack/T1": {"What T1's notes say."}, "slack/T2": {"What everybody's notes say."}} {
		a, err := g.Define(t.Context(), workspace, "pods")
		if err != nil || a.Entry == nil {
			t.Fatalf("%q: got %s and error %v, want pod", workspace, got(a), err)
		}
		if a.Entry.Definition != "Containers on one node." || !slices.Equal(noteTexts(a.Entry.Notes), note) {
			t.Errorf("%q: got definition %q and notes %q, want notes %q", workspace, a.Entry.Definition, noteTexts(a.Entry.Notes), note)
		}
	}
	a, err := g.Define(t.Context(), "*", "Jobb")
	if err != nil || !a.Exact || a.Entry.Slug != "job" {
		t.Errorf("a name from the notes: got %s, exact %t, error %v, want job exactly", got(a), a.Exact, err)
	}
}

func TestTheOtherEntryOfThatNameIsSuggested(t *testing.T) {
	g := open(t, Options{builtin: small()})
	importText(t, g, "*", "Purple Orange (PO): A fruit.")
	a, err := g.Define(t.Context(), "*", "PO")
	if err != nil || got(a) != "pod purple-orange" || !a.Exact {
		t.Errorf("got %s, exact %t, error %v, want pod with purple-orange suggested", got(a), a.Exact, err)
	}
}

func TestIndexDirectoryIsRemoved(t *testing.T) {
	pool := pgtest.New(t)
	t.Run("in the directory given", func(t *testing.T) {
		parent := t.TempDir()
		indexDirectoryIsRemoved(t, pool, parent, parent)
	})
	t.Run("in the system's temporary directory", func(t *testing.T) {
		parent := t.TempDir()
		t.Setenv("TMPDIR", parent)
		t.Setenv("TMP", parent) // Windows
		indexDirectoryIsRemoved(t, pool, "", parent)
	})
}

// indexDirectoryIsRemoved tests option Dir, which means parent.
func indexDirectoryIsRemoved(t *testing.T, pool *pgxpool.Pool, dir, parent string) {
	g, err := Open(t.Context(), pool, Options{Dir: dir, builtin: small()})
	if err != nil {
		t.Fatal(err)
	}
	if got := filepath.Dir(g.index.files.dir); got != parent {
		t.Errorf("got the index in %s, want it in %s", got, parent)
	}
	stale := filepath.Join(parent, dirPrefix+"stale")
	if err := os.MkdirAll(filepath.Join(stale, "index"), 0o700); err != nil {
		t.Fatal(err)
	}
	hourAgo := time.Now().Add(-time.Hour)
	for _, dir := range []string{stale, g.index.files.dir} {
		if err := os.Chtimes(dir, hourAgo, hourAgo); err != nil {
			t.Fatal(err)
		}
	}
	second, err := Open(t.Context(), pool, Options{Dir: dir, builtin: small()})
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if _, err := os.Stat(stale); !os.IsNotExist(err) {
		t.Errorf("a dead process's directory: got %v, want it removed", err)
	}
	if _, err := os.Stat(g.index.files.dir); err != nil {
		t.Errorf("a living process's directory: got %v, want it kept", err)
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(g.index.files.dir); !os.IsNotExist(err) {
		t.Errorf("after Close: got %v, want the directory removed", err)
	}
}

func TestDefineWhileEditing(t *testing.T) {
	g := open(t, Options{builtin: small()})
	ctx, stop := context.WithCancel(t.Context())
	var wait sync.WaitGroup
	for range 3 {
		wait.Go(func() {
			for ctx.Err() == nil {
				if a, err := g.Define(t.Context(), "*", "tiant"); err != nil || a.Entry == nil || a.Entry.Slug != "taint" {
					t.Errorf("got %s and error %v, want taint", got(a), err)
					return
				}
				g.Entries("*")
				g.Complete("*", "gi", 5)
			}
		})
	}
	for i := range 20 {
		importText(t, g, "*", fmt.Sprintf("Gizmo %d: One of many.", i))
	}
	stop()
	wait.Wait()
}

func TestDefineStopsWithItsContext(t *testing.T) {
	g := open(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.Define(ctx, "", "equalty basd selecter"); err == nil {
		t.Error("got no error from a search with a context that has ended")
	}
}

func noteTexts(notes []Note) (texts []string) {
	for _, n := range notes {
		texts = append(texts, n.Text)
	}
	return texts
}

func TestBuiltinEntriesAreComplete(t *testing.T) {
	entries, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.IsSortedFunc(entries, func(a, b Entry) int { return strings.Compare(a.Slug, b.Slug) }) {
		t.Error("got entries that are not sorted by slug")
	}
	for _, e := range entries {
		if e.Licence == "" || e.Source == "" || len(e.Phrases) == 0 {
			t.Errorf("%s: got licence %q, source %q, phrases %q, want all", e.Slug, e.Licence, e.Source, e.Phrases)
		}
	}
}
