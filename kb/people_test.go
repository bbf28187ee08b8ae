package kb

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"ckadbot/migrations/pgtest"
)

// forget has a person forgotten who is known by some names only now.
func forget(t *testing.T, g *Glossary, workspace, user string, names ...string) {
	t.Helper()
	if err := pgx.BeginFunc(t.Context(), g.pool, func(tx pgx.Tx) error { return g.People().Forget(t.Context(), tx, workspace, user, names) }); err != nil {
		t.Fatal(err)
	}
}

// authorsOf are the authors of an entry's versions, the newest first.
func authorsOf(t *testing.T, g *Glossary, slug string) (by []string) {
	t.Helper()
	versions, err := g.History(t.Context(), "local", slug)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range versions {
		by = append(by, v.By)
	}
	return by
}

// TestWhoWasRenamedIsForgottenUnderAllTheirNames: zoe edits, suggests, accepts and declines, under one name after the other, among others
// who have the same names.
func TestWhoWasRenamedIsForgottenUnderAllTheirNames(t *testing.T) {
	g := open(t, Options{builtin: small()})
	zephyr, quimby := Author{"Zoe Zephyr", "U-zoe"}, Author{"Zoe Quimby", "U-zoe"}
	namesake := Author{"Zoe Quimby", "U-other"}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	edit := func(by Author, definition string) {
		t.Helper()
		now, _ := g.Entry("local", "gizmo")
		_, err := g.Put(t.Context(), "local", by, now.Rev, Entry{Term: "Gizmo", Definition: definition})
		must(err)
	}
	workspaces := func(want ...string) {
		t.Helper()
		all, err := g.People().Workspaces(t.Context())
		slices.Sort(all)
		if err != nil || !slices.Equal(all, want) {
			t.Errorf("there is something of the workspaces %q (%v), want %q", all, err, want)
		}
	}
	workspaces()
	mustSuggest(t, g, Suggestion{Workspace: "elsewhere", By: "Ada", ByID: "U-ada", Entry: Entry{Term: "Gadget", Definition: "x"}})
	workspaces("elsewhere")
	for i, by := range []Author{zephyr, {Name: "Zoe Quimby"}, namesake, quimby} { // the second was written before ids were kept
		edit(by, strings.Repeat("x", i+1))
	}
	now, _ := g.Entry("local", "gizmo")
	must(g.Remove(t.Context(), "local", zephyr, "gizmo", now.Rev))
	workspaces("elsewhere", "local")
	suggest := func(by Author, term string) int64 {
		t.Helper()
		return mustSuggest(t, g, Suggestion{Workspace: "local", By: by.Name, ByID: by.ID, Entry: Entry{Term: term, Definition: "x"}})
	}
	_, err := g.Accept(t.Context(), "local", suggest(zephyr, "Widget"), namesake)
	must(err)
	_, err = g.Accept(t.Context(), "local", suggest(namesake, "Sprocket"), zephyr)
	must(err)
	_, err = g.Decline(t.Context(), "local", suggest(zephyr, "Cog"), quimby)
	must(err)
	// A bot of the release before edits what zoe has edited, and knows nothing of authors.
	edit(zephyr, "again")
	_, err = g.pool.Exec(t.Context(), `update kb.entry set definition = 'y', changed_by = 'Ann' where workspace = 'local' and slug = 'gizmo'`)
	must(err)
	must(g.pull(t.Context()))

	count := func() map[string]int {
		t.Helper()
		var n map[string]int
		must(pgx.BeginFunc(t.Context(), g.pool, func(tx pgx.Tx) (err error) {
			n, err = g.People().Count(t.Context(), tx, "local", "U-zoe", []string{"Zoe Quimby"})
			return err
		}))
		return n
	}
	if diff := cmp.Diff(map[string]int{"suggestions": 2, "glossary edits": 8}, count()); diff != "" {
		t.Errorf("before (-want +got):\n%s", diff)
	}
	forget(t, g, "local", "U-zoe", "Zoe Quimby")
	if left := pgtest.Traces(t, g.pool, "Zephyr", "U-zoe"); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	for slug, want := range map[string][]string{
		"gizmo":    {"Ann", somebody, somebody, somebody, "Zoe Quimby", somebody, somebody},
		"widget":   {somebody + ", accepted by Zoe Quimby"},
		"sprocket": {"Zoe Quimby, accepted by " + somebody},
	} {
		if diff := cmp.Diff(want, authorsOf(t, g, slug)); diff != "" {
			t.Errorf("history of %s (-want +got):\n%s", slug, diff)
		}
	}
	if diff := cmp.Diff(map[string]int{"suggestions": 0, "glossary edits": 0}, count()); diff != "" {
		t.Errorf("afterwards (-want +got):\n%s", diff)
	}
	forget(t, g, "local", "U-other", "Zoe Quimby")
	if left := pgtest.Traces(t, g.pool, "Quimby", "U-other"); len(left) > 0 {
		t.Errorf("the other left behind: %q", left)
	}
}

// TestANameLooksLikeNoTwo: nobody has a name that makes an edit look like one that an admin accepted.
func TestANameLooksLikeNoTwo(t *testing.T) {
	g := open(t, Options{builtin: small()})
	e, err := g.Put(t.Context(), "local", Author{Name: "Ann, accepted by Bob"}, 0, Entry{Term: "Gizmo", Definition: "x"})
	if err != nil || e.By != "Ann Bob" {
		t.Errorf("got %q, %v, want no acceptance by Bob", e.By, err)
	}
}
