package kb

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// LoadNames returns the names that a workspace can use, for a program that reads files and answers no questions: it needs no
// Glossary, whose search takes seconds and memory to build. The database must be migrated; it gets the built-in glossary as by Open.
func LoadNames(ctx context.Context, pool *pgxpool.Pool, workspace string) (Names, error) {
	builtin, err := Builtin()
	if err != nil {
		return Names{}, err
	}
	if err := writeBuiltin(ctx, pool, builtin); err != nil {
		return Names{}, err
	}
	rows, err := pool.Query(ctx, `
		select workspace, source, slug, term, aliases, kind
		from kb.entry
		where workspace = any($1) and not deleted`, seenBy(workspace))
	if err != nil {
		return Names{}, fmt.Errorf("read the names of the glossary: %w", err)
	}
	layers := map[layerID]map[string]Entry{}
	var id layerID
	var e Entry
	_, err = pgx.ForEachRow(rows, []any{&id.workspace, &id.source, &e.Slug, &e.Term, &e.Aliases, &e.Kind}, func() error {
		if layers[id] == nil {
			layers[id] = map[string]Entry{}
		}
		e.Source = id.source
		layers[id][e.Slug] = e
		e.Aliases = nil // or the next row is read into the same list
		return nil
	})
	if err != nil {
		return Names{}, fmt.Errorf("read the names of the glossary: %w", err)
	}
	v := view{other: newOtherWords()}
	for id, entries := range layers {
		v.layers = append(v.layers, newLayer(id, entries))
	}
	slices.SortFunc(v.layers, func(a, b *layer) int { return a.compare(b.layerID) })
	return Names{v}, nil
}
