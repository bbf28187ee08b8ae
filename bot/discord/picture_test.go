package discord

import (
	"errors"
	"net/http"
	"testing"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
)

var pictured = chat.Message{Card: &chat.Card{Body: "3 points", Image: &chat.Image{PNG: []byte("\x89PNG\r\n\x1a\n"), Alt: "Ana has 3 points.", Name: "stats.png"}}}

func TestLateAnswersHaveTheirPicture(t *testing.T) {
	f := open(t)
	chattest.Start(t, f, &chattest.Handler{OnCommand: func(c chat.Command) chat.Reply {
		return slowly(f, chat.Reply{Message: pictured, Ephemeral: c.User.Name == "alice"})
	}})
	for _, person := range []string{"alice", "bob"} {
		f.Type(person, "/ckad help")
		if got := chattest.AwaitText(t, f, person, "3 points"); got.Image == nil || got.Image.Alt != "Ana has 3 points." {
			t.Errorf("%s sees %+v, want it with the picture", person, got)
		}
	}
	if c := f.Complaints(); len(c) > 0 {
		t.Errorf("complaints: %q", c)
	}
}

func TestRefusedPictureIsLeftOut(t *testing.T) {
	for name, tc := range map[string]struct {
		status int
		body   string
		posts  int
		err    any // where errors.As finds it; nil: it is posted
	}{
		"not permitted":       {http.StatusForbidden, `{"code":50013,"message":"Missing Permissions"}`, 2, nil},
		"too large":           {http.StatusRequestEntityTooLarge, `<html>`, 2, nil},
		"malformed":           {http.StatusBadRequest, `{"code":50035,"message":"Invalid Form Body"}`, 2, nil},
		"channel not seen":    {http.StatusForbidden, `{"code":50001,"message":"Missing Access"}`, 1, new(*chat.GoneError)},
		"asked to wait":       {http.StatusTooManyRequests, `{"retry_after":7,"global":false}`, 1, new(*chat.RetryError)},
		"perhaps it is there": {http.StatusBadGateway, `<html>`, 1, new(*chat.UncertainError)},
	} {
		t.Run(name, func(t *testing.T) {
			f := open(t)
			f.Answer("POST", "/messages", tc.status, tc.body, nil)
			_, err := f.adapter.Post(t.Context(), f.Channel(), chat.Key{ID: "k"}, pictured)
			if n := posts(f); n != tc.posts {
				t.Errorf("%d requests, want %d", n, tc.posts)
			}
			if tc.err != nil {
				if !errors.As(err, tc.err) {
					t.Errorf("got %v, want a %T", err, tc.err)
				}
				return
			}
			if got := chattest.AwaitText(t, f, "bob", "3 points"); err != nil || got.Image != nil {
				t.Errorf("bob sees %+v (%v), want it without a picture", got, err)
			}
		})
	}
}

func TestMessagesWithoutPicturesAreNoForms(t *testing.T) {
	f := open(t)
	post(t, f, "plain", question)
	post(t, f, "pictured", pictured)
	calls := f.Calls()
	if calls[0].ContentType != "application/json" || calls[0].Files != 0 || calls[1].Files != 1 {
		t.Errorf("got %+v", calls)
	}
	if ref := post(t, f, "pictured", pictured); len(f.Calls()) != 3 || ref.ID == "" {
		t.Errorf("posted again as %+v", ref)
	}
	if messages, _ := f.Sees("bob"); len(messages) != 2 {
		t.Errorf("bob sees %+v, want two messages: the key was the same", messages)
	}
}
