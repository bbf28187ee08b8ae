package kb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	bq "github.com/blevesearch/bleve/v2/search/query"
)

// An index is the bleve index of all workspaces. It only proposes: what it finds is looked up in the layers and judged there,
// so a document that is a moment older or newer than the layers does no harm.
//
// Fields hold whole words that we made ourselves, so nothing is analysed: bleve's synonyms would drop those of several words
// without a sign, and its analysers could not be used for judging.
type index struct {
	bleve bleve.Index
	dir   string
	lock  *os.File
}

// The fields of a document. All may have many values.
const (
	fieldWorkspace = "workspace"
	fieldKey       = "key"  // each name without spaces
	fieldWord      = "word" // each word of each name
	fieldStem      = "stem" // each stem of the texts
)

const dirPrefix = "ckadbot-kb-"

// openIndex makes an empty index in a new directory below parent, or the system's temporary directory when that is empty. The
// new directory belongs to this process alone.
func openIndex(parent string) (*index, error) {
	parent = cmp.Or(parent, os.TempDir())
	removeStale(parent)
	dir, err := os.MkdirTemp(parent, dirPrefix)
	if err != nil {
		return nil, fmt.Errorf("make a directory for the search index: %w", err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("lock the search index's directory %s: %w", dir, err)
	}
	b, err := bleve.NewUsing(filepath.Join(dir, "index"), documentMapping(), scorch.Name, scorch.Name, nil)
	if err != nil {
		lock.Close()
		os.RemoveAll(dir)
		return nil, fmt.Errorf("make the search index in %s: %w", dir, err)
	}
	return &index{bleve: b, dir: dir, lock: lock}, nil
}

// removeStale removes the directories of processes that died. Their lock went with them. The minute leaves a process that
// has just made its directory the time to lock it.
func removeStale(parent string) {
	dirs, _ := filepath.Glob(filepath.Join(parent, dirPrefix+"*"))
	for _, dir := range dirs {
		info, err := os.Stat(dir)
		if err != nil || time.Since(info.ModTime()) < time.Minute {
			continue
		}
		if lock, err := lockDir(dir); err == nil {
			os.RemoveAll(dir)
			lock.Close()
		}
	}
}

func documentMapping() mapping.IndexMapping {
	keyword := bleve.NewKeywordFieldMapping()
	keyword.Store, keyword.IncludeInAll, keyword.DocValues = false, false, false
	doc := bleve.NewDocumentStaticMapping()
	for _, f := range []string{fieldWorkspace, fieldKey, fieldWord, fieldStem} {
		doc.AddFieldMappingsAt(f, keyword)
	}
	m := bleve.NewIndexMapping()
	m.DefaultMapping = doc
	return m
}

func (x *index) close() error {
	err := errors.Join(x.bleve.Close(), x.lock.Close(), os.RemoveAll(x.dir))
	if err != nil {
		return fmt.Errorf("close the search index: %w", err)
	}
	return nil
}

// A documentID is one entry of one layer.
type documentID struct {
	layerID
	slug string
}

func (id documentID) String() string { return id.workspace + "\x00" + id.source + "\x00" + id.slug }

// slugOfDocument is the last part: it is the only one that cannot hold the separator.
func slugOfDocument(id string) string { return id[strings.LastIndexByte(id, 0)+1:] }

// update replaces documents; a nil item removes one.
func (x *index) update(items map[documentID]*item) error {
	batch := x.bleve.NewBatch()
	for id, it := range items {
		if it == nil {
			batch.Delete(id.String())
		} else if err := batch.Index(id.String(), document(id.workspace, it)); err != nil {
			return fmt.Errorf("index %s: %w", id.slug, err)
		}
	}
	if err := x.bleve.Batch(batch); err != nil {
		return fmt.Errorf("write the search index: %w", err)
	}
	return nil
}

func document(workspace string, it *item) map[string]any {
	var keys, ws []string
	for _, n := range it.names {
		keys = append(keys, n.key, n.canon)
		ws = append(ws, n.words...)
	}
	stems := slices.Collect(maps.Keys(it.stems()))
	return map[string]any{fieldWorkspace: workspace, fieldKey: keys, fieldWord: ws, fieldStem: stems}
}

// search returns the slugs of at most n documents of the view's workspaces, best first.
func (x *index) search(ctx context.Context, v view, q bq.Query, n int) ([]string, error) {
	var seen []string
	for _, l := range v.layers {
		seen = append(seen, l.workspace)
	}
	result, err := x.bleve.SearchInContext(ctx, bleve.NewSearchRequestOptions(
		bleve.NewConjunctionQuery(q, anyTerm(fieldWorkspace, distinct(seen))), n, 0, false))
	if err != nil {
		return nil, fmt.Errorf("search the glossary: %w", err)
	}
	var slugs []string
	for _, hit := range result.Hits {
		slugs = append(slugs, slugOfDocument(hit.ID))
	}
	return slugs, nil
}

func term(field, value string) bq.Query {
	q := bleve.NewTermQuery(value)
	q.SetField(field)
	return q
}

func anyTerm(field string, values []string) bq.Query {
	var any []bq.Query
	for _, v := range values {
		any = append(any, term(field, v))
	}
	return bleve.NewDisjunctionQuery(any...)
}

func fuzzy(field, value string, edits int) bq.Query {
	if edits == 0 {
		return term(field, value)
	}
	q := bleve.NewFuzzyQuery(value)
	q.SetField(field)
	q.SetFuzziness(edits)
	return q
}

func prefix(field, value string) bq.Query {
	q := bleve.NewPrefixQuery(value)
	q.SetField(field)
	return q
}
