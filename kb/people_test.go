package kb

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/blevesearch/bleve/v2"
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
	for name, want := range map[string]string{
		"Ann, accepted by Bob":                              "Ann; Bob",
		"Ann, accepted, accepted by by Bob":                 "Ann, accepted; by Bob",
		"Ann, accepted by accepted by , accepted by by Bob": "Ann; accepted by ; by Bob",
		"Ann, accepted\tby\nBob":                            "Ann; Bob",
	} {
		now, _ := g.Entry("local", "gizmo")
		e, err := g.Put(t.Context(), "local", Author{Name: name}, now.Rev, Entry{Term: "Gizmo", Definition: name})
		if err != nil || e.By != want || strings.Contains(e.By, acceptedBy) {
			t.Errorf("%q: got %q, %v, want %q", name, e.By, err, want)
		}
	}
}

// TestAPurgedWorkspaceIsInNoTableAndInNoIndex: neither of the bot that deletes nor of another one. However much there is, that takes one
// look, and a second one when all bots had the time to learn of it.
func TestAPurgedWorkspaceIsInNoTableAndInNoIndex(t *testing.T) {
	other, g := follow(t, Options{poll: time.Hour})
	other.await(t, other.listens)
	const gone, stays = "slack/T1", "slack/T10"
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var many strings.Builder
	for i := range 2*purgeBatch + 10 {
		fmt.Fprintf(&many, "Gearwheel %d: A part.\n", i)
	}
	importText(t, g, gone, many.String())
	for _, workspace := range []string{gone, stays} {
		put(t, g, workspace, Entry{Term: "Gizmo", Definition: "A thing with a handle."})
		put(t, g, workspace, Entry{Slug: "pod", Term: "Pod", Definition: "Ours."})
		widget := put(t, g, workspace, Entry{Term: "Widget", Definition: "Another."})
		must(g.Remove(t.Context(), workspace, Author{"Ann", "U1"}, "widget", widget.Rev))
		for i, decide := range []func(id int64) error{
			func(id int64) error { _, err := g.Accept(t.Context(), workspace, id, Author{"Ann", "U1"}); return err },
			func(id int64) error { _, err := g.Decline(t.Context(), workspace, id, Author{"Ann", "U1"}); return err },
			func(int64) error { return nil },
		} {
			must(decide(mustSuggest(t, g, Suggestion{Workspace: workspace, By: "Bob", ByID: "U2", Entry: Entry{Term: fmt.Sprint("Cog ", i), Definition: "x"}})))
		}
	}
	rows := func(workspace string) (n int) {
		t.Helper()
		must(g.pool.QueryRow(t.Context(), `select (select count(*) from kb.entry where workspace = $1) + (select count(*) from kb.history where workspace = $1)
			+ (select count(*) from kb.suggestion where workspace = $1)`, workspace).Scan(&n))
		return n
	}
	documents := func(g *Glossary, workspace string) uint64 {
		t.Helper()
		query := bleve.NewTermQuery(workspace)
		query.SetField(fieldWorkspace)
		found, err := g.index.files.bleve.Search(bleve.NewSearchRequest(query))
		must(err)
		return found.Total
	}
	must(other.pull(t.Context()))
	before := rows(stays)
	if n := documents(other.Glossary, gone); n < 2*purgeBatch {
		t.Fatalf("before: got %d documents of the workspace, want all", n)
	}
	done, err := g.People().Purge(t.Context(), gone)
	if err != nil || done {
		t.Fatalf("Purge: got %v, %v, want that it goes on later", done, err)
	}
	must(g.pull(t.Context()))
	must(other.pull(t.Context()))
	for name, g := range map[string]*Glossary{"this bot": g, "another bot": other.Glossary} {
		if a, err := g.Define(t.Context(), gone, "gizmo"); err != nil || a.Entry != nil {
			t.Errorf("gizmo in %s: got %s, %v, want nothing", name, got(a), err)
		}
		if a, err := g.Define(t.Context(), gone, "pod"); err != nil || a.Entry == nil || a.Entry.Definition != small()[0].Definition {
			t.Errorf("pod in %s: got %s, %v, want the built-in entry", name, got(a), err)
		}
		if a, err := g.Define(t.Context(), stays, "gizmo"); err != nil || a.Entry == nil {
			t.Errorf("gizmo elsewhere in %s: got %s, %v, want it", name, got(a), err)
		}
		if n := documents(g, gone); n > 0 {
			t.Errorf("the index of %s: got %d documents of the workspace, want none", name, n)
		}
		if n := documents(g, stays); n == 0 {
			t.Errorf("the index of %s: got no documents of another workspace", name)
		}
		if _, there := g.layers[gone]; there {
			t.Errorf("the memory of %s: got something of the workspace", name)
		}
	}
	// Ten minutes later.
	_, err = g.pool.Exec(t.Context(), `alter table kb.entry disable trigger user; update kb.entry set changed_at = changed_at - interval '10 minutes'; alter table kb.entry enable trigger user`)
	must(err)
	if done, err := g.People().Purge(t.Context(), gone); err != nil || !done {
		t.Errorf("Purge again: got %v, %v, want that it was all", done, err)
	}
	if n := rows(gone); n > 0 {
		t.Errorf("rows: got %d, want none", n)
	}
	if n := rows(stays); n != before {
		t.Errorf("rows of another workspace: got %d, want %d as before", n, before)
	}
}

// TestWhatADyingBotLeavesOfAWorkspaceIsDeletedToo: who deletes it, too, waits for what that bot is deleting, and then goes on.
func TestWhatADyingBotLeavesOfAWorkspaceIsDeletedToo(t *testing.T) {
	g := open(t, Options{builtin: small()})
	mustSuggest(t, g, suggestion("Ann", Entry{Term: "Gizmo", Definition: "x"}))
	_, err := g.pool.Exec(t.Context(), `
		insert into kb.suggestion (workspace, by_name, by_id, base, entry)
		select workspace, by_name, by_id, base, entry from kb.suggestion, generate_series(1, $1)`, purgeBatch)
	if err != nil {
		t.Fatal(err)
	}
	dying, err := g.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = dying.Exec(t.Context(), `delete from kb.suggestion where id in (select id from kb.suggestion where workspace = 'local' limit $1)`, purgeBatch)
	if err != nil {
		t.Fatal(err)
	}
	purged := make(chan error, 1)
	go func() { _, err := g.People().Purge(t.Context(), "local"); purged <- err }()
	count := func(sql string) (n int) {
		t.Helper()
		if err := g.pool.QueryRow(t.Context(), sql).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for len(purged) == 0 && count(`select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`) == 0 {
	}
	if err := dying.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-purged; err != nil {
		t.Fatal(err)
	}
	if n := count(`select count(*) from kb.suggestion`); n != 0 {
		t.Errorf("suggestions that are left: got %d, want none", n)
	}
}
