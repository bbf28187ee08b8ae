package slack_test

import (
	"errors"
	"strings"
	"testing"

	"ckadbot/bot/chat"
	"ckadbot/bot/slack/slacktest"
)

func TestChannelIsLookedAtBeforehand(t *testing.T) {
	p := newPlatform(t)
	at := func(id string) chat.Channel {
		return chat.Channel{Platform: "slack", Workspace: slacktest.Team, ID: id}
	}
	elsewhere := p.AddChannel("elsewhere", false)
	for _, tc := range []struct{ id, want string }{
		{slacktest.General, ""},
		{elsewhere, "Invite me"},
		{"C0UNKNOWN", "cannot find the channel"},
	} {
		err := p.adapter.Check(t.Context(), at(tc.id))
		var gone *chat.GoneError
		if tc.want == "" && err != nil || tc.want != "" && (!errors.As(err, &gone) || !strings.Contains(gone.Reason, tc.want)) {
			t.Errorf("%s: got %v, want %q", tc.id, err, tc.want)
		}
	}
	p.RemoveScope("channels:read")
	if err := p.adapter.Check(t.Context(), at(elsewhere)); err != nil {
		t.Errorf("without the scope: got %v, want nil", err)
	}
	if c := p.Complaints(); len(c) > 0 {
		t.Errorf("Slack complains: %q", c)
	}
}
