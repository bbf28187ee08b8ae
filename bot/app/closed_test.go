package app

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ckadbot/bot/chat"
)

// overRounds plays one round of each kind until all are over.
func overRounds(t *testing.T) *room {
	t.Helper()
	r := newRoom(t)
	for _, line := range []string{
		"alice: /ckad mock 10", "alice: press Start", "alice: press B", "clock 2026-11-20 08:21",
		"alice: /ckad ask probes", "alice: press A", "alice: /ckad ask typing", "alice: press Answer", "alice: press Type the answer", "alice: fill answer=kubelet",
		"alice: /ckad ask choosing", "alice: press Answer", "alice: press A", "clock 2026-11-20 08:35 3",
		"admin: /ckad-admin series create name=one time=09:30 close=10:00 days=daily zone=UTC topic=pods",
		"admin: /ckad-admin series create name=three time=09:30 close=10:00 days=daily zone=UTC questions=3 change=yes",
		"clock 2026-11-20 09:30 2", "alice: press Start", "alice: press A", "alice: press A", "alice: press A", "alice: press Go over my answers", "clock 2026-11-20 10:00 2",
		"admin: /ckad-admin series pause one", "admin: /ckad-admin series pause three", "alice: /ckad practice helm 2", "alice: press A",
		"alice: /ckad challenge @bob 2", "bob: press Accept", "alice: press Start", "alice: press A",
		"alice: /ckad challenge @dave 2", "alice: /ckad challenge @carol 2", "carol: press Decline",
		"clock 2026-11-21 10:05 4", // the declined one, the one with nobody's answer, and the other with its result
	} {
		r.do(t, line)
	}
	return r
}

// TestNoDeadButtonRemains: what can be pressed on a message of a round that is over does something.
func TestNoDeadButtonRemains(t *testing.T) {
	r := overRounds(t)
	now := map[string]shown{} // each message as it is
	for _, s := range r.shown {
		if s.to == "" || s.direct {
			now[s.id] = s
		}
	}
	pressed := map[string]bool{}
	for _, s := range now {
		for _, b := range s.m.Buttons() {
			if b.Disabled {
				continue
			}
			verb, _, _ := strings.Cut(b.Action, ":")
			pressed[verb] = true
			if reply := r.pressed(t, "alice", s, b); reply.Form == nil && reply.Card == nil {
				t.Errorf("%q on %q: got %q, want what the button promises", b.Label, s.m.Card.Title, reply.Text)
			}
		}
	}
	if diff := cmp.Diff(map[string]bool{verbReport: true, verbWhy: true, verbResult: true}, pressed); diff != "" {
		t.Errorf("pressed (-want +got):\n%s", diff)
	}
}

// TestOldButtonsAreAnswered: weeks later whoever presses a button of a round, on a message of theirs or of all as it was
// at any time, is told that it is over, and nothing comes of it.
func TestOldButtonsAreAnswered(t *testing.T) {
	r := overRounds(t)
	r.mu.Lock()
	r.clock = r.clock.AddDate(0, 0, 40)
	all := slices.Clone(r.shown)
	r.mu.Unlock()
	before, clear := r.played(t), regexp.MustCompile(`closed|is over|is for somebody else|[Tt]he (answer|right order) is`)
	pressed := map[string]bool{}
	for _, s := range all {
		for _, b := range s.m.Buttons() {
			verb, _, _ := strings.Cut(b.Action, ":")
			if roundNumbers[verb] == 0 || verb == verbMock { // mock begins a new one
				continue
			}
			for _, who := range []string{"alice", "bob", "erin"} {
				if s.to != "" && s.to != who {
					continue
				}
				pressed[verb] = true
				reply := r.pressed(t, who, s, b)
				if form := reply.Form; form != nil && verb == verbReport {
					continue // what is wrong with a question can be said later, too
				}
				if isResult := verb == verbResult || verb == verbFinish; !clear.MatchString(reply.Markdown()) && !isResult || reply.Form != nil {
					t.Errorf("%s presses %q (%s): got %q, want to be told that it is over", who, b.Label, verb, reply.Markdown())
				}
				if live := reply.Card != nil && verb != verbResult && verb != verbFinish && slices.ContainsFunc(reply.Buttons(), answers); live {
					t.Errorf("%s presses %q (%s): got %+v, want no button to answer with", who, b.Label, verb, reply.Buttons())
				}
				if s.to != "" && verb != verbWhy && verb != verbWrong && verb != verbResult && !reply.Replace {
					t.Errorf("%s presses %q (%s) on a card of theirs: it stays, though nothing on it can be pressed", who, b.Label, verb)
				}
			}
		}
	}
	for _, verb := range []string{verbAnswer, verbStep, verbPick, verbType, verbStart, verbAccept, verbDecline, verbSkip, verbFinish, verbResult, verbWhy, verbReport, verbReview} {
		if !pressed[verb] {
			t.Errorf("no button with %q was pressed", verb)
		}
	}
	if diff := cmp.Diff(before, r.played(t)); diff != "" {
		t.Errorf("the database has changed (-before +after):\n%s", diff)
	}
}

// answers tells whether a button gives an answer.
func answers(b chat.Button) bool {
	verb, _, _ := strings.Cut(b.Action, ":")
	return slices.Contains([]string{verbAnswer, verbStep, verbPick, verbType}, verb)
}

func (r *room) pressed(t *testing.T, who string, s shown, b chat.Button) chat.Reply {
	t.Helper()
	reply := r.app.Click(t.Context(), chat.Click{Action: b.Action, User: someone(who), Message: chat.MessageRef{Channel: here, ID: s.id}})
	if err := reply.Validate(); err != nil {
		t.Errorf("%s presses %q: %v", who, b.Label, err)
	}
	return reply
}

// played is what people did in rounds.
func (r *room) played(t *testing.T) (counts [3]int) {
	t.Helper()
	err := r.pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM quiz.answer), (SELECT count(*) FROM quiz.round), (SELECT count(*) FROM quiz.report)`).
		Scan(&counts[0], &counts[1], &counts[2])
	if err != nil {
		t.Fatal(err)
	}
	return counts
}
