package discord

import (
	"context"

	"github.com/bwmarrin/discordgo"

	"ckadbot/bot/chat"
)

// A guild is what events tell about one.
type guild struct {
	ID            string `json:"id"`
	Unavailable   bool   `json:"unavailable"`       // by an outage of Discord's
	SystemChannel string `json:"system_channel_id"` // where Discord itself says hello to people; "" for none
}

// joined tells what hears of installations, and introduces the bot where the guild
// greets people, if it may write there, and once.
func (r *responder) joined(ctx context.Context, g guild, by *discordgo.User) {
	if r.installed != nil {
		r.installed(ctx, platform+"/"+g.ID)
	}
	if !snowflake(g.SystemChannel) {
		return
	}
	ch := chat.Channel{Platform: platform, Workspace: g.ID, ID: g.SystemChannel}
	if err := r.Check(ctx, ch); err != nil {
		r.log.Info("no introduction in a new guild", "workspace", g.ID, "channel", g.SystemChannel, "error", err)
		return
	}
	if !r.first(ctx, "joined "+g.ID) {
		return
	}
	j := chat.Joining{Channel: ch}
	if by != nil {
		j.By = named(by, nil, g.ID)
	}
	m, ok := r.handler.Joined(ctx, j)
	if !ok {
		return
	}
	if _, err := r.Post(ctx, ch, chat.Key{ID: "hello" + g.ID}, m); err != nil {
		r.log.Info("no introduction in a new guild", "workspace", g.ID, "channel", g.SystemChannel, "error", err)
	}
}

// left tells the handler that the bot is in a guild no more.
func (r *responder) left(ctx context.Context, id string) {
	r.handler.Left(ctx, platform+"/"+id)
}

// missed finds out whether the bot is in a guild at all, after it could not post there.
func (a *Adapter) missed(id string) {
	if !snowflake(id) { // a conversation of no guild
		return
	}
	r, leave := a.door.enter()
	if r == nil {
		return
	}
	defer leave()
	r.task(func(ctx context.Context) {
		gone, err := a.rest.removed(ctx, id)
		if err != nil {
			a.log.Info("cannot find out whether the bot was removed from a guild", "workspace", id, "error", err)
		}
		if gone {
			r.left(ctx, id)
		}
	})
}
