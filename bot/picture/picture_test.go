package picture

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"ckadbot/bot/chat"
)

var update = flag.Bool("update", false, "write the golden files")

// Pictures that are looked at before they are committed.
var (
	ana = StatsCard{
		Name: "Ana Pérez", Points: 185,
		Domains: []Domain{
			{"Application Design and Build", 64, 80}, {"Application Deployment", 30, 55}, {"Application Observability and Maintenance", 0, 0},
			{"Application Environment, Configuration and Security", 91, 91}, {"Services and Networking", 0, 12},
		},
		Readiness: &Readiness{Low: 58, Estimate: 64, High: 71, Pass: 66}, Streak: 12,
		Strongest: "Understand ConfigMaps", Weakest: "Use Kubernetes primitives to implement common deployment strategies",
	}
	nobodyYet = StatsCard{Name: "李小龍", Domains: []Domain{{"Services and Networking", 0, 0}}}
	week      = BoardCard{Window: "Week of 16 November", Scope: "#general", Rows: []Row{
		{1, "Ana Pérez", 120, 120, 140}, {2, "Bartholomew-Maximilian von und zu Hohenzollern", 98, 98, 131}, {2, "Олександр", 98, 98, 99},
		{4, "محمد", 70, 70, 90}, {5, "李小龍", 64, 64, 64}, {6, "dev 🚀 ops", 41, 41, 77}, {7, "Zoë", 12, 12, 100},
		{8, "x", 1, 1, 3}, {9, "no luck", 0, 0, 5}, {1234, "idle", 0, 0, 0}, {1235, "the eleventh", 0, 0, 0},
	}}
)

var golden = map[string]func() (*canvas, error){
	"stats":       func() (*canvas, error) { return drawStats(ana) },
	"stats-empty": func() (*canvas, error) { return drawStats(nobodyYet) },
	"board":       func() (*canvas, error) { return drawBoard(week) },
	"board-empty": func() (*canvas, error) { return drawBoard(BoardCard{Window: "all time", Scope: "whole workspace"}) },
}

func TestPicturesLookLikeThis(t *testing.T) {
	for name, draw := range golden {
		t.Run(name, func(t *testing.T) {
			got, file := finished(t, draw), "testdata/"+name+".png"
			if *update {
				if err := os.WriteFile(file, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatalf("%v (write it with -update)", err)
			}
			if n := differing(t, decoded(t, got), decoded(t, want)); n > 100 { // processors round differently here and there
				t.Errorf("%d pixels differ from %s: run with -update, and look at it", n, file)
			}
			if len(got) > 100_000 {
				t.Errorf("takes %d bytes, want at most 100,000", len(got))
			}
		})
	}
}

func finished(t *testing.T, draw func() (*canvas, error)) []byte {
	t.Helper()
	c, err := draw()
	if err != nil {
		t.Fatal(err)
	}
	b, err := c.finish()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decoded(t *testing.T, b []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func differing(t *testing.T, got, want image.Image) (n int) {
	t.Helper()
	if got.Bounds() != want.Bounds() {
		t.Fatalf("size is %v, want %v", got.Bounds(), want.Bounds())
	}
	for y := range got.Bounds().Dy() {
		for x := range got.Bounds().Dx() {
			if got.At(x, y) != want.At(x, y) {
				n++
			}
		}
	}
	return n
}

func TestSameDataMakesTheSameBytes(t *testing.T) {
	want, err := Stats(ana)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if got, err := Stats(ana); err != nil || !bytes.Equal(got, want) {
				t.Errorf("got other bytes, %v", err)
			}
		})
	}
	all.Wait()
}

// What is drawn becomes the nearest colour of the palette, and nobody sees the difference.
func TestPaletteHoldsWhatIsDrawn(t *testing.T) {
	p := shades()
	if len(p) > 256 {
		t.Fatalf("%d colours, a PNG's palette has at most 256", len(p))
	}
	for name, draw := range golden {
		c, err := draw()
		if err != nil {
			t.Fatal(err)
		}
		seen := map[color.RGBA]bool{}
		for y := range c.img.Bounds().Dy() {
			for x := range c.img.Bounds().Dx() {
				seen[c.img.RGBAAt(x, y)] = true
			}
		}
		for was := range seen {
			if is := p.Convert(was).(color.RGBA); far(was, is) > 10 { // half a step of fifteen from ink to paper is 8
				t.Errorf("%s: %v becomes %v", name, was, is)
			}
		}
	}
}

func far(a, b color.RGBA) float64 {
	d := func(x, y uint8) float64 { return math.Abs(float64(x) - float64(y)) }
	return max(d(a.R, b.R), d(a.G, b.G), d(a.B, b.B))
}

// https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
func contrast(a, b color.RGBA) float64 {
	light := func(c color.RGBA) float64 {
		channel := func(v uint8) float64 {
			s := float64(v) / 255
			if s <= 0.04045 {
				return s / 12.92
			}
			return math.Pow((s+0.055)/1.055, 2.4)
		}
		return 0.2126*channel(c.R) + 0.7152*channel(c.G) + 0.0722*channel(c.B)
	}
	x, y := light(a)+0.05, light(b)+0.05
	return max(x, y) / min(x, y)
}

func TestTextHasContrast(t *testing.T) {
	for _, p := range texts {
		if got := contrast(p.on, p.under); got < 4.5 {
			t.Errorf("%v on %v has a contrast of %.2f, want 4.5 at least", p.on, p.under, got)
		}
	}
	for _, p := range []pair{{brand, track}, {brand, paper}, {ink, band}} { // WCAG 2.2, 1.4.11: what is no text
		if got := contrast(p.on, p.under); got < 3 {
			t.Errorf("%v on %v has a contrast of %.2f, want 3 at least", p.on, p.under, got)
		}
	}
}

var anyName = rapid.OneOf(rapid.String(), rapid.StringMatching(`[A-Za-zÀ-ž ]{0,80}`), rapid.Just(strings.Repeat("W", 5000)), rapid.SampledFrom([]string{"", "محمد", "a\u202eb", "\xff"}))

func TestPointsAreWrittenAsInWords(t *testing.T) {
	for points, want := range map[float64]string{0: "0 points", 1: "1 point", 1.1: "1.1 points", 12.2: "12.2 points", 185: "185 points"} {
		if got := inPoints(points); got != want {
			t.Errorf("%v: got %q, want %q", points, got, want)
		}
	}
}

func TestNothingLeavesTheMargins(t *testing.T) {
	number := rapid.OneOf(rapid.IntRange(-5, 150), rapid.Int())
	points := rapid.Map(number, func(n int) float64 { return float64(n) / 10 })
	domain := rapid.Custom(func(t *rapid.T) Domain {
		return Domain{anyName.Draw(t, "domain"), number.Draw(t, "right"), number.Draw(t, "answers")}
	})
	row := rapid.Custom(func(t *rapid.T) Row {
		return Row{number.Draw(t, "rank"), anyName.Draw(t, "name"), points.Draw(t, "points"), number.Draw(t, "right"), number.Draw(t, "answers")}
	})
	ready := rapid.Custom(func(t *rapid.T) *Readiness {
		return &Readiness{number.Draw(t, "low"), number.Draw(t, "estimate"), number.Draw(t, "high"), number.Draw(t, "pass")}
	})
	stats := rapid.Custom(func(t *rapid.T) StatsCard {
		return StatsCard{Name: anyName.Draw(t, "name"), Points: points.Draw(t, "points"), Domains: rapid.SliceOfN(domain, 0, 10).Draw(t, "domains"),
			Readiness: ready.Draw(t, "readiness"), Streak: number.Draw(t, "streak"), Strongest: anyName.Draw(t, "strongest"), Weakest: anyName.Draw(t, "weakest")}
	})
	board := rapid.Custom(func(t *rapid.T) BoardCard {
		return BoardCard{Window: anyName.Draw(t, "window"), Scope: anyName.Draw(t, "scope"), Rows: rapid.SliceOfN(row, 0, 12).Draw(t, "rows")}
	})
	rapid.Check(t, func(t *rapid.T) {
		var c *canvas
		var alt string
		var err error
		if rapid.Bool().Draw(t, "a board") {
			b := board.Draw(t, "board")
			alt = b.Alt()
			c, err = drawBoard(b)
		} else {
			s := stats.Draw(t, "stats")
			alt = s.Alt()
			c, err = drawStats(s)
		}
		if err != nil {
			t.Fatal(err)
		}
		all := c.img.Bounds()
		for _, edge := range []image.Rectangle{
			image.Rect(0, 0, (margin-6)*scale, all.Max.Y), image.Rect(all.Max.X-(margin-6)*scale, 0, all.Max.X, all.Max.Y),
			image.Rect(0, 0, all.Max.X, 20*scale), image.Rect(0, all.Max.Y-20*scale, all.Max.X, all.Max.Y),
		} {
			if at, ok := blank(c.img, edge); !ok {
				t.Fatalf("something is drawn at %v, in the margin", at)
			}
		}
		m := chat.Message{Card: &chat.Card{Body: "x", Image: &chat.Image{PNG: []byte("\x89PNG\r\n\x1a\n"), Alt: alt, Name: "x.png"}}}
		if err := m.Validate(); err != nil {
			t.Fatal(err)
		}
	})
}

func blank(img *image.RGBA, r image.Rectangle) (at image.Point, ok bool) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := img.Pix[img.PixOffset(r.Min.X, y):img.PixOffset(r.Max.X, y)]
		for i, v := range row {
			if v != 0xFF { // paper is white
				return image.Pt(r.Min.X+i/4, y), false
			}
		}
	}
	return image.Point{}, true
}

// filled tells how many of a row's pixels have a colour.
func filled(c *canvas, y int, want color.RGBA) (n int) {
	for x := range c.img.Bounds().Dx() {
		if c.img.RGBAAt(x, y*scale) == want {
			n++
		}
	}
	return n
}

func TestBarsAreAsLongAsTheirShare(t *testing.T) {
	for right, want := range map[int]int{0: 0, 1: 14, 25: 360, 50: 720, 100: 1440} {
		c, err := drawStats(StatsCard{Name: "x", Domains: []Domain{{"d", right, 100}}})
		if err != nil {
			t.Fatal(err)
		}
		if got := filled(c, headHeight+36+thick/2, brand); math.Abs(float64(got-want)) > 2*thick {
			t.Errorf("%d of 100: the bar has %d pixels, want about %d", right, got, want)
		}
	}
}

func TestAltSaysAll(t *testing.T) {
	for _, c := range []struct {
		alt  string
		want []string
	}{
		{ana.Alt(), []string{"Ana Pérez", "185 points, 78 % right of 238 answers", "Application Design and Build: 80 % right of 80 answers",
			"Application Observability and Maintenance: no answers yet", "Readiness: 64 %, likely 58 to 71 %; 66 % passes", "In a row: 12 days", "Strongest: Understand ConfigMaps", "Weakest: Use Kubernetes primitives to implement common deployment strategies."}},
		{nobodyYet.Alt(), []string{"李小龍", "0 points, no answers yet", "too few answers to tell", "In a row: 0 days"}},
		{week.Alt(), []string{"Leaderboard, Week of 16 November, #general", "1. Ana Pérez: 120 points, 86 % right of 140 answers", "4. محمد: 70 points", "5. 李小龍: 64 points, 100 %", "6. dev 🚀 ops", "8. x: 1 point, 33 % right of 3 answers", "1234. idle: 0 points, no answers yet"}},
		{BoardCard{}.Alt(), []string{"Nobody has points here yet"}},
	} {
		for _, want := range c.want {
			if !strings.Contains(c.alt, want) {
				t.Errorf("%q lacks %q", c.alt, want)
			}
		}
		if strings.Contains(c.alt, "eleventh") {
			t.Errorf("%q says what is not drawn", c.alt)
		}
	}
}

func BenchmarkStats(b *testing.B) {
	for b.Loop() {
		if _, err := Stats(ana); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkBoard(b *testing.B) {
	for b.Loop() {
		if _, err := Board(week); err != nil {
			b.Fatal(err)
		}
	}
}
