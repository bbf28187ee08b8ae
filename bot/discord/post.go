package discord

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"ckadbot/bot/chat"
)

// Post starts a message. Discord remembers the key for a few minutes and answers
// a second post with the message of the first, so a post that is made again soon
// is not doubled. It remembers keys by bot, not by channel: no two posts may
// share one.
func (a *Adapter) Post(ctx context.Context, ch chat.Channel, key chat.Key, m chat.Message) (chat.MessageRef, error) {
	if err := check(ch, m); err != nil {
		return chat.MessageRef{}, err
	}
	p := render(m)
	p.Nonce, p.EnforceNonce = key.ID, key.ID != ""
	var made struct {
		ID        string `json:"id"`
		ChannelID string `json:"channel_id"`
	}
	path := "/channels/" + ch.ID + "/messages"
	err := a.rest.do(ctx, request{name: "post in channel " + ch.ID, method: http.MethodPost, path: path, body: p, into: &made})
	if err != nil {
		return chat.MessageRef{}, a.explain(ctx, ch, err)
	}
	if made.ChannelID != ch.ID {
		return chat.MessageRef{}, fmt.Errorf("post in channel %s: its key was used before, in channel %s", ch.ID, made.ChannelID)
	}
	return chat.MessageRef{Channel: ch, ID: made.ID}, nil
}

// Edit replaces a message. It cannot reach ephemeral ones: those are replaced by
// answers to their own clicks.
func (a *Adapter) Edit(ctx context.Context, ref chat.MessageRef, m chat.Message) error {
	if err := check(ref.Channel, m); err != nil {
		return err
	}
	if !snowflake(ref.ID) {
		return fmt.Errorf("message %q is not one of Discord's", ref.ID)
	}
	channel := "/channels/" + ref.Channel.ID
	edit := request{name: "edit in channel " + ref.Channel.ID, method: http.MethodPatch, path: channel + "/messages/" + ref.ID, body: render(m)}
	err := a.rest.do(ctx, edit)
	if refusedWith(err, archivedThread) { // a post opens it again by itself, an edit does not; whoever may post may do that
		open := request{name: "open thread " + ref.Channel.ID, method: http.MethodPatch, path: channel, body: map[string]bool{"archived": false}}
		if a.rest.do(ctx, open) == nil {
			err = a.rest.do(ctx, edit)
		}
	}
	return a.explain(ctx, ref.Channel, err)
}

// explain is explain with the names of the permissions that the bot lost in a channel.
func (a *Adapter) explain(ctx context.Context, ch chat.Channel, err error) error {
	var no *refusal
	if !errors.As(err, &no) {
		return explain(err)
	}
	if no.code == missingAccess || no.code == unknownChannel {
		a.missed(ch.Workspace)
	}
	if no.code != missingPermissions {
		return explain(err)
	}
	a.memory.forget(ch.Workspace)
	var gone *chat.GoneError
	if named := a.Check(ctx, ch); errors.As(named, &gone) {
		return gone
	}
	return explain(err)
}

func check(ch chat.Channel, m chat.Message) error {
	if ch.Platform != platform || !snowflake(ch.ID) {
		return fmt.Errorf("channel %s is not one of Discord's", ch)
	}
	if err := m.Validate(); err != nil {
		return fmt.Errorf("message for %s: %w", ch, err)
	}
	return nil
}

// snowflake tells whether s is an id of Discord, which may stand in a path.
func snowflake(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != "" && len(s) <= 20
}

// Discord's error codes that we tell apart.
// https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
const (
	unknownChannel     = 10003
	unknownGuild       = 10004
	unknownMessage     = 10008
	unknownWebhook     = 10015
	unknownInteraction = 10062
	acknowledged       = 40060
	missingAccess      = 50001
	cannotTell         = 50007
	missingPermissions = 50013
	archivedThread     = 50083
	lockedThread       = 160005
)

// gone are the refusals that trying again does not change, as sentences for an admin.
var gone = map[int]string{
	unknownChannel:     "The channel does not exist any more.",
	unknownMessage:     "The message does not exist any more.",
	missingAccess:      "I cannot see the channel: give me the permission View Channel there.",
	missingPermissions: "I may not write in the channel: give me the permissions Send Messages and Embed Links there (in a thread: Send Messages in Threads).",
	cannotTell:         "This person does not accept messages from me.",
	archivedThread:     "The thread is archived: open it again or choose another place.",
	lockedThread:       "The thread is locked: unlock it or choose another place.",
}

// explain turns an error of a post or an edit into one of chat's.
func explain(err error) error {
	var no *refusal
	switch {
	case err == nil, errors.Is(err, errUnsent):
		return err
	case !errors.As(err, &no), no.status >= 500:
		return &chat.UncertainError{Err: err}
	case no.status == http.StatusTooManyRequests:
		return &chat.RetryError{After: no.after}
	case no.status == http.StatusUnauthorized:
		return errToken
	case gone[no.code] != "":
		return &chat.GoneError{Reason: gone[no.code]}
	case no.code != 0 && (no.status == http.StatusForbidden || no.status == http.StatusNotFound):
		return &chat.GoneError{Reason: "Discord does not let me post there: " + chat.Line(no.message, 200)}
	}
	return err
}

var errToken = fmt.Errorf("DISCORD_TOKEN is not accepted by Discord; make a new one on the page Bot of your application at https://discord.com/developers/applications: %w", chat.ErrToken)
