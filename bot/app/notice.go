package app

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// PostNotice says what is not a round: in a channel, or to one person directly.
func (a *App) PostNotice(ctx context.Context, n quiz.Notice) error {
	m, err := a.noticeMessage(ctx, n)
	if err != nil {
		return err
	}
	adapter, ch, err := a.noticePlace(ctx, n)
	if err != nil {
		return forEngine(err)
	}
	_, err = adapter.Post(ctx, ch, chat.Key{ID: n.Key, Tried: n.Tried}, m)
	return forEngine(err)
}

// noticeMessage puts a notice into words. One of a kind that only a newer bot
// knows is an error: that bot gets its turn.
func (a *App) noticeMessage(ctx context.Context, n quiz.Notice) (chat.Message, error) {
	switch n.Kind {
	case quiz.NoticeMock:
		return mockOver(n)
	case quiz.NoticeReminder:
		return a.reminder(ctx, n)
	case quiz.NoticeCorrection:
		return corrections(n)
	case quiz.NoticeGone:
		return channelGone(n)
	case quiz.NoticeLinked:
		return linked(n)
	}
	return chat.Message{}, fmt.Errorf("a notice of the kind %q is not known here", n.Kind)
}

// noticeBody reads what a notice says, whose type its kind tells.
func noticeBody[T any](n quiz.Notice) (body T, err error) {
	if err := json.Unmarshal(n.Body, &body); err != nil {
		return body, fmt.Errorf("read notice %d: %w", n.ID, err)
	}
	return body, nil
}

// channelGone tells who set a series up where it is not posted any more, and how that is mended.
func channelGone(n quiz.Notice) (chat.Message, error) {
	g, err := noticeBody[quiz.Gone](n)
	if err != nil {
		return chat.Message{}, err
	}
	name := chat.Escape(chat.Line(g.Series, 60))
	where := "channel " + chat.Escape(g.Channel[strings.LastIndex(g.Channel, "/")+1:])
	return chat.Message{Text: fmt.Sprintf("I could not post the series **%s** in %s: %s\n\nIt waits there until that is mended and somebody uses `/ckad-admin series join` with its name in that channel; elsewhere it goes on. I tell you because you set it up, and only this once.",
		name, where, chat.Escape(g.Reason))}, nil
}

// noticePlace is where a notice goes. A conversation with one person is opened
// each time: it may have been closed since.
func (a *App) noticePlace(ctx context.Context, n quiz.Notice) (chat.Adapter, chat.Channel, error) {
	if n.Channel != "" {
		return a.adapter(n.Channel)
	}
	to := user(n.To)
	adapter, ok := a.adapters[to.Platform]
	if !ok {
		return nil, chat.Channel{}, fmt.Errorf("no adapter for %s", to.Platform)
	}
	ch, err := adapter.Direct(ctx, *to)
	return adapter, ch, err
}
