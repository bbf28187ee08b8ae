package picture

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNamesAreDrawnOrElsewhere(t *testing.T) {
	face, err := newTypeface()
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Ana Pérez":            "Ana Pérez",
		"Ana Pe\u0301rez":      "Ana Pérez", // as some systems write it: a letter and its accent apart
		"Олександр":            "Олександр",
		"Γιώργος":              "Γιώργος",
		"  dev \n🚀\ufe0f ops ": "dev ops",
		"a\u202eb\u200dc\x00":  "abc",
		"x\xff":                "x",
		"محمد":                 "",
		"דוד":                  "",
		"李小龍":                  "",
		"Ana 李":                "", // half a name would be another name
		"สมชาย":                "",
		"🚀":                    "",
		"\u0301":               "",
		" ":                    "",
		"":                     "",
	} {
		got, ok := drawable(face.body, name)
		if got != want || ok != (want != "") {
			t.Errorf("%+q: got %q, %v, want %q", name, got, ok, want)
		}
	}
}

func TestFitKeepsTheBeginning(t *testing.T) {
	face, err := newTypeface()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		s, w := rapid.StringMatching(`[A-Za-zÀ-ž0-9 ]{1,60}`).Draw(t, "text"), rapid.IntRange(30, 700).Draw(t, "width")
		got := fit(face.body, s, w)
		if measure(face.body, got) > w {
			t.Errorf("%q is %d wide, want %d at most", got, measure(face.body, got), w)
		}
		begin, cut := strings.CutSuffix(got, "…")
		if !strings.HasPrefix(s, begin) || cut != (got != s) {
			t.Errorf("%q becomes %q", s, got)
		}
	})
}
