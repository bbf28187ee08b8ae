package discord

import (
	"context"
	"fmt"
	"net/http"

	"ckadbot/bot/chat"
)

// Direct opens the conversation with one person, or finds the one that is open:
// it belongs to no guild. That they take messages from the bot is only known
// when one is posted.
func (a *Adapter) Direct(ctx context.Context, u chat.User) (chat.Channel, error) {
	if u.Platform != platform || !snowflake(u.ID) {
		return chat.Channel{}, fmt.Errorf("person %q is not one of Discord's", chat.Line(u.ID, 40))
	}
	var made struct {
		ID string `json:"id"`
	}
	body := map[string]string{"recipient_id": u.ID}
	err := a.rest.do(ctx, request{name: "open a direct conversation", method: http.MethodPost, path: "/users/@me/channels", body: body, into: &made})
	if err != nil {
		return chat.Channel{}, explain(err)
	}
	if !snowflake(made.ID) {
		return chat.Channel{}, fmt.Errorf("open a direct conversation: Discord gave no channel")
	}
	return chat.Channel{Platform: platform, Workspace: chat.Everywhere, ID: made.ID}, nil
}

// Link is the address that Discord itself gives for a message.
func (a *Adapter) Link(_ context.Context, ref chat.MessageRef) (string, error) {
	if !snowflake(ref.Channel.ID) || !snowflake(ref.ID) {
		return "", nil
	}
	return "https://discord.com/channels/" + ref.Channel.Workspace + "/" + ref.Channel.ID + "/" + ref.ID, nil
}
