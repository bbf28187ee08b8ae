package console

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"ckadbot/bot/chat"
)

func set(text string, width int) string {
	p := page{plain: true, zone: time.UTC}
	p.markdown(text)
	return p.print(width)
}

func TestLayout(t *testing.T) {
	for name, tc := range map[string]struct {
		text  string
		width int
		want  string
	}{
		"words are not split":              {"aaa bbb ccc", 7, "aaa bbb\nccc\n"},
		"long words stay whole":            {"a https://kubernetes.io/docs b", 10, "a\nhttps://kubernetes.io/docs\nb\n"},
		"also at the start of a line":      {"https://kubernetes.io/docs b", 10, "https://kubernetes.io/docs\nb\n"},
		"bullets hang":                     {"• aaa bbb", 6, "• aaa\n  bbb\n"},
		"choices hang":                     {"A) aaa bbb", 7, "A) aaa\n   bbb\n"},
		"numbers hang":                     {"10. aaa bbb", 8, "10. aaa\n    bbb\n"},
		"indented lines stay so":           {"  aaa bbb", 6, "  aaa\n  bbb\n"},
		"code is not wrapped":              {"```\nkubectl get pods\n```", 7, "    kubectl get pods\n"},
		"code keeps its indentation":       {"a\n```\nspec:\n  x: 1\n```\nb", 40, "a\n    spec:\n      x: 1\nb\n"},
		"short code stays in one row":      {"aaa bbb `c d`", 11, "aaa bbb\n`c d`\n"},
		"empty lines stay, but at the end": {"a\n\nb\n\n", 10, "a\n\nb\n"},
		"wide characters count twice":      {"日本語 日本", 9, "日本語\n日本\n"},
		"accents count as one":             {"e\u0301e\u0301 e\u0301e\u0301", 5, "e\u0301e\u0301 e\u0301e\u0301\n"},
		"links show where they lead":       {"[docs](https://a.example/x)", 80, "docs (https://a.example/x)\n"},
		"moments are in the reader's zone": {"<t:1795000000>", 80, "Wed 18 Nov 11:06 UTC\n"},
		"nothing is nothing":               {"", 80, ""},
	} {
		if got := set(tc.text, tc.width); got != tc.want {
			t.Errorf("%s: got %q, want %q", name, got, tc.want)
		}
	}
}

func TestTextCannotDriveTheTerminal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.RuneFrom([]rune("a b*`[](:/)\n\x1b\x07\u009b\u202e```• A)<t:1>\\")))).Draw(t, "text")
		width := rapid.IntRange(narrowest, widest).Draw(t, "width")
		got := set(text, width)
		if i := strings.IndexFunc(got, func(r rune) bool { return r != '\n' && unicode.IsControl(r) }); i >= 0 {
			t.Fatalf("%q has a control character", got)
		}
		for _, row := range strings.Split(got, "\n") {
			var g []glyph
			for _, r := range row {
				g = append(g, glyph{r: r})
			}
			words := strings.FieldsFunc(row, func(r rune) bool { return r == ' ' }) // no row ends at other spaces; a fixed one is printed as this one
			if columns(g) > width && !strings.HasPrefix(row, indent) && len(words) > 2 && !strings.ContainsAny(text, "`"+string(fixedSpace)) {
				t.Fatalf("%q is wider than %d", row, width)
			}
		}
	})
}

func TestStylesEndWithTheirRow(t *testing.T) {
	p := page{zone: time.UTC}
	p.markdown("**aaa bbb** `c`")
	if got, want := p.print(5), "\x1b[1maaa\x1b[0m\n\x1b[1mbbb\x1b[0m \x1b[36mc\x1b[0m\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Any message within the limits can be shown, whatever is in it.
func TestEveryMessageIsShown(t *testing.T) {
	text := func(hi int) *rapid.Generator[string] { return rapid.StringN(1, hi, 2*hi) }
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.Custom(func(t *rapid.T) chat.Message {
			c := &chat.Card{Title: text(50).Draw(t, "title"), Body: text(300).Draw(t, "body"), Footer: text(50).Draw(t, "footer")}
			for range rapid.IntRange(0, chat.MaxFields).Draw(t, "fields") {
				c.Fields = append(c.Fields, chat.Field{Name: text(30).Draw(t, "name"), Value: text(99).Draw(t, "value")})
			}
			for i := range rapid.IntRange(0, chat.MaxButtons).Draw(t, "buttons") {
				c.Buttons = append(c.Buttons, chat.Button{Action: string(rune('a' + i)), Label: text(30).Draw(t, "label"), Disabled: rapid.Bool().Draw(t, "dead")})
			}
			if left := chat.MaxButtons - len(c.Buttons); left >= 5 && rapid.Bool().Draw(t, "menu") {
				c.Select = &chat.Select{Label: text(30).Draw(t, "menu's label")}
				for i := range rapid.IntRange(1, left).Draw(t, "choices") {
					c.Select.Choices = append(c.Select.Choices, chat.Choice{Label: text(30).Draw(t, "choice"), Value: "b" + string(rune('a'+i))})
				}
			}
			return chat.Message{Card: c}
		}).Filter(func(m chat.Message) bool { return m.Validate() == nil }).Draw(t, "message")
		a := New(Config{})
		s := a.board.add(shown{Message: m, ref: chat.MessageRef{Channel: here()}})
		got := a.render(s, false)
		if !strings.HasSuffix(got, "\n\n") || clean(got) != got {
			t.Fatalf("shown as %q", got)
		}
		for _, l := range letters(m) {
			if !strings.Contains(got, string(l.key)) {
				t.Fatalf("letter %c is not in %q", l.key, got)
			}
		}
	})
}
