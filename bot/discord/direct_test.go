package discord

import (
	"context"
	"errors"
	"testing"
	"time"

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

// TestRunEndsAfterAConversationWasGone: it belongs to no guild that the bot could be missing in.
func TestRunEndsAfterAConversationWasGone(t *testing.T) {
	for code, message := range map[int]string{missingAccess: "Missing Access", unknownChannel: "Unknown Channel"} {
		both(t, message, func(t *testing.T, f *fake) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			ended := make(chan error, 1)
			go func() { ended <- f.adapter.Run(ctx, chattest.Spec, &chattest.Handler{}) }()
			f.Type("alice", "/ckad help")
			chattest.AwaitText(t, f, "alice", "ok")
			f.Refuse("POST", "/messages", 403, code, message)
			var gone *chat.GoneError
			ch := chat.Channel{Platform: "discord", Workspace: chat.Everywhere, ID: f.DirectOf("alice")}
			if _, err := f.adapter.Post(ctx, ch, chat.Key{ID: "k"}, text("hello")); !errors.As(err, &gone) {
				t.Errorf("got %v, want a GoneError", err)
			}
			cancel()
			select {
			case err := <-ended:
				if err != nil {
					t.Errorf("Run: %v", err)
				}
			case <-time.After(time.Minute):
				t.Fatal("Run does not end")
			}
		})
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
