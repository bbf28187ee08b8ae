package discord

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"ckadbot/bot/chat"
)

// How text becomes Discord's Markdown. Everything that comes from outside is
// text of spans; the markup around it is ours. Lengths are in UTF-16 units,
// the stricter of the two ways in which Discord may count.

// live are the characters that mean something in Discord's Markdown wherever
// they stand, or begin a mention or a time. Without the square brackets the round
// ones make no link. What means something only in some places is in [escape]:
// backslashes that are not needed would use up the room in a message.
const live = "\\*_~`|<>[]@"

// emoji is a name that Discord shows as a picture.
var emoji = regexp.MustCompile(`^:(?:100|1234|[\w+-]*[A-Za-z+-][\w+-]*):`)

// hidden is a zero-width space. It keeps apart what would be read as one, and
// stands where Discord takes no empty text.
const hidden = "\u200b"

// A writer collects pieces until a limit is reached. No piece is ever split.
type writer struct {
	text strings.Builder
	left int
	full bool // the line has something on it
}

func room(limit int) *writer { return &writer{left: limit} }

// add takes a piece if it fits.
func (w *writer) add(piece string) bool {
	n := chat.Length(piece)
	if n > w.left {
		return false
	}
	w.left -= n
	w.text.WriteString(piece)
	w.full = w.full && piece != "\n" || strings.TrimSpace(piece) != ""
	return true
}

// markdown writes a text of chat in Discord's Markdown, in at most limit
// characters: what does not fit is cut off with "…", and all markup is closed.
func markdown(text string, limit int) string {
	spans := chat.Parse(text)
	if w := room(limit); w.spans(spans) {
		return visible(w.text.String())
	}
	w := room(limit - 1)
	w.spans(spans)
	return visible(w.text.String() + "…")
}

// spans writes as many spans as fit, the last of them in part, and tells whether all did.
func (w *writer) spans(spans []chat.Span) bool {
	for i, s := range spans {
		if i > 0 && marked(spans[i-1]) && marked(s) && !w.add(hidden) {
			return false
		}
		if !w.span(s) {
			return false
		}
	}
	return true
}

// marked tells whether s has marks around it that could merge with its neighbour's.
func marked(s chat.Span) bool { return s.Manner != chat.Normal && s.Manner != chat.Moment }

func (w *writer) span(s chat.Span) bool {
	text := clean(s.Text)
	switch s.Manner {
	case chat.Bold:
		return w.wrapped("**", visible(text), "**", w.escaped)
	case chat.Code:
		return w.wrapped("`", visible(text), "`", w.quoted)
	case chat.Block:
		all := w.wrapped("```\n", visible(text), "\n```", w.quoted)
		w.full = false
		return all
	case chat.Link: // the angle brackets keep Discord from showing a preview
		return w.add("[" + label(text) + "](<" + s.URL + ">)")
	case chat.Moment:
		return w.add(fmt.Sprintf("<t:%d:f>", s.Time.Unix()))
	}
	return w.escaped(text)
}

// wrapped writes text between two marks; if not all of it fits, the second
// still closes the first.
func (w *writer) wrapped(before, text, after string, write func(string) bool) bool {
	need := chat.Length(before) + chat.Length(after) + 2 // 2: the longest piece of text
	if w.left < need {
		return false
	}
	w.left -= chat.Length(after)
	w.add(before)
	all := write(text)
	w.text.WriteString(after)
	return all
}

// escaped writes text so that it shows as it is, with no meaning.
func (w *writer) escaped(text string) bool {
	for i, r := range text {
		if !w.add(escape(r, text[i:], !w.full)) {
			return false
		}
	}
	return true
}

// escape gives r, which begins rest, without its meaning. first tells whether
// nothing but space comes before it on its line.
func escape(r rune, rest string, first bool) string {
	switch {
	case strings.ContainsRune(live, r),
		first && strings.ContainsRune("#-+", r),                                 // headings and lists
		r == ':' && (strings.HasPrefix(rest, "://") || emoji.MatchString(rest)): // addresses become links by themselves
		return `\` + string(r)
	}
	return string(r)
}

// quoted writes text inside code, where only a backtick means something. A
// backslash would be seen there, so another quotation mark stands for it.
func (w *writer) quoted(text string) bool {
	return w.shown(text, unquoted)
}

var (
	unquoted  = strings.NewReplacer("`", "'")
	unchanged = strings.NewReplacer()
	broken    = strings.NewReplacer("<", "<"+hidden, "@", "@"+hidden)
)

func (w *writer) shown(text string, show *strings.Replacer) bool {
	for _, r := range text {
		if !w.add(show.Replace(string(r))) {
			return false
		}
	}
	return true
}

// clean drops what is invisible or turns the text around.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= ' ' && r <= '~' { // nearly all
			return r
		}
		if r != '\n' && unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u200b' || r == '\ufeff' {
			return -1
		}
		return r
	}, s)
}

// label is the text of a link, in which brackets cannot be escaped.
func label(text string) string {
	w := room(len(text) * 2)
	w.escaped(strings.NewReplacer("[", "(", "]", ")").Replace(text))
	return visible(w.text.String())
}

// title writes plain text where Discord reads Markdown, on one line of at most limit characters.
func title(text string, limit int) string {
	return line(text, limit, (*writer).escaped)
}

// plain writes plain text where Discord reads no Markdown (labels, choices), on
// one line of at most limit characters.
func plain(text string, limit int) string {
	return line(text, limit, func(w *writer, text string) bool { return w.shown(text, unchanged) })
}

// footer is plain, but what looks like a mention is broken up: it would do
// nothing, but not everybody who sees it knows that.
func footer(text string, limit int) string {
	return line(text, limit, func(w *writer, text string) bool { return w.shown(text, broken) })
}

func line(text string, limit int, write func(*writer, string) bool) string {
	text = clean(strings.Join(strings.Fields(text), " "))
	w := room(limit)
	if write(w, text) {
		return visible(w.text.String())
	}
	w = room(limit - 1)
	write(w, text)
	return visible(w.text.String() + "…")
}

// visible gives s, or something to stand for it: Discord refuses empty text.
func visible(s string) string {
	if strings.TrimSpace(s) == "" {
		return hidden
	}
	return s
}
