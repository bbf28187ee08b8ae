package quiz

import "time"

// A Schedule says when the rounds of a series open and close: a wall clock in a time zone.
//
// Each day of Days has one opening, none missed and none double when the clocks change:
//   - a time that does not exist that day (02:30 when two becomes three) moves forward by the gap (03:30);
//   - a time that exists twice (01:30 when two becomes one again) means the first of the two.
//
// A day of Skipped has none: it is a day of the calendar of Zone, whenever its opening would be.
//
// Closes belongs to the day of the opening, or to the day after when it is not later than Opens; equal means 24 hours.
type Schedule struct {
	Opens, Closes Clock
	Days          Days
	Zone          string // IANA name, "Europe/Berlin"; see LoadZone
	Skipped       Dates  // without an opening; at most maxSkipped
}

// Next is the first opening after the given time. It is the zero time for a schedule that Validate refuses.
func (s Schedule) Next(after time.Time) time.Time {
	loc, err := LoadZone(s.Zone)
	if err != nil || !s.Days.valid() || !s.Opens.valid() {
		return time.Time{}
	}
	return s.next(after, loc)
}

func (s Schedule) next(after time.Time, loc *time.Location) time.Time {
	// Begin a day early: a gap around midnight moves yesterday's opening into today. Nine days hold every weekday
	// once more than needed, and each skipped day may cost a week.
	year, month, day := after.In(loc).Date()
	for d := day - 1; d <= day+8+7*len(s.Skipped); d++ {
		date := time.Date(year, month, d, 12, 0, 0, 0, time.UTC)
		if !s.Days.Has(date.Weekday()) || len(s.Skipped) > 0 && s.Skipped.Has(date.Format(time.DateOnly)) {
			continue
		}
		if at := onWall(year, month, d, s.Opens, loc); at.After(after) {
			return at
		}
	}
	return time.Time{}
}

// Close is the close that belongs to the given opening, one that Next returned. It is always later than the opening.
func (s Schedule) Close(opened time.Time) time.Time {
	loc, err := LoadZone(s.Zone)
	if err != nil {
		return time.Time{}
	}
	return s.close(opened, loc)
}

func (s Schedule) close(opened time.Time, loc *time.Location) time.Time {
	year, month, day := s.day(opened, loc)
	length := s.Closes - s.Opens
	if length <= 0 {
		length += 24 * 60
		day++
	}
	if at := onWall(year, month, day, s.Closes, loc); at.After(opened) {
		return at
	}
	// Only the opening fell into a gap and was moved past the close: 02:30 to 03:15 became 03:30 to 03:15.
	return opened.Add(time.Duration(length) * time.Minute)
}

// day is the day of its calendar to which the given opening belongs.
func (s Schedule) day(opened time.Time, loc *time.Location) (year int, month time.Month, day int) {
	year, month, day = opened.In(loc).Date()
	if !onWall(year, month, day, s.Opens, loc).Equal(opened) && onWall(year, month, day-1, s.Opens, loc).Equal(opened) {
		year, month, day = time.Date(year, month, day-1, 12, 0, 0, 0, time.UTC).Date() // a gap around midnight moved the opening out of its day
	}
	return year, month, day
}

// Day is the date to which the given opening belongs, "2006-01-02": one that Next returned.
func (s Schedule) Day(opened time.Time) string {
	loc, err := LoadZone(s.Zone)
	if err != nil {
		loc = time.UTC
	}
	year, month, day := s.day(opened, loc)
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// Validate reports the first thing that is wrong, as an *InvalidError.
func (s Schedule) Validate() error {
	if _, err := LoadZone(s.Zone); err != nil {
		return err
	}
	if !s.Days.valid() {
		return invalid("no weekdays given")
	}
	if !s.Opens.valid() || !s.Closes.valid() {
		return invalid("opening and closing time must be between 00:00 and 23:59")
	}
	if len(s.Skipped) > maxSkipped {
		return invalid("a series skips at most %d days; these are %d", maxSkipped, len(s.Skipped))
	}
	return nil
}

// onWall is the instant at which the clock on the wall shows c on that day. time.Date does not promise which of two
// instants it picks, and moves a time that does not exist backwards or forwards as it likes; see Schedule for our rule.
// The offsets a day before and a day after are those on both sides of a change, as no zone changes twice in two days.
func onWall(year int, month time.Month, day int, c Clock, loc *time.Location) time.Time {
	asUTC := time.Date(year, month, day, 0, int(c), 0, 0, time.UTC)
	_, before := asUTC.Add(-24 * time.Hour).In(loc).Zone()
	_, after := asUTC.Add(24 * time.Hour).In(loc).Zone()

	early := asUTC.Add(-time.Duration(before) * time.Second)
	late := asUTC.Add(-time.Duration(after) * time.Second)
	if !showsWall(early, asUTC, loc) && showsWall(late, asUTC, loc) {
		return late
	}
	return early // the first of two, the only one, or in a gap: read with the old offset it is later by the gap
}

// showsWall reports whether the wall clock of loc shows at t what asUTC shows in UTC.
func showsWall(t, asUTC time.Time, loc *time.Location) bool {
	_, offset := t.In(loc).Zone()
	return t.Add(time.Duration(offset) * time.Second).Equal(asUTC)
}
