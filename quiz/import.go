package quiz

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// ImportOptions of Import. The zero value works.
type ImportOptions struct {
	DryRun  bool       // only report
	Builtin []Question // built-in questions that may not be loaded yet
}

// A Report tells what an import did, or would do.
type Report struct {
	Added, Updated, Unchanged int
	Changes                   []Change // the added and updated ones, in the file's order
	Skipped                   []Remark // those that are built in
}

// String is the report in words.
func (r Report) String() string {
	return fmt.Sprintf("%d added, %d updated, %d unchanged", r.Added, r.Updated, r.Unchanged)
}

// A Change is one question that an import adds or updates.
type Change struct {
	Place
	ID, Text string
	Added    bool // else updated
}

// Import stores the questions of a file beside the built-in ones, for everybody in this installation, in one transaction. The
// same questions again change nothing, also from a file of another name; questions that the file does not hold stay. Those with
// the id of a built-in question are left out and told. A corrected key grades everybody anew, as Load does it.
func (e *Engine) Import(ctx context.Context, f File, opt ImportOptions) (Report, error) {
	if err := f.storable(); err != nil {
		return Report{}, err
	}
	var report Report
	err := pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error {
		if err := lock(ctx, tx, "load"); err != nil { // one after the other, and no start of a bot in between
			return err
		}
		old, err := readBank(ctx, tx)
		if err != nil {
			return err
		}
		changed, corrected := report.compare(old, f, opt.Builtin)
		if opt.DryRun {
			return nil
		}
		if err := storeQuestions(ctx, tx, changed, e.now()); err != nil {
			return err
		}
		return e.correctRounds(ctx, tx, corrected)
	})
	if err != nil {
		return Report{}, fmt.Errorf("import questions: %w", err)
	}
	return report, nil
}

// storable says what must not be stored. Read has told most of it; files that were joined may hold an id twice.
func (f File) storable() error {
	var all []error
	first := map[string]Place{}
	for _, n := range f.Questions {
		if err := n.Validate(); err != nil {
			all = append(all, &FileError{n.Place, err.Error()})
		}
		if !n.imported() {
			all = append(all, &FileError{n.Place, "the question has no source"})
		}
		if at, twice := first[n.ID]; twice {
			all = append(all, &FileError{n.Place, fmt.Sprintf("id %q is used at %s already, or it is the same question; keep one", clip(n.ID, 80), at)})
		}
		first[n.ID] = n.Place
	}
	return errors.Join(all...)
}

// compare counts what becomes of each question, and returns those to store and those whose key is another now.
func (r *Report) compare(old []Question, f File, builtin []Question) (changed, corrected []Question) {
	stored := make(map[string]Question, len(old))
	for _, q := range old {
		stored[q.ID] = q
	}
	ours := map[string]bool{}
	for _, q := range builtin {
		ours[q.ID] = true
	}
	var qs []Question
	places := map[string]Place{}
	for _, n := range f.Questions {
		was, known := stored[n.ID]
		if known && !was.imported() || ours[n.ID] {
			r.Skipped = append(r.Skipped, Remark{n.Place, fmt.Sprintf("%s is the id of a built-in question, which stays as it is; give yours another id to have both", n.ID)})
			continue
		}
		if known {
			n.Source = was.Source // where it came from first
		}
		qs, places[n.ID] = append(qs, n.Question), n.Place
	}
	changed, corrected, r.Added = compareBanks(old, qs)
	r.Updated, r.Unchanged = len(changed)-r.Added, len(qs)-len(changed)
	for _, q := range changed {
		_, known := stored[q.ID]
		r.Changes = append(r.Changes, Change{places[q.ID], q.ID, q.Text, !known})
	}
	return changed, corrected
}
