package chattest

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"ckadbot/bot/chat"
)

func fileIsGivenToOne(t *testing.T, p Platform) {
	h := &Handler{}
	Start(t, p, h)
	ready(t, p)
	alice := h.Calls()[0].(chat.Command).User
	f := chat.File{Name: "ckadbot-data.json", Content: []byte(`{"said": "` + strings.Repeat("<@everyone> & \U0001F680 ", 100_000) + `"}`), Comment: "All about you, <@everyone>"}
	where, err := p.Adapter().Hand(t.Context(), alice, f)
	if err != nil || where == "" {
		t.Fatalf("got %q, %v", where, err)
	}
	if p.Adapter().Platform() == "console" {
		defer os.Remove(where)
		got, err := os.ReadFile(where)
		if err != nil || !bytes.Equal(got, f.Content) {
			t.Errorf("%s: got %d bytes, %v, want %d", where, len(got), err, len(f.Content))
		}
		if about, err := os.Stat(where); err != nil || about.Mode().Perm() != 0o600 {
			t.Errorf("%s: got %v, %v, want a file that nobody else may read", where, about.Mode(), err)
		}
		return
	}
	got := AwaitText(t, p, "alice", "All about you")
	if got.Image == nil || got.Image.Name != f.Name || !bytes.Equal(got.Image.PNG, f.Content) {
		t.Errorf("alice sees %+v, want the file", got)
	}
	if len(got.Pings) > 0 || count(p, "bob", "All about you") > 0 {
		t.Errorf("others are notified or see it: %v", got.Pings)
	}
	for _, bad := range []chat.File{{}, {Name: "../x.json", Content: f.Content, Comment: "x"}, {Name: "x.json", Content: make([]byte, chat.MaxFile+1), Comment: "x"}, {Name: "x.json", Content: []byte("\xff"), Comment: "x"}} {
		if _, err := p.Adapter().Hand(t.Context(), alice, bad); err == nil {
			t.Errorf("%q of %d bytes: got no error", bad.Name, len(bad.Content))
		}
	}
}

func whoIsNoMemberIsTold(t *testing.T, p Platform) {
	h := &Handler{}
	Start(t, p, h)
	ready(t, p)
	alice := h.Calls()[0].(chat.Command).User
	if member, err := p.Adapter().Member(t.Context(), alice); err != nil || !member {
		t.Errorf("alice: got %v, %v, want a member", member, err)
	}
	alice.ID = "9" + alice.ID[1:]
	if member, err := p.Adapter().Member(t.Context(), alice); p.Adapter().Platform() != "console" && (err != nil || member) {
		t.Errorf("somebody unknown: got %v, %v, want no member", member, err)
	}
}
