package quiz

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A Clock is a time of day on the wall: minutes after midnight, 0 to 1439.
type Clock int

// clockForm takes "9", "9:30", "09.30", "9h30", each with or without am or pm.
var clockForm = regexp.MustCompile(`^(\d{1,2})(?:[:.h](\d{2}))?\s*([ap])?\.?(?:m\.?)?$`)

// ParseClock reads a time of day as people write it: "9:30", "09.30", "9:30 am", "9pm", "21".
// "12 am" is midnight and "12 pm" is noon. The error is an *InvalidError.
func ParseClock(s string) (Clock, error) {
	m := clockForm.FindStringSubmatch(strings.ToLower(strings.TrimSpace(s)))
	if m == nil {
		return 0, invalid("%q is not a time of day; write it like 09:30 or 9:30 pm", clip(s, 20))
	}
	hour, _ := strconv.Atoi(m[1])
	minute, _ := strconv.Atoi("0" + m[2])
	if m[3] != "" {
		if hour < 1 || hour > 12 {
			return 0, invalid("%q is not a time of day; with am and pm the hour is 1 to 12", clip(s, 20))
		}
		hour %= 12
		if m[3] == "p" {
			hour += 12
		}
	}
	if hour > 23 || minute > 59 {
		return 0, invalid("%q is not a time of day; the day goes from 00:00 to 23:59", clip(s, 20))
	}
	return Clock(hour*60 + minute), nil
}

// String writes the clock as "09:30"; ParseClock reads it back.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

func (c Clock) valid() bool { return c >= 0 && c < 24*60 }
