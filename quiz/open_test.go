package quiz

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"
)

func TestSeriesOpensOnTimeInEachChannel(t *testing.T) {
	w := newWorld(t, 10)
	s := w.mustCreate(daily("daily", general, random))
	opens := time.Date(2026, 3, 2, 8, 30, 0, 0, time.UTC)
	if !s.Next.Equal(opens) {
		t.Fatalf("next: got %s, want %s", s.Next, opens)
	}
	d := &desk{}
	w.clock.set(opens.Add(-time.Microsecond))
	if w.settle(d); len(d.posted) != 0 {
		t.Fatalf("before it is due: got %d posts", len(d.posted))
	}
	w.clock.set(opens)
	w.settle(d)
	w.clock.add(time.Minute)
	w.settle(d)
	var channels []string
	for _, p := range d.posted {
		channels = append(channels, p.Channel)
		if len(p.Key) == 0 || len(p.Key) > 25 || !p.Tried.IsZero() || p.Message != "" {
			t.Errorf("post: got key %q, tried %s, message %q, want a short key and neither", p.Key, p.Tried, p.Message)
		}
		r := p.Round
		if r.Kind != KindSeries || r.Series != "daily" || r.Late || r.Reveal || r.Changeable || len(r.Questions) != 1 {
			t.Errorf("round: got %+v", r)
		}
		if !r.Opens.Equal(opens) || !r.Closes.Equal(opens.Add(7*time.Hour+30*time.Minute)) {
			t.Errorf("window: got %s to %s, want 09:30 to 17:00 in Berlin", r.Opens, r.Closes)
		}
	}
	slices.Sort(channels)
	if diff := cmp.Diff([]string{general, random}, channels); diff != "" {
		t.Errorf("channels, each once (-want +got):\n%s", diff)
	}
	if d.posted[0].Key == d.posted[1].Key {
		t.Errorf("two posts have the same key %s", d.posted[0].Key)
	}
}

func TestSeriesAfterAStandstill(t *testing.T) {
	for _, c := range []struct {
		name        string
		down        time.Duration
		closes      Clock
		posts, late int
	}{
		{"of a minute is posted as if nothing was", time.Minute, 17 * 60, 1, 0},
		{"within the grace time is posted late", 2 * time.Hour, 17 * 60, 1, 1},
		{"beyond the grace time is skipped", 2*time.Hour + time.Second, 17 * 60, 0, 0},
		{"after the close is skipped", 30 * time.Minute, 10 * 60, 0, 0},
		{"of a week posts nothing of it", 7*24*time.Hour + 3*time.Hour, 17 * 60, 0, 0},
		{"of a week posts only what is due now", 7*24*time.Hour + time.Hour, 17 * 60, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, 10)
			s := daily("daily", general)
			s.Closes = c.closes
			s = w.mustCreate(s)
			w.clock.set(s.Next.Add(c.down))
			d := &desk{}
			w.settle(d)
			if len(d.posted) != c.posts {
				t.Errorf("posts: got %d, want %d", len(d.posted), c.posts)
			}
			if len(d.posted) == 1 && d.posted[0].Round.Late != (c.late == 1) {
				t.Errorf("late: got %v, want %v", d.posted[0].Round.Late, c.late == 1)
			}
			all, err := w.Series(t.Context(), ws)
			if err != nil {
				t.Fatal(err)
			}
			now := w.clock.now()
			if next := all[0].Next; !next.After(now) || next.Sub(now) > 24*time.Hour {
				t.Errorf("next: got %s, want within the day after %s", next, now)
			}
		})
	}
}

func TestSeriesWithoutAChannelLeftUsesNoQuestions(t *testing.T) {
	w := newWorld(t, 10)
	s := w.mustCreate(daily("daily", general))
	if _, err := w.pool.Exec(t.Context(), `UPDATE quiz.series_channel SET gone = 'archived'`); err != nil {
		t.Fatal(err)
	}
	w.clock.set(s.Next)
	w.settle(&desk{})
	if n := w.count(`SELECT count(*) FROM quiz.round`); n != 0 {
		t.Errorf("rounds: got %d, want none", n)
	}
}

func TestThreeEnginesOpenEachDueSeriesOnce(t *testing.T) {
	w := newWorld(t, 20)
	due := w.makeSeries(1000)
	w.clock.set(due)
	w.race(3)
	if n := w.count(`SELECT count(*) FROM quiz.round WHERE due = $1`, due); n != 1000 {
		t.Errorf("rounds: got %d, want 1000", n)
	}
	if n := w.count(`SELECT count(DISTINCT (workspace, series)) FROM quiz.round`); n != 1000 {
		t.Errorf("series with a round: got %d, want 1000", n)
	}
	if n := w.count(`SELECT count(*) FROM quiz.post`); n != 1000 {
		t.Errorf("posts: got %d, want 1000", n)
	}
	if n := w.count(`SELECT count(*) FROM quiz.series WHERE next_at <= $1`, due); n != 0 {
		t.Errorf("series still due: got %d, want none", n)
	}
}

// makeSeries creates n series in ten workspaces, all due at the time it returns.
func (w *world) makeSeries(n int) time.Time { return w.makeSeriesIn(10, n) }

// makeSeriesIn is makeSeries in so many workspaces.
func (w *world) makeSeriesIn(workspaces, n int) time.Time {
	w.t.Helper()
	due := w.mustCreate(daily("series 0", "test/W0/c0")).Next
	_, err := w.pool.Exec(w.t.Context(), `
		WITH one AS (SELECT * FROM quiz.series),
		more AS (
			INSERT INTO quiz.series (workspace, name, opens, closes, days, zone, questions, topic, changeable, created_by, created_at, next_at)
			SELECT 'test/W' || i % $2, 'series ' || i, opens, closes, days, zone, 1 + i % 3, topic, changeable, created_by, created_at, next_at
			FROM one, generate_series(1, $1 - 1) i
			RETURNING workspace, id
		)
		INSERT INTO quiz.series_channel (workspace, series, channel) SELECT workspace, id, workspace || '/c' || id FROM more`, n, workspaces)
	if err != nil {
		w.t.Fatalf("make %d series: %v", n, err)
	}
	return due
}

// race lets n engines, each with its own connections, open all that is due.
func (w *world) race(n int) {
	w.t.Helper()
	start := make(chan struct{})
	var all sync.WaitGroup
	for range n {
		pool, err := pgxpool.NewWithConfig(w.t.Context(), w.pool.Config())
		if err != nil {
			w.t.Fatal(err)
		}
		defer pool.Close()
		e := w.another(pool)
		all.Go(func() {
			<-start
			for {
				n, err := e.openDue(w.t.Context())
				if err != nil {
					w.t.Errorf("openDue: %v", err)
				}
				if n == 0 || err != nil {
					return
				}
			}
		})
	}
	close(start)
	all.Wait()
}

func TestASeriesRunsThroughTheBankBeforeItRepeats(t *testing.T) {
	w := newWorld(t, 12)
	s := daily("daily", general)
	s.Questions = 5
	s = w.mustCreate(s)
	w.clock.set(s.Next)
	d := &desk{}
	var got []string
	for range 5 {
		w.settle(d)
		for _, q := range d.posted[len(d.posted)-1].Round.Questions {
			got = append(got, q.ID)
		}
		w.clock.add(24 * time.Hour)
	}
	first, second := got[:12], got[12:24]
	if slices.Sort(slices.Clone(first)); len(distinct(first)) != 12 {
		t.Errorf("first time through: got %v, want 12 different", first)
	}
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("second time through, the longest unused first (-want +got):\n%s", diff)
	}
}

func distinct(ids []string) map[string]bool {
	set := map[string]bool{}
	for _, id := range ids {
		set[id] = true
	}
	return set
}

func TestChoicesAreShuffledButTheSameForEveryone(t *testing.T) {
	w := newWorld(t, 40)
	s := daily("daily", general, random)
	s.Questions = 10
	r, d := w.openDaily(s)
	if diff := cmp.Diff(d.posted[0].Round.Questions, d.posted[1].Round.Questions); diff != "" {
		t.Errorf("the two channels differ (-first +second):\n%s", diff)
	}
	keys := map[int]bool{}
	for _, q := range r.Questions {
		keys[q.Key] = true
		if q.Choices[q.Key] != "right" {
			t.Errorf("%s: the key points at %q", q.ID, q.Choices[q.Key])
		}
	}
	if len(keys) < 2 {
		t.Errorf("all ten keys are choice %v", keys)
	}
}

func BenchmarkDue(b *testing.B) {
	w := newWorld(b, 100)
	due := w.makeSeries(1000)
	for b.Loop() {
		w.clock.set(due)
		w.race(3)
		b.StopTimer()
		if n := w.count(`SELECT count(*) FROM quiz.round WHERE due = $1`, due); n != 1000 {
			b.Fatalf("rounds: got %d, want 1000", n)
		}
		due = due.Add(24 * time.Hour)
		b.StartTimer()
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "seconds/minute")
	b.ReportMetric(float64(w.count(`SELECT count(*) - count(DISTINCT (workspace, series, due)) FROM quiz.round`)), "duplicates")
}

func TestSeriesInAZoneThatIsUnknownHereDoesNotStopTheOthers(t *testing.T) {
	w := newWorld(t, 10)
	w.mustCreate(daily("lost", general))
	s := w.mustCreate(daily("daily", random))
	if _, err := w.pool.Exec(t.Context(), `UPDATE quiz.series SET zone = 'Atlantis/Center' WHERE name = 'lost'`); err != nil {
		t.Fatal(err)
	}
	w.clock.set(s.Next)
	d := &desk{}
	w.settle(d)
	if len(d.posted) != 1 || d.posted[0].Channel != random {
		t.Errorf("posts: got %+v, want the one of the other series", d.posted)
	}
}
