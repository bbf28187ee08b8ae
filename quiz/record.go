package quiz

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// How answers get into the database.

// storeClicks writes the answers that everything allows, in one transaction, and reads how the people stand after that. There is
// one click of each person at most. PostgreSQL may undo it for a deadlock, or because a player has just answered the same
// question in another channel. It is an error to wait longer than patience for a lock; with 0 only ctx limits it.
func (e *Engine) storeClicks(ctx context.Context, clicks []*click, patience time.Duration) error {
	return again(func() error { return e.tryToStore(ctx, clicks, patience) })
}

// tryToStore grades what was typed within the transaction: whoever corrects the accepted answers waits until these answers are
// there to be graded again, or these wait and are graded by the corrected ones.
func (e *Engine) tryToStore(ctx context.Context, clicks []*click, patience time.Duration) error {
	if !slices.ContainsFunc(clicks, func(c *click) bool { return c.Typed != "" }) {
		return send(ctx, e.db, clicks, patience)
	}
	return pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error {
		if err := gradeTyped(ctx, tx, clicks, patience); err != nil {
			return err
		}
		return send(ctx, tx, clicks, patience)
	})
}

// queueSettings says how the rest of the transaction is to be done. Each wait for a lock is limited. Plans are made once for a
// connection, as making one takes longer than storing an answer, and go by keys, as everything here does: otherwise one that
// was made while a table was empty would read all of it for each click of the next hour.
func queueSettings(batch *pgx.Batch, patience time.Duration) {
	batch.Queue(`
		SELECT set_config('lock_timeout', $1, true), set_config('plan_cache_mode', 'force_generic_plan', true),
			set_config('enable_seqscan', 'off', true)`, strconv.FormatInt(patience.Milliseconds(), 10))
}

// gradeTyped makes the choice of each typed answer 1 if it is accepted, else 0, also where nothing is to be typed.
func gradeTyped(ctx context.Context, tx pgx.Tx, clicks []*click, patience time.Duration) error {
	var typed []*click
	var workspaces []string
	var rounds []int64
	var positions []int
	for _, c := range clicks {
		if c.Typed != "" {
			c.Choice = 0
			typed, workspaces = append(typed, c), append(workspaces, c.Workspace)
			rounds, positions = append(rounds, c.Round), append(positions, c.Question)
		}
	}
	var batch pgx.Batch
	queueSettings(&batch, patience)
	batch.Queue(`
		SELECT workspace, round, position, accepted FROM quiz.round_question
		WHERE kind = 'typed' AND (workspace, round, position) IN (SELECT * FROM unnest($1::text[], $2::bigint[], $3::smallint[]))
		ORDER BY workspace, round, position
		FOR SHARE`, workspaces, rounds, positions).Query(func(rows pgx.Rows) error {
		var workspace string
		var round int64
		var position int
		var q Question
		_, err := pgx.ForEachRow(rows, []any{&workspace, &round, &position, &q.Answers}, func() error {
			for _, c := range typed {
				if c.Workspace == workspace && c.Round == round && c.Question == position && q.Accepts(c.Typed) {
					c.Choice = 1
				}
			}
			return nil
		})
		return err
	})
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return fmt.Errorf("read what is accepted: %w", err)
	}
	return nil
}

// send sends a few statements in one go: the answers with the people, and the progress. They are one transaction.
func send(ctx context.Context, db querier, clicks []*click, patience time.Duration) error {
	var batch pgx.Batch
	queueSettings(&batch, patience)
	stored := map[answerKey]Outcome{}
	queueAnswers(&batch, clicks, stored)
	queueProgress(&batch, clicks)
	if err := db.SendBatch(ctx, &batch).Close(); err != nil {
		return err
	}
	for _, c := range clicks {
		c.outcome = stored[answerKey{c.Round, c.Question, c.progress.player}]
	}
	return nil
}

// answersSQL is the statement that decides: no row comes back for an answer if anything speaks against it. It also makes
// players of those who are none yet. Everything is locked and written in the order of its keys, so that two who store many at
// once never wait for each other. What is the same for all clicks of a round is looked up once. An answer refers to a question
// and a post that are read here, so PostgreSQL need not check that they are there.
const answersSQL = `
	WITH given AS MATERIALIZED (
		SELECT * FROM unnest($1::text[], $2::bigint[], $3::smallint[], $4::smallint[], $5::text[], $6::text[], $7::text[],
			$8::text[], $9::timestamptz[], $10::text[], $11::boolean[])
			AS c (workspace, round, position, choice, typed, channel, home, user_id, at, name, nameless)
	), post AS MATERIALIZED (
		SELECT p.workspace, p.round, p.channel
		FROM (SELECT DISTINCT workspace, round, channel FROM given) c
		JOIN quiz.post p ON p.workspace = c.workspace AND p.round = c.round AND p.channel = c.channel
	), click AS (
		SELECT c.*, p.round IS NOT NULL AS posted
		FROM given c
		LEFT JOIN post p ON p.workspace = c.workspace AND p.round = c.round AND p.channel = c.channel
	)` + whoSQL + `, open AS MATERIALIZED (
		SELECT r.workspace, r.id, r.kind, r.player, r.opens_at, r.closes_at, r.changeable,
			r.kind <> 'duel' OR d.accepted_at IS NOT NULL AS accepted, d.challenger, d.challenged
		FROM (SELECT DISTINCT workspace, round FROM given) c
		JOIN quiz.round r     ON r.workspace = c.workspace AND r.id = c.round
		LEFT JOIN quiz.duel d ON d.workspace = r.workspace AND d.round = r.id
		WHERE r.sealed_at IS NULL
		ORDER BY r.workspace, r.id
		FOR SHARE OF r  -- so a seal waits for these answers, or these answers see the seal
	), question AS MATERIALIZED (
		SELECT r.*, q.position, q.kind AS asks, q.beyond, CASE WHEN r.kind = 'ask' THEN q.question END AS asked
		FROM open r
		JOIN quiz.round_question q ON q.workspace = r.workspace AND q.round = r.id
	), asked AS (
		SELECT c.workspace, c.round, c.position, c.player, c.choice, c.typed,
			CASE WHEN q.player IS NULL THEN c.channel ELSE 'player/' || q.player END AS channel,
			greatest(c.at, q.opens_at) AS at,  -- there is no round before it opens: the clock here is behind that of who opened it
			q.asked, c.own
		FROM who c
		JOIN question q ON q.workspace = c.workspace AND q.id = c.round AND q.position = c.position
		WHERE CASE WHEN q.player IS NULL THEN c.posted ELSE q.player = c.player END
		AND c.choice < q.beyond
		AND (q.asks <> 'several' OR c.choice > 0)  -- to choose none is no answer
		AND (q.asks = 'typed') = (c.typed IS NOT NULL)
		AND greatest(c.at, q.opens_at) < q.closes_at
		AND q.accepted AND (q.kind <> 'duel' OR c.player IN (q.challenger, q.challenged))
	)
	INSERT INTO quiz.answer AS a (workspace, round, position, player, choice, typed, channel, answered_at, given_by, first_asked)
	SELECT workspace, round, position, player, choice, typed, channel, at, own,
		CASE WHEN asked IS NOT NULL AND NOT EXISTS (
			SELECT FROM quiz.answer e
			WHERE e.workspace = asked.workspace AND e.player = asked.player AND e.first_asked = asked.asked
		) THEN asked END
	FROM asked
	ORDER BY workspace, round, position, player
	ON CONFLICT (workspace, round, position, player) DO UPDATE
	SET choice = excluded.choice, typed = excluded.typed, channel = excluded.channel,
		answered_at = excluded.answered_at, changes = a.changes + 1, given_by = excluded.given_by
	WHERE (SELECT changeable FROM open WHERE open.workspace = excluded.workspace AND open.id = excluded.round)
	AND (a.choice <> excluded.choice OR a.typed <> excluded.typed)
	RETURNING round, position, player, changes`

// queueAnswers stores answers with answersSQL and notes in stored what became of them.
func queueAnswers(batch *pgx.Batch, clicks []*click, stored map[answerKey]Outcome) {
	n := len(clicks)
	workspaces, rounds, positions, choices, typed := make([]string, n), make([]int64, n), make([]int, n), make([]int, n), make([]*string, n)
	channels, homes, users, times := make([]string, n), make([]string, n), make([]string, n), make([]time.Time, n)
	names, nameless := make([]string, n), make([]bool, n)
	for i, c := range clicks {
		workspaces[i], rounds[i], positions[i], choices[i], typed[i] = c.Workspace, c.Round, c.Question, c.Choice, orNoText(c.Typed)
		channels[i], homes[i], users[i], times[i] = c.Channel, c.By.Workspace, c.By.User, c.at
		names[i], nameless[i] = cleanName(c.By), c.By.nameless()
	}
	batch.Queue(answersSQL, workspaces, rounds, positions, choices, typed, channels, homes, users, times, names, nameless).Query(func(rows pgx.Rows) error {
		var key answerKey
		var changes int
		_, err := pgx.ForEachRow(rows, []any{&key.round, &key.position, &key.player, &changes}, func() error {
			stored[key] = Recorded
			if changes > 0 {
				stored[key] = Changed
			}
			return nil
		})
		return err
	})
}

// An answerKey is the key of an answer; the numbers of rounds are not used twice, whatever the workspace.
type answerKey struct {
	round    int64
	position int
	player   int64
}

func orNoText(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
