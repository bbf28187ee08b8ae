package quiz

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Delete forgets a person, with all identities, in one transaction. Their answers in rounds that are over become counts of which
// nobody knows whose they were; so the results of these rounds stay, as do the ranks of others in them. All else goes: names,
// identities, answers in open rounds and those for themselves alone, away, reminders, messages; what they reported, suggested
// and decided stays without them. Open duels are called off. Whoever acts again begins as somebody new.
//
// It is no error if nothing is known of the person.
func (e *Engine) Delete(ctx context.Context, by Person) error {
	ctx, cancel := context.WithTimeout(ctx, deleteTimeout)
	defer cancel()
	err := again(func() error {
		return pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error { return e.delete(ctx, tx, by) })
	})
	if err != nil {
		return fmt.Errorf("forget a person: %w", err)
	}
	e.signal()
	return nil
}

// deleteTimeout is how long forgetting somebody may take: with ten thousand answers it is some seconds.
const deleteTimeout = time.Minute

func (e *Engine) delete(ctx context.Context, tx pgx.Tx, by Person) error {
	// First, so that nobody adds to what is being deleted: whoever answers meanwhile waits, and then finds that they are new.
	_, err := tx.Exec(ctx, `
		WITH me AS (SELECT player FROM quiz.identity WHERE workspace = $1 AND user_id = $2),
		identities AS (SELECT FROM quiz.identity i JOIN me USING (player) FOR UPDATE OF i)
		SELECT FROM quiz.player p JOIN me ON me.player = p.id CROSS JOIN (SELECT count(*) FROM identities) n
		ORDER BY p.workspace FOR UPDATE OF p`, by.Workspace, by.User)
	if err != nil {
		return fmt.Errorf("wait for others: %w", err)
	}
	who, err := e.someone(ctx, tx, by)
	if err != nil {
		return err
	}
	err = who.each(func(workspace, user string) error {
		if err := forgetCodes(ctx, tx, workspace, user); err != nil {
			return err
		}
		for _, k := range e.others {
			if err := k.Forget(ctx, tx, workspace, user, who.names); err != nil {
				return err
			}
		}
		return forgetNames(ctx, tx, workspace, user, who.names)
	})
	if err != nil || who.player == 0 {
		return err
	}
	for _, workspace := range who.workspaces {
		if err := e.forgetIn(ctx, tx, workspace, who.player); err != nil {
			return err
		}
	}
	for _, sql := range []string{
		`DELETE FROM quiz.joined_name j USING quiz.identity i WHERE i.player = $1 AND j.player = coalesce(i.own, i.player)`,
		`DELETE FROM quiz.joined_aside j USING quiz.identity i WHERE i.player = $1 AND j.given_by = coalesce(i.own, i.player)`,
		`DELETE FROM quiz.answer_aside a USING quiz.identity i WHERE i.player = $1 AND a.given_by = coalesce(i.own, i.player)`,
		`DELETE FROM quiz.notice n USING quiz.identity i WHERE i.player = $1 AND n.home = i.workspace AND n.user_id = i.user_id`,
		`DELETE FROM quiz.reminder m USING quiz.identity i WHERE i.player = $1 AND m.home = i.workspace AND m.user_id = i.user_id`,
		`DELETE FROM quiz.player WHERE id = $1`,
		`DELETE FROM quiz.identity WHERE player = $1`,
	} {
		if _, err := tx.Exec(ctx, sql, who.player); err != nil {
			return fmt.Errorf("forget who they are: %w", err)
		}
	}
	return nil
}

// forgetCodes deletes the codes of an identity, those that it typed, and who added a channel to a series of others.
func forgetCodes(ctx context.Context, tx pgx.Tx, home, user string) error {
	for _, sql := range []string{
		`DELETE FROM quiz.link_code WHERE (home, user_id) = ($1, $2) OR (offered_home, offered_user) = ($1, $2)`,
		`DELETE FROM quiz.code_try WHERE (home, user_id) = ($1, $2)`,
		`UPDATE quiz.series_channel SET added_by = NULL WHERE (added_home, added_by) = ($1, $2)`,
	} {
		if _, err := tx.Exec(ctx, sql, home, user); err != nil {
			return fmt.Errorf("forget codes: %w", err)
		}
	}
	return nil
}

// forgetNames takes a person off what they set up and decided in a workspace. What was decided without an id being kept is found
// by their names.
func forgetNames(ctx context.Context, tx pgx.Tx, workspace, user string, names []string) error {
	for _, s := range []struct {
		sql  string
		args []any
	}{
		{`UPDATE quiz.series SET created_by = '' WHERE workspace = $1 AND created_by = $2 AND $2 <> ''`, []any{workspace, user}},
		{`UPDATE quiz.season SET opened_by = $3 WHERE workspace = $1 AND opened_by = $2`, []any{workspace, user, nobody}},
		{`UPDATE quiz.season SET closed_by = $3 WHERE workspace = $1 AND closed_by = $2`, []any{workspace, user, nobody}},
		{`UPDATE quiz.report SET decided_by = $4, decided_id = '' WHERE workspace = $1 AND ` + whoDecided, []any{workspace, names, []string{user}, nobody}},
		{`UPDATE quiz.question_edit SET by_name = $4, by_id = '' WHERE workspace = $1 AND ` + whoEdited, []any{workspace, names, []string{user}, nobody}},
	} {
		if _, err := tx.Exec(ctx, s.sql, s.args...); err != nil {
			return fmt.Errorf("take names off what was set up and decided: %w", err)
		}
	}
	return nil
}

// Whether it was somebody with the names $2 and the ids $3. A name is no id: anybody may call themselves what somebody else is to
// the platform.
const (
	whoDecided = `CASE decided_id WHEN '' THEN decided_by = ANY($2) ELSE decided_id = ANY($3) END`
	whoEdited  = `CASE by_id WHEN '' THEN by_name = ANY($2) ELSE by_id = ANY($3) END`
)

// nobody stands where the name of somebody was who is forgotten.
const nobody = "somebody who left"

// forgetIn forgets what a player did in one workspace.
func (e *Engine) forgetIn(ctx context.Context, tx pgx.Tx, workspace string, player int64) error {
	now := e.now()
	if err := callOffDuels(ctx, tx, workspace, player, now); err != nil {
		return err
	}
	if err := lockScores(ctx, tx, workspace); err != nil {
		return err
	}
	if err := keepCounts(ctx, tx, workspace, ofPlayer, player, nil, now); err != nil {
		return err
	}
	if err := deleteAnswers(ctx, tx, workspace, player, now); err != nil {
		return err
	}
	for _, s := range []struct{ what, sql string }{
		{"the duels", `
			WITH mine AS (
				UPDATE quiz.duel SET challenger = nullif(challenger, $2), challenged = nullif(challenged, $2),
					challenger_own = CASE WHEN challenger <> $2 THEN challenger_own END,
					challenged_own = CASE WHEN challenged <> $2 THEN challenged_own END
				WHERE workspace = $1 AND $2 IN (challenger, challenged)
				RETURNING round
			)
			UPDATE quiz.round r SET scope = 'pair/gone/' || r.id FROM mine WHERE r.workspace = $1 AND r.id = mine.round`},
		{"the reports", `
			UPDATE quiz.report SET player = NULL, given_by = NULL WHERE workspace = $1 AND player = $2`},
		{"where reports are from", `
			UPDATE quiz.report p SET round = NULL
			FROM quiz.round r WHERE r.workspace = $1 AND r.player = $2 AND p.workspace = r.workspace AND p.round = r.id`},
		{"the posts of private rounds", `
			DELETE FROM quiz.post p USING quiz.round r WHERE r.workspace = $1 AND r.player = $2 AND p.workspace = $1 AND p.round = r.id`},
		{"the questions of private rounds", `
			DELETE FROM quiz.round_question q USING quiz.round r WHERE r.workspace = $1 AND r.player = $2 AND q.workspace = $1 AND q.round = r.id`},
		{"the private rounds", `
			DELETE FROM quiz.round WHERE workspace = $1 AND player = $2`},
		{"when they are away", `
			DELETE FROM quiz.away WHERE workspace = $1 AND player = $2`},
		{"their reminders", `
			DELETE FROM quiz.reminder WHERE workspace = $1 AND player = $2`},
		{"messages about them", `
			DELETE FROM quiz.notice WHERE workspace = $1 AND body ->> 'Player' = $2::bigint::text`},
	} {
		if _, err := tx.Exec(ctx, s.sql, workspace, player); err != nil {
			return fmt.Errorf("forget %s: %w", s.what, err)
		}
	}
	return nil
}

// callOffDuels ends the open duels of a player as if they had been declined, and keeps how the others went.
func callOffDuels(ctx context.Context, tx pgx.Tx, workspace string, player int64, now time.Time) error {
	rows, err := tx.Query(ctx, `
		SELECT r.id FROM quiz.duel d
		JOIN quiz.round r ON r.workspace = d.workspace AND r.id = d.round
		WHERE d.workspace = $1 AND $2 IN (d.challenger, d.challenged) AND r.closes_at > $3 AND r.sealed_at IS NULL
		ORDER BY r.id FOR NO KEY UPDATE OF r`, workspace, player, now)
	if err != nil {
		return fmt.Errorf("find open duels: %w", err)
	}
	open, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("find open duels: %w", err)
	}
	for _, round := range open {
		_, err := tx.Exec(ctx, `
			UPDATE quiz.duel SET accepted_at = NULL, declined_at = $3 WHERE workspace = $1 AND round = $2`, workspace, round, now)
		if err != nil {
			return fmt.Errorf("call a duel off: %w", err)
		}
		if err := setClose(ctx, tx, workspace, round, now); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `
		UPDATE quiz.duel d SET gone_rights = (
			SELECT count(*) FROM quiz.answer a
			JOIN quiz.round_question q ON q.workspace = a.workspace AND q.round = a.round AND q.position = a.position
			WHERE a.workspace = d.workspace AND a.round = d.round AND a.player = $2 AND a.choice = q.key)
		WHERE d.workspace = $1 AND $2 IN (d.challenger, d.challenged) AND d.declined_at IS NULL`, workspace, player)
	if err != nil {
		return fmt.Errorf("keep how duels went: %w", err)
	}
	return nil
}

// Which answers a are meant, by a number and players.
const (
	ofPlayer = `a.player = $2 AND $3::bigint[] IS NULL`
	ofRound  = `a.round = $2 AND a.player = ANY($3)`
)

// keepCounts adds answers, in rounds for several people that are over, to the counts. They are still there. Of each player and
// round all are meant. It is for a transaction that holds the lock of the boards.
func keepCounts(ctx context.Context, tx pgx.Tx, workspace, which string, id int64, players []int64, now time.Time) error {
	_, err := tx.Exec(ctx, `
		WITH past AS MATERIALIZED (
			SELECT a.round, a.position, a.player, a.choice, q.voided_at IS NULL AS counts,
				quiz.points(a.choice = q.key, r.speed, r.opens_at, r.closes_at, a.answered_at) AS points
			FROM quiz.answer a
			JOIN quiz.round_question q ON q.workspace = a.workspace AND q.round = a.round AND q.position = a.position
			JOIN quiz.round r          ON r.workspace = a.workspace AND r.id = a.round
			WHERE a.workspace = $1 AND `+which+` AND r.player IS NULL AND (r.closes_at <= $4 OR r.sealed_at IS NOT NULL)
		), answers AS (
			INSERT INTO quiz.past_answer AS p (workspace, round, position, choice, answers)
			SELECT $1, round, position, choice, count(*) FROM past
			GROUP BY round, position, choice ORDER BY round, position, choice
			ON CONFLICT (workspace, round, position, choice) DO UPDATE SET answers = p.answers + excluded.answers
		)
		INSERT INTO quiz.past_player AS p (workspace, round, points, players)
		SELECT $1, round, points, count(*) FROM (
			SELECT round, coalesce(sum(points) FILTER (WHERE counts), 0) AS points FROM past GROUP BY round, player
		) sums
		GROUP BY round, points ORDER BY round, points
		ON CONFLICT (workspace, round, points) DO UPDATE SET players = p.players + excluded.players`, workspace, id, players, now)
	if err != nil {
		return fmt.Errorf("keep counts of answers: %w", err)
	}
	return nil
}
