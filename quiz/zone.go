package quiz

import (
	_ "embed"
	"slices"
	"strings"
	"time"
)

// zoneNames has every place of the IANA time zone database, one a line, for suggestions only: what a zone means comes
// from the time package. Written from the list that Go ships; a zone that is missing here still loads.
//
//go:embed zones.txt
var zoneNames string

// maxZone is the length of the longest zone's name, with room for newcomers.
const maxZone = 64

// LoadZone is time.LoadLocation for a name that a person typed. Only places and UTC are zones: "CET" or "EST" would
// miss the clock changes. The error is an *InvalidError that says what was probably meant: "berlin" suggests Europe/Berlin.
func LoadZone(name string) (*time.Location, error) {
	if name == "UTC" {
		return time.UTC, nil
	}
	if strings.Contains(name, "/") && len(name) <= maxZone {
		if loc, err := time.LoadLocation(name); err == nil {
			return loc, nil
		}
	}
	if near := SuggestZones(name, 3); len(near) > 0 {
		return nil, invalid("%q is not a time zone; did you mean %s?", clip(name, maxZone), strings.Join(near, " or "))
	}
	return nil, invalid("%q is not a time zone; give a place such as Europe/Berlin, America/New_York or Asia/Kolkata, or UTC", clip(name, maxZone))
}

// SuggestZones returns at most max zones for what was typed, the best first: "new york", "berl", "europe/be".
func SuggestZones(typed string, max int) []string {
	want := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(typed)), " ", "_")
	if want == "" || len(want) > maxZone {
		return nil
	}
	var exact, begins, contains []string
	for name := range strings.Lines(zoneNames) {
		name = strings.TrimSpace(name)
		low := strings.ToLower(name)
		switch city := low[strings.LastIndex(low, "/")+1:]; {
		case low == want || city == want:
			exact = append(exact, name)
		case strings.HasPrefix(city, want) || strings.HasPrefix(low, want):
			begins = append(begins, name)
		case len(want) >= 3 && strings.Contains(low, want):
			contains = append(contains, name)
		}
	}
	all := slices.Concat(exact, begins, contains)
	return all[:min(max, len(all))]
}
