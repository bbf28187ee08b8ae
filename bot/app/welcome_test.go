package app

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// TestIntroductionSaysWhatIsPostedThere, to people: no id of a platform is in it.
func TestIntroductionSaysWhatIsPostedThere(t *testing.T) {
	here := quiz.Channel{ID: "slack/T1/C1"}
	series := func(name string, channels ...quiz.Channel) quiz.Series {
		return quiz.Series{Name: name, Questions: 1, CreatedBy: "U024BE7LH", Channels: channels, Schedule: quiz.Schedule{Opens: 570, Closes: 1020, Days: quiz.Weekdays, Zone: "UTC"}}
	}
	paused, gone := series("paused", here), series("gone", quiz.Channel{ID: here.ID, Gone: "archived"})
	paused.Paused = true
	all := []quiz.Series{series("daily", here), series("elsewhere", quiz.Channel{ID: "slack/T1/C2"}), paused, gone, series("paused here", quiz.Channel{ID: here.ID, Paused: true})}
	got := introduction(all, here.ID).Card.Body
	if !strings.Contains(got, "**daily** posts 1 question") || !strings.Contains(got, "/ckad-admin series") {
		t.Errorf("does not say what is posted: %s", got)
	}
	for _, not := range []string{"elsewhere", "paused", "gone", "U024BE7LH"} {
		if strings.Contains(got, not) {
			t.Errorf("says %q: %s", not, got)
		}
	}
	if got := introduction(all, "slack/T1/C3").Card.Body; !strings.Contains(got, "I post nothing here by myself") {
		t.Errorf("where nothing is posted: %s", got)
	}
}

func TestWhereTheBotIsIsAskedOnceAMoment(t *testing.T) {
	var p presence
	now := time.Now()
	for _, want := range []bool{true, false} {
		if got := p.news("slack/T1", now); got != want {
			t.Errorf("news = %v, want %v", got, want)
		}
	}
	if !p.news("slack/T2", now) {
		t.Error("another workspace is no news")
	}
	if !p.news("slack/T1", now.Add(fresh)) {
		t.Error("it is no news when the moment is over")
	}
	if p.forget("slack/T1"); !p.news("slack/T1", now.Add(fresh)) {
		t.Error("it is no news after the bot was removed")
	}
	for i := range 2 * rememberBy {
		p.news(fmt.Sprint("slack/T", i), now)
	}
	if len(p.in) > rememberBy {
		t.Errorf("%d workspaces are remembered, want %d at most", len(p.in), rememberBy)
	}
}

// TestWhoComesBackAtOnceIsBack: an installation counts also if a command has just said that the bot is there, and another bot
// has heard since that it was removed.
func TestWhoComesBackAtOnceIsBack(t *testing.T) {
	for name, back := range map[string]func(*App){
		"installed":          func(a *App) { a.Present(t.Context(), here.Home()) },
		"added to a channel": func(a *App) { a.Joined(t.Context(), chat.Joining{Channel: here}) },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRoom(t)
			r.do(t, "alice: /ckad help")
			other := New(Config{Engine: r.app.engine, Log: r.app.log, Now: r.now})
			other.Left(t.Context(), here.Home())
			back(r.app)
			_, left, err := r.app.engine.WorkspacesOn(t.Context(), here.Platform)
			if err != nil || len(left) > 0 {
				t.Errorf("left: got %q, %v, want none", left, err)
			}
		})
	}
}
