package kb

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/document"
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

// The fields of a document.
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
	b, err := bleve.NewUsing(filepath.Join(dir, "index"), mapping.NewIndexMapping(), scorch.Name, scorch.Name, indexConfig())
	if err != nil {
		lock.Close()
		os.RemoveAll(dir)
		return nil, fmt.Errorf("make the search index in %s: %w", dir, err)
	}
	return &index{bleve: b, dir: dir, lock: lock}, nil
}

// indexConfig makes writing fast. The index is thrown away in the end, so nobody need wait until it is on the disk; and the
// nap lets several batches be written as one file.
func indexConfig() map[string]any {
	return map[string]any{
		"unsafe_batch":           true,
		"scorchPersisterOptions": map[string]any{"PersisterNapTimeMSec": 2000},
	}
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

// batchSize is how many documents are written at once: more take more memory, fewer make more files to merge.
const batchSize = 1000

// update writes changes, on all processors. It returns how much more or less entries of each layer use a stem.
func (x *index) update(changes []change) (map[layerID]map[string]int, error) {
	batches := slices.Collect(slices.Chunk(changes, batchSize))
	workers := make([]worker, min(runtime.GOMAXPROCS(0), len(batches)))
	var next atomic.Int64
	var wait sync.WaitGroup
	for i := range workers {
		workers[i] = worker{index: x, stemmer: stemmer{}, uses: map[layerID]map[string]int{}}
		wait.Go(func() {
			for n := next.Add(1); n <= int64(len(batches)); n = next.Add(1) {
				workers[i].write(batches[n-1])
			}
		})
	}
	wait.Wait()
	uses, errs := map[layerID]map[string]int{}, []error{}
	for _, w := range workers {
		errs = append(errs, w.err)
		for id, used := range w.uses {
			for s, n := range used {
				count(uses, id)[s] += n
			}
		}
	}
	return uses, errors.Join(errs...)
}

func count(uses map[layerID]map[string]int, id layerID) map[string]int {
	if uses[id] == nil {
		uses[id] = map[string]int{}
	}
	return uses[id]
}

// A worker writes some of the changes. It has a stemmer of its own.
type worker struct {
	index   *index
	stemmer stemmer
	uses    map[layerID]map[string]int
	err     error // the first one
}

func (w *worker) write(changes []change) {
	batch := w.index.bleve.NewBatch()
	for _, c := range changes {
		stems := c.countStems(count(w.uses, c.layerID), w.stemmer)
		if c.is == nil {
			batch.Delete(c.documentID.String())
		} else if err := batch.IndexAdvanced(newDocument(c.documentID, c.is, stems)); err != nil {
			w.err = cmp.Or(w.err, fmt.Errorf("index %s: %w", c.slug, err))
		}
	}
	if err := w.index.bleve.Batch(batch); err != nil {
		w.err = cmp.Or(w.err, fmt.Errorf("write the search index: %w", err))
	}
}

func newDocument(id documentID, it *item, stems []string) *document.Document {
	var keys, ws []string
	for _, n := range it.names {
		keys = append(keys, n.key, n.canon)
		ws = append(ws, n.words...)
	}
	doc, asked := document.NewDocument(id.String()), mapping.FieldMapping{Index: true}
	for field, values := range map[string][]string{fieldWorkspace: {id.workspace}, fieldKey: distinct(keys), fieldWord: distinct(ws), fieldStem: stems} {
		text := []byte(strings.Join(values, separator))
		doc.AddField(document.NewTextFieldCustom(field, nil, text, asked.Options(), splitter{}))
	}
	return doc
}

// separator stands between the values of a field. A field with many values costs a fraction of as many fields with one.
const separator = "\x00"

// A splitter gives bleve the values of a field.
type splitter struct{}

func (splitter) Analyze(text []byte) analysis.TokenStream {
	var tokens analysis.TokenStream
	for value := range bytes.SplitSeq(text, []byte(separator)) {
		tokens = append(tokens, &analysis.Token{Term: value, Position: len(tokens) + 1, Type: analysis.AlphaNumeric})
	}
	return tokens
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
