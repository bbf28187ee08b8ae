package quiz

import (
	"html"
	"regexp"
	"strings"
	"unicode"

	"ckadbot/internal/textfile"
)

// A plainText is a text of another program without its markup.
type plainText struct {
	text string // one line, `code` marked
	code string // what stood in a block of its own
	lost bool   // a picture or a sound was in it
}

// The tags that are markup; any other, such as <pod> in "kubectl logs <pod>", is text.
const knownTags = `a|abbr|audio|b|big|blockquote|body|br|center|cite|code|dd|del|div|dl|dt|em|figure|font|footer|h[1-6]|head|header|hr|html|i|iframe|img|ins|kbd|label|li|link|mark|math|meta|object|ol|p|picture|pre|q|s|samp|section|small|source|span|strike|strong|sub|sup|svg|table|tbody|td|tfoot|th|thead|tr|tt|u|ul|var|video`

var (
	anyTag     = regexp.MustCompile(`(?i)</?(?:` + knownTags + `)(?:\s[^<>]*)?/?>`)
	hiddenTags = regexp.MustCompile(`(?is)<!--.*?-->|<script\b.*?</script\s*>|<style\b.*?</style\s*>`)
	preTag     = regexp.MustCompile(`(?is)<pre(?:\s[^<>]*)?>(.*?)</pre\s*>`)
	codeTag    = regexp.MustCompile(`(?i)</?(?:code|tt|kbd|samp)(?:\s[^<>]*)?>`)
	mediaTag   = regexp.MustCompile(`(?i)<(?:img|audio|video|iframe|object|svg|math|picture)(?:\s[^<>]*)?/?>`)
	breakTag   = regexp.MustCompile(`(?i)</?(?:br|p|div|li|ul|ol|tr|td|th|table|h[1-6]|blockquote|hr|dd|dt|section)(?:\s[^<>]*)?/?>`)
	supTag     = regexp.MustCompile(`(?i)<sup(?:\s[^<>]*)?>`)
	subTag     = regexp.MustCompile(`(?i)<sub(?:\s[^<>]*)?>`)

	fence       = regexp.MustCompile("(?s)```[a-z]*\n(.*?)\n?```")
	picture     = regexp.MustCompile(`!\[[^\]\n]*\]\([^()\s]*\)|\[sound:[^\]\n]*\]`)
	link        = regexp.MustCompile(`\[([^\]\n]*)\]\((?:https?|mailto)[^()\s]*\)`)
	chatLink    = regexp.MustCompile(`<(?:https?|mailto):[^<>|\s]*\|([^<>]*)>`)
	bareLink    = regexp.MustCompile(`<(https?:[^<>|\s]*)>`)
	chatMention = regexp.MustCompile(`<(?:[@!#][^<>\s]*|@[^<>]*)>`)
	codeSpan    = regexp.MustCompile("`[^`\n]+`") // as our own texts have it
)

// plain takes the markup out of a text and tells what was lost with it.
func (r *reader) plain(at Place, s string, isHTML bool) plainText {
	p := toPlain(s, isHTML)
	if p.lost {
		r.notice(at, "a picture or a sound was left out; look whether the question can be answered without it")
	}
	return p
}

func toPlain(s string, isHTML bool) plainText {
	var p plainText
	var blocks []string
	s = fence.ReplaceAllStringFunc(s, func(block string) string {
		blocks = append(blocks, fence.FindStringSubmatch(block)[1])
		return "\n"
	})
	if isHTML {
		s = p.dropHTML(s, true, &blocks)
	} else {
		s = textfile.OutsideCode(s, func(part string) string { return p.dropHTML(part, false, &blocks) })
	}
	s = textfile.OutsideCode(s, func(part string) string {
		p.lost = p.lost || picture.MatchString(part)
		part = link.ReplaceAllString(picture.ReplaceAllString(part, " "), "$1")
		return chatMention.ReplaceAllString(bareLink.ReplaceAllString(chatLink.ReplaceAllString(part, "$1"), "$1"), " ")
	})
	p.text = oneSpaced(strings.Map(visible, s))
	p.code = codeBlock(strings.Join(blocks, "\n"))
	return p
}

// dropHTML keeps what a browser would show. In a text that is not said to be HTML, and has no tag, & and < are themselves.
func (p *plainText) dropHTML(s string, isHTML bool, blocks *[]string) string {
	if !isHTML && !anyTag.MatchString(s) {
		return s
	}
	s = hiddenTags.ReplaceAllString(s, " ")
	s = preTag.ReplaceAllStringFunc(s, func(block string) string {
		inner := breakTag.ReplaceAllString(preTag.FindStringSubmatch(block)[1], "\n")
		*blocks = append(*blocks, html.UnescapeString(anyTag.ReplaceAllString(inner, "")))
		return " "
	})
	p.lost = p.lost || mediaTag.MatchString(s)
	s = codeTag.ReplaceAllString(s, "`")
	s = breakTag.ReplaceAllString(s, "\n")
	s = subTag.ReplaceAllString(supTag.ReplaceAllString(s, "^"), "_") // 2<sup>10</sup> is not 210
	return html.UnescapeString(anyTag.ReplaceAllString(s, ""))
}

// visible drops characters that hide or turn text and makes other blanks plain ones.
func visible(c rune) rune {
	switch {
	case unicode.IsSpace(c), unicode.IsControl(c), c == '\u2028', c == '\u2029':
		return ' '
	case unicode.Is(unicode.Cf, c):
		return -1
	}
	return c
}

// codeBlock is a block of code as Question has it.
func codeBlock(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\t", "    "), "```", "")
	s = strings.Map(func(c rune) rune {
		if c == '\n' {
			return c
		}
		return visible(c)
	}, s)
	return strings.Trim(s, "\n")
}
