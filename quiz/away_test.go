package quiz

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func (w *world) away(name, until string) {
	w.t.Helper()
	if err := w.Away(w.t.Context(), person(name), until); err != nil {
		w.t.Fatalf("Away until %s: %v", until, err)
	}
}

func (w *world) awayUntil(name string) string {
	w.t.Helper()
	until, _, err := w.AwayUntil(w.t.Context(), person(name))
	if err != nil {
		w.t.Fatalf("AwayUntil: %v", err)
	}
	return until
}

func TestDaysAwayAreFree(t *testing.T) {
	c := calendar{world: newWorld(t, 60)}
	c.mustCreate(daily("daily", general))
	c.day(2, "ada", "bob")
	c.away("ada", "2026-03-04")
	c.day(3)
	c.day(4)
	c.day(5, "ada")
	if got := c.streak("ada"); got.Days != 2 {
		t.Errorf("away for two days: got %+v, want two days in a row", got)
	}
	if got := c.streak("bob"); got.Days != 0 {
		t.Errorf("not away: got %+v, want none", got)
	}
	c.day(6)
	c.day(7)
	if got := c.streak("ada"); got.Days != 0 {
		t.Errorf("missed after that: got %+v, want none", got)
	}
}

func TestAwayExcusesNoRoundThatIsOver(t *testing.T) {
	c := calendar{world: newWorld(t, 60)}
	c.mustCreate(daily("daily", general))
	c.day(2, "ada", "bob")
	c.day(3)
	c.away("bob", "2026-03-03")                     // while it is open
	c.clock.set(instant(t, "2026-03-03T16:00:00Z")) // 17:00, the close
	c.away("ada", "2026-03-10")
	if got := c.streak("ada"); got.Days != 0 {
		t.Errorf("said after the close: got %+v, want none", got)
	}
	if got := c.streak("bob"); got.Days != 1 {
		t.Errorf("said before the close: got %+v, want one day", got)
	}
}

func TestAwayCanBeMovedAndEnded(t *testing.T) {
	c := calendar{world: newWorld(t, 60)}
	c.mustCreate(daily("daily", general))
	c.day(2, "ada")
	c.away("ada", "2026-03-20")
	c.day(3)
	c.clock.set(instant(t, "2026-03-03T20:00:00Z"))
	c.away("ada", "2026-03-05") // after the close of a day that was excused, which it stays
	if got := c.awayUntil("ada"); got != "2026-03-05" {
		t.Errorf("moved: got %q, want 2026-03-05", got)
	}
	c.day(4)
	if err := c.Back(t.Context(), person("ada")); err != nil {
		t.Fatal(err)
	}
	if got := c.awayUntil("ada"); got != "2026-03-04" {
		t.Errorf("back: got %q, want today", got)
	}
	if _, last, err := c.AwayUntil(t.Context(), person("ada")); err != nil || !last {
		t.Errorf("back: got last day %v, %v, want true", last, err)
	}
	c.day(5, "ada")
	if got := c.streak("ada"); got.Days != 2 || c.awayUntil("ada") != "" {
		t.Errorf("back: got %+v, away until %q, want two days and not away", got, c.awayUntil("ada"))
	}
	c.day(6)
	c.day(7)
	if got := c.streak("ada"); got.Days != 0 {
		t.Errorf("back and missed: got %+v, want none", got)
	}
}

func TestAwayRefusesWhatIsNoDayAhead(t *testing.T) {
	w := newWorld(t, 1)
	w.clock.set(instant(t, "2026-03-02T23:30:00Z")) // in UTC: there is no series
	for until, want := range map[string]bool{
		"2026-03-02": true, "2026-05-01": true,
		"2026-03-01": false, "2026-05-02": false, "tomorrow": false, "": false, "2026-02-30": false, "9999-12-31": false,
	} {
		err := w.Away(t.Context(), person("ada"), until)
		if _, refused := errors.AsType[*InvalidError](err); refused == want || err != nil && !refused {
			t.Errorf("%q: got %v, want accepted %v", until, err, want)
		}
	}
	if err := w.Back(t.Context(), person("stranger")); err != nil {
		t.Errorf("back without having been away: got %v, want nothing", err)
	}
}

func TestWhoIsAwayIsNotReminded(t *testing.T) {
	for of, create := range map[string]func(c *calendar){
		"a series of their workspace": func(c *calendar) { c.mustCreate(daily("daily", general)) },
		"one that another shares":     func(c *calendar) { c.shareDaily(general) }, // their absence is one of their own workspace
	} {
		t.Run(of, func(t *testing.T) {
			c := calendar{world: newWorld(t, 60)}
			create(&c)
			c.remind("ada", "bob")
			c.day(2)
			c.away("ada", "2026-03-02")
			c.clock.set(c.d.posted[0].Round.Closes.Add(-time.Hour))
			c.settle(&c.d)
			if diff := cmp.Diff([]string{"U-bob"}, c.d.reminded()); diff != "" {
				t.Errorf("reminded (-want +got):\n%s", diff)
			}
		})
	}
}
