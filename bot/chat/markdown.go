package chat

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// A Span is a run of text in one manner.
type Span struct {
	Manner Manner
	Text   string    // what to show, without markup; of a Moment: the time in UTC
	URL    string    // of a Link
	Time   time.Time // of a Moment
}

// Unmarked is a text without its markup, for places that take none.
func Unmarked(text string) string {
	var b strings.Builder
	for _, s := range Parse(text) {
		b.WriteString(s.Text)
	}
	return b.String()
}

// A Manner is how a span is shown.
type Manner int

// The manners, and how a text asks for them.
const (
	Normal Manner = iota
	Bold          // **text**
	Code          // `text`
	Block         // ```text```, on lines of its own
	Link          // [text](https://address)
	Moment        // <t:UNIX>, made by Time: shown in each reader's own time zone where the platform can
)

// Parse splits a text into spans. Markup that is not complete is plain text,
// and a backslash takes the meaning from the punctuation after it. Adapters
// escape each span for their platform, so no other markup can get through.
func Parse(text string) []Span {
	var p parser
	for text != "" {
		n := p.markup(text)
		switch live := strings.IndexAny(text, begins); {
		case n > 0:
		case live < 0:
			n = len(text)
			p.run.WriteString(text)
		case live > 0:
			n = live
			p.run.WriteString(text[:n])
		default:
			n = p.plain(text)
		}
		text = text[n:]
	}
	p.flush()
	return p.spans
}

// begins are the characters that markup and escapes begin with.
const begins = "\\`*[<"

type parser struct {
	spans []Span
	run   strings.Builder // plain text not yet in spans
}

func (p *parser) flush() {
	if p.run.Len() > 0 {
		p.spans = append(p.spans, Span{Text: p.run.String()})
		p.run.Reset()
	}
}

func (p *parser) add(s Span) {
	p.flush()
	p.spans = append(p.spans, s)
}

// plain takes one character and reports its length in bytes.
func (p *parser) plain(text string) int {
	if text[0] == '\\' && len(text) > 1 && strings.IndexByte(special, text[1]) >= 0 {
		p.run.WriteByte(text[1])
		return 2
	}
	for i := range text {
		if i > 0 {
			p.run.WriteString(text[:i])
			return i
		}
	}
	p.run.WriteString(text)
	return len(text)
}

// markup takes one complete piece of markup at the start of text and reports
// its length in bytes, 0 if there is none.
func (p *parser) markup(text string) int {
	switch {
	case strings.HasPrefix(text, "```"):
		return p.delimited(text, "```", Block)
	case text[0] == '`':
		return p.delimited(text, "`", Code)
	case strings.HasPrefix(text, "**"):
		return p.delimited(text, "**", Bold)
	case text[0] == '[':
		return p.link(text)
	case strings.HasPrefix(text, "<t:"):
		return p.moment(text)
	}
	return 0
}

func (p *parser) delimited(text, mark string, m Manner) int {
	body, ok := until(text[len(mark):], mark, m == Bold)
	if !ok || strings.TrimSpace(body) == "" || m != Block && strings.Contains(body, "\n") {
		return 0
	}
	s := Span{Manner: m, Text: body}
	switch m {
	case Bold:
		s.Text = unescape(body)
	case Block:
		s.Text = strings.Trim(body, "\n")
	}
	p.add(s)
	return len(body) + 2*len(mark)
}

// until gives text up to mark; with escapes, a mark after a backslash does not count.
func until(text, mark string, escapes bool) (string, bool) {
	for i := 0; i < len(text); i++ {
		if escapes && text[i] == '\\' {
			i++
			continue
		}
		if strings.HasPrefix(text[i:], mark) {
			return text[:i], true
		}
	}
	return "", false
}

func (p *parser) link(text string) int {
	label, ok := until(text[1:], "](", true)
	if !ok || label == "" || strings.Contains(label, "\n") {
		return 0
	}
	rest := text[1+len(label)+2:]
	url, ok := until(rest, ")", false)
	if !ok || !strings.HasPrefix(url, "https://") || strings.ContainsFunc(url, func(r rune) bool { return r <= ' ' || strings.ContainsRune("<>|\\`", r) }) {
		return 0
	}
	p.add(Span{Manner: Link, Text: unescape(label), URL: url})
	return 1 + len(label) + 2 + len(url) + 1
}

func (p *parser) moment(text string) int {
	digits, ok := until(text[len("<t:"):], ">", false)
	unix, err := strconv.ParseInt(digits, 10, 64)
	if !ok || err != nil {
		return 0
	}
	t := time.Unix(unix, 0).UTC()
	p.add(Span{Manner: Moment, Text: t.Format("Mon 2 Jan 15:04 UTC"), Time: t})
	return len("<t:") + len(digits) + len(">")
}

// special are the characters that mean something in a text.
const special = "\\*`[]<>"

func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && strings.IndexByte(special, s[i+1]) >= 0 {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// Escape makes s show as it is, whatever it contains. Characters that people
// cannot see or that turn the text around are dropped.
func Escape(s string) string { return escape(s, special) }

// Prose is [Escape] for sentences in which backticks mark code, as in glossary
// entries and questions. What [Parse] would not take for code is none here either.
func Prose(s string) string {
	var b strings.Builder
	for s = escape(s, ""); s != ""; {
		n := 0
		if s[0] == '`' {
			n = new(parser).markup(s)
		}
		if n > 0 {
			b.WriteString(s[:n])
		} else {
			if n = 1 + strings.IndexByte(s[1:], '`'); n == 0 {
				n = len(s)
			}
			b.WriteString(escape(s[:n], special))
		}
		s = s[n:]
	}
	return b.String()
}

func escape(s, marks string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return unseen(r) || strings.ContainsRune(marks, r) || r == utf8.RuneError }) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + len(s)/8)
	for _, r := range strings.ToValidUTF8(s, "\uFFFD") {
		switch {
		case unseen(r):
			if r == '\t' {
				b.WriteByte(' ')
			}
		case strings.ContainsRune(marks, r):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// unseen are characters that people cannot see or that turn the text around.
func unseen(r rune) bool {
	if r < utf8.RuneSelf { // nearly all
		return r < ' ' && r != '\n' || r == 0x7f
	}
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u200b' || r == '\ufeff'
}

// Fence shows s as a block of code.
func Fence(s string) string {
	return "```\n" + strings.ReplaceAll(escape(strings.Trim(s, "\n"), ""), "```", "'''") + "\n```"
}

// Line makes s one line of at most n characters, cut with "…". It does not escape.
func Line(s string, n int) string {
	return Cut(strings.Join(strings.Fields(s), " "), n)
}

// Cut shortens s to at most n characters (n at least 1), ending with "…" if anything was cut.
// No character is split.
func Cut(s string, n int) string {
	if Length(s) <= n {
		return s
	}
	length := 0
	for i, r := range s {
		if length += utf16.RuneLen(r); length > n-1 {
			return strings.TrimRight(s[:i], " \n") + "…"
		}
	}
	return s
}

// CutMarkdown is [Cut] for a text as [Parse] reads it: markup that the cut goes through is closed before it, or left out,
// so that nothing of it becomes live that was code or escaped.
func CutMarkdown(text string, n int) string {
	if Length(text) <= n {
		return text
	}
	var b strings.Builder
	for left := n - 1; text != ""; {
		var p parser
		size := p.markup(text)
		if size == 0 {
			size = p.plain(text)
		}
		piece := text[:size]
		if Length(piece) > left {
			if len(p.spans) > 0 {
				b.WriteString(p.spans[0].beginning(piece, left))
			}
			break
		}
		b.WriteString(piece)
		left, text = left-Length(piece), text[size:]
	}
	return strings.TrimRight(b.String(), " \n") + "…"
}

// beginning is as much of a span, whose markup is piece, as fits into n characters; "" if that is nothing.
func (s Span) beginning(piece string, n int) string {
	mark := map[Manner]string{Bold: "**", Code: "`", Block: "```"}[s.Manner]
	if mark == "" || n <= 2*len(mark) {
		return ""
	}
	body, length := piece[len(mark):len(piece)-len(mark)], 0
	for i, r := range body {
		if length += utf16.RuneLen(r); length > n-2*len(mark) {
			body = body[:i]
			break
		}
	}
	body = strings.TrimRight(body, " \n`\\*") // what would stand before the mark and change it
	if strings.TrimSpace(body) == "" {
		return ""
	}
	return mark + body + mark
}

// Length counts characters as the stricter platform does: in UTF-16 units.
func Length(s string) int {
	n := 0
	for _, r := range s {
		n += max(1, utf16.RuneLen(r))
	}
	return n
}

// Time puts a moment into a text.
func Time(t time.Time) string { return fmt.Sprintf("<t:%d>", t.Unix()) }
