package kb

import (
	"context"
	"fmt"
	"time"
)

// maxVersions is how many versions History returns.
const maxVersions = 50

// A Version is an entry as it was after one edit.
type Version struct {
	Number  int       // of the entry's versions in this workspace, from 1: what people call it
	Rev     int64     // of the edit; for Revert
	By      string    // who made it, in words
	At      time.Time // and when
	Removed bool      // the edit removed the entry; Entry is what it was before
	Source  string    // "" for what was written in the workspace, else where it was imported from
	Entry   Entry
}

// History returns the versions that a workspace had of an entry, its own and imported ones, newest first and at most 50. The
// built-in version is none of them.
func (g *Glossary) History(ctx context.Context, workspace, slug string) ([]Version, error) {
	rows, err := g.pool.Query(ctx, `
		select `+columns+`
		from kb.history
		where workspace = $1 and slug = $2
		order by rev desc
		limit $3`, workspace, slug, maxVersions)
	if err != nil {
		return nil, fmt.Errorf("read the history of an entry: %w", err)
	}
	edits, err := collectEdits(rows)
	if err != nil {
		return nil, fmt.Errorf("read the history of an entry: %w", err)
	}
	if len(edits) == 0 {
		return nil, nil
	}
	var number int // of the newest; versions are never removed
	err = g.pool.QueryRow(ctx, `select count(*) from kb.history where workspace = $1 and slug = $2 and rev <= $3`, workspace, slug, edits[0].Rev).Scan(&number)
	if err != nil {
		return nil, fmt.Errorf("count the versions of an entry: %w", err)
	}
	var versions []Version
	for i, e := range edits {
		versions = append(versions, Version{Number: number - i, Rev: e.Rev, By: e.By, At: e.At, Removed: e.deleted, Source: e.Source, Entry: e.Entry})
	}
	return versions, nil
}
