package kb

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// How many suggestions may be open at a time.
const (
	maxOpenOfPerson    = 20
	maxOpenOfWorkspace = 500
)

// Errors of suggestions.
var (
	ErrTooMany = errors.New("too many suggestions are open; some must be decided first")
	ErrDecided = errors.New("the suggestion has been decided already")
)

// A Suggestion is what somebody would like the glossary of their workspace to say. Everybody may suggest, admins decide.
type Suggestion struct {
	ID        int64
	Workspace string
	By, ByID  string // who: in words, and as the platform numbers people
	At        time.Time
	Base      int64  // Rev of the entry that it corrects, as it was then; 0 for a new term
	Entry     Entry  // only what was filled in; of a correction, fields that are empty stay as they are
	Why       string // at most 500 characters
	State     string // open, accepted or declined
	DecidedBy string
	DecidedAt time.Time
}

// Suggest keeps a new term, or a correction when Entry.Slug is known, until an admin decides. Workspace, By, ByID, Entry and Why
// are used; so is Base, when the entry that is corrected was read earlier. The same again from the same person is the same
// suggestion. ErrTooMany: that person or workspace has too many open ones. An *InvalidError tells what cannot be written.
func (g *Glossary) Suggest(ctx context.Context, s Suggestion) (int64, error) {
	s.Entry.Slug = cmp.Or(s.Entry.Slug, SlugOf(s.Entry.Term))
	now, _ := g.Entry(s.Workspace, s.Entry.Slug)
	s.Base = cmp.Or(s.Base, now.Rev)
	if _, err := own(s.Workspace, corrected(now, s.Entry)); err != nil {
		return 0, err
	}
	c := checker{part: "why"}
	c.text("reason", s.Why, 500)
	if err := c.err(); err != nil {
		return 0, err
	}
	var id int64
	err := pgx.BeginFunc(ctx, g.pool, func(tx pgx.Tx) (err error) {
		id, err = suggest(ctx, tx, s)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("suggest an entry: %w", err)
	}
	return id, nil
}

// corrected is an entry with what a suggestion fills in.
func corrected(now, by Entry) Entry {
	e := now
	e.Slug, e.Notes = by.Slug, nil
	for _, f := range []struct {
		is *string
		to string
	}{
		{&e.Term, by.Term}, {&e.Kind, by.Kind}, {&e.Definition, by.Definition}, {&e.Details, by.Details}, {&e.Example, by.Example}, {&e.Tip, by.Tip},
		{&e.Doc, by.Doc}, {&e.Category, by.Category}, {&e.Domain, by.Domain}, {&e.Competency, by.Competency}, {&e.Verified, by.Verified},
		{&e.Since, by.Since}, {&e.Until, by.Until}, {&e.Changed, by.Changed}, {&e.SourceURL, by.SourceURL}, {&e.Licence, by.Licence},
	} {
		*f.is = cmp.Or(f.to, *f.is)
	}
	for _, f := range []struct {
		is *[]string
		to []string
	}{{&e.Aliases, by.Aliases}, {&e.Short, by.Short}, {&e.Phrases, by.Phrases}, {&e.Related, by.Related}} {
		if len(f.to) > 0 {
			*f.is = f.to
		}
	}
	if len(by.Confusable) > 0 {
		e.Confusable = by.Confusable
	}
	return e
}

func suggest(ctx context.Context, tx pgx.Tx, s Suggestion) (id int64, err error) {
	entry, err := json.Marshal(s.Entry)
	if err != nil {
		return 0, err
	}
	// Those of one workspace wait for each other, so that the counts stay true until this one is written.
	if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('kb.suggestion ' || $1, 0))`, s.Workspace); err != nil {
		return 0, err
	}
	var same *int64
	var ofPerson, ofWorkspace int
	err = tx.QueryRow(ctx, `
		select min(id) filter (where by_id = $2 and entry = $3), count(*) filter (where by_id = $2), count(*)
		from kb.suggestion
		where workspace = $1 and state = 'open'`, s.Workspace, s.ByID, entry).Scan(&same, &ofPerson, &ofWorkspace)
	switch {
	case err != nil:
		return 0, err
	case same != nil:
		return *same, nil
	case ofPerson >= maxOpenOfPerson || ofWorkspace >= maxOpenOfWorkspace:
		return 0, ErrTooMany
	}
	err = tx.QueryRow(ctx, `
		insert into kb.suggestion (workspace, by_name, by_id, base, entry, why)
		values ($1, $2, $3, $4, $5, $6)
		returning id`, s.Workspace, person(s.By), s.ByID, s.Base, entry, s.Why).Scan(&id)
	return id, err
}

const suggestionColumns = `id, workspace, by_name, by_id, at, base, entry, why, state, decided_by, decided_at`

// scanSuggestion leaves Entry empty when it cannot be read.
func scanSuggestion(row pgx.CollectableRow) (s Suggestion, err error) {
	var entry []byte
	var decided *time.Time
	err = row.Scan(&s.ID, &s.Workspace, &s.By, &s.ByID, &s.At, &s.Base, &entry, &s.Why, &s.State, &s.DecidedBy, &decided)
	if decided != nil {
		s.DecidedAt = *decided
	}
	if err == nil && json.Unmarshal(entry, &s.Entry) != nil {
		s.Entry = Entry{}
	}
	return s, err
}

// Suggestions returns at most n open suggestions of a workspace, oldest first, those with an ID above after; and how many are
// open in all.
func (g *Glossary) Suggestions(ctx context.Context, workspace string, after int64, n int) (open []Suggestion, total int, err error) {
	err = g.pool.QueryRow(ctx, `select count(*) from kb.suggestion where workspace = $1 and state = 'open'`, workspace).Scan(&total)
	if err != nil {
		return nil, 0, fmt.Errorf("count the suggestions: %w", err)
	}
	rows, err := g.pool.Query(ctx, `
		select `+suggestionColumns+`
		from kb.suggestion
		where workspace = $1 and state = 'open' and id > $2
		order by id
		limit $3`, workspace, after, n)
	if err != nil {
		return nil, 0, fmt.Errorf("read the suggestions: %w", err)
	}
	if open, err = pgx.CollectRows(rows, scanSuggestion); err != nil {
		return nil, 0, fmt.Errorf("read the suggestions: %w", err)
	}
	return open, total, nil
}

// Accept makes the suggestion the workspace's own version of its entry, in one transaction. ErrDecided: somebody was quicker.
// ErrUnknown: there is no such suggestion. A *ConflictError: the entry was edited since it was suggested; it stays open.
func (g *Glossary) Accept(ctx context.Context, workspace string, id int64, by Author) (Entry, error) {
	var after Entry
	err := pgx.BeginFunc(ctx, g.pool, func(tx pgx.Tx) error {
		if err := lockEdits(ctx, tx); err != nil {
			return err
		}
		s, err := decide(ctx, tx, workspace, id, "accepted", by)
		if err != nil {
			return err
		}
		rows, err := rowsOf(ctx, tx, workspace, s.Entry.Slug)
		if err != nil {
			return err
		}
		var now Entry
		if row := shown(rows); row != nil {
			now = row.Entry
		}
		e, err := own(workspace, corrected(now, s.Entry))
		if err != nil {
			return err
		}
		if err := write(ctx, tx, workspace, authors{{s.By, s.ByID}, by}, s.Base, rows, e); err != nil {
			return err
		}
		rows, err = rowsOf(ctx, tx, workspace, e.Slug)
		if row := shown(rows); row != nil {
			after = row.Entry
		}
		return err
	})
	if err != nil {
		return Entry{}, fmt.Errorf("accept suggestion %d: %w", id, err)
	}
	g.pullAfterEdit(ctx)
	return after, nil
}

// Decline closes a suggestion without an edit. ErrDecided: somebody was quicker. ErrUnknown: there is no such suggestion.
func (g *Glossary) Decline(ctx context.Context, workspace string, id int64, by Author) (Suggestion, error) {
	var s Suggestion
	err := pgx.BeginFunc(ctx, g.pool, func(tx pgx.Tx) (err error) {
		s, err = decide(ctx, tx, workspace, id, "declined", by)
		return err
	})
	if err != nil {
		return Suggestion{}, fmt.Errorf("decline suggestion %d: %w", id, err)
	}
	return s, nil
}

// decide closes an open suggestion. Of two who do that at once, the second finds it closed.
func decide(ctx context.Context, tx pgx.Tx, workspace string, id int64, state string, by Author) (Suggestion, error) {
	rows, err := tx.Query(ctx, `
		update kb.suggestion set state = $3, decided_by = $4, decided_id = $5, decided_at = now()
		where workspace = $1 and id = $2 and state = 'open'
		returning `+suggestionColumns, workspace, id, state, person(by.Name), by.ID)
	if err != nil {
		return Suggestion{}, err
	}
	s, err := pgx.CollectExactlyOneRow(rows, scanSuggestion)
	if !errors.Is(err, pgx.ErrNoRows) {
		return s, err
	}
	var there bool
	if err := tx.QueryRow(ctx, `select exists (select from kb.suggestion where workspace = $1 and id = $2)`, workspace, id).Scan(&there); err != nil {
		return Suggestion{}, err
	}
	if there {
		return Suggestion{}, ErrDecided
	}
	return Suggestion{}, ErrUnknown
}
