package quiz

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// How an answer gets into the database.

// record writes the answer if everything allows it, and reads how the person stands after that. The outcome is Recorded,
// Changed or "" for neither; the progress is empty without that round. PostgreSQL may undo it for a deadlock, or because
// the player has just answered the same question in another channel.
func (e *Engine) record(ctx context.Context, a Answer, now time.Time) (outcome Outcome, p progress, err error) {
	for range 3 {
		if outcome, p, err = e.recordOnce(ctx, a, now); !retriable(err) {
			break
		}
	}
	return outcome, p, err
}

// recordOnce records an answer in one transaction. A typed one is graded within it: whoever corrects the accepted answers
// waits until this answer is there to be graded again, or this one waits and is graded by the corrected ones.
func (e *Engine) recordOnce(ctx context.Context, a Answer, now time.Time) (outcome Outcome, p progress, err error) {
	if a.Typed == "" {
		outcome, p, err = send(ctx, e.db, a, now)
	} else {
		err = pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error {
			if a.Choice, err = gradeTyped(ctx, tx, a); err != nil {
				return err
			}
			outcome, p, err = send(ctx, tx, a, now)
			return err
		})
	}
	if err == nil && p.Round.Kind == KindDuel {
		p.Round.Duel, err = readDuel(ctx, e.db, a.Workspace, a.Round)
	}
	return outcome, p, err
}

// gradeTyped is 1 for a typed answer that is accepted, else 0, also where nothing is to be typed.
func gradeTyped(ctx context.Context, tx pgx.Tx, a Answer) (int, error) {
	var q Question
	err := tx.QueryRow(ctx, `
		SELECT accepted FROM quiz.round_question
		WHERE workspace = $1 AND round = $2 AND position = $3 AND kind = 'typed'
		FOR SHARE`, a.Workspace, a.Round, a.Question).Scan(&q.Answers)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return 0, fmt.Errorf("read what is accepted: %w", err)
	}
	return typedChoice(q, a.Typed), nil
}

// typedChoice is the number of a typed answer.
func typedChoice(q Question, typed string) int {
	if q.Accepts(typed) {
		return 1
	}
	return 0
}

// A batcher is a pool or a transaction, for several statements in one go.
type batcher interface {
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

// send sends three statements in one go, as a whole channel may click in the same second: who it is, the answer, and the
// progress. They are one transaction.
func send(ctx context.Context, db batcher, a Answer, now time.Time) (outcome Outcome, p progress, err error) {
	var batch pgx.Batch
	batch.Queue(registerSQL, a.By.Workspace, a.By.User, a.Workspace, cleanName(a.By), a.By.nameless(), a.Round, a.Channel)
	queueAnswer(&batch, a, now).QueryRow(func(row pgx.Row) error {
		var changes int
		err := row.Scan(&changes)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return nil
		case changes > 0:
			outcome = Changed
		default:
			outcome = Recorded
		}
		return err
	})
	batch.Queue(progressSQL, a.Workspace, a.Round, a.By.Workspace, a.By.User).QueryRow(func(row pgx.Row) error {
		if err := p.scan(row); !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		return nil
	})
	err = db.SendBatch(ctx, &batch).Close()
	return outcome, p, err
}

// queueAnswer is the statement that decides: no row comes back if anything speaks against the answer.
func queueAnswer(batch *pgx.Batch, a Answer, now time.Time) *pgx.QueuedQuery {
	return batch.Queue(`
		WITH asked AS (
			SELECT r.workspace, r.id AS round, r.kind, q.position, q.question, p.channel, r.changeable, i.player
			FROM quiz.round r
			JOIN quiz.round_question q ON q.workspace = r.workspace AND q.round = r.id
			JOIN quiz.post p           ON p.workspace = r.workspace AND p.round = r.id
			JOIN quiz.identity i       ON i.workspace = $6 AND i.user_id = $7
			LEFT JOIN quiz.duel d      ON d.workspace = r.workspace AND d.round = r.id
			WHERE r.workspace = $1 AND r.id = $2
			AND q.position = $3 AND $4 < q.beyond
			AND (q.kind <> 'several' OR $4 > 0)  -- to choose none is no answer
			AND (q.kind = 'typed') = ($9::text IS NOT NULL)
			AND p.channel = CASE WHEN r.player IS NULL THEN $5 ELSE 'player/' || r.player END
			AND (r.player IS NULL OR r.player = i.player)
			AND r.opens_at <= $8 AND $8 < r.closes_at AND r.sealed_at IS NULL
			AND (r.kind <> 'duel' OR d.accepted_at IS NOT NULL AND i.player IN (d.challenger, d.challenged))
			FOR SHARE OF r  -- so a seal waits for this answer, or this answer sees the seal
		)
		INSERT INTO quiz.answer AS a (workspace, round, position, player, choice, typed, channel, answered_at, first_asked)
		SELECT workspace, round, position, player, $4, $9, channel, $8,
			CASE WHEN kind = 'ask' AND NOT EXISTS (
				SELECT FROM quiz.answer e
				WHERE e.workspace = asked.workspace AND e.player = asked.player AND e.first_asked = asked.question
			) THEN question END
		FROM asked
		ON CONFLICT (workspace, round, position, player) DO UPDATE
		SET choice = excluded.choice, typed = excluded.typed, channel = excluded.channel,
			answered_at = excluded.answered_at, changes = a.changes + 1
		WHERE (SELECT changeable FROM asked) AND (a.choice <> excluded.choice OR a.typed <> excluded.typed)
		RETURNING changes`,
		a.Workspace, a.Round, a.Question, a.Choice, a.Channel, a.By.Workspace, a.By.User, now, orNoText(a.Typed))
}

func orNoText(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
