package slack

import (
	"bytes"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"ckadbot/bot/chat"
)

// Slack reads &, < and > as its own markup wherever text goes and knows these
// three escapes (docs.slack.dev/messaging/formatting-message-text). It has none
// for * _ ~ ` and a leading >, so an invisible joiner goes before those that
// would begin formatting. In the worst case a word is shown bold; nobody is
// ever notified and nothing is ever a link.
const (
	joiner = "\u2060" // word joiner: shows nothing, no boundary of a word
	seam   = "\u200b" // zero width space: a boundary, so that *Pod*s is bold, too
)

// maxLink is how long a link may be with its label, in characters. A longer one
// is shown as its label only: links are never cut in two.
const maxLink = 1500

// A text is mrkdwn with the places where it may be cut.
type text struct {
	s    []byte
	size int // as chat.Length counts
	cuts []cut
}

// A cut is a place between two characters. If it is within marks, these end
// in the part before and begin again in the part after.
type cut struct {
	at, size int32 // bytes and characters before it
	rank     rank
	in       marks
}

// marks are what stands around a piece of text.
type marks uint8

const (
	noMarks marks = iota
	boldMarks
	codeMarks
	blockMarks
)

func (m marks) open() string  { return [...]string{"", "*", "`", "```\n"}[m] }
func (m marks) close() string { return [...]string{"", "*", "`", "\n```"}[m] }

// A rank is how good a place for a cut is.
type rank uint8

const (
	anywhere rank = iota
	afterWord
	afterLine
	afterParagraph
)

// mrkdwn renders Markdown.
func mrkdwn(markdown string) text { return marked(chat.Parse(visible(markdown))) }

func marked(spans []chat.Span) text {
	var t text
	for i, s := range spans {
		if i > 0 && parted(spans[i-1], s) {
			t.add(seam)
		}
		t.span(s)
	}
	return t
}

// parted tells whether Slack needs a seam to see that a ends and b begins.
func parted(a, b chat.Span) bool {
	switch {
	case ticks(a, strings.HasSuffix) && ticks(b, strings.HasPrefix):
		return true // else there are three in a row
	case a.Manner == chat.Normal && b.Manner != chat.Normal:
		return endsInWord(a.Text)
	case a.Manner != chat.Normal && b.Manner == chat.Normal:
		return beginsInWord(b.Text)
	}
	return false
}

// ticks tells whether s, as it is written, begins or ends with a backtick.
func ticks(s chat.Span, side func(s, tick string) bool) bool {
	return s.Manner == chat.Code || s.Manner == chat.Block || s.Manner != chat.Link && side(s.Text, "`")
}

func (t *text) span(s chat.Span) {
	switch s.Manner {
	case chat.Normal:
		t.normal(s.Text)
	case chat.Bold:
		if strings.ContainsAny(s.Text, "*`\n") || strings.TrimSpace(s.Text) != s.Text {
			t.normal(s.Text) // Slack could not tell where it ends
			return
		}
		t.wrapped(s.Text, boldMarks)
	case chat.Code:
		t.wrapped(s.Text, codeMarks)
	case chat.Block:
		t.wrapped(s.Text, blockMarks)
	case chat.Link:
		link := "<" + escape(s.URL) + "|" + escape(strings.ReplaceAll(s.Text, "`", "`"+joiner)) + ">"
		if chat.Length(link) > maxLink {
			t.normal(s.Text)
			return
		}
		t.atom(link)
	case chat.Moment:
		t.atom("<!date^" + unix(s.Time) + "^{date_short_pretty} {time}|" + escape(s.Text) + ">")
	}
}

// add writes what may not be cut off from what comes next.
func (t *text) add(s string) {
	t.s = append(t.s, s...)
	t.size += chat.Length(s)
}

// atom writes what may only be cut off as a whole.
func (t *text) atom(s string) {
	t.add(s)
	t.cut(anywhere, noMarks)
}

// loose is how many characters are between two cuts at least, if neither is at the end of a word. Few
// texts are ever cut, and if there were as many cuts as characters, they would cost more than all else.
const loose = 16

// cut notes that there may be a cut after what was written.
func (t *text) cut(r rank, in marks) {
	if n := len(t.cuts); n > 0 && r == anywhere && t.size-int(t.cuts[n-1].size) < loose {
		return
	}
	t.cuts = append(t.cuts, cut{at: int32(len(t.s)), size: int32(t.size), rank: r, in: in})
}

// char writes one character so that it shows as it is.
func (t *text) char(r rune) {
	switch r {
	case '&', '<', '>':
		t.add(escape(string(r)))
	default:
		t.s = utf8.AppendRune(t.s, r)
		t.size += max(1, utf16.RuneLen(r))
	}
}

// grow makes room for a text, with a cut after each word.
func (t *text) grow(s string) {
	t.s, t.cuts = slices.Grow(t.s, len(s)+len(s)/16), slices.Grow(t.cuts, len(s)/5)
}

func (t *text) wrapped(s string, in marks) {
	t.grow(s)
	t.add(in.open())
	for i, r := range s {
		t.char(r)
		if i+utf8.RuneLen(r) < len(s) {
			t.cut(rankAfter(s[:i], r), in)
		}
	}
	t.add(in.close())
	t.cut(anywhere, noMarks)
}

func (t *text) normal(s string) {
	t.grow(s)
	for i, r := range s {
		if formats(s, i, r) {
			t.add(joiner)
		}
		t.char(r)
		t.cut(rankAfter(s[:i], r), noMarks)
	}
}

func rankAfter(before string, r rune) rank {
	switch {
	case r == '\n' && strings.HasSuffix(before, "\n"):
		return afterParagraph
	case r == '\n':
		return afterLine
	case r == ' ':
		return afterWord
	}
	return anywhere
}

// formats tells whether the character r at s[i:] may begin formatting: a quote
// at the start of a line, a pair of marks around words, a fence, or a Markdown link,
// which Slack does not know but its clients make of pasted text.
func formats(s string, i int, r rune) bool {
	switch r {
	case '>':
		return i == 0 || s[i-1] == '\n'
	case '(':
		return i > 0 && s[i-1] == ']'
	case '`':
		if i > 0 && s[i-1] == '`' {
			return true // three of them would begin a block
		}
	case '*', '_', '~':
	default:
		return false
	}
	if endsInWord(s[:i]) {
		return false
	}
	line, _, _ := strings.Cut(s[i+1:], "\n")
	for end := 1; end < len(line) && line[0] != ' '; end++ {
		if line[end] == byte(r) && line[end-1] != ' ' {
			return true
		}
	}
	return false
}

func endsInWord(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

func beginsInWord(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// visible drops characters that nobody sees or that turn the text around. It
// comes before everything else: what it drops may have kept marks apart.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= ' ' && r <= '~': // nearly all
			return r
		case r == '\t':
			return ' '
		case r != '\n' && unicode.Is(unicode.Cc, r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
}

var escapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

func escape(s string) string { return escapes.Replace(s) }

// plain escapes s for a plain_text object of at most max characters, counted
// after escaping. What is too long ends with "…".
func plain(s string, max int) string {
	s = strings.TrimSpace(strings.ReplaceAll(visible(s), "\n", " "))
	if e := escape(s); chat.Length(e) <= max {
		return e
	}
	var b strings.Builder
	size := 0
	for _, r := range s {
		e := escape(string(r))
		if size += chat.Length(e); size > max-1 {
			break
		}
		b.WriteString(e)
	}
	return strings.TrimRight(b.String(), " ") + "…"
}

// shorten cuts t to at most max characters, ending with "…" if anything was cut.
func (t text) shorten(max int) text {
	if t.size <= max {
		return t
	}
	end := cut{}
	n := 0
	for i, c := range t.cuts {
		if int(c.size)+chat.Length(c.in.close())+1 > max {
			break
		}
		end, n = c, i
	}
	s := string(bytes.TrimRight(t.s[:end.at], " \n")) + end.in.close() + "…"
	return text{s: []byte(s), size: chat.Length(s), cuts: t.cuts[:n]}
}

// split cuts t into parts of at most max characters, at the ends of paragraphs
// or lines if there are any in the second half of a part. No part is blank.
func (t text) split(max int) []string {
	var parts []string
	for from := (cut{}); int(from.at) < len(t.s); {
		to := t.next(from, max)
		part := strings.TrimRight(strings.TrimLeft(string(t.s[from.at:to.at]), "\n"), " \n")
		if part != "" {
			parts = append(parts, from.in.open()+part+to.in.close())
		}
		from = to
	}
	return parts
}

// next finds where the part that begins at from ends.
func (t text) next(from cut, max int) cut {
	room := max - chat.Length(from.in.open())
	if t.size-int(from.size) <= room {
		return cut{at: int32(len(t.s)), size: int32(t.size)}
	}
	var best cut
	for _, c := range t.cuts {
		length := int(c.size - from.size)
		if length <= 0 {
			continue
		}
		if length+chat.Length(c.in.close()) > room {
			break
		}
		if c.rank >= best.rank || int(best.size-from.size) < room/2 {
			best = c
		}
	}
	return best
}
