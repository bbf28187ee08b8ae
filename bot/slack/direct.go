package slack

import (
	"context"
	"fmt"

	"github.com/slack-go/slack"

	"ckadbot/bot/chat"
)

// Direct opens the conversation with one person, or finds the one that is open.
// It needs the scope im:write.
func (a *Adapter) Direct(ctx context.Context, u chat.User) (chat.Channel, error) {
	c := call{what: "open a direct conversation", method: "conversations.open", hasty: true}
	w, err := a.workspace(ctx, u.Workspace, "")
	if err != nil {
		return chat.Channel{}, fmt.Errorf("%s: %w", c.what, err)
	}
	var opened *slack.Channel
	err = w.call(ctx, c, func(api *slack.Client) (err error) {
		opened, _, _, err = api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{u.ID}})
		return err
	})
	if err != nil {
		return chat.Channel{}, err
	}
	return chat.Channel{Platform: "slack", Workspace: u.Workspace, ID: opened.ID}, nil
}

// Link asks Slack for a message's address.
func (a *Adapter) Link(ctx context.Context, ref chat.MessageRef) (link string, err error) {
	if !stamp.MatchString(ref.ID) {
		return "", nil
	}
	c := call{what: "ask for the address of a message", method: "chat.getPermalink", hasty: true}
	w, err := a.workspace(ctx, ref.Channel.Workspace, "")
	if err != nil {
		return "", fmt.Errorf("%s: %w", c.what, err)
	}
	err = w.call(ctx, c, func(api *slack.Client) (err error) {
		link, err = api.GetPermalinkContext(ctx, &slack.PermalinkParameters{Channel: ref.Channel.ID, Ts: ref.ID})
		return err
	})
	return link, err
}
