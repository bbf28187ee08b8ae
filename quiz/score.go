package quiz

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Scores are the sums that boards are made of.
//
// quiz.score is the sum of answer.counted over the answers that count for a board (quiz.boards says for which), and
// quiz.score_count how many of its players have how many points. That holds in every transaction: who changes what is
// counted of an answer changes the sums with it, under the lock of the workspace's boards. To count is to make
// answer.counted what the answer is worth now (quiz.worth). So it may be done twice, by any number of processes, and be
// cut off at any line.
//
// Rounds tell where to look: a round of a series once it is sealed, an asked one from its opening on. When all answers of
// a sealed round are counted, round.recount becomes false, until a trigger sets it because a key was corrected or a
// question voided.

const (
	// countBatch is how many answers one transaction counts. Each is on some twenty boards, so that is about a second.
	countBatch = 5000
	// countRounds is how many rounds it looks at, with answers that were counted before.
	countRounds = 50
	// scoreWait is how long to wait for others who are busy with the same boards, or with a correction of the keys. Whoever
	// counts needs a fraction of that, and somebody who wants to see a board waits for no more; whatever is left is counted a second later.
	scoreWait = 500 * time.Millisecond
)

// errBusy says that others hold what counting needs.
var errBusy = errors.New("others are counting")

// withScores runs do in a transaction that holds the lock of a workspace's boards. The error is errBusy if it would have to
// wait for longer than scoreWait for that lock or for another.
func (e *Engine) withScores(ctx context.Context, workspace string, do func(pgx.Tx) error) error {
	err := pgx.BeginFunc(ctx, e.db, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, `SELECT set_config('lock_timeout', $1, true)`, fmt.Sprint(scoreWait.Milliseconds()))
		if err != nil {
			return fmt.Errorf("limit the wait for locks: %w", err)
		}
		if err := lockScores(ctx, tx, workspace); err != nil {
			return err
		}
		return do(tx)
	})
	if pg, ok := errors.AsType[*pgconn.PgError](err); ok && pg.Code == "55P03" {
		return errBusy
	}
	return err
}

// lockScores waits for the lock of a workspace's boards and holds it until the transaction ends.
func lockScores(ctx context.Context, tx pgx.Tx, workspace string) error {
	return lock(ctx, tx, "scores", workspace)
}

// countSome counts up to countBatch answers of a workspace in one transaction and reports whether there may be more. The
// error is errBusy while somebody else counts.
func (e *Engine) countSome(ctx context.Context, workspace string) (more bool, err error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	err = e.withScores(ctx, workspace, func(tx pgx.Tx) error {
		more, err = countIn(ctx, tx, workspace, e.now(), countBatch)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("count the answers of %s: %w", workspace, err)
	}
	return more, nil
}

// countIn counts up to so many answers within a transaction that holds the lock of the boards.
func countIn(ctx context.Context, tx pgx.Tx, workspace string, now time.Time, batch int) (more bool, err error) {
	rounds, sealed, err := toCount(ctx, tx, workspace)
	if err != nil || len(rounds) == 0 {
		return false, err
	}
	// Whoever corrects a key holds its row until they commit, and the trigger leaves rounds alone that are to be counted
	// anyway. So we wait for them here, and read the keys in a later statement, which sees what they wrote.
	_, err = tx.Exec(ctx, `
		SELECT FROM quiz.round_question WHERE workspace = $1 AND round = ANY($2)
		ORDER BY round, position FOR SHARE`, workspace, rounds)
	if err != nil {
		return false, fmt.Errorf("wait for corrections: %w", err)
	}
	facts, answers, err := markCounted(ctx, tx, workspace, rounds, batch)
	if err != nil {
		return false, err
	}
	if err := addScores(ctx, tx, workspace, facts, now); err != nil {
		return false, err
	}
	if answers == batch {
		return true, nil
	}
	_, err = tx.Exec(ctx, `UPDATE quiz.round SET recount = false WHERE workspace = $1 AND id = ANY($2)`, workspace, sealed)
	if err != nil {
		return false, fmt.Errorf("end the count of rounds: %w", err)
	}
	return len(rounds) == countRounds, nil
}

// toCount finds rounds with something to count, and those of them that are sealed: no answer is added to them any more.
func toCount(ctx context.Context, tx pgx.Tx, workspace string) (rounds, sealed []int64, err error) {
	rows, err := tx.Query(ctx, `
		SELECT r.id, r.sealed_at IS NOT NULL
		FROM quiz.round r
		WHERE r.workspace = $1 AND r.recount AND r.kind IN ('series', 'ask') AND (r.sealed_at IS NOT NULL OR r.kind = 'ask')
		AND (r.sealed_at IS NOT NULL OR EXISTS (
			SELECT FROM quiz.worth w
			WHERE w.workspace = r.workspace AND w.round = r.id AND w.points IS DISTINCT FROM w.counted))
		ORDER BY r.id LIMIT $2`, workspace, countRounds)
	if err != nil {
		return nil, nil, fmt.Errorf("find what to count: %w", err)
	}
	var id int64
	var isSealed bool
	_, err = pgx.ForEachRow(rows, []any{&id, &isSealed}, func() error {
		rounds = append(rounds, id)
		if isSealed {
			sealed = append(sealed, id)
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("find what to count: %w", err)
	}
	return rounds, sealed, nil
}

// A place is what an answer has in common with others that count for the same boards. The keys are what SQL reads.
type place struct {
	Channel string `json:"channel"`
	Series  *int64 `json:"series"`
	Domain  string `json:"domain"`
	Day     string `json:"day"`
	Season  *int64 `json:"season"`
}

// facts is what is to be added to the scores of one place, a player at each index.
type facts struct {
	place                   place
	player                  []int64
	points, rights, answers []int32
}

// countedSQL ends a query that begins with a CTE changed: answers with what was counted and what is counted from now on. It
// sums up the difference for each place.
const countedSQL = `
	SELECT channel, series, domain, day::text, season, array_agg(player), array_agg(points), array_agg(rights), array_agg(answers), sum(n)
	FROM (
		SELECT channel, series, domain, day, season, player, count(*) AS n,
			sum(coalesce(points, 0) - coalesce(counted, 0))::int AS points,
			(count(*) FILTER (WHERE points > 0) - count(*) FILTER (WHERE counted > 0))::int AS rights,
			(count(points) - count(counted))::int AS answers
		FROM changed
		GROUP BY channel, series, domain, day, season, player
	) sums
	GROUP BY channel, series, domain, day, season`

// markCounted writes down what answers of the rounds are worth now, for up to so many that differ, and returns the
// differences and how many answers they are of.
func markCounted(ctx context.Context, tx pgx.Tx, workspace string, rounds []int64, batch int) ([]facts, int, error) {
	return readFacts(ctx, tx, `
		WITH changed AS MATERIALIZED (
			SELECT * FROM quiz.worth
			WHERE workspace = $1 AND round = ANY($2) AND points IS DISTINCT FROM counted
			LIMIT $3
		), marked AS (
			UPDATE quiz.answer a SET counted = c.points
			FROM changed c
			WHERE a.workspace = $1 AND a.round = c.round AND a.position = c.position AND a.player = c.player
		)`+countedSQL, workspace, rounds, batch)
}

func readFacts(ctx context.Context, tx pgx.Tx, sql string, args ...any) (all []facts, answers int, err error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, 0, fmt.Errorf("mark what is counted: %w", err)
	}
	all, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (f facts, err error) {
		var n int
		p := &f.place
		err = row.Scan(&p.Channel, &p.Series, &p.Domain, &p.Day, &p.Season, &f.player, &f.points, &f.rights, &f.answers, &n)
		answers += n
		return f, err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("mark what is counted: %w", err)
	}
	return all, answers, nil
}

// addScores adds facts to the scores of all boards that they count for.
func addScores(ctx context.Context, tx pgx.Tx, workspace string, all []facts, now time.Time) error {
	if len(all) == 0 {
		return nil
	}
	places := make([]place, len(all))
	var where []int32 // for each player the index of the place
	var sum facts
	for i, f := range all {
		places[i] = f.place
		for range f.player {
			where = append(where, int32(i))
		}
		sum.player, sum.points = append(sum.player, f.player...), append(sum.points, f.points...)
		sum.rights, sum.answers = append(sum.rights, f.rights...), append(sum.answers, f.answers...)
	}
	at, boards, err := boardsOf(ctx, tx, workspace, places, now)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `
		WITH delta AS MATERIALIZED (
			SELECT board, player, sum(points)::int AS points, sum(rights)::int AS rights, sum(answers)::int AS answers
			FROM unnest($2::int[], $3::bigint[], $4::int[], $5::int[], $6::int[]) AS f (place, player, points, rights, answers)
			JOIN unnest($7::int[], $8::bigint[]) AS b (place, board) USING (place)
			GROUP BY board, player
		), changed AS (
			INSERT INTO quiz.score AS s (workspace, board, player, points, rights, answers)
			SELECT $1, board, player, points, rights, answers FROM delta
			ORDER BY board, player
			ON CONFLICT (workspace, board, player) DO UPDATE
			SET points = s.points + excluded.points, rights = s.rights + excluded.rights, answers = s.answers + excluded.answers
			RETURNING board, player, points, answers
		), moved AS (
			SELECT board, points, sum(n)::int AS players
			FROM (
				SELECT board, points, 1 AS n FROM changed WHERE answers > 0
				UNION ALL
				SELECT board, c.points - d.points, -1 FROM changed c JOIN delta d USING (board, player) WHERE c.answers > d.answers
			) moves
			GROUP BY board, points
		)
		INSERT INTO quiz.score_count AS c (workspace, board, points, players)
		SELECT $1, board, points, players FROM moved WHERE players <> 0
		ORDER BY board, points
		ON CONFLICT (workspace, board, points) DO UPDATE SET players = c.players + excluded.players`,
		workspace, where, sum.player, sum.points, sum.rights, sum.answers, at, boards)
	if err != nil {
		return fmt.Errorf("add to the scores: %w", err)
	}
	return nil
}

// boardsOf returns the boards that places count for, as pairs of an index into places and the number of a board. It makes those
// that are not there yet.
func boardsOf(ctx context.Context, tx pgx.Tx, workspace string, places []place, now time.Time) (at []int32, boards []int64, err error) {
	data, err := json.Marshal(places)
	if err != nil {
		return nil, nil, fmt.Errorf("encode places: %w", err)
	}
	rows, err := tx.Query(ctx, `
		WITH since AS (
			INSERT INTO quiz.scoring AS s (workspace, kept) VALUES ($1, $3::text::date)
			ON CONFLICT (workspace) DO UPDATE SET kept = s.kept
			RETURNING kept
		), wanted AS MATERIALIZED (
			SELECT p.place - 1 AS place, b.*
			FROM jsonb_array_elements($2::jsonb) WITH ORDINALITY AS p (value, place)
			CROSS JOIN jsonb_to_record(p.value) AS f (channel text, series bigint, domain text, day date, season bigint)
			CROSS JOIN since
			CROSS JOIN quiz.boards(f.channel, f.series, f.domain, f.day, f.season, since.kept) b
		), found AS (
			SELECT w.place, b.id FROM wanted w JOIN quiz.board b ON b.workspace = $1
				AND b.scope = w.scope AND b.span = w.span AND b.start = w.start AND b.season = w.season
		), made AS (
			INSERT INTO quiz.board (workspace, scope, span, start, season)
			SELECT DISTINCT $1, scope, span, start, season
			FROM wanted w
			WHERE NOT EXISTS (
				SELECT FROM quiz.board b WHERE b.workspace = $1
				AND b.scope = w.scope AND b.span = w.span AND b.start = w.start AND b.season = w.season)
			RETURNING id, scope, span, start, season
		)
		SELECT place, id FROM found
		UNION ALL
		SELECT w.place, m.id FROM wanted w JOIN made m USING (scope, span, start, season)`, workspace, data, utcDate(now))
	if err != nil {
		return nil, nil, fmt.Errorf("find the boards: %w", err)
	}
	var place int32
	var board int64
	_, err = pgx.ForEachRow(rows, []any{&place, &board}, func() error {
		at, boards = append(at, place), append(boards, board)
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("find the boards: %w", err)
	}
	return at, boards, nil
}

// utcDate is the date of an instant in UTC.
func utcDate(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// deleteAnswers removes all answers of a player in a workspace, and what they count for with them.
func deleteAnswers(ctx context.Context, tx pgx.Tx, workspace string, player int64, now time.Time) error {
	if err := lockScores(ctx, tx, workspace); err != nil {
		return err
	}
	if err := takeAnswers(ctx, tx, workspace, ofPlayer, player, nil, now); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		DELETE FROM quiz.answer_aside
		WHERE workspace = $1 AND given_by IN (SELECT coalesce(own, player) FROM quiz.identity WHERE player = $2)`, workspace, player)
	if err != nil {
		return fmt.Errorf("delete the answers of a player that were put aside: %w", err)
	}
	if _, err := tx.Exec(ctx, `DELETE FROM quiz.score WHERE workspace = $1 AND player = $2 AND answers = 0`, workspace, player); err != nil {
		return fmt.Errorf("delete the scores of a player: %w", err)
	}
	return nil
}

// takeAnswers removes answers, and what they count for with them, in a transaction that holds the lock of the boards.
func takeAnswers(ctx context.Context, tx pgx.Tx, workspace, which string, id int64, players []int64, now time.Time) error {
	removed, _, err := readFacts(ctx, tx, `
		WITH changed AS MATERIALIZED (
			SELECT a.channel, a.series, a.domain, a.day, a.season, a.player, a.counted, NULL::smallint AS points
			FROM quiz.worth a WHERE a.workspace = $1 AND `+which+` AND a.counted IS NOT NULL
		), deleted AS (
			DELETE FROM quiz.answer a WHERE a.workspace = $1 AND `+which+`
		)`+countedSQL, workspace, id, players)
	if err != nil {
		return err
	}
	return addScores(ctx, tx, workspace, removed, now)
}
