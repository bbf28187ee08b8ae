package picture

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/text/unicode/norm"
)

// inText stands for a name that the font cannot write.
const inText = "(name is in the text)"

// A typeface is the font in the sizes that a picture uses. It belongs to one
// picture: faces may not be shared between goroutines.
type typeface struct{ title, strong, body, small font.Face }

func newTypeface() (t typeface, err error) {
	for _, f := range []struct {
		into *font.Face
		ttf  []byte
		size float64
	}{
		{&t.title, gobold.TTF, titleSize},
		{&t.strong, gobold.TTF, bodySize},
		{&t.body, goregular.TTF, bodySize},
		{&t.small, goregular.TTF, smallSize},
	} {
		parsed, err := opentype.Parse(f.ttf)
		if err != nil {
			return typeface{}, fmt.Errorf("read the font: %w", err)
		}
		*f.into, err = opentype.NewFace(parsed, &opentype.FaceOptions{Size: f.size * scale, DPI: 72, Hinting: font.HintingNone})
		if err != nil {
			return typeface{}, fmt.Errorf("read the font: %w", err)
		}
	}
	return t, nil
}

// longest is how many characters of a text are looked at: more than a line has.
const longest = 100

// drawable is s in one line, as the font can write it. Symbols that the font does
// not have, such as emoji, are left out; ok is false if letters or digits would
// be, or if nothing is left that can be seen.
func drawable(f font.Face, s string) (text string, ok bool) {
	var b strings.Builder
	for _, r := range norm.NFC.String(line(s, longest)) {
		_, known := f.GlyphAdvance(r)
		switch {
		case r == ' ':
			b.WriteRune(r)
		case known && unicode.IsPrint(r):
			b.WriteRune(r)
			ok = true
		case unicode.In(r, unicode.L, unicode.N), unicode.Is(unicode.M, r) && !unicode.Is(unicode.Variation_Selector, r):
			return "", false
		}
	}
	return strings.Join(strings.Fields(b.String()), " "), ok
}

// fit shortens s with "…" until it is at most w units wide.
func fit(f font.Face, s string, w int) string {
	if measure(f, s) <= w {
		return s
	}
	runes := []rune(s)
	for n := len(runes) - 1; n > 0; n-- {
		if short := strings.TrimRight(string(runes[:n]), " ") + "…"; measure(f, short) <= w {
			return short
		}
	}
	return "…"
}

// measure is how many units wide s is, rounded up.
func measure(f font.Face, s string) int {
	return (font.MeasureString(f, s).Ceil() + scale - 1) / scale
}
