package slack

import (
	"encoding/json"
	"flag"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/slack/slacktest"
)

var update = flag.Bool("update", false, "write the golden files")

// sent is m as it goes over the wire.
func sent(t rapid.TB, m chat.Message) map[string]any {
	t.Helper()
	text, blocks := render(m, "F0PICTURE1")
	raw, err := json.Marshal(map[string]any{"text": text, "blocks": blocks})
	if err != nil {
		t.Fatal(err)
	}
	return decoded(t, raw)
}

func decoded(t rapid.TB, raw []byte) map[string]any {
	t.Helper()
	var args map[string]any
	if err := json.Unmarshal(raw, &args); err != nil {
		t.Fatal(err)
	}
	return args
}

const hostile = "<!channel> <!here|x> <@U123> @everyone <#C1> <https://evil.example|click> *b* _i_ ~s~ **bold** [a](https://evil.example)\n> q & `c` &lt; \u202etxet"

var (
	png      = []byte("\x89PNG\r\n\x1a\n")
	buttons3 = []chat.Button{{Action: "ans:1:0", Label: "A", Style: chat.Primary}, {Action: "ans:1:1", Label: "B"}, {Action: "ans:1:2", Label: "Fish & <chips>", Style: chat.Danger}}
	closing  = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	messages = map[string]chat.Message{
		"text": {Text: "**Pod**s run `kubectl get pods`, see [the *docs*](https://kubernetes.io/docs/?a=1&b=2) until " + chat.Time(closing) + "."},
		"card": {
			Card: &chat.Card{
				Title: "Pod & friends", Body: "A **pod** is the smallest unit.\n\n```\nkubectl run web --image=nginx\n```\nCloses " + chat.Time(closing) + ".",
				Fields: []chat.Field{{Name: "Short name", Value: "`po`"}, {Name: "a*b", Value: "5 * 3 is *.yaml"}}, Footer: "kubernetes.io, CC BY 4.0", Buttons: buttons3,
			},
			Mention: &chat.User{ID: "U0BOB", Name: "bob"},
		},
		"picture": {Card: &chat.Card{Title: "Ana", Body: "3 points", Footer: "The pass mark is 66 %.", Buttons: buttons3, Image: &chat.Image{PNG: png, Alt: "Ana has 3 points & <more>.", Name: "stats.png"}}},
		"menu": {Card: &chat.Card{Body: "Which one?", Buttons: buttons3, Select: &chat.Select{Label: "Choose <one> & *go*",
			Choices: []chat.Choice{{Label: "All & <more>", Value: "terms:0:all"}, {Label: "D1", Value: "terms:0:D1"}}}}},
		"dead":    {Card: &chat.Card{Body: "It is over.", Buttons: []chat.Button{{Action: "a", Label: "A", Disabled: true}, {Action: "b", Label: "B", Disabled: true}}}},
		"hostile": {Card: &chat.Card{Title: hostile, Body: chat.Escape(hostile), Fields: []chat.Field{{Name: "<!everyone>", Value: chat.Escape(hostile)}}, Footer: hostile, Image: &chat.Image{PNG: png, Alt: hostile, Name: "stats.png"}}, Mention: &chat.User{ID: "U1> <!channel"}},
		"longest": {Card: &chat.Card{
			Title: strings.Repeat("T", chat.MaxTitle), Body: strings.Repeat("A sentence about pods & nodes.\n", 50) + "```\n" + strings.Repeat("apiVersion: v1 # <pod>\n", 90) + "```",
			Fields: []chat.Field{{Name: "Name", Value: strings.Repeat("value ", 160)}}, Footer: strings.Repeat("F", chat.MaxFooter),
		}},
	}
)

func TestMessagesLookLikeThis(t *testing.T) {
	for name, m := range messages {
		t.Run(name, func(t *testing.T) {
			if err := m.Validate(); err != nil && name != "hostile" {
				t.Fatal(err)
			}
			args := sent(t, m)
			chattest.Golden(t, "testdata/"+name+".json", chattest.JSON(t, args), *update)
			within(t, args)
		})
	}
}

func TestFormLooksLikeThis(t *testing.T) {
	f := chat.Form{Title: "New series & more <x>", Action: "admin:series", Inputs: []chat.Input{
		{Name: "name", Label: "Name", Hint: "Daily & <fresh>", Value: "<b>Daily</b>"},
		{Name: "note", Label: "Note", Optional: true, Long: true},
		{Name: "topic", Label: "Topic", Hint: "Pods & <more>", Value: "<b>", Complete: true},
		{Name: "term", Label: "Term", Complete: true, Optional: true},
		{Name: "text", Label: "Fits in no menu", Value: strings.Repeat("x", 76), Complete: true},
	}}
	raw, err := json.Marshal(modal(f, "C0GENERAL"))
	if err != nil {
		t.Fatal(err)
	}
	chattest.Golden(t, "testdata/form.json", chattest.JSON(t, decoded(t, raw)), *update)
	if problem := slacktest.CheckView(decoded(t, raw)); problem != "" {
		t.Error(problem)
	}
}

func TestManifestLooksLikeThis(t *testing.T) {
	got, err := Manifest(chattest.Spec, ManifestOptions{})
	if err != nil {
		t.Fatal(err)
	}
	chattest.Golden(t, "testdata/manifest.yaml", got, *update)
	web, err := Manifest(chattest.Spec, ManifestOptions{PublicURL: "https://quiz.example"})
	if err != nil {
		t.Fatal(err)
	}
	chattest.Golden(t, "testdata/manifest_http.yaml", web, *update)
	for name, spec := range map[string]chat.Spec{
		"no commands":    {},
		"long name":      {Commands: []chat.CommandSpec{{Name: strings.Repeat("x", 32), Description: "d"}}},
		"no description": {Commands: []chat.CommandSpec{{Name: "ckad"}}},
	} {
		if _, err := Manifest(spec, ManifestOptions{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Entities, links and dates that are whole; nothing else may hold & < >.
var whole = regexp.MustCompile(`&(?:amp|lt|gt);|<https://[^<>|]+\|[^<>]*>|<!date\^-?\d+\^[^<>|]*\|[^<>]*>|<@[UW][A-Z0-9]+>`)

// within checks what Slack and the contract take at most, and that no markup is torn.
func within(t rapid.TB, args map[string]any) {
	t.Helper()
	if problem := slacktest.CheckMessage(args); problem != "" {
		t.Fatal(problem)
	}
	top := args["text"].(string)
	if chat.Length(top) > 3900 {
		t.Errorf("text has %d characters", chat.Length(top))
	}
	marked, unmarked := texts(args["blocks"], "mrkdwn"), texts(args["blocks"], "plain_text")
	for _, s := range append(marked, top) {
		if strings.Count(s, "```")%2 != 0 {
			t.Errorf("%q has an open fence", s)
		}
	}
	for _, b := range args["blocks"].([]any) {
		if alt, ok := b.(map[string]any)["alt_text"].(string); ok {
			unmarked = append(unmarked, alt)
		}
	}
	all := 0
	for _, s := range append(marked, unmarked...) {
		all += chat.Length(s)
	}
	if all > 12_000 {
		t.Errorf("blocks have %d characters", all)
	}
	for _, s := range append(append(marked, unmarked...), top) {
		if strings.ContainsAny(whole.ReplaceAllString(s, ""), "&<>") {
			t.Errorf("%q is torn or live", s)
		}
	}
}

// texts are those of the text objects of a kind below v.
func texts(v any, kind string) (out []string) {
	switch x := v.(type) {
	case []any:
		for _, y := range x {
			out = append(out, texts(y, kind)...)
		}
	case map[string]any:
		if s, ok := x["text"].(string); ok && x["type"] == kind {
			out = append(out, s)
		}
		for _, y := range x {
			out = append(out, texts(y, kind)...)
		}
	}
	return out
}

// anyText makes texts of all sorts that are at most max characters long.
func anyText(t *rapid.T, name string, min, max int) string {
	pieces := rapid.SampledFrom([]string{"&", "<", ">", "*", "_", "`", "~", "word ", "\n", "\n\n", "**b** ", "`c` ", "```\ncode & <x>\n```", "[l](https://x.io/?a=1&b=2)", "<t:1700000000>", "😀", "\\*", "\u202e", hostile,
		"@everyone", "<@!123>", "<@&1>", "<#C1>", "</ckad:1>", "<:party:1>", "<!channel>", "<!subteam^S1|x>", "<https://x.io|y>", "&lt;!here&gt;", "&amp;", "מה ", "\u200f", "\u200b", "\u200d", "👩‍👩‍👧", "🇩🇪", "\ufeff", "\U0010ffff", "e\u0301", "||spoiler||", "> ", "# ", "- ", "```", "\\"})
	length := rapid.SampledFrom([]int{min, min + (max-min)/9, max}).Draw(t, name+" length")
	var b strings.Builder
	for piece, n := "", 0; n < length; {
		if n%7 == 0 || piece == "" { // long runs of the same are what is hardest to cut
			piece = pieces.Draw(t, name)
		}
		b.WriteString(piece)
		n += chat.Length(piece)
	}
	s := b.String()
	for chat.Length(s) > max {
		r := []rune(s)
		s = string(r[:len(r)-1])
	}
	return s
}

func TestNothingEverBreaksALimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.Custom(func(t *rapid.T) chat.Message {
			m := chat.Message{Text: anyText(t, "text", 1, chat.MaxText)}
			if rapid.Bool().Draw(t, "card") {
				c := chat.Card{
					Title: anyText(t, "title", 0, chat.MaxTitle), Body: anyText(t, "body", 1, chat.MaxBody), Footer: anyText(t, "footer", 0, chat.MaxFooter),
				}
				for range rapid.IntRange(0, chat.MaxFields).Draw(t, "fields") {
					c.Fields = append(c.Fields, chat.Field{Name: anyText(t, "name", 1, chat.MaxName), Value: anyText(t, "value", 1, chat.MaxValue)})
				}
				for i := range rapid.IntRange(0, chat.MaxButtons).Draw(t, "buttons") {
					c.Buttons = append(c.Buttons, chat.Button{Action: "a" + string(rune('a'+i)), Label: anyText(t, "label", 1, chat.MaxLabel), Disabled: rapid.Bool().Draw(t, "disabled")})
				}
				if left := chat.MaxButtons - len(c.Buttons); left >= 5 && rapid.Bool().Draw(t, "menu") {
					c.Select = &chat.Select{Label: anyText(t, "menu's label", 1, chat.MaxLabel)}
					for i := range rapid.IntRange(1, left).Draw(t, "choices") {
						c.Select.Choices = append(c.Select.Choices, chat.Choice{Label: anyText(t, "choice", 1, chat.MaxChoice), Value: "b" + string(rune('a'+i))})
					}
				}
				if rapid.Bool().Draw(t, "picture") {
					c.Image = &chat.Image{PNG: png, Alt: anyText(t, "alternative", 1, chat.MaxAlt), Name: "stats.png"}
				}
				m = chat.Message{Card: &c}
			}
			if rapid.Bool().Draw(t, "mention") {
				m.Mention = &chat.User{ID: "U0BOB"}
			}
			return m
		}).Filter(func(m chat.Message) bool { return m.Validate() == nil }).Draw(t, "message")
		within(t, sent(t, m))
	})
}

func TestSplitLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(rapid.StringMatching(`[a-z]{1,400}( |\n|\n\n)`), 1, 40).Draw(t, "text"), "")
		max := rapid.IntRange(20, 3000).Draw(t, "max")
		parts := mrkdwn(s).split(max)
		squeeze := strings.NewReplacer(" ", "", "\n", "")
		if got, want := squeeze.Replace(strings.Join(parts, "")), squeeze.Replace(s); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		for _, p := range parts {
			if chat.Length(p) > max || strings.TrimSpace(p) == "" {
				t.Errorf("part of %d characters, want 1 to %d: %q", chat.Length(p), max, p)
			}
		}
	})
}

func TestSplitPrefersParagraphsThenLines(t *testing.T) {
	line := strings.Repeat("word ", 10) + "\n"
	for name, c := range map[string]struct{ text, want string }{
		"a paragraph": {line + line + "\n" + line, line + line},
		"a line":      {line + line + line + line, line + line},
	} {
		if got := mrkdwn(c.text).split(130)[0]; got != strings.TrimSpace(c.want) {
			t.Errorf("%s: got %q, want %q", name, got, c.want)
		}
	}
}

func TestFencesAreClosedAndOpenedAgain(t *testing.T) {
	for _, part := range mrkdwn(chat.Fence(strings.Repeat("line of code\n", 50))).split(200) {
		if !strings.HasPrefix(part, "```\n") || !strings.HasSuffix(part, "\n```") {
			t.Errorf("%q is not all code", part)
		}
	}
}

func TestOnlyWhatMayFormatIsKeptApart(t *testing.T) {
	for text, want := range map[string]string{
		"5 * 3 * 2 and a_b_c": "5 * 3 * 2 and a_b_c",
		"~/.kube and ~/.ssh":  "~/.kube and ~/.ssh",
		"*.yaml and *.json":   "*.yaml and *.json",
		"so *bold* it is":     "so " + joiner + "*bold* it is",
		"_init_":              joiner + "_init_",
		"a > b":               "a &gt; b",
		"> quote":             joiner + "&gt; quote",
		"one\n> quote":        "one\n" + joiner + "&gt; quote",
	} {
		if got := string(marked([]chat.Span{{Text: text}}).s); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestBoldIsSeenNextToLetters(t *testing.T) {
	for text, want := range map[string]string{
		"**Pod**s":           "*Pod*" + seam + "s",
		"a`b`":               "a" + seam + "`b`",
		"(**x**), `y`.":      "(*x*), `y`.",
		"**a\\*b**":          "a*b",
		"** padded **":       " padded ",
		"tab\tbell\a\u202e.": "tab bell.",
		"**one****two**x":    "*one**two*" + seam + "x",
	} {
		if got := string(mrkdwn(text).s); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestQuestionsOfEveryKindLookLikeTheGoldenFile(t *testing.T) {
	chattest.GoldenKinds(t, func(m chat.Message) any { return sent(t, m) }, *update)
}
