package quiz

import (
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // so that every zone is there on a machine without a zone database

	"pgregory.net/rapid"
)

// TestEveryZoneHasOneRoundADay walks through two years of every zone, at clocks around which clocks are changed. Some days
// are skipped, among them all on which that zone changes its clocks, and the day before or after some of them.
func TestEveryZoneHasOneRoundADay(t *testing.T) {
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	const days = 731
	zones, openings, skips := 0, 0, 0
	for _, zone := range append(strings.Fields(zoneNames+olderNames), "UTC") {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Errorf("zone %s: %v", zone, err)
			continue
		}
		zones++
		holidays := changeDays(from, days, loc)
		for i, opens := range []Clock{0, 30, 60, 2*60 + 30, 12 * 60, 23*60 + 30} {
			s := Schedule{Opens: opens, Closes: (opens + 60) % (24 * 60), Days: Daily, Zone: zone}
			if i%2 == 1 { // so each kind of clock is seen with and without
				s.Skipped = holidays
			}
			at := onWall(2025, 12, 31, opens, loc)
			for i := range days {
				day := from.AddDate(0, 0, i)
				if s.Skipped.Has(day.Format(time.DateOnly)) {
					skips++
					continue
				}
				next := s.next(at, loc) // Next, without reading the zone's file each time
				if problem := checkOpening(s, next, day.Year(), day.Month(), day.Day(), loc); problem != "" || !next.After(at) {
					t.Fatalf("%s at %s: opening %s after %s %s", zone, opens, next.In(loc), at.In(loc), problem)
				}
				if end := s.close(next, loc); !end.After(next) || end.Sub(next) > 3*time.Hour {
					t.Fatalf("%s at %s: opened %s, closes %s", zone, opens, next.In(loc), end.In(loc))
				}
				openings++
				at = next
			}
		}
	}
	t.Logf("%d zones, %d days at 6 times of day: %d openings, %d days skipped", zones, days, openings, skips)
	if want := zones * days * 6; openings+skips != want || skips < 10*zones {
		t.Errorf("got %d openings and %d days skipped, want %d together, and at least ten days skipped in each zone", openings, skips, want)
	}
}

// olderNames are those of the time zone database that are a zone for LoadZone and not in zoneNames: nobody is offered them.
const olderNames = `
Brazil/Acre Brazil/DeNoronha Brazil/East Brazil/West Canada/Atlantic Canada/Central Canada/Eastern
Canada/Mountain Canada/Newfoundland Canada/Pacific Canada/Saskatchewan Canada/Yukon Chile/Continental
Chile/EasterIsland Etc/GMT Etc/GMT+0 Etc/GMT+1 Etc/GMT+10 Etc/GMT+11 Etc/GMT+12 Etc/GMT+2 Etc/GMT+3 Etc/GMT+4
Etc/GMT+5 Etc/GMT+6 Etc/GMT+7 Etc/GMT+8 Etc/GMT+9 Etc/GMT-0 Etc/GMT-1 Etc/GMT-10 Etc/GMT-11 Etc/GMT-12
Etc/GMT-13 Etc/GMT-14 Etc/GMT-2 Etc/GMT-3 Etc/GMT-4 Etc/GMT-5 Etc/GMT-6 Etc/GMT-7 Etc/GMT-8 Etc/GMT-9 Etc/GMT0
Etc/Greenwich Etc/UCT Etc/UTC Etc/Universal Etc/Zulu Mexico/BajaNorte Mexico/BajaSur Mexico/General US/Alaska
US/Aleutian US/Arizona US/Central US/East-Indiana US/Eastern US/Hawaii US/Indiana-Starke US/Michigan
US/Mountain US/Pacific US/Samoa`

// changeDays are the days on which the clocks of a zone are changed, their neighbours in turn, and a week of holidays.
func changeDays(from time.Time, days int, loc *time.Location) (all Dates) {
	_, was := from.In(loc).Zone()
	for i := range days {
		day := from.AddDate(0, 0, i)
		if _, is := time.Date(day.Year(), day.Month(), day.Day()+1, 12, 0, 0, 0, loc).Zone(); is != was {
			was = is
			for _, near := range [][]int{{1}, {0, 1}, {1, 2}}[len(all)%3] {
				all = append(all, day.AddDate(0, 0, near).Format(time.DateOnly))
			}
		}
	}
	for i := range 7 {
		all = append(all, time.Date(2026, 12, 24+i, 0, 0, 0, 0, time.UTC).Format(time.DateOnly))
	}
	return all.and(nil)
}

// checkOpening says what is wrong with the opening of a day, judged without the code under test: by what the clock of that
// zone shows then and around it, according to the time package.
func checkOpening(s Schedule, at time.Time, year int, month time.Month, day int, loc *time.Location) string {
	shown := at.In(loc)
	wall := time.Date(year, month, day, 0, int(s.Opens), 0, 0, time.UTC)
	show := func(t time.Time) time.Time {
		l := t.In(loc)
		return time.Date(l.Year(), l.Month(), l.Day(), l.Hour(), l.Minute(), 0, 0, time.UTC)
	}
	if show(shown).Equal(wall) {
		for back := 30 * time.Minute; back <= 2*time.Hour; back += 30 * time.Minute {
			if show(at.Add(-back)).Equal(wall) {
				return "is the second time that the clock shows this"
			}
		}
		return ""
	}
	_, before := at.Add(-3 * time.Hour).In(loc).Zone()
	_, after := at.In(loc).Zone()
	if gap := time.Duration(after-before) * time.Second; gap <= 0 || !show(shown).Equal(wall.Add(gap)) {
		return "is neither on time nor moved forward by a gap"
	}
	return ""
}

func TestScheduleOnTheDaysTheClocksChange(t *testing.T) {
	for _, c := range []struct {
		name, zone, after, opens, closes, wantOpen, wantClose string
	}{
		{"a time in the gap moves forward", "Europe/Berlin", "2026-03-28T12:00:00Z", "02:30", "17:00", "2026-03-29T01:30:00Z", "2026-03-29T15:00:00Z"},
		{"a time that comes twice means the first", "Europe/Berlin", "2026-10-24T12:00:00Z", "02:30", "17:00", "2026-10-25T00:30:00Z", "2026-10-25T16:00:00Z"},
		{"a close in the gap moves too", "Europe/Berlin", "2026-03-28T12:00:00Z", "01:45", "02:15", "2026-03-29T00:45:00Z", "2026-03-29T01:15:00Z"},
		{"an opening moved past its close keeps its length", "Europe/Berlin", "2026-03-28T12:00:00Z", "02:30", "03:15", "2026-03-29T01:30:00Z", "2026-03-29T02:15:00Z"},
		{"a night with a change is an hour longer", "Europe/Berlin", "2026-10-24T12:00:00Z", "21:00", "09:00", "2026-10-24T19:00:00Z", "2026-10-25T08:00:00Z"},
		{"half an hour of change", "Australia/Lord_Howe", "2026-10-03T00:00:00Z", "02:15", "12:00", "2026-10-03T15:45:00Z", "2026-10-04T01:00:00Z"},
		{"midnight that does not exist", "Africa/Cairo", "2026-04-23T12:00:00Z", "00:00", "12:00", "2026-04-23T22:00:00Z", "2026-04-24T09:00:00Z"},
		{"an hour before midnight that does not exist", "America/Scoresbysund", "2026-03-28T12:00:00Z", "23:30", "23:45", "2026-03-29T01:30:00Z", "2026-03-29T01:45:00Z"},
		{"opening and close the same is a day", "UTC", "2026-05-05T12:00:00Z", "09:00", "09:00", "2026-05-06T09:00:00Z", "2026-05-07T09:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := Schedule{Days: Daily, Zone: c.zone, Opens: clockOf(t, c.opens), Closes: clockOf(t, c.closes)}
			open := s.Next(instant(t, c.after))
			if want := instant(t, c.wantOpen); !open.Equal(want) {
				t.Errorf("opens: got %s, want %s", open.UTC(), want)
			}
			if got, want := s.Close(open), instant(t, c.wantClose); !got.Equal(want) {
				t.Errorf("closes: got %s, want %s", got.UTC(), want)
			}
		})
	}
}

func TestScheduleKeepsToItsDays(t *testing.T) {
	s := Schedule{Opens: 9 * 60, Closes: 17 * 60, Days: Weekdays, Zone: "America/New_York"}
	var got []string
	at := time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC) // a Thursday, just before a change of clocks
	for range 4 {
		at = s.Next(at)
		got = append(got, at.In(time.UTC).Format("Mon 15:04"))
	}
	if want := "Thu 14:00,Fri 14:00,Mon 13:00,Tue 13:00"; strings.Join(got, ",") != want {
		t.Errorf("openings in UTC: got %s, want %s", got, want)
	}
	s.Days = 1 << time.Sunday
	if got := s.Next(at).Format("Mon"); got != "Sun" {
		t.Errorf("one day a week: got %s, want Sun", got)
	}
}

func TestScheduleSkipsItsDates(t *testing.T) {
	s := Schedule{Opens: 9 * 60, Closes: 17 * 60, Days: 1 << time.Monday, Zone: "Pacific/Auckland"}
	for day := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC); len(s.Skipped) < maxSkipped; day = day.AddDate(0, 0, 7) {
		s.Skipped = append(s.Skipped, day.Format(time.DateOnly)) // a hundred Mondays in a row
	}
	got := s.Next(time.Date(2026, 2, 23, 12, 0, 0, 0, time.UTC))
	if want := "Mon 2028-01-31"; s.Day(got) != "2028-01-31" || got.In(location(t, s.Zone)).Format("Mon 2006-01-02") != want {
		t.Errorf("after a hundred skipped Mondays: got %s, want %s", got, want)
	}

	s = Schedule{Opens: 0, Closes: 12 * 60, Days: Daily, Zone: "Africa/Cairo", Skipped: Dates{"2026-04-24"}}
	got = s.Next(instant(t, "2026-04-23T12:00:00Z")) // midnight of the 24th does not exist: it is still the 24th that is skipped
	if want := instant(t, "2026-04-24T21:00:00Z"); !got.Equal(want) {
		t.Errorf("a skipped midnight that does not exist: next got %s, want %s", got.UTC(), want)
	}
	s.Skipped = Dates{"2026-04-23"}
	if got := s.Day(s.Next(instant(t, "2026-04-23T12:00:00Z"))); got != "2026-04-24" {
		t.Errorf("the day before it skipped: next is on %s, want 2026-04-24", got)
	}
}

func location(t *testing.T, zone string) *time.Location {
	t.Helper()
	loc, err := LoadZone(zone)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestScheduleRefusesNonsense(t *testing.T) {
	good := Schedule{Opens: 9 * 60, Closes: 17 * 60, Days: Weekdays, Zone: "Europe/Berlin"}
	if err := good.Validate(); err != nil {
		t.Fatalf("good schedule: %v", err)
	}
	for name, change := range map[string]func(s *Schedule){
		"no days": func(s *Schedule) { s.Days = 0 }, "days beyond the week": func(s *Schedule) { s.Days = 128 },
		"opens before midnight": func(s *Schedule) { s.Opens = -1 }, "closes after midnight": func(s *Schedule) { s.Closes = 1440 },
		"no zone": func(s *Schedule) { s.Zone = "" }, "the server's zone": func(s *Schedule) { s.Zone = "Local" },
		"too many skipped":        func(s *Schedule) { s.Skipped = make(Dates, maxSkipped+1) },
		"a zone outside the list": func(s *Schedule) { s.Zone = "../etc/passwd" },
	} {
		s := good
		change(&s)
		if s.Validate() == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

func TestParseClock(t *testing.T) {
	for in, want := range map[string]string{
		"9:30": "09:30", "09:30": "09:30", "9.30": "09:30", "9:30 am": "09:30", "9:30pm": "21:30", "21": "21:00", "0": "00:00",
		"12am": "00:00", "12 pm": "12:00", " 12:05 a.m. ": "00:05", "9PM": "21:00", "23:59": "23:59", "9h15": "09:15",
	} {
		if got := clockOf(t, in); got.String() != want {
			t.Errorf("%q: got %s, want %s", in, got, want)
		}
	}
	for _, in := range []string{"", "24:00", "9:60", "25", "13 pm", "0 am", "-1", "9:3", "nine", "9:30:00", "٩:30", "9:30 xm"} {
		if got, err := ParseClock(in); err == nil {
			t.Errorf("%q: got %s, want an error", in, got)
		}
	}
}

func TestParseDays(t *testing.T) {
	for in, want := range map[string]string{
		"mon-fri": "Mon-Fri", "Mon–Fri": "Mon-Fri", "monday — friday": "Mon-Fri", "mon to wed": "Mon-Wed", "weekdays": "Mon-Fri",
		"daily": "daily", "every day": "daily", "mo,we,fr": "Mon,Wed,Fri", "Mondays and Thursdays": "Mon,Thu", "weekends": "Sat,Sun",
		"sat-mon": "Mon,Sat,Sun", "fri-mon": "Mon,Fri-Sun", "tue": "Tue", "tues, thurs": "Tue,Thu", "mon-sun": "daily",
	} {
		got, err := ParseDays(in)
		if err != nil || got.String() != want {
			t.Errorf("%q: got %s, %v, want %s", in, got, err, want)
		}
	}
	for _, in := range []string{"", " , ", "m", "t", "mon-", "-fri", "someday", "1-5", "mon-fri-sun"} {
		if got, err := ParseDays(in); err == nil {
			t.Errorf("%q: got %s, want an error", in, got)
		}
	}
}

func TestClocksAndDaysReadWhatTheyWrite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := Clock(rapid.IntRange(0, 24*60-1).Draw(t, "clock"))
		if got, err := ParseClock(c.String()); err != nil || got != c {
			t.Errorf("ParseClock(%q): got %d, %v, want %d", c, got, err, c)
		}
		d := Days(rapid.IntRange(1, int(Daily)).Draw(t, "days"))
		if got, err := ParseDays(d.String()); err != nil || got != d {
			t.Errorf("ParseDays(%q): got %b, %v, want %b", d, got, err, d)
		}
	})
}

func TestLoadZoneSaysWhatWasMeant(t *testing.T) {
	for in, want := range map[string]string{
		"berlin":        `did you mean Europe/Berlin?`,
		"europe/berlin": `did you mean Europe/Berlin?`,
		"New York":      `did you mean America/New_York?`,
		"Berl":          `did you mean Europe/Berlin?`,
		"CET":           `give a place such as Europe/Berlin`,
		"Local":         `give a place`,
		"Mars/Olympus":  `give a place`,
		"":              `give a place`,
	} {
		_, err := LoadZone(in)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q in it", in, err, want)
		}
	}
	for _, in := range []string{"UTC", "Europe/Berlin", "Asia/Calcutta", "America/Argentina/Buenos_Aires"} {
		if loc, err := LoadZone(in); err != nil || loc.String() != in {
			t.Errorf("%q: got %v, %v", in, loc, err)
		}
	}
}

func clockOf(t *testing.T, s string) Clock {
	t.Helper()
	c, err := ParseClock(s)
	if err != nil {
		t.Fatalf("ParseClock(%q): %v", s, err)
	}
	return c
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func TestParseDates(t *testing.T) {
	for in, want := range map[string]string{
		"2026-12-24":                         "2026-12-24",
		"2026-12-24..2027-01-02,2027-05-01":  "2026-12-24..2027-01-02, 2027-05-01",
		"2026-12-24 to 2026-12-25":           "2026-12-24..2026-12-25",
		"2026-12-24 … 2026-12-25":            "2026-12-24..2026-12-25",
		"2026-12-24–2026-12-25":              "2026-12-24..2026-12-25",
		"2027-05-01; 2026-05-01 2027-05-01":  "2026-05-01, 2027-05-01",
		"2028-02-28..2028-03-01":             "2028-02-28..2028-03-01",
		"2026-12-26,2026-12-24, 2026-12-25,": "2026-12-24..2026-12-26",
	} {
		got, err := ParseDates(in)
		if err != nil || got.String() != want {
			t.Errorf("%q: got %s, %v, want %s", in, got, err, want)
		}
	}
	for in, want := range map[string]string{
		"":                        "no dates given",
		" , ":                     "no dates given",
		"24.12.2026":              `"24.12.2026" is not a date; write it as year-month-day`,
		"2026-02-29":              `"2026-02-29" is not a date`,
		"tomorrow":                `"tomorrow" is not a date`,
		"2027-01-02..2026-12-24":  "2026-12-24 is before 2027-01-02; write the earlier day first",
		"2026-01-01..":            `"" is not a date`,
		"0001-01-01..9999-01-01":  "is not a date",
		"2026-12-24..2026-12-26x": "is not a date",
	} {
		if got, err := ParseDates(in); !isInvalid(err) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, %v, want %q", in, got, err, want)
		}
	}
	long, err := ParseDates("2000-01-01..2999-12-31")
	if s := (Schedule{Days: Daily, Zone: "UTC", Skipped: long}); err != nil || !isInvalid(s.Validate()) {
		t.Errorf("a thousand years: got %d days, %v, %v, want them refused", len(long), err, s.Validate())
	}
}

func TestDatesReadWhatTheyWrite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var days Dates
		for _, n := range rapid.SliceOfN(rapid.IntRange(0, 120), 1, 60).Draw(t, "days") {
			days = append(days, time.Date(2027, 12, 1+n, 0, 0, 0, 0, time.UTC).Format(time.DateOnly))
		}
		days = days.and(nil)
		got, err := ParseDates(days.String())
		if err != nil || !slices.Equal(got, days) {
			t.Errorf("%s: got %v, %v, want %v", days, got, err, days)
		}
	})
}

func FuzzParseClockAndDays(f *testing.F) {
	f.Add("9:30 pm")
	f.Add("mon–fri")
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := ParseClock(s); err == nil && !c.valid() {
			t.Errorf("ParseClock(%q) = %d", s, c)
		}
		if d, err := ParseDays(s); err == nil && !d.valid() {
			t.Errorf("ParseDays(%q) = %d", s, d)
		}
		if d, err := ParseDates(s); err == nil && (len(d) == 0 || !slices.IsSorted(d)) {
			t.Errorf("ParseDates(%q) = %q", s, d)
		}
	})
}
