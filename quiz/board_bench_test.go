package quiz

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// BenchmarkBoards reads boards as people see them: a page, the own row and the neighbours. Of 20,000 players half are in one
// workspace. Beside the percentiles of the time that takes stand the time of a query that computes the same board
// from the answers, and how many times longer that is.
func BenchmarkBoards(b *testing.B) {
	c := newCrowd(b, 20_000)
	c.readBoards(b, func(b *testing.B, req BoardRequest, board Board, p50 time.Duration) {
		live := c.timeLive(b, req, board)
		b.ReportMetric(float64(live.Microseconds())/1000, "live-ms")
		b.ReportMetric(float64(live)/float64(p50), "times-faster")
	})
}

// BenchmarkBoardsMillion is BenchmarkBoards with a million players and ten million answers, without the other query, which then
// takes up to ten seconds. It takes some ten minutes of two idle cores and ten gigabytes, so it runs only when it is asked for:
// go test -run '^$' -bench BoardsMillion -timeout 60m ./quiz
func BenchmarkBoardsMillion(b *testing.B) {
	if !strings.Contains(flag.Lookup("test.bench").Value.String(), "Million") {
		b.Log("not asked for")
		return
	}
	newCrowd(b, 1_000_000).readBoards(b, func(*testing.B, BoardRequest, Board, time.Duration) {})
}

// readBoards reads all boards of the big workspace and of a small one, and calls compare with each and the median of the time.
func (c crowd) readBoards(b *testing.B, compare func(*testing.B, BoardRequest, Board, time.Duration)) {
	for _, scope := range []struct {
		name    string
		request BoardRequest
	}{
		{"big workspace", BoardRequest{Workspace: "bench/W"}},
		{"big channel", BoardRequest{Workspace: "bench/W", Channel: "bench/W/big"}},
		{"big series", BoardRequest{Workspace: "bench/W", Series: "daily"}},
		{"big domain", BoardRequest{Workspace: "bench/W", Domain: "D1"}},
		{"small channel of the big workspace", BoardRequest{Workspace: "bench/W", Channel: "bench/W/small"}},
		{"small workspace", BoardRequest{Workspace: "bench/T1"}},
	} {
		for _, window := range Windows() {
			b.Run(scope.name+"/"+string(window), func(b *testing.B) {
				req := scope.request
				req.Window = window
				board, p50 := c.time(b, &req)
				compare(b, req, board, p50)
			})
		}
	}
}

// A crowd is a world with many players who have answered a question a day for 90 days, some of them each day and most now
// and then. The last day is today.
type crowd struct {
	*world
	players int
}

func newCrowd(b *testing.B, players int) crowd {
	c := crowd{newWorld(b, 1), players}
	c.clock.set(time.Date(2026, 3, 29, 21, 0, 0, 0, time.UTC)) // a Sunday: a whole week, a whole month
	began := time.Now()
	c.play(b)
	made := time.Since(began)
	began = time.Now()
	c.rebuild(b)
	rebuilt := time.Since(began)
	for _, sql := range []string{`VACUUM (ANALYZE) quiz.answer`, `VACUUM (ANALYZE) quiz.score`, `VACUUM (ANALYZE) quiz.score_count`, `ANALYZE`,
		`CHECKPOINT`} { // or gigabytes are still on their way to the disk while the first boards are read
		c.exec(sql)
	}
	size := func(table string) string {
		return fmt.Sprintf("%s %d MB", table, c.count(`SELECT pg_total_relation_size($1::text::regclass) >> 20`, "quiz."+table))
	}
	b.Logf("%d players gave %d answers (written in %s); their %d boards of %d scores were made in %s; %s", players, c.count(`SELECT count(*) FROM quiz.answer`),
		made.Round(time.Second), c.count(`SELECT count(*) FROM quiz.board`), c.count(`SELECT count(*) FROM quiz.score`), rebuilt.Round(time.Second),
		strings.Join([]string{size("answer"), size("score"), size("score_count"), size("board")}, ", "))
	return c
}

// play writes down who answered what. The answers are marked as counted, as they are wherever bots have been running; to mark
// those of an older release takes Rebuild about as long again.
func (c crowd) play(b *testing.B) {
	for _, sql := range []string{
		// The answers fit, and are written in the order of their key: to check each, and to keep indexes meanwhile, takes
		// longer than to write them.
		`DO $$ DECLARE c name; BEGIN
			FOR c IN SELECT conname FROM pg_constraint WHERE conrelid = 'quiz.answer'::regclass AND contype = 'f' LOOP
				EXECUTE format('ALTER TABLE quiz.answer DROP CONSTRAINT %I', c);
			END LOOP;
		END $$`,
		`ALTER TABLE quiz.answer DROP CONSTRAINT answer_pkey`,
		`DROP INDEX quiz.answer_player`,
		`CREATE TABLE person AS
			SELECT i, CASE WHEN 2 * i <= $players THEN 'bench/W' ELSE 'bench/T' || i % 100 END AS workspace,
				CASE WHEN 2 * i > $players OR i % 60 = 0 THEN 'small' ELSE 'big' END AS channel,
				least(90, 4.36 / (i::float8 * 0.6180339887 - floor(i::float8 * 0.6180339887) + 1e-6) ^ 0.6)::int AS days
			FROM generate_series(1, $players) i`,
		`INSERT INTO quiz.player SELECT workspace, i, 'player ' || i FROM person`,
		`INSERT INTO quiz.identity (workspace, user_id, player) SELECT workspace, i, i FROM person`,
		`INSERT INTO quiz.series (workspace, name, opens, closes, days, zone, questions, topic, changeable, created_by, created_at, next_at, paused)
			SELECT DISTINCT workspace, 'daily', 540, 1020, 127, 'UTC', 1, '', false, '', now(), now(), true FROM person`,
		`INSERT INTO quiz.season (workspace, name, opened_at, opened_by) SELECT workspace, 'long', '2025-12-01', '' FROM quiz.series`,
		`INSERT INTO quiz.round (workspace, id, kind, series, due, scope, topic, opens_at, closes_at, late, reveal, changeable, sealed_at, recount, day, season, speed)
			SELECT s.workspace, d + 1, 'series', s.id, t.due, 'series/' || s.id, '', t.due, t.due + interval '8 hours', false, false, false,
				t.due + interval '8 hours', false, t.due::date, n.id, true
			FROM generate_series(0, 89) d
			CROSS JOIN LATERAL (SELECT timestamptz '2026-03-29 09:00Z' - (89 - d) * interval '1 day' AS due) t
			CROSS JOIN quiz.series s
			JOIN quiz.season n USING (workspace)`,
		`INSERT INTO quiz.round_question (workspace, round, position, question, body, key)
			SELECT workspace, id, 0, 'q', jsonb_build_object('Choices', '["a", "b", "c", "d"]'::jsonb, 'Domain', 'D' || (1 + (id % 3 = 1)::int)), 0 FROM quiz.round`,
		`INSERT INTO quiz.post (workspace, round, channel, next_at, finished_at)
			SELECT r.workspace, r.id, r.workspace || '/' || c, r.opens_at, r.closes_at FROM quiz.round r, unnest('{big,small}'::text[]) c`,
		`INSERT INTO quiz.answer (workspace, round, position, player, choice, channel, answered_at, counted)
			SELECT p.workspace, d + 1, 0, p.i, g.choice, p.workspace || '/' || p.channel, t.opens + g.after * interval '8 hours',
				quiz.points(g.choice = 0, true, t.opens, t.opens + interval '8 hours', t.opens + g.after * interval '8 hours')
			FROM generate_series(0, 89) d
			CROSS JOIN LATERAL (SELECT timestamptz '2026-03-29 09:00Z' - (89 - d) * interval '1 day' AS opens) t
			JOIN person p ON (d + 90 - p.i * 7 % 90) * 73 % 90 < p.days
			CROSS JOIN LATERAL (SELECT (random() + 0 * p.i < 0.4)::int AS choice, random() + 0 * p.i AS after) g`,
		`SET maintenance_work_mem = '512MB'; ALTER TABLE quiz.answer ADD CONSTRAINT answer_pkey PRIMARY KEY (workspace, round, position, player);
			CREATE INDEX answer_player ON quiz.answer (workspace, player, round); RESET maintenance_work_mem`,
		`VACUUM ANALYZE`,
	} {
		c.exec(strings.ReplaceAll(sql, "$players", fmt.Sprint(c.players)))
	}
}

// rebuild makes all boards: of the big workspace, and meanwhile of the others one after the other, as two bots would.
func (c crowd) rebuild(b *testing.B) {
	var bots sync.WaitGroup
	for _, workspaces := range [][]string{{"bench/W"}, teams()} {
		bots.Go(func() {
			for _, workspace := range workspaces {
				if err := c.Rebuild(b.Context(), workspace, nil); err != nil {
					b.Error(err)
				}
			}
		})
	}
	bots.Wait()
	if b.Failed() {
		b.FailNow()
	}
}

func teams() (names []string) {
	for i := range 100 {
		names = append(names, fmt.Sprint("bench/T", i))
	}
	return names
}

// time reads a board for players picked by chance, and returns it as it was last and the median of the time that took.
func (c crowd) time(b *testing.B, req *BoardRequest) (board Board, p50 time.Duration) {
	var took []time.Duration
	for b.Loop() {
		user := 1 + rand.IntN(c.players/2)
		if req.Workspace != "bench/W" {
			user = c.players/2 + 100 - c.players/2%100 + 1 + rand.IntN(c.players/2/100-2)*100
		}
		req.For = Person{Workspace: req.Workspace, User: fmt.Sprint(user)}
		began := time.Now()
		var err error
		if board, err = c.Leaderboard(b.Context(), *req); err != nil || board.Behind || board.Players == 0 {
			b.Fatalf("board: got %+v, %v, want all counted", board, err)
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	p50, p99 := took[len(took)/2], took[len(took)*99/100]
	b.ReportMetric(float64(p50.Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(p99.Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(board.Players), "players")
	return board, p50
}

// timeLive computes the board from the answers and compares its first row.
func (c crowd) timeLive(b *testing.B, req BoardRequest, board Board) time.Duration {
	from, to := board.From.Format(time.DateOnly), board.To.Format(time.DateOnly)
	if board.From.IsZero() {
		from, to = "-infinity", "infinity"
	}
	best, first := time.Hour, time.Now()
	for best == time.Hour || time.Since(first) < time.Second { // the first reads what nobody has read for a while
		began := time.Now()
		var player, players int64
		var points Points
		err := c.pool.QueryRow(b.Context(), `
			WITH graded AS (
				SELECT a.player, count(*) AS answers, sum(quiz.points(a.choice = q.key, r.speed, r.opens_at, r.closes_at, a.answered_at)) AS points
				FROM quiz.round r
				JOIN quiz.round_question q ON q.workspace = r.workspace AND q.round = r.id
				JOIN quiz.answer a         ON a.workspace = q.workspace AND a.round = q.round AND a.position = q.position
				WHERE r.workspace = $1 AND r.sealed_at IS NOT NULL AND q.voided_at IS NULL
				AND r.day BETWEEN $2::text::date AND $3::text::date
				AND ($4 = '' OR a.channel = $4) AND ($5 = '' OR q.domain = $5)
				GROUP BY a.player
			), placed AS (
				SELECT g.player, g.points, row_number() OVER (ORDER BY g.points DESC, g.answers, g.player) AS place, count(*) OVER () AS players
				FROM graded g
				JOIN quiz.player p ON p.workspace = $1 AND p.id = g.player
			), page AS (
				SELECT * FROM placed
				WHERE place <= 10 OR abs(place - (SELECT place FROM placed WHERE player = $6::text::bigint)) <= 1
			)
			SELECT player, points, players FROM page ORDER BY place LIMIT 1`,
			req.Workspace, from, to, req.Channel, req.Domain, req.For.User).Scan(&player, &points, &players)
		if err != nil || player != board.Rows[0].Player || points != board.Rows[0].Points || int(players) != board.Players {
			b.Fatalf("live: got player %d with %s points of %d players, %v, want %+v of %d", player, points, players, err, board.Rows[0], board.Players)
		}
		best = min(best, time.Since(began))
	}
	return best
}
