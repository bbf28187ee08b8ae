package quiz

import (
	"context"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"
)

// A bankCopy is the live bank as this process read it last. Nobody changes the questions in it.
type bankCopy struct {
	mu        sync.Mutex
	version   int64 // of quiz.bank; 0 before the first reading
	questions []banked
}

// liveBank returns the questions that may be drawn: those of the bank that are true for the Kubernetes version that people
// train for, in the order of their ids. They are from the copy, as long as the bank is the
// same. They are shared: do not change them.
//
// A transaction that changes questions must not call it: the version it sees is taken again by somebody else if it fails.
func (e *Engine) liveBank(ctx context.Context, db querier) ([]banked, error) {
	// The version first: if the bank changes in between, the copy is newer than its version, and is read again next time.
	var version int64
	if err := db.QueryRow(ctx, `SELECT version FROM quiz.bank`).Scan(&version); err != nil {
		return nil, fmt.Errorf("read the version of the bank: %w", err)
	}
	if questions, ok := e.bank.at(version); ok {
		return questions, nil
	}
	all, err := readBank(ctx, db)
	if err != nil {
		return nil, err
	}
	questions := make([]banked, 0, len(all))
	for _, q := range all {
		if q.current() {
			questions = append(questions, newBanked(q))
		}
	}
	e.bank.keep(version, questions)
	return questions, nil
}

func (c *bankCopy) at(version int64) ([]banked, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.questions, c.version == version
}

func (c *bankCopy) keep(version int64, questions []banked) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if version > c.version {
		c.version, c.questions = version, questions
	}
}

// readBank reads the questions that are not retired, in the order of their ids.
func readBank(ctx context.Context, db querier) ([]Question, error) {
	rows, err := db.Query(ctx, `SELECT content FROM quiz.question WHERE retired_at IS NULL ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("read the bank: %w", err)
	}
	bank, err := pgx.CollectRows(rows, pgx.RowTo[Question])
	if err != nil {
		return nil, fmt.Errorf("read the bank: %w", err)
	}
	return bank, nil
}
