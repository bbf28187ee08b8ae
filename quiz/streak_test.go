package quiz

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// daysOf reads days as "xx-.x": played, missed, free.
func daysOf(pattern string) (days []quizDay) {
	for _, c := range strings.ReplaceAll(pattern, " ", "") {
		days = append(days, quizDay{played: c == 'x', free: c == '.'})
	}
	return days
}

func TestStreak(t *testing.T) {
	week := strings.Repeat("x", FreezeEvery)
	for pattern, want := range map[string]Streak{
		"":                                {},
		"x":                               {Days: 1, Best: 1},
		"xxx-":                            {Best: 3},
		"xxx-x":                           {Days: 1, Best: 3},
		"---xx":                           {Days: 2, Best: 2},
		"xx..x.":                          {Days: 3, Best: 3},
		week:                              {Days: 7, Freezes: 1, Best: 7},
		week + "-":                        {Days: 7, Best: 7},
		week + "--":                       {Best: 7},
		week + "-x":                       {Days: 8, Best: 8},
		week + week:                       {Days: 14, Freezes: 2, Best: 14},
		week + week + week:                {Days: 21, Freezes: 2, Best: 21},
		week + week + week + "-":          {Days: 21, Freezes: 1, Best: 21},
		week + week + "--" + week:         {Days: 21, Freezes: 1, Best: 21},
		week + week + "---":               {Best: 14},
		week + "xxxxxx - xxxxxx":          {Days: 19, Best: 19}, // the freeze interrupted the second row
		week + "xxxxxx - xxxxxxx":         {Days: 20, Freezes: 1, Best: 20},
		"xxx....xxxx":                     {Days: 7, Freezes: 1, Best: 7}, // free days do not
		week + week + "---" + week + ".x": {Days: 8, Freezes: 1, Best: 14},
	} {
		if diff := cmp.Diff(want, streak(daysOf(pattern))); diff != "" {
			t.Errorf("%q (-want +got):\n%s", pattern, diff)
		}
	}
}

// slowStreak says the rule of Streak in another way: it looks back from the last day for each question.
func slowStreak(days []quizDay) int {
	for from := range days { // the earliest day from which on the streak never ended
		if days[from].played && survives(days[from:]) {
			played := 0
			for _, d := range days[from:] {
				played += number(d.played)
			}
			return played
		}
	}
	return 0
}

// survives reports whether a streak that begins with the first day is still there after the last.
func survives(days []quizDay) bool {
	earned, spent, row := 0, 0, 0
	for _, d := range days {
		if d.played {
			if row++; row%FreezeEvery == 0 && earned-spent < MaxFreezes {
				earned++
			}
		} else if !d.free {
			row = 0
			if spent++; spent > earned {
				return false
			}
		}
	}
	return true
}

func TestStreakProperties(t *testing.T) {
	day := rapid.Custom(func(t *rapid.T) quizDay {
		played := rapid.IntRange(0, 9).Draw(t, "day")
		return quizDay{played: played < 7, free: played >= 6 && played < 8}
	})
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.SliceOfN(day, 0, 120).Draw(t, "days")
		got := streak(days)
		if want := slowStreak(days); got.Days != want {
			t.Fatalf("days: got %d, want %d", got.Days, want)
		}
		if got.Days > got.Best || got.Freezes < 0 || got.Freezes > MaxFreezes || got.Days == 0 && got.Freezes > 0 {
			t.Fatalf("got %+v, which cannot be", got)
		}
		at := rapid.IntRange(0, len(days)).Draw(t, "at")
		more := append(append(append([]quizDay{}, days[:at]...), quizDay{free: true}), days[at:]...)
		if diff := cmp.Diff(got, streak(more)); diff != "" {
			t.Fatalf("one more free day changes it (-without +with):\n%s", diff)
		}
		if after := streak(append(days, quizDay{played: true})); after.Days != got.Days+1 {
			t.Fatalf("after one more played day: got %d, want %d", after.Days, got.Days+1)
		}
		for i, d := range days {
			if d.played || d.free {
				continue
			}
			days[i].free = true
			if s := streak(days); s.Days < got.Days || s.Best < got.Best {
				t.Fatalf("day %d excused: got %+v, want no less than %+v", i, s, got)
			}
			return
		}
	})
}

func (w *world) streak(name string) Streak {
	w.t.Helper()
	s, err := w.Stats(w.t.Context(), person(name))
	if err != nil {
		w.t.Fatalf("Stats: %v", err)
	}
	return s.Streak
}

// A calendar plays the daily quiz of a world, in March 2026.
type calendar struct {
	*world
	d desk
}

// day has the series open their rounds at 09:30 in Berlin, and lets a player answer the last one.
func (c *calendar) day(day int, players ...string) {
	c.t.Helper()
	c.clock.set(time.Date(2026, 3, day, 8, 30, 0, 0, time.UTC))
	c.settle(&c.d)
	c.play(players...)
}

func (c *calendar) play(players ...string) {
	c.t.Helper()
	for _, name := range players {
		p := c.d.posted[len(c.d.posted)-1]
		c.click(p.Round, p.Channel, name, 0, "wrong")
	}
}

func TestStreakGoesOverWeekendsAndSkippedDates(t *testing.T) {
	c := calendar{world: newWorld(t, 60)}
	s := daily("daily", general)
	s.Days, s.Skipped = Weekdays, Dates{"2026-03-11"}
	c.mustCreate(s)
	for _, at := range []struct {
		day    int
		answer bool
		want   int
	}{
		{2, true, 1}, {3, true, 2}, {4, true, 3}, {5, true, 4}, {6, true, 5}, {7, false, 5}, {9, false, 5}, {9, true, 6}, {10, false, 6}, {10, true, 7},
		{11, false, 7}, {12, false, 7}, {13, false, 7}, {16, false, 0}, {16, true, 1},
	} {
		if c.day(at.day); at.answer {
			c.play("ada")
		}
		if got := c.streak("ada"); got.Days != at.want {
			t.Errorf("March %d, answered %v: got %+v, want %d days", at.day, at.answer, got, at.want)
		}
	}
	if diff := cmp.Diff(Streak{Series: "daily", Days: 1, Best: 7}, c.streak("ada")); diff != "" {
		t.Errorf("at last (-want +got):\n%s", diff)
	}
}

func TestStreakIsNotBrokenByABotThatWasDown(t *testing.T) {
	c := calendar{world: newWorld(t, 60)}
	c.mustCreate(daily("daily", general))
	c.day(2, "ada")
	c.clock.set(instant(t, "2026-03-04T20:00:00Z")) // down since
	c.settle(&c.d)
	c.day(5, "ada")
	if got := c.streak("ada"); got.Days != 2 {
		t.Errorf("got %+v, want two days in a row", got)
	}
}

func TestARoundThatNobodyCouldSeeIsFree(t *testing.T) {
	c := calendar{world: newWorld(t, 60)}
	c.mustCreate(daily("daily", general))
	c.day(2, "ada")
	c.d.onPost = func(Post) error { return fmt.Errorf("the chat is down") }
	c.day(3)
	c.d.onPost = nil
	c.clock.set(instant(t, "2026-03-03T22:00:00Z"))
	c.settle(&c.d)
	c.day(4, "ada")
	if got := c.streak("ada"); got.Days != 2 {
		t.Errorf("got %+v, want two days in a row", got)
	}
}

func TestStreakIsTheLongestOfAllSeries(t *testing.T) {
	c := calendar{world: newWorld(t, 60)}
	for channel, days := range map[string]string{general: "mon,wed,fri", random: "tue,thu"} {
		s := daily(days[:3], channel)
		s.Days, _ = ParseDays(days)
		c.mustCreate(s)
	}
	c.day(2, "ada")
	c.day(3, "ada", "bob")
	c.day(4, "ada")
	c.day(5)
	c.day(6, "ada")
	for name, want := range map[string]Streak{
		"ada": {Series: "mon", Days: 3, Best: 3}, "bob": {Best: 1} /* Thursday was missed */, "stranger": {},
	} {
		if diff := cmp.Diff(want, c.streak(name)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if err := c.RemoveSeries(t.Context(), ws, "mon"); err != nil {
		t.Fatal(err)
	}
	if got := c.streak("ada"); got != (Streak{Best: 3}) {
		t.Errorf("after its series was removed: got %+v, want only the best", got)
	}
}

func TestStreakKeepsItsDaysWhenTheZoneChanges(t *testing.T) {
	c := calendar{world: newWorld(t, 60)}
	s := c.mustCreate(daily("daily", general))
	c.day(2, "ada")
	c.day(3, "ada")
	before := c.count(`SELECT count(DISTINCT day) FROM quiz.round`)
	if _, err := c.pool.Exec(t.Context(), `UPDATE quiz.series SET zone = 'Pacific/Auckland' WHERE name = $1`, s.Name); err != nil {
		t.Fatal(err)
	}
	if got := c.streak("ada"); got.Days != 2 || before != 2 {
		t.Errorf("got %+v over %d days, want two in a row", got, before)
	}
}
