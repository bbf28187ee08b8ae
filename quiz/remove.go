package quiz

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// Remove takes imported questions back: those that came from a file of that name, and those with that id. They are retired as
// Load retires what the bank has lost: never drawn again, while open rounds end as they began and answers keep their points.
// No start of a bot brings them back, but importing them again does. It returns what was removed, or with dryRun what would be.
//
// Errors: *InvalidError for a name that fits no imported question; then nothing is removed.
func (e *Engine) Remove(ctx context.Context, names []string, dryRun bool) ([]Question, error) {
	var removed []Question
	err := pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error {
		if err := lock(ctx, tx, "load"); err != nil {
			return err
		}
		bank, err := readBank(ctx, tx)
		if err != nil {
			return err
		}
		if removed, err = named(bank, names); err != nil || dryRun {
			return err
		}
		return retire(ctx, tx, removed, e.now())
	})
	if err != nil {
		return nil, fmt.Errorf("remove questions: %w", err)
	}
	return removed, nil
}

// named are the imported questions that have one of the names as their id or their source, in the order of the bank.
func named(bank []Question, names []string) ([]Question, error) {
	found := map[string]bool{}
	for _, name := range names {
		some := false
		for _, q := range bank {
			if q.imported() && (q.ID == name || q.Source == sourceOf(name)) {
				found[q.ID], some = true, true
			}
		}
		if !some {
			return nil, invalid("%q is neither a file from which questions were imported nor the id of such a question; %s", clip(name, 80), sources(bank))
		}
	}
	return slices.DeleteFunc(slices.Clone(bank), func(q Question) bool { return !found[q.ID] }), nil
}

// sources tells from where the imported questions came.
func sources(bank []Question) string {
	count := map[string]int{}
	for _, q := range bank {
		if q.imported() {
			count[q.Source]++
		}
	}
	if len(count) == 0 {
		return "none are imported"
	}
	var all []string
	for _, source := range slices.Sorted(maps.Keys(count)) {
		all = append(all, fmt.Sprintf("%s (%d)", source, count[source]))
	}
	return "there are some from " + strings.Join(all, ", ")
}

func retire(ctx context.Context, tx pgx.Tx, qs []Question, now time.Time) error {
	ids := make([]string, len(qs))
	for i, q := range qs {
		ids[i] = q.ID
	}
	if _, err := tx.Exec(ctx, `UPDATE quiz.question SET retired_at = $2 WHERE retired_at IS NULL AND id = ANY($1)`, ids, now); err != nil {
		return fmt.Errorf("retire questions: %w", err)
	}
	return nil
}
