package kb

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"ckadbot/migrations/pgtest"
)

// keeper returns a running glossary that holds some entries, and its log.
func keeper(t *testing.T, opt Options) (follower, logLines) {
	log := make(logLines, 100)
	opt.poll, opt.Log = 20*time.Millisecond, logger(log)
	f, _ := follow(t, opt)
	f.await(t, f.listens)
	importText(t, f.Glossary, "*", "Gizmo: A thing with a handle and two wheels.")
	return f, log
}

// mended waits until the log says so, and then asks what only the index can answer.
func mended(t *testing.T, f follower, log logLines, fault string) {
	t.Helper()
	select {
	case line := <-log:
		if !strings.Contains(line, "has been built again") || !strings.Contains(line, fault) {
			t.Errorf("got log line %q, want that the index was built again because of %q", line, fault)
		}
	case <-time.After(time.Minute):
		t.Fatal("got nothing logged for a minute")
	}
	if found, _, err := f.Search(t.Context(), "*", "gizm", 1, 0); err != nil || len(found) != 1 || found[0].Slug != "gizmo" {
		t.Errorf("gizm: got %s and error %v, want gizmo", slugs(found), err)
	}
	f.index.mu.RLock()
	defer f.index.mu.RUnlock()
	if n, err := f.index.files.bleve.DocCount(); err != nil || n != 4 {
		t.Errorf("got %d documents and error %v, want 4", n, err)
	}
	if len(log) > 0 {
		t.Errorf("got a second log line %q, want one", <-log)
	}
}

func TestAnIndexWhoseDirectoryVanishedIsBuiltAgain(t *testing.T) {
	parent := filepath.Join(t.TempDir(), "cache")
	f, log := keeper(t, Options{Dir: parent})
	if err := os.RemoveAll(parent); err != nil { // the directory it was made in as well
		t.Fatal(err)
	}
	if a, err := f.Define(t.Context(), "*", "gizmo"); err != nil || !a.Exact {
		t.Errorf("right after it vanished: got %s and error %v, want gizmo from memory", got(a), err)
	}
	mended(t, f, log, "no such file or directory")
}

func TestAnIndexThatLacksDocumentsIsBuiltAgain(t *testing.T) {
	f, log := keeper(t, Options{})
	if err := f.index.files.bleve.Delete(documentID{layerID{"*", "notes.txt"}, "gizmo"}.String()); err != nil {
		t.Fatal(err)
	}
	mended(t, f, log, "3 documents, not 4")
}

func TestAnIndexThatFailsIsBuiltAgain(t *testing.T) {
	f, log := keeper(t, Options{})
	f.index.mu.Lock()
	err := f.index.files.bleve.Close() // every use fails from now on
	f.index.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{"gizmo", "gizm"} {
		if _, _, err := f.Search(t.Context(), "*", query, 1, 0); err != nil {
			t.Errorf("%q while it is damaged: got error %v, want none for the person", query, err)
		}
	}
	mended(t, f, log, "closed")
}

func TestAnIndexWhoseFilesWereOverwrittenIsBuiltAgain(t *testing.T) {
	f, log := keeper(t, Options{})
	late, tick := time.After(time.Minute), time.Tick(10*time.Millisecond)
	for f.index.files.stat("num_root_filesegments") == 0 { // until searches read files
		select {
		case <-tick:
		case <-late:
			t.Fatal("got no files for a minute")
		}
	}
	files, err := filepath.Glob(filepath.Join(f.index.files.dir, "index", "store", "*.zap"))
	if err != nil || len(files) == 0 {
		t.Fatalf("got files %q and error %v, want some", files, err)
	}
	for _, file := range files {
		overwrite(t, file)
	}
	mended(t, f, log, "")
}

// overwrite fills a file with something else, as long as it was.
func overwrite(t *testing.T, file string) {
	t.Helper()
	out, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	info, err := out.Stat()
	if err == nil {
		_, err = out.WriteString(strings.Repeat("?", int(info.Size())))
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestARowThatCannotBeReadDoesNotStopTheOthers(t *testing.T) {
	log := make(logLines, 100)
	g := open(t, Options{builtin: small(), Log: logger(log)})
	for i, damage := range []string{`confusable = '["a list"]'`, `confusable = '{"pod": 7}'`, `aliases = array[null, 'a']`} {
		slug := fmt.Sprint("damaged-", i)
		put(t, g, "*", Entry{Slug: slug, Term: slug, Definition: "x"})
		if _, err := g.pool.Exec(t.Context(), `update kb.entry set `+damage+` where slug = $1`, slug); err != nil {
			t.Fatal(err)
		}
	}
	put(t, g, "*", Entry{Term: "Gizmo", Definition: "Sound."})
	for name, g := range map[string]*Glossary{"running": g, "started again": openOn(t, g.pool, Options{builtin: small(), Log: logger(log)})} {
		if diff := len(g.Entries("*")); diff != 4 {
			t.Errorf("%s: got %d entries, want gizmo and the 3 built-in ones", name, diff)
		}
	}
	if len(log) != 6 {
		t.Errorf("got %d log lines, want one for each damaged row, twice", len(log))
	}
	if line := <-log; !strings.Contains(line, "slug=damaged-0") || !strings.Contains(line, "column confusable") {
		t.Errorf("got log line %q, want the slug and the column", line)
	}
}

// A muteConn is a connection that can be lost without a word: nothing arrives any more, in either direction.
type muteConn struct {
	net.Conn
	number           atomic.Int64 // of those that listen; 0: it does not
	listeners, muted *atomic.Int64
}

func (c *muteConn) lost() bool { n := c.number.Load(); return n > 0 && n <= c.muted.Load() }

func (c *muteConn) Write(p []byte) (int, error) {
	if strings.Contains(string(p), "listen kb") {
		c.number.Store(c.listeners.Add(1))
	}
	if c.lost() {
		return len(p), nil
	}
	return c.Conn.Write(p)
}

func (c *muteConn) Read(p []byte) (int, error) {
	for {
		if n, err := c.Conn.Read(p); err != nil || !c.lost() {
			return n, err
		}
	}
}

func TestAConnectionLostWithoutAWordIsReplaced(t *testing.T) {
	plain := pgtest.New(t)
	config := plain.Config()
	var listeners, muted atomic.Int64
	dial := config.ConnConfig.DialFunc
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return &muteConn{Conn: conn, listeners: &listeners, muted: &muted}, err
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	f := followOn(t, pool, Options{poll: 20 * time.Millisecond})
	f.await(t, f.listens)
	muted.Store(1)
	f.await(t, f.listens) // over another one
	put(t, openOn(t, plain, Options{builtin: small()}), "*", Entry{Term: "Gizmo", Definition: "A new thing."})
	f.await(t, f.changed)
	if _, ok := f.Entry("*", "gizmo"); !ok {
		t.Error("got no gizmo after the connection was replaced")
	}
}
