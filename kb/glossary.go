package kb

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
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
	layers map[string]map[string]*layer // by workspace and source; a layer is replaced, never changed; guarded by mu
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
	g := &Glossary{pool: pool, opt: opt, index: index, other: newOtherWords(), layers: map[string]map[string]*layer{}}
	if err := g.pull(ctx); err != nil {
		index.close()
		return nil, err
	}
	return g, nil
}

// Close removes the index's directory. The pool stays open. No other method may be running or be called afterwards.
func (g *Glossary) Close() error { return g.index.close() }

// pull applies the edits since the last pull: names first, which takes a fraction of the time, then texts and the index. When it
// fails it has changed nothing and the next one makes it good.
func (g *Glossary) pull(ctx context.Context) error {
	g.pulling.Lock()
	defer g.pulling.Unlock()
	edits, err := editsSince(ctx, g.pool, g.rev)
	if err != nil || len(edits) == 0 {
		return err
	}
	g.rev = edits[len(edits)-1].Rev
	slices.SortStableFunc(edits, func(a, b edit) int {
		return cmp.Or(cmp.Compare(a.workspace, b.workspace), cmp.Compare(a.Source, b.Source))
	})
	changes := g.name(edits)
	var indexing sync.WaitGroup
	indexing.Go(func() { g.index.update(changes) })
	g.read(changes)
	indexing.Wait()
	if g.opt.onChange != nil {
		g.opt.onChange()
	}
	return nil
}

// name makes the names of edited entries known.
func (g *Glossary) name(edits []edit) []change {
	changes := make([]change, len(edits))
	for i, e := range edits {
		changes[i].documentID = documentID{e.layer(), e.Slug}
		if e.unreadable != nil {
			g.opt.Log.Warn("glossary: an entry cannot be read and is left out", "workspace", e.workspace, "slug", e.Slug, "rev", e.Rev, "error", e.unreadable)
		}
		if !e.deleted {
			changes[i].is = newItem(e.Entry)
		}
	}
	for id, of := range byLayer(changes) {
		g.show(g.layer(id).named(of))
	}
	return changes
}

// read makes the texts of edited entries known.
func (g *Glossary) read(changes []change) {
	var items []*item
	for _, c := range changes {
		if c.is != nil {
			items = append(items, c.is)
		}
	}
	readTexts(items)
	for id, of := range byLayer(changes) {
		if l := g.layer(id); len(l.bySlug) > 0 { // else nothing is left to read
			g.show(l.read(of))
		}
	}
}

// byLayer splits changes into those of each layer. All changes of a layer stand together.
func byLayer(changes []change) map[layerID][]change {
	layers := map[layerID][]change{}
	for i := 0; i < len(changes); {
		from, id := i, changes[i].layerID
		for i < len(changes) && changes[i].layerID == id {
			i++
		}
		layers[id] = changes[from:i:i]
	}
	return layers
}

// show puts a layer in the place of the one it was made from.
func (g *Glossary) show(l *layer) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.layers[l.workspace] == nil {
		g.layers[l.workspace] = map[string]*layer{}
	}
	if g.layers[l.workspace][l.source] = l; len(l.bySlug) == 0 {
		delete(g.layers[l.workspace], l.source)
	}
	if len(g.layers[l.workspace]) == 0 {
		delete(g.layers, l.workspace)
	}
}

func (g *Glossary) layer(id layerID) *layer {
	g.mu.RLock()
	defer g.mu.RUnlock()
	if l := g.layers[id.workspace][id.source]; l != nil {
		return l
	}
	return &layer{layerID: id}
}

// view returns what a workspace sees; "" sees the built-in glossary only.
func (g *Glossary) view(workspace string) view {
	v := view{other: g.other}
	g.mu.RLock()
	others := len(g.layers)
	for _, w := range seenBy(workspace) {
		if layers, ok := g.layers[w]; ok {
			v.layers = slices.AppendSeq(v.layers, maps.Values(layers))
			others--
		}
	}
	g.mu.RUnlock()
	v.everything = others == 0
	slices.SortFunc(v.layers, func(a, b *layer) int { return a.compare(b.layerID) })
	return v
}

// seenBy returns the workspaces whose entries a workspace sees.
func seenBy(workspace string) []string {
	switch workspace {
	case "":
		return []string{""}
	case "*":
		return []string{"", "*"}
	default:
		return []string{"", "*", workspace}
	}
}

// Entry returns the entry of a slug as the workspace sees it.
func (g *Glossary) Entry(workspace, slug string) (Entry, bool) { return g.view(workspace).entry(slug) }
