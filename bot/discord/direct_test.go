package discord

import (
	"errors"
	"testing"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
)

func TestWhoTakesNoMessagesIsGone(t *testing.T) {
	f := open(t)
	h := &chattest.Handler{}
	chattest.Start(t, f, h)
	f.Type("alice", "/ckad help")
	chattest.AwaitText(t, f, "alice", "ok")
	ch, err := f.adapter.Direct(t.Context(), h.Calls()[0].(chat.Command).User)
	if err != nil {
		t.Fatal(err)
	}
	f.Block("alice")
	_, err = f.adapter.Post(t.Context(), ch, chat.Key{ID: "k"}, chat.Message{Text: "hello"})
	var gone *chat.GoneError
	if !errors.As(err, &gone) || gone.Reason != "This person does not accept messages from me." {
		t.Errorf("got %v, want to be told that nothing can be sent", err)
	}
}

func TestWhoIsNobodyGetsNoMessages(t *testing.T) {
	f := open(t)
	var gone *chat.GoneError
	if ch, err := f.adapter.Direct(t.Context(), chat.User{Platform: "discord", ID: "12345"}); !errors.As(err, &gone) {
		t.Errorf("an unknown person: got %v, %v, want them gone", ch, err)
	}
	for _, id := range []string{"", "../../guilds", "12/34", "alice"} {
		if ch, err := f.adapter.Direct(t.Context(), chat.User{Platform: "discord", ID: id}); err == nil {
			t.Errorf("%q: got %v, want an error", id, ch)
		}
	}
	if link, err := f.adapter.Link(t.Context(), chat.MessageRef{Channel: chat.Channel{Platform: "discord", Workspace: "1", ID: "2/3"}, ID: "4"}); link != "" || err != nil {
		t.Errorf("an address of no channel: got %q, %v", link, err)
	}
}
