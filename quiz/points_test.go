package quiz

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestPointsAreWrittenWithoutNeedlessDecimals(t *testing.T) {
	for points, want := range map[Points]string{0: "0", 10: "1", 12: "1.2", 20: "2", 101: "10.1"} {
		if got := points.String(); got != want {
			t.Errorf("%d tenths: got %s, want %s", int(points), got, want)
		}
	}
}

func TestWorth(t *testing.T) {
	at := func(minutes int) time.Time { return monday.Add(time.Duration(minutes) * time.Minute) }
	plain, fast := Round{Opens: at(0), Closes: at(30)}, Round{Opens: at(0), Closes: at(30), Speed: true}
	for _, c := range []struct {
		name  string
		round Round
		right bool
		after int
		want  string
	}{
		{"wrong", plain, false, 1, "0"}, {"right", plain, true, 1, "1"}, {"right late", plain, true, 29, "1"},
		{"wrong at once", fast, false, 0, "0"}, {"right at once", fast, true, 0, "1.2"},
		{"end of the first third", fast, true, 9, "1.2"}, {"second third", fast, true, 10, "1.1"},
		{"end of the second third", fast, true, 19, "1.1"}, {"last third", fast, true, 20, "1"}, {"in the last minute", fast, true, 29, "1"},
		{"no time at all", Round{Opens: at(0), Closes: at(0), Speed: true}, true, 0, "1"},
	} {
		if got := Worth(c.right, c.round, at(c.after)).String(); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
}

// TestWorthIsTheSameInTheDatabase compares Worth with quiz.points, above all where thirds end between microseconds.
func TestWorthIsTheSameInTheDatabase(t *testing.T) {
	w := newWorld(t, 1)
	rapid.Check(t, func(t *rapid.T) {
		window := rapid.Int64Range(0, int64(49*time.Hour/time.Microsecond)).Draw(t, "window")
		spent := rapid.OneOf(rapid.Int64Range(-1000, window+1000), rapid.SampledFrom([]int64{window / 3, window/3 + 1, 2 * window / 3, 2*window/3 + 1})).Draw(t, "spent")
		r := Round{Opens: monday.Add(time.Duration(rapid.Int64Range(0, int64(4e14)).Draw(t, "opens")) * time.Microsecond), Speed: rapid.Bool().Draw(t, "speed")}
		r.Closes = r.Opens.Add(time.Duration(window) * time.Microsecond)
		answered := r.Opens.Add(time.Duration(spent) * time.Microsecond)
		right := rapid.Bool().Draw(t, "right")
		var got Points
		err := w.pool.QueryRow(w.t.Context(), `SELECT quiz.points($1, $2, $3, $4, $5)`, right, r.Speed, r.Opens, r.Closes, answered).Scan(&got)
		if want := Worth(right, r, answered); err != nil || got != want {
			t.Fatalf("right %v, %+v, after %dµs of %dµs: the database says %v, %v, want %v", right, r, spent, window, got, err, want)
		}
	})
}
