package quiz

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// edit is EditSeries of the series "daily".
func (w *world) edit(change func(*Series)) Series {
	w.t.Helper()
	s, err := w.EditSeries(w.t.Context(), ws, "daily", func(s *Series) error { change(s); return nil })
	if err != nil {
		w.t.Fatalf("EditSeries: %v", err)
	}
	return s
}

// only is the one series of the workspace.
func (w *world) only() Series {
	w.t.Helper()
	all, err := w.Series(w.t.Context(), ws)
	if err != nil || len(all) != 1 {
		w.t.Fatalf("Series: got %d, %v, want one", len(all), err)
	}
	return all[0]
}

func TestSeriesKeepsItsOptions(t *testing.T) {
	w := newWorld(t, 30)
	s := daily("daily", general)
	s.Topic, s.Difficulty, s.Reveal, s.Speed = " D1 ,, d2,", 1, true, true
	s.Skipped = Dates{"2026-02-27", "2026-03-03", "2026-03-04"}
	got := w.mustCreate(s)
	want := s
	want.Topic, want.Skipped, want.Next = "D1, d2", Dates{"2026-03-03", "2026-03-04"}, got.Next // the first is over
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	w.clock.set(got.Next)
	d := &desk{}
	w.settle(d)
	if r := d.posted[0].Round; !r.Reveal || !r.Speed || r.Changeable || r.Topic != "D1, d2" {
		t.Errorf("round: got %+v, want it revealed and with speed", r)
	}
}

func TestSeriesThatIsRevealedTellsAtOnce(t *testing.T) {
	w := newWorld(t, 10)
	s := daily("daily", general)
	s.Reveal = true
	r, _ := w.openDaily(s)
	if got := w.click(r, general, "ada", 0, "wrong"); got.Outcome != Recorded || !got.Revealed || got.Right {
		t.Errorf("a wrong answer: got %+v, want it recorded and told", got)
	}
	if got := w.click(r, general, "ada", 0, "right"); got.Outcome != Locked {
		t.Errorf("after that the right one: got %s, want locked", got.Outcome)
	}
}

func TestSeriesOptionsThatCannotBeAreRefused(t *testing.T) {
	w := newWorld(t, 10)
	for name, c := range map[string]struct {
		change func(*Series)
		want   string
	}{
		"told at once and changeable": {func(s *Series) { s.Reveal, s.Changeable = true, true }, "choose either reveal=now or change=yes"},
		"a difficulty of four":        {func(s *Series) { s.Difficulty = 4 }, "the difficulty is 1, 2, 3 or any"},
		"a negative difficulty":       {func(s *Series) { s.Difficulty = -1 }, "the difficulty is 1, 2, 3 or any"},
		"six topics":                  {func(s *Series) { s.Topic = "D1,D2,D3,D4,D5,workloads" }, "at most 5 topics"},
		"one unknown topic of two":    {func(s *Series) { s.Topic = "D1, quantum" }, "no question about quantum"},
		"no question so difficult":    {func(s *Series) { s.Difficulty = 3 }, "there is no question of difficulty 3"},
		"a long topic":                {func(s *Series) { s.Topic = "D1," + strings.Repeat("x", 61) }, "at most 60 characters"},
		"too many days":               {func(s *Series) { s.Skipped, _ = ParseDates("2027-01-01..2027-06-01") }, "at most 100 days"},
	} {
		t.Run(name, func(t *testing.T) {
			s := daily("daily", general)
			c.change(&s)
			_, err := w.CreateSeries(t.Context(), s)
			if !isInvalid(err) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("create: got %v, want %q", err, c.want)
			}
		})
	}
	was := w.mustCreate(daily("daily", general))
	_, err := w.EditSeries(t.Context(), ws, "daily", func(s *Series) error { s.Difficulty, s.Speed = 3, true; return nil })
	if !isInvalid(err) {
		t.Errorf("edit: got %v, want an *InvalidError", err)
	}
	sentinel := errors.New("no")
	if _, err := w.EditSeries(t.Context(), ws, "daily", func(s *Series) error { s.Speed = true; return sentinel }); !errors.Is(err, sentinel) {
		t.Errorf("an edit that thinks better of it: got %v", err)
	}
	if diff := cmp.Diff(was, w.only()); diff != "" {
		t.Errorf("after edits that failed (-was +is):\n%s", diff)
	}
	for _, name := range []string{"weekly", ""} {
		if _, err := w.EditSeries(t.Context(), ws, name, func(*Series) error { return nil }); !errors.Is(err, ErrNoSeries) && !isInvalid(err) {
			t.Errorf("edit %q: got %v, want to be told that there is none", name, err)
		}
	}
}

func TestEditChangesWhatItMayAndNothingElse(t *testing.T) {
	w := newWorld(t, 10)
	was := w.mustCreate(daily("daily", general))
	got := w.edit(func(s *Series) {
		*s = Series{Workspace: "test/W9", Name: "other", Questions: 3, Topic: "workloads", Difficulty: 1, Changeable: true, Speed: true, Paused: true, CreatedBy: "eve",
			Schedule: Schedule{Opens: 10 * 60, Closes: 11 * 60, Days: Weekends, Zone: "UTC", Skipped: Dates{"2026-03-07"}}}
	})
	want := was
	want.Questions, want.Topic, want.Difficulty, want.Changeable, want.Speed = 3, "workloads", 1, true, true
	want.Schedule = Schedule{Opens: 10 * 60, Closes: 11 * 60, Days: Weekends, Zone: "UTC", Skipped: Dates{"2026-03-07"}}
	want.Next = time.Date(2026, 3, 8, 10, 0, 0, 0, time.UTC)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("edited (-want +got):\n%s", diff)
	}
}

func TestSeriesEditedWhileItsRoundIsOpenLeavesThatRoundAlone(t *testing.T) {
	w := newWorld(t, 20)
	r, d := w.openDaily(daily("daily", general))
	w.clock.add(time.Minute)
	s := w.edit(func(s *Series) { s.Opens, s.Closes, s.Questions, s.Reveal = 11*60, 12*60, 3, true })
	if want := r.Opens.Add(24*time.Hour + 90*time.Minute); !s.Next.Equal(want) {
		t.Errorf("next: got %s, want %s: not a second round today", s.Next, want)
	}
	if got := w.click(r, general, "ada", 0, "right"); got.Outcome != Recorded || got.Revealed {
		t.Errorf("an answer to the open round: got %+v, want recorded and not told", got)
	}
	w.clock.set(r.Closes.Add(-time.Microsecond))
	if w.settle(d); len(d.closed) != 0 || len(d.posted) != 1 {
		t.Errorf("before its close: got %d closed and %d posted, want the one that is open", len(d.closed), len(d.posted))
	}
	w.clock.set(r.Closes)
	w.settle(d)
	w.clock.set(s.Next)
	w.settle(d)
	if len(d.closed) != 1 || len(d.posted) != 2 || len(d.posted[1].Round.Questions) != 3 || !d.posted[1].Round.Reveal {
		t.Errorf("got %d closed and %d posted, want one of the old and one of the new kind", len(d.closed), len(d.posted))
	}
}

func TestDateSkippedAfterTheRoundOpenedEndsNothing(t *testing.T) {
	w := newWorld(t, 10)
	r, d := w.openDaily(daily("daily", general))
	s, err := w.SkipDates(t.Context(), ws, "daily", Dates{"2026-03-02", "2026-03-03"})
	if err != nil {
		t.Fatal(err)
	}
	if want := r.Opens.Add(48 * time.Hour); !s.Next.Equal(want) {
		t.Errorf("next: got %s, want %s", s.Next, want)
	}
	w.clock.set(r.Closes)
	if w.settle(d); len(d.closed) != 1 {
		t.Errorf("results of today's round: got %d, want 1", len(d.closed))
	}
	w.clock.add(24 * time.Hour)
	if w.settle(d); len(d.posted) != 1 {
		t.Errorf("posts on the skipped day: got %d, want none", len(d.posted)-1)
	}
}

func TestDateSkippedBeforeAnybodyOpenedTheDueRound(t *testing.T) {
	w := newWorld(t, 10)
	s := w.mustCreate(daily("daily", general))
	w.clock.set(s.Next.Add(time.Second)) // due, but no engine has looked yet
	if _, err := w.SkipDates(t.Context(), ws, "daily", Dates{"2026-03-02"}); err != nil {
		t.Fatal(err)
	}
	d := &desk{}
	if w.settle(d); len(d.posted) != 0 {
		t.Errorf("posts: got %d, want none", len(d.posted))
	}
}

func TestSkippedDatesAddUpAndThoseThatAreOverGo(t *testing.T) {
	w := newWorld(t, 10)
	s := daily("daily", general)
	s.Skipped = Dates{"2026-03-05", "2026-03-20"}
	w.mustCreate(s)
	w.clock.set(time.Date(2026, 3, 10, 22, 59, 0, 0, time.UTC)) // still the 10th in Berlin
	got, err := w.SkipDates(t.Context(), ws, " Daily", Dates{"2026-03-09", "2026-03-10", "2026-03-20", "2026-03-21"})
	if err != nil || got.Skipped.String() != "2026-03-10, 2026-03-20..2026-03-21" {
		t.Errorf("got %s, %v", got.Skipped, err)
	}
	if _, err := w.SkipDates(t.Context(), ws, "daily", Dates{"2026-03-09"}); !isInvalid(err) || !strings.Contains(err.Error(), "today is 2026-03-10 (Europe/Berlin)") {
		t.Errorf("days that are over: got %v", err)
	}
}

func TestEditKeepsADueRoundThatNobodyHasOpenedYet(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Series)
		opens  time.Duration // after the old time; 0: then
	}{
		"another topic":  {func(s *Series) { s.Topic = "workloads" }, 0},
		"a later time":   {func(s *Series) { s.Opens += 60 }, time.Hour},
		"an earlier one": {func(s *Series) { s.Opens -= 60 }, 23 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 10)
			s := w.mustCreate(daily("daily", general))
			w.clock.set(s.Next.Add(time.Second))
			got := w.edit(c.change)
			if want := s.Next.Add(c.opens); !got.Next.Equal(want) {
				t.Errorf("due: got %s, want %s", got.Next, want)
			}
		})
	}
}

func TestPausedSeriesMovedToALaterTimeHasNoSecondRoundThatDay(t *testing.T) {
	w := newWorld(t, 10)
	r, d := w.openDaily(daily("daily", general))
	if err := w.PauseSeries(t.Context(), ws, "daily"); err != nil {
		t.Fatal(err)
	}
	w.edit(func(s *Series) { s.Opens = 12 * 60 })
	if err := w.ResumeSeries(t.Context(), ws, "daily"); err != nil {
		t.Fatal(err)
	}
	for w.clock.now().Before(r.Opens.Add(20 * time.Hour)) {
		w.clock.add(30 * time.Minute)
		w.settle(d)
	}
	if len(d.posted) != 1 {
		t.Errorf("rounds on that day: got %d, want 1", len(d.posted))
	}
}

// TestEditAndOpeningDoNotMeet edits a series again and again while engines open what is due.
func TestEditAndOpeningDoNotMeet(t *testing.T) {
	w := newWorld(t, 20)
	s := w.mustCreate(daily("daily", general))
	d := &desk{}
	for range 10 {
		w.clock.set(s.Next)
		done := make(chan error, 1)
		go func() {
			_, err := w.EditSeries(t.Context(), ws, "daily", func(s *Series) error { s.Questions = 3 - s.Questions; return nil })
			done <- err
		}()
		w.settle(d)
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		w.settle(d)
		s = w.only()
	}
	if n := w.count(`SELECT count(*) FROM quiz.round`); n != 10 {
		t.Errorf("rounds on ten days: got %d, want 10", n)
	}
	if n := w.count(`SELECT count(DISTINCT day) FROM quiz.round`); n != 10 {
		t.Errorf("days with a round: got %d, want 10", n)
	}
}

func TestSeriesOfTopicsAndADifficultyRunsThroughThemBeforeItRepeats(t *testing.T) {
	w := newWorld(t, 1)
	bank := bankOf(40)
	for i := range bank {
		bank[i].Difficulty = 1 + i%3
	}
	if _, _, _, _, err := w.Load(t.Context(), bank); err != nil {
		t.Fatal(err)
	}
	var fit []string
	for _, q := range bank {
		if q.Difficulty == 2 && (q.Domain == "D1" || q.Domain == "D4") {
			fit = append(fit, q.ID)
		}
	}
	s := daily("daily", general)
	s.Topic, s.Difficulty, s.Questions = "D1, Application Environment", 2, 2
	s = w.mustCreate(s)
	w.clock.set(s.Next)
	d := &desk{}
	var got []string
	for range len(fit) { // twice through, and a bit when it is an odd number
		w.settle(d)
		got = append(got, ids(d.posted[len(d.posted)-1].Round.Questions)...)
		w.clock.add(24 * time.Hour)
	}
	first := slices.Sorted(slices.Values(got[:len(fit)]))
	if diff := cmp.Diff(fit, first); diff != "" {
		t.Errorf("first time through, all that fit (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(got[:len(fit)], got[len(fit):2*len(fit)]); diff != "" {
		t.Errorf("second time through, the longest unused first (-first +second):\n%s", diff)
	}
}

func TestQuestionsAreNotRepeatedAcrossAnEdit(t *testing.T) {
	w := newWorld(t, 20) // four of each domain
	s := daily("daily", general)
	s.Topic, s.Questions = "D1", 2
	s = w.mustCreate(s)
	w.clock.set(s.Next)
	d := &desk{}
	var got []string
	for day := range 10 {
		if day == 2 {
			w.edit(func(s *Series) { s.Topic = "D1, D2, D3, D4, D5" })
		}
		w.settle(d)
		got = append(got, ids(d.posted[len(d.posted)-1].Round.Questions)...)
		w.clock.add(24 * time.Hour)
	}
	if n := len(distinct(got)); n != 20 {
		t.Errorf("20 questions over an edit: got %d different, want all: %v", n, got)
	}
}
