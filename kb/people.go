package kb

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// People is what the glossary keeps about who edits and suggests. It is for those who count, export and forget all that there is
// about a person or a workspace, in transactions of theirs.
type People struct{ g *Glossary }

// People returns it.
func (g *Glossary) People() People { return People{g} }

// somebody stands where the name of somebody was who is forgotten.
const somebody = "somebody who left"

// Whose row of kb.entry or kb.history it is: of those in changed_by, each a name, theirs is the one that is kept with the id $3; of
// whom no id is kept, the one with one of the names $2. Without an id, $3 is empty.
const (
	isTheirs = `($3 <> '' and authors @> jsonb_build_array(jsonb_build_object('name', name, 'id', $3::text))
		or name = any($2) and not authors @> jsonb_build_array(jsonb_build_object('name', name)))`
	editedBy = `($3 <> '' and authors @> jsonb_build_array(jsonb_build_object('id', $3::text))
		or exists (select from unnest(string_to_array(changed_by, ', accepted by ')) as name where ` + isTheirs + `))`
	withoutThem = `changed_by = array_to_string(array(
			select case when ` + isTheirs + ` then $4 else name end
			from unnest(string_to_array(changed_by, ', accepted by ')) with ordinality as by (name, place) order by place
		), ', accepted by '),
		authors = coalesce((select jsonb_agg(a) from jsonb_array_elements(authors) a where $3 = '' or a ->> 'id' <> $3), '[]')`
	// decidedBy is the same of kb.suggestion.
	decidedBy = `(case decided_id when '' then decided_by = any($2) else decided_id = $3 end)`
)

// asKept are names as the glossary keeps them, besides as they are.
func asKept(names []string) (all []string) {
	for _, name := range names {
		all = append(all, name, person(name))
	}
	return all
}

// Count says how many suggestions and edits of a workspace name a person: by their id, or by one of the names.
func (p People) Count(ctx context.Context, tx pgx.Tx, workspace, user string, names []string) (map[string]int, error) {
	var suggestions, edits int
	err := tx.QueryRow(ctx, `
		select (select count(*) from kb.suggestion where workspace = $1 and by_id = $3 and $3 <> ''),
			(select count(*) from kb.history where workspace = $1 and `+editedBy+`)`, workspace, asKept(names), user).Scan(&suggestions, &edits)
	if err != nil {
		return nil, fmt.Errorf("count what the glossary has of a person: %w", err)
	}
	return map[string]int{"suggestions": suggestions, "glossary edits": edits}, nil
}

// Export gives the suggestions and edits of a person, each with what they wrote.
func (p People) Export(ctx context.Context, tx pgx.Tx, workspace, user string, names []string) (map[string][]map[string]any, error) {
	all := map[string][]map[string]any{}
	for key, sql := range map[string]string{
		"suggestions": `
			select workspace, id, at, entry, why, state, decided_at, by_id = $3 as mine, ` + decidedBy + ` as decided from kb.suggestion
			where workspace = $1 and (by_id = $3 and $3 <> '' or ` + decidedBy + `) order by id`,
		"glossary_edits": `
			select workspace, slug, rev, deleted, term, definition, details, example, tip, aliases, changed_by, changed_at, $3::text = '' as elsewhere from kb.history
			where workspace = $1 and ` + editedBy + ` order by rev`,
	} {
		rows, err := tx.Query(ctx, sql, workspace, asKept(names), user)
		if err == nil {
			all[key], err = pgx.CollectRows(rows, pgx.RowToMap)
		}
		if err != nil {
			return nil, fmt.Errorf("export what the glossary has of a person: %w", err)
		}
	}
	return all, nil
}

// Forget takes a person off their suggestions, decisions and edits. What they wrote stays, without them. Entries get a new rev,
// from which other bots learn of it, but no new version.
func (p People) Forget(ctx context.Context, tx pgx.Tx, workspace, user string, names []string) error {
	if err := lockEdits(ctx, tx); err != nil {
		return err
	}
	all := []any{workspace, asKept(names), user, somebody}
	for _, s := range []struct {
		sql  string
		args []any
	}{
		{`update kb.suggestion set by_id = '', by_name = $3 where workspace = $1 and by_id = $2 and $2 <> ''`, []any{workspace, user, somebody}},
		{`update kb.suggestion set decided_id = '', decided_by = $4 where workspace = $1 and ` + decidedBy, all},
		{`update kb.history set ` + withoutThem + ` where workspace = $1 and ` + editedBy, all},
		// The version before becomes the one of the new rev.
		{`with old as (
				select workspace, source, slug, rev from kb.entry where workspace = $1 and ` + editedBy + `
			)
			update kb.history h set rev = -h.rev from old where h.workspace = old.workspace and h.slug = old.slug and h.source = old.source and h.rev = old.rev`,
			all[:3]},
		{`update kb.entry set ` + withoutThem + ` where workspace = $1 and ` + editedBy, all},
		{`with old as (
				delete from kb.history where workspace = $1 and rev < 0 returning workspace, source, slug, changed_at
			)
			update kb.history h set changed_at = old.changed_at
			from old join kb.entry e using (workspace, source, slug)
			where h.workspace = e.workspace and h.slug = e.slug and h.source = e.source and h.rev = e.rev`, []any{workspace}},
	} {
		if _, err := tx.Exec(ctx, s.sql, s.args...); err != nil {
			return fmt.Errorf("forget a person in the glossary: %w", err)
		}
	}
	return nil
}

// Workspaces are those with entries of their own, now or before, or with suggestions.
func (p People) Workspaces(ctx context.Context) ([]string, error) {
	rows, err := p.g.pool.Query(ctx, `select workspace from kb.history union select workspace from kb.suggestion`)
	if err == nil {
		var all []string
		if all, err = pgx.CollectRows(rows, pgx.RowTo[string]); err == nil {
			return all, nil
		}
	}
	return nil, fmt.Errorf("list the workspaces of the glossary: %w", err)
}

const (
	// purgeBatch is how many rows one statement deletes.
	purgeBatch = 500
	// purgeAfter is how long other bots have to learn that an entry is removed, before its row goes: they ask every ten seconds.
	purgeAfter = 5 * time.Minute
)

// Purge deletes what there is of a workspace, and reports whether that was all. Entries are removed first, so that bots which run
// forget them, and deleted some minutes later.
func (p People) Purge(ctx context.Context, workspace string) (done bool, err error) {
	for _, sql := range []string{
		`update kb.entry set deleted = true, changed_by = '', authors = '[]' where (workspace, source, slug) in (
			select workspace, source, slug from kb.entry where workspace = $1 and not deleted limit $2 for update)`,
		`delete from kb.suggestion where (workspace, id) in (select workspace, id from kb.suggestion where workspace = $1 limit $2 for update)`,
		`delete from kb.history where (workspace, slug, rev) in (select workspace, slug, rev from kb.history where workspace = $1 limit $2 for update)`,
		fmt.Sprintf(`delete from kb.entry where (workspace, source, slug) in (
			select workspace, source, slug from kb.entry where workspace = $1 and changed_at < now() - interval '%d seconds' limit $2 for update)`, int(purgeAfter.Seconds())),
	} {
		if err := p.repeat(ctx, sql, workspace); err != nil {
			return false, fmt.Errorf("delete the glossary of %s: %w", workspace, err)
		}
	}
	err = p.g.pool.QueryRow(ctx, `select not exists (select from kb.entry where workspace = $1)`, workspace).Scan(&done)
	if err != nil {
		return false, fmt.Errorf("delete the glossary of %s: %w", workspace, err)
	}
	return done, nil
}

// repeat runs a statement about $2 rows of a workspace until there are fewer. It locks them, so that it waits for those that another
// bot is deleting, and takes others in their place.
func (p People) repeat(ctx context.Context, sql, workspace string) error {
	for {
		tag, err := p.g.pool.Exec(ctx, sql, workspace, purgeBatch)
		if err != nil || tag.RowsAffected() < purgeBatch {
			return err
		}
	}
}
