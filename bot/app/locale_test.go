package app

import (
	"maps"
	"strings"
	"testing"

	"ckadbot/bot/chat"
)

// described calls f with every description of commands and options, by what one types to get there.
func described(path string, all []chat.CommandSpec, f func(path, description string)) {
	for _, c := range all {
		at := strings.TrimSpace(path + " " + c.Name)
		f(at, c.Description)
		described(at, c.Commands, f)
		for _, o := range c.Options {
			f(at+" "+o.Name, o.Description)
		}
	}
}

func TestEveryDescriptionIsTranslated(t *testing.T) {
	if len(Spec.Translations) != 3 {
		t.Errorf("got %d languages besides English, want German, Spanish and Japanese", len(Spec.Translations))
	}
	for language, texts := range Spec.Translations {
		left := maps.Clone(texts)
		described("", Spec.Commands, func(path, description string) {
			text := texts[description]
			delete(left, description)
			if description == "" || chat.Length(description) > 100 {
				t.Errorf("/%s: %q has %d characters, want 1 to 100", path, description, chat.Length(description))
			}
			if text == "" || chat.Length(text) > 100 || text == description {
				t.Errorf("/%s: %q is %q in locale_%s.go, want 1 to 100 characters of that language", path, description, text, language)
			}
		})
		for description := range left {
			t.Errorf("locale_%s.go: no command is described as %q any more", language, description)
		}
	}
}

// TestCommandsAreShortEnough: Discord takes 8,000 characters in a command with all that belongs to it, and counts the
// longest translation of each description.
// https://discord.com/developers/docs/interactions/application-commands
func TestCommandsAreShortEnough(t *testing.T) {
	longest := func(description string) int {
		n := chat.Length(description)
		for _, texts := range Spec.Translations {
			n = max(n, chat.Length(texts[description]))
		}
		return n
	}
	var weight func(c chat.CommandSpec) int
	weight = func(c chat.CommandSpec) int {
		n := len(c.Name) + longest(c.Description)
		for _, sub := range c.Commands {
			n += weight(sub)
		}
		for _, o := range c.Options {
			n += len(o.Name) + longest(o.Description)
			for _, choice := range o.Choices {
				n += 2 * len(choice)
			}
		}
		return n
	}
	for _, c := range Spec.Commands {
		if n := weight(c); n > 7600 {
			t.Errorf("/%s has %d characters, want at most 7,600, which leaves some room", c.Name, n)
		} else {
			t.Logf("/%s has %d characters", c.Name, n)
		}
	}
}
