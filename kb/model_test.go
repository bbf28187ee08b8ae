package kb

import (
	"flag"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"

	"ckadbot/migrations/pgtest"
)

// A modelRow stands for a row of the table.
type modelRow struct{ workspace, source, slug string }

// seen is what a workspace must be shown for a slug, written down naively: the definition, and those of the notes.
func seen(rows map[modelRow]string, workspace, slug string) (definition string, notes []string) {
	var order []modelRow
	order = append(order, modelRow{workspace, "", slug}, modelRow{"*", "", slug}, modelRow{"", "ckadbot", slug})
	for _, w := range []string{workspace, "*"} {
		for _, source := range []string{"a.txt", "b.txt"} {
			order = append(order, modelRow{w, source, slug})
		}
	}
	sources := map[string]bool{}
	for _, r := range order {
		text, there := rows[r]
		switch {
		case !there:
		case definition == "":
			if definition = text; r.source == "" {
				return definition, nil
			}
			sources[r.source] = true // what it says itself is no note
		case r.source != "" && r.workspace != "" && !sources[r.source]:
			sources[r.source] = true
			notes = append(notes, text)
		}
	}
	return definition, notes
}

// TestEveryWorkspaceSeesWhatTheModelSays does all that can be done to a glossary in random order, and compares what two running
// glossaries show with a naive model.
func TestEveryWorkspaceSeesWhatTheModelSays(t *testing.T) {
	checks := flag.Lookup("rapid.checks").Value
	if usual := checks.String(); usual == "100" { // each is some thirty edits
		checks.Set("20")
		t.Cleanup(func() { checks.Set(usual) })
	}
	pool := pgtest.New(t)
	slugs, workspaces, sources := []string{"alpha", "bravo", "charlie"}, []string{"slack/T1", "discord/2", "*"}, []string{"a.txt", "b.txt"}
	rapid.Check(t, func(rt *rapid.T) {
		if _, err := pool.Exec(t.Context(), `truncate kb.entry, kb.history, kb.builtin`); err != nil {
			rt.Fatal(err)
		}
		dir := t.TempDir()
		var bots []*Glossary
		for range 2 {
			g, err := Open(t.Context(), pool, Options{Dir: dir, builtin: []Entry{{Slug: "alpha", Term: "alpha", Definition: "Text 0"}}})
			if err != nil {
				rt.Fatal(err)
			}
			defer g.Close()
			bots = append(bots, g)
		}
		rows := map[modelRow]string{{"", "ckadbot", "alpha"}: "Text 0"}
		texts := 0
		entry := func(source string) Entry {
			texts++
			slug := rapid.SampledFrom(slugs).Draw(rt, "slug")
			return Entry{Slug: slug, Term: slug, Source: source, Definition: fmt.Sprint("Text ", texts)}
		}
		workspace := func() string { return rapid.SampledFrom(workspaces).Draw(rt, "workspace") }
		bot := func() *Glossary {
			g := rapid.SampledFrom(bots).Draw(rt, "bot")
			if err := g.pull(t.Context()); err != nil { // as a running one would
				rt.Fatal(err)
			}
			return g
		}
		rt.Repeat(map[string]func(*rapid.T){
			"put": func(rt *rapid.T) {
				g, w, e := bot(), workspace(), entry("")
				now, _ := g.Entry(w, e.Slug)
				if _, err := g.Put(t.Context(), w, Author{Name: "Ann"}, now.Rev, e); err != nil {
					rt.Fatal(err)
				}
				rows[modelRow{w, "", e.Slug}] = e.Definition
			},
			"remove": func(rt *rapid.T) {
				g, w, slug := bot(), workspace(), rapid.SampledFrom(slugs).Draw(rt, "slug")
				now, _ := g.Entry(w, slug)
				err := g.Remove(t.Context(), w, Author{Name: "Ann"}, slug, now.Rev)
				own := modelRow{w, "", slug}
				imported := slices.DeleteFunc([]modelRow{{w, "a.txt", slug}, {w, "b.txt", slug}}, func(r modelRow) bool { _, ok := rows[r]; return !ok })
				_, written := rows[own]
				if removable := written || len(imported) > 0; removable != (err == nil) {
					rt.Fatalf("remove %s in %s: got error %v with rows %v", slug, w, err, rows)
				}
				if written {
					imported = []modelRow{own}
				}
				for _, r := range imported {
					delete(rows, r)
				}
			},
			"revert": func(rt *rapid.T) {
				g, w, slug := bot(), workspace(), rapid.SampledFrom(slugs).Draw(rt, "slug")
				versions, err := g.History(t.Context(), w, slug)
				if err != nil {
					rt.Fatal(err)
				}
				if len(versions) == 0 {
					return
				}
				v := rapid.SampledFrom(versions).Draw(rt, "version")
				if _, err := g.Revert(t.Context(), w, Author{Name: "Ann"}, slug, v.Rev); err != nil {
					rt.Fatal(err)
				}
				if rows[modelRow{w, v.Source, slug}] = v.Entry.Definition; v.Removed {
					delete(rows, modelRow{w, v.Source, slug})
				}
			},
			"import": func(rt *rapid.T) {
				w, e := workspace(), entry(rapid.SampledFrom(sources).Draw(rt, "source"))
				err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
					return writeEntries(t.Context(), tx, w, authors{{Name: "Ann"}}, []Entry{e}, func(int) {})
				})
				if err != nil {
					rt.Fatal(err)
				}
				rows[modelRow{w, e.Source, e.Slug}] = e.Definition
			},
			"another version of the built-in glossary": func(rt *rapid.T) {
				e := entry("")
				if err := writeBuiltin(t.Context(), pool, []Entry{e}); err != nil {
					rt.Fatal(err)
				}
				for _, slug := range slugs {
					delete(rows, modelRow{"", "ckadbot", slug})
				}
				rows[modelRow{"", "ckadbot", e.Slug}] = e.Definition
			},
			"": func(rt *rapid.T) {
				for _, g := range bots {
					if err := g.pull(t.Context()); err != nil {
						rt.Fatal(err)
					}
					for _, w := range workspaces {
						compareWithModel(rt, g, rows, w, slugs)
					}
					if documents, err := g.index.files.bleve.DocCount(); err != nil || documents != uint64(len(rows)) {
						rt.Fatalf("got %d documents and error %v, want %d", documents, err, len(rows))
					}
				}
			},
		})
		for _, g := range bots {
			for _, w := range workspaces {
				searchLikeModel(t, rt, g, rows, w, slugs)
			}
		}
	})
}

func compareWithModel(rt *rapid.T, g *Glossary, rows map[modelRow]string, workspace string, slugs []string) {
	for _, slug := range slugs {
		definition, notes := seen(rows, workspace, slug)
		e, ok := g.Entry(workspace, slug)
		if e.Definition != definition || ok != (definition != "") {
			rt.Fatalf("%s in %s: got %q, want %q", slug, workspace, e.Definition, definition)
		}
		if diff := cmp.Diff(notes, noteTexts(e.Notes), cmpopts.EquateEmpty()); diff != "" {
			rt.Fatalf("notes of %s in %s (-want +got):\n%s", slug, workspace, diff)
		}
	}
}

// searchLikeModel asks for each slug by name and by a typing mistake.
func searchLikeModel(t *testing.T, rt *rapid.T, g *Glossary, rows map[modelRow]string, workspace string, slugs []string) {
	for _, slug := range slugs {
		definition, _ := seen(rows, workspace, slug)
		for _, query := range []string{slug, slug[:len(slug)-1] + "x"} {
			a, err := g.Define(t.Context(), workspace, query)
			if err != nil || (a.Entry != nil) != (definition != "") || a.Entry != nil && a.Entry.Definition != definition {
				rt.Fatalf("%q in %s: got %s and error %v, want %q", query, workspace, got(a), err, definition)
			}
		}
	}
}
