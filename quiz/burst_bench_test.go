package quiz

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"ckadbot/migrations"
	"ckadbot/migrations/pgserver"
)

// BenchmarkAnswersAtOnce has people click the same question in the same instant, again and again, and compares the answers
// that are stored in a second with the single-row inserts of pgbench on the same server, in the same run: pgbench has its turn
// before, between and after, so that both share the good and the bad times of a busy computer. An answer is stored when its
// Answer has returned, which is after the commit.
//
// pgbench inserts with 32 clients and prepared statements, each row a transaction, into a table with the columns that every
// answer has and with the key of ours. It is spared what else an answer costs: the other two indexes, the reference to the player, the
// check whether the round is open, and telling everybody how they stand.
//
// The server is one as bots have it, on which a commit is on the disk; and that of the tests, on which a commit costs
// nothing, which makes pgbench three times as fast. "new" people have never played before: two more rows are written for each.
func BenchmarkAnswersAtOnce(b *testing.B) {
	b.Run("durable", func(b *testing.B) { answersAtOnce(newDurableWorld(b)) })
	b.Run("not durable", func(b *testing.B) { answersAtOnce(newWorld(b, 100)) })
}

func answersAtOnce(w *world) {
	b := w.t.(*testing.B)
	for range 3 { // they have played before, and the server knows how much
		w.clickTogether(w.mustAsk(general, "host"), "known", 1000)
		w.clock.add(time.Hour)
	}
	if _, err := w.pool.Exec(b.Context(), `ANALYZE`); err != nil {
		b.Fatal(err)
	}
	rounds := 0
	for _, c := range []struct {
		people string
		n      int
	}{{"known", 1}, {"known", 8}, {"known", 1000}, {"new", 1000}} {
		b.Run(fmt.Sprint(c.n, " ", c.people), func(b *testing.B) {
			var took []time.Duration
			var busy time.Duration
			var pgbench []float64
			for n := 0; b.Loop(); n++ {
				b.StopTimer()
				rounds++
				if n%10 == 0 {
					pgbench = append(pgbench, w.pgbench(b))
				}
				prefix := c.people
				if prefix == "new" {
					prefix = fmt.Sprint(prefix, rounds, "-")
				}
				r := w.mustAsk(general, "host")
				b.StartTimer()
				began := time.Now()
				took = append(took, w.clickTogether(r, prefix, c.n)...)
				busy += time.Since(began)
				if stored := w.count(`SELECT count(*) FROM quiz.answer WHERE round = $1`, r.ID); stored != c.n {
					b.Fatalf("answers stored: got %d, want %d", stored, c.n)
				}
				w.clock.add(time.Hour)
			}
			pgbench = append(pgbench, w.pgbench(b))
			slices.Sort(took)
			rate, inserts := float64(len(took))/busy.Seconds(), mean(pgbench)
			b.ReportMetric(rate, "answers/s")
			b.ReportMetric(inserts, "pgbench/s")
			b.ReportMetric(rate/inserts, "×pgbench")
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
}

func mean(all []float64) (m float64) {
	for _, x := range all {
		m += x / float64(len(all))
	}
	return m
}

// newDurableWorld is on a server of its own that is like the built-in one of a bot.
func newDurableWorld(b *testing.B) *world {
	server, err := pgserver.Start(b.Context(), pgserver.Config{DataDir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := server.Stop(context.WithoutCancel(b.Context())); err != nil {
			b.Error(err)
		}
	})
	pool, err := migrations.Open(b.Context(), server.URL())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(pool.Close)
	if _, err := migrations.Up(b.Context(), pool); err != nil {
		b.Fatal(err)
	}
	w := &world{t: b, clock: &fakeClock{at: monday}, pool: pool}
	w.Engine = w.another(pool)
	w.load(bankOf(100))
	return w
}

// clickTogether has n players click at once and returns how long each waited.
func (w *world) clickTogether(r Round, prefix string, n int) []time.Duration {
	took := make([]time.Duration, n)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range took {
		a := Answer{Workspace: ws, Round: r.ID, Choice: i % 4, Channel: general, By: person(fmt.Sprint(prefix, i))}
		all.Go(func() {
			<-start
			began := time.Now()
			if res, err := w.Answer(w.t.Context(), a); err != nil || res.Outcome != Recorded {
				w.t.Errorf("click %d: got %s, %v, want recorded", i, res.Outcome, err)
			}
			took[i] = time.Since(began)
		})
	}
	close(start)
	all.Wait()
	return took
}

// pgbench is how many single rows pgbench inserts in a second with 32 clients, each row a transaction.
func (w *world) pgbench(b *testing.B) float64 {
	b.Helper()
	var bin string
	err := w.pool.QueryRow(b.Context(), `SELECT setting FROM pg_config() WHERE name = 'BINDIR'`).Scan(&bin)
	if err != nil {
		b.Fatal(err)
	}
	_, err = w.pool.Exec(b.Context(), `
		CREATE TABLE IF NOT EXISTS plain (workspace text, round bigint, position smallint, player bigint, choice smallint NOT NULL,
			channel text NOT NULL, answered_at timestamptz NOT NULL, changes integer NOT NULL DEFAULT 0, first_asked text,
			PRIMARY KEY (workspace, round, position, player))`)
	if err != nil {
		b.Fatal(err)
	}
	script := filepath.Join(b.TempDir(), "insert.sql")
	err = os.WriteFile(script, []byte(`\set player random(1, 1000000000000000000)
		INSERT INTO plain (workspace, round, position, player, choice, channel, answered_at, first_asked)
		VALUES ('test/W1', 1, 0, :player, 1, 'test/W1/general', now(), 'q-001');`), 0o600)
	if err != nil {
		b.Fatal(err)
	}
	out, err := exec.CommandContext(b.Context(), filepath.Join(bin, "pgbench"), "-n", "-M", "prepared", "-c", "32", "-j", "2", "-T", "1",
		"-f", script, w.pool.Config().ConnString()).CombinedOutput()
	tps := regexp.MustCompile(`tps = ([0-9.]+)`).FindSubmatch(out)
	if err != nil || tps == nil {
		b.Fatalf("pgbench, which comes with PostgreSQL: %v\n%s", err, out)
	}
	rate, err := strconv.ParseFloat(string(tps[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return rate
}
