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
	"runtime/debug"
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
	parent  string
	damaged chan struct{} // holds one when fault is worth asking

	mu    sync.RWMutex // held by whoever uses files; to be replaced, it is held alone
	files *indexFiles
	err   error // what went wrong with files
}

// indexFiles are an index in a directory that belongs to this process alone.
type indexFiles struct {
	bleve bleve.Index
	dir   string
	lock  *os.File
}

// The fields of a document.
const (
	fieldWorkspace = "workspace"
	fieldWord      = "word" // each word of each name
)

const dirPrefix = "ckadbot-kb-"

// openIndex makes an empty index in a new directory below parent, or the system's temporary directory when that is empty.
func openIndex(parent string) (*index, error) {
	files, err := newIndexFiles(parent)
	if err != nil {
		return nil, err
	}
	return &index{parent: parent, damaged: make(chan struct{}, 1), files: files}, nil
}

func newIndexFiles(parent string) (*indexFiles, error) {
	parent = cmp.Or(parent, os.TempDir())
	removeStale(parent)
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return nil, fmt.Errorf("make a directory for the search index: %w", err)
	}
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
	return &indexFiles{bleve: b, dir: dir, lock: lock}, nil
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

func (x *index) close() error { return x.files.close() }

func (f *indexFiles) close() error {
	err := errors.Join(f.closeBleve(), f.lock.Close(), os.RemoveAll(f.dir))
	if err != nil {
		return fmt.Errorf("close the search index: %w", err)
	}
	return nil
}

func (f *indexFiles) closeBleve() (err error) {
	defer func() {
		if r := recover(); r != nil { // over damaged files
			err = fmt.Errorf("%v", r)
		}
	}()
	return f.bleve.Close()
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

// update writes changes.
func (x *index) update(changes []change) {
	x.mu.RLock()
	err := x.files.update(changes)
	x.mu.RUnlock()
	if err != nil {
		x.failed(err)
	}
}

// update writes changes on all processors.
func (f *indexFiles) update(changes []change) error {
	batches := slices.Collect(slices.Chunk(changes, batchSize))
	errs := make([]error, len(batches))
	inParallel(len(batches), func(i int) { errs[i] = f.write(batches[i]) })
	return errors.Join(errs...)
}

// write writes one batch.
func (f *indexFiles) write(changes []change) (err error) {
	defer func() {
		if r := recover(); r != nil { // bleve's, over damaged files
			err = fmt.Errorf("write the search index: %v", r)
		}
	}()
	batch := f.bleve.NewBatch()
	for _, c := range changes {
		if c.is == nil {
			batch.Delete(c.documentID.String())
		} else if err := batch.IndexAdvanced(newDocument(c.documentID, c.is)); err != nil {
			return fmt.Errorf("index %s: %w", c.slug, err)
		}
	}
	if err := f.bleve.Batch(batch); err != nil {
		return fmt.Errorf("write the search index: %w", err)
	}
	return nil
}

// inParallel does something n times on all processors.
func inParallel(n int, do func(i int)) {
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wait.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				do(int(i))
			}
		})
	}
	wait.Wait()
}

func newDocument(id documentID, it *item) *document.Document {
	var ws []string
	for _, n := range it.names {
		ws = append(ws, n.words...)
	}
	doc, asked := document.NewDocument(id.String()), mapping.FieldMapping{Index: true}
	for field, values := range map[string][]string{fieldWorkspace: {id.workspace}, fieldWord: distinct(ws)} {
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

// search returns the slugs of at most n documents of the view's workspaces, best first. While the index is damaged it finds
// nothing: a person can do nothing about that, and it is built again meanwhile. Errors come from ctx only.
func (x *index) search(ctx context.Context, v view, q bq.Query, n int) ([]string, error) {
	if !v.everything { // asking also for the workspace makes a query several times as slow
		var seen []string
		for _, l := range v.layers {
			seen = append(seen, l.workspace)
		}
		q = bleve.NewConjunctionQuery(q, anyTerm(fieldWorkspace, distinct(seen)))
	}
	request := bleve.NewSearchRequestOptions(q, n, 0, false)
	x.mu.RLock()
	result, err := x.files.search(ctx, request)
	x.mu.RUnlock()
	if ctx.Err() != nil {
		return nil, fmt.Errorf("search the glossary: %w", ctx.Err())
	}
	if err != nil {
		x.failed(err)
		return nil, nil
	}
	var slugs []string
	for _, hit := range result.Hits {
		slugs = append(slugs, slugOfDocument(hit.ID))
	}
	return slugs, nil
}

func (f *indexFiles) search(ctx context.Context, request *bleve.SearchRequest) (result *bleve.SearchResult, err error) {
	// Files are mapped into memory: those that somebody cut off are a fault of memory, which ends the process unless asked
	// not to.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("search the index: %v", r)
		}
	}()
	return f.bleve.SearchInContext(ctx, request)
}

func term(field, value string) bq.Query {
	q := bleve.NewTermQuery(value)
	q.SetField(field)
	return q
}

func anyTerm(field string, values []string) bq.Query {
	if len(values) == 1 {
		return term(field, values[0])
	}
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
