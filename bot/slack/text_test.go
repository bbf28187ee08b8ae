package slack

import (
	"encoding/json"
	"os"
	"testing"

	"pgregory.net/rapid"

	"ckadbot/bot/chat"
	"ckadbot/bot/slack/slacktest"
)

// TestTextSaysAllOfTheCard: screen readers read the text, not the blocks.
func TestTextSaysAllOfTheCard(t *testing.T) {
	raw, err := os.ReadFile("../app/testdata/kinds.json")
	if err != nil {
		t.Fatal(err)
	}
	var cards map[string]chat.Message
	if err := json.Unmarshal(raw, &cards); err != nil || len(cards) == 0 {
		t.Fatalf("got %d cards, %v", len(cards), err)
	}
	for name, m := range cards {
		text, blocks := render(m, "")
		if missing := slacktest.Unsaid(text, asJSON(t, map[string]any{"blocks": blocks})["blocks"].([]any)); len(missing) > 0 {
			t.Errorf("%s: %q is not in the text %q", name, missing, text)
		}
	}
}

// TestPagesFit: whatever is on it, Slack takes a page, and a modal that says something.
func TestPagesFit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var cards []chat.Message
		for range rapid.IntRange(1, 40).Draw(t, "cards") {
			body := anyText(t, "body", 1, chat.MaxBody)
			cards = append(cards, chat.Message{Card: &chat.Card{Body: body, Title: anyText(t, "title", 0, chat.MaxTitle), Buttons: []chat.Button{{Action: "a", Label: anyText(t, "label", 1, chat.MaxLabel), Spoken: anyText(t, "spoken", 0, chat.MaxLabel)}}}})
		}
		if problem := slacktest.CheckHome(asJSON(t, homeView("T0TEST", cards))); problem != "" {
			t.Fatal(problem)
		}
		if problem := slacktest.CheckView(asJSON(t, note(cards[0]))); problem != "" {
			t.Fatal(problem)
		}
	})
}

func asJSON(t rapid.TB, v any) map[string]any {
	raw, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return decoded(t, raw)
}
