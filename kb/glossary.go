package kb

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Options of Open. The zero value works.
type Options struct {
	Log *slog.Logger // nil: silent
	Dir string       // where the search index's private directory is made; empty: the system's temporary directory

	builtin  []Entry       // tests: instead of the embedded glossary
	poll     time.Duration // tests: how often Run asks without having been notified; 10 s
	onListen func()        // tests: Run listens (again)
	onChange func()        // tests: edits were applied
}

// A Glossary answers from its own memory and follows the database; see the package comment.
type Glossary struct {
	pool  *pgxpool.Pool
	opt   Options
	index *index
	other *otherWords

	pulling sync.Mutex // held while edits are fetched and applied, so that they are applied in order
	rev     int64      // the highest edit applied; guarded by pulling

	mu     sync.RWMutex
	layers map[string]*layer // by workspace; a layer is replaced, never changed; guarded by mu
}

// Open writes the built-in glossary if the database has not seen this version of it, loads all entries and builds the search
// index. The database must be migrated. Call Close in the end.
func Open(ctx context.Context, pool *pgxpool.Pool, opt Options) (*Glossary, error) {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	opt.poll = cmp.Or(opt.poll, 10*time.Second)
	if opt.builtin == nil {
		builtin, err := Builtin()
		if err != nil {
			return nil, err
		}
		opt.builtin = builtin
	}
	if err := writeBuiltin(ctx, pool, opt.builtin); err != nil {
		return nil, err
	}
	index, err := openIndex(opt.Dir)
	if err != nil {
		return nil, err
	}
	g := &Glossary{pool: pool, opt: opt, index: index, other: newOtherWords(), layers: map[string]*layer{"": newLayer("", nil)}}
	if err := g.pull(ctx); err != nil {
		index.close()
		return nil, err
	}
	return g, nil
}

// Close removes the index's directory. The pool stays open. No other method may be running or be called afterwards.
func (g *Glossary) Close() error { return g.index.close() }

// pull applies the edits since the last pull, first to the index and then to memory. When it fails it changes nothing that
// matters and the next one makes it good.
func (g *Glossary) pull(ctx context.Context) error {
	g.pulling.Lock()
	defer g.pulling.Unlock()
	edits, err := editsSince(ctx, g.pool, g.rev)
	if err != nil || len(edits) == 0 {
		return err
	}
	changed := map[string]map[string]Entry{} // by workspace
	for _, e := range edits {
		if changed[e.workspace] == nil {
			changed[e.workspace] = g.layer(e.workspace).entries()
		}
		if changed[e.workspace][e.Slug] = e.Entry; e.deleted {
			delete(changed[e.workspace], e.Slug)
		}
	}
	layers := map[string]*layer{}
	for workspace, entries := range changed {
		layers[workspace] = newLayer(workspace, entries)
	}
	documents := map[[2]string]*item{}
	for _, e := range edits {
		documents[[2]string{e.workspace, e.Slug}] = layers[e.workspace].bySlug[e.Slug]
	}
	if err := g.index.update(documents); err != nil {
		return err
	}
	g.mu.Lock()
	maps.Copy(g.layers, layers)
	g.mu.Unlock()
	g.rev = edits[len(edits)-1].Rev
	if g.opt.onChange != nil {
		g.opt.onChange()
	}
	return nil
}

// layer returns a workspace's layer, or nil if it has no entries.
func (g *Glossary) layer(workspace string) *layer {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.layers[workspace]
}

// view returns what a workspace sees; "" sees the built-in glossary only.
func (g *Glossary) view(workspace string) view {
	v := view{layers: []*layer{g.layer("")}, other: g.other}
	for _, w := range []string{workspace, "*"} {
		if l := g.layer(w); l != nil && workspace != "" && !slices.Contains(v.layers, l) {
			v.layers = append(v.layers, l)
		}
	}
	return v
}

// Entry returns the entry of a slug as the workspace sees it.
func (g *Glossary) Entry(workspace, slug string) (Entry, bool) { return g.view(workspace).entry(slug) }

// Entries returns all entries that the workspace sees, sorted by term.
func (g *Glossary) Entries(workspace string) []Entry {
	v := g.view(workspace)
	var all []Entry
	for _, it := range v.items() {
		e, _ := v.entry(it.Slug)
		all = append(all, e)
	}
	return all
}

// Complete returns at most n entries for what somebody is typing: those whose term begins so, then those with such an alias,
// then those with such a word in their names; within these by term. Nothing typed gives the first n terms.
func (g *Glossary) Complete(workspace, typed string, n int) []Entry {
	v, typedKey := g.view(workspace), key(words(cut(typed, maxQuery)))
	type match struct {
		*item
		rank int
	}
	var found []match
	for _, it := range v.items() {
		if rank := completionRank(typedKey, v.names(it.Slug)); rank < noMatch {
			found = append(found, match{it, rank})
		}
	}
	slices.SortStableFunc(found, func(a, b match) int { return cmp.Compare(a.rank, b.rank) })
	var entries []Entry
	for _, m := range found[:min(max(n, 0), len(found))] {
		e, _ := v.entry(m.Slug)
		entries = append(entries, e)
	}
	return entries
}

const noMatch = 4

func completionRank(typed string, names []name) int {
	rank := noMatch
	for _, n := range names {
		switch {
		case n.key == typed:
			rank = min(rank, 0)
		case strings.HasPrefix(n.key, typed) && n.term:
			rank = min(rank, 1)
		case strings.HasPrefix(n.key, typed):
			rank = min(rank, 2)
		case slices.ContainsFunc(n.words, func(w string) bool { return strings.HasPrefix(w, typed) }):
			rank = min(rank, 3)
		}
	}
	return rank
}
