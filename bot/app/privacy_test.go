package app

import (
	"slices"
	"strings"
	"testing"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/migrations/pgtest"
)

// press presses the button of a message with that label, as somebody.
func pressOf(t *testing.T, r *room, m chat.Message, label, who string) chat.Reply {
	t.Helper()
	for _, b := range m.Buttons() {
		if b.Label == label {
			return r.app.Click(t.Context(), chat.Click{Action: b.Action, User: someone(who), Message: chat.MessageRef{Channel: here, ID: "m0"}})
		}
	}
	t.Fatalf("no button %q in %+v", label, m)
	return chat.Reply{}
}

// known counts the columns with somebody's name.
func known(t *testing.T, r *room, name string) int {
	return len(pgtest.Traces(t, r.pool, name))
}

// TestPrivacyIsOnesOwn: buttons of somebody else's messages, forged ones and stale ones delete and show nothing.
func TestPrivacyIsOnesOwn(t *testing.T) {
	r := newRoom(t)
	for _, who := range []string{"alice", "bobby"} {
		r.do(t, who+": /ckad away 2026-11-22")
	}
	card := r.app.Command(t.Context(), chat.Command{Name: "ckad privacy", User: someone("alice"), Channel: here}).Message
	for _, label := range []string{"Export", "Hide me", "Delete me"} {
		if got := pressOf(t, r, card, label, "bobby"); !strings.Contains(got.Markdown(), "for somebody else") {
			t.Errorf("%s pressed by another: got %q", label, got.Markdown())
		}
	}
	sure := pressOf(t, r, card, "Delete me", "alice").Message
	if got := pressOf(t, r, sure, "Delete all about me", "bobby"); !strings.Contains(got.Markdown(), "for somebody else") {
		t.Errorf("Delete all about me pressed by another: got %q", got.Markdown())
	}
	for _, forged := range []string{"", ":", ":1", ":99999999999999999999", ":-5", ":4102444800"} {
		got := r.app.Click(t.Context(), chat.Click{Action: mine(verbForget, someone("alice")) + forged, User: someone("alice"), Message: chat.MessageRef{Channel: here, ID: "m0"}})
		if got.Card == nil || got.Card.Title != "Delete all about you?" {
			t.Errorf("forged %q: got %q, want to be asked", forged, got.Markdown())
		}
	}
	// A question that was asked long ago is asked again.
	r.mu.Lock()
	r.clock = r.clock.Add(16 * time.Minute)
	r.mu.Unlock()
	again := pressOf(t, r, sure, "Delete all about me", "alice")
	if again.Card == nil || again.Card.Title != "Delete all about you?" {
		t.Errorf("a stale button: got %q, want to be asked again", again.Markdown())
	}
	if known(t, r, "alice") == 0 || known(t, r, "bobby") == 0 {
		t.Fatal("somebody was deleted")
	}
	done := pressOf(t, r, again.Message, "Delete all about me", "alice")
	if !strings.Contains(done.Markdown(), "you are forgotten") {
		t.Errorf("got %q", done.Markdown())
	}
	if twice := pressOf(t, r, again.Message, "Delete all about me", "alice"); !strings.Contains(twice.Markdown(), "nothing stored") {
		t.Errorf("pressed twice: got %q", twice.Markdown())
	}
	if n := known(t, r, "alice"); n != 0 {
		t.Errorf("alice: got %d columns with her name, want none", n)
	}
	if known(t, r, "bobby") == 0 {
		t.Error("bobby was deleted, too")
	}
}

// TestWhoWasRenamedIsForgotten: what they decided under a name that they do not have any more is of nobody, too.
func TestWhoWasRenamedIsForgotten(t *testing.T) {
	r := newRoom(t)
	r.do(t, "alice: /ckad ask")
	var id string
	if err := r.pool.QueryRow(t.Context(), `SELECT question FROM quiz.round_question`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	zoe := someone("admin")
	zoe.ID, zoe.Name = "U-zoe", "Zoe Quimby"
	press := func(m chat.Message, label string) chat.Reply {
		t.Helper()
		for _, b := range m.Buttons() {
			if b.Label == label {
				return r.app.Click(t.Context(), chat.Click{Action: b.Action, User: zoe, Message: chat.MessageRef{Channel: here, ID: "m0"}})
			}
		}
		t.Fatalf("no button %q in %+v", label, m)
		return chat.Reply{}
	}
	say := func(name string, args map[string]string) chat.Reply {
		t.Helper()
		return r.app.Command(t.Context(), chat.Command{Name: name, Args: args, User: zoe, Channel: here})
	}
	say("ckad-admin question retire", map[string]string{"id": id})
	r.do(t, "alice: press A")
	r.do(t, "alice: press 🚩 Report")
	r.do(t, "alice: fill said=hm")
	press(say("ckad-admin reports", nil).Message, "Decline")
	for _, what := range []string{"Accept", "Decline"} {
		r.do(t, "alice: /ckad suggest pod")
		r.do(t, "alice: fill definition=The smallest thing that runs: "+what+"."+"; why="+what)
		press(say("ckad-admin suggestions", nil).Message, what)
	}
	form := say("ckad-admin term add", map[string]string{"term": "blast radius"}).Form
	r.app.Submit(t.Context(), chat.Submission{Action: form.Action, User: zoe, Channel: here, Values: map[string]string{"term": "blast radius", "definition": "What fails together."}})
	if n := known(t, r, "Quimby"); n < 6 {
		t.Fatalf("before: got %d columns with the old name, want more", n)
	}
	zoe.Name = "Zoe Zephyr"
	sure := press(say("ckad privacy", nil).Message, "Delete me")
	if done := press(sure.Message, "Delete all about me"); !strings.Contains(done.Markdown(), "you are forgotten") {
		t.Errorf("got %q", done.Markdown())
	}
	if left := pgtest.Traces(t, r.pool, "Quimby", "Zephyr", "U-zoe"); len(left) > 0 {
		t.Errorf("left in %q", left)
	}
}

// TestTheGlossaryForgets: who suggested, edited and accepted is in no table any more, what they wrote is.
func TestTheGlossaryForgets(t *testing.T) {
	r := newRoom(t)
	for _, line := range []string{
		"zacharias: /ckad suggest pod", "zacharias: fill definition=The smallest thing that runs.; why=shorter",
		"zacharias: /ckad suggest service", "zacharias: fill definition=A name for Pods.; why=shorter",
		"admin: /ckad-admin suggestions", "admin: press Accept",
		"admin: /ckad-admin term add blast radius", "admin: fill definition=What fails together.",
	} {
		r.do(t, line)
	}
	for _, who := range []string{"zacharias", "admin"} {
		if known(t, r, who) == 0 {
			t.Fatalf("%s is in no table before", who)
		}
		card := r.app.Command(t.Context(), chat.Command{Name: "ckad privacy", User: someone(who), Channel: here}).Message
		pressOf(t, r, pressOf(t, r, card, "Delete me", who).Message, "Delete all about me", who)
		left := slices.DeleteFunc(pgtest.Traces(t, r.pool, who), func(column string) bool { // "admin" is a word of the built-in glossary, too
			return strings.HasPrefix(column, "kb.entry.") && !strings.HasPrefix(column, "kb.entry.changed_by")
		})
		if len(left) > 0 {
			t.Errorf("%s is left in %q", who, left)
		}
	}
	if e, _ := r.app.glossary.Entry(here.Home(), "pod"); e.Definition != "The smallest thing that runs." {
		t.Errorf("the entry: got %q, want what was suggested", e.Definition)
	}
	history := r.app.Command(t.Context(), chat.Command{Name: "ckad-admin term history", Args: map[string]string{"term": "pod"}, User: someone("admin"), Channel: here}).Markdown()
	if strings.Count(history, "somebody who left") != 2 || strings.Count(history, "Version") > 1 {
		t.Errorf("the history of an entry: got\n%s\nwant one version, by nobody", history)
	}
}

// TestDeletingIsSureOnABotWhoseClockIsBehind: it asked once more, and so did each press until its clock had come that far.
func TestDeletingIsSureOnABotWhoseClockIsBehind(t *testing.T) {
	r := newRoom(t)
	alice := someone("alice")
	card := r.app.forgetCard(alice).Card
	behind := New(Config{Engine: r.app.engine, Log: r.app.log, Now: func() time.Time { return r.now().Add(-5 * time.Second) }})
	reply := behind.Click(t.Context(), chat.Click{Action: card.Buttons[0].Action, User: alice, Message: chat.MessageRef{Channel: here, ID: "m0"}})
	if want := "Done: you are forgotten."; reply.Card == nil || !strings.HasPrefix(reply.Card.Body, want) {
		t.Errorf("got %q, want first %q", reply.Markdown(), want)
	}
}
