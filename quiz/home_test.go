package quiz

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestUnansweredAreOpenRoundsWithQuestionsLeft(t *testing.T) {
	w := newWorld(t, 10)
	s := daily("daily", general, random)
	s.Questions = 2
	w.mustCreate(s)
	left := func(name string) []Unanswered {
		t.Helper()
		open, err := w.Unanswered(t.Context(), person(name))
		if err != nil {
			t.Fatal(err)
		}
		return open
	}
	if got := left("ada"); len(got) != 0 {
		t.Errorf("before the first round: got %+v, want nothing", got)
	}
	w.clock.set(w.only().Next)
	d := &desk{}
	w.settle(d)
	r := d.posted[0].Round
	want := []Unanswered{{Workspace: ws, Round: r.ID, Series: "daily", Closes: r.Closes, Open: 2, Of: 2, Channels: []string{general, random}}}
	if diff := cmp.Diff(want, left("ada")); diff != "" {
		t.Errorf("for somebody new (-want +got):\n%s", diff)
	}
	w.click(r, general, "ada", 0, "right")
	want[0].Open = 1
	if diff := cmp.Diff(want, left("ada")); diff != "" {
		t.Errorf("after one of two (-want +got):\n%s", diff)
	}
	w.click(r, general, "ada", 1, "wrong")
	if got := left("ada"); len(got) != 0 {
		t.Errorf("after both: got %+v, want nothing", got)
	}
	stranger := person("ada")
	stranger.Workspace = "slack/T-other"
	if got, err := w.Unanswered(t.Context(), stranger); err != nil || len(got) != 0 {
		t.Errorf("in another workspace: got %+v, %v, want nothing", got, err)
	}
	w.clock.set(r.Closes)
	if got := left("bob"); len(got) != 0 {
		t.Errorf("at the close: got %+v, want nothing", got)
	}
}

func TestRemindedNamesTheSeries(t *testing.T) {
	w := newWorld(t, 10)
	w.mustCreate(daily("daily", general))
	w.remind("ada")
	for name, want := range map[string][]string{"ada": {"daily"}, "bob": nil} {
		if got, err := w.Reminded(t.Context(), person(name)); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s is reminded of %q, %v, want %q", name, got, err, want)
		}
	}
}

func TestPostedInTellsTheChannelsOfARound(t *testing.T) {
	w := newWorld(t, 10)
	w.mustCreate(daily("daily", general, random))
	w.clock.set(w.only().Next.Add(time.Second))
	d := &desk{}
	w.settle(d)
	kind, channels, err := w.PostedIn(t.Context(), ws, d.posted[0].Round.ID)
	if err != nil || kind != KindSeries || !cmp.Equal(channels, []string{general, random}) {
		t.Errorf("got %s in %q, %v, want both channels", kind, channels, err)
	}
	for _, workspace := range []string{"slack/T-other", "", "\x00"} {
		if kind, channels, err := w.PostedIn(t.Context(), workspace, d.posted[0].Round.ID); err != nil || kind != "" || channels != nil {
			t.Errorf("workspace %q: got %s in %q, %v, want nothing", workspace, kind, channels, err)
		}
	}
}
