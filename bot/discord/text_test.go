package discord

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/bwmarrin/discordgo"
	"pgregory.net/rapid"

	"ckadbot/bot/chat"
)

// What strangers write: everything that pings, links or formats somewhere, and characters of all lengths and directions.
var strange = []string{
	"@everyone", "@here", "<@123>", "<@!123>", "<@&5>", "<#7>", "</ckad define:4>", "<t:1:R>", "<t:1795000000>", "<a:x:5>", "<:x:5>", ":tada:", "<id:customize>",
	"https://evil.example", "<https://evil.example>", "[a](https://evil.example)", "[a](<https://evil.example>)", "<!channel>", "<https://evil.example|x>",
	"```", "`", "``", "**", "__", "~~", "||", "*", "_", "\\", "\\\\", "\n# h", "\n-# s", "\n> q", "\n>>> q", "\n- l", "]", "[", "(", ")", "<", ">", "@", "#", "…",
	"\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "שלום", "مرحبا", "漢字", "😀", "👩\u200d👩\u200d👧", "e\u0301", "\x00", "\x1b[2J", "\xff", "a", "b c", " ", "\n",
}

func strangeText(t *rapid.T, name string, limit int) string {
	pieces := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(strange), rapid.String()), 1, 12).Draw(t, name)
	s := strings.Join(pieces, "")
	if rapid.Bool().Draw(t, name+" is long") {
		s = strings.Repeat(s, 1+limit/max(1, chat.Length(s)))
	}
	return s
}

// A drawnText is a Markdown text of ours with strangers' words in it, and how much of it is live.
type drawnText struct {
	text         string
	links, times int
}

func drawText(t *rapid.T, name string, limit int) drawnText {
	var d drawnText
	for i := range rapid.IntRange(1, 4).Draw(t, name+" parts") {
		part := fmt.Sprint(name, i)
		s := strangeText(t, part, limit/2)
		switch rapid.IntRange(0, 6).Draw(t, part+" kind") {
		case 0:
			d.text += "**" + chat.Escape(s) + "**"
		case 1:
			d.text += chat.Prose(s)
		case 2:
			d.text += chat.Fence(s)
		case 3:
			d.text += "[" + chat.Escape(chat.Line(s, 40)) + "](https://kubernetes.io/docs/)"
			d.links++
		case 4:
			d.text += chat.Time(time.Unix(1795000000, 0))
			d.times++
		default:
			d.text += chat.Escape(s)
		}
	}
	if d.text = chat.CutMarkdown(d.text, limit); strings.TrimSpace(d.text) == "" {
		d.text = "x"
	}
	return d
}

var (
	plainOrNot = regexp.MustCompile("(?s)\\\\[^0-9A-Za-z\\s]|```.*?```|`[^`]*`") // an escape, or code: whatever begins first
	ourLinks   = regexp.MustCompile(`\]\(<https://kubernetes\.io/docs/>\)`)
	ourTimes   = regexp.MustCompile(`<t:1795000000:f>`)
	anyMention = regexp.MustCompile(`@everyone|@here|<@|<#|</|<t:|<a?:|<id:|<http|://|\]\(|:tada:`)
	newBlock   = regexp.MustCompile(`(?m)^\s*(#|>|-#|- )`)
)

// inert wants nothing in text to be live but so many links and times of ours.
func inert(t *rapid.T, where, text string, d drawnText) {
	if !utf8.ValidString(text) {
		t.Fatalf("%s: %q is no UTF-8: a character was split", where, text)
	}
	bare := plainOrNot.ReplaceAllString(text, "x")
	if strings.Contains(bare, "`") {
		t.Fatalf("%s: %q leaves code open", where, text)
	}
	if strings.HasSuffix(strings.TrimSuffix(bare, "…"), `\`) {
		t.Fatalf("%s: %q ends within an escape", where, text)
	}
	if n := len(ourLinks.FindAllString(bare, -1)); n > d.links {
		t.Fatalf("%s: %q has %d links, want %d", where, text, n, d.links)
	}
	if n := len(ourTimes.FindAllString(bare, -1)); n > d.times {
		t.Fatalf("%s: %q has %d times, want %d", where, text, n, d.times)
	}
	bare = ourTimes.ReplaceAllString(ourLinks.ReplaceAllString(bare, ")"), "t")
	if live := anyMention.FindString(bare); live != "" {
		t.Fatalf("%s: %q is live in %q", where, live, text)
	}
	if live := newBlock.FindString(bare); live != "" {
		t.Fatalf("%s: %q formats %q", where, live, text)
	}
}

// within wants lo to hi characters, both as code points and as UTF-16 units.
func within(t *rapid.T, where, text string, lo, hi int) {
	points, units := utf8.RuneCountInString(text), len(utf16.Encode([]rune(text)))
	if points < lo || points > hi || units > hi || lo > 0 && strings.TrimSpace(text) == "" {
		t.Fatalf("%s has %d characters, %d of UTF-16, want %d to %d: %q", where, points, units, lo, hi, text)
	}
}

// TestWhateverIsWrittenIsInertAndFits: cards, texts, forms and proposals, of the longest that there may be.
// discord.com/developers/docs/resources/message, …/components/reference
func TestWhateverIsWrittenIsInertAndFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		body, value := drawText(t, "body", 3000), drawText(t, "value", 900)
		words := strangeText(t, "words", 150)
		card := chat.Card{Title: chat.Line(words, chat.MaxTitle), Body: body.text, Footer: chat.Line("x"+words, chat.MaxFooter),
			Fields:  []chat.Field{{Name: chat.Line("x"+words, chat.MaxName), Value: value.text}},
			Buttons: []chat.Button{{Action: "a", Label: chat.Line("x"+words, chat.MaxLabel)}}}
		p := render(chat.Message{Card: &card})
		e := p.Embeds[0]
		within(t, "title", e.Title, 0, 256)
		within(t, "description", e.Description, 1, 4096)
		within(t, "footer", e.Footer.Text, 0, 2048)
		within(t, "field name", e.Fields[0].Name, 1, 256)
		within(t, "field value", e.Fields[0].Value, 1, 1024)
		if size(e) > 6000 {
			t.Fatalf("the embed has %d characters", size(e))
		}
		inert(t, "title", e.Title, drawnText{})
		inert(t, "description", e.Description, body)
		inert(t, "field name", e.Fields[0].Name, drawnText{})
		inert(t, "field value", e.Fields[0].Value, value)
		if strings.Contains(e.Footer.Text, "<@") || strings.Contains(e.Footer.Text, "@everyone") {
			t.Fatalf("the footer %q looks like a mention", e.Footer.Text)
		}
		within(t, "label", p.Components[0].(discordgo.ActionsRow).Components[0].(discordgo.Button).Label, 1, 80)
		if p.AllowedMentions.Parse == nil || len(p.AllowedMentions.Parse) > 0 || len(p.AllowedMentions.Users) > 0 || p.AllowedMentions.RepliedUser {
			t.Fatalf("allowed mentions are %+v", p.AllowedMentions)
		}

		said := drawText(t, "text", chat.MaxText)
		challenged := render(chat.Message{Text: said.text, Mention: &chat.User{ID: "12345678901234567890"}})
		content, ok := strings.CutPrefix(challenged.Content, "<@12345678901234567890> ")
		if !ok || !slices.Equal(challenged.AllowedMentions.Users, []string{"12345678901234567890"}) || challenged.AllowedMentions.Parse == nil || len(challenged.AllowedMentions.Parse) > 0 {
			t.Fatalf("the challenged is not mentioned, or somebody else is: %+v", challenged)
		}
		within(t, "content", challenged.Content, 1, 2000)
		inert(t, "content", content, said)

		m := form(chat.Form{Title: "x" + words, Action: "f", Inputs: []chat.Input{{Name: "n", Label: "x" + words, Hint: words, Value: chat.Cut(words, chat.MaxInputValue)}}})
		l := m.Components[0].(discordgo.Label)
		input := l.Component.(discordgo.TextInput)
		within(t, "form title", m.Title, 1, 45)
		within(t, "input label", l.Label, 1, 45)
		within(t, "placeholder", input.Placeholder, 0, 100)
		within(t, "input value", input.Value, 0, min(4000, input.MaxLength))
		within(t, "proposal", plain(words, maxChoice), 1, 100)
	})
}
