package app

import (
	"slices"
	"strings"
	"testing"

	"ckadbot/bot/chat"
)

// TestPageWithTwoSeriesOfOneName: a series that another workspace shares may be called as this one's own, and mostly both are
// "daily". The parts of the page with two such buttons were left out.
func TestPageWithTwoSeriesOfOneName(t *testing.T) {
	r := newRoom(t)
	for _, line := range []string{
		"admin: /ckad-admin series create name=daily time=09:30 days=mon-fri zone=UTC", "admin: /ckad-admin series share daily",
		"admin@far: /ckad-admin series create name=Daily time=10:30 days=mon-fri zone=UTC", "admin@far: /ckad-admin series join code=CODE1",
	} {
		r.do(t, line)
	}
	far := someone("admin@far")
	var buttons []string
	page := ""
	for _, m := range chat.Guard(r.app, r.app.log).Home(t.Context(), far) {
		page += m.Markdown() + "\n"
		for _, b := range m.Buttons() {
			buttons = append(buttons, b.Label)
		}
	}
	for _, want := range []string{"Remind me of Daily", "Pause Daily", "Skip 2026-11-20 of Daily"} {
		if !slices.Contains(buttons, want) {
			t.Errorf("got the buttons %q, want %q among them", buttons, want)
		}
	}
	for _, want := range []string{"• **Daily**: ", "• **daily**, which another workspace shares: ", "• **Daily** posts ", "• **daily** posts "} {
		if !strings.Contains(page, want) {
			t.Errorf("got %s\nwant %q in it", page, want)
		}
	}
	r.do(t, "alice@far: /ckad remind on series=daily")
	if got, want := r.shown[len(r.shown)-1].m.Text, "I will write to you directly"; !strings.HasPrefix(got, want) {
		t.Errorf("got %q, want first %q", got, want)
	}
}

// TestBoardsOfTwoSeriesOfOneName: in a channel it is that of the series which is posted there.
func TestBoardsOfTwoSeriesOfOneName(t *testing.T) {
	r := newRoom(t)
	for _, line := range []string{
		"admin: /ckad-admin series create name=daily time=09:30 days=daily zone=UTC", "admin: /ckad-admin series share daily",
		"admin@far: /ckad-admin series create name=daily time=10:30 days=daily zone=UTC channel=#other", "admin@far: /ckad-admin series join code=CODE1",
		"clock 2026-11-20 09:30 2", "alice@far: press C", "clock 2026-11-20 17:00 2",
	} {
		r.do(t, line)
	}
	names := r.app.Complete(t.Context(), chat.Completion{Command: "ckad leaderboard", Option: "series", User: someone("alice@far"), Channel: channelOf(someone("alice@far"))})
	if len(names) != 1 {
		t.Errorf("got the names %v, want each once", names)
	}
	for _, line := range []string{"alice@far: /ckad leaderboard", "alice@far: /ckad leaderboard series=daily", "alice@far: press Today", "alice: /ckad leaderboard"} {
		r.do(t, line)
		if got, want := r.shown[len(r.shown)-1].m.Markdown(), "1. Alice: 1 point"; !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q in it", line, got, want)
		}
	}
}
