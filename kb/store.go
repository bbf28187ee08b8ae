package kb

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// SourceBuiltin is the source of the entries that come with the program.
const SourceBuiltin = "ckadbot"

// An edit is a row of kb.entry or kb.history.
type edit struct {
	Entry
	workspace  string
	deleted    bool
	unreadable error // why deleted is true although the row is there
}

// A rowKey tells the rows of one workspace apart.
type rowKey struct{ source, slug string }

func (e edit) layer() layerID { return layerID{e.workspace, e.Source} }
func (e edit) key() rowKey    { return rowKey{e.Source, e.Slug} }

// columns are those of both tables, as edit.columns takes them.
const columns = `workspace, rev, deleted, slug, term, aliases, short, kind, phrases, definition, details, example, tip, related, confusable,
		doc, category, domain, competency, verified, since, until, changed, source, source_url, licence, changed_by, changed_at`

func (e *edit) columns() []any {
	return []any{&e.workspace, &e.Rev, &e.deleted, &e.Slug, &e.Term, &e.Aliases, &e.Short, &e.Kind, &e.Phrases, &e.Definition, &e.Details, &e.Example, &e.Tip, &e.Related, &e.Confusable,
		&e.Doc, &e.Category, &e.Domain, &e.Competency, &e.Verified, &e.Since, &e.Until, &e.Changed, &e.Source, &e.SourceURL, &e.Licence, &e.By, &e.At}
}

func scanEdit(row pgx.CollectableRow) (e edit, err error) {
	err = row.Scan(e.columns()...)
	return e, err
}

// collectEdits reads rows column by column, so that one that cannot be read, because somebody edited it by hand, does not keep
// the others from being read: it counts as removed, and unreadable says why.
func collectEdits(rows pgx.Rows) ([]edit, error) {
	defer rows.Close()
	var edits []edit
	for rows.Next() {
		var e edit
		types, values, fields := rows.Conn().TypeMap(), rows.RawValues(), rows.FieldDescriptions()
		for i, column := range e.columns() {
			if err := types.Scan(fields[i].DataTypeOID, fields[i].Format, values[i], column); err != nil {
				e.deleted, e.unreadable = true, fmt.Errorf("column %s: %w", fields[i].Name, err)
			}
		}
		edits = append(edits, e)
	}
	return edits, rows.Err()
}

// longestRead is the time that reading edits may take. The pool's connections can be lost without a word, too.
const longestRead = 30 * time.Second

// editsSince returns the rows above a revision, in order. Edits are serialised up to their commit, so none below the highest
// one can turn up later.
func editsSince(ctx context.Context, pool *pgxpool.Pool, rev int64) ([]edit, error) {
	ctx, cancel := context.WithTimeout(ctx, longestRead)
	defer cancel()
	rows, err := pool.Query(ctx, `
		select `+columns+`
		from kb.entry
		where rev > $1
		order by rev`, rev)
	if err != nil {
		return nil, fmt.Errorf("read the glossary: %w", err)
	}
	edits, err := collectEdits(rows)
	if err != nil {
		return nil, fmt.Errorf("read the glossary: %w", err)
	}
	return edits, nil
}

// entriesOf returns a workspace's rows, tombstones as well.
func entriesOf(ctx context.Context, tx pgx.Tx, workspace string) (map[rowKey]edit, error) {
	rows, err := tx.Query(ctx, `
		select `+columns+`
		from kb.entry
		where workspace = $1`, workspace)
	if err != nil {
		return nil, fmt.Errorf("read the entries of %q: %w", workspace, err)
	}
	edits, err := collectEdits(rows)
	if err != nil {
		return nil, fmt.Errorf("read the entries of %q: %w", workspace, err)
	}
	byKey := map[rowKey]edit{}
	for _, e := range edits {
		byKey[e.key()] = e
	}
	return byKey, nil
}

// rowsOf returns the rows of a slug that a workspace sees, what is shown first coming first, tombstones as well.
func rowsOf(ctx context.Context, tx pgx.Tx, workspace, slug string) ([]edit, error) {
	rows, err := tx.Query(ctx, `
		select `+columns+`
		from kb.entry
		where workspace in ($1, '*', '') and slug = $2`, workspace, slug)
	if err != nil {
		return nil, fmt.Errorf("read an entry: %w", err)
	}
	edits, err := collectEdits(rows)
	if err != nil {
		return nil, fmt.Errorf("read an entry: %w", err)
	}
	slices.SortFunc(edits, func(a, b edit) int { return a.layer().compare(b.layer()) })
	return edits, nil
}

// lockEdits waits for other edits to be committed, so that what is read next stays true until this transaction ends.
func lockEdits(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, `select kb.lock_edits()`); err != nil {
		return fmt.Errorf("wait for other edits of the glossary: %w", err)
	}
	return nil
}

// writeEntry adds or replaces one row.
func writeEntry(ctx context.Context, tx pgx.Tx, workspace string, by authors, e Entry) error {
	return writeEntries(ctx, tx, workspace, by, []Entry{e}, func(int) {})
}

// writeEntries adds or replaces rows of different sources and slugs, and tells how many are done. One statement writes many of
// them: its triggers cost more than the rows.
func writeEntries(ctx context.Context, tx pgx.Tx, workspace string, by authors, entries []Entry, progress func(done int)) error {
	done := 0
	for some := range slices.Chunk(entries, 500) {
		rows, err := json.Marshal(rowsAsJSON(some))
		if err != nil {
			return fmt.Errorf("write %d entries: %w", len(some), err)
		}
		_, err = tx.Exec(ctx, `
			insert into kb.entry (workspace, deleted, changed_by, authors, slug, term, aliases, short, kind, phrases, definition, details, example, tip, related, confusable,
			                      doc, category, domain, competency, verified, since, until, changed, source, source_url, licence)
			select $1, false, $2, $4::jsonb, slug, term, aliases, short, kind, phrases, definition, details, example, tip, related, confusable,
			       doc, category, domain, competency, verified, since, until, changed, source, source_url, licence
			from jsonb_populate_recordset(null::kb.entry, $3)
			on conflict (workspace, source, slug) do update set
				(deleted, changed_by, authors, term, aliases, short, kind, phrases, definition, details, example, tip, related, confusable,
				 doc, category, domain, competency, verified, since, until, changed, source_url, licence) =
				(false, excluded.changed_by, excluded.authors, excluded.term, excluded.aliases, excluded.short, excluded.kind, excluded.phrases, excluded.definition,
				 excluded.details, excluded.example, excluded.tip, excluded.related, excluded.confusable, excluded.doc, excluded.category,
				 excluded.domain, excluded.competency, excluded.verified, excluded.since, excluded.until, excluded.changed, excluded.source_url, excluded.licence)`,
			workspace, by.words(), rows, by.known())
		if err != nil {
			return fmt.Errorf("write %d entries: %w", len(some), err)
		}
		done += len(some)
		progress(done)
	}
	return nil
}

// rowsAsJSON names the fields of entries as the columns are named.
func rowsAsJSON(entries []Entry) []map[string]any {
	rows := make([]map[string]any, len(entries))
	for i, e := range entries {
		rows[i] = map[string]any{
			"slug": e.Slug, "term": e.Term, "aliases": list(e.Aliases), "short": list(e.Short), "kind": e.Kind, "phrases": list(e.Phrases),
			"definition": e.Definition, "details": e.Details, "example": e.Example, "tip": e.Tip, "related": list(e.Related), "confusable": dict(e.Confusable),
			"doc": e.Doc, "category": e.Category, "domain": e.Domain, "competency": e.Competency, "verified": e.Verified, "since": e.Since, "until": e.Until,
			"changed": e.Changed, "source": e.Source, "source_url": e.SourceURL, "licence": e.Licence,
		}
	}
	return rows
}

// removeEntries makes tombstones of those rows that are none yet.
func removeEntries(ctx context.Context, tx pgx.Tx, workspace string, by authors, rows []rowKey) error {
	for _, r := range rows {
		_, err := tx.Exec(ctx, `
			update kb.entry set deleted = true, changed_by = $4, authors = $5
			where workspace = $1 and source = $2 and slug = $3 and not deleted`, workspace, r.source, r.slug, by.words(), by.known())
		if err != nil {
			return fmt.Errorf("remove an entry: %w", err)
		}
	}
	return nil
}

// list and dict make nil the empty value: the columns are not null.
func list(s []string) []string { return append([]string{}, s...) }

func dict(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

// sameEntry reports whether two entries say the same, whatever way their empty lists are written and whoever wrote them.
func sameEntry(a, b Entry) bool {
	for _, e := range []*Entry{&a, &b} {
		e.Aliases, e.Short, e.Phrases, e.Related, e.Confusable = list(e.Aliases), list(e.Short), list(e.Phrases), list(e.Related), dict(e.Confusable)
		e.Rev, e.By, e.At, e.Notes = 0, "", time.Time{}, nil
	}
	return reflect.DeepEqual(a, b)
}

// writeBuiltin brings the built-in layer to these entries, unless the database has seen them before: then a later version may
// have replaced them, and this is an older bot that must not undo that. Rows that do not differ are not written; rows that are
// no longer there become tombstones.
func writeBuiltin(ctx context.Context, pool *pgxpool.Pool, entries []Entry) error {
	text, err := json.Marshal(entries)
	if err != nil {
		return fmt.Errorf("hash the built-in glossary: %w", err)
	}
	hash := fmt.Sprintf("%x", sha256.Sum256(text))
	if seen, err := seenBuiltin(ctx, pool, hash); err != nil || seen {
		return err
	}
	return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		if err := lockEdits(ctx, tx); err != nil {
			return err
		}
		// Another bot may have written it while this one waited for the lock.
		tag, err := tx.Exec(ctx, `insert into kb.builtin (content) values ($1) on conflict do nothing`, hash)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		builtin := authors{{Name: SourceBuiltin}}
		old, err := entriesOf(ctx, tx, "")
		if err != nil {
			return err
		}
		for _, e := range entries {
			e.Source = SourceBuiltin
			if was, ok := old[rowKey{e.Source, e.Slug}]; !ok || was.deleted || !sameEntry(was.Entry, e) {
				if err := writeEntry(ctx, tx, "", builtin, e); err != nil {
					return err
				}
			}
			delete(old, rowKey{e.Source, e.Slug})
		}
		return removeEntries(ctx, tx, "", builtin, slices.Collect(maps.Keys(old)))
	})
}

func seenBuiltin(ctx context.Context, pool *pgxpool.Pool, hash string) (bool, error) {
	var one int
	err := pool.QueryRow(ctx, `select 1 from kb.builtin where content = $1`, hash).Scan(&one)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look up the built-in glossary: %w", err)
	}
	return true, nil
}
