package app

import (
	"context"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/kb"
	"ckadbot/quiz"
)

// define shows the entry for a term to the one who asked.
func (a *App) define(ctx context.Context, c chat.Command) (chat.Reply, error) {
	term := strings.TrimSpace(c.Args["term"] + " " + c.Rest)
	if term == "" {
		return chat.Reply{}, problem("Which term? For example `/ckad define deployment`, `/ckad define svc` or `/ckad define keeps pods away from a node`.")
	}
	return a.lookUp(ctx, c.User, term)
}

func (a *App) lookUp(ctx context.Context, u chat.User, term string) (chat.Reply, error) {
	found, err := a.glossary.Define(ctx, u.Home(), term)
	if err != nil {
		return chat.Reply{}, err
	}
	if found.Entry == nil {
		return notFound(term, found.Suggestions), nil
	}
	m := a.entryCard(u.Home(), *found.Entry)
	for _, s := range found.Suggestions { // other right answers, as for "taints and tolerations"
		m.Card.Buttons = addButton(m.Card.Buttons, chat.Button{Action: verbEntry + ":" + s.Slug, Label: s.Term})
	}
	return chat.Reply{Message: m, Ephemeral: true}, nil
}

func notFound(term string, close []kb.Entry) chat.Reply {
	said := "**" + chat.Escape(chat.Line(term, 60)) + "** is not in the glossary."
	if len(close) == 0 {
		return private("%s Try another word for it, a kubectl short name (`svc`), or describe it: `/ckad define runs one pod on every node`.", said)
	}
	card := &chat.Card{Body: said + " Did you mean one of these?"}
	for _, e := range close {
		card.Buttons = addButton(card.Buttons, chat.Button{Action: verbEntry + ":" + e.Slug, Label: chat.Line(e.Term, chat.MaxLabel)})
	}
	return chat.Reply{Message: chat.Message{Card: card}, Ephemeral: true}
}

// showEntry follows a button to an entry, in the place of the message that had the button.
func (a *App) showEntry(_ context.Context, c chat.Click, to target) (chat.Reply, error) {
	e, err := a.entry(c.User, to)
	if err != nil {
		return chat.Reply{}, err
	}
	return chat.Reply{Message: a.entryCard(c.User.Home(), e), Ephemeral: true, Replace: true}, nil
}

// shareEntry shows an entry to everybody.
func (a *App) shareEntry(_ context.Context, c chat.Click, to target) (chat.Reply, error) {
	e, err := a.entry(c.User, to)
	if err != nil {
		return chat.Reply{}, err
	}
	m := a.entryCard(c.User.Home(), e)
	m.Card.Buttons = nil
	m.Card.Footer = chat.Line("Shared by "+c.User.Name+" · "+m.Card.Footer, chat.MaxFooter)
	return chat.Reply{Message: m}, nil
}

func (a *App) entry(u chat.User, to target) (kb.Entry, error) {
	e, ok := a.glossary.Entry(u.Home(), to.words[0])
	if !ok {
		return e, problem("This term is not in the glossary any more.")
	}
	return e, nil
}

// relatedShown is how many related terms a card has buttons for: with Share
// they fill one row on Discord.
const relatedShown = 4

// maxNotes is how many imported texts stand beneath a definition.
const maxNotes = 2

func (a *App) entryCard(workspace string, e kb.Entry) chat.Message {
	card := &chat.Card{Title: chat.Line(e.Term, chat.MaxTitle), Body: chat.Cut(chat.Prose(e.Definition), 1500), Footer: entryFooter(e)}
	if e.Details != "" {
		card.Body += "\n\n" + chat.Cut(chat.Prose(e.Details), 2000)
	}
	if e.URL() != "" {
		card.Body += "\n\n[Kubernetes documentation](" + e.URL() + ")"
	}
	add := func(name, value string) {
		if value != "" {
			card.Fields = append(card.Fields, chat.Field{Name: name, Value: chat.Cut(value, chat.MaxValue)})
		}
	}
	if e.Example != "" {
		add("Example", chat.Fence(e.Example))
	}
	add("What changed", chat.Prose(e.Changed))
	add("Exam tip", chat.Prose(e.Tip))
	add("Also called", chat.Escape(strings.Join(e.OtherNames(), ", ")))
	for _, n := range e.Notes[:min(len(e.Notes), maxNotes)] {
		add("Your team's notes (from "+chat.Line(n.Source, 60)+", not checked)", chat.Prose(chat.Cut(n.Text, 600)))
	}
	card.Buttons = []chat.Button{{Action: verbShare + ":" + e.Slug, Label: "Share in channel"}}
	for _, slug := range e.Related {
		if r, ok := a.glossary.Entry(workspace, slug); ok && len(card.Buttons) <= relatedShown {
			card.Buttons = addButton(card.Buttons, chat.Button{Action: verbEntry + ":" + slug, Label: chat.Line(r.Term, chat.MaxLabel)})
		}
	}
	return chat.Message{Card: card}
}

func entryFooter(e kb.Entry) string {
	var parts []string
	if e.Domain != "" {
		parts = append(parts, domainName(e.Domain))
	}
	if e.Verified != "" {
		parts = append(parts, "checked for Kubernetes "+e.Verified)
	}
	if e.Source != "" {
		parts = append(parts, "source: "+e.Source)
	}
	return chat.Line(strings.Join(parts, " · "), chat.MaxFooter)
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
	for _, have := range bs {
		if have.Action == b.Action {
			return bs
		}
	}
	return append(bs, b)
}
