package quiz

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCreateSeriesReturnsWhatSeriesLists(t *testing.T) {
	w := newWorld(t, 20)
	s := daily("  Morning   quiz ", random, general, general)
	s.Topic, s.Changeable, s.CreatedBy, s.Questions = " D4 ", true, "ada", 3
	s.Days, s.Closes = Weekdays, 9*60
	made := w.mustCreate(s)
	want := s
	want.Name, want.Topic = "Morning quiz", "D4"
	want.Channels = []Channel{{ID: general}, {ID: random}}
	want.Next = time.Date(2026, 3, 2, 8, 30, 0, 0, time.UTC)
	if diff := cmp.Diff(want, made); diff != "" {
		t.Errorf("created (-want +got):\n%s", diff)
	}
	all, err := w.Series(t.Context(), ws)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Series{want}, all); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
	if other, err := w.Series(t.Context(), "test/W2"); err != nil || len(other) != 0 {
		t.Errorf("another workspace: got %v, %v, want none", other, err)
	}
}

func TestCreateSeriesRefuses(t *testing.T) {
	w := newWorld(t, 10)
	w.mustCreate(daily("Daily", general))
	for name, c := range map[string]struct {
		change func(s *Series)
		want   error // nil: an *InvalidError
	}{
		"a name that is taken in another case": {func(s *Series) { s.Name = "DAILY" }, ErrSeriesExists},
		"a topic without questions":            {func(s *Series) { s.Topic = "astrology" }, ErrNoQuestions},
		"an empty name":                        {func(s *Series) { s.Name = " " }, nil},
		"a long name":                          {func(s *Series) { s.Name = strings.Repeat("x", 41) }, nil},
		"a name with markup":                   {func(s *Series) { s.Name = "<!here>" }, nil},
		"a name that reads backwards":          {func(s *Series) { s.Name = "a\u202eb" }, nil},
		"no questions":                         {func(s *Series) { s.Questions = 0 }, nil},
		"too many questions":                   {func(s *Series) { s.Questions = 11 }, nil},
		"no channel":                           {func(s *Series) { s.Channels = nil }, nil},
		"an empty channel":                     {func(s *Series) { s.Channels[0].ID = "" }, nil},
		"a channel with a zero byte":           {func(s *Series) { s.Channels[0].ID = "a\x00" }, nil},
		"a zone that is none":                  {func(s *Series) { s.Zone = "berlin" }, nil},
		"no days":                              {func(s *Series) { s.Days = 0 }, nil},
		"a long topic":                         {func(s *Series) { s.Topic = strings.Repeat("x", 61) }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := daily("other", general)
			c.change(&s)
			_, err := w.CreateSeries(t.Context(), s)
			if c.want != nil && !errors.Is(err, c.want) || c.want == nil && !isInvalid(err) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

func isInvalid(err error) bool {
	_, ok := errors.AsType[*InvalidError](err)
	return ok
}

func TestPausedSeriesOpensNothingAndMakesNothingUpFor(t *testing.T) {
	w := newWorld(t, 10)
	r, d := w.openDaily(daily("daily", general))
	if err := w.PauseSeries(t.Context(), ws, "daily"); err != nil {
		t.Fatal(err)
	}
	w.clock.set(r.Closes)
	if w.settle(d); len(d.closed) != 1 {
		t.Errorf("paused in the middle of a round: it was closed %d times, want once", len(d.closed))
	}
	for range 5 {
		w.clock.add(24 * time.Hour)
		w.settle(d)
	}
	if len(d.posted) != 1 {
		t.Errorf("while paused: got %d posts, want none after the first", len(d.posted)-1)
	}
	if err := w.ResumeSeries(t.Context(), ws, "daily"); err != nil {
		t.Fatal(err)
	}
	if w.settle(d); len(d.posted) != 1 {
		t.Errorf("resumed in the evening: got %d posts at once, want none", len(d.posted)-1)
	}
	w.clock.add(24 * time.Hour)
	if w.settle(d); len(d.posted) != 1 {
		t.Errorf("a day after without a pass in the grace time: got %d posts, want none", len(d.posted)-1)
	}
	w.clock.set(time.Date(2026, 3, 9, 8, 30, 0, 0, time.UTC))
	if w.settle(d); len(d.posted) != 2 {
		t.Errorf("when due again: got %d posts, want one", len(d.posted)-1)
	}
}

func TestResumingASeriesThatRunsKeepsItsDueTime(t *testing.T) {
	w := newWorld(t, 10)
	s := w.mustCreate(daily("daily", general))
	w.clock.set(s.Next.Add(time.Second)) // due, but no engine has looked yet
	if err := w.ResumeSeries(t.Context(), ws, "daily"); err != nil {
		t.Fatal(err)
	}
	d := &desk{}
	if w.settle(d); len(d.posted) != 1 {
		t.Errorf("posts: got %d, want 1", len(d.posted))
	}
}

func TestRemovedSeriesFinishesItsRoundAndFreesItsName(t *testing.T) {
	w := newWorld(t, 10)
	r, d := w.openDaily(daily("daily", general))
	w.click(r, general, "ada", 0, "right")
	if err := w.RemoveSeries(t.Context(), ws, "daily"); err != nil {
		t.Fatal(err)
	}
	if got := w.click(r, general, "bob", 0, "right"); got.Outcome != Recorded {
		t.Errorf("answer after the removal: got %s, want recorded", got.Outcome)
	}
	w.clock.set(r.Closes)
	w.settle(d)
	if len(d.closed) != 1 || d.closed[0].Round.Series != "daily" || d.tally[0].Players != 2 {
		t.Errorf("closed: got %+v, want the round with both answers", d.tally)
	}
	again := w.mustCreate(daily("Daily", general))
	w.clock.set(again.Next)
	if w.settle(d); len(d.posted) != 2 {
		t.Errorf("posts of both series of that name: got %d, want 2", len(d.posted))
	}
}

func TestChannelsJoinAndLeave(t *testing.T) {
	w := newWorld(t, 10)
	w.mustCreate(daily("daily", general))
	for _, step := range []func() error{
		func() error { return w.JoinSeries(t.Context(), ws, " Daily ", random) },
		func() error { return w.JoinSeries(t.Context(), ws, "daily", random) },
		func() error { return w.LeaveSeries(t.Context(), ws, "daily", general) },
	} {
		if err := step(); err != nil {
			t.Error(err)
		}
	}
	all, err := w.Series(t.Context(), ws)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]Channel{{ID: random}}, all[0].Channels); diff != "" {
		t.Errorf("channels (-want +got):\n%s", diff)
	}
	var invalid *InvalidError
	if err := w.JoinSeries(t.Context(), ws, "daily", ""); !errors.As(err, &invalid) {
		t.Errorf("an empty channel: got %v, want an *InvalidError", err)
	}
	for channel, want := range map[string]string{
		general: "the series daily is not posted in that channel",
		random:  "that is the only channel of daily; remove or pause the series instead",
	} {
		if err := w.LeaveSeries(t.Context(), ws, " DAILY", channel); !errors.As(err, &invalid) || invalid.Problem != want {
			t.Errorf("leave %s: got %v, want %q", channel, err, want)
		}
	}
}

func TestSeriesNeedsEnoughQuestionsForARound(t *testing.T) {
	w := newWorld(t, 13) // three about D1
	s := daily("daily", general)
	s.Topic, s.Questions = "D1", 4
	_, err := w.CreateSeries(t.Context(), s)
	const want = "there are only 3 questions about D1; ask for 3 or fewer, or choose another topic"
	if invalid, ok := errors.AsType[*InvalidError](err); !ok || invalid.Problem != want {
		t.Errorf("four: got %v, want %q", err, want)
	}
	s.Questions = 3
	w.mustCreate(s)
}

func TestUnknownSeriesIsSaidSo(t *testing.T) {
	w := newWorld(t, 10)
	w.mustCreate(daily("daily", general))
	for name, f := range map[string]func(ctx context.Context, workspace, name string) error{
		"pause": w.PauseSeries, "resume": w.ResumeSeries, "remove": w.RemoveSeries,
		"join":  func(ctx context.Context, ws, name string) error { return w.JoinSeries(ctx, ws, name, general) },
		"leave": func(ctx context.Context, ws, name string) error { return w.LeaveSeries(ctx, ws, name, general) },
	} {
		if err := f(t.Context(), ws, " "); !isInvalid(err) {
			t.Errorf("%s without a name: got %v, want an *InvalidError", name, err)
		}
		for _, where := range [][2]string{{ws, "weekly"}, {"test/W2", "daily"}} {
			if err := f(t.Context(), where[0], where[1]); !errors.Is(err, ErrNoSeries) {
				t.Errorf("%s %q: got %v, want ErrNoSeries", name, where, err)
			}
		}
	}
}

// Two admins may leave the last two channels at the same moment: one of them is told that it is the only one.
func TestLeavingTheLastTwoChannelsAtOnceLeavesOne(t *testing.T) {
	w := newWorld(t, 5)
	w.mustCreate(daily("daily", general, random))
	held, err := w.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer held.Rollback(t.Context())
	// Neither gets further than to its decision, until both wait.
	if _, err := held.Exec(t.Context(), `SELECT FROM quiz.series_channel FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	errs := make([]error, 2)
	var both sync.WaitGroup
	for i, channel := range []string{general, random} {
		both.Go(func() { errs[i] = w.LeaveSeries(t.Context(), ws, "daily", channel) })
	}
	w.untilWaiting(2)
	if err := held.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	both.Wait()
	s, err := w.oneSeries(t.Context(), ws, "daily")
	if err != nil {
		t.Fatal(err)
	}
	if (errs[0] == nil) == (errs[1] == nil) || len(s.Channels) != 1 {
		t.Errorf("got errors %v and channels %v, want one error and one channel", errs, s.Channels)
	}
}
