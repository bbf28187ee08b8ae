package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"ckadbot/kb"
)

// term is the commands that edit a glossary.
type term struct {
	Add     termAdd     `cmd:"" help:"Add a term."`
	Edit    termEdit    `cmd:"" help:"Edit a term, or put another text in the place of a built-in one."`
	Remove  termRemove  `cmd:"" help:"Remove a term; a built-in text of it shows again."`
	History termHistory `cmd:"" help:"Show who changed a term, and when."`
	Revert  termRevert  `cmd:"" help:"Bring an earlier version back."`
}

// A termOf names a term in a glossary.
type termOf struct {
	Workspace string `default:"*" help:"Whose glossary: * for all workspaces of this installation, or one, such as slack/T012."`
	By        string `default:"command line" help:"Who makes the change, for the history."`
	Term      string `arg:"" help:"The term; quote it if it has several words."`
}

// A text is what can be written about a term.
type text struct {
	Definition string   `help:"What it means, in a sentence or two."`
	Details    string   `help:"More about it."`
	Example    string   `help:"A command or YAML."`
	Tip        string   `help:"A tip for the exam."`
	Alias      []string `help:"Another name; may be given more than once."`
	Related    []string `help:"The slug of a related entry; may be given more than once."`
	Category   string   `help:"Such as networking."`
	Domain     string   `help:"D1 to D5, or BG for background."`
	Doc        string   `help:"The page below https://kubernetes.io, such as /docs/concepts/workloads/pods/."`
}

// onto replaces what is given.
func (t text) onto(e kb.Entry) kb.Entry {
	for given, field := range map[*string]*string{&t.Definition: &e.Definition, &t.Details: &e.Details, &t.Example: &e.Example, &t.Tip: &e.Tip, &t.Category: &e.Category, &t.Domain: &e.Domain, &t.Doc: &e.Doc} {
		if *given != "" {
			*field = *given
		}
	}
	if t.Alias != nil {
		e.Aliases = t.Alias
	}
	if t.Related != nil {
		e.Related = t.Related
	}
	return e
}

type termAdd struct {
	termOf
	text
}

// Run adds the term.
func (t termAdd) Run(s session) error {
	return t.with(s, func(g *kb.Glossary) error {
		if e, ok, err := t.find(s, g); ok || err != nil {
			return errors.Join(err, fmt.Errorf("%s is in the glossary already: bot term edit %q", plain(e.Term), e.Slug))
		}
		return t.put(s, g, 0, t.onto(kb.Entry{Term: t.Term}))
	})
}

type termEdit struct {
	termOf
	text
	Name string `help:"Another name to show for it."`
}

// Run replaces what is given of the term's entry.
func (t termEdit) Run(s session) error {
	return t.with(s, func(g *kb.Glossary) error {
		e, err := t.must(s, g)
		if err != nil {
			return err
		}
		if t.Name != "" {
			e.Term = t.Name
		}
		return t.put(s, g, e.Rev, t.onto(e))
	})
}

type termRemove struct{ termOf }

// Run removes the term.
func (t termRemove) Run(s session) error {
	return t.with(s, func(g *kb.Glossary) error {
		e, err := t.must(s, g)
		if err != nil {
			return err
		}
		if err := g.Remove(s.ctx, t.Workspace, kb.Author{Name: t.By}, e.Slug, e.Rev); errors.Is(err, kb.ErrBuiltin) {
			return fmt.Errorf("%s is built in and has no text of %s to remove; bot term edit puts one in its place", plain(e.Term), t.Workspace)
		} else if err != nil {
			return err
		}
		fmt.Fprintf(s.out, "removed %s; bot term history %s and revert bring it back\n", plain(e.Term), e.Slug)
		return nil
	})
}

type termHistory struct{ termOf }

// Run prints one line for each version, the newest first.
func (t termHistory) Run(s session) error {
	return t.with(s, func(g *kb.Glossary) error {
		versions, err := g.History(s.ctx, t.Workspace, t.slug(s, g))
		if err != nil {
			return err
		}
		if len(versions) == 0 {
			fmt.Fprintf(s.out, "%s never changed in %s\n", plain(t.Term), t.Workspace)
		}
		for _, v := range versions {
			what := strings.Join(strings.Fields(plain(v.Entry.Definition)), " ")
			if v.Removed {
				what = "(removed)"
			}
			fmt.Fprintf(s.out, "%d  %s  %s  %s\n", v.Number, v.At.UTC().Format(time.DateTime), plain(v.By), what)
		}
		return nil
	})
}

type termRevert struct {
	termOf
	Version int `arg:"" help:"The number in the history."`
}

// Run brings the version back.
func (t termRevert) Run(s session) error {
	return t.with(s, func(g *kb.Glossary) error {
		slug := t.slug(s, g)
		versions, err := g.History(s.ctx, t.Workspace, slug)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(versions, func(v kb.Version) bool { return v.Number == t.Version })
		if i < 0 {
			return fmt.Errorf("%s has no version %d in %s: bot term history %q lists them", plain(t.Term), t.Version, t.Workspace, t.Term)
		}
		if _, err := g.Revert(s.ctx, t.Workspace, kb.Author{Name: t.By}, slug, versions[i].Rev); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s is again as it was in version %d\n", plain(versions[i].Entry.Term), t.Version)
		return nil
	})
}

// with opens the glossary for do.
func (t termOf) with(s session, do func(*kb.Glossary) error) error {
	if err := checkWorkspace(t.Workspace); err != nil {
		return err
	}
	glossary, _, closeAll, err := openGlossary(s)
	if err != nil {
		return err
	}
	defer closeAll()
	return do(glossary)
}

// find looks the term up by one of its names.
func (t termOf) find(s session, g *kb.Glossary) (kb.Entry, bool, error) {
	found, err := g.Define(s.ctx, t.Workspace, t.Term)
	if err != nil || !found.Exact {
		return kb.Entry{}, false, err
	}
	return *found.Entry, true, nil
}

func (t termOf) must(s session, g *kb.Glossary) (kb.Entry, error) {
	e, ok, err := t.find(s, g)
	if err == nil && !ok {
		err = fmt.Errorf("%q is in no glossary of %s; bot term add makes it", plain(t.Term), t.Workspace)
	}
	return e, err
}

// slug is that of the term, also when it was removed and has no name any more.
func (t termOf) slug(s session, g *kb.Glossary) string {
	if e, ok, err := t.find(s, g); ok && err == nil {
		return e.Slug
	}
	return kb.SlugOf(t.Term)
}

func (t termOf) put(s session, g *kb.Glossary, base int64, e kb.Entry) error {
	e, err := g.Put(s.ctx, t.Workspace, kb.Author{Name: t.By}, base, e)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "saved %s (%s) for %s\n", plain(e.Term), e.Slug, t.Workspace)
	return nil
}
