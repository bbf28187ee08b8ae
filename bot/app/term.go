package app

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/kb"
)

// termForm is the action of the form in which an admin writes a term; the
// entry it replaces and its edit follow.
const termForm = chat.AdminAction + "term"

// addTerm opens the form for a term of the workspace's own.
func (a *App) addTerm(ctx context.Context, c chat.Command) (chat.Reply, error) {
	term := strings.TrimSpace(c.Args["term"] + " " + c.Rest)
	if e, ok := a.named(ctx, c.User, term); ok {
		return chat.Reply{}, problemf("**%s** is in the glossary already. Use `/ckad-admin term edit %s`: your text then stands in its place for this workspace.", chat.Escape(e.Term), chat.Escape(e.Term))
	}
	return editor(kb.Entry{Term: chat.Line(term, 75)}, "New term", termForm), nil
}

// editTerm opens the form with an entry as it is now.
func (a *App) editTerm(ctx context.Context, c chat.Command) (chat.Reply, error) {
	e, err := a.chosen(ctx, c)
	if err != nil {
		return chat.Reply{}, err
	}
	return editing(e), nil
}

// editFor follows a button to the form.
func (a *App) editFor(_ context.Context, c chat.Click, to target) (chat.Reply, error) {
	e, err := a.entry(c.User, to.words[0])
	if err != nil {
		return chat.Reply{}, err
	}
	return editing(e), nil
}

func editing(e kb.Entry) chat.Reply {
	return editor(e, "Edit a term", fmt.Sprintf("%s:%s:%d", termForm, e.Slug, e.Rev))
}

func editor(e kb.Entry, title, action string) chat.Reply {
	return chat.Reply{Form: &chat.Form{Title: title, Action: action, Inputs: []chat.Input{
		{Name: "term", Label: "Term", Value: e.Term, Hint: "Blast radius"},
		{Name: "definition", Label: "What it means, in a sentence or two", Value: chat.Cut(e.Definition, chat.MaxInputValue), Long: true},
		{Name: "details", Label: "More about it", Value: chat.Cut(e.Details, chat.MaxInputValue), Long: true, Optional: true},
		{Name: "example", Label: "Example: a command or YAML", Value: chat.Cut(e.Example, chat.MaxInputValue), Long: true, Optional: true},
		{Name: "aliases", Label: "Other names, with commas between them", Value: chat.Cut(strings.Join(e.Aliases, ", "), chat.MaxInputValue), Optional: true},
	}}}
}

// submitTerm writes what the form holds. What it does not ask for stays as it was.
func (a *App) submitTerm(ctx context.Context, s chat.Submission, to target) (chat.Reply, error) {
	var e kb.Entry
	var base int64
	if len(to.words) == 2 {
		e, _ = a.glossary.Entry(s.User.Home(), to.words[0]) // if it is gone meanwhile, Put tells
		e.Slug = to.words[0]
		base, _ = strconv.ParseInt(to.words[1], 10, 64)
	}
	e.Term, e.Definition, e.Details = strings.TrimSpace(s.Values["term"]), strings.TrimSpace(s.Values["definition"]), strings.TrimSpace(s.Values["details"])
	e.Example, e.Aliases = strings.Trim(s.Values["example"], "\n"), listOf(s.Values["aliases"])
	e.Verified, e.Licence, e.SourceURL = "", "", "" // were said of the text that this one replaces
	e, err := a.glossary.Put(ctx, s.User.Home(), author(s.User), base, e)
	if err != nil {
		return keeping(err, s.Values)
	}
	return private("Saved. `/ckad define %s` shows your text in this workspace; `/ckad-admin term history %s` shows all versions.", chat.Escape(e.Term), chat.Escape(e.Term)), nil
}

// removeTerm takes the workspace's own text away, or else what it imported.
func (a *App) removeTerm(ctx context.Context, c chat.Command) (chat.Reply, error) {
	e, err := a.chosen(ctx, c)
	if err != nil {
		return chat.Reply{}, err
	}
	if err := a.glossary.Remove(ctx, c.User.Home(), author(c.User), e.Slug, e.Rev); err != nil {
		return chat.Reply{}, err
	}
	card := &chat.Card{Body: "Removed: **" + chat.Escape(e.Term) + "** is not in this workspace's glossary any more."}
	if now, ok := a.glossary.Entry(c.User.Home(), e.Slug); ok && now.Rev == e.Rev {
		card.Body = "Removed: what was imported about **" + chat.Escape(now.Term) + "**. The entry itself stays as it is."
	} else if ok {
		card.Body = "Removed. **" + chat.Escape(now.Term) + "** shows the text again that it had before yours."
	}
	versions, err := a.glossary.History(ctx, c.User.Home(), e.Slug)
	if err != nil {
		return chat.Reply{}, err
	}
	if rev, ok := beforeRemoval(versions); ok {
		card.Buttons = []chat.Button{{Action: fmt.Sprintf("%s:%s:%d", verbRevert, e.Slug, rev), Label: "Undo"}}
	} else {
		card.Body += fmt.Sprintf(" `/ckad-admin term history %s` shows the texts, and brings them back.", chat.Escape(e.Slug))
	}
	return chat.Reply{Ephemeral: true, Message: chat.Message{Card: card}}, nil
}

// beforeRemoval is the version that undoes the last removal, if it removed one
// text: several imported ones of a term go at once, and come back one by one.
func beforeRemoval(newestFirst []kb.Version) (rev int64, ok bool) {
	if len(newestFirst) < 2 || newestFirst[1].Removed && newestFirst[1].At.Equal(newestFirst[0].At) {
		return 0, false
	}
	for _, v := range newestFirst[1:] {
		if v.Source == newestFirst[0].Source {
			return v.Rev, !v.Removed
		}
	}
	return 0, false
}

// versionsShown is how many versions a history lists.
const versionsShown = 8

// termHistory lists who changed an entry, when, and what it was.
func (a *App) termHistory(ctx context.Context, c chat.Command) (chat.Reply, error) {
	slug, err := a.slug(ctx, c)
	if err != nil {
		return chat.Reply{}, err
	}
	versions, err := a.glossary.History(ctx, c.User.Home(), slug)
	if err != nil {
		return chat.Reply{}, err
	}
	if len(versions) == 0 {
		return private("This workspace has never changed **%s**. `/ckad-admin term edit %s` does.", chat.Escape(slug), chat.Escape(slug)), nil
	}
	card := &chat.Card{Title: chat.Line("History: "+versions[0].Entry.Term, chat.MaxTitle), Footer: counted(len(versions), "version")}
	for i, v := range versions[:min(len(versions), versionsShown)] {
		card.Body += versionLine(v) + "\n\n"
		if i > 0 && !v.Removed {
			card.Buttons = append(card.Buttons, chat.Button{Action: fmt.Sprintf("%s:%s:%d", verbRevert, slug, v.Rev), Label: fmt.Sprintf("Back to version %d", v.Number)})
		}
	}
	card.Body = chat.CutMarkdown(strings.TrimSpace(card.Body), chat.MaxBody)
	return chat.Reply{Ephemeral: true, Message: chat.Message{Card: fitted(card)}}, nil
}

func versionLine(v kb.Version) string {
	what := chat.Prose(chat.Line(v.Entry.Definition, 200))
	if v.Removed {
		what = "removed"
	}
	return fmt.Sprintf("**Version %d**, %s, %s: %s", v.Number, v.At.UTC().Format(time.DateOnly), chat.Escape(chat.Line(v.By, 64)), what)
}

// revertTerm brings a version back.
func (a *App) revertTerm(ctx context.Context, c chat.Command) (chat.Reply, error) {
	slug, err := a.slug(ctx, c)
	if err != nil {
		return chat.Reply{}, err
	}
	number, err := strconv.Atoi(c.Args["version"])
	if err != nil {
		return chat.Reply{}, problemf("Which version? `/ckad-admin term history %s` lists them; then for example `/ckad-admin term revert %s 1`.", chat.Escape(slug), chat.Escape(slug))
	}
	versions, err := a.glossary.History(ctx, c.User.Home(), slug)
	if err != nil {
		return chat.Reply{}, err
	}
	for _, v := range versions {
		if v.Number == number {
			return a.backTo(ctx, c.User, slug, v.Rev)
		}
	}
	return chat.Reply{}, kb.ErrUnknown
}

// revertTo follows a button to a version.
func (a *App) revertTo(ctx context.Context, c chat.Click, to target) (chat.Reply, error) {
	if len(to.words) != 2 {
		return stale, nil
	}
	rev, err := strconv.ParseInt(to.words[1], 10, 64)
	if err != nil {
		return stale, nil
	}
	r, err := a.backTo(ctx, c.User, to.words[0], rev)
	r.Replace = true
	return r, err
}

func (a *App) backTo(ctx context.Context, u chat.User, slug string, rev int64) (chat.Reply, error) {
	e, err := a.glossary.Revert(ctx, u.Home(), author(u), slug, rev)
	if err != nil {
		return chat.Reply{}, err
	}
	if e.Term == "" { // that version was a removal
		return private("It is removed again. `/ckad-admin term history %s` shows what it was.", chat.Escape(slug)), nil
	}
	return private("**%s** is again as it was then. `/ckad-admin term history %s` shows all versions.", chat.Escape(e.Term), chat.Escape(e.Term)), nil
}

// chosen is the entry that a command names.
func (a *App) chosen(ctx context.Context, c chat.Command) (kb.Entry, error) {
	slug, err := a.slug(ctx, c)
	if err != nil {
		return kb.Entry{}, err
	}
	e, ok := a.glossary.Entry(c.User.Home(), slug)
	if ok {
		return e, nil
	}
	term := strings.TrimSpace(c.Args["term"] + " " + c.Rest)
	found, err := a.glossary.Define(ctx, c.User.Home(), term)
	if err != nil {
		return kb.Entry{}, err
	}
	said := "**" + chat.Escape(chat.Line(term, 60)) + "** is not in this workspace's glossary."
	if found.Entry != nil {
		return kb.Entry{}, problem(said + " Did you mean **" + chat.Escape(found.Entry.Term) + "**?")
	}
	return kb.Entry{}, problem(said + " `/ckad-admin term add` adds a term.")
}

// slug is that of the entry that a command names by one of its names, or by the
// slug itself: what was removed has no other name.
func (a *App) slug(ctx context.Context, c chat.Command) (string, error) {
	term := strings.TrimSpace(c.Args["term"] + " " + c.Rest)
	if term == "" {
		return "", problemf("Which term? For example `/%s deployment`.", c.Name)
	}
	if e, ok := a.named(ctx, c.User, term); ok {
		return e.Slug, nil
	}
	return kb.SlugOf(term), nil
}
