package quiz

import (
	"regexp"
	"strings"
	"time"
)

// Days is a set of weekdays: bit 1<<time.Sunday to bit 1<<time.Saturday.
type Days uint8

// The sets that people have a word for.
const (
	Weekdays Days = 1<<time.Monday | 1<<time.Tuesday | 1<<time.Wednesday | 1<<time.Thursday | 1<<time.Friday
	Weekends Days = 1<<time.Saturday | 1<<time.Sunday
	Daily         = Weekdays | Weekends
)

// Has reports whether d is one of the days.
func (s Days) Has(d time.Weekday) bool { return s&(1<<d) != 0 }

func (s Days) valid() bool { return s != 0 && s&^Daily == 0 }

var (
	dashes    = strings.NewReplacer("–", "-", "—", "-", "‐", "-", "‑", "-", "−", "-")
	dayRange  = regexp.MustCompile(`\s*(?:-|\bto\b)\s*`)
	daySplit  = regexp.MustCompile(`[\s,;/&+]+`)
	daySets   = map[string]Days{"daily": Daily, "everyday": Daily, "all": Daily, "weekdays": Weekdays, "weekends": Weekends, "weekday": Weekdays, "weekend": Weekends}
	fromMon   = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}
	fillWords = map[string]bool{"": true, "and": true, "on": true}
)

// ParseDays reads weekdays as people write them: "mon-fri", "Mon–Fri" with a typographic dash, "mo,we,fr", "sat-mon",
// "weekdays", "weekends", "daily". The error is an *InvalidError.
func ParseDays(s string) (Days, error) {
	var days Days
	text := strings.ReplaceAll(strings.ToLower(dashes.Replace(s)), "every day", "daily")
	for _, part := range daySplit.Split(dayRange.ReplaceAllString(text, "-"), -1) {
		if fillWords[part] {
			continue
		}
		some, ok := parseDayPart(part)
		if !ok {
			return 0, invalid("%q is not a weekday; write them like mon-fri or mon,wed,fri, or say weekdays, weekends or daily", clip(part, 20))
		}
		days |= some
	}
	if days == 0 {
		return 0, invalid("no weekdays given; write them like mon-fri or mon,wed,fri, or say weekdays, weekends or daily")
	}
	return days, nil
}

// parseDayPart reads one day, one range (which may run over the weekend, "sat-mon") or one word for a set.
func parseDayPart(part string) (Days, bool) {
	if set, ok := daySets[part]; ok {
		return set, true
	}
	first, last, isRange := strings.Cut(part, "-")
	from, ok := parseWeekday(first)
	if !ok || !isRange {
		return 1 << from, ok
	}
	to, ok := parseWeekday(last)
	days := Days(1 << to)
	for d := from; d != to; d = (d + 1) % 7 {
		days |= 1 << d
	}
	return days, ok
}

// parseWeekday takes a day's name or its beginning, two letters at least: "mo", "tues", "thursdays".
func parseWeekday(s string) (time.Weekday, bool) {
	s = strings.TrimSuffix(s, ".")
	for _, d := range fromMon {
		if len(s) >= 2 && strings.HasPrefix(strings.ToLower(d.String())+"s", s) {
			return d, true
		}
	}
	return 0, false
}

// String writes the days from Monday on, three or more in a row as a range: "Mon-Fri", "Mon,Wed,Fri", "Sat,Sun".
// ParseDays reads it back.
func (s Days) String() string {
	if s == Daily {
		return "daily"
	}
	var parts []string
	for i := 0; i < len(fromMon); i++ {
		j := i
		for j < len(fromMon) && s.Has(fromMon[j]) {
			j++
		}
		if j-i >= 3 {
			parts = append(parts, short(fromMon[i])+"-"+short(fromMon[j-1]))
			i = j
		} else if j > i {
			parts = append(parts, short(fromMon[i]))
		}
	}
	return strings.Join(parts, ",")
}

func short(d time.Weekday) string { return d.String()[:3] }
