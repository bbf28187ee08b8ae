package discord

import (
	"flag"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
)

var update = flag.Bool("update", false, "rewrite the files in testdata")

// hostile has what pings, formats or links on Discord.
const hostile = "@everyone @here <@1> <@&2> <#3> </ckad define:4> <t:1:R> <a:x:5> :tada: https://evil.example [a](https://evil.example) **b** __u__ ~~s~~ ||x|| `c` ```d``` # h\n# h\n-# small\n- list\n> quote\n\\* \u202egnp\u200b"

var everything = chat.Card{
	Title:   "Pod & friends *",
	Body:    "A **Pod** is the `smallest` unit, see [the docs](https://kubernetes.io/docs/concepts/workloads/pods/).\n" + chat.Fence("kind: Pod\nmetadata: {name: a_b}") + "\nOpen until " + chat.Time(time.Unix(1795000000, 0)),
	Fields:  []chat.Field{{Name: "Also known as", Value: "po, `pods`"}, {Name: "Exam_tip", Value: "Use --dry-run=client"}},
	Footer:  "v1.34 · kubernetes.io (CC BY 4.0)",
	Buttons: []chat.Button{{Action: "share:pod", Label: "Share", Style: chat.Primary}, {Action: "related:pod", Label: "Related"}, {Action: "x:1", Label: "3"}, {Action: "x:2", Label: "4"}, {Action: "x:3", Label: "5"}, {Action: "delete:pod", Label: "Delete", Style: chat.Danger}},
}

func longest() chat.Message {
	c := &chat.Card{Title: strings.Repeat("*", chat.MaxTitle), Body: strings.Repeat("_", 2550), Footer: strings.Repeat("@", chat.MaxFooter)}
	for range 10 {
		c.Fields = append(c.Fields, chat.Field{Name: strings.Repeat("|", 50), Value: strings.Repeat("~", 200)})
	}
	for i := range chat.MaxButtons {
		c.Buttons = append(c.Buttons, chat.Button{Action: strings.Repeat("a", 98) + string(rune('A'+i)), Label: strings.Repeat("ä", chat.MaxLabel)})
	}
	return chat.Message{Card: c}
}

func TestGolden(t *testing.T) {
	long := longest()
	if err := long.Validate(); err != nil {
		t.Fatal(err)
	}
	for name, got := range map[string]any{
		"text":     render(chat.Message{Text: "Your answer **B** is right: see [docs](https://kubernetes.io/docs/), at 09:30."}),
		"card":     render(chat.Message{Card: &everything}),
		"picture":  render(chat.Message{Card: &chat.Card{Body: "3 points", Image: &chat.Image{Name: "stats.png", Alt: "Ana has 3 points."}}}),
		"mention":  render(chat.Message{Card: &chat.Card{Body: "A duel!"}, Mention: &chat.User{ID: "42"}}),
		"disabled": render(chat.Message{Card: &chat.Card{Body: "Closed.", Buttons: []chat.Button{{Action: "a", Label: "A", Disabled: true}}}}),
		"menu": render(chat.Message{Card: &chat.Card{Body: "Which one?", Buttons: []chat.Button{{Action: "a", Label: "A"}},
			Select: &chat.Select{Label: hostile, Choices: []chat.Choice{{Label: hostile, Value: "terms:0:all"}, {Label: "D1", Value: "terms:0:D1"}}}}}),
		"longest": render(long),
		"hostile": render(chat.Message{Card: &chat.Card{Title: hostile, Body: chat.Escape(hostile), Footer: hostile,
			Fields: []chat.Field{{Name: hostile, Value: chat.Escape(hostile)}}, Buttons: []chat.Button{{Action: "a", Label: hostile}}}}),
		"form": form(chat.Form{Title: "New series", Action: "admin:series", Inputs: []chat.Input{
			{Name: "name", Label: "Name", Hint: "Daily @ 9", Value: "Daily"}, {Name: "note", Label: "Note", Optional: true, Long: true}}}),
		"commands": must(lean(commands(testSpec))),
	} {
		t.Run(name, func(t *testing.T) {
			chattest.Golden(t, "testdata/"+name+".json", chattest.JSON(t, got), *update)
		})
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestMarkup(t *testing.T) {
	for text, want := range map[string]string{
		"node-affinity (a_b): 09:30, ans:1:1":   `node-affinity (a\_b): 09:30, ans:1:1`,
		"- one\n  - two\na - b":                 "\\- one\n  \\- two\na - b",
		"# one\na # b":                          "\\# one\na # b",
		`\` + "`a\\` :tada: :100: :1:":          `\` + "`a\\` \\:tada: \\:100: :1:",
		"see https://x.example":                 `see https\://x.example`,
		"`a``b`":                                "`a`\u200b`b`",
		"**a**`b`":                              "**a**\u200b`b`",
		"```x` y```# z":                         "```\nx' y\n```\\# z",
		"[a](https://x.example/a_b)":            "[a](<https://x.example/a_b>)",
		"[a*\\]\\[](https://x.example)":         `[a\*)(](<https://x.example>)`,
		"<t:1795000000>":                        "<t:1795000000:f>",
		"`\u202e`":                              "`\u200b`",
		"\u202e\u200b":                          "\u200b",
		"[\u200b](https://x.example) user@host": "[\u200b](<https://x.example>) user\\@host",
	} {
		if got := markdown(text, 2000); got != want {
			t.Errorf("%q is %q, want %q", text, got, want)
		}
	}
}

func TestCutKeepsMarkupWhole(t *testing.T) {
	for _, tc := range []struct {
		text, want string
		limit      int
	}{
		{"abcdef", "abcdef", 6},
		{"abcdef", "abcd…", 5},
		{"ab****", `ab…`, 4},
		{"a\\*\\*\\*", `a\*…`, 5},
		{"a **bold** b", "a **bo**…", 9},
		{"a `code` b", "a `cod`…", 8},
		{"a [docs](https://x.example) b", "a …", 12},
		{"<t:1795000000> x", "…", 10},
		{"```abc\ndef```", "```\nabc\n```…", 12},
		{"😀😀😀", "😀😀…", 5},
		{"😀😀😀", "😀…", 4},
	} {
		if got := markdown(tc.text, tc.limit); got != tc.want || chat.Length(got) > tc.limit {
			t.Errorf("%q in %d is %q (%d), want %q", tc.text, tc.limit, got, chat.Length(got), tc.want)
		}
	}
}

// TestEscapedTextSaysTheSame takes away what was added, and wants what was there.
func TestEscapedTextSaysTheSame(t *testing.T) {
	escaped := regexp.MustCompile(`\\([^0-9A-Za-z\s])`) // Discord's own rule
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching("[a-z*_~`|<>@#:/\\\\\\[\\]()+ 0-9\n-]*[a-z]").Draw(t, "s")
		if got := escaped.ReplaceAllString(markdown(chat.Escape(s), 100_000), "$1"); got != s {
			t.Fatalf("%q is shown as %q", s, got)
		}
	})
}

// TestNothingIsLive: after taking away escaped characters, none is left that means something.
func TestNothingIsLive(t *testing.T) {
	escaped := regexp.MustCompile(`\\[^0-9A-Za-z\s]`)
	living := regexp.MustCompile("[*_~`|<>\\[\\]@\\\\]|://|(?m:^ *[#+-])")
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching("[a-z*_~`|<>@#:/\\\\\\[\\]()+ 0-9\n-]*").Draw(t, "s")
		for _, got := range []string{markdown(chat.Escape(s), 60), title(s, 60)} {
			if bare := escaped.ReplaceAllString(got, "x"); living.MatchString(bare) {
				t.Fatalf("%q becomes %q: %q is live", s, got, living.FindString(bare))
			}
		}
	})
}

func TestQuestionsOfEveryKindLookLikeTheGoldenFile(t *testing.T) {
	chattest.GoldenKinds(t, func(m chat.Message) any { return render(m) }, *update)
}
