package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/kb"
	"ckadbot/quiz"
)

// defineForm is the action of the form that asks for a term.
const defineForm = "define"

// define shows the entry for a term to the one who asked.
func (a *App) define(ctx context.Context, c chat.Command) (chat.Reply, error) {
	term := strings.TrimSpace(c.Args["term"] + " " + c.Rest)
	if term == "" {
		return chat.Reply{Form: &chat.Form{Title: "Look up a term", Action: defineForm, Submit: "Look up", Inputs: []chat.Input{
			{Name: "term", Label: "Term", Hint: "deployment, svc, keeps pods away from a node", Complete: true},
		}}}, nil
	}
	return a.lookUp(ctx, c.User, term)
}

// submitDefine takes the form's term.
func (a *App) submitDefine(ctx context.Context, s chat.Submission, _ target) (chat.Reply, error) {
	return a.lookUp(ctx, s.User, strings.TrimSpace(s.Values["term"]))
}

func (a *App) lookUp(ctx context.Context, u chat.User, term string) (chat.Reply, error) {
	found, err := a.glossary.Define(ctx, u.Home(), term)
	if err != nil {
		return chat.Reply{}, err
	}
	switch {
	case found.Several:
		return several(append([]kb.Entry{*found.Entry}, found.Suggestions...)), nil
	case found.Entry == nil:
		return notFound(u.Home(), term, found.Suggestions), nil
	}
	m := a.entryCard(u.Home(), *found.Entry)
	for _, s := range slices.Backward(found.Suggestions) { // other right answers come before what is merely related
		m.Card.Buttons = insertButton(m.Card.Buttons, 1, entryButton(s))
	}
	if n := len(m.Card.Buttons); n > entryButtons { // what suggests a change is the last one, and stays
		m.Card.Buttons = slices.Delete(m.Card.Buttons, entryButtons-1, n-1)
	}
	return chat.Reply{Message: m, Ephemeral: true}, nil
}

// several shows all that was asked for at once: "taints and tolerations".
func several(entries []kb.Entry) chat.Reply {
	card := &chat.Card{Title: fmt.Sprintf("%d terms", len(entries))}
	var texts []string
	for _, e := range entries {
		texts = append(texts, "**"+chat.Escape(chat.Line(e.Term, 75))+"**: "+chat.CutMarkdown(chat.Prose(e.Definition), 600))
		card.Buttons = addButton(card.Buttons, entryButton(e))
	}
	card.Body = chat.CutMarkdown(strings.Join(texts, "\n\n"), chat.MaxBody)
	return chat.Reply{Message: chat.Message{Card: card}, Ephemeral: true}
}

// notFound shows what is close, with the beginning of each definition.
func notFound(workspace, term string, close []kb.Entry) chat.Reply {
	said := "**" + chat.Escape(chat.Line(term, 60)) + "** is not in the glossary."
	card := &chat.Card{Body: said + " Try another word for it, a kubectl short name (`svc`), or describe it: `/ckad define runs one pod on every node`."}
	if len(close) > 0 {
		card.Body = said + " Did you mean one of these?"
	}
	for _, e := range close {
		card.Body += "\n\n" + brief(e)
		card.Buttons = addButton(card.Buttons, entryButton(e))
	}
	if !chat.Homeless(workspace) {
		card.Buttons = addButton(card.Buttons, chat.Button{Action: verbSuggest + "::" + pack(term), Label: "Suggest this term", Form: true})
	}
	return chat.Reply{Message: chat.Message{Card: card}, Ephemeral: true}
}

// brief is one line on an entry.
func brief(e kb.Entry) string {
	return "**" + chat.Escape(chat.Line(e.Term, 75)) + "**: " + chat.Prose(chat.Line(e.Definition, 160))
}

// showEntry follows a button to an entry, in the place of the message that had the button.
func (a *App) showEntry(_ context.Context, c chat.Click, to target) (chat.Reply, error) {
	e, err := a.entry(c.User, to.words[0])
	if err != nil {
		return chat.Reply{}, err
	}
	return inPlace(a.entryCard(c.User.Home(), e)), nil
}

// shareEntry shows an entry to everybody.
func (a *App) shareEntry(_ context.Context, c chat.Click, to target) (chat.Reply, error) {
	e, err := a.entry(c.User, to.words[0])
	if err != nil {
		return chat.Reply{}, err
	}
	m := a.entryCard(c.User.Home(), e)
	m.Card.Buttons = nil
	m.Card.Footer = chat.Line("Shared by "+c.User.Name+" · "+m.Card.Footer, chat.MaxFooter)
	return chat.Reply{Message: m}, nil
}

func (a *App) entry(u chat.User, slug string) (kb.Entry, error) {
	e, ok := a.glossary.Entry(u.Home(), slug)
	if !ok {
		return e, problem("This term is not in the glossary any more.")
	}
	return e, nil
}

const (
	entryButtons = 10 // on an entry's card: two rows on Discord
	maxNotes     = 2  // imported texts beneath a definition
)

func (a *App) entryCard(workspace string, e kb.Entry) chat.Message {
	card := &chat.Card{Title: chat.Line(e.Term, chat.MaxTitle), Body: chat.CutMarkdown(chat.Prose(e.Definition), 1500), Footer: chat.Line(entryFooter(e), chat.MaxFooter)}
	if e.Details != "" {
		card.Body += "\n\n" + chat.CutMarkdown(chat.Prose(e.Details), 2000)
	}
	if e.URL() != "" {
		card.Body += "\n\n[Kubernetes documentation](" + e.URL() + ")"
	}
	add := func(name, value string) {
		if value != "" {
			card.Fields = append(card.Fields, chat.Field{Name: name, Value: chat.CutMarkdown(value, chat.MaxValue)})
		}
	}
	if e.Example != "" {
		add("Example", chat.Fence(e.Example))
	}
	if e.Licence != "" && e.SourceURL != "" { // not further down, where fields that do not fit are dropped: licences want it to be said
		add("Source", chat.Escape(chat.Line(e.Source, 60))+credit(e.SourceURL, e.Licence))
	}
	add("Not to be confused with", a.confusable(workspace, e))
	add("What changed", chat.Prose(e.Changed))
	add("Exam tip", chat.Prose(e.Tip))
	add("Also called", chat.Escape(strings.Join(e.OtherNames(), ", ")))
	for _, n := range e.Notes[:min(len(e.Notes), maxNotes)] {
		add("From "+chat.Line(n.Source, 60)+", not checked", chat.Prose(chat.Cut(n.Text, 500))+credit(n.SourceURL, n.Licence))
	}
	card.Buttons = a.entryActions(workspace, e)
	return chat.Message{Card: fitted(card)}
}

// fitted drops the last fields of a card that is too long for a platform: the
// most important ones come first.
func fitted(c *chat.Card) *chat.Card {
	for len(c.Fields) > 0 && (len(c.Fields) > chat.MaxFields || chat.Length(chat.Message{Card: c}.Markdown()) > chat.MaxCard) {
		c.Fields = c.Fields[:len(c.Fields)-1]
	}
	return c
}

// confusable has a line for each term that people mix up with this one.
func (a *App) confusable(workspace string, e kb.Entry) string {
	var lines []string
	for _, slug := range slices.Sorted(maps.Keys(e.Confusable)) {
		if other, ok := a.glossary.Entry(workspace, slug); ok {
			lines = append(lines, "**"+chat.Escape(other.Term)+"**: "+chat.Prose(e.Confusable[slug]))
		}
	}
	return strings.Join(lines, "\n")
}

// credit names what an imported text asks for: where it is from and under which
// licence. It is shown without its markup, which licences want to be said.
func credit(url, licence string) string {
	text := ""
	if strings.HasPrefix(url, "https://") && !strings.ContainsAny(url, "()<> ") {
		text += "\n[Source](" + url + ")"
	}
	if licence != "" {
		text += "\nLicence: " + chat.Escape(chat.Line(licence, 40)) + "; shown as plain text, perhaps shortened."
	}
	return text
}

// entryActions are the buttons of an entry: share, correct, and the way to
// what people mix it up with and what it has to do with.
func (a *App) entryActions(workspace string, e kb.Entry) []chat.Button {
	bs := []chat.Button{{Action: verbShare + ":" + e.Slug, Label: "Share in channel"}}
	for _, slug := range slices.Concat(slices.Sorted(maps.Keys(e.Confusable)), e.Related) {
		if other, ok := a.glossary.Entry(workspace, slug); ok && len(bs) < entryButtons-1 {
			bs = addButton(bs, entryButton(other))
		}
	}
	if chat.Homeless(workspace) {
		return bs
	}
	return append(bs, chat.Button{Action: verbSuggest + ":" + e.Slug, Label: "Suggest a change", Form: true})
}

func entryButton(e kb.Entry) chat.Button {
	return chat.Button{Action: verbEntry + ":" + e.Slug, Label: chat.Line(e.Term, chat.MaxLabel)}
}

func entryFooter(e kb.Entry) string {
	var parts []string
	if e.Domain != "" {
		parts = append(parts, domainName(e.Domain))
	}
	if e.Verified != "" {
		parts = append(parts, "checked for Kubernetes "+e.Verified)
	}
	switch {
	case e.Source == "" && !e.At.IsZero():
		parts = append(parts, fmt.Sprintf("your team's own words, last changed by %s on %s", e.By, e.At.UTC().Format(time.DateOnly)))
	case e.Source != "":
		parts = append(parts, "source: "+e.Source)
	}
	return strings.Join(parts, " · ")
}

// domainName gives a domain of the exam in words.
func domainName(code string) string {
	for _, d := range quiz.Domains() {
		if d.Code == code {
			return "CKAD: " + d.Name
		}
	}
	return "Background: not asked for in the CKAD exam"
}

// addButton adds b unless its action is there already.
func addButton(bs []chat.Button, b chat.Button) []chat.Button {
	return insertButton(bs, len(bs), b)
}

// insertButton is addButton at a place.
func insertButton(bs []chat.Button, at int, b chat.Button) []chat.Button {
	if slices.ContainsFunc(bs, func(have chat.Button) bool { return have.Action == b.Action }) {
		return bs
	}
	return slices.Insert(bs, min(at, len(bs)), b)
}
