package chattest

import (
	"bytes"
	"image"
	"image/png"
	"reflect"
	"slices"
	"strings"
	"testing"

	"ckadbot/bot/chat"
)

// pictured is a card with a picture of n by n pixels.
func pictured(body string, n int) chat.Message {
	m := card(body, abc...)
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, n, n))); err != nil {
		panic(err) // a buffer takes all
	}
	m.Card.Image = &chat.Image{PNG: b.Bytes(), Alt: "Ana has 3 points & \"4\" <answers>, " + body, Name: "stats.png"}
	return m
}

// shows tells whether the platform shows pictures in a message for all, and in an
// ephemeral one. A terminal shows none; Slack shows files to a whole channel only.
func shows(p Platform) (toAll, ephemeral bool) {
	platform := p.Adapter().Platform()
	return platform != "console", platform == "discord"
}

func pictureComesWithItsAlternative(t *testing.T, p Platform) {
	first, second, third := pictured("posted", 1), pictured("for all", 2), pictured("for alice", 3)
	Start(t, p, &Handler{OnCommand: func(c chat.Command) chat.Reply {
		if c.User.Name == "alice" {
			return chat.Reply{Message: third, Ephemeral: true}
		}
		return chat.Reply{Message: second}
	}})
	toAll, ephemeral := shows(p)
	post(t, p, "k1", first)
	p.Type("bob", "/ckad help")
	p.Type("alice", "/ckad help")
	for _, c := range []struct {
		person string
		m      chat.Message
		shown  bool
	}{{"bob", first, toAll}, {"alice", second, toAll}, {"alice", third, ephemeral}} {
		checkPicture(t, AwaitText(t, p, c.person, c.m.Card.Body), c.m, c.shown)
	}
}

// checkPicture wants that got says all that m says, with its picture if shown.
func checkPicture(t *testing.T, got Shown, m chat.Message, shown bool) {
	t.Helper()
	checkSaid(t, got, m.Card.Body)
	want := m.Image()
	if !shown {
		want = nil
	}
	if !reflect.DeepEqual(got.Image, want) {
		t.Errorf("%s: the picture is %+v, want %+v", m.Card.Body, got.Image, want)
	}
}

// checkSaid wants that got says all that card(body, abc...) does.
func checkSaid(t *testing.T, got Shown, body string) {
	t.Helper()
	for _, part := range []string{"Title", body, "Field", "Value", "Footer"} {
		if !strings.Contains(got.Text, part) {
			t.Errorf("%q lacks %q", got.Text, part)
		}
	}
	if want := []string{"A", "B", "C"}; !slices.Equal(got.Buttons, want) {
		t.Errorf("buttons are %q, want %q", got.Buttons, want)
	}
}

func editChangesThePicture(t *testing.T, p Platform) {
	Start(t, p, &Handler{OnClick: func(c chat.Click) chat.Reply {
		if c.Action == abc[0].Action {
			return chat.Reply{Message: pictured("in place", 4), Replace: true}
		}
		return chat.Reply{Message: card("in place, without", abc...), Replace: true}
	}})
	toAll, _ := shows(p)
	ref := post(t, p, "k1", pictured("before", 1))
	for _, m := range []chat.Message{pictured("after", 2), card("without", abc...), pictured("once more", 3)} {
		if err := p.Adapter().Edit(t.Context(), ref, m); err != nil {
			t.Fatal(err)
		}
		checkPicture(t, AwaitText(t, p, "bob", m.Card.Body), m, toAll && m.Image() != nil)
	}
	p.Press("bob", AwaitText(t, p, "bob", "once more"), "A")
	got := AwaitText(t, p, "alice", "in place")
	checkPicture(t, got, pictured("in place", 4), toAll)
	p.Press("bob", got, "B")
	checkPicture(t, AwaitText(t, p, "alice", "in place, without"), card("in place, without", abc...), false)
}

func nothingIsLostWithoutPicture(t *testing.T, p Platform) {
	Start(t, p, &Handler{OnCommand: func(chat.Command) chat.Reply { return chat.Reply{Message: pictured("for all", 2)} }})
	if !p.Fail(NoImages) {
		return
	}
	ref := post(t, p, "k1", pictured("posted", 1))
	checkPicture(t, AwaitText(t, p, "bob", "posted"), pictured("posted", 1), false)
	if err := p.Adapter().Edit(t.Context(), ref, pictured("edited", 1)); err != nil {
		t.Fatal(err)
	}
	checkPicture(t, AwaitText(t, p, "bob", "edited"), pictured("edited", 1), false)
	p.Type("alice", "/ckad help")
	checkPicture(t, AwaitText(t, p, "bob", "for all"), pictured("for all", 2), false)
}
