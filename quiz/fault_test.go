package quiz

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"
)

// TestThreeEnginesShowEachResultOnce has all of them close the same rounds while people still press buttons.
func TestThreeEnginesShowEachResultOnce(t *testing.T) {
	w := newWorld(t, 20)
	w.clock.set(w.makeSeries(60))
	d := &desk{}
	w.settle(d)
	for _, p := range d.posted {
		w.click(p.Round, p.Channel, "ada", 0, "right")
	}
	w.clock.set(d.posted[0].Round.Closes.Add(-time.Microsecond))
	posters := []*desk{{}, {}, {}}
	start, late := make(chan struct{}), make(chan Result, len(d.posted))
	var all sync.WaitGroup
	for _, d := range posters {
		pool, err := pgxpool.NewWithConfig(t.Context(), w.pool.Config())
		if err != nil {
			t.Fatal(err)
		}
		defer pool.Close()
		e := w.another(pool)
		all.Go(func() { <-start; settle(t, e, d) })
	}
	all.Go(func() {
		<-start
		for _, p := range d.posted {
			late <- w.click(p.Round, p.Channel, "bob", 0, "right")
		}
	})
	w.clock.add(time.Microsecond)
	close(start)
	all.Wait()
	close(late)

	shown := map[string]Tally{}
	for i, d := range posters {
		for j, p := range d.closed {
			if _, twice := shown[p.Key]; twice {
				t.Errorf("engine %d: the result of round %d in %s was shown already", i, p.Round.ID, p.Channel)
			}
			shown[p.Key] = d.tally[j]
		}
	}
	if len(shown) != 60 {
		t.Errorf("results: got %d, want 60", len(shown))
	}
	for key, tally := range shown {
		if tally.Players != 1 || tally.Answers[0] != 1 {
			t.Errorf("%s: got %+v, want ada's answer only", key, tally)
		}
	}
	for res := range late {
		if res.Outcome != Late {
			t.Errorf("bob, after the close: got %s, want late", res.Outcome)
		}
	}
}

func TestSeriesRemovedDuringItsRoundKeepsItsPoints(t *testing.T) {
	w := newWorld(t, 10)
	r, d := w.openDaily(daily("daily", general))
	w.remind("bob")
	w.click(r, general, "ada", 0, "right")
	if err := w.RemoveSeries(t.Context(), ws, "daily"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.EditSeries(t.Context(), ws, "daily", func(*Series) error { return nil }); err == nil {
		t.Error("it can still be edited")
	}
	w.clock.set(r.Closes)
	w.settle(d)
	w.clock.add(48 * time.Hour)
	if w.settle(d); len(d.closed) != 1 || len(d.posted) != 1 {
		t.Errorf("got %d results and %d posts, want one of each", len(d.closed), len(d.posted))
	}
	if diff := cmp.Diff([]string{"1 ada 1/1"}, shown(w.board(general, AllTime, "").Rows)); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
}

// TestOnlyOurClockCounts has the database live years away from us: whatever is due is so by Options.Now.
func TestOnlyOurClockCounts(t *testing.T) {
	for name, at := range map[string]time.Time{
		"the database is ahead":  time.Date(2021, 3, 1, 7, 0, 0, 0, time.UTC),
		"the database is behind": time.Date(2090, 3, 1, 7, 0, 0, 0, time.UTC),
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 10)
			w.clock.set(at)
			w.mustCreate(daily("daily", general))
			w.remind("bob")
			w.clock.set(w.only().Next)
			d := &desk{}
			w.settle(d)
			r := d.posted[0].Round
			if want := at.Format(time.DateOnly); w.count(`SELECT count(*) FROM quiz.round WHERE day = $1::text::date`, want) != 1 {
				t.Errorf("the round is not of %s", want)
			}
			if got := w.click(r, general, "ada", 0, "right"); got.Outcome != Recorded {
				t.Errorf("an answer: got %s, want recorded", got.Outcome)
			}
			w.clock.set(r.Closes.Add(-time.Hour))
			w.settle(d)
			w.clock.set(r.Closes)
			w.settle(d)
			if len(d.posted) != 1 || len(d.said) != 1 || len(d.closed) != 1 {
				t.Errorf("got %d posts, %d reminders, %d results, want one of each", len(d.posted), len(d.said), len(d.closed))
			}
		})
	}
}

// TestReminderOfAnEngineThatIsKilledBetweenLeaseAndPost is said by another one, which looks again whether it is wanted.
func TestReminderOfAnEngineThatIsKilledBetweenLeaseAndPost(t *testing.T) {
	for name, answered := range map[string]bool{"still wanted": false, "answered meanwhile": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 10)
			r, d := w.openDaily(daily("daily", general))
			w.remind("ada")
			w.clock.set(r.Closes.Add(-time.Hour))
			if c, err := w.claimNotices(t.Context(), 10); err != nil || len(c) != 1 {
				t.Fatalf("claim: got %v, %v, want one", c, err)
			}
			want := 1
			if answered {
				want = 0
				w.click(r, general, "ada", 0, "right")
			}
			w.clock.add(leaseTime)
			if settle(t, w.another(w.pool), d); len(d.said) != want {
				t.Errorf("said: got %d, want %d", len(d.said), want)
			}
		})
	}
}
