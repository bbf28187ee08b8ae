package quiz

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// playedDaily is a world in which ada, bob and eve have answered a daily question that is over.
func playedDaily(t *testing.T, channels ...string) (*world, *desk) {
	t.Helper()
	w := newWorld(t, 1)
	r, d := w.openDaily(daily("daily", channels...))
	for name, text := range map[string]string{"ada": "right", "bob": "worst", "eve": "worse"} {
		w.click(r, general, name, 0, text)
	}
	w.clock.set(r.Closes)
	w.settle(d)
	return w, d
}

func TestWhatIsUndoneBeforeItIsToldIsNotTold(t *testing.T) {
	for name, decide := range map[string]func(w *world) (Version, error){
		"a corrected key": func(w *world) (Version, error) { return w.rekey("q-000", "worst") },
		"a void":          func(w *world) (Version, error) { return w.VoidQuestion(t.Context(), w.by("q-000", "Why?"), 0) },
	} {
		t.Run(name, func(t *testing.T) {
			w, d := playedDaily(t, general, random)
			if v := w.must(decide(w)); v.Told != 2 || v.Answers == 0 {
				t.Errorf("decided: got %+v, want two channels to be told", v)
			}
			w.clock.add(resultPause)
			w.settle(d)
			if v := w.must(w.RestoreQuestion(t.Context(), w.by("q-000", ""), 0)); v.Told != 0 || v.Answers == 0 {
				t.Errorf("undone: got %+v, want no channel to be told", v)
			}
			if got := w.told(d); len(got) != 0 {
				t.Errorf("got %q, want nothing", got)
			}
			w.must(w.VoidQuestion(t.Context(), w.by("q-000", "It is no good."), 0))
			if diff := cmp.Diff([]string{general + ": taken back; 3 of 3; It is no good.", random + ": taken back; 3 of 3; It is no good."}, w.told(d)); diff != "" {
				t.Errorf("what is decided later (-want +got):\n%s", diff)
			}
		})
	}
}

// What is told is the way from what people know to how it is, with the answers that this changes: no step in between.
func TestDecisionsInARowAreToldAsOne(t *testing.T) {
	w, d := playedDaily(t, general)
	w.must(w.rekey("q-000", "worst"))
	w.clock.add(resultPause)
	w.settle(d)
	w.must(w.rekey("q-000", "worse"))
	if diff := cmp.Diff([]string{general + ": worse, not right; 2 of 2; It was mixed up."}, w.told(d)); diff != "" {
		t.Errorf("edited twice (-want +got):\n%s", diff)
	}
	w.must(w.VoidQuestion(t.Context(), w.by("q-000", "Nobody can know."), 0))
	w.must(w.rekey("q-000", "worst"))
	w.must(w.RestoreQuestion(t.Context(), w.by("q-000", ""), 1))
	want := []string{general + ": worst, not worse; 2 of 2; It is worst that is right, and what was right before is not."}
	if diff := cmp.Diff(want, w.told(d)); diff != "" {
		t.Errorf("voided, edited and restored (-want +got):\n%s", diff)
	}
}

// TestDecisionsWithoutEndAreToldInTime: an admin who goes through all reports, a minute each.
func TestDecisionsWithoutEndAreToldInTime(t *testing.T) {
	w, d := playedDaily(t, general)
	began := w.now()
	for i := 0; len(d.said) == 0; i++ {
		if w.now().Sub(began) > noticeLimit {
			t.Fatalf("after %s: nothing was told", w.now().Sub(began))
		}
		w.must(w.rekey("q-000", []string{"worst", "worse"}[i%2]))
		w.clock.add(time.Minute)
		w.settle(d)
	}
	if at := w.now().Sub(began); at != noticeLimit {
		t.Errorf("told after %s, want %s", at, noticeLimit)
	}
	if diff := cmp.Diff([]string{general + ": worse, not right; 2 of 2; It was mixed up."}, corrections(t, d.said[0])); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	// What comes next begins anew.
	w.must(w.rekey("q-000", "worst"))
	if diff := cmp.Diff([]string{general + ": worst, not worse; 2 of 2; It was mixed up."}, w.told(d)); diff != "" {
		t.Errorf("told next (-want +got):\n%s", diff)
	}
}

func TestAKeyEditedTwiceBeforeTheCloseIsToldOnce(t *testing.T) {
	w := newWorld(t, 1)
	asked := w.mustAsk(random, "ada")
	w.click(asked, random, "ada", 0, "right")
	w.clock.add(askWindow)
	r, d := w.openDaily(daily("daily", general))
	for _, right := range []string{"wrong", "worst"} {
		w.must(w.rekey("q-000", right))
		w.clock.add(2 * noticePause)
		w.settle(d)
	}
	w.clock.set(r.Closes)
	if diff := cmp.Diff([]string{random + ": worst, not right; 1 of 1; It was mixed up."}, w.told(d)); diff != "" {
		t.Errorf("after the close (-want +got):\n%s", diff)
	}
}

// What failed may have been said all the same, so it stays as it is, and what comes after it begins where it ends.
func TestWhatMayHaveBeenSaidIsNotChanged(t *testing.T) {
	w, d := playedDaily(t, general)
	d.onSay = func(Notice) error { return errors.New("connection lost") }
	w.must(w.rekey("q-000", "worst"))
	first := w.told(d)
	w.must(w.rekey("q-000", "worse"))
	d.onSay = nil
	got := append(first, w.told(d)...)
	got = append(got, w.told(d)...)
	want := []string{
		general + ": worst, not right; 2 of 2; It was mixed up.", // tried
		general + ": worse, not worst; 2 of 2; It was mixed up.",
		general + ": worst, not right; 2 of 2; It was mixed up.", // said; told sorts
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := len(d.said); corrections(t, d.said[n-1])[0] != want[1] {
		t.Errorf("said last: got %q, want %q", corrections(t, d.said[n-1]), want[1])
	}
}
