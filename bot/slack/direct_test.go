package slack_test

import (
	"errors"
	"strings"
	"testing"

	"ckadbot/bot/chat"
	"ckadbot/bot/slack/slacktest"
)

func TestWhoIsDeactivatedIsNoMember(t *testing.T) {
	p := newPlatform(t)
	bob := chat.User{Platform: "slack", Workspace: slacktest.Team, ID: "U0BOB"}
	p.Deactivate("bob")
	if member, err := p.adapter.Member(t.Context(), bob); member || err != nil {
		t.Errorf("got %v, %v, want no member", member, err)
	}
	p.RemoveScope("files:write")
	var gone *chat.GoneError
	_, err := p.adapter.Hand(t.Context(), chat.User{Platform: "slack", Workspace: slacktest.Team, ID: "U0ALICE"}, chat.File{Name: "x.json", Content: []byte("{}"), Comment: "x"})
	if !errors.As(err, &gone) || !strings.Contains(gone.Reason, "files:write") {
		t.Errorf("a file without the scope: got %v, want to be told which one is missing", err)
	}
}

func TestDirectMessagesThatCannotBe(t *testing.T) {
	p := newPlatform(t)
	var gone *chat.GoneError
	if ch, err := p.adapter.Direct(t.Context(), chat.User{Platform: "slack", Workspace: slacktest.Team, ID: "U0NOBODY"}); !errors.As(err, &gone) {
		t.Errorf("an unknown person: got %v, %v, want them gone", ch, err)
	}
	p.RemoveScope("im:write")
	_, err := p.adapter.Direct(t.Context(), chat.User{Platform: "slack", Workspace: slacktest.Team, ID: "U0ALICE"})
	if !errors.As(err, &gone) || !strings.Contains(gone.Reason, "im:write") {
		t.Errorf("without the scope: got %v, want to be told which one is missing", err)
	}
}
