package quiz

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func (w *world) seasonBoard(name string) Board {
	w.t.Helper()
	b, err := w.Leaderboard(w.t.Context(), BoardRequest{Workspace: ws, Window: InSeason, Season: name})
	if err != nil {
		w.t.Fatalf("board of season %q: %v", name, err)
	}
	return b
}

func TestSeasonsHaveBoardsOfTheirOwn(t *testing.T) {
	w := newWorld(t, 60)
	if _, err := w.Leaderboard(t.Context(), BoardRequest{Workspace: ws, Window: InSeason}); !errors.Is(err, ErrNoSeason) {
		t.Errorf("before the first season: got %v, want ErrNoSeason", err)
	}
	w.askAll(general, "ada", "right")
	if _, err := w.OpenSeason(t.Context(), ws, " spring  2026", "admin"); err != nil {
		t.Fatal(err)
	}
	w.askAll(general, "ada", "right", "right")
	daily, _ := w.openDaily(daily("daily", general))
	w.click(daily, general, "bob", 0, "right")
	spring, err := w.CloseSeason(t.Context(), ws, "admin")
	if err != nil || spring.Name != "spring 2026" || !spring.Closed.Equal(w.now()) {
		t.Errorf("CloseSeason: got %+v, %v, want spring 2026 closed now", spring, err)
	}
	w.askAll(general, "ada", "right") // in no season
	w.clock.set(daily.Closes)         // opened in spring, so it counts for it
	if _, err := w.OpenSeason(t.Context(), ws, "summer", "admin"); err != nil {
		t.Fatal(err)
	}
	w.askAll(general, "cleo", "right")
	for name, want := range map[string][]string{"SPRING 2026": {"1 ada 2/2", "2 bob 1/1"}, "summer": {"1 cleo 1/1"}, "": {"1 cleo 1/1"}} {
		if diff := cmp.Diff(want, shown(w.seasonBoard(name).Rows)); diff != "" {
			t.Errorf("season %q (-want +got):\n%s", name, diff)
		}
	}
	if _, err := w.CloseSeason(t.Context(), ws, "admin"); err != nil {
		t.Fatal(err)
	}
	if b := w.seasonBoard(""); b.Season.Name != "summer" || b.Players != 1 {
		t.Errorf("with none open: got %+v, want the last one", b)
	}
	all, err := w.Seasons(t.Context(), ws)
	if err != nil || len(all) != 2 || all[0].Name != "summer" || all[1].Closed.IsZero() {
		t.Errorf("Seasons: got %+v, %v, want summer and spring, closed", all, err)
	}
}

func TestOneSeasonIsOpenAtATime(t *testing.T) {
	w := newWorld(t, 1)
	if _, err := w.CloseSeason(t.Context(), ws, "admin"); !errors.Is(err, ErrNoSeason) {
		t.Errorf("closing none: got %v, want ErrNoSeason", err)
	}
	for _, name := range []string{"", "  ", strings.Repeat("x", 41), "up\u202eside"} {
		if _, err := w.OpenSeason(t.Context(), ws, name, "admin"); !isInvalid(err) {
			t.Errorf("name %q: got %v, want an *InvalidError", name, err)
		}
	}
	if _, err := w.OpenSeason(t.Context(), ws, "one", "admin"); err != nil {
		t.Fatal(err)
	}
	var other *SeasonError
	if _, err := w.OpenSeason(t.Context(), ws, "two", "admin"); !errors.As(err, &other) || other.Season.Name != "one" {
		t.Errorf("a second one: got %v, want a *SeasonError about the first", err)
	}
	if _, err := w.CloseSeason(t.Context(), ws, "admin"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.OpenSeason(t.Context(), ws, "ONE", "admin"); !errors.As(err, &other) || other.Season.Closed.IsZero() {
		t.Errorf("the same name: got %v, want a *SeasonError about the closed one", err)
	}
	if _, err := w.OpenSeason(t.Context(), "test/other", "one", "admin"); err != nil {
		t.Errorf("in another workspace: got %v, want no error", err)
	}
}
