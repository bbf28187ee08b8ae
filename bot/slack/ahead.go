package slack

import (
	"context"
	"time"

	"github.com/slack-go/slack"

	"ckadbot/bot/chat"
)

// ahead is how long a handler has for a form before a modal that says "one moment"
// is opened for it: the trigger_id that opens one lives for three seconds.
const ahead = time.Second

// ahead has the handler answer something that asks for a form. If it is slow, a modal
// is opened before the answer is known, and p.view is that.
func (s *session) ahead(ctx context.Context, p *place, form bool, w wait, handle func() chat.Reply) chat.Reply {
	if !form || p.trigger == "" {
		return handle()
	}
	opened := make(chan string, 1)
	late := time.AfterFunc(time.Until(w.since.Add(ahead)), func() {
		defer s.recovered("a form that takes long")
		view := ""
		defer func() { opened <- view }()
		err := p.at.call(ctx, call{what: "open a form early", method: "views.open"}, func(api *slack.Client) error {
			got, err := api.OpenViewContext(ctx, p.trigger, note(chat.Message{Text: "One moment, please …"}))
			if err == nil {
				view = got.ID
			}
			return err
		})
		if err != nil {
			s.log.Warn("a form could not be opened early", "workspace", p.channel.Workspace, "error", err)
		}
	})
	r := handle()
	if !late.Stop() {
		p.view = <-opened
	}
	return r
}

// note is a modal that asks for nothing: it says m.
func note(m chat.Message) slack.ModalViewRequest {
	_, blocks := render(chat.Message{Text: chat.Cut(m.Markdown(), chat.MaxText)}, "")
	if len(blocks) == 0 {
		blocks = sections(mrkdwn(nothing))
	}
	return slack.ModalViewRequest{Type: slack.VTModal, Title: plainText("ckadbot"), Close: plainText("Close"), Blocks: slack.Blocks{BlockSet: blocks}}
}

// update puts another view in the place of one that is open.
func (s *session) update(ctx context.Context, id string, p place, v slack.ModalViewRequest) error {
	return p.at.call(ctx, call{what: "change a form", method: "views.update"}, func(api *slack.Client) error {
		_, err := api.UpdateViewContext(ctx, v, "", "", id)
		return err
	})
}
