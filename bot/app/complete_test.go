package app

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// proposed are the values that are proposed, in a line.
func proposed(a *App, command, option, typed string) string {
	var all []string
	for _, c := range a.Complete(context.Background(), chat.Completion{Command: command, Option: option, Typed: typed, User: someone("admin"), Channel: here}) {
		all = append(all, c.Value)
	}
	return strings.Join(all, " ")
}

func TestCompletion(t *testing.T) {
	r := newRoom(t) // on Friday, 20 November 2026
	r.do(t, "admin: /ckad-admin series create name=daily time=09:30 days=mon-fri zone=Europe/Berlin")
	r.do(t, "admin: /ckad-admin season open spring")
	for _, tc := range []struct{ command, option, typed, begins string }{
		{"ckad define", "term", "deplo", "Deployment"},
		{"ckad terms", "subject", "netw", "networking"},
		{"ckad ask", "topic", "pod", "pods"},
		{"ckad-admin series create", "topic", "helm,pod", "helm,pods"},
		{"ckad-admin series pause", "name", "DAI", "daily"},
		{"ckad leaderboard", "season", "", "spring"},
		{"ckad-admin series create", "zone", "berl", "Europe/Berlin"},
		{"ckad-admin series create", "zone", "new york", "America/New_York"},
		{"ckad-admin series create", "zone", "munich", "Europe/Berlin"},
		{"ckad-admin series create", "zone", "Europe/Be", "Europe/Belfast Europe/Belgrade Europe/Berlin"},
		{"ckad-admin series create", "zone", "", "UTC"},
		{"ckad-admin series create", "time", "", "08:00 08:30"},
		{"ckad-admin series create", "time", "9", "09:00 09:30 19:00"},
		{"ckad-admin series create", "close", "17", "17:00 17:30"},
		{"ckad-admin series create", "days", "mon", "mon-fri mon mon-thu"},
		{"ckad-admin series create", "days", "mon,th", "mon,thu"},
		{"ckad away", "until", "", "off 2026-11-21 2026-11-22"},
		{"ckad away", "until", "2026-12-2", "2026-12-20 2026-12-21"},
		{"ckad away", "until", "2026-12-24", "2026-12-24"},
		{"ckad-admin series skip", "dates", "n", "none"},
		{"ckad-admin series skip", "dates", "2026-12-24..", "2026-12-24..2026-12-25"},
		{"ckad-admin series skip", "dates", "2026-12-24..2027-01", "2026-12-24..2027-01-01"},
		{"ckad-admin series skip", "dates", "2026-12-24,", "2026-12-24,2026-11-21"},
	} {
		if got := proposed(r.app, tc.command, tc.option, tc.typed); !strings.HasPrefix(got+" ", tc.begins+" ") {
			t.Errorf("/%s %s=%q proposes %q, want first %q", tc.command, tc.option, tc.typed, got, tc.begins)
		}
	}
}

// TestWhatIsProposedIsTaken: by the functions that read the options.
func TestWhatIsProposedIsTaken(t *testing.T) {
	a := &App{now: func() time.Time { return time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC) }}
	read := map[string]func(string) error{
		"zone":  func(s string) error { _, err := quiz.LoadZone(s); return err },
		"days":  func(s string) error { _, err := quiz.ParseDays(s); return err },
		"dates": func(s string) error { _, err := quiz.ParseDates(s); return err },
		"time":  func(s string) error { _, err := time.Parse("15:04", s); return err },
	}
	for _, zone := range zoneOfCity {
		if err := read["zone"](zone); err != nil {
			t.Error(err)
		}
	}
	for option, beginnings := range map[string][]string{
		"zone": {"", "m", "1", "europe", "x"}, "days": {"", "m", "mon,", "mon, t", "x"}, "time": {"", "1", "23", "x"},
		"dates": {"", "2", "2026-12", "2026-12-24..", "2026-12-24,", "2026-12-24..2026-12-26,2027", "x", "..", "2026-13-99.."},
	} {
		for _, typed := range beginnings {
			for _, c := range a.Complete(t.Context(), chat.Completion{Command: "ckad-admin series create", Option: option, Typed: typed, User: someone("admin")}) {
				if err := read[option](c.Value); err != nil && c.Value != "none" {
					t.Errorf("%s: %q proposes %q: %v", option, typed, c.Value, err)
				}
			}
		}
	}
}

// TestCompletionAnswersFromMemory: what was found lately is proposed though the database is away, until an admin changes something.
func TestCompletionAnswersFromMemory(t *testing.T) {
	r := newRoom(t)
	for i := range 3 {
		r.do(t, fmt.Sprintf("admin: /ckad-admin series create name=quiz%d time=09:30 days=mon-fri zone=UTC", i))
		if got := proposed(r.app, "ckad-admin series pause", "name", ""); !strings.Contains(got, fmt.Sprint("quiz", i)) {
			t.Errorf("got %q, want quiz%d, too", got, i)
		}
	}
	r.stop()
	r.pool.Close()
	for _, option := range []string{"name", "series", "zone", "term"} {
		if got := proposed(r.app, "ckad-admin series pause", option, "u"); got == "" {
			t.Errorf("nothing is proposed for %s", option)
		}
	}
}

// TestQuestionsAreProposedToAdminsOnly: with those first that are reported.
func TestQuestionsAreProposedToAdminsOnly(t *testing.T) {
	r := newRoom(t)
	for _, line := range []string{"alice: /ckad ask typing", "alice: press Answer", "alice: press 🚩 Report", "alice: fill said=no"} {
		r.do(t, line)
	}
	first := func(u chat.User, typed string) (chat.Choice, int) {
		all := r.app.Complete(t.Context(), chat.Completion{Command: "ckad-admin question show", Option: "id", Typed: typed, User: u, Channel: here})
		if len(all) == 0 {
			return chat.Choice{}, 0
		}
		for _, c := range all {
			if n := chat.Length(c.Label); n > maxChoiceLabel {
				t.Errorf("%q has %d characters", c.Label, n)
			}
		}
		return all[0], len(all)
	}
	if got, n := first(someone("admin"), ""); got.Value != "kind-typed" || !strings.HasPrefix(got.Label, "🚩 1 · kind-typed: Which agent runs") || n < 10 {
		t.Errorf("got first %+v of %d, want the reported one of all", got, n)
	}
	if got, n := first(someone("admin"), "containers TWO"); got.Value != "kind-true" || n != 1 {
		t.Errorf("got first %+v of %d, want kind-true only", got, n)
	}
	forged := someone("alice")
	if got, n := first(forged, ""); n > 0 {
		t.Errorf("alice is proposed %d questions, first %+v, want none", n, got)
	}
	for _, command := range []string{"ckad ask", "", "ckad define", "ckad-admin", "nothing"} { // whatever a forged completion says
		if got := r.app.Complete(t.Context(), chat.Completion{Command: command, Option: "id", Typed: "pod", User: forged, Channel: here}); got != nil {
			t.Errorf("%q: alice is proposed %+v, want nothing", command, got)
		}
	}
}
