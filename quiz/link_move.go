package quiz

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// A move is of what some identities gave, from one player to another. They have their new player already, so that nothing
// new can be added to the old one without waiting for us.
type move struct {
	from, to int64
	joins    bool    // from is nobody any more; otherwise one becomes two
	givers   []int64 // their own numbers
	alone    []int64 // of those who become one, the players with one identity
}

// moveAll moves what there is in all workspaces where the players are, in the order of their names.
func (e *Engine) moveAll(ctx context.Context, tx pgx.Tx, m move) error {
	rows, err := tx.Query(ctx, `SELECT DISTINCT workspace::text FROM quiz.player WHERE id IN ($1, $2) ORDER BY 1`, m.from, m.to)
	if err != nil {
		return fmt.Errorf("find where they play: %w", err)
	}
	workspaces, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("find where they play: %w", err)
	}
	for _, w := range workspaces {
		if err := e.moveIn(ctx, tx, w, m); err != nil {
			return fmt.Errorf("move player %d to %d in %s: %w", m.from, m.to, w, err)
		}
	}
	return forgetJoined(ctx, tx, m)
}

// moveIn moves what there is in a workspace, and its boards with it. What was counted of their answers is taken off the
// boards first, and what they are worth now is put on last, all under the lock of the boards.
func (e *Engine) moveIn(ctx context.Context, tx pgx.Tx, workspace string, m move) error {
	if err := lockScores(ctx, tx, workspace); err != nil {
		return err
	}
	// Whoever corrects what is accepted grades typed answers again: where they find them, so they must not move meanwhile.
	_, err := tx.Exec(ctx, `
		SELECT FROM quiz.round_question
		WHERE workspace = $1 AND kind = 'typed' AND round IN (SELECT round FROM quiz.answer WHERE workspace = $1 AND player IN ($2, $3))
		ORDER BY round, position FOR SHARE`, workspace, m.from, m.to)
	if err != nil {
		return fmt.Errorf("wait for corrections: %w", err)
	}
	off, err := takeOff(ctx, tx, workspace, m)
	if err != nil {
		return err
	}
	steps := splitSteps
	if m.joins {
		steps = joinSteps
	}
	now := e.now()
	args := pgx.NamedArgs{"workspace": workspace, "from": m.from, "to": m.to, "givers": m.givers, "alone": m.alone, "now": now}
	if err := run(ctx, tx, steps, args); err != nil {
		return err
	}
	if err := e.queueReminders(ctx, tx, ofReminded(m), []string{workspace}, nil); err != nil {
		return err
	}
	on, err := putOn(ctx, tx, workspace, m)
	if err != nil {
		return err
	}
	if err := addScores(ctx, tx, workspace, append(off, on...), now); err != nil {
		return err
	}
	return run(ctx, tx, lastSteps, args)
}

func run(ctx context.Context, tx pgx.Tx, steps []moveStep, args pgx.NamedArgs) error {
	for _, s := range steps {
		if _, err := tx.Exec(ctx, s.sql, args); err != nil {
			return fmt.Errorf("%s: %w", s.what, err)
		}
	}
	return nil
}

// takeOff makes the answers of the two count nothing, and returns what is to be subtracted.
func takeOff(ctx context.Context, tx pgx.Tx, workspace string, m move) ([]facts, error) {
	all, _, err := readFacts(ctx, tx, `
		WITH changed AS MATERIALIZED (
			SELECT w.round, w.position, w.channel, w.series, w.domain, w.day, w.season, w.player, w.counted, NULL::smallint AS points
			FROM quiz.worth w WHERE w.workspace = $1 AND w.player IN ($2, $3) AND w.counted IS NOT NULL
		), marked AS (
			UPDATE quiz.answer a SET counted = NULL
			FROM changed c
			WHERE a.workspace = $1 AND a.round = c.round AND a.position = c.position AND a.player = c.player
		)`+countedSQL, workspace, m.from, m.to)
	return all, err
}

// putOn counts the answers of the two, and returns what is to be added. A round that is to be counted anyway stays so: nobody
// waits here for whoever corrects a key just now, but their correction has the round counted again.
func putOn(ctx context.Context, tx pgx.Tx, workspace string, m move) ([]facts, error) {
	all, _, err := readFacts(ctx, tx, `
		WITH changed AS MATERIALIZED (
			SELECT * FROM quiz.worth w WHERE w.workspace = $1 AND w.player IN ($2, $3) AND w.points IS DISTINCT FROM w.counted
		), marked AS (
			UPDATE quiz.answer a SET counted = c.points
			FROM changed c
			WHERE a.workspace = $1 AND a.round = c.round AND a.position = c.position AND a.player = c.player
		)`+countedSQL, workspace, m.from, m.to)
	return all, err
}

// ofReminded selects the open rounds of which the new player is to be reminded: reminders name the player in the outbox.
func ofReminded(m move) string {
	return fmt.Sprintf(`r.workspace = ANY($1) AND $2::bigint[] IS NULL AND r.due > $3::timestamptz - interval '2 days'
		AND EXISTS (SELECT FROM quiz.reminder w WHERE w.workspace = r.workspace AND w.series = r.series AND w.player IN (%d, %d))`, m.from, m.to)
}

// A moveStep is a statement about a workspace, the players from and to, the givers, and the time now.
type moveStep struct{ what, sql string }

// joinSteps join all that player from has in a workspace with what to has.
var joinSteps = []moveStep{
	{"keep the names", `
		INSERT INTO quiz.joined_name (workspace, player, name)
		SELECT p.workspace, p.id, p.name FROM quiz.player p
		WHERE p.workspace = @workspace AND p.id IN (@from, @to)
		AND p.id = ANY(@alone)  -- the names of others were kept when they were joined
		ON CONFLICT DO NOTHING`},
	{"name the player", `
		INSERT INTO quiz.player AS p (workspace, id, name)
		SELECT workspace, @to::bigint, name FROM quiz.player WHERE workspace = @workspace AND id = @from
		ON CONFLICT (workspace, id) DO UPDATE SET name = excluded.name
		-- The name that they have in that workspace itself goes first.
		WHERE EXISTS (SELECT FROM quiz.identity i WHERE i.workspace = @workspace AND i.own = ANY(@givers))`},
	{"unmark what was asked first", unmarkFirst},
	{"put answers aside", `
		WITH twice AS (
			SELECT a.round, a.position, (b.answered_at, coalesce(b.given_by, b.player)) < (a.answered_at, coalesce(a.given_by, a.player)) AS later
			FROM quiz.answer a
			JOIN quiz.answer b ON b.workspace = a.workspace AND b.round = a.round AND b.position = a.position AND b.player = @from
			WHERE a.workspace = @workspace AND a.player = @to
		), gone AS (
			DELETE FROM quiz.answer a USING twice t
			WHERE a.workspace = @workspace AND a.round = t.round AND a.position = t.position AND a.player = CASE WHEN t.later THEN @to::bigint ELSE @from END
			RETURNING a.*
		)
		INSERT INTO quiz.answer_aside (workspace, round, position, given_by, choice, typed, channel, answered_at, changes, first_alone)
		SELECT workspace, round, position, coalesce(given_by, player), choice, typed, channel, answered_at, changes, first_alone FROM gone`},
	{"move answers", `
		UPDATE quiz.answer SET player = @to, given_by = coalesce(given_by, player) WHERE workspace = @workspace AND player = @from`},
	{"mark what was asked first", markFirst},
	{"move private rounds", `
		UPDATE quiz.round SET player = @to, opened_by = coalesce(opened_by, player) WHERE workspace = @workspace AND player = @from`},
	{"move challenges", `
		UPDATE quiz.duel SET challenger = @to, challenger_own = coalesce(challenger_own, challenger) WHERE workspace = @workspace AND challenger = @from`},
	{"move challenges by others", `
		UPDATE quiz.duel SET challenged = @to, challenged_own = coalesce(challenged_own, challenged) WHERE workspace = @workspace AND challenged = @from`},
	{"call off duels of the two", `
		WITH over AS (
			UPDATE quiz.round r SET closes_at = greatest(@now, r.opens_at)
			FROM quiz.duel d
			WHERE d.workspace = @workspace AND d.challenger = @to AND d.challenged = @to
			AND r.workspace = @workspace AND r.id = d.round AND r.closes_at > @now AND r.sealed_at IS NULL
			RETURNING r.id, r.closes_at
		), declined AS (
			UPDATE quiz.duel d SET declined_at = @now
			FROM over WHERE d.workspace = @workspace AND d.round = over.id AND d.accepted_at IS NULL
		)
		UPDATE quiz.post p
		SET next_at = CASE WHEN posted_at IS NULL THEN least(next_at, over.closes_at) ELSE over.closes_at END
		FROM over WHERE p.workspace = @workspace AND p.round = over.id AND p.finished_at IS NULL`},
	{"put reports aside", `
		WITH gone AS (
			DELETE FROM quiz.report r USING quiz.report o
			WHERE r.workspace = @workspace AND r.player = @from AND r.decided_at IS NULL
			AND o.workspace = @workspace AND o.player = @to AND o.decided_at IS NULL AND o.question = r.question
			RETURNING r.*
		)
		INSERT INTO quiz.joined_aside (workspace, kind, given_by, body)
		SELECT workspace, 'report', coalesce(given_by, player), to_jsonb(gone) FROM gone ON CONFLICT DO NOTHING`},
	{"move reports", `
		UPDATE quiz.report SET player = @to, given_by = coalesce(given_by, player) WHERE workspace = @workspace AND player = @from`},
	{"put absences aside", `
		WITH gone AS (
			DELETE FROM quiz.away w USING quiz.away o
			WHERE w.workspace = @workspace AND w.player = @from AND o.workspace = @workspace AND o.player = @to AND o.starts = w.starts AND o.ends >= w.ends
			RETURNING w.*
		)
		INSERT INTO quiz.joined_aside (workspace, kind, given_by, body)
		SELECT workspace, 'away', coalesce(given_by, player), to_jsonb(gone) FROM gone ON CONFLICT DO NOTHING`},
	{"put shorter absences aside", `
		WITH gone AS (
			DELETE FROM quiz.away o USING quiz.away w
			WHERE w.workspace = @workspace AND w.player = @from AND o.workspace = @workspace AND o.player = @to AND o.starts = w.starts
			RETURNING o.*
		)
		INSERT INTO quiz.joined_aside (workspace, kind, given_by, body)
		SELECT workspace, 'away', coalesce(given_by, player), to_jsonb(gone) FROM gone ON CONFLICT DO NOTHING`},
	{"move absences", `
		UPDATE quiz.away SET player = @to, given_by = coalesce(given_by, player) WHERE workspace = @workspace AND player = @from`},
	{"put reminders aside", `
		WITH gone AS (
			DELETE FROM quiz.reminder m USING quiz.reminder o
			WHERE m.workspace = @workspace AND m.player = @from AND o.workspace = @workspace AND o.player = @to AND o.series = m.series
			RETURNING m.*
		)
		INSERT INTO quiz.joined_aside (workspace, kind, given_by, body)
		SELECT g.workspace, 'reminder', coalesce(i.own, i.player), to_jsonb(g)
		FROM gone g JOIN quiz.identity i ON i.workspace = g.home AND i.user_id = g.user_id
		ON CONFLICT DO NOTHING`},
	{"move reminders", `
		UPDATE quiz.reminder SET player = @to WHERE workspace = @workspace AND player = @from`},
}

// unmarkFirst forgets which answers were the first to what was asked, but not which were that for their identity alone.
const unmarkFirst = `
	UPDATE quiz.answer SET first_alone = coalesce(first_alone, first_asked), first_asked = NULL
	WHERE workspace = @workspace AND player IN (@from, @to) AND first_asked IS NOT NULL`

// markFirst finds the first answers of both players: of those that were the first of an identity the earliest.
const markFirst = `
	UPDATE quiz.answer a SET first_asked = f.question
	FROM (
		SELECT DISTINCT ON (a.player, q.question) a.player, a.round, a.position, q.question
		FROM quiz.answer a
		JOIN quiz.round r          ON r.workspace = a.workspace AND r.id = a.round AND r.kind = 'ask'
		JOIN quiz.round_question q ON q.workspace = a.workspace AND q.round = a.round AND q.position = a.position
		WHERE a.workspace = @workspace AND a.player IN (@from, @to)
		ORDER BY a.player, q.question, a.first_alone IS NULL, a.answered_at, a.round, a.position
	) f
	WHERE a.workspace = @workspace AND a.round = f.round AND a.position = f.position AND a.player = f.player`

// splitSteps move what the givers gave in a workspace from one player to another.
var splitSteps = []moveStep{
	{"name the player", `
		INSERT INTO quiz.player AS p (workspace, id, name)
		SELECT p.workspace, @to::bigint, coalesce(
			(SELECT j.name FROM quiz.joined_name j
			 LEFT JOIN quiz.identity i ON coalesce(i.own, i.player) = j.player AND i.workspace = @workspace
			 WHERE j.workspace = @workspace AND j.player = ANY(@givers) ORDER BY i.workspace IS NULL, j.player LIMIT 1), p.name)
		FROM quiz.player p
		WHERE p.workspace = @workspace AND p.id = @from
		ON CONFLICT (workspace, id) DO NOTHING`},
	{"name who stays", `
		UPDATE quiz.player p SET name = j.name
		FROM quiz.joined_name j
		WHERE p.workspace = @workspace AND p.id = @from AND j.workspace = @workspace AND j.player = @from
		AND NOT EXISTS (SELECT FROM quiz.identity i WHERE i.player = @from AND i.own IS NOT NULL)`},
	{"unmark what was asked first", unmarkFirst},
	{"move answers", `
		UPDATE quiz.answer SET player = @to, given_by = nullif(given_by, @to) WHERE workspace = @workspace AND player = @from AND given_by = ANY(@givers)`},
	{"take answers back that were put aside", `
		WITH free AS (
			SELECT DISTINCT ON (s.round, s.position, s.side) s.round, s.position, s.given_by, s.side
			FROM (
				SELECT s.*, CASE WHEN s.given_by = ANY(@givers) THEN @to::bigint ELSE @from::bigint END AS side
				FROM quiz.answer_aside s
				WHERE s.workspace = @workspace
				AND s.given_by IN (SELECT coalesce(i.own, i.player) FROM quiz.identity i WHERE i.player IN (@from, @to))
			) s
			WHERE NOT EXISTS (SELECT FROM quiz.answer a
				WHERE a.workspace = @workspace AND a.round = s.round AND a.position = s.position AND a.player = s.side)
			ORDER BY s.round, s.position, s.side, s.answered_at, s.given_by
		), back AS (
			DELETE FROM quiz.answer_aside s USING free f
			WHERE s.workspace = @workspace AND s.round = f.round AND s.position = f.position AND s.given_by = f.given_by
			RETURNING s.*, f.side
		)
		INSERT INTO quiz.answer (workspace, round, position, player, choice, typed, channel, answered_at, changes, given_by, first_alone)
		SELECT workspace, round, position, side, choice, typed, channel, answered_at, changes, nullif(given_by, side), first_alone FROM back`},
	{"mark what was asked first", markFirst},
	{"move private rounds", `
		UPDATE quiz.round SET player = @to, opened_by = nullif(opened_by, @to) WHERE workspace = @workspace AND player = @from AND opened_by = ANY(@givers)`},
	{"move challenges", `
		UPDATE quiz.duel SET challenger = @to, challenger_own = nullif(challenger_own, @to)
		WHERE workspace = @workspace AND challenger = @from AND challenger_own = ANY(@givers)`},
	{"move challenges by others", `
		UPDATE quiz.duel SET challenged = @to, challenged_own = nullif(challenged_own, @to)
		WHERE workspace = @workspace AND challenged = @from AND challenged_own = ANY(@givers)`},
	{"move reports", `
		UPDATE quiz.report SET player = @to, given_by = nullif(given_by, @to) WHERE workspace = @workspace AND player = @from AND given_by = ANY(@givers)`},
	{"move absences", `
		UPDATE quiz.away SET player = @to, given_by = nullif(given_by, @to) WHERE workspace = @workspace AND player = @from AND given_by = ANY(@givers)`},
	{"move reminders", `
		UPDATE quiz.reminder m SET player = @to
		FROM quiz.identity i
		WHERE m.workspace = @workspace AND m.player = @from AND i.workspace = m.home AND i.user_id = m.user_id AND i.player = @to`},
	{"take reports back that were put aside", `
		WITH back AS (
			INSERT INTO quiz.report (workspace, question, player, round, said, reported_at, decided_at, decided_by, decided_id, given_by)
			SELECT b.workspace, b.question, i.player, b.round, b.said, b.reported_at, d.decided_at, d.decided_by, coalesce(d.decided_id, ''), nullif(j.given_by, i.player)
			FROM quiz.joined_aside j
			JOIN quiz.identity i ON coalesce(i.own, i.player) = j.given_by AND i.player IN (@from, @to)
			CROSS JOIN jsonb_populate_record(NULL::quiz.report, j.body) b
			-- What admins decided about the question meanwhile they decided about this, too.
			LEFT JOIN LATERAL (
				SELECT o.decided_at, o.decided_by, o.decided_id FROM quiz.report o
				WHERE o.workspace = @workspace AND o.question = b.question AND o.decided_at >= b.reported_at
				ORDER BY o.decided_at LIMIT 1
			) d ON true
			WHERE j.workspace = @workspace AND j.kind = 'report'
			ON CONFLICT DO NOTHING
			RETURNING question, coalesce(given_by, player) AS given_by
		)
		DELETE FROM quiz.joined_aside j USING back
		WHERE j.workspace = @workspace AND j.kind = 'report' AND j.given_by = back.given_by AND j.body ->> 'question' = back.question`},
	{"take absences back that were put aside", `
		WITH back AS (
			INSERT INTO quiz.away (workspace, player, starts, ends, said_at, given_by)
			SELECT b.workspace, i.player, b.starts, b.ends, b.said_at, nullif(j.given_by, i.player)
			FROM quiz.joined_aside j
			JOIN quiz.identity i ON coalesce(i.own, i.player) = j.given_by AND i.player IN (@from, @to)
			CROSS JOIN jsonb_populate_record(NULL::quiz.away, j.body) b
			WHERE j.workspace = @workspace AND j.kind = 'away'
			ON CONFLICT DO NOTHING
			RETURNING starts, coalesce(given_by, player) AS given_by
		)
		DELETE FROM quiz.joined_aside j USING back
		WHERE j.workspace = @workspace AND j.kind = 'away' AND j.given_by = back.given_by AND (j.body ->> 'starts')::date = back.starts`},
	{"take reminders back that were put aside", `
		WITH back AS (
			INSERT INTO quiz.reminder (workspace, series, player, home, user_id, channel)
			SELECT b.workspace, b.series, i.player, b.home, b.user_id, b.channel
			FROM quiz.joined_aside j
			JOIN quiz.identity i ON coalesce(i.own, i.player) = j.given_by AND i.player IN (@from, @to)
			CROSS JOIN jsonb_populate_record(NULL::quiz.reminder, j.body) b
			WHERE j.workspace = @workspace AND j.kind = 'reminder'
			ON CONFLICT DO NOTHING
			RETURNING series, home, user_id
		)
		DELETE FROM quiz.joined_aside j USING back
		WHERE j.workspace = @workspace AND j.kind = 'reminder' AND (j.body ->> 'series')::bigint = back.series
		AND j.body ->> 'home' = back.home AND j.body ->> 'user_id' = back.user_id`},
}

// lastSteps end a move in a workspace: where nothing is left of one of the two, there is no player, unless they were there
// before they were joined.
var lastSteps = []moveStep{
	{"delete empty scores", `DELETE FROM quiz.score WHERE workspace = @workspace AND player IN (@from, @to) AND answers = 0`},
	{"delete who is nobody", `
		DELETE FROM quiz.player p
		WHERE p.workspace = @workspace AND p.id IN (@from, @to)
		AND (NOT EXISTS (SELECT FROM quiz.identity i WHERE i.player = p.id)
			OR NOT quiz.plays(p.workspace, p.id) AND NOT EXISTS (
				SELECT FROM quiz.identity i
				JOIN quiz.joined_name j ON j.workspace = p.workspace AND j.player = coalesce(i.own, i.player)
				WHERE i.player = p.id))`},
}

// forgetJoined deletes what was kept of those of the two who have one identity only.
func forgetJoined(ctx context.Context, tx pgx.Tx, m move) error {
	const alone = `
		(SELECT i.player FROM quiz.identity i WHERE i.player IN (@from, @to) GROUP BY i.player HAVING count(*) = 1)`
	return run(ctx, tx, []moveStep{
		{"forget names", `DELETE FROM quiz.joined_name WHERE player IN ` + alone},
		{"forget what was aside", `DELETE FROM quiz.joined_aside WHERE given_by IN ` + alone},
	}, pgx.NamedArgs{"from": m.from, "to": m.to})
}
