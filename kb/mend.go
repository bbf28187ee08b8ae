package kb

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"github.com/blevesearch/bleve/v2"
)

// keepIndex builds the index again whenever it turns out to be damaged, until ctx ends. It looks when using the index failed, and
// every poll interval: those who tidy temporary directories do not say so.
func (g *Glossary) keepIndex(ctx context.Context) {
	tick := time.NewTicker(g.opt.poll)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-g.index.damaged:
		case <-tick.C:
		}
		g.checkIndex(ctx)
	}
}

func (g *Glossary) checkIndex(ctx context.Context) {
	g.pulling.Lock() // so that memory and index hold the same
	defer g.pulling.Unlock()
	documents := g.documents()
	fault := g.index.fault(ctx, documents)
	if fault == nil || ctx.Err() != nil {
		return
	}
	began := time.Now()
	if err := g.index.rebuild(documents); err != nil {
		g.opt.Log.Error("glossary: the search index is damaged and cannot be built again; only exact names are found", "fault", fault, "error", err)
		return
	}
	g.opt.Log.Warn("glossary: the search index was damaged and has been built again", "fault", fault, "entries", len(documents), "took", time.Since(began))
}

// documents returns what the index has to hold, as if it were new.
func (g *Glossary) documents() []change {
	g.mu.RLock()
	defer g.mu.RUnlock()
	var all []change
	for _, layers := range g.layers {
		for _, l := range layers {
			for slug, it := range l.bySlug {
				all = append(all, change{documentID: documentID{l.layerID, slug}, is: it})
			}
		}
	}
	return all
}

// failed notes that the index could not be used.
func (x *index) failed(err error) {
	x.mu.Lock()
	x.err = err
	x.mu.Unlock()
	select {
	case x.damaged <- struct{}{}:
	default:
	}
}

// fault says what is wrong with the index, or nil. It asks for one document in particular: files may be damaged without
// anything failing.
func (x *index) fault(ctx context.Context, documents []change) error {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if x.err != nil {
		return x.err
	}
	if _, err := os.Stat(x.files.bleve.Name()); err != nil {
		return err
	}
	if x.files.stat("errors") > 0 {
		return errors.New("files could not be written")
	}
	if n, err := x.files.bleve.DocCount(); err != nil || n != uint64(len(documents)) {
		return errors.Join(err, fmt.Errorf("%d documents, not %d", n, len(documents)))
	}
	if len(documents) == 0 {
		return nil
	}
	c := documents[rand.IntN(len(documents))]
	only := bleve.NewConjunctionQuery(bleve.NewDocIDQuery([]string{c.documentID.String()}), term(fieldWord, c.is.names[0].words[0]))
	found, err := x.files.search(ctx, bleve.NewSearchRequestOptions(only, 1, 0, false))
	if err == nil && found.Total != 1 {
		err = fmt.Errorf("%s is not found", c.slug)
	}
	return err
}

// stat returns one of bleve's figures about itself.
func (f *indexFiles) stat(name string) uint64 {
	stats, _ := f.bleve.StatsMap()["index"].(map[string]any)
	n, _ := stats[name].(uint64)
	return n
}

// rebuild writes documents to a new directory and uses that from then on.
func (x *index) rebuild(documents []change) error {
	files, err := newIndexFiles(x.parent)
	if err != nil {
		return err
	}
	if err := files.update(documents); err != nil {
		return errors.Join(err, files.close())
	}
	x.mu.Lock()
	old := x.files
	x.files, x.err = files, nil
	x.mu.Unlock()
	old.close() // what is damaged cannot be closed without an error
	return nil
}
