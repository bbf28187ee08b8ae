package kb

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// ImportOptions of Import. The zero value works.
type ImportOptions struct {
	DryRun   bool                  // only report
	Progress func(done, total int) // called after each entry that was written; nil: nobody wants to know
}

// A Report tells what an import did, or would do.
type Report struct {
	Added, Updated, Unchanged int
	Changes                   []Change // the added and updated ones, in the file's order
}

// String is the report in words.
func (r Report) String() string {
	return fmt.Sprintf("%d added, %d updated, %d unchanged", r.Added, r.Updated, r.Unchanged)
}

// A Change is one entry that an import adds or updates.
type Change struct {
	File       string
	Line       int
	Slug, Term string
	Added      bool   // else updated
	Before     string // the definition that is replaced
	After      string
}

// Import is the package's Import, and this process knows the entries when it returns.
func (g *Glossary) Import(ctx context.Context, workspace, by string, f File, opt ImportOptions) (Report, error) {
	report, err := Import(ctx, g.pool, workspace, by, f, opt)
	if err != nil || opt.DryRun {
		return report, err
	}
	// Other processes are notified; this one need not wait for that.
	if err := g.pull(ctx); err != nil {
		g.opt.Log.Warn("glossary: imported, but not yet read again", "error", err)
	}
	return report, nil
}

// Import writes a file's entries to a workspace ("*": everybody in this installation) in one transaction. Entries that are there
// already and do not differ are not written, so the same file a second time changes nothing; entries that the file does not
// name stay. by says who asked for it. Running bots are notified of the commit. The built-in layer "" cannot be imported into.
func Import(ctx context.Context, pool *pgxpool.Pool, workspace, by string, f File, opt ImportOptions) (Report, error) {
	if workspace == "" {
		return Report{}, errors.New(`import: no workspace given; "*" is everybody in this installation`)
	}
	if err := errors.Join(append(f.check(), f.doubleRows()...)...); err != nil {
		return Report{}, err
	}
	var report Report
	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if err := lockEdits(ctx, tx); err != nil {
			return err
		}
		old, err := entriesOf(ctx, tx, workspace)
		if err != nil {
			return err
		}
		var changed []Entry
		for _, noted := range f.Entries {
			was, there := old[rowKey{noted.Source, noted.Slug}]
			if report.count(noted, was, there && !was.deleted) {
				changed = append(changed, noted.Entry)
			}
		}
		if opt.DryRun {
			return nil
		}
		return writeEntries(ctx, tx, workspace, authors{{Name: by}}, changed, func(done int) {
			if opt.Progress != nil {
				opt.Progress(done, len(changed))
			}
		})
	})
	if err != nil {
		return Report{}, fmt.Errorf("import %s: %w", filepath.Base(f.Name), err)
	}
	return report, nil
}

// count notes what becomes of one entry and reports whether it must be written.
func (r *Report) count(noted Noted, was edit, there bool) bool {
	if there && sameEntry(was.Entry, noted.Entry) {
		r.Unchanged++
		return false
	}
	c := Change{File: noted.File, Line: noted.Line, Slug: noted.Slug, Term: noted.Term, Added: !there, After: noted.Definition}
	if there {
		c.Before = was.Definition
		r.Updated++
	} else {
		r.Added++
	}
	r.Changes = append(r.Changes, c)
	return true
}
