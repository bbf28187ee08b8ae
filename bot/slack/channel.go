package slack

import (
	"context"
	"errors"
	"fmt"

	"github.com/slack-go/slack"

	"ckadbot/bot/chat"
)

// Check tells whether the bot can post in a channel. It needs the scope
// channels:read, for private channels groups:read; without them nothing is known
// to speak against it.
func (a *Adapter) Check(ctx context.Context, ch chat.Channel) error {
	c := call{what: "look at channel " + ch.String(), method: "conversations.info", hasty: true}
	w, err := a.workspace(ctx, ch.Workspace, "")
	if err != nil {
		return fmt.Errorf("%s: %w", c.what, err)
	}
	var info *slack.Channel
	blind := false
	err = w.call(ctx, c, func(api *slack.Client) (err error) {
		info, err = api.GetConversationInfoContext(ctx, &slack.GetConversationInfoInput{ChannelID: ch.ID})
		var said slack.SlackErrorResponse
		blind = errors.As(err, &said) && said.Err == "missing_scope"
		return err
	})
	switch {
	case blind:
		return nil
	case err != nil:
		return err
	case info.IsArchived:
		return &chat.GoneError{Reason: gone["is_archived"]}
	case !info.IsMember && !info.IsIM:
		return &chat.GoneError{Reason: "I am not in that channel. Invite me there with /invite @ckad."}
	}
	return nil
}
