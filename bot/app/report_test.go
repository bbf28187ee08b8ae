package app

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// TestOnlyAdminsDecideAboutQuestions: whoever knows what the buttons and forms of admins say gets nothing for it.
func TestOnlyAdminsDecideAboutQuestions(t *testing.T) {
	r := newRoom(t)
	for _, line := range []string{"alice: /ckad ask pods", "alice: press A", "alice: press 🚩 Report", "alice: fill said=wrong", "admin: /ckad-admin reports"} {
		r.do(t, line)
	}
	queue := r.shown[len(r.shown)-1].m
	if len(queue.Buttons()) != 5 {
		t.Fatalf("the queue: got %+v, want one question with its five buttons", queue)
	}
	id := strings.Split(queue.Buttons()[0].Action, ":")[2]
	press := func(who, action string) chat.Reply {
		return r.app.Click(t.Context(), chat.Click{Action: action, User: someone(who), Message: chat.MessageRef{Channel: here, ID: "m0"}})
	}
	for _, b := range queue.Buttons() {
		if reply := press("alice", b.Action); reply.Text != adminsOnly.Text {
			t.Errorf("alice presses %s: got %+v, want a refusal", b.Label, reply)
		}
	}
	for _, action := range []string{verbRestore + ":" + id + ":0:0", verbVersions + ":" + id} {
		if reply := press("alice", action); reply.Text != adminsOnly.Text {
			t.Errorf("alice presses %s: got %+v, want a refusal", action, reply)
		}
	}
	form := chat.Submission{Action: questionForm + ":" + id + ":0", Values: map[string]string{"text": "Is it mine?", "key": "B"}, User: someone("alice"), Channel: here}
	if reply := r.app.Submit(t.Context(), form); reply.Text != adminsOnly.Text {
		t.Errorf("alice hands in the form: got %+v, want a refusal", reply)
	}
	s, err := r.app.engine.Question(t.Context(), here.Home(), id)
	if err != nil || s.Number != 0 || len(s.Reports) != 1 {
		t.Errorf("the question: got %+v, %v, want it as it was, and reported", s, err)
	}
	// An admin of another workspace decides about that one only.
	stranger := someone("admin")
	stranger.Workspace = "elsewhere"
	r.app.Click(t.Context(), chat.Click{Action: verbRetire + ":" + id + ":0", User: stranger, Message: chat.MessageRef{Channel: here, ID: "m0"}})
	if s, err := r.app.engine.Question(t.Context(), here.Home(), id); err != nil || s.Retired {
		t.Errorf("after an admin of another workspace retired it there: got %+v, %v, want it asked here", s, err)
	}
}

// TestASecondAdminIsToldOfTheFirst: buttons name the version that was seen.
func TestASecondAdminIsToldOfTheFirst(t *testing.T) {
	r := newRoom(t)
	press := func(action string) chat.Reply {
		return r.app.Click(t.Context(), chat.Click{Action: action, User: someone("admin"), Message: chat.MessageRef{Channel: here, ID: "m0"}})
	}
	press(verbRetire + ":pods-0:0")
	if reply := press(verbRetire + ":pods-0:0"); !strings.Contains(reply.Markdown(), "Nothing was changed: **pods-0** was changed by Admin") {
		t.Errorf("the same button again: got %q, want who was quicker", reply.Markdown())
	}
	form := chat.Submission{Action: questionForm + ":pods-0:0", User: someone("admin"), Channel: here,
		Values: map[string]string{"text": "Which one is right?", "choices": "one\ntwo", "key": "B", "explanation": strings.Repeat("because ", 10)}}
	if reply := r.app.Submit(t.Context(), form); !strings.Contains(reply.Text, "was changed by Admin") || !strings.Contains(reply.Text, "Which one is right?") {
		t.Errorf("a form from before: got %q, want who was quicker and what was typed", reply.Text)
	}
}

// TestTheLongestReportsFit: whatever people write, cards about it are within the limits of all platforms.
func TestTheLongestReportsFit(t *testing.T) {
	for name, letter := range map[string]string{"plain": "x", "markup": "<", "emoji": "😀", "accents": "é"} {
		long := func(n int) string { return strings.Repeat(letter, n) }
		for _, kind := range quiz.QuestionKinds() {
			q := quiz.Question{ID: strings.Repeat("q", 60), Domain: "D1", Kind: kind, Text: long(quiz.MaxText), Code: long(quiz.MaxCode), Explanation: long(quiz.MaxExplanation), Doc: "/docs/" + strings.Repeat("x", 280) + "/"}
			switch kind {
			case quiz.Typed:
				for i := range quiz.MaxAnswers {
					q.Answers = append(q.Answers, long(quiz.MaxAnswer-1)+fmt.Sprint(i))
				}
			case quiz.TrueFalse:
				q.Choices = []string{"True", "False"}
			default:
				for i := range quiz.MaxChoices {
					q.Choices = append(q.Choices, long(quiz.MaxChoice-1)+fmt.Sprint(i))
				}
				q.Key = q.Pick(0)
				if kind == quiz.Order {
					q.Key = 119
				}
			}
			s := quiz.QuestionState{Version: quiz.Version{Question: q, Number: 1 << 30, Own: true, Retired: true}, Gone: true, NewBank: true, Bank: q, Rounds: 9, VoidRounds: 8}
			for range 10 {
				s.Reports = append(s.Reports, quiz.Said{By: long(80), Text: long(500), Choices: q.Choices})
				s.Asked = append(s.Asked, quiz.Asked{Round: 1 << 60, Kind: quiz.KindSeries, Series: long(40), Opens: time.Now(), Voided: true})
			}
			correction := quiz.Correction{Text: q.Text, Was: long(700), Now: long(700), Why: long(500), Answers: 1 << 30, Players: 1 << 30}
			body, err := json.Marshal([]quiz.Correction{correction, correction, correction})
			if err != nil {
				t.Fatal(err)
			}
			news, err := corrections(quiz.Notice{Body: body})
			if err != nil {
				t.Fatal(err)
			}
			for what, m := range map[string]interface{ Validate() error }{
				"queue": reportCard(s, 1<<30, long(1800)),
				"form":  questionEditor(s.Version),
				"line":  chat.Message{Text: questionVersionLine(quiz.Version{Number: 1 << 30, Act: quiz.ActEdit, Question: q, By: long(80), Why: long(500), Answers: 1 << 30})},
				"news":  news,
				"done":  chat.Message{Text: done(quiz.Version{Act: quiz.ActEdit, Question: q, Answers: 1 << 30, Players: 1 << 30, Untouched: 1 << 30})},
			} {
				if err := m.Validate(); err != nil {
					t.Errorf("%s, %s, %s: %v", name, kind.Name(), what, err)
				}
			}
		}
	}
}
