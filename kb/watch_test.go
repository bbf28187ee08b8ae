package kb

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"ckadbot/migrations/pgtest"
)

// A follower is a glossary that runs, and what it tells about itself.
type follower struct {
	*Glossary
	listens, changed chan struct{}
}

// follow starts a glossary that learns of the writer's edits by notification only.
func follow(t testing.TB, opt Options) (follower, *Glossary) {
	t.Helper()
	pool := pgtest.New(t)
	writer := openOn(t, pool, Options{builtin: small()})
	return followOn(t, pool, opt), writer
}

func followOn(t testing.TB, pool *pgxpool.Pool, opt Options) follower {
	t.Helper()
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
	return f
}

func (f follower) await(t testing.TB, what chan struct{}) {
	t.Helper()
	select {
	case <-what:
	case <-time.After(time.Minute):
		t.Fatal("got nothing for a minute")
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

// A logLines value is a log that hands over each line.
type logLines chan string

func (l logLines) Write(p []byte) (int, error) {
	l <- string(p)
	return len(p), nil
}

func logger(l logLines) *slog.Logger {
	return slog.New(slog.NewTextHandler(l, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
}

func TestALostConnectionIsReplaced(t *testing.T) {
	log := make(logLines, 100)
	f, writer := follow(t, Options{poll: time.Hour, Log: logger(log)})
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
	select {
	case line := <-log:
		if !strings.HasPrefix(line, `level=INFO msg="glossary: notified of edits again" after=`) {
			t.Errorf("got log line %q, want that edits are notified again", line)
		}
	case <-time.After(time.Minute):
		t.Fatal("got nothing logged for a minute")
	}
	if len(log) > 0 {
		t.Errorf("got a second log line %q, want one", <-log)
	}
}

func TestAnOutageIsToldOnce(t *testing.T) {
	log := make(logLines, 100)
	o := outage{log: logger(log)}
	start, broken := time.Now(), errors.New("no way to the database")
	after := func(d time.Duration) time.Time { return start.Add(d) }
	o.over(start)
	o.failed(start, broken)
	o.failed(after(10*time.Second), broken)
	o.over(after(10 * time.Second))
	o.failed(after(time.Minute), broken)
	o.failed(after(time.Minute+11*time.Second), broken)
	o.failed(after(time.Minute+20*time.Second), broken)
	o.over(after(time.Minute + 30*time.Second))
	o.over(after(time.Minute + 40*time.Second))
	close(log)
	var got []string
	for line := range log {
		got = append(got, line)
	}
	want := []string{
		"level=INFO msg=\"glossary: notified of edits again\" after=10s\n",
		"level=WARN msg=\"glossary: not notified of edits\" for=11s error=\"no way to the database\"\n",
		"level=INFO msg=\"glossary: notified of edits again\" after=30s\n",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
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
	if err := writeEntry(t.Context(), slow, "*", authors{{Name: "slow"}}, Entry{Slug: "slow", Term: "Slow", Definition: "x"}); err != nil {
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
	if err := writeEntry(t.Context(), fast, "*", authors{{Name: "fast"}}, Entry{Slug: "fast", Term: "Fast", Definition: "x"}); err == nil {
		t.Error("got a second edit written before the first was committed")
	}
	if err := slow.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
}
