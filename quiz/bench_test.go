package quiz

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

// BenchmarkClicks lets 300 players click the same question twice each: spread over a second, as a channel does, and all
// in the same instant, which is worse than any channel. The figure that counts is the time until a player has the answer.
func BenchmarkClicks(b *testing.B) {
	for _, c := range []struct {
		name string
		over time.Duration
	}{{"within a second", time.Second}, {"at once", 0}} {
		b.Run(c.name, func(b *testing.B) {
			w := newWorld(b, 100)
			var took []time.Duration
			recorded := 0
			for b.Loop() {
				b.StopTimer()
				r := w.mustAsk(general, "host")
				b.StartTimer()
				took = append(took, w.timeClicks(r, 300, c.over)...)
				recorded += w.count(`SELECT count(*) FROM quiz.answer WHERE round = $1`, r.ID)
				w.clock.add(time.Hour)
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(recorded)/float64(b.N), "recorded")
		})
	}
}

// timeClicks has every player click twice within a time and returns how long each click took.
func (w *world) timeClicks(r Round, players int, over time.Duration) []time.Duration {
	took := make([]time.Duration, 2*players)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range took {
		all.Go(func() {
			<-start
			<-time.After(time.Duration(rand.Int64N(int64(over) + 1)))
			began := time.Now()
			_, err := w.Answer(w.t.Context(), Answer{Workspace: ws, Round: r.ID, Choice: i % 2, Channel: general, By: person(playerName(i / 2))})
			if err != nil {
				w.t.Errorf("click %d: %v", i, err)
			}
			took[i] = time.Since(began)
		})
	}
	close(start)
	all.Wait()
	return took
}

// BenchmarkLeaderboard reads the boards of a team of 300 that has answered a question a day for a year.
func BenchmarkLeaderboard(b *testing.B) {
	w := newWorld(b, 100)
	_, err := w.pool.Exec(b.Context(), `
		WITH player AS (
			INSERT INTO quiz.player (workspace, id, name) SELECT $1, i, 'player ' || i FROM generate_series(1, 300) i
		), identity AS (
			INSERT INTO quiz.identity (workspace, user_id, player) SELECT $1, 'U-' || i, i FROM generate_series(1, 300) i
		), round AS (
			INSERT INTO quiz.round (workspace, id, kind, scope, topic, opens_at, closes_at, late, reveal, changeable)
			SELECT $1, d, 'ask', 'channel/x', '', $3::timestamptz - d * interval '1 day', $3::timestamptz - d * interval '1 day' + interval '1 hour', false, true, false
			FROM generate_series(0, 364) d
		), question AS (
			INSERT INTO quiz.round_question (workspace, round, position, question, body, key)
			SELECT $1, d, 0, 'q-' || d, '{"Choices": ["a", "b", "c", "d"], "Domain": "D1"}', 0 FROM generate_series(0, 364) d
		), post AS (
			INSERT INTO quiz.post (workspace, round, channel, next_at) SELECT $1, d, $2, $3 FROM generate_series(0, 364) d
		)
		INSERT INTO quiz.answer (workspace, round, position, player, choice, channel, answered_at, first_asked)
		SELECT $1, d, 0, i, (d * 7 + i * 13 + d * i) % 4, $2, $3, 'q-' || d FROM generate_series(0, 364) d, generate_series(1, 300) i`, ws, general, monday)
	if err != nil {
		b.Fatal(err)
	}
	if _, err := w.pool.Exec(b.Context(), `ANALYZE`); err != nil {
		b.Fatal(err)
	}
	for _, window := range []Window{Today, ThisWeek, ThisMonth, AllTime} {
		b.Run(string(window), func(b *testing.B) {
			for b.Loop() {
				board, err := w.Leaderboard(b.Context(), BoardRequest{Workspace: ws, Channel: general, Window: window, For: Person{Workspace: ws, User: "U-150"}})
				if err != nil || board.Players != 300 || board.Me == nil {
					b.Fatalf("board: got %d players, me %v, %v", board.Players, board.Me, err)
				}
			}
		})
	}
}

// BenchmarkDraw opens rounds of ten questions from a bank of 10,000, of any topic and of one: the figure that counts is
// the time for the questions of one round. That of the first, which reads the bank, is apart.
func BenchmarkDraw(b *testing.B) {
	w := newWorld(b, 1)
	w.load(bankOf(10_000))
	began := time.Now()
	w.drawTen(b, "")
	b.Logf("the first draw, which reads the bank, took %v", time.Since(began))
	for name, topic := range map[string]string{"anything": "", "a domain": "D4", "words": "networking"} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				w.drawTen(b, topic)
			}
		})
	}
}

func (w *world) drawTen(b *testing.B, topic string) {
	qs, err := w.drawFor(b.Context(), w.pool, ws, "channel/x", topic, nil, MaxQuestions, monday)
	if err != nil || len(qs) != MaxQuestions {
		b.Fatalf("got %d questions, %v, want %d", len(qs), err, MaxQuestions)
	}
}
