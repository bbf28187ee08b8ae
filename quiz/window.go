package quiz

import (
	"strings"
	"time"
)

// Window is the time that a board looks at.
type Window string

// The windows of a board.
const (
	Today     Window = "day"
	ThisWeek  Window = "week" // from Monday
	ThisMonth Window = "month"
	AllTime   Window = "all"
)

// ParseWindow reads a window as people write it; nothing means the week. The error is an *InvalidError.
func ParseWindow(s string) (Window, error) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "day", "today", "daily":
		return Today, nil
	case "", "week", "this week", "weekly":
		return ThisWeek, nil
	case "month", "this month", "monthly":
		return ThisMonth, nil
	case "all", "all time", "alltime", "all-time", "ever":
		return AllTime, nil
	}
	return "", invalid("%q is not a window; say day, week, month or all", clip(s, 20))
}

// span returns the window around now on the calendar of a zone: from its first instant to the first one after it.
// AllTime has no bounds: both are zero.
func (w Window) span(now time.Time, loc *time.Location) (from, to time.Time) {
	year, month, day := now.In(loc).Date()
	midnight := func(m time.Month, d int) time.Time { return onWall(year, m, d, 0, loc) }
	switch w {
	case Today:
		return midnight(month, day), midnight(month, day+1)
	case ThisWeek:
		monday := day - (int(now.In(loc).Weekday())+6)%7
		return midnight(month, monday), midnight(month, monday+7)
	case ThisMonth:
		return midnight(month, 1), midnight(month+1, 1)
	}
	return time.Time{}, time.Time{}
}
