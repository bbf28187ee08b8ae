package kb

import (
	"html"
	"regexp"
	"strings"
	"unicode/utf8"

	"ckadbot/internal/textfile"
)

// websiteVersion is what pages of the Kubernetes website mean by "the version"; it stands in some of their links.
const websiteVersion = "v1.37"

var (
	shortcode   = regexp.MustCompile(`(?s)\{\{\s*[<%]\s*(/?)\s*([\w-]+)(.*?)/?\s*[>%]\s*\}\}`)
	attribute   = regexp.MustCompile("([\\w-]+)\\s*=\\s*(?:\"([^\"]*)\"|`([^`]*)`|'([^']*)'|([^\\s\"'`]+))")
	comment     = regexp.MustCompile(`(?s)<!--.*?(?:-->|$)`)
	more        = regexp.MustCompile(`<!--\s*more\s*-->`)
	lineBreak   = regexp.MustCompile(`(?i)<br\s*/?>`)
	autolink    = regexp.MustCompile(`<((?:https?|mailto):[^<>\s]*)>`)
	tag         = regexp.MustCompile(`</?[A-Za-z][^<>]*>`)
	link        = regexp.MustCompile(`!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\](?:\((?:[^()]|\([^()]*\))*\)|\[[^\[\]]*\])`)
	reference   = regexp.MustCompile(`(?m)^ {0,3}\[[^\]]+\]:\s*\S.*$`)
	strong      = regexp.MustCompile(`\*\*([^*\n]+)\*\*|\b__([^_\n]+)__\b`)
	emphasis    = regexp.MustCompile(`\*([^\s*](?:[^*\n]*[^\s*])?)\*|\b_([^\s_](?:[^_\n]*[^\s_])?)_\b`)
	listItem    = regexp.MustCompile(`^([*+-]|[0-9]{1,3}[.)])\s+`)
	heading     = regexp.MustCompile(`^#{1,6}\s+(.*?)\s*#*$`)
	escapedMark = regexp.MustCompile("\\\\[!-/:-@\\[-`{-~]")
	fence       = regexp.MustCompile("^(```|~~~)")
	attributes  = regexp.MustCompile(`\{[#.:][^{}]*\}\s*$`) // Hugo's {#anchor} behind a heading
)

// A renderer makes plain text with `code` of the website's Markdown.
type renderer struct {
	title   func(id string) string // of another page, "" when there is none
	dropped func(shortcode string) // told of each shortcode that says something this program does not know
}

// text renders a piece of a page: its paragraphs with a blank line between them, list items on lines of their own.
func (r renderer) text(markdown string) string {
	s := comment.ReplaceAllString(markdown, "")
	s = r.shortcodes(s)
	s = reference.ReplaceAllString(s, "")
	s = lineBreak.ReplaceAllString(s, "\x00") // no text has one: it is a break that stays
	s = textfile.OutsideCode(s, hideEscaped)
	for range 3 { // a link around an image, an emphasis in a link
		s = link.ReplaceAllString(s, "$1")
	}
	s = textfile.OutsideCode(s, func(s string) string {
		s = autolink.ReplaceAllString(s, "$1")
		s = tag.ReplaceAllString(s, "")
		s = strong.ReplaceAllString(s, "$1$2")
		s = emphasis.ReplaceAllString(s, "$1$2")
		return html.UnescapeString(s)
	})
	s = showEscaped(s)
	for strings.Contains(s, "{{") || strings.Contains(s, "}}") {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "{{", ""), "}}", "")
	}
	return paragraphsOf(s)
}

// line renders what must be one line.
func (r renderer) line(markdown string) string {
	return strings.Join(strings.Fields(r.text(markdown)), " ")
}

// shortcodes replaces what Hugo would: a tooltip by its text, the version by a version. Frames such as notes keep what is in them.
func (r renderer) shortcodes(s string) string {
	return shortcode.ReplaceAllStringFunc(s, func(code string) string {
		parts := shortcode.FindStringSubmatch(code)
		given := map[string]string{}
		for _, a := range attribute.FindAllStringSubmatch(parts[3], -1) {
			given[a[1]] = a[2] + a[3] + a[4] + a[5]
		}
		switch id := given["term_id"]; {
		case given["text"] != "":
			return given["text"]
		case id != "":
			if title := r.title(id); title != "" {
				return title
			}
			return strings.ReplaceAll(id, "-", " ")
		case parts[2] == "param" && strings.Contains(parts[3], "version"):
			return websiteVersion
		case parts[2] == "skew" && strings.Contains(parts[3], "currentVersion"):
			return strings.TrimPrefix(websiteVersion, "v")
		case !frames[parts[2]]:
			r.dropped(parts[2])
		}
		return ""
	})
}

var frames = wordSet(`note caution warning alert details tab tabs table comment`)

// A character behind a backslash means only itself: until the rest has been understood it stands in a range for private use.
func hideEscaped(s string) string {
	return escapedMark.ReplaceAllStringFunc(s, func(pair string) string { return string(rune(pair[1]) + hiddenMarks) })
}

func showEscaped(s string) string {
	return strings.Map(func(r rune) rune {
		if r > hiddenMarks && r < hiddenMarks+utf8.RuneSelf {
			return r - hiddenMarks
		}
		return r
	}, s)
}

const hiddenMarks = '\uE000'

// paragraphsOf joins the lines of each paragraph.
func paragraphsOf(s string) string {
	var out strings.Builder
	before := "\n\n" // what stands between the text so far and the next line
	inFence := false
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, " \t\r\n")
		trimmed := strings.TrimLeft(line, " \t>")
		if fence.MatchString(trimmed) {
			inFence = !inFence
			before = "\n"
			continue
		}
		if inFence {
			out.WriteString("\n" + line)
			before = "\n"
			continue
		}
		title := heading.FindStringSubmatch(trimmed)
		item := listItem.FindStringSubmatch(trimmed)
		switch {
		case trimmed == "":
			before = "\n\n"
			continue
		case title != nil:
			out.WriteString("\n\n" + attributes.ReplaceAllString(title[1], ""))
			before = "\n\n"
			continue
		case item != nil:
			mark := item[1]
			if strings.ContainsAny(mark, "*+-") {
				mark = "-"
			}
			if before == " " {
				before = "\n"
			}
			trimmed = mark + " " + trimmed[len(item[0]):]
		}
		out.WriteString(before + strings.Join(strings.Fields(trimmed), " "))
		before = " "
	}
	text := strings.ReplaceAll(out.String(), "\x00", "\n")
	text = manyBreaks.ReplaceAllString(blankEnds.ReplaceAllString(text, "\n"), "\n\n")
	return strings.TrimSpace(text)
}

var (
	blankEnds  = regexp.MustCompile(`[ \t]*\n[ \t]*`)
	manyBreaks = regexp.MustCompile(`\n{3,}`)
)

// cutSentence shortens a text to at most n characters, behind the last sentence that fits, and reports whether it did.
func cutSentence(text string, n int) (string, bool) {
	short := cut(text, n)
	if short == text {
		return text, false
	}
	end := 0
	for i, r := range short {
		next := i + len(string(r))
		if (r == '\n' || strings.ContainsRune(".!?", r) && next < len(text) && (text[next] == ' ' || text[next] == '\n')) && next <= len(short) {
			end = next
		}
	}
	if end < len(short)/2 { // one endless sentence
		end = max(strings.LastIndexAny(short, " \n"), 0)
		if end == 0 {
			end = len(short)
		}
	}
	return strings.TrimSpace(short[:end]), true
}
