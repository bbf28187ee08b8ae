package slack

import (
	"testing"

	"ckadbot/bot/slack/slacktest"
)

// Who was given the workspace before Slack said which one it is reads its team without a lock.
func TestWorkspaceInUseStaysWhatItIs(t *testing.T) {
	s := slacktest.New()
	t.Cleanup(s.Close)
	a := New(Config{BotToken: slacktest.BotToken, APIURL: s.URL()})
	before, err := a.enter(slacktest.Team)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // Run may be called again
		if err := a.identify(t.Context()); err != nil {
			t.Fatal(err)
		}
		after, err := a.enter(slacktest.Team)
		if err != nil || after.team != slacktest.Team || before.team != "" {
			t.Errorf("the team %q became %q (%v), want another workspace with the team %q", before.team, after.team, err, slacktest.Team)
		}
		before = &workspace{}
	}
	if _, err := a.enter("T0OTHER"); err == nil {
		t.Error("another workspace is served")
	}
}
