package quiz

import (
	"strings"
	"time"
)

// Window is the time that a board looks at.
type Window string

// The windows of a board. Days are those of the calendar of its channel or series; a round counts for the day on which it
// opened.
const (
	Today     Window = "day"
	Yesterday Window = "yesterday"
	ThisWeek  Window = "week" // from Monday
	LastWeek  Window = "last-week"
	ThisMonth Window = "month"
	LastMonth Window = "last-month"
	InSeason  Window = "season" // the one that BoardRequest.Season names; else the open one; else the last
	AllTime   Window = "all"
)

// Windows lists all windows, the shorter first.
func Windows() []Window {
	return []Window{Today, Yesterday, ThisWeek, LastWeek, ThisMonth, LastMonth, InSeason, AllTime}
}

// ParseWindow reads a window as people write it; nothing means the week. The error is an *InvalidError.
func ParseWindow(s string) (Window, error) {
	switch strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return r == ' ' || r == '-' || r == '_' }), " ") {
	case "day", "today", "daily":
		return Today, nil
	case "yesterday", "last day":
		return Yesterday, nil
	case "", "week", "this week", "weekly":
		return ThisWeek, nil
	case "last week":
		return LastWeek, nil
	case "month", "this month", "monthly":
		return ThisMonth, nil
	case "last month":
		return LastMonth, nil
	case "season", "this season":
		return InSeason, nil
	case "all", "all time", "alltime", "ever":
		return AllTime, nil
	}
	return "", invalid("%q is not a window; say day, yesterday, week, last-week, month, last-month, season or all", clip(s, 20))
}

// span returns which boards a window means, as quiz.board calls them, and its first and last day. Seasons and AllTime have
// neither.
func (w Window) span(today time.Time) (span string, from, to time.Time) {
	year, month, day := today.Date()
	date := func(m time.Month, d int) time.Time { return time.Date(year, m, d, 0, 0, 0, 0, time.UTC) }
	monday := day - (int(today.Weekday())+6)%7
	switch w {
	case Today:
		return "day", date(month, day), date(month, day)
	case Yesterday:
		return "day", date(month, day-1), date(month, day-1)
	case ThisWeek:
		return "week", date(month, monday), date(month, monday+6)
	case LastWeek:
		return "week", date(month, monday-7), date(month, monday-1)
	case ThisMonth:
		return "month", date(month, 1), date(month+1, 0)
	case LastMonth:
		return "month", date(month-1, 1), date(month, 0)
	case InSeason:
		return "season", time.Time{}, time.Time{}
	}
	return "all", time.Time{}, time.Time{}
}
