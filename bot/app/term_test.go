package app

import (
	"log/slog"
	"strings"
	"testing"

	"ckadbot/bot/chat"
	"ckadbot/kb"
	"ckadbot/migrations/pgtest"
	"ckadbot/quiz"
)

// TestRemovedImportsComeBack: what a workspace imported about a built-in term
// is removed and brought back; the built-in text stays throughout.
func TestRemovedImportsComeBack(t *testing.T) {
	for name, texts := range map[string][]string{"one text by the button": {"a.txt"}, "two texts from the history": {"a.txt", "b.txt"}} {
		t.Run(name, func(t *testing.T) {
			pool := pgtest.New(t)
			a := New(Config{Glossary: following(t, pool), Engine: quiz.New(pool, quiz.Options{}), Log: slog.New(slog.DiscardHandler)})
			admin := someone("admin")
			for _, file := range texts {
				f, err := kb.ReadNotes(file, strings.NewReader("Pod: as in "+file+"\n"), kb.Names{})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := kb.Import(t.Context(), pool, here.Home(), "test", f, kb.ImportOptions{}); err != nil {
					t.Fatal(err)
				}
			}
			removed := a.Command(t.Context(), chat.Command{Name: "ckad-admin term remove", Args: map[string]string{"term": "pod"}, User: admin, Channel: here})
			if text := removed.Markdown(); !strings.Contains(text, "what was imported about **Pod**") {
				t.Errorf("got %q, want words on what was imported", text)
			}
			if e, _ := a.glossary.Entry(here.Home(), "pod"); e.Source != kb.SourceBuiltin || len(e.Notes) > 0 {
				t.Errorf("got the source %q and notes %v, want the built-in text alone", e.Source, e.Notes)
			}
			back := removed.Card.Buttons
			if len(texts) > 1 {
				history := a.Command(t.Context(), chat.Command{Name: "ckad-admin term history", Args: map[string]string{"term": "pod"}, User: admin, Channel: here})
				if back = history.Card.Buttons; len(removed.Card.Buttons) > 0 {
					t.Errorf("got the buttons %v, want none: one press does not bring two texts back", removed.Card.Buttons)
				}
			}
			for _, b := range back {
				a.Click(t.Context(), chat.Click{Action: b.Action, User: admin, Message: chat.MessageRef{Channel: here, ID: "m0"}})
			}
			if e, _ := a.glossary.Entry(here.Home(), "pod"); len(e.Notes) != len(texts) {
				t.Errorf("got notes %v, want those of %v", e.Notes, texts)
			}
		})
	}
}

// TestCreditIsShown: of an imported entry that does not fit, the credit stays.
func TestCreditIsShown(t *testing.T) {
	a := New(Config{Glossary: &kb.Glossary{}})
	long := strings.Repeat("long ", 800)
	card := a.entryCard(here.Home(), kb.Entry{Slug: "x", Term: "X", Definition: long, Details: long, Example: long, Tip: long, Changed: long,
		Source: "kubernetes.io", SourceURL: "https://kubernetes.io/docs/reference/glossary/", Licence: "CC BY 4.0"})
	if text := card.Markdown(); !strings.Contains(text, "CC BY 4.0") || strings.Contains(text, "Exam tip") {
		t.Errorf("got %q, want it to be cut, and the licence in it", text)
	}
}
