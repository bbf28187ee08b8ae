package quiz

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

// An Act is what was done to a question in a workspace.
type Act string

// The acts.
const (
	ActEdit    Act = "edit"    // text, choices, key or explanation are others
	ActRetire  Act = "retire"  // it is not asked any more
	ActRestore Act = "restore" // it is as it was at an earlier version
	ActVoid    Act = "void"    // past answers do not count
	ActBank    Act = "bank"    // nobody did anything here: the bank's key was corrected, and past answers were graded again
)

// A Version is a question as a workspace has it after one decision.
type Version struct {
	Number   int // from 1
	Act      Act
	Question Question // what is asked; where the workspace has no text of its own, the bank's as it is now
	Own      bool     // it has one
	Retired  bool     // it is not asked
	Round    int64    // for ActVoid the only round that it is about, 0 for all
	By       string   // who decided; empty for ActBank
	At       time.Time
	Why      string

	Answers, Players int // how many past answers are worth something else since, and of how many players

	// Only of a decision just made:
	Untouched int  // past rounds that keep their key, as they showed other choices
	Told      int  // channels that are going to be told; fewer than were asked if people there know it like that
	Again     bool // what was taken back counts again; to restore an earlier version does not undo that, to void does
	Lapsed    bool // of ActRestore: what was taken back then counts, since that had been undone; to restore does not void again
}

// A questionHistory is a question with all that was decided about it in one workspace.
type questionHistory struct {
	bank     Question
	gone     bool // the bank has retired it
	base     string
	newBank  bool // the bank has changed since the workspace made its own version
	versions []Version
}

// inForce is the latest version, or one with the number 0 that is the bank's.
func (h questionHistory) inForce() Version { return h.at(len(h.versions)) }

// at is the version of that number.
func (h questionHistory) at(number int) Version {
	if number == 0 {
		return Version{Question: h.bank}
	}
	return h.versions[number-1]
}

// readHistory reads a question of the bank, which may have retired it, and its versions in a workspace.
func readHistory(ctx context.Context, db querier, workspace, id string) (h questionHistory, err error) {
	if !validID(id) {
		return h, ErrNoQuestion
	}
	err = db.QueryRow(ctx, `
		SELECT content, retired_at IS NOT NULL, md5(content::text) FROM quiz.question WHERE id = $1`, id).Scan(&h.bank, &h.gone, &h.base)
	if errors.Is(err, pgx.ErrNoRows) {
		return h, ErrNoQuestion
	}
	if err != nil {
		return h, fmt.Errorf("read a question: %w", err)
	}
	rows, err := db.Query(ctx, `
		SELECT rev, act, content, retired, coalesce(round, 0), by_name, at, why, answers, players, base
		FROM quiz.question_edit WHERE workspace = $1 AND question = $2
		ORDER BY rev`, workspace, id)
	if err != nil {
		return h, fmt.Errorf("read the history of a question: %w", err)
	}
	h.versions, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (v Version, err error) {
		var content *Question
		var base string
		err = row.Scan(&v.Number, &v.Act, &content, &v.Retired, &v.Round, &v.By, &v.At, &v.Why, &v.Answers, &v.Players, &base)
		v.Question = h.bank
		if v.Own = content != nil; v.Own {
			v.Question = *content
		}
		h.newBank = v.Own && base != h.base
		return v, err
	})
	if err != nil {
		return h, fmt.Errorf("read the history of a question: %w", err)
	}
	return h, nil
}

// storeVersion makes a version the latest. The base of a workspace's own text stays that of the edit which made it.
func storeVersion(ctx context.Context, tx pgx.Tx, workspace string, v Version, byID string) error {
	var content *Question
	if v.Own {
		content = &v.Question
	}
	var round *int64
	if v.Round != 0 {
		round = &v.Round
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO quiz.question_edit (workspace, question, rev, act, content, retired, base, round, by_name, by_id, at, why, answers, players)
		SELECT $1::text, b.id, $3, $4::text, $5::jsonb, $6, coalesce(
				(SELECT o.base FROM quiz.question_edit o
				 WHERE $4 <> 'edit' AND o.workspace = $1 AND o.question = b.id AND o.content = $5
				 ORDER BY o.rev DESC LIMIT 1),
				md5(b.content::text)),
			$7, $8, $9, $10, $11, $12, $13
		FROM quiz.question b WHERE b.id = $2`,
		workspace, v.Question.ID, v.Number, v.Act, content, v.Retired, round, v.By, byID, v.At, v.Why, v.Answers, v.Players)
	if err != nil {
		return fmt.Errorf("store version %d: %w", v.Number, err)
	}
	return nil
}

// QuestionHistory returns what was decided about a question in a workspace, the latest first. The error is ErrNoQuestion for a
// question that there never was.
func (e *Engine) QuestionHistory(ctx context.Context, workspace, id string) ([]Version, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	h, err := readHistory(ctx, e.db, workspace, id)
	if err != nil {
		return nil, fmt.Errorf("history of a question: %w", err)
	}
	slices.Reverse(h.versions)
	return h.versions, nil
}
