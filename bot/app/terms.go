package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"ckadbot/bot/chat"
	"ckadbot/kb"
	"ckadbot/quiz"
)

const (
	listed   = 10         // terms on a page of a list
	allTerms = "all"      // subjects besides the categories and the domains
	ownTerms = "own"      // what this workspace wrote
	imported = "imported" // what came from files
)

// terms lists the glossary: the subjects, or the terms of one.
func (a *App) terms(_ context.Context, c chat.Command) (chat.Reply, error) {
	asked := strings.TrimSpace(c.Args["subject"] + " " + c.Rest)
	if asked == "" {
		return chat.Reply{Message: a.subjects(c.User.Home()), Ephemeral: true}, nil
	}
	subject, ok := a.subject(c.User.Home(), asked)
	if !ok {
		return chat.Reply{}, problemf("I do not know the subject **%s**. `/ckad terms` shows all: categories such as `networking`, exam domains `D1` to `D5`, `%s` for your team's own words, `%s` for everything.",
			chat.Escape(chat.Line(asked, 40)), ownTerms, allTerms)
	}
	return chat.Reply{Message: a.termsPage(c.User.Home(), subject, 0), Ephemeral: true}, nil
}

// showTerms goes to another page or subject, in place.
func (a *App) showTerms(_ context.Context, c chat.Click, to target) (chat.Reply, error) {
	page, subject, err := paged(to)
	if err != nil {
		return chat.Reply{}, err
	}
	if subject == "" {
		return inPlace(a.subjects(c.User.Home())), nil
	}
	return inPlace(a.termsPage(c.User.Home(), subject, page)), nil
}

// subjects is what one can choose from.
func (a *App) subjects(workspace string) chat.Message {
	menu := &chat.Select{Label: "Choose a subject"}
	add := func(subject, label string) {
		value := verbTerms + ":0:" + subject
		there := slices.ContainsFunc(menu.Choices, func(c chat.Choice) bool { return c.Value == value }) // a file may call a category "own"
		if n := len(a.termsOf(workspace, subject)); n > 0 && !there && len(menu.Choices) < chat.MaxButtons {
			menu.Choices = append(menu.Choices, chat.Choice{Value: value, Label: fmt.Sprintf("%s (%d)", label, n)})
		}
	}
	add(allTerms, "All")
	add(ownTerms, "Your team's own")
	add(imported, "Imported")
	for _, d := range quiz.Domains() {
		add(d.Code, chat.Line(d.Code+" "+d.Name, 60))
	}
	add("BG", "Background")
	for _, category := range a.glossary.Categories(workspace) {
		if _, ok := a.subject(workspace, category); ok {
			add(category, subjectName(category))
		}
	}
	if len(menu.Choices) == 0 {
		menu = nil
	}
	return chat.Message{Card: &chat.Card{Title: "The glossary", Select: menu,
		Body: fmt.Sprintf("%s. Choose a subject, or type one: `/ckad terms networking`.", counted(len(a.glossary.List(workspace, "")), "term"))}}
}

func (a *App) termsPage(workspace, subject string, page int) chat.Message {
	all := a.termsOf(workspace, subject)
	pages := max(1, (len(all)+listed-1)/listed)
	page = min(page, pages-1) // the list may have become shorter
	card := &chat.Card{Title: chat.Line(subjectName(subject), chat.MaxTitle), Body: counted(len(all), "term") + ".",
		Footer: fmt.Sprintf("Page %d of %d", page+1, pages)}
	if len(all) == 0 {
		card.Body = "There is nothing here yet. `/ckad suggest` proposes a term, `/ckad-admin term add` (for admins) adds one."
	}
	for _, e := range all[page*listed : min(len(all), (page+1)*listed)] {
		card.Body += "\n\n" + brief(e)
		card.Buttons = addButton(card.Buttons, entryButton(e))
	}
	card.Body = chat.CutMarkdown(card.Body, chat.MaxBody)
	card.Buttons = append(card.Buttons, turns(verbTerms, subject, page, pages)...)
	card.Buttons = append(card.Buttons, chat.Button{Action: verbTerms + ":0:", Label: "Subjects"})
	return chat.Message{Card: card}
}

// termsOf are the entries of a subject, sorted by term.
func (a *App) termsOf(workspace, subject string) []kb.Entry {
	switch subject {
	case allTerms:
		return a.glossary.List(workspace, "")
	case ownTerms:
		return slices.DeleteFunc(a.glossary.List(workspace, ""), func(e kb.Entry) bool { return e.Source != "" })
	case imported:
		return slices.DeleteFunc(a.glossary.List(workspace, ""), func(e kb.Entry) bool { return e.Source == "" || e.Source == kb.SourceBuiltin })
	}
	return a.glossary.List(workspace, subject)
}

// subject reads what somebody typed. What an action cannot hold is none.
func (a *App) subject(workspace, typed string) (string, bool) {
	for _, d := range quiz.Domains() {
		if strings.EqualFold(typed, d.Name) {
			return d.Code, true
		}
	}
	for _, s := range a.subjectNames(workspace) {
		if strings.EqualFold(typed, s) && len(s) <= packedMax && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || r == ':' }) {
			return s, true
		}
	}
	return "", false
}

// subjectNames are what can be typed for a subject, but for the domains' names.
func (a *App) subjectNames(workspace string) []string {
	names := []string{allTerms, ownTerms, imported, "BG"}
	for _, d := range quiz.Domains() {
		names = append(names, d.Code)
	}
	return append(names, a.glossary.Categories(workspace)...)
}

func subjectName(subject string) string {
	switch subject {
	case allTerms:
		return "All terms"
	case ownTerms:
		return "Your team's own terms"
	case imported:
		return "Imported terms"
	case "BG":
		return "Background"
	case "api":
		return "API"
	case "kubectl":
		return "kubectl"
	}
	for _, d := range quiz.Domains() {
		if d.Code == subject {
			return d.Code + ": " + d.Name
		}
	}
	return strings.ToUpper(subject[:1]) + subject[1:]
}
