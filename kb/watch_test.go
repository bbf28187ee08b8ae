package kb

import (
	"context"
	"testing"
	"time"

	"ckadbot/migrations/pgtest"
)

// A follower is a glossary that runs, and what it tells about itself.
type follower struct {
	*Glossary
	listens, changed chan struct{}
}

// follow starts a glossary that learns of edits by notification only.
func follow(t *testing.T, opt Options) (follower, *Glossary) {
	t.Helper()
	pool := pgtest.New(t)
	writer := openOn(t, pool, Options{builtin: small()})
	f := follower{listens: make(chan struct{}, 100), changed: make(chan struct{}, 100)}
	opt.builtin = small()
	opt.onListen = func() { f.listens <- struct{}{} }
	opt.onChange = func() { f.changed <- struct{}{} }
	f.Glossary = openOn(t, pool, opt)
	f.await(t, f.changed) // what Open loads
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- f.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run: got %v at the end, want nil", err)
		}
	})
	return f, writer
}

func (f follower) await(t *testing.T, what chan struct{}) {
	t.Helper()
	select {
	case <-what:
	case <-time.After(20 * time.Second):
		t.Fatal("got nothing for 20 seconds")
	}
}

func TestAnotherProcessSeesAnEdit(t *testing.T) {
	f, writer := follow(t, Options{poll: time.Hour})
	f.await(t, f.listens)
	importText(t, writer, "*", "Gizmo: A new thing.")
	f.await(t, f.changed)
	if a, err := f.Define(t.Context(), "*", "gizmmo"); err != nil || a.Entry == nil {
		t.Errorf("got %s and error %v, want gizmo, found by the index", got(a), err)
	}
	if _, err := f.pool.Exec(t.Context(), `update kb.entry set deleted = true where slug = 'gizmo'`); err != nil {
		t.Fatal(err)
	}
	f.await(t, f.changed)
	if _, ok := f.Entry("*", "gizmo"); ok {
		t.Error("got gizmo after it was removed by hand")
	}
}

func TestALostConnectionIsReplaced(t *testing.T) {
	f, writer := follow(t, Options{poll: time.Hour})
	f.await(t, f.listens)
	var cut int
	err := f.pool.QueryRow(t.Context(), `
		select count(pg_terminate_backend(pid))
		from pg_stat_activity
		where datname = current_database() and query = 'listen kb'`).Scan(&cut)
	if err != nil || cut != 1 {
		t.Fatalf("got %d connections cut and error %v, want the one that listens", cut, err)
	}
	importText(t, writer, "*", "Gizmo: Made while nobody listened, perhaps.")
	f.await(t, f.changed)
	f.await(t, f.listens)
	importText(t, writer, "*", "Widget: Made while it listens again.")
	f.await(t, f.changed)
	if _, ok := f.Entry("*", "widget"); !ok {
		t.Error("got no widget after the connection was replaced")
	}
}

func TestEditsAreFoundWithoutNotifications(t *testing.T) {
	f, writer := follow(t, Options{poll: 20 * time.Millisecond})
	f.await(t, f.listens)
	if _, err := f.pool.Exec(t.Context(), `drop trigger after_edit on kb.entry`); err != nil {
		t.Fatal(err)
	}
	importText(t, writer, "*", "Gizmo: Nobody was told.")
	f.await(t, f.changed)
	if _, ok := f.Entry("*", "gizmo"); !ok {
		t.Error("got no gizmo, want it found by asking")
	}
}

// A reader that has seen an edit's number must never miss a lower one: a slow transaction holds the next back.
func TestEditsBecomeVisibleInOrder(t *testing.T) {
	g := open(t, Options{builtin: small()})
	slow, err := g.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := writeEntry(t.Context(), slow, "*", "slow", Entry{Slug: "slow", Term: "Slow", Definition: "x"}); err != nil {
		t.Fatal(err)
	}
	// The second edit has to wait; with a lock timeout it says so instead.
	fast, err := g.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer fast.Rollback(t.Context())
	if _, err := fast.Exec(t.Context(), `set local lock_timeout = '50ms'`); err != nil {
		t.Fatal(err)
	}
	if err := writeEntry(t.Context(), fast, "*", "fast", Entry{Slug: "fast", Term: "Fast", Definition: "x"}); err == nil {
		t.Error("got a second edit written before the first was committed")
	}
	if err := slow.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}
