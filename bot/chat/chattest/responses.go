package chattest

import (
	"testing"
	"time"

	"ckadbot/bot/chat"
)

// Responses checks what an adapter tells of its answers. Open makes a platform
// whose adapter tells them to told.
func Responses(t *testing.T, open func(t testing.TB, told func(chat.Response)) Platform) {
	all := make(chan chat.Response, 16)
	p := open(t, func(r chat.Response) { all <- r })
	Start(t, p, &Handler{
		OnCommand: func(c chat.Command) chat.Reply {
			if c.Name == "ckad define" {
				panic("broken")
			}
			return chat.Reply{Form: &chat.Form{Title: "Form", Action: "f", Inputs: []chat.Input{{Name: "n", Label: "Name"}}}}
		},
		OnClick: func(chat.Click) chat.Reply {
			<-p.Acknowledged()
			return text("slowly done")
		},
	})
	next := func(want chat.Response) chat.Response {
		t.Helper()
		select {
		case got := <-all:
			if got.Kind != want.Kind || got.Command != want.Command || got.Outcome != want.Outcome || got.First <= 0 || got.Answer < got.First {
				t.Errorf("got %+v, want %+v with a first sign and an answer", got, want)
			}
			return got
		case <-time.After(time.Minute):
			t.Fatalf("nothing is told of %+v", want)
			return chat.Response{}
		}
	}
	p.Type("alice", "/ckad help")
	form := Await(t, p, "alice", func(m Shown) bool { return m.Form })
	next(chat.Response{Kind: chat.DidCommand, Command: "ckad help", Outcome: chat.Answered})
	p.Fill("alice", form, map[string]string{"Name": "x"})
	next(chat.Response{Kind: chat.DidSubmit, Outcome: chat.Answered})
	p.Type("alice", "/ckad define pod")
	next(chat.Response{Kind: chat.DidCommand, Command: "ckad define", Outcome: chat.Failed})
	post(t, p, "q1", card("Question?", abc...))
	p.Press("bob", AwaitText(t, p, "bob", "Question?"), "A")
	if slow := next(chat.Response{Kind: chat.DidClick, Outcome: chat.Answered}); slow.Answer == slow.First {
		t.Errorf("a slow answer is told to be the first sign: %+v", slow)
	}
}
