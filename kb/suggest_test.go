package kb

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"
)

func suggestion(by string, e Entry) Suggestion {
	return Suggestion{Workspace: "local", By: by, ByID: "slack/" + by, Entry: e}
}

func mustSuggest(t *testing.T, g *Glossary, s Suggestion) int64 {
	t.Helper()
	id, err := g.Suggest(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestAnAcceptedSuggestionIsDefinedInAnotherBotWithinASecond(t *testing.T) {
	f, first := follow(t, Options{poll: time.Hour})
	f.await(t, f.listens)
	soonest := time.Hour // whatever else a busy computer does in one of these seconds is not in all of them
	for _, name := range []string{"gizmo", "widget", "doodad"} {
		id := mustSuggest(t, first, suggestion("Ann", Entry{Term: name, Definition: "A thing with a handle, called " + name + "."}))
		began := time.Now()
		e, err := first.Accept(t.Context(), "local", id, Author{Name: "Bob"})
		if err != nil || e.By != "Ann, accepted by Bob" || e.Slug != name {
			t.Fatalf("got %+v and error %v, want %s by Ann, accepted by Bob", e, err, name)
		}
		f.await(t, f.changed)
		for _, query := range []string{name, name[:4] + name[3:]} {
			if a, err := f.Define(t.Context(), "local", query); err != nil || a.Entry == nil || a.Entry.Definition != e.Definition {
				t.Errorf("%q: got %s and error %v, want %s", query, got(a), err, name)
			}
		}
		soonest = min(soonest, time.Since(began))
	}
	if soonest > time.Second {
		t.Errorf("got each defined after %v or later, want less than a second", soonest)
	}
}

func TestACorrectionKeepsWhatItDoesNotMention(t *testing.T) {
	g := open(t, Options{builtin: small()})
	id := mustSuggest(t, g, suggestion("Ann", Entry{Slug: "pod", Definition: "One or more containers."}))
	e, err := g.Accept(t.Context(), "local", id, Author{Name: "Bob"})
	want := small()[0]
	want.Definition = "One or more containers."
	if err != nil || !sameEntry(e, want) {
		t.Errorf("got %+v and error %v, want the rest of the built-in entry kept", e, err)
	}
}

func TestASuggestionIsDecidedOnce(t *testing.T) {
	g := open(t, Options{builtin: small()})
	id := mustSuggest(t, g, suggestion("Ann", Entry{Term: "Gizmo", Definition: "x"}))
	var wait sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wait.Go(func() {
			if i%2 == 0 {
				_, errs[i] = g.Accept(t.Context(), "local", id, Author{Name: "Bob"})
			} else {
				_, errs[i] = g.Decline(t.Context(), "local", id, Author{Name: "Cid"})
			}
		})
	}
	wait.Wait()
	first := 0
	for _, err := range errs {
		if err == nil {
			first++
		} else if !errors.Is(err, ErrDecided) {
			t.Errorf("got error %v, want ErrDecided", err)
		}
	}
	if first != 1 {
		t.Errorf("got %d decisions, want one", first)
	}
	for _, decide := range []func() error{
		func() error { _, err := g.Accept(t.Context(), "local", id+1, Author{Name: "Bob"}); return err },
		func() error { _, err := g.Decline(t.Context(), "slack/T1", id, Author{Name: "Bob"}); return err },
	} {
		if err := decide(); !errors.Is(err, ErrUnknown) {
			t.Errorf("another number or another workspace: got error %v, want ErrUnknown", err)
		}
	}
}

func TestASuggestionThatIsOutOfDateStaysOpen(t *testing.T) {
	g := open(t, Options{builtin: small()})
	correction := mustSuggest(t, g, suggestion("Ann", Entry{Slug: "pod", Definition: "Ann's words."}))
	addition := mustSuggest(t, g, suggestion("Ann", Entry{Term: "Gizmo", Definition: "Ann's thing."}))
	put(t, g, "local", Entry{Slug: "pod", Term: "Pod", Definition: "Somebody else's."})
	put(t, g, "local", Entry{Term: "Gizmo", Definition: "Somebody else's."})
	for _, id := range []int64{correction, addition} {
		var conflict *ConflictError
		if _, err := g.Accept(t.Context(), "local", id, Author{Name: "Bob"}); !errors.As(err, &conflict) || conflict.Entry == nil {
			t.Errorf("got error %v, want a conflict", err)
		}
	}
	open, total, err := g.Suggestions(t.Context(), "local", 0, 10)
	if err != nil || total != 2 || len(open) != 2 {
		t.Errorf("got %d of %d open and error %v, want both", len(open), total, err)
	}
}

func TestSuggestionsAreListedOldestFirst(t *testing.T) {
	g := open(t, Options{builtin: small()})
	var ids []int64
	for i := range 5 {
		s := suggestion("Ann", Entry{Term: fmt.Sprintf("Gizmo %d", i), Definition: "x"})
		s.Why = "We say so.\nDaily."
		ids = append(ids, mustSuggest(t, g, s))
	}
	declined, err := g.Decline(t.Context(), "local", ids[0], Author{Name: "Bob"})
	if err != nil || declined.State != "declined" || declined.DecidedBy != "Bob" || declined.DecidedAt.IsZero() || declined.Entry.Term != "Gizmo 0" {
		t.Errorf("got %+v and error %v, want it declined by Bob", declined, err)
	}
	open, total, err := g.Suggestions(t.Context(), "local", ids[1], 2)
	if err != nil || total != 4 || len(open) != 2 || open[0].ID != ids[2] || open[1].ID != ids[3] {
		t.Errorf("got %+v of %d and error %v, want the third and the fourth of 4", open, total, err)
	}
	if s := open[0]; s.By != "Ann" || s.ByID != "slack/Ann" || s.Why != "We say so.\nDaily." || s.State != "open" || s.At.IsZero() || s.Entry.Slug != "gizmo-2" {
		t.Errorf("got %+v, want what was suggested", s)
	}
}

func TestSuggestionsAreLimited(t *testing.T) {
	g := open(t, Options{builtin: small()})
	same := suggestion("Ann", Entry{Term: "Gizmo", Definition: "x"})
	if first, again := mustSuggest(t, g, same), mustSuggest(t, g, same); first != again {
		t.Errorf("the same again: got suggestions %d and %d, want one", first, again)
	}
	var wait sync.WaitGroup
	errs := make([]error, 2*maxOpenOfPerson)
	for i := range errs {
		wait.Go(func() {
			_, errs[i] = g.Suggest(t.Context(), suggestion("Ann", Entry{Term: fmt.Sprint("Widget ", i), Definition: "x"}))
		})
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil && !errors.Is(err, ErrTooMany) {
			t.Errorf("got error %v, want ErrTooMany", err)
		}
	}
	if _, total, err := g.Suggestions(t.Context(), "local", 0, 1); err != nil || total != maxOpenOfPerson {
		t.Errorf("got %d open and error %v, want %d of one person", total, err, maxOpenOfPerson)
	}
	_, err := g.pool.Exec(t.Context(), `
		insert into kb.suggestion (workspace, by_name, by_id, base, entry)
		select 'local', 'x', i::text, 0, '{}' from generate_series(1, $1) i`, maxOpenOfWorkspace-maxOpenOfPerson)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Suggest(t.Context(), suggestion("Bob", Entry{Term: "Gizmo", Definition: "x"})); !errors.Is(err, ErrTooMany) {
		t.Errorf("in a full workspace: got error %v, want ErrTooMany", err)
	}
}

func TestWhatCannotBeSuggestedIsTold(t *testing.T) {
	g := open(t, Options{builtin: small()})
	long := suggestion("Ann", Entry{Term: "Gizmo", Definition: "x"})
	long.Why = string(make([]byte, 10))
	for name, s := range map[string]Suggestion{
		"no definition":        suggestion("Ann", Entry{Term: "Gizmo"}),
		"no term":              suggestion("Ann", Entry{Definition: "x"}),
		"zero bytes as reason": long,
	} {
		var invalid *InvalidError
		if _, err := g.Suggest(t.Context(), s); !errors.As(err, &invalid) || len(invalid.Problems) == 0 {
			t.Errorf("%s: got error %v, want what is wrong", name, err)
		}
	}
}
