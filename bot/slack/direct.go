package slack

import (
	"context"

	"github.com/slack-go/slack"

	"ckadbot/bot/chat"
)

// Direct opens the conversation with one person, or finds the one that is open.
// It needs the scope im:write.
func (a *Adapter) Direct(ctx context.Context, u chat.User) (chat.Channel, error) {
	opened, _, _, err := a.api.OpenConversationContext(ctx, &slack.OpenConversationParameters{Users: []string{u.ID}})
	if err != nil {
		return chat.Channel{}, failure("open a direct conversation", err)
	}
	return chat.Channel{Platform: "slack", Workspace: u.Workspace, ID: opened.ID}, nil
}

// Link asks Slack for a message's address.
func (a *Adapter) Link(ctx context.Context, ref chat.MessageRef) (string, error) {
	if !stamp.MatchString(ref.ID) {
		return "", nil
	}
	link, err := a.api.GetPermalinkContext(ctx, &slack.PermalinkParameters{Channel: ref.Channel.ID, Ts: ref.ID})
	return link, failure("ask for the address of a message", err)
}
