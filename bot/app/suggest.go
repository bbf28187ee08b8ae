package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/kb"
)

// suggestForm is the action of the form in which anybody suggests a term; the
// entry it is about and its edit follow.
const suggestForm = verbSuggest

// suggest asks for a new term or, if the term is known, for a better text.
func (a *App) suggest(ctx context.Context, c chat.Command) (chat.Reply, error) {
	term := strings.TrimSpace(c.Args["term"] + " " + c.Rest)
	if e, ok := a.named(ctx, c.User, term); ok {
		return changeForm(e), nil
	}
	return newTermForm(term), nil
}

// suggestFor follows a button to the form.
func (a *App) suggestFor(_ context.Context, c chat.Click, to target) (chat.Reply, error) {
	if len(to.words) == 2 {
		return newTermForm(unpack(to.words[1])), nil
	}
	e, err := a.entry(c.User, to.words[0])
	if err != nil {
		return chat.Reply{}, err
	}
	return changeForm(e), nil
}

func newTermForm(term string) chat.Reply {
	return chat.Reply{Form: &chat.Form{Title: "Suggest a term", Action: suggestForm, Submit: "Suggest", Inputs: []chat.Input{
		{Name: "term", Label: "Term", Value: chat.Line(term, 75), Hint: "Blast radius"},
		{Name: "definition", Label: "What it means, in a sentence or two", Long: true},
		{Name: "details", Label: "More about it", Long: true, Optional: true},
		{Name: "aliases", Label: "Other names, with commas between them", Optional: true},
		{Name: "why", Label: "Why it belongs into the glossary", Optional: true},
	}}}
}

func changeForm(e kb.Entry) chat.Reply {
	return chat.Reply{Form: &chat.Form{Title: "Suggest a change", Action: fmt.Sprintf("%s:%s:%d", suggestForm, e.Slug, e.Rev), Submit: "Suggest", Inputs: []chat.Input{
		{Name: "definition", Label: chat.Line("What it means: "+e.Term, chat.MaxInputLabel), Value: e.Definition, Long: true},
		{Name: "details", Label: "More about it", Value: chat.Cut(e.Details, chat.MaxInputValue), Long: true, Optional: true},
		{Name: "aliases", Label: "More names, with commas between them", Optional: true},
		{Name: "why", Label: "What is wrong, and how you know", Optional: true},
	}}}
}

// submitSuggestion keeps what somebody suggests until an admin decides.
func (a *App) submitSuggestion(ctx context.Context, s chat.Submission, to target) (chat.Reply, error) {
	suggestion := kb.Suggestion{Workspace: s.User.Home(), By: chat.Line(s.User.Name, 64), ByID: s.User.ID, Why: strings.TrimSpace(s.Values["why"]),
		Entry: kb.Entry{Term: strings.TrimSpace(s.Values["term"]), Definition: strings.TrimSpace(s.Values["definition"]), Details: strings.TrimSpace(s.Values["details"]), Aliases: listOf(s.Values["aliases"])}}
	if len(to.words) == 2 {
		e, err := a.entry(s.User, to.words[0])
		if err != nil {
			return keeping(err, s.Values)
		}
		suggestion.Entry.Slug, suggestion.Entry.Term = e.Slug, e.Term
		if !changes(e, suggestion.Entry) {
			return keeping(refused{"definition", problem("That is the text as it is. Change what is wrong, or say a name that is missing.")}, s.Values)
		}
		suggestion.Base, _ = strconv.ParseInt(to.words[1], 10, 64)
	}
	if _, err := a.glossary.Suggest(ctx, suggestion); err != nil {
		return keeping(err, s.Values)
	}
	return private("Thank you. **%s** waits for an admin now; they see it with `/ckad-admin suggestions`.", chat.Escape(suggestion.Entry.Term)), nil
}

// changes reports whether a suggestion says anything that the entry does not.
func changes(e, suggested kb.Entry) bool {
	missing := func(name string) bool { return !slices.Contains(e.Aliases, name) }
	return suggested.Definition != "" && suggested.Definition != e.Definition || suggested.Details != "" && suggested.Details != e.Details || slices.ContainsFunc(suggested.Aliases, missing)
}

// named finds the entry that somebody names exactly.
func (a *App) named(ctx context.Context, u chat.User, term string) (kb.Entry, bool) {
	found, err := a.glossary.Define(ctx, u.Home(), term)
	if err != nil || !found.Exact {
		return kb.Entry{}, false
	}
	return *found.Entry, true
}

// listOf splits names at commas and lines.
func listOf(s string) (names []string) {
	for _, n := range strings.FieldsFunc(s, func(r rune) bool { return r == ',' || r == ';' || r == '\n' }) {
		if n = strings.TrimSpace(n); n != "" {
			names = append(names, n)
		}
	}
	return names
}

// keeping is refusing, and adds to the words for a person what they had typed into
// the form, so that it can be copied and is not lost where no form stays open.
func keeping(err error, values map[string]string) (chat.Reply, error) {
	words, ok := explain(err)
	if !ok {
		return chat.Reply{}, err
	}
	var typed []string
	for _, name := range []string{"term", "definition", "details", "example", "aliases", "text", "choices", "answers", "key", "explanation", "said", "why"} {
		if v := strings.TrimSpace(values[name]); v != "" {
			typed = append(typed, name+": "+v)
		}
	}
	text := words + "\n\nWhat you typed, so that it is not lost:\n"
	r := private("%s", text+chat.Fence(chat.Cut(strings.Join(typed, "\n"), max(1, chat.MaxText-chat.Length(text)-20))))
	r.Invalid = atInputs(err, values)
	return r, nil
}

// suggestions shows the first suggestion that waits.
func (a *App) suggestions(ctx context.Context, c chat.Command) (chat.Reply, error) {
	m, err := a.queue(ctx, c.User, 0, "")
	return chat.Reply{Message: m, Ephemeral: true}, err
}

// nextSuggestion goes on without deciding.
func (a *App) nextSuggestion(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	id, err := suggestionID(to)
	if err != nil {
		return chat.Reply{}, err
	}
	m, err := a.queue(ctx, c.User, id, "")
	return inPlace(m), err
}

// approve makes a suggestion an entry, and shows what waits next.
func (a *App) approve(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	id, err := suggestionID(to)
	if err != nil {
		return chat.Reply{}, err
	}
	e, err := a.glossary.Accept(ctx, c.User.Home(), id, author(c.User))
	if err != nil {
		return a.afterDecision(ctx, c.User, err)
	}
	m, err := a.queue(ctx, c.User, 0, fmt.Sprintf("Accepted: **%s** is in the glossary now. `/ckad-admin term remove %s` takes it out again.", chat.Escape(e.Term), chat.Escape(e.Term)))
	return inPlace(m), err
}

// refuse declines a suggestion, and shows what waits next.
func (a *App) refuse(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	id, err := suggestionID(to)
	if err != nil {
		return chat.Reply{}, err
	}
	s, err := a.glossary.Decline(ctx, c.User.Home(), id, author(c.User))
	if err != nil {
		return a.afterDecision(ctx, c.User, err)
	}
	m, err := a.queue(ctx, c.User, 0, fmt.Sprintf("Declined: **%s** from %s.", chat.Escape(s.Entry.Term), chat.Escape(s.By)))
	return inPlace(m), err
}

// afterDecision tells why a suggestion could not be decided, and shows what waits.
func (a *App) afterDecision(ctx context.Context, u chat.User, err error) (chat.Reply, error) {
	words, ok := explain(err)
	if !ok {
		return chat.Reply{}, err
	}
	m, err := a.queue(ctx, u, 0, words)
	return inPlace(m), err
}

func suggestionID(to target) (int64, error) {
	id, err := strconv.ParseInt(to.words[0], 10, 64)
	if err != nil || len(to.words) != 1 {
		return 0, problem(stale.Text)
	}
	return id, nil
}

// queue shows the suggestion after one, beneath what has just happened.
func (a *App) queue(ctx context.Context, u chat.User, after int64, happened string) (chat.Message, error) {
	waiting, total, err := a.glossary.Suggestions(ctx, u.Home(), after, 1)
	if err != nil {
		return chat.Message{}, err
	}
	if len(waiting) == 0 {
		text := "No suggestion is waiting."
		if total > 0 {
			text = "That was the last one. " + counted(total, "suggestion") + " still to decide: `/ckad-admin suggestions`."
		}
		return chat.Message{Text: chat.CutMarkdown(paragraphs(happened, text), chat.MaxText)}, nil
	}
	return a.suggestionCard(u, waiting[0], total, happened), nil
}

func (a *App) suggestionCard(u chat.User, s kb.Suggestion, total int, happened string) chat.Message {
	e := s.Entry
	card := &chat.Card{Title: chat.Line("New term: "+e.Term, chat.MaxTitle), Footer: chat.Line(fmt.Sprintf("From %s · %s to decide", s.By, counted(total, "suggestion")), chat.MaxFooter)}
	add := func(name, value string) {
		if value != "" {
			card.Fields = append(card.Fields, chat.Field{Name: name, Value: chat.CutMarkdown(value, chat.MaxValue)})
		}
	}
	if now, ok := a.glossary.Entry(u.Home(), e.Slug); ok {
		card.Title = chat.Line("Change: "+now.Term, chat.MaxTitle)
		if e.Definition = cmp.Or(e.Definition, now.Definition); e.Definition != now.Definition {
			add("Now", chat.Prose(now.Definition))
		}
		if e.Details == now.Details {
			e.Details = ""
		}
	}
	card.Body = paragraphs(chat.CutMarkdown(happened, 500), chat.CutMarkdown(chat.Prose(e.Definition), 1000), chat.CutMarkdown(chat.Prose(e.Details), 1800))
	add("Also called", chat.Escape(strings.Join(e.Aliases, ", ")))
	add("Why", chat.Escape(s.Why))
	add("When", chat.Time(s.At))
	id := strconv.FormatInt(s.ID, 10)
	card.Buttons = []chat.Button{
		{Action: verbApprove + ":" + id, Label: "Accept", Style: chat.Primary},
		{Action: verbRefuse + ":" + id, Label: "Decline", Style: chat.Danger},
		{Action: verbQueue + ":" + id, Label: "Later"},
	}
	return chat.Message{Card: fitted(card)}
}

// conflict tells an editor that somebody was quicker.
func conflict(err error) (string, bool) {
	var c *kb.ConflictError
	if !errors.As(err, &c) {
		return "", false
	}
	if c.Entry == nil {
		return fmt.Sprintf("Nothing was changed: %s has removed this term since you saw it. `/ckad-admin term add` makes it again.", chat.Escape(cmp.Or(c.By, "somebody"))), true
	}
	return fmt.Sprintf("Nothing was changed: **%s** was edited by %s since you saw it (%s). Look at it again with `/ckad-admin term edit`, then decide.",
		chat.Escape(c.Entry.Term), chat.Escape(cmp.Or(c.By, "somebody")), chat.Time(c.At)), true
}
