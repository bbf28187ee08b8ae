package quiz

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// remind has people reminded of the series "daily".
func (w *world) remind(names ...string) {
	w.t.Helper()
	for _, name := range names {
		if _, err := w.RemindOn(w.t.Context(), RemindRequest{Workspace: ws, Channel: general, By: person(name)}); err != nil {
			w.t.Fatalf("RemindOn of %s: %v", name, err)
		}
	}
}

// reminded are the users to whom the desk has said a reminder.
func (d *desk) reminded() (users []string) {
	for _, n := range d.said {
		users = append(users, n.To.User)
	}
	return users
}

func reminderIn(t *testing.T, n Notice) (r Reminder) {
	t.Helper()
	if err := json.Unmarshal(n.Body, &r); err != nil {
		t.Fatalf("body %s: %v", n.Body, err)
	}
	return r
}

func TestReminderComesOnceToThoseWhoAskedAndHaveNotAnswered(t *testing.T) {
	w := newWorld(t, 10)
	s := daily("daily", general, random)
	s.Questions = 2
	w.mustCreate(s)
	w.remind("ada", "bob", "cleo", "cleo")
	w.clock.set(w.only().Next)
	d := &desk{}
	w.settle(d)
	r := d.posted[0].Round
	w.click(r, general, "ada", 0, "right")
	w.click(r, general, "ada", 1, "wrong")
	w.click(r, general, "bob", 1, "wrong")
	w.click(r, general, "dora", 0, "wrong")

	due := r.Closes.Add(-2 * time.Hour) // of seven and a half
	w.clock.set(due.Add(-time.Microsecond))
	if w.settle(d); len(d.said) != 0 {
		t.Fatalf("before its time: got %v", d.reminded())
	}
	w.clock.set(due)
	w.settle(d)
	w.clock.add(time.Hour)
	w.settle(d)
	if diff := cmp.Diff([]string{"U-bob", "U-cleo"}, d.reminded()); diff != "" {
		t.Fatalf("reminded (-want +got):\n%s", diff)
	}
	n, want := d.said[0], Reminder{Round: r.ID, Player: 2, Series: "daily", Closes: r.Closes, Open: 1, Of: 2, Channel: general}
	for _, p := range d.posted {
		if p.Channel == general {
			want.Message = "message " + p.Key
		}
	}
	if diff := cmp.Diff(want, reminderIn(t, n)); diff != "" || n.Kind != NoticeReminder || n.Channel != "" || n.To.Workspace != ws {
		t.Errorf("bob's reminder: got %+v, differs (-want +got):\n%s", n, diff)
	}
	w.clock.set(r.Opens.Add(24 * time.Hour))
	w.settle(d)
	w.clock.set(due.Add(24 * time.Hour))
	if w.settle(d); len(d.said) != 5 {
		t.Errorf("the day after, to all three: got %v", d.reminded()[2:])
	}
}

func TestReminderComesWhenHalfOfAShortRoundIsLeft(t *testing.T) {
	w := newWorld(t, 10)
	s := daily("daily", general)
	s.Closes = s.Opens + 60
	w.mustCreate(s)
	w.remind("ada")
	s = w.only()
	w.clock.set(s.Next)
	d := &desk{}
	w.settle(d)
	w.clock.set(s.Next.Add(30*time.Minute - time.Microsecond))
	if w.settle(d); len(d.said) != 0 {
		t.Error("it came before half of the time was over")
	}
	w.clock.add(time.Microsecond)
	if w.settle(d); len(d.said) != 1 {
		t.Errorf("when half of the time is left: got %d, want 1", len(d.said))
	}
}

func TestReminderDoesNotComeAfterTheClose(t *testing.T) {
	w := newWorld(t, 10)
	w.mustCreate(daily("daily", general))
	w.remind("ada")
	w.clock.set(w.only().Next)
	d := &desk{onSay: func(Notice) error { return errors.New("the line is bad") }}
	w.settle(d)
	r := d.posted[0].Round
	w.clock.set(r.Closes.Add(-time.Second))
	w.settle(d)
	d.onSay = nil
	w.clock.set(r.Closes)
	w.settle(d)
	w.clock.add(time.Hour)
	if w.settle(d); len(d.said) != 1 {
		t.Errorf("attempts: got %d, want the one before the close", len(d.said))
	}
}

func TestReminderOfARoundThatOpenedLateIsLeftOutWhenItsTimeIsOver(t *testing.T) {
	w := newWorld(t, 10)
	s := daily("daily", general)
	s.Closes = s.Opens + 60
	s = w.mustCreate(s)
	w.remind("ada")
	w.clock.set(s.Next.Add(40 * time.Minute))
	d := &desk{}
	if w.settle(d); len(d.posted) != 1 || len(d.said) != 0 {
		t.Errorf("got %d posts and %d reminders, want the post only", len(d.posted), len(d.said))
	}
}

func TestReminderAskedForWhileTheRoundIsOpen(t *testing.T) {
	w := newWorld(t, 10)
	r, d := w.openDaily(daily("daily", general))
	w.remind("ada")
	w.clock.set(r.Closes.Add(-2 * time.Hour))
	w.settle(d)
	w.remind("bob") // who sees the round just now
	w.remind("ada")
	w.clock.add(time.Minute)
	w.settle(d)
	if diff := cmp.Diff([]string{"U-ada"}, d.reminded()); diff != "" {
		t.Errorf("reminded (-want +got):\n%s", diff)
	}
}

func TestReminderIsTurnedOff(t *testing.T) {
	for name, off := range map[string]func(w *world, r Round) error{
		"by its name": func(w *world, _ Round) error {
			_, err := w.RemindOff(t.Context(), RemindRequest{Workspace: ws, Channel: "test/W1/elsewhere", Series: " DAILY", By: person("ada")})
			return err
		},
		"in its channel": func(w *world, _ Round) error {
			_, err := w.RemindOff(t.Context(), RemindRequest{Workspace: ws, Channel: general, By: person("ada")})
			return err
		},
		"by the round that a reminder names": func(w *world, r Round) error {
			name, err := w.StopReminding(t.Context(), ws, r.ID, person("ada"))
			if name != "daily" {
				t.Errorf("series: got %q, want daily", name)
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, 10)
			w.mustCreate(daily("daily", general))
			w.remind("ada", "bob")
			w.clock.set(w.only().Next)
			d := &desk{}
			w.settle(d)
			r := d.posted[0].Round
			for range 2 { // twice is fine
				if err := off(w, r); err != nil {
					t.Fatal(err)
				}
			}
			w.clock.set(r.Closes.Add(-time.Hour))
			w.settle(d)
			if diff := cmp.Diff([]string{"U-bob"}, d.reminded()); diff != "" {
				t.Errorf("reminded (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReminderIsForASeries(t *testing.T) {
	w := newWorld(t, 10)
	on := func(channel, name string) error {
		_, err := w.RemindOn(t.Context(), RemindRequest{Workspace: ws, Channel: channel, Series: name, By: person("ada")})
		return err
	}
	if err := on(general, ""); !isInvalid(err) || !strings.Contains(err.Error(), "no recurring quiz in this channel") {
		t.Errorf("where there is none: got %v", err)
	}
	w.mustCreate(daily("daily", general))
	w.mustCreate(daily("weekly", general))
	if err := on(general, ""); !isInvalid(err) || !strings.Contains(err.Error(), "give the name of one: daily, weekly") {
		t.Errorf("where there are two: got %v", err)
	}
	if err := on(general, "monthly"); !errors.Is(err, ErrNoSeries) {
		t.Errorf("an unknown one: got %v, want ErrNoSeries", err)
	}
	if err := on(random, "weekly"); err != nil {
		t.Errorf("by name, elsewhere: got %v", err)
	}
	if _, err := w.StopReminding(t.Context(), ws, 999, person("ada")); !errors.Is(err, ErrNoRound) {
		t.Errorf("a round that is not there: got %v, want ErrNoRound", err)
	}
	asked := w.mustAsk(general, "ada")
	if _, err := w.StopReminding(t.Context(), ws, asked.ID, person("ada")); !errors.Is(err, ErrNoRound) {
		t.Errorf("a round of no series: got %v, want ErrNoRound", err)
	}
}

func TestWhoTakesNoMessagesIsNotRemindedAgain(t *testing.T) {
	w := newWorld(t, 10)
	w.mustCreate(daily("daily", general))
	w.remind("ada", "bob")
	w.clock.set(w.only().Next)
	d := &desk{onSay: func(n Notice) error {
		if n.To.User == "U-ada" {
			return &GoneError{Reason: "This person does not accept messages from me."}
		}
		return nil
	}}
	w.settle(d)
	r := d.posted[0].Round
	for range 2 {
		w.clock.set(r.Closes.Add(-time.Hour))
		w.settle(d)
		w.clock.set(r.Opens.Add(24 * time.Hour))
		w.settle(d)
		r = d.posted[len(d.posted)-1].Round
	}
	if diff := cmp.Diff([]string{"U-ada", "U-bob", "U-bob"}, d.reminded()); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
}

func TestReminderOfASeriesThatWasRemovedMeanwhile(t *testing.T) {
	w := newWorld(t, 10)
	w.mustCreate(daily("daily", general))
	w.remind("ada")
	w.clock.set(w.only().Next)
	d := &desk{}
	w.settle(d)
	if err := w.RemoveSeries(t.Context(), ws, "daily"); err != nil {
		t.Fatal(err)
	}
	w.clock.set(d.posted[0].Round.Closes.Add(-time.Hour))
	if w.settle(d); len(d.said) != 1 {
		t.Errorf("reminders of its last round: got %d, want 1", len(d.said))
	}
}

func TestNobodyIsRemindedOfWhatTheyCannotSee(t *testing.T) {
	w := newWorld(t, 10)
	w.mustCreate(daily("daily", general))
	w.remind("ada")
	w.clock.set(w.only().Next)
	d := &desk{onPost: func(Post) error { return ErrGone }}
	w.settle(d)
	w.clock.set(d.posted[0].Round.Closes.Add(-time.Hour))
	if w.settle(d); len(d.said) != 0 {
		t.Errorf("reminders of a round that was never posted: got %d, want none", len(d.said))
	}
}

func TestReminderSaysWhereTheRoundIsForThem(t *testing.T) {
	w := newWorld(t, 10)
	w.mustCreate(daily("daily", general, random, "other/W9/c"))
	_, err := w.RemindOn(t.Context(), RemindRequest{Workspace: ws, Channel: "test/W1/no-quiz-here", Series: "daily", By: person("ada")})
	if err != nil {
		t.Fatal(err)
	}
	w.clock.set(w.only().Next)
	d := &desk{}
	w.settle(d)
	w.clock.set(d.posted[0].Round.Closes.Add(-time.Hour))
	w.settle(d)
	if got := reminderIn(t, d.said[0]).Channel; got != general { // the first of the two in their workspace
		t.Errorf("channel: got %q, want %q", got, general)
	}
}

// shareDaily makes a series "daily" in another workspace and posts it in a channel of ours, too.
func (w *world) shareDaily(channel string) {
	w.t.Helper()
	s := daily("daily", "test/W2/quiz")
	s.Workspace = "test/W2"
	w.mustCreate(s)
	code, err := w.ShareSeries(w.t.Context(), s.Workspace, s.Name)
	if err == nil {
		_, err = w.JoinShared(w.t.Context(), code, channel, person("admin"))
	}
	if err != nil {
		w.t.Fatalf("share a series: %v", err)
	}
}

func TestAReminderGoesToWhereItWasAskedForLast(t *testing.T) {
	w := newWorld(t, 10)
	w.mustLink(person("ada"), far("ada"))
	_, d := w.openDaily(daily("daily", general, "far/G1/quiz"))
	w.remind("ada")
	if _, err := w.RemindOn(t.Context(), RemindRequest{Workspace: "far/G1", Channel: "far/G1/quiz", By: far("ada")}); err != nil {
		t.Fatal(err)
	}
	w.clock.set(d.posted[0].Round.Closes.Add(-time.Hour))
	w.settle(d)
	var homes []string
	for _, n := range d.said {
		if n.Kind == NoticeReminder { // not that they are joined
			homes = append(homes, n.To.Workspace)
		}
	}
	if diff := cmp.Diff([]string{far("ada").Workspace}, homes); diff != "" {
		t.Errorf("reminded in (-want +got):\n%s", diff)
	}
}
