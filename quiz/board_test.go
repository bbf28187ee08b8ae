package quiz

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// shown writes a standing as people see it.
func shown(rows []Standing) (lines []string) {
	for _, s := range rows {
		line := fmt.Sprintf("%d %s %v/%d", s.Rank, s.Name, s.Points, s.Answers)
		if s.Me {
			line += " me"
		}
		lines = append(lines, line)
	}
	return lines
}

func (w *world) board(channel string, window Window, me string) Board {
	w.t.Helper()
	b, err := w.Leaderboard(w.t.Context(), BoardRequest{Workspace: ws, Channel: channel, Window: window, For: person(me)})
	if err != nil {
		w.t.Fatalf("Leaderboard: %v", err)
	}
	return b
}

// askAll asks a question in the channel for each of the texts and lets the player answer with it; each is closed before the next.
func (w *world) askAll(channel, name string, texts ...string) {
	w.t.Helper()
	for _, text := range texts {
		r, err := w.Ask(w.t.Context(), AskRequest{Workspace: ws, Channel: channel, By: person(name)})
		if err != nil {
			w.t.Fatalf("Ask by %s: %v", name, err)
		}
		w.click(r, channel, name, 0, text)
		w.clock.add(askWindow)
	}
}

func TestBoardOrdersAndSharesRanks(t *testing.T) {
	w := newWorld(t, 60)
	w.askAll(general, "late", "wrong")
	w.askAll(general, "ada", "right", "right", "right")
	w.askAll(general, "careless", "right", "right", "wrong")
	w.askAll(general, "second", "right", "right")
	w.askAll(general, "third", "right", "right")
	w.askAll(general, "late", "right")
	b := w.board(general, AllTime, "third")
	want := []string{"1 ada 3/3", "2 second 2/2", "2 third 2/2 me", "2 careless 2/3", "5 late 1/2"}
	if diff := cmp.Diff(want, shown(b.Rows)); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	if b.Players != 5 || b.Around != nil || b.Me == nil || b.Me.Rank != 2 || !b.From.IsZero() {
		t.Errorf("board: got %+v, want five players, me among the rows", b)
	}
}

func TestBoardShowsTheCallerWithNeighbours(t *testing.T) {
	w := newWorld(t, 60)
	for i := range 14 {
		texts := make([]string, 15-i) // player 0 has the most points
		for j := range texts {
			texts[j] = "right"
		}
		w.askAll(general, fmt.Sprintf("p%02d", i), texts...)
	}
	for me, want := range map[string][]string{
		"p00": nil, "p09": nil, "stranger": nil,
		"p10": {"11 p10 5/5 me", "12 p11 4/4"},
		"p11": {"11 p10 5/5", "12 p11 4/4 me", "13 p12 3/3"},
		"p13": {"13 p12 3/3", "14 p13 2/2 me"},
	} {
		b := w.board(general, AllTime, me)
		if diff := cmp.Diff(want, shown(b.Around)); diff != "" {
			t.Errorf("around %s (-want +got):\n%s", me, diff)
		}
		if len(b.Rows) != 10 || b.Players != 14 || (b.Me == nil) != (me == "stranger") {
			t.Errorf("board for %s: got %d rows, %d players, me %v", me, len(b.Rows), b.Players, b.Me)
		}
	}
}

func TestBoardOfAChannelAndOfTheWorkspace(t *testing.T) {
	w := newWorld(t, 60)
	w.askAll(general, "ada", "right", "right")
	w.askAll(random, "ada", "wrong")
	w.askAll(random, "bob", "right")
	for channel, want := range map[string][]string{
		general: {"1 ada 2/2"}, random: {"1 bob 1/1", "2 ada 0/1"}, "": {"1 ada 2/3", "2 bob 1/1"}, ws + "/empty": nil,
	} {
		if diff := cmp.Diff(want, shown(w.board(channel, AllTime, "").Rows)); diff != "" {
			t.Errorf("channel %q (-want +got):\n%s", channel, diff)
		}
	}
}

func TestBoardTellsNothingBeforeTheClose(t *testing.T) {
	w := newWorld(t, 10)
	r, _ := w.openDaily(daily("daily", general))
	w.click(r, general, "ada", 0, "right")
	if b := w.board(general, Today, "ada"); len(b.Rows) != 0 {
		t.Errorf("while open: got %v, want nothing", shown(b.Rows))
	}
	w.clock.set(r.Closes)
	if diff := cmp.Diff([]string{"1 ada 1/1 me"}, shown(w.board(general, Today, "ada").Rows)); diff != "" {
		t.Errorf("after the close (-want +got):\n%s", diff)
	}
}

func TestWindowsBeginAtMidnightOfTheSeriesZone(t *testing.T) {
	w := newWorld(t, 60)
	s := daily("daily", general)
	s.Zone = "Asia/Kolkata" // 5:30 ahead of UTC
	w.mustCreate(s)
	at := func(s string) { w.clock.set(instant(t, s)) }

	at("2026-02-28T18:29:59Z") // still February there, a Saturday
	w.askAll(general, "ada", "right")
	at("2026-02-28T18:30:00Z") // Sunday, 1 March, 00:00
	w.askAll(general, "ada", "right")
	at("2026-03-01T18:30:00Z") // Monday, 00:00
	w.askAll(general, "ada", "right")
	at("2026-03-02T18:19:00Z") // Monday, 23:49
	w.askAll(general, "ada", "right")
	for window, want := range map[Window]int{Today: 2, ThisWeek: 2, ThisMonth: 3, AllTime: 4} {
		b := w.board(general, window, "ada")
		if b.Me == nil || b.Me.Points != Points(want)*Point || b.Zone != "Asia/Kolkata" {
			t.Errorf("%s: got %+v in %s, want %d points", window, b.Me, b.Zone, want)
		}
	}
	at("2026-03-02T18:30:00Z")
	if b := w.board(general, Today, "ada"); b.Me != nil {
		t.Errorf("after midnight: got %+v, want an empty day", b.Me)
	}
}

func TestWindowsAreDaysOfTheCalendar(t *testing.T) {
	for _, c := range []struct {
		today, from, to string
		window          Window
	}{
		{"2026-03-29", "2026-03-29", "2026-03-29", Today},
		{"2026-03-01", "2026-02-28", "2026-02-28", Yesterday},
		{"2026-03-29", "2026-03-23", "2026-03-29", ThisWeek}, // a Sunday
		{"2026-03-30", "2026-03-30", "2026-04-05", ThisWeek},
		{"2026-03-30", "2026-03-23", "2026-03-29", LastWeek},
		{"2027-01-01", "2026-12-28", "2027-01-03", ThisWeek},
		{"2026-12-31", "2026-12-01", "2026-12-31", ThisMonth},
		{"2027-01-31", "2026-12-01", "2026-12-31", LastMonth},
		{"2028-03-31", "2028-02-01", "2028-02-29", LastMonth},
	} {
		_, from, to := c.window.span(instant(t, c.today+"T23:59:59Z"))
		if from.Format(time.DateOnly) != c.from || to.Format(time.DateOnly) != c.to {
			t.Errorf("%s on %s: got %s to %s, want %s to %s", c.window, c.today, from, to, c.from, c.to)
		}
	}
}

func TestParseWindow(t *testing.T) {
	for in, want := range map[string]Window{
		"": ThisWeek, "Day": Today, " month ": ThisMonth, "all": AllTime, "all time": AllTime, "all-time": AllTime, "week": ThisWeek,
		"last-week": LastWeek, "last week": LastWeek, "Last_Month": LastMonth, "yesterday": Yesterday, "season": InSeason,
	} {
		if got, err := ParseWindow(in); err != nil || got != want {
			t.Errorf("%q: got %s, %v, want %s", in, got, err, want)
		}
	}
	for _, w := range Windows() {
		if got, err := ParseWindow(string(w)); err != nil || got != w {
			t.Errorf("%s: got %s, %v, want itself", w, got, err)
		}
	}
	if got, err := ParseWindow("decade"); err == nil {
		t.Errorf("decade: got %s, want an error", got)
	}
}

func TestOnlyTheFirstAnswerToAnAskedQuestionCounts(t *testing.T) {
	w := newWorld(t, 2)
	for i, want := range []bool{false, false, true, true} { // there are only two questions
		r := w.mustAsk(general, "ada")
		if got := w.click(r, general, "ada", 0, map[bool]string{true: "right", false: "wrong"}[i > 0]); got.Outcome != Recorded || got.Again != want || got.Right != (i > 0) {
			t.Errorf("question %d: got %+v, want it recorded and graded, again %v", i, got, want)
		}
	}
	if got := w.click(w.mustAsk(random, "ada"), random, "bob", 0, "right"); got.Again {
		t.Errorf("somebody else: got %+v, want it counted", got)
	}
	if diff := cmp.Diff([]string{"1 bob 1/1", "1 ada 1/2"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
}

func TestTheSameQuestionAnsweredInTwoChannelsAtOnceCountsOnce(t *testing.T) {
	w := newWorld(t, 1)
	here, there := w.mustAsk(general, "ada"), w.mustAsk(random, "ada")
	other := &world{Engine: w.another(w.pool), t: t, clock: w.clock, pool: w.pool} // one process stores one answer of a person at a time
	w.patience, other.patience = time.Hour, time.Hour
	tx, err := w.pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// The first answer refers to this row, so it can be written but not committed; the second does not see it.
	if _, err := tx.Exec(t.Context(), `SELECT FROM quiz.player WHERE name = 'ada' FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	first := w.later(here, general, "ada", 1)
	second := other.later(there, random, "ada", 2)
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a, b := <-first, <-second; a.Outcome != Recorded || b.Outcome != Recorded || a.Again || !b.Again {
		t.Errorf("got %s again %v, %s again %v, want both recorded, the second again", a.Outcome, a.Again, b.Outcome, b.Again)
	}
	if diff := cmp.Diff([]string{"1 ada 1/1"}, shown(w.board("", AllTime, "").Rows)); diff != "" {
		t.Errorf("board (-want +got):\n%s", diff)
	}
}

// TestBoardAgreesWithPoints compares the query with a count in Go, over random answers to questions that come again.
func TestBoardAgreesWithPoints(t *testing.T) {
	w := newWorld(t, 3)
	runs := 0
	rapid.Check(t, func(t *rapid.T) {
		runs++
		space := fmt.Sprintf("test/R%d", runs)
		points, answers, known := map[string]Points{}, map[string]int{}, map[string]bool{}
		for i := range rapid.IntRange(1, 4).Draw(t, "rounds") {
			channel := fmt.Sprintf("%s/c%d", space, i)
			r, err := w.Ask(w.t.Context(), AskRequest{Workspace: space, Channel: channel, By: Person{space, "host", "host"}})
			if err != nil {
				t.Fatal(err)
			}
			for click := range rapid.IntRange(0, 6).Draw(t, "clicks") {
				name := rapid.SampledFrom([]string{"ada", "bob", "cleo", "dan"}).Draw(t, "player")
				a := Answer{Workspace: space, Round: r.ID, Channel: channel, Choice: rapid.IntRange(0, 3).Draw(t, "choice"), By: Person{space, name, name}}
				res, err := w.Answer(w.t.Context(), a)
				if err != nil {
					t.Fatalf("click %d: %v", click, err)
				}
				if fact := name + " " + r.Questions[0].ID; res.Outcome == Recorded && !known[fact] {
					known[fact] = true
					answers[name]++
					points[name] += Worth(r.Questions[0].Correct(a.Choice), r, r.Opens)
				}
			}
		}
		b, err := w.Leaderboard(w.t.Context(), BoardRequest{Workspace: space, Window: AllTime})
		if err != nil {
			t.Fatal(err)
		}
		if b.Players != len(answers) || len(b.Rows) != len(answers) {
			t.Errorf("players: got %d in %d rows, want %d", b.Players, len(b.Rows), len(answers))
		}
		for i, s := range b.Rows {
			better := 0
			for _, p := range points {
				if p > s.Points {
					better++
				}
			}
			if s.Points != points[s.Name] || s.Answers != answers[s.Name] || s.Rank != better+1 || i > 0 && b.Rows[i-1].Points < s.Points {
				t.Errorf("row %d: got %+v, want %d points in %d answers, rank %d", i, s, points[s.Name], answers[s.Name], better+1)
			}
		}
	})
}
