package quiz

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// MaxExported is how many answers an export has at most, the newest: with all else that is less than the smallest file that a
// platform takes, 10 MB.
const MaxExported = 15_000

// exportKeys are the keys of an export, each with a query that gives an array for player $1; $2 is MaxExported, $3 the time.
// README describes them. What is right is told only of what the person may know already.
var exportKeys = []struct{ key, sql string }{
	{"identities", `
		SELECT workspace, user_id AS "user", hidden, name AS joined_as FROM quiz.identity WHERE player = $1 ORDER BY workspace, user_id`},
	{"names", `
		SELECT workspace, name, hidden, left_at, asked_at FROM quiz.player WHERE id = $1 ORDER BY workspace`},
	{"answers", `
		SELECT a.workspace, a.round, r.kind, s.name AS series, q.question, q.body ->> 'Text' AS text, a.choice,
			coalesce(a.typed, CASE q.kind WHEN '' THEN q.body -> 'Choices' ->> a.choice WHEN 'true-false' THEN q.body -> 'Choices' ->> a.choice END) AS said,
			CASE WHEN r.reveal OR r.closes_at <= $3 OR r.sealed_at IS NOT NULL THEN a.choice = q.key END AS "right",
			a.channel, a.answered_at, a.changes, a.first_asked IS NOT NULL AS first, a.counted AS tenths
		FROM quiz.player p
		JOIN quiz.answer a         ON a.workspace = p.workspace AND a.player = p.id
		JOIN quiz.round_question q ON q.workspace = a.workspace AND q.round = a.round AND q.position = a.position
		JOIN quiz.round r          ON r.workspace = a.workspace AND r.id = a.round
		LEFT JOIN quiz.series s    ON s.workspace = r.workspace AND s.id = r.series
		WHERE p.id = $1
		ORDER BY a.answered_at DESC, a.round DESC, a.position DESC LIMIT $2`},
	{"answers_aside", `
		SELECT a.workspace, a.round, q.question, q.body ->> 'Text' AS text, a.choice, a.typed, a.channel, a.answered_at, a.changes
		FROM quiz.identity i
		JOIN quiz.answer_aside a   ON a.given_by = coalesce(i.own, i.player)
		JOIN quiz.round_question q ON q.workspace = a.workspace AND q.round = a.round AND q.position = a.position
		WHERE i.player = $1
		ORDER BY a.answered_at DESC, a.round DESC, a.position DESC LIMIT $2`},
	{"joined", `
		SELECT j.workspace, 'name' AS what, to_jsonb(j.name) AS was
		FROM quiz.identity i JOIN quiz.joined_name j ON j.player = coalesce(i.own, i.player) WHERE i.player = $1
		UNION ALL
		SELECT j.workspace, j.kind, j.body
		FROM quiz.identity i JOIN quiz.joined_aside j ON j.given_by = coalesce(i.own, i.player) WHERE i.player = $1
		ORDER BY 1, 2, 3 LIMIT $2`},
	{"codes", `
		SELECT c.home, c.user_id AS "user", c.name, c.expires_at
		FROM quiz.identity i JOIN quiz.link_code c ON c.home = i.workspace AND c.user_id = i.user_id WHERE i.player = $1 ORDER BY 1, 2 LIMIT $2`},
	{"scores", `
		SELECT b.workspace, b.scope, b.span, nullif(b.start, '-infinity') AS "from", e.name AS season, s.points AS tenths, s.rights, s.answers
		FROM quiz.player p
		JOIN quiz.board b       ON b.workspace = p.workspace
		JOIN quiz.score s       ON s.workspace = b.workspace AND s.board = b.id AND s.player = p.id
		LEFT JOIN quiz.season e ON e.workspace = b.workspace AND e.id = b.season
		WHERE p.id = $1 AND s.answers > 0
		ORDER BY b.workspace, b.scope, b.span, b.start, b.id LIMIT $2`},
	{"private_rounds", `
		SELECT r.workspace, r.id AS round, r.kind, r.topic, r.opens_at, r.closes_at
		FROM quiz.player p JOIN quiz.round r ON r.workspace = p.workspace AND r.player = p.id
		WHERE p.id = $1 ORDER BY r.opens_at DESC, r.id DESC LIMIT $2`},
	{"duels", `
		SELECT d.workspace, d.round, d.challenger = $1 AS challenger, r.topic, r.opens_at, r.closes_at, d.accepted_at, d.declined_at
		FROM quiz.player p
		JOIN quiz.duel d  ON d.workspace = p.workspace AND p.id IN (d.challenger, d.challenged)
		JOIN quiz.round r ON r.workspace = d.workspace AND r.id = d.round
		WHERE p.id = $1 ORDER BY r.opens_at DESC, r.id DESC LIMIT $2`},
	{"reports", `
		SELECT r.workspace, r.question, r.round, r.said, r.reported_at, r.decided_at
		FROM quiz.player p JOIN quiz.report r ON r.workspace = p.workspace AND r.player = p.id
		WHERE p.id = $1 ORDER BY r.reported_at DESC, r.id DESC LIMIT $2`},
	{"away", `
		SELECT w.workspace, w.starts, w.ends, w.said_at
		FROM quiz.player p JOIN quiz.away w ON w.workspace = p.workspace AND w.player = p.id
		WHERE p.id = $1 ORDER BY w.starts DESC LIMIT $2`},
	{"reminders", `
		SELECT m.workspace, s.name AS series, m.home, m.user_id AS "user", m.channel
		FROM quiz.player p
		JOIN quiz.reminder m ON m.workspace = p.workspace AND m.player = p.id
		JOIN quiz.series s   ON s.workspace = m.workspace AND s.id = m.series
		WHERE p.id = $1 ORDER BY 1, 2 LIMIT $2`},
	{"messages", `
		SELECT n.workspace, n.kind, n.home, n.user_id AS "user", n.body, n.next_at, n.posted_at, n.finished_at
		FROM quiz.identity i JOIN quiz.notice n ON n.home = i.workspace AND n.user_id = i.user_id
		WHERE i.player = $1 ORDER BY n.id DESC LIMIT $2`},
}

// namedKeys are those whose rows say who set something up or decided: $1 is workspaces, $2 names for what is kept without an id,
// $3 user ids.
var namedKeys = []struct{ key, sql string }{
	{"series", `
		SELECT workspace, name, created_at FROM quiz.series WHERE workspace = ANY($1) AND created_by = ANY($3) ORDER BY 1, 2`},
	{"seasons", `
		SELECT workspace, name, opened_at, opened_by = ANY($3) AS opened, closed_at, closed_by = ANY($3) AS closed
		FROM quiz.season WHERE workspace = ANY($1) AND (opened_by = ANY($3) OR closed_by = ANY($3)) ORDER BY 1, 3`},
	{"decided_reports", `
		SELECT workspace, question, decided_at FROM quiz.report
		WHERE workspace = ANY($1) AND ` + whoDecided + ` ORDER BY 1, 3`},
	{"question_edits", `
		SELECT workspace, question, rev, act, content, at, why FROM quiz.question_edit
		WHERE workspace = ANY($1) AND ` + whoEdited + ` ORDER BY 1, 2, 3`},
}

// Export gives all that names a person, as JSON: an object whose keys are in exportKeys and namedKeys, and those of Keepers, each
// with an array of objects; "exported_at", "answers_in_all" and, for somebody of whom nothing is known, empty arrays.
func (e *Engine) Export(ctx context.Context, by Person) ([]byte, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	all := map[string]any{"exported_at": e.now()}
	err := pgx.BeginTxFunc(ctx, e.db, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		who, err := e.someone(ctx, tx, by)
		if err != nil {
			return err
		}
		for _, k := range exportKeys {
			if all[k.key], err = arrayOf(ctx, tx, `$1::bigint, $2::bigint, $3::timestamptz`, k.sql, who.player, MaxExported, e.now()); err != nil {
				return fmt.Errorf("%s: %w", k.key, err)
			}
		}
		var ids []string
		for _, i := range who.identities {
			ids = append(ids, i.id)
		}
		for _, k := range namedKeys {
			if all[k.key], err = arrayOf(ctx, tx, `$1::text[], $2::text[], $3::text[]`, k.sql, who.workspaces, who.names, ids); err != nil {
				return fmt.Errorf("%s: %w", k.key, err)
			}
		}
		var answers int
		err = tx.QueryRow(ctx, `
			SELECT count(*) FROM quiz.player p JOIN quiz.answer a ON a.workspace = p.workspace AND a.player = p.id WHERE p.id = $1`, who.player).Scan(&answers)
		if err != nil {
			return err
		}
		all["answers_in_all"] = answers
		return e.exportMore(ctx, tx, who, all)
	})
	if err != nil {
		return nil, fmt.Errorf("export what is stored about a person: %w", err)
	}
	data, err := json.MarshalIndent(all, "", " ")
	if err != nil {
		return nil, fmt.Errorf("export what is stored about a person: %w", err)
	}
	return append(data, '\n'), nil
}

// exportMore adds what Keepers have in all workspaces.
func (e *Engine) exportMore(ctx context.Context, tx pgx.Tx, who someone, all map[string]any) error {
	return who.each(func(workspace, user string) error {
		for _, k := range e.others {
			more, err := k.Export(ctx, tx, workspace, user, who.names)
			if err != nil {
				return err
			}
			for key, rows := range more {
				list, ok := all[key].([]map[string]any)
				if !ok {
					list = []map[string]any{}
				}
				all[key] = append(list, rows...)
			}
		}
		return nil
	})
}

// arrayOf gives the rows of a query as a JSON array of objects. Of what it gets, with the types given, not all need occur in it.
func arrayOf(ctx context.Context, tx pgx.Tx, types, sql string, args ...any) (json.RawMessage, error) {
	var array []byte
	err := tx.QueryRow(ctx, `
		WITH used AS (SELECT `+types+`)
		SELECT coalesce(json_agg(row), '[]') FROM (`+sql+`) row`, args...).Scan(&array)
	return array, err
}
