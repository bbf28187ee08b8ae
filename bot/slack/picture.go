package slack

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"time"

	"github.com/slack-go/slack"

	"ckadbot/bot/chat"
)

// A picture is uploaded first, to no channel, and then shown by a block that names
// the file: so the message stays one that we can find again and edit. All who see
// the message see the picture (github.com/metabase/metabase/pull/54276), but nobody
// does in an ephemeral message (github.com/slackapi/node-slack-sdk/issues/1790):
// there the text goes alone. So it does without the scope files:write, and when an
// upload fails.

const uploading = 15 * time.Second // for all of an upload

// Slack looks at a file after it was uploaded, and refuses blocks with it before
// (github.com/slackapi/python-slack-sdk/issues/1521: for about a second).
// There is no telling how long that takes without the scope files:read, so a
// message is sent once more after each of these. A response_url takes five
// messages: these tries and the one without the picture are four.
var looking = []time.Duration{time.Second, 3 * time.Second}

// illustrated sends a message by send, which gets the file of the picture to
// show, or "" for none. If it is hasty, it rather fails than wait for its turn.
func (w *workspace) illustrated(ctx context.Context, hasty bool, picture *chat.Image, send func(file string) error) error {
	if picture == nil {
		return send("")
	}
	file, err := w.upload(ctx, hasty, upload{what: "upload a picture", name: picture.Name, content: picture.PNG})
	var later *chat.RetryError
	if hasty && errors.As(err, &later) {
		return err
	}
	if err != nil {
		w.log.Info("a picture cannot be shown, the text goes alone; it takes the scope files:write", "error", err)
		return send("")
	}
	err = send(file)
	for _, wait := range looking {
		if !errors.Is(err, errBlocks) || !pause(ctx, wait) {
			return err
		}
		err = send(file)
	}
	if errors.Is(err, errBlocks) {
		w.log.Warn("Slack does not show a picture, the text goes alone", "error", err)
		return send("")
	}
	return err
}

// An upload is a file on its way to Slack: for a block that will name it, or for a channel.
type upload struct {
	what, name       string // what we are doing, and the file's name
	content          []byte
	channel, comment string // "" for no channel
}

// upload gives the id of the file. Its errors show no address: that of an upload is a secret.
func (w *workspace) upload(ctx context.Context, hasty bool, u upload) (file string, err error) {
	ctx, cancel := context.WithTimeout(ctx, uploading)
	defer cancel()
	c := call{what: u.what, method: "files.getUploadURLExternal", hasty: hasty}
	err = w.call(ctx, c, func(api *slack.Client) error {
		f, err := api.UploadFileContext(ctx, slack.UploadFileParameters{
			Reader: bytes.NewReader(u.content), FileSize: len(u.content), Filename: u.name, Title: u.name, Channel: u.channel, InitialComment: escape(u.comment)})
		if err == nil {
			file = f.ID
		}
		if err == nil || answered(err) {
			return err
		}
		if address := (*url.Error)(nil); errors.As(err, &address) {
			return address.Err
		}
		return errors.New("Slack does not take it") // what the library says may hold the address
	})
	return file, err
}

// image shows an uploaded picture.
func image(p chat.Image, file string) *slack.ImageBlock {
	return slack.NewImageBlockSlackFile(&slack.SlackFileObject{ID: file}, firstOf(plain(p.Alt, maxAlt), nothing), "", nil)
}

// pause waits for d; false if ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
