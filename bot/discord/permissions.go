package discord

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/bwmarrin/discordgo"

	"ckadbot/bot/chat"
)

// Check tells whether a card can be posted in a channel: nil, or a *chat.GoneError
// that names what is missing, or why that could not be found out. What the bot
// may do in a guild is remembered for a minute, what a channel changes of that is not.
func (a *Adapter) Check(ctx context.Context, ch chat.Channel) error {
	if ch.Platform != platform || !snowflake(ch.ID) {
		return fmt.Errorf("channel %s is not one of Discord's", ch)
	}
	if ch.Workspace == chat.Everywhere {
		return nil // whether a person takes messages shows when one is sent
	}
	c, err := a.channel(ctx, ch.ID)
	if err != nil {
		return unseen(err)
	}
	if c.GuildID != ch.Workspace {
		return &chat.GoneError{Reason: "That channel is not in this server."}
	}
	named, needed := "#"+c.Name, []permission{{discordgo.PermissionViewChannel, "View Channel"}, {discordgo.PermissionSendMessages, "Send Messages"}, {discordgo.PermissionEmbedLinks, "Embed Links"}}
	switch c.Type {
	case discordgo.ChannelTypeGuildText, discordgo.ChannelTypeGuildNews, discordgo.ChannelTypeGuildVoice, discordgo.ChannelTypeGuildStageVoice:
	case discordgo.ChannelTypeGuildPublicThread, discordgo.ChannelTypeGuildPrivateThread, discordgo.ChannelTypeGuildNewsThread:
		if m := c.ThreadMetadata; m != nil && m.Locked {
			return &chat.GoneError{Reason: gone[lockedThread]}
		}
		needed[1] = permission{discordgo.PermissionSendMessagesInThreads, "Send Messages in Threads"}
		if c, err = a.channel(ctx, c.ParentID); err != nil { // whose rights hold in the thread
			return unseen(err)
		}
	default:
		return &chat.GoneError{Reason: "I cannot post in " + named + ": choose a text channel or a thread."}
	}
	mine, err := a.rights(ctx, ch.Workspace)
	if err != nil {
		return unseen(err)
	}
	if lacking := mine.lacking(c, needed); len(lacking) > 0 {
		return &chat.GoneError{Reason: "I need " + listed(lacking) + " in " + named + "."}
	}
	return nil
}

type permission struct {
	bit  int64
	name string
}

func listed(names []string) string {
	if n := len(names) - 1; n > 0 {
		return strings.Join(names[:n], ", ") + " and " + names[n]
	}
	return names[0]
}

// unseen explains why a channel cannot be looked at.
func unseen(err error) error {
	if refusedWith(err, missingAccess) {
		return &chat.GoneError{Reason: "I need View Channel, Send Messages and Embed Links in that channel; now I cannot even see it."}
	}
	return explain(err)
}

func (a *Adapter) channel(ctx context.Context, id string) (c *discordgo.Channel, err error) {
	if !snowflake(id) {
		return nil, fmt.Errorf("channel %q is malformed", id)
	}
	c = new(discordgo.Channel)
	return c, a.rest.do(ctx, request{name: "look at channel " + id, method: http.MethodGet, path: "/channels/" + id, into: c})
}

// rights are what the bot may do in a guild before its channels change that.
type rights struct {
	me    string
	roles []string // the bot's; everybody's is called like the guild
	all   int64    // what the roles allow together
	until time.Time
}

// A memory of rights, by guild.
type memory struct {
	mu  sync.Mutex // guards the rest
	me  string     // the bot's id, "" until it was asked for
	all map[string]rights
}

const (
	remembering = time.Minute
	maxRights   = 1000 // guilds of which rights are remembered
)

func (m *memory) forget(guild string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.all, guild)
}

func (a *Adapter) rights(ctx context.Context, guild string) (rights, error) {
	if !snowflake(guild) {
		return rights{}, fmt.Errorf("guild %q is malformed", guild)
	}
	m := &a.memory
	m.mu.Lock()
	mine, me := m.all[guild], m.me
	m.mu.Unlock()
	now := time.Now()
	if now.Before(mine.until) {
		return mine, nil
	}
	mine, err := a.rest.askRights(ctx, guild, me)
	if err != nil {
		return rights{}, err
	}
	mine.until = now.Add(remembering)
	m.mu.Lock()
	defer m.mu.Unlock()
	maps.DeleteFunc(m.all, func(_ string, r rights) bool { return r.until.Before(now) || len(m.all) >= maxRights })
	if m.all == nil {
		m.all = map[string]rights{}
	}
	m.me, m.all[guild] = mine.me, mine
	return mine, nil
}

func (c *client) askRights(ctx context.Context, id, me string) (rights, error) {
	var u discordgo.User
	var g discordgo.Guild
	var member discordgo.Member
	if me == "" {
		if err := c.do(ctx, request{name: "ask for my id", method: http.MethodGet, path: "/users/@me", into: &u}); err != nil {
			return rights{}, err
		}
		if me = u.ID; !snowflake(me) {
			return rights{}, fmt.Errorf("ask for my id: %q is malformed", me)
		}
	}
	if err := c.do(ctx, request{name: "look at guild " + id, method: http.MethodGet, path: "/guilds/" + id, into: &g}); err != nil {
		return rights{}, err
	}
	if err := c.do(ctx, request{name: "ask for my roles in guild " + id, method: http.MethodGet, path: "/guilds/" + id + "/members/" + me, into: &member}); err != nil {
		return rights{}, err
	}
	mine := rights{me: me, roles: append(member.Roles, id)}
	for _, r := range g.Roles {
		if slices.Contains(mine.roles, r.ID) {
			mine.all |= r.Permissions
		}
	}
	if g.OwnerID == me {
		mine.all |= discordgo.PermissionAdministrator
	}
	return mine, nil
}

// lacking are the names of the permissions that the bot does not have in a channel.
// The channel's overwrites change what roles allow: first everybody's, then those of
// the other roles together, then those for the bot alone.
// https://discord.com/developers/docs/topics/permissions#permission-overwrites
func (r rights) lacking(c *discordgo.Channel, needed []permission) (names []string) {
	if r.all&discordgo.PermissionAdministrator != 0 {
		return nil
	}
	may := r.all
	for _, concerns := range []func(*discordgo.PermissionOverwrite) bool{
		func(o *discordgo.PermissionOverwrite) bool { return o.ID == c.GuildID },
		func(o *discordgo.PermissionOverwrite) bool {
			return o.Type == discordgo.PermissionOverwriteTypeRole && o.ID != c.GuildID && slices.Contains(r.roles, o.ID)
		},
		func(o *discordgo.PermissionOverwrite) bool {
			return o.Type == discordgo.PermissionOverwriteTypeMember && o.ID == r.me
		},
	} {
		var allow, deny int64
		for _, o := range c.PermissionOverwrites {
			if concerns(o) {
				allow, deny = allow|o.Allow, deny|o.Deny
			}
		}
		may = may&^deny | allow
	}
	for _, p := range needed {
		if may&p.bit == 0 {
			names = append(names, p.name)
		}
	}
	return names
}
