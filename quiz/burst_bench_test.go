package quiz

import (
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
)

// BenchmarkAnswersAtOnce has people click the same question in the same instant, again and again, and compares the answers
// that are stored in a second with the single-row inserts of pgbench on the same server, in the same run. An answer is
// stored when its Answer has returned. The inserts of pgbench go to a table with the key of ours and nothing else: no other
// index, no reference, no check whether the round is open, and nobody is told how they stand. "new people" have never played.
func BenchmarkAnswersAtOnce(b *testing.B) {
	w := newWorld(b, 100)
	for range 3 { // they have played before, and the server knows it
		w.clickTogether(w.mustAsk(general, "host"), "known", 1000)
		w.clock.add(time.Hour)
	}
	if _, err := w.pool.Exec(b.Context(), `ANALYZE`); err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct {
		clickers int
		name     string
	}{{1, "1 clicker"}, {8, "8 clickers"}, {1000, "1000 clickers"}, {1000, "1000 new people"}} {
		b.Run(c.name, func(b *testing.B) {
			pgbench := w.pgbench(b)
			var took []time.Duration
			var busy time.Duration
			round := 0
			for b.Loop() {
				b.StopTimer()
				prefix := "known"
				if c.name == "1000 new people" {
					round++
					prefix = fmt.Sprint("new", round, "-")
				}
				r := w.mustAsk(general, "host")
				w.clickTogether(r, "host", 1) // the connections are there, as in a bot that runs
				b.StartTimer()
				began := time.Now()
				took = append(took, w.clickTogether(r, prefix, c.clickers)...)
				busy += time.Since(began)
				if n := w.count(`SELECT count(*) FROM quiz.answer WHERE round = $1`, r.ID); n != c.clickers+1 {
					b.Fatalf("answers stored: got %d, want %d", n, c.clickers+1)
				}
				w.clock.add(time.Hour)
			}
			slices.Sort(took)
			rate := float64(len(took)) / busy.Seconds()
			b.ReportMetric(rate, "answers/s")
			b.ReportMetric(rate/pgbench, "×pgbench")
			b.ReportMetric(pgbench, "pgbench/s")
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
		})
	}
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
func (w *world) pgbench(b *testing.B) (rate float64) {
	b.Helper()
	var bin string
	err := w.pool.QueryRow(b.Context(), `SELECT setting FROM pg_config() WHERE name = 'BINDIR'`).Scan(&bin)
	if err == nil {
		_, err = w.pool.Exec(b.Context(), `
			CREATE TABLE IF NOT EXISTS bench (workspace text, round bigint, position smallint, player bigint,
				choice smallint NOT NULL, answered_at timestamptz NOT NULL, PRIMARY KEY (workspace, round, position, player))`)
	}
	script := filepath.Join(b.TempDir(), "insert.sql")
	if err == nil {
		err = os.WriteFile(script, []byte(`\set player random(1, 1000000000000000000)
			INSERT INTO bench VALUES ('test/W1', 1, 0, :player, 1, now());`), 0o600)
	}
	if err != nil {
		b.Fatal(err)
	}
	run := exec.CommandContext(b.Context(), filepath.Join(bin, "pgbench"), "-n", "-M", "prepared", "-c", "32", "-j", "2", "-T", "3",
		"-f", script, w.pool.Config().ConnString())
	out, err := run.CombinedOutput()
	found := regexp.MustCompile(`tps = ([0-9.]+)`).FindSubmatch(out)
	if err != nil || found == nil {
		b.Fatalf("pgbench, which comes with the server: %v\n%s", err, out)
	}
	rate, err = strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		b.Fatal(err)
	}
	return rate
}
