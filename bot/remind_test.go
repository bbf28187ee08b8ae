package main

import (
	"testing"

	"ckadbot/bot/chat/chattest"
	"ckadbot/migrations/pgtest"
)

// TestReminderReachesOnePersonOnEachPlatform: the series belongs to the workspace in Slack and is posted in Discord, too.
func TestReminderReachesOnePersonOnEachPlatform(t *testing.T) {
	t.Parallel()
	slack, discord := newSlack(t), newDiscord(t)
	database := pgtest.URL(t)
	pool := newPool(t, database)
	dueNow(t, pool, slack.channel, discord.channel)
	startReady(t, database, slack, discord)
	for _, w := range []workplace{slack, discord} {
		chattest.AwaitText(t, w, "alice", "Quiz: daily")
		w.ask(t, "alice", "/ckad remind on", "I will write to you directly")
	}
	noted(t, pool, 2)
	tag, err := pool.Exec(t.Context(), `UPDATE quiz.notice SET next_at = now()`) // half of the time is over
	if err != nil || tag.RowsAffected() != 2 {
		t.Fatalf("%d reminders are in the outbox (%v), want 2", tag.RowsAffected(), err)
	}
	for _, w := range []workplace{slack, discord} {
		m := chattest.AwaitText(t, w, "alice", "Reminder: daily")
		w.Press("alice", m, "Stop reminding me")
		chattest.AwaitText(t, w, "alice", "not reminded of")
		messages, _ := w.Sees("bob")
		if _, seen := chattest.Find(messages, "Reminder: daily"); seen {
			t.Errorf("bob sees the reminder on %s", w.channel.Platform)
		}
		w.content(t)
	}
	var left int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM quiz.reminder`).Scan(&left); err != nil || left != 0 {
		t.Errorf("%d reminders (%v) are still on, want none", left, err)
	}
}
