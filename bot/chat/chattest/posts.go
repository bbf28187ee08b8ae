package chattest

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"ckadbot/bot/chat"
)

// Promises about messages that the bot starts, and changes.

func post(t testing.TB, p Platform, id string, m chat.Message) chat.MessageRef {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	ref, err := p.Adapter().Post(ctx, p.Channel(), chat.Key{ID: id}, m)
	if err != nil {
		t.Fatalf("post: %v", err)
	}
	return ref
}

// count tells how many messages person sees that contain text.
func count(p Platform, person, text string) (n int) {
	messages, _ := p.Sees(person)
	for _, m := range messages {
		if strings.Contains(m.Text, text) {
			n++
		}
	}
	return n
}

func postAndEdit(t *testing.T, p Platform) {
	Start(t, p, &Handler{})
	ready(t, p)
	ref := post(t, p, "k1", card("before", abc...))
	if ref.Channel != p.Channel() || ref.ID == "" {
		t.Errorf("posted as %+v", ref)
	}
	AwaitText(t, p, "bob", "before")
	dead := card("after", chat.Button{Action: "x", Label: "Dead", Disabled: true})
	if err := p.Adapter().Edit(t.Context(), ref, dead); err != nil {
		t.Fatal(err)
	}
	if got := AwaitText(t, p, "bob", "after"); len(got.Buttons) > 0 {
		t.Errorf("buttons %q can be pressed", got.Buttons)
	}
	if p.Adapter().Platform() != "console" && count(p, "bob", "before") > 0 {
		t.Error("the edit made a new message")
	}
}

func postAgain(t *testing.T, p Platform) {
	Start(t, p, &Handler{})
	ready(t, p)
	if !p.Fail(Lost) {
		return
	}
	began := time.Now()
	_, err := p.Adapter().Post(t.Context(), p.Channel(), chat.Key{ID: "k1"}, card("only once"))
	var uncertain *chat.UncertainError
	if !errors.As(err, &uncertain) {
		t.Fatalf("got %v, want an UncertainError", err)
	}
	ref, err := p.Adapter().Post(t.Context(), p.Channel(), chat.Key{ID: "k1", Tried: began}, card("only once"))
	if err != nil || ref.ID == "" {
		t.Fatalf("got %+v, %v", ref, err)
	}
	if n := count(p, "bob", "only once"); n != 1 {
		t.Errorf("bob sees it %d times", n)
	}
}

func limitedIsTold(t *testing.T, p Platform) {
	Start(t, p, &Handler{})
	ready(t, p)
	if !p.Fail(Limited) {
		return
	}
	_, err := p.Adapter().Post(t.Context(), p.Channel(), chat.Key{ID: "k1"}, card("x"))
	var retry *chat.RetryError
	if !errors.As(err, &retry) || retry.After != 7*time.Second {
		t.Errorf("got %v, want to be asked to wait 7s", err)
	}
}

func goneIsTold(t *testing.T, p Platform) {
	Start(t, p, &Handler{})
	ready(t, p)
	if !p.Fail(Gone) {
		return
	}
	_, err := p.Adapter().Post(t.Context(), p.Channel(), chat.Key{ID: "k1"}, card("x"))
	var gone *chat.GoneError
	if !errors.As(err, &gone) || gone.Reason == "" || strings.Contains(err.Error(), p.Secret()) {
		t.Errorf("got %v, want a GoneError with a reason", err)
	}
}

// directIsSeenByOne: in the terminal everybody reads everything.
func directIsSeenByOne(t *testing.T, p Platform) {
	h := &Handler{OnClick: func(chat.Click) chat.Reply { return text("pressed") }}
	Start(t, p, h)
	ready(t, p)
	alice, platform := h.Calls()[0].(chat.Command).User, p.Adapter().Platform()
	ch, err := p.Adapter().Direct(t.Context(), alice)
	if err != nil || ch.Platform != platform {
		t.Fatalf("got %v, %v", ch, err)
	}
	if again, err := p.Adapter().Direct(t.Context(), chat.User{Platform: platform, Workspace: alice.Workspace, ID: alice.ID}); again != ch || err != nil {
		t.Errorf("by the ID only: got %v, %v, want %v", again, err, ch)
	}
	ref, err := p.Adapter().Post(t.Context(), ch, chat.Key{ID: "k1"}, card("for alice", abc...))
	if err != nil || ref.Channel != ch {
		t.Fatalf("posted as %+v, %v", ref, err)
	}
	shown := AwaitText(t, p, "alice", "for alice")
	if platform != "console" && count(p, "bob", "for alice") > 0 {
		t.Error("bob sees it")
	}
	p.Press("alice", shown, "B")
	AwaitText(t, p, "alice", "pressed")
	c := h.Calls()[1].(chat.Click)
	if c.User.ID != alice.ID || c.User.Workspace != alice.Workspace && c.User.Workspace != chat.Everywhere || c.Message.Channel != ch || c.Action != abc[1].Action {
		t.Errorf("the click is %+v", c)
	}
}

func messageHasAnAddress(t *testing.T, p Platform) {
	Start(t, p, &Handler{})
	ready(t, p)
	ref := post(t, p, "k1", card("x"))
	link, err := p.Adapter().Link(t.Context(), ref)
	if err != nil {
		t.Fatal(err)
	}
	if p.Adapter().Platform() == "console" {
		return
	}
	if spans := chat.Parse("[there](" + link + ")"); !strings.HasPrefix(link, "https://") || len(spans) != 1 || spans[0].URL != link {
		t.Errorf("got %q, want an address that a message can hold", link)
	}
	if link, err := p.Adapter().Link(t.Context(), chat.MessageRef{Channel: ref.Channel}); link != "" || err != nil {
		t.Errorf("of no message: got %q, %v", link, err)
	}
}
