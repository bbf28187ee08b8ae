package console

import (
	"strings"
	"time"
	"unicode"

	"ckadbot/bot/chat"
)

// A page is text on its way to the terminal: styled characters in lines that
// are wrapped at the very end.
type page struct {
	lines   []line
	swallow bool           // the newest line was begun by a block: one line feed is not shown
	plain   bool           // no styles; code keeps its backticks
	zone    *time.Location // for moments
}

// A line is what stands between two line feeds. A fixed one is code, which is never wrapped.
type line struct {
	glyphs []glyph
	fixed  bool
}

type glyph struct {
	r rune
	s style
}

// A style is how characters stand out, as parameters of the terminal's "select
// graphic rendition". It never carries meaning alone.
type style string

const (
	normal style = ""
	bold   style = "1"
	dim    style = "2"
	cyan   style = "36"
)

// indent begins every line of a block of code.
const indent = "    "

// markdown adds a text as chat.Parse reads it.
func (p *page) markdown(text string) {
	for _, s := range chat.Parse(text) {
		switch s.Manner {
		case chat.Bold:
			p.write(s.Text, bold)
		case chat.Code:
			p.code(s.Text)
		case chat.Block:
			p.block(s.Text)
		case chat.Link:
			p.link(s.Text, s.URL)
		case chat.Moment:
			p.write(s.Time.In(p.zone).Format("Mon 2 Jan 15:04 MST"), normal)
		default:
			p.write(s.Text, normal)
		}
	}
}

// write adds text at the end of the page.
func (p *page) write(text string, s style) {
	if p.plain {
		s = normal
	}
	if len(p.lines) == 0 {
		p.lines = []line{{}}
	}
	for _, r := range clean(text) {
		switch {
		case r == '\n' && p.swallow:
		case r == '\n':
			p.lines = append(p.lines, line{})
		default:
			last := &p.lines[len(p.lines)-1]
			last.glyphs = append(last.glyphs, glyph{r, s})
		}
		p.swallow = false
	}
}

func (p *page) code(text string) {
	if p.plain {
		text = "`" + text + "`"
	}
	if chat.Length(text) < usual/2 { // short commands are easier to read in one row
		text = whole(text)
	}
	p.write(text, cyan)
}

// fixedSpace is a space at which no row ends. It is printed as a usual one.
const fixedSpace = '\u00a0'

// whole makes text stay in one row if it fits.
func whole(text string) string { return strings.ReplaceAll(text, " ", string(fixedSpace)) }

func (p *page) link(text, url string) {
	p.write(text, normal)
	if text != url {
		p.write(" ("+url+")", normal)
	}
}

func (p *page) block(text string) {
	p.fresh()
	for _, l := range strings.Split(text, "\n") {
		p.write(indent+l, cyan)
		p.lines[len(p.lines)-1].fixed = true
		p.write("\n", normal)
	}
	p.swallow = true
}

// fresh begins a new line unless the newest is empty.
func (p *page) fresh() {
	if n := len(p.lines); n > 0 && len(p.lines[n-1].glyphs) > 0 {
		p.write("\n", normal)
	}
}

// gap leaves one empty line between two parts.
func (p *page) gap() {
	if p.trim(); len(p.lines) > 0 {
		p.write("\n\n", normal)
	}
}

// trim drops empty lines at the end.
func (p *page) trim() {
	p.swallow = false
	for n := len(p.lines); n > 0 && len(p.lines[n-1].glyphs) == 0; n-- {
		p.lines = p.lines[:n-1]
	}
}

// print gives the page as text, wrapped at width columns, ending with a line feed.
func (p *page) print(width int) string {
	p.trim()
	var b strings.Builder
	for _, l := range p.lines {
		rows := [][]glyph{l.glyphs}
		if !l.fixed {
			rows = wrap(l.glyphs, width)
		}
		for _, row := range rows {
			paint(&b, row)
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// paint writes one row; no style reaches beyond it.
func paint(b *strings.Builder, row []glyph) {
	now := normal
	for _, g := range row {
		if g.s != now {
			if now != normal {
				b.WriteString("\x1b[0m")
			}
			if g.s != normal {
				b.WriteString("\x1b[" + string(g.s) + "m")
			}
			now = g.s
		}
		if g.r == fixedSpace {
			g.r = ' '
		}
		b.WriteRune(g.r)
	}
	if now != normal {
		b.WriteString("\x1b[0m")
	}
}

// wrap breaks a line at spaces so that each row fits into limit columns. A word
// that is longer than that stays whole, so that addresses can be copied.
func wrap(g []glyph, limit int) [][]glyph {
	var rows [][]glyph
	var row []glyph
	used, least, under := 0, 0, hang(g)
	for start := 0; start < len(g); {
		word := start
		for word < len(g) && g[word].r == ' ' {
			word++
		}
		end := word
		for end < len(g) && g[end].r != ' ' {
			end++
		}
		if end == word { // only spaces are left
			break
		}
		if used > least && used+columns(g[start:end]) > limit {
			rows, row = append(rows, row), blank(under)
			used, least, start = under, under, word
		}
		row = append(row, g[start:end]...)
		used += columns(g[start:end])
		start = end
	}
	return append(rows, row)
}

func blank(n int) []glyph {
	g := make([]glyph, n)
	for i := range g {
		g[i].r = ' '
	}
	return g
}

// hang is how far the rows below a line's first are indented: as far as its text
// after "• ", "- ", "A) " or "1. ".
func hang(g []glyph) int {
	i := 0
	for i < len(g) && g[i].r == ' ' {
		i++
	}
	at := i
	for i < len(g) && i < at+3 && (unicode.IsLetter(g[i].r) || unicode.IsDigit(g[i].r)) {
		i++
	}
	marks := ")."
	if i == at {
		marks = "•-"
	}
	if i+1 < len(g) && strings.ContainsRune(marks, g[i].r) && g[i+1].r == ' ' {
		return i + 2
	}
	return at
}

// columns is how wide g is on a terminal: East Asian characters and emoji take
// two columns, marks that combine with the character before none.
func columns(g []glyph) (n int) {
	for _, c := range g {
		switch {
		case unicode.In(c.r, unicode.Mn, unicode.Me, unicode.Cf):
		case unicode.In(c.r, unicode.Han, unicode.Hangul, unicode.Hiragana, unicode.Katakana), c.r >= 0x1F300 && c.r <= 0x1FAFF:
			n += 2
		default:
			n++
		}
	}
	return n
}

// clean drops what is not text: control characters, with which a text could
// drive the terminal, and characters that turn the text around or hide.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r != '\n' && unicode.Is(unicode.Cc, r), unicode.Is(unicode.Bidi_Control, r), r == '\u200b', r == '\ufeff':
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// single is clean text in one line.
func single(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }
