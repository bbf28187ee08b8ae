package quiz

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// Dates are days of the calendar, each "2006-01-02", in order and each once.
type Dates []string

// maxSkipped is how many days a series may skip: all holidays of some years. The table checks the same number.
const maxSkipped = 100

var (
	dateRange = regexp.MustCompile(`\s*(?:\.{2,}|…|–|—|\bto\b)\s*`)
	dateSplit = regexp.MustCompile(`[\s,;]+`)
)

// ParseDates reads days and ranges of days as people write them: "2026-12-24..2027-01-02, 2027-05-01", a range also with
// "to", with an ellipsis or with a typographic dash. The error is an *InvalidError.
func ParseDates(s string) (Dates, error) {
	var days Dates
	for _, part := range dateSplit.Split(dateRange.ReplaceAllString(strings.TrimSpace(s), ".."), -1) {
		if part == "" {
			continue
		}
		first, last, isRange := strings.Cut(part, "..")
		if !isRange {
			last = first
		}
		from, err := parseDate(first)
		if err != nil {
			return nil, err
		}
		to, err := parseDate(last)
		if err != nil {
			return nil, err
		}
		if to.Before(from) {
			return nil, invalid("%s is before %s; write the earlier day first", last, first)
		}
		for d := from; !d.After(to) && len(days) <= 2*maxSkipped; d = d.AddDate(0, 0, 1) {
			days = append(days, d.Format(time.DateOnly))
		}
	}
	if len(days) == 0 {
		return nil, invalid("no dates given; write them like 2026-12-24 or 2026-12-24..2027-01-02")
	}
	return days.and(nil), nil
}

func parseDate(s string) (time.Time, error) {
	d, err := time.Parse(time.DateOnly, s)
	if err != nil || d.Year() < 2000 || d.Year() > 2999 {
		return time.Time{}, invalid("%q is not a date; write it as year-month-day, like 2026-12-24, and several like 2026-12-24..2027-01-02,2027-05-01", clip(s, 30))
	}
	return d, nil
}

// Has reports whether day, "2006-01-02", is one of them.
func (d Dates) Has(day string) bool {
	_, found := slices.BinarySearch(d, day)
	return found
}

// and returns these and others as one list.
func (d Dates) and(others Dates) Dates {
	all := slices.Concat(d, others)
	slices.Sort(all)
	return slices.Compact(all)
}

// from returns those that are not before day.
func (d Dates) from(day string) Dates {
	i, _ := slices.BinarySearch(d, day)
	return d[i:]
}

// String writes the days, those in a row as a range: "2026-12-24..2027-01-02, 2027-05-01". ParseDates reads it back.
func (d Dates) String() string {
	var parts []string
	for i := 0; i < len(d); {
		j := i
		for j+1 < len(d) && d[j+1] == nextDay(d[j]) {
			j++
		}
		part := d[i]
		if j > i {
			part += ".." + d[j]
		}
		parts = append(parts, part)
		i = j + 1
	}
	return strings.Join(parts, ", ")
}

func nextDay(day string) string {
	d, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return d.AddDate(0, 0, 1).Format(time.DateOnly)
}
