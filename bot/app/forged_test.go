package app

import (
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"ckadbot/bot/chat"
	"ckadbot/kb"
)

// TestForgedActionsAreAnswered: whatever comes back as an action, of a button or
// of a form, from an admin or not, gets an answer that fits every platform, and
// changes nothing for people without rights.
func TestForgedActionsAreAnswered(t *testing.T) {
	r := newRoom(t)
	verbs := []string{verbEntry, verbShare, verbFind, verbTerms, verbSuggest, verbApprove, verbRefuse, verbQueue, verbEdit, verbRevert, verbBoard, verbPublish, verbBoast, verbReport, verbExport, verbHide, verbUnhide, verbForget, verbKeep, verbReports, verbFine, verbEditQuestion, verbRetire, verbVoid, verbRestore, verbVersions, questionForm,
		verbAnswer, verbReview, verbQuiet, verbJoin,
		verbRemind, verbHelp, verbPause, verbResume, verbSkipDay, verbNewSeries, verbStart, verbStep, verbPick, verbType, typedForm,
		verbPractice, verbRepeat, verbMock, verbSkip, verbFinish, verbResult, verbWrong, verbLook,
		defineForm, termForm, suggestForm, seriesForm, chat.AdminAction, "nothing"}
	words := []string{"", "pod", "0", "1", "-1", "99999999999999999999", "networking", "own", "pods-0", pack("pod"), pack(strings.Repeat("é", 99)), "%%%", "..", "\x00", "day", "ABCD-EFGH", "season", "season.7", "season.x", "channel", "D3", "series.", "series.pod", "series.\x00", "<!channel>", strings.Repeat("x", 200)}
	onPage := chat.Channel{Platform: here.Platform, Workspace: here.Workspace}
	before := len(r.app.glossary.Entries(here.Home()))
	rapid.Check(t, func(t *rapid.T) {
		action := rapid.SampledFrom(verbs).Draw(t, "verb")
		for range rapid.IntRange(0, 4).Draw(t, "words") {
			action += ":" + rapid.SampledFrom(words).Draw(t, "word")
		}
		who := someone(rapid.SampledFrom([]string{"alice", "admin"}).Draw(t, "who"))
		values := map[string]string{"term": rapid.SampledFrom(words).Draw(t, "term")} // never a definition
		for _, reply := range []chat.Reply{
			r.app.Click(t.Context(), chat.Click{Action: action, User: who, Message: chat.MessageRef{Channel: here, ID: "m0"}}),
			r.app.Click(t.Context(), chat.Click{Action: action, User: who, Message: chat.MessageRef{Channel: onPage}}),
			r.app.Submit(t.Context(), chat.Submission{Action: action, Values: values, User: who, Channel: here}),
			r.app.Submit(t.Context(), chat.Submission{Action: action, Values: values, User: who, Channel: onPage}),
		} {
			if err := reply.Validate(); err != nil {
				t.Fatalf("%q: %v", action, err)
			}
			if strings.Contains(reply.Text, "went wrong") {
				t.Fatalf("%q: got %q, want words that tell what is the matter", action, reply.Text)
			}
		}
	})
	if after := len(r.app.glossary.Entries(here.Home())); after != before {
		t.Errorf("got %d entries, want %d as before", after, before)
	}
}

// TestOwnEntriesFit: the longest that a team can write, full of markup.
func TestOwnEntriesFit(t *testing.T) {
	a := New(Config{Glossary: &kb.Glossary{}, Log: slog.New(slog.DiscardHandler)})
	for _, c := range []string{"<", "*", "`", "é", "\U0001F680", "a b "} {
		long := func(n int) string { return strings.Repeat(c, n)[:len(c)*n/len([]rune(c))] }
		e := kb.Entry{Slug: "x", Term: long(75), Definition: long(300), Details: long(1800), Example: long(600), Tip: long(300), Changed: long(500),
			Aliases: []string{long(75), long(74)}, Source: long(200), SourceURL: "https://example.org/" + strings.Repeat("x", 400), Licence: long(100), Domain: "D1", Verified: "1.37"}
		e.Notes = []kb.Note{{Text: long(4000), Source: long(200), SourceURL: e.SourceURL, Licence: e.Licence}, {Text: long(4000), Source: "b"}}
		if err := a.entryCard(here.Home(), e).Validate(); err != nil {
			t.Errorf("%q: %v", c, err)
		}
		if err := editing(e).Validate(); err != nil {
			t.Errorf("form of %q: %v", c, err)
		}
		if err := changeForm(e).Validate(); err != nil {
			t.Errorf("suggestion of %q: %v", c, err)
		}
		if err := a.suggestionCard(someone("admin"), kb.Suggestion{ID: 1, By: long(200), Entry: e, Why: long(2000)}, 3, long(1800)).Validate(); err != nil {
			t.Errorf("queue with %q: %v", c, err)
		}
	}
}
