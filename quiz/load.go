package quiz

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// Load makes the stored bank equal to qs, which is the whole bank but for what was imported (see Import): what is not in it is
// retired (not drawn any more, but kept) until it comes back. Loading the same questions again changes nothing. It is one transaction, and bots that
// start together load one after the other.
//
// A question whose key was corrected while what is asked stayed the same is graded anew wherever it was asked, but for
// workspaces that have their own version of it: see correctRounds. What workspaces decided about questions stays.
func (e *Engine) Load(ctx context.Context, qs []Question) (added, updated, retired, unchanged int, err error) {
	if len(qs) == 0 {
		return 0, 0, 0, 0, errors.New("load questions: the bank is empty, which would retire all of them")
	}
	if err := validBank(qs); err != nil {
		return 0, 0, 0, 0, fmt.Errorf("load questions: %w", err)
	}
	err = pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error {
		if err := lock(ctx, tx, "load"); err != nil {
			return err
		}
		old, err := readBank(ctx, tx)
		if err != nil {
			return err
		}
		changed, corrected, isNew := compareBanks(old, qs)
		if err := storeQuestions(ctx, tx, changed, e.now()); err != nil {
			return err
		}
		if err := e.correctRounds(ctx, tx, corrected); err != nil {
			return err
		}
		retired, err = retireOthers(ctx, tx, qs, e.now())
		added, updated, unchanged = isNew, len(changed)-isNew, len(qs)-len(changed)
		return err
	})
	if err != nil {
		return 0, 0, 0, 0, fmt.Errorf("load questions: %w", err)
	}
	return added, updated, retired, unchanged, nil
}

func validBank(qs []Question) error {
	var all []error
	for _, q := range qs {
		if err := q.Validate(); err != nil {
			all = append(all, fmt.Errorf("question %q: %w", clip(q.ID, 80), err))
		}
	}
	return errors.Join(append(all, duplicateIDs(qs))...)
}

// compareBanks returns the questions of qs that are new (their number) or different from what is stored, and of the
// latter those with another key for the same choices. A question that was retired counts as new.
func compareBanks(old, qs []Question) (changed, corrected []Question, isNew int) {
	stored := make(map[string]Question, len(old))
	for _, q := range old {
		stored[q.ID] = q
	}
	for _, q := range qs {
		was, known := stored[q.ID]
		switch {
		case !known:
			isNew++
			changed = append(changed, q)
		case !bytes.Equal(encode(was), encode(q)):
			changed = append(changed, q)
			if sameAsked(was, q) && !sameAnswer(was, q) {
				corrected = append(corrected, q)
			}
		}
	}
	return changed, corrected, isNew
}

// sameAsked reports whether answers to the one are answers to the other. Where the choices do not tell what is asked, the text must be the same.
func sameAsked(a, b Question) bool {
	if (a.Kind == TrueFalse || a.Kind == Typed) && a.Text != b.Text {
		return false
	}
	return a.Kind == b.Kind && slices.Equal(sorted(a.Choices), sorted(b.Choices))
}

// encode writes a question as it is stored.
func encode(q Question) []byte {
	data, err := json.Marshal(q)
	if err != nil {
		panic(err) // a struct of strings and numbers always encodes
	}
	return data
}

func storeQuestions(ctx context.Context, tx pgx.Tx, qs []Question, now time.Time) error {
	ids, contents := make([]string, len(qs)), make([]string, len(qs))
	for i, q := range qs {
		ids[i], contents[i] = q.ID, string(encode(q))
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO quiz.question (id, content, loaded_at)
		SELECT id, content::jsonb, $3 FROM unnest($1::text[], $2::text[]) AS n (id, content)
		ON CONFLICT (id) DO UPDATE
		SET content = excluded.content, loaded_at = excluded.loaded_at, retired_at = NULL`,
		ids, contents, now)
	if err != nil {
		return fmt.Errorf("store questions: %w", err)
	}
	return nil
}

func retireOthers(ctx context.Context, tx pgx.Tx, qs []Question, now time.Time) (int, error) {
	ids := make([]string, len(qs))
	for i, q := range qs {
		ids[i] = q.ID
	}
	tag, err := tx.Exec(ctx, `
		UPDATE quiz.question SET retired_at = $2
		WHERE retired_at IS NULL AND NOT id = ANY($1)
		  AND content ->> 'Source' IN ('', $3) -- imported questions stay`, ids, now, SourceGlossary)
	if err != nil {
		return 0, fmt.Errorf("retire questions: %w", err)
	}
	return int(tag.RowsAffected()), nil
}
