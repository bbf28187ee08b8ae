package discord

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
)

// testSpec has everything that a command can have.
var testSpec = chat.Spec{Commands: []chat.CommandSpec{
	chattest.Spec.Commands[0],
	chattest.Spec.Commands[1],
	{Name: "plain", Description: strings.Repeat("long ", 40), Options: []chat.OptionSpec{
		{Name: "later", Complete: true}, {Name: "count", Kind: chat.Number, Required: true}, {Name: "where", Kind: chat.Place},
	}},
}}

// drawn is what strangers write: much punctuation, characters of all lengths.
func drawn(t *rapid.T, name string, limit int) string {
	alphabet := []rune("ab *_~`|<>[]()@#:-+\\\n\u202e\u200bäß漢😀")
	n := rapid.IntRange(1, limit).Draw(t, name+" length")
	repeat := rapid.SliceOfN(rapid.SampledFrom(alphabet), 1, 12).Draw(t, name)
	s := chat.Cut(strings.Repeat(string(repeat), limit/len(repeat)+1), n)
	return s
}

func drawCard(t *rapid.T) *chat.Card {
	c := &chat.Card{Body: drawn(t, "body", chat.MaxBody)}
	if rapid.Bool().Draw(t, "titled") {
		c.Title, c.Footer = drawn(t, "title", chat.MaxTitle), drawn(t, "footer", chat.MaxFooter)
	}
	for i := range rapid.IntRange(0, chat.MaxFields).Draw(t, "fields") {
		c.Fields = append(c.Fields, chat.Field{Name: drawn(t, fmt.Sprint("name", i), chat.MaxName), Value: drawn(t, fmt.Sprint("value", i), chat.MaxValue)})
	}
	for i := range rapid.IntRange(0, chat.MaxButtons).Draw(t, "buttons") {
		c.Buttons = append(c.Buttons, chat.Button{Action: fmt.Sprint("a:", i), Label: drawn(t, fmt.Sprint("label", i), chat.MaxLabel), Style: chat.Style(i % 3), Disabled: i%2 == 0})
	}
	if left := chat.MaxButtons - len(c.Buttons); left >= 5 && rapid.Bool().Draw(t, "menu") {
		c.Select = &chat.Select{Label: drawn(t, "menu", chat.MaxLabel)}
		for i := range rapid.IntRange(1, left).Draw(t, "choices") {
			c.Select.Choices = append(c.Select.Choices, chat.Choice{Label: drawn(t, fmt.Sprint("choice", i), chat.MaxChoice), Value: fmt.Sprint("b:", i)})
		}
	}
	return c
}

// TestWhatIsValidIsTaken posts messages that chat takes to a Discord with all its limits.
func TestWhatIsValidIsTaken(t *testing.T) {
	f := open(t)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.Custom(func(t *rapid.T) chat.Message {
			m := chat.Message{Card: drawCard(t)}
			if rapid.Bool().Draw(t, "text only") {
				m = chat.Message{Text: drawn(t, "text", chat.MaxText)}
			}
			if rapid.Bool().Draw(t, "mentions") {
				m.Mention = &chat.User{ID: "12345678901234567890"}
			}
			return m
		}).Filter(func(m chat.Message) bool { return m.Validate() == nil }).Draw(t, "message")
		n++
		if _, err := f.adapter.Post(t.Context(), f.Channel(), chat.Key{ID: fmt.Sprint(n)}, m); err != nil {
			t.Fatal(err)
		}
		if e := render(m).Embeds; len(e) > 0 && size(e[0]) > maxEmbed {
			t.Fatalf("the embed has %d characters", size(e[0]))
		}
	})
	if c := f.Complaints(); len(c) > 0 {
		t.Errorf("Discord complains: %q", c)
	}
}

func TestLongCardsUseTheirRoom(t *testing.T) {
	if n := size(render(longest()).Embeds[0]); n < maxEmbed-100 || n > maxEmbed {
		t.Errorf("the longest card has %d characters of %d", n, maxEmbed)
	}
}

func TestCommandsAreRegisteredOnce(t *testing.T) {
	f := open(t)
	for range 2 {
		a := connect(t, f.Server)
		if err := register(t.Context(), a.rest, testSpec, a.log); err != nil {
			t.Fatal(err)
		}
	}
	puts := 0
	for _, c := range f.Calls() {
		if c.Method == "PUT" {
			puts++
		}
	}
	if puts != 1 {
		t.Errorf("registered %d times, want once", puts)
	}
	changed := chat.Spec{Commands: testSpec.Commands[:1]}
	if err := register(t.Context(), f.adapter.rest, changed, f.adapter.log); err != nil {
		t.Fatal(err)
	}
	if got := string(f.Commands()); strings.Contains(got, "ckad-admin") {
		t.Errorf("the old commands are still there: %s", got)
	}
	if c := f.Complaints(); len(c) > 0 {
		t.Errorf("Discord complains: %q", c)
	}
}

func TestChangedTranslationsAreRegistered(t *testing.T) {
	f := open(t)
	in := func(german string) chat.Spec {
		return chat.Spec{Commands: testSpec.Commands, Translations: map[string]map[string]string{"de": {"Explain a term": german}, "es": {"Explain a term": "Explica un término"}}}
	}
	for _, german := range []string{"Einen Begriff erklären", "Einen Begriff erläutern", "Einen Begriff erläutern"} {
		if err := register(t.Context(), f.adapter.rest, in(german), f.adapter.log); err != nil {
			t.Fatal(err)
		}
	}
	puts := bodies(f, "PUT", "/commands")
	if len(puts) != 2 || !strings.Contains(puts[1], `"description_localizations":{"de":"Einen Begriff erläutern","es-419":"Explica un término","es-ES":"Explica un término"}`) {
		t.Errorf("registered %d times, want twice, with all translations: %q", len(puts), puts)
	}
	if c := f.Complaints(); len(c) > 0 {
		t.Errorf("Discord complains: %q", c)
	}
}
