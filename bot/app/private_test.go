package app

import (
	"slices"
	"strings"
	"testing"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// TestNobodyElseIsInAPrivateRound: whoever finds out what the buttons of somebody's own round say gets nothing for it.
func TestNobodyElseIsInAPrivateRound(t *testing.T) {
	r := newRoom(t)
	for _, line := range []string{
		"bob: /ckad practice helm 1", "bob: press A", // plays here
		"alice: /ckad practice choosing 1", "alice: press A", "alice: /ckad practice pods 3", "alice: press Start new", "alice: press A",
		"alice: /ckad mock 10", "alice: press Start", "alice: press B", "alice: press Skip", "alice: press Finish", "alice: press Go on",
		"alice: press Finish", "alice: press Finish now", "alice: press Show what was wrong",
	} {
		r.do(t, line)
	}
	tried := map[string]bool{}
	for _, s := range r.shown {
		for _, b := range s.m.Buttons() {
			verb, rest, _ := strings.Cut(b.Action, ":")
			if s.to != "alice" || verb == verbMock || !strings.HasPrefix(rest, here.Home()+":") { // a mock exam of their own
				continue
			}
			tried[verb] = true
			for _, name := range []string{"bob", "mallory"} {
				reply := r.app.Click(t.Context(), chat.Click{Action: b.Action, User: someone(name), Message: chat.MessageRef{Channel: here, ID: s.id}})
				if !reply.Ephemeral || len(reply.Buttons()) > 0 || reply.Form != nil ||
					reply.Text != stale.Text && !strings.HasPrefix(reply.Text, "This question is not open here.") {
					t.Errorf("%s presses %q: got %+v, want nothing about the round", name, b.Action, reply)
				}
			}
		}
	}
	for _, verb := range []string{verbStep, verbPick, verbStart, verbSkip, verbFinish, verbWhy, verbWrong} {
		if !tried[verb] {
			t.Errorf("no button with %q was shown", verb)
		}
	}
}

func TestWhatWasTakenBackIsNeitherRightNorWrong(t *testing.T) {
	p := quiz.Progress{Choices: []int{0, 1, 1, -1}}
	p.Round.Questions = []quiz.Question{{}, {}, {Voided: true}, {}}
	right, wrong := byResult(p)
	if right != 1 || !slices.Equal(wrong, []int{1}) {
		t.Errorf("got %d right and %v wrong, want 1 and [1]", right, wrong)
	}
}

// TestNothingIsWrongAnyMore: what was shown as wrong was taken back since.
func TestNothingIsWrongAnyMore(t *testing.T) {
	r := newRoom(t)
	for _, line := range []string{"alice: /ckad mock 10", "alice: press Start", "alice: press Finish", "alice: press Finish now"} {
		r.do(t, line)
	}
	result := r.shown[len(r.shown)-1]
	for _, q := range testBank() {
		r.do(t, "admin: /ckad-admin question void "+q.ID)
	}
	for _, b := range result.m.Buttons() {
		if b.Label != "Show what was wrong" {
			continue
		}
		reply := r.pressed(t, "alice", result, b)
		if want := "There is no such answer any more"; !strings.Contains(reply.Text, want) {
			t.Errorf("got %q, want %q", reply.Markdown(), want)
		}
		return
	}
	t.Fatalf("no button shows what was wrong: %+v", result.m.Buttons())
}
