package quiz

import (
	"context"
	"fmt"
	"sync"

	"github.com/jackc/pgx/v5"
)

// A bankCopy is the live bank as this process read it last. Nobody changes the questions in it.
type bankCopy struct {
	mu      sync.Mutex
	version int64 // of quiz.bank; 0 before the first reading
	live    liveQuestions
}

// liveQuestions are the questions that may be drawn, in the order of their ids.
type liveQuestions struct {
	all []banked            // where a workspace has edited none
	of  map[string][]banked // for those workspaces that have
}

func (l liveQuestions) in(workspace string) []banked {
	if own, ok := l.of[workspace]; ok {
		return own
	}
	return l.all
}

// liveBank returns the questions that may be drawn in a workspace: those of the bank with the workspace's edits laid over it that
// are true for the Kubernetes version that people train for. See liveBanks.
func (e *Engine) liveBank(ctx context.Context, db querier, workspace string) ([]banked, error) {
	live, err := e.liveBanks(ctx, db)
	return live.in(workspace), err
}

// liveBanks returns the live bank of every workspace. It is from the copy, as long as bank and edits are the same. The questions
// are shared, also between workspaces: do not change them.
//
// Until its transaction ends, whoever changes a key waits with grading past rounds again: the round that is opened with these
// questions is either one of those, or is opened with the corrected key.
//
// A transaction that changes questions must not call it: the version it sees is taken again by somebody else if it fails.
func (e *Engine) liveBanks(ctx context.Context, db querier) (liveQuestions, error) {
	// The version first: if the bank changes in between, the copy is newer than its version, and is read again next time.
	var version int64
	if err := db.QueryRow(ctx, `SELECT version FROM quiz.bank FOR SHARE`).Scan(&version); err != nil {
		return liveQuestions{}, fmt.Errorf("read the version of the bank: %w", err)
	}
	if live, ok := e.bank.at(version); ok {
		return live, nil
	}
	bank, err := readBank(ctx, db)
	if err != nil {
		return liveQuestions{}, err
	}
	edits, err := readEdits(ctx, db, nil)
	if err != nil {
		return liveQuestions{}, err
	}
	live := layOver(bank, edits)
	e.bank.keep(version, live)
	return live, nil
}

// holdBank keeps everybody from drawing questions until the transaction ends. It is for whoever grades past rounds again and
// must find all that were opened with the old key.
func holdBank(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, `SELECT FROM quiz.bank FOR UPDATE`); err != nil {
		return fmt.Errorf("hold the bank: %w", err)
	}
	return nil
}

func (c *bankCopy) at(version int64) (liveQuestions, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.live, c.version == version
}

func (c *bankCopy) keep(version int64, live liveQuestions) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if version > c.version {
		c.version, c.live = version, live
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

// An edit is what a workspace has decided about a question, as far as it is in force.
type edit struct {
	Workspace, Question string
	Content             *Question // what is asked in place of the bank's; nil for the bank's
	Retired             bool      // not asked
}

// readEdits reads what is in force in all workspaces, of all questions or of those with these ids.
func readEdits(ctx context.Context, db querier, ids []string) ([]edit, error) {
	rows, err := db.Query(ctx, `
		SELECT workspace, question, content, retired FROM (
			SELECT DISTINCT ON (workspace, question) workspace, question, content, retired
			FROM quiz.question_edit
			WHERE $1::text[] IS NULL OR question = ANY($1)
			ORDER BY workspace, question, rev DESC
		) latest
		WHERE retired OR content IS NOT NULL`, ids)
	if err != nil {
		return nil, fmt.Errorf("read the edits of questions: %w", err)
	}
	edits, err := pgx.CollectRows(rows, pgx.RowToStructByPos[edit])
	if err != nil {
		return nil, fmt.Errorf("read the edits of questions: %w", err)
	}
	return edits, nil
}

// layOver makes what may be drawn in each workspace from the bank and the edits. An edit does not bring back what has left the bank.
func layOver(bank []Question, edits []edit) liveQuestions {
	live := liveQuestions{of: map[string][]banked{}}
	for _, q := range bank {
		if q.current() {
			live.all = append(live.all, newBanked(q))
		}
	}
	edited := map[string]map[string]edit{}
	for _, e := range edits {
		if edited[e.Workspace] == nil {
			edited[e.Workspace] = map[string]edit{}
		}
		edited[e.Workspace][e.Question] = e
	}
	for workspace, here := range edited {
		own := make([]banked, 0, len(live.all))
		for _, b := range live.all {
			switch e, ok := here[b.ID]; {
			case ok && (e.Retired || !e.Content.current()):
				continue
			case ok:
				b = newBanked(*e.Content)
			}
			own = append(own, b)
		}
		live.of[workspace] = own
	}
	return live
}
