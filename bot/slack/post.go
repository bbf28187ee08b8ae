package slack

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/slack-go/slack"

	"ckadbot/bot/chat"
)

// postEvent names the metadata of our posts; its payload is {"key": Key.ID}.
const postEvent = "ckadbot_post"

// quiet keeps Slack from adding previews of links.
var quiet = slack.MsgOptionCompose(slack.MsgOptionDisableLinkUnfurl(), slack.MsgOptionDisableMediaUnfurl())

func content(m chat.Message, file string) []slack.MsgOption {
	text, blocks := render(m, file)
	return []slack.MsgOption{slack.MsgOptionText(text, false), slack.MsgOptionBlocks(blocks...)}
}

// Post starts a message in a channel. Slack has no idempotent posts: a message
// carries its key, and a post that was tried before is first looked for in the
// channel's history. That needs the scopes channels:history and groups:history;
// without them a post whose answer was lost is made again and may stand there twice. Both work, and each answer counts once.
func (a *Adapter) Post(ctx context.Context, ch chat.Channel, key chat.Key, m chat.Message) (chat.MessageRef, error) {
	if err := m.Validate(); err != nil {
		return chat.MessageRef{}, fmt.Errorf("post to %s: %w", ch, err)
	}
	w, err := a.workspace(ctx, ch.Workspace, "")
	if errors.Is(err, errNotInstalled) && a.cfg.Installations != nil {
		a.untold(ctx, ch.Workspace)
	}
	if err != nil {
		return chat.MessageRef{}, fmt.Errorf("post to %s: %w", ch, err)
	}
	if !key.Tried.IsZero() {
		ts, err := w.find(ctx, ch, key)
		if err != nil || ts != "" {
			return chat.MessageRef{Channel: ch, ID: ts}, err
		}
	}
	tag := slack.SlackMetadata{EventType: postEvent, EventPayload: map[string]any{"key": key.ID}}
	ref := chat.MessageRef{Channel: ch}
	c := call{what: "post to " + ch.String(), method: "chat.postMessage", channel: ch.ID, hasty: true}
	err = w.illustrated(ctx, true, m.Image(), func(file string) error {
		return w.call(ctx, c, func(api *slack.Client) (err error) {
			_, ref.ID, err = api.PostMessageContext(ctx, ch.ID, append(content(m, file), quiet, slack.MsgOptionMetadata(tag))...)
			return err
		})
	})
	if err != nil {
		return chat.MessageRef{}, err
	}
	return ref, nil
}

// find looks for the post with key, and gives its ts or "".
func (w *workspace) find(ctx context.Context, ch chat.Channel, key chat.Key) (ts string, err error) {
	query := slack.GetConversationHistoryParameters{
		ChannelID: ch.ID, Oldest: unix(key.Tried.Add(-time.Minute)) + ".000000", Limit: 200, IncludeAllMetadata: true,
	}
	c := call{what: "look for an earlier post in " + ch.String(), method: "conversations.history", hasty: true}
	var later *chat.RetryError
	for range 5 { // a thousand messages since then are more than a quiz will see
		var page *slack.GetConversationHistoryResponse
		var said error
		err := w.call(ctx, c, func(api *slack.Client) error {
			page, said = api.GetConversationHistoryContext(ctx, &query)
			return said
		})
		switch {
		case errors.As(err, &later):
			return "", err
		case err != nil && said != nil && !answered(said): // posting would fail, too, and may come to one more that nobody knows of
			return "", fmt.Errorf("%s: %w", c.what, bare(said))
		case err != nil:
			w.log.Info("cannot look for an earlier post, posting", "workspace", ch.Workspace, "channel", ch.ID, "error", err)
			return "", nil
		}
		for _, m := range page.Messages {
			if m.Metadata.EventType == postEvent && m.Metadata.EventPayload["key"] == key.ID {
				return m.Timestamp, nil
			}
		}
		if query.Cursor = page.ResponseMetaData.NextCursor; query.Cursor == "" {
			break
		}
	}
	return "", nil
}

var stamp = regexp.MustCompile(`^[0-9]+\.[0-9]{6}$`)

// Edit replaces a message's text, blocks, buttons and picture. Ephemeral messages cannot
// be edited; they are replaced by a reply to a click on them.
func (a *Adapter) Edit(ctx context.Context, ref chat.MessageRef, m chat.Message) error {
	if err := m.Validate(); err != nil {
		return fmt.Errorf("edit a message in %s: %w", ref.Channel, err)
	}
	if !stamp.MatchString(ref.ID) {
		return fmt.Errorf("edit a message in %s: %w", ref.Channel, &chat.GoneError{Reason: "The message was never posted."})
	}
	w, err := a.workspace(ctx, ref.Channel.Workspace, "")
	if err != nil {
		return fmt.Errorf("edit a message in %s: %w", ref.Channel, err)
	}
	c := call{what: "edit a message in " + ref.Channel.String(), method: "chat.update", hasty: true}
	return w.illustrated(ctx, true, m.Image(), func(file string) error {
		return w.call(ctx, c, func(api *slack.Client) error {
			_, _, _, err := api.UpdateMessageContext(ctx, ref.Channel.ID, ref.ID, content(m, file)...)
			return err
		})
	})
}
