package main

import (
	"maps"
	"regexp"
	"strings"
	"testing"

	"ckadbot/bot/chat/chattest"
	"ckadbot/migrations/pgtest"
	"ckadbot/quiz"
)

// TestOneRoundOnTwoPlatforms: an admin on Slack shares a series, another posts it on Discord. Of three people who answer, one does so on
// both platforms, where they are one player: they count once. There is one board, and both messages show one result.
func TestOneRoundOnTwoPlatforms(t *testing.T) {
	t.Parallel()
	slack, discord := newSlack(t), newDiscord(t)
	database := pgtest.URL(t)
	pool := newPool(t, database)
	dueNow(t, pool, slack.channel)
	if err := quiz.New(pool, quiz.Options{}).PauseSeries(t.Context(), slack.channel.Home(), "daily"); err != nil { // until all is set up
		t.Fatal(err)
	}
	exec := func(sql string) {
		t.Helper()
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	startReady(t, database, slack, discord)
	code := func(m chattest.Shown) string { return regexp.MustCompile(`[A-Z2-9]{4}-[A-Z2-9]{4}`).FindString(m.Text) }

	shared := code(slack.ask(t, "admin", "/ckad-admin series share daily", "series join code="))
	discord.ask(t, "bob", "/ckad-admin series join code="+shared, "Only admins")
	discord.ask(t, "admin", "/ckad-admin series join code="+shared, "It is a series of another workspace")
	discord.ask(t, "admin", "/ckad-admin series join code="+shared, "That code does not work")

	one := code(slack.ask(t, "alice", "/ckad link", "link code="))
	offer := discord.ask(t, "alice", "/ckad link code="+one, "Are both of these you?")
	if !offer.Ephemeral || !strings.Contains(offer.Text, "Slack:") || !strings.Contains(offer.Text, "Discord:") {
		t.Errorf("the question whether both are the same: %+v", offer)
	}
	discord.Press("alice", offer, "Join")
	chattest.AwaitText(t, discord, "alice", "You are one player")

	exec(`UPDATE quiz.series SET paused = false`)
	for _, w := range []struct {
		workplace
		people []string
	}{{slack, []string{"alice", "bob"}}, {discord, []string{"carol", "alice"}}} {
		question := chattest.AwaitText(t, w, w.people[0], "Quiz: daily")
		for _, person := range w.people {
			w.Press(person, question, "A")
			chattest.Await(t, w, person, func(m chattest.Shown) bool {
				return strings.Contains(m.Text, "Recorded: ") || w.channel == discord.channel && person == "alice" && strings.Contains(m.Text, "it counts once")
			})
		}
	}
	noted(t, pool, 2)
	exec(`UPDATE quiz.round SET closes_at = now(); UPDATE quiz.post SET next_at = now()`)
	for _, w := range []workplace{slack, discord} {
		chattest.Await(t, w, "dave", func(m chattest.Shown) bool {
			return strings.Contains(m.Text, "(closed)") && strings.Contains(m.Text, "3 players answered")
		})
		board := w.ask(t, "alice", "/ckad leaderboard all", "series daily")
		on := map[string]bool{} // what is shown may be there twice, once for screen readers
		for _, line := range regexp.MustCompile(`(\w+): \d points?, (\d+) answer`).FindAllStringSubmatch(board.Text, -1) {
			on[line[1]+" "+line[2]] = true
		}
		if want := map[string]bool{"alice 1": true, "bob 1": true, "carol 1": true}; !maps.Equal(on, want) || !strings.Contains(board.Text, "← you") {
			t.Errorf("on the board on %s are %v, want %v:\n%s", w.channel.Platform, on, want, board.Text)
		}
		w.content(t)
	}
	var rounds, answers int
	err := pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM quiz.round), (SELECT count(*) FROM quiz.answer)`).Scan(&rounds, &answers)
	if err != nil || rounds != 1 || answers != 3 {
		t.Errorf("%d rounds with %d answers (%v), want 1 with 3", rounds, answers, err)
	}
}
