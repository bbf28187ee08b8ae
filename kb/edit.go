package kb

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Errors of edits. A *ConflictError and an *InvalidError say more.
var (
	ErrUnknown = errors.New("there is no such entry")
	ErrBuiltin = errors.New("the entry is built in; it can be replaced, but not removed")
	ErrShared  = errors.New("the entry belongs to everybody in this installation; it can be replaced here, but not removed")
)

// A ConflictError tells that an entry was edited after the editor had seen it. Nothing was written.
type ConflictError struct {
	By    string    // who made that edit
	At    time.Time // and when
	Entry *Entry    // as it is now; nil: it was removed
}

// Error says what became of the entry, and by whom.
func (e *ConflictError) Error() string {
	if e.Entry == nil {
		return fmt.Sprintf("the entry was removed by %s", e.By)
	}
	return fmt.Sprintf("the entry was changed by %s", e.By)
}

// Put adds or replaces the workspace's own version of an entry, the one with source "". An entry without a slug gets one made
// from its term. base is the Rev of the entry that the editor saw, 0 when there was none; when that is no longer the one that
// is shown, nothing is written and the error is a *ConflictError. What cannot be written is an *InvalidError. by is who did it.
// It returns the entry as it is shown now.
func (g *Glossary) Put(ctx context.Context, workspace string, by Author, base int64, e Entry) (Entry, error) {
	e, err := own(workspace, e)
	if err != nil {
		return Entry{}, err
	}
	return g.edit(ctx, workspace, e.Slug, "put", func(tx pgx.Tx) error {
		rows, err := rowsOf(ctx, tx, workspace, e.Slug)
		if err != nil {
			return err
		}
		return write(ctx, tx, workspace, authors{by}, base, rows, e)
	})
}

// own makes an entry the workspace's own and checks it.
func own(workspace string, e Entry) (Entry, error) {
	if workspace == "" {
		return e, errors.New("edit the glossary: no workspace given")
	}
	e.Source, e.Term, e.Definition = "", strings.TrimSpace(e.Term), strings.TrimSpace(e.Definition)
	if e.Slug == "" {
		e.Slug = SlugOf(e.Term)
	}
	c := e.check()
	return e, c.err()
}

// write writes an entry unless the rows of its slug tell that base is no longer what is shown.
func write(ctx context.Context, tx pgx.Tx, workspace string, by authors, base int64, rows []edit, e Entry) error {
	if conflict := conflictWith(base, rows); conflict != nil {
		// Chats deliver what people send twice now and then.
		if again := conflict.Entry; again != nil && conflict.By == by.words() && sameEntry(*again, e) {
			return nil
		}
		return conflict
	}
	return writeEntry(ctx, tx, workspace, by, e)
}

// conflictWith tells whether somebody edited an entry since base was shown.
func conflictWith(base int64, rows []edit) *ConflictError {
	now := shown(rows)
	switch {
	case now == nil && base == 0 || now != nil && now.Rev == base:
		return nil
	case now != nil && now.Rev > base:
		return &ConflictError{now.By, now.At, &now.Entry}
	}
	// What was shown is gone; perhaps another one shows through.
	c := &ConflictError{}
	if now != nil {
		c.Entry = &now.Entry
	}
	for _, r := range rows {
		if r.deleted && r.Rev > base && r.At.After(c.At) {
			c.By, c.At = r.By, r.At
		}
	}
	return c
}

// shown returns the first row that is no tombstone, or nil.
func shown(rows []edit) *edit {
	for i := range rows {
		if !rows[i].deleted {
			return &rows[i]
		}
	}
	return nil
}

// Remove removes what the workspace itself has for a slug: its own version, so that a built-in one shows again, or else what
// it imported. base is as for Put. ErrBuiltin and ErrShared tell that it is not the workspace's to remove, ErrUnknown that
// there is none.
func (g *Glossary) Remove(ctx context.Context, workspace string, by Author, slug string, base int64) error {
	_, err := g.edit(ctx, workspace, slug, "remove", func(tx pgx.Tx) error {
		rows, err := rowsOf(ctx, tx, workspace, slug)
		if err != nil {
			return err
		}
		if conflict := conflictWith(base, rows); conflict != nil {
			return conflict
		}
		remove, err := removable(workspace, rows)
		if err != nil {
			return err
		}
		return removeEntries(ctx, tx, workspace, authors{by}, remove)
	})
	return err
}

// removable returns the rows that Remove removes.
func removable(workspace string, rows []edit) (remove []rowKey, err error) {
	err = ErrUnknown
	for _, r := range rows {
		switch {
		case r.deleted:
		case r.workspace == workspace && r.Source == "":
			return []rowKey{r.key()}, nil
		case r.workspace == workspace:
			remove = append(remove, r.key())
		case r.workspace == "":
			err = ErrBuiltin
		case err == ErrUnknown:
			err = ErrShared
		}
	}
	if len(remove) > 0 {
		return remove, nil
	}
	return nil, err
}

// Revert writes a version of the workspace's history again, as a new edit by somebody: a version that removed the entry
// removes it. It returns what is shown now; the zero Entry when that is nothing. ErrUnknown: there is no such version.
func (g *Glossary) Revert(ctx context.Context, workspace string, by Author, slug string, rev int64) (Entry, error) {
	return g.edit(ctx, workspace, slug, "revert", func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `
			select `+columns+`
			from kb.history
			where workspace = $1 and slug = $2 and rev = $3`, workspace, slug, rev)
		if err != nil {
			return err
		}
		found, err := collectEdits(rows)
		switch {
		case err != nil:
			return err
		case len(found) == 0 || found[0].unreadable != nil:
			return ErrUnknown
		case found[0].deleted:
			return removeEntries(ctx, tx, workspace, authors{by}, []rowKey{found[0].key()})
		}
		return writeEntry(ctx, tx, workspace, authors{by}, found[0].Entry)
	})
}

// edit runs one edit of one entry in a transaction, and returns what the workspace is shown afterwards. This process knows
// the edit when it returns; others are notified.
func (g *Glossary) edit(ctx context.Context, workspace, slug, what string, do func(pgx.Tx) error) (Entry, error) {
	var after Entry
	err := pgx.BeginFunc(ctx, g.pool, func(tx pgx.Tx) error {
		if err := lockEdits(ctx, tx); err != nil {
			return err
		}
		if err := do(tx); err != nil {
			return err
		}
		rows, err := rowsOf(ctx, tx, workspace, slug)
		if now := shown(rows); now != nil {
			after = now.Entry
		}
		return err
	})
	if err != nil {
		return Entry{}, fmt.Errorf("%s an entry: %w", what, err)
	}
	g.pullAfterEdit(ctx)
	return after, nil
}

// pullAfterEdit makes an edit of this process known in it. When that fails, Run does it a moment later.
func (g *Glossary) pullAfterEdit(ctx context.Context) {
	if err := g.pull(ctx); err != nil {
		g.opt.Log.Warn("glossary: edited, but not yet read again", "error", err)
	}
}
