package kb

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/jackc/pgx/v5"
)

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
	Line       int // of the file
	Slug, Term string
	Added      bool   // else updated
	Before     string // the definition that is replaced
	After      string
}

// Import writes notes to a workspace ("*": everybody in this installation) in one transaction. Entries that are there already
// and do not differ are not written; entries that the file does not name stay. by says who asked for it. A dry run only
// reports. The built-in layer "" cannot be imported into.
func (g *Glossary) Import(ctx context.Context, workspace, by string, n Notes, dryRun bool) (Report, error) {
	if workspace == "" {
		return Report{}, errors.New(`import notes: no workspace given; "*" is everybody in this installation`)
	}
	var report Report
	err := pgx.BeginFunc(ctx, g.pool, func(tx pgx.Tx) error {
		if err := lockEdits(ctx, tx); err != nil {
			return err
		}
		old, err := entriesOf(ctx, tx, workspace)
		if err != nil {
			return err
		}
		for _, noted := range n.Entries {
			was, there := old[rowKey{n.entry(noted).Source, noted.Slug}]
			if !report.count(noted, was, there && !was.deleted, n.entry(noted)) || dryRun {
				continue
			}
			if err := writeEntry(ctx, tx, workspace, by, n.entry(noted)); err != nil {
				return fmt.Errorf("%s:%d: %w", n.File, noted.Line, err)
			}
		}
		return nil
	})
	if err != nil {
		return Report{}, fmt.Errorf("import %s: %w", filepath.Base(n.File), err)
	}
	// Other processes are notified; this one need not wait for that.
	if err := g.pull(ctx); err != nil {
		g.opt.Log.Warn("glossary: imported, but not yet read again", "error", err)
	}
	return report, nil
}

// count notes what becomes of one entry and reports whether it must be written.
func (r *Report) count(noted Noted, was edit, there bool, e Entry) bool {
	if there && sameEntry(was.Entry, e) {
		r.Unchanged++
		return false
	}
	c := Change{Line: noted.Line, Slug: e.Slug, Term: e.Term, Added: !there, After: e.Definition}
	if there {
		c.Before = was.Definition
		r.Updated++
	} else {
		r.Added++
	}
	r.Changes = append(r.Changes, c)
	return true
}

// entry is the row for a noted entry.
func (n Notes) entry(noted Noted) Entry {
	return Entry{Slug: noted.Slug, Term: noted.Term, Aliases: slices.Clone(noted.Aliases), Definition: noted.Definition, Source: filepath.Base(n.File)}
}
