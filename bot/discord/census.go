package discord

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The census compares the workspaces that something is kept of with the guilds that
// the bot is in. Over HTTP Discord does not tell that a guild removed the bot, and over
// the gateway only while a bot is running.
const (
	censusFirst = 5 * time.Minute // after Run began
	censusEvery = 6 * time.Hour   // by one of the bots with this token
	maxPage     = 200             // guilds that Discord lists at once
)

// takeCensus does so until ctx ends, at once after lag and then again and again. One that
// fails is made good by the next.
func (r *responder) takeCensus(ctx context.Context, lag time.Duration) {
	for ; sleep(ctx, lag); lag = censusEvery {
		r.tryCensus(ctx)
	}
}

func (r *responder) tryCensus(ctx context.Context) {
	defer r.recovered()
	if !r.first(ctx, fmt.Sprint("census ", time.Now().Truncate(censusEvery).Unix())) {
		return
	}
	if err := r.census(ctx); err != nil && ctx.Err() == nil {
		r.log.Warn("cannot find out which guilds removed the bot; trying again later", "error", err)
	}
}

// census tells the handler of guilds that the bot is in no more, and what hears of
// installations of those that it is in again.
func (r *responder) census(ctx context.Context) error {
	here, left, err := r.workspaces(ctx) // first: what joins meanwhile is on no list
	if err != nil || len(here)+len(left) == 0 {
		return err
	}
	listed, err := r.rest.guilds(ctx)
	if err != nil {
		return err
	}
	for _, home := range here {
		id, ours := strings.CutPrefix(home, platform+"/")
		if !ours || !snowflake(id) || listed[id] {
			continue
		}
		gone, err := r.rest.removed(ctx, id)
		if err != nil {
			return err
		}
		if gone {
			r.left(ctx, id)
		}
	}
	for _, home := range left {
		if id, ours := strings.CutPrefix(home, platform+"/"); ours && listed[id] {
			r.installed(ctx, home)
		}
	}
	return ctx.Err()
}

// guilds are the ids of all guilds that the bot is in: an error if it is not sure that they are all.
func (c *client) guilds(ctx context.Context) (map[string]bool, error) {
	all := map[string]bool{}
	for after := uint64(0); ; {
		page, err := c.guildsAfter(ctx, after, maxPage)
		if err != nil {
			return nil, err
		}
		if len(page) == 0 { // a page that is not full may be followed by others
			return all, nil
		}
		for _, id := range page {
			after = max(after, id)
			all[strconv.FormatUint(id, 10)] = true
		}
	}
}

// guildsAfter are some of the guilds that the bot is in, those with the least ids beyond one.
// https://discord.com/developers/docs/resources/user#get-current-user-guilds
func (c *client) guildsAfter(ctx context.Context, after uint64, limit int) (ids []uint64, err error) {
	var page []guild
	path := fmt.Sprintf("/users/@me/guilds?after=%d&limit=%d", after, limit)
	if err := c.insist(ctx, request{name: "list my guilds", method: http.MethodGet, path: path, into: &page}); err != nil {
		return nil, err
	}
	for _, g := range page {
		id, err := strconv.ParseUint(g.ID, 10, 64)
		if err != nil || id <= after {
			return nil, fmt.Errorf("list my guilds: there is no guild %q after %d", g.ID, after)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// removed tells whether the bot is in a guild no more: Discord does not show the guild, and
// it is not among those that the bot is in. The first alone has also been seen of guilds that the bot was in.
// https://github.com/discord/discord-api-docs/issues/8445
func (c *client) removed(ctx context.Context, id string) (bool, error) {
	n, err := strconv.ParseUint(id, 10, 64)
	if err != nil || n == 0 {
		return false, fmt.Errorf("guild %q is malformed", id)
	}
	err = c.insist(ctx, request{name: "look at guild " + id, method: http.MethodGet, path: "/guilds/" + id})
	if refusedWith(err, unknownGuild, missingAccess) {
		ids, err := c.guildsAfter(ctx, n-1, 1)
		return err == nil && (len(ids) == 0 || ids[0] != n), err
	}
	return false, err
}
