package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"ckadbot/kb"
)

// define is the command that looks terms up.
type define struct {
	Format    string   `enum:"text,json" default:"text" help:"text, or json: one line of JSON for each term."`
	Workspace string   `default:"console/local" help:"Whose glossary, such as slack/T012 or discord/42."`
	Terms     []string `arg:"" help:"The terms; quote those of several words."`
}

// definition is one line of --format json.
type definition struct {
	Query       string   `json:"query"`
	Found       bool     `json:"found"`
	Slug        string   `json:"slug"`
	Term        string   `json:"term"`
	Definition  string   `json:"definition"`
	Suggestions []string `json:"suggestions"` // slugs
}

// Run looks up all terms. Terms that are not found are no failure.
func (d define) Run(s session) error {
	if err := checkWorkspace(d.Workspace); err != nil {
		return err
	}
	glossary, _, closeAll, err := openGlossary(s)
	if err != nil {
		return err
	}
	defer closeAll()
	for _, term := range d.Terms {
		found, err := glossary.Define(s.ctx, d.Workspace, term)
		if err != nil {
			return fmt.Errorf("look up %q: %w", term, err)
		}
		if err := d.print(s, term, found); err != nil {
			return err
		}
	}
	return nil
}

func (d define) print(s session, term string, found kb.Answer) error {
	line := definition{Query: term, Suggestions: []string{}}
	var names []string
	for _, e := range found.Suggestions {
		line.Suggestions = append(line.Suggestions, e.Slug)
		names = append(names, e.Term)
	}
	if e := found.Entry; e != nil {
		line.Found, line.Slug, line.Term, line.Definition = true, e.Slug, e.Term, e.Definition
	}
	if d.Format == "json" {
		out := json.NewEncoder(s.out)
		out.SetEscapeHTML(false)
		return out.Encode(line)
	}
	var err error
	switch {
	case line.Found:
		shown := []kb.Entry{*found.Entry}
		if found.Several {
			shown = append(shown, found.Suggestions...)
		}
		for _, e := range shown {
			if _, err = fmt.Fprintf(s.out, "%s: %s\n%s\n", plain(e.Term), plain(e.Definition), origin(e)); err != nil {
				break
			}
		}
	case len(names) > 0:
		_, err = fmt.Fprintf(s.out, "%q is not in the glossary. Close to it: %s.\n\n", term, strings.Join(names, ", "))
	default:
		_, err = fmt.Fprintf(s.out, "%q is not in the glossary.\n\n", term)
	}
	return err
}

// origin is where to read on, and for imported entries where the text is from and under which licence, a line each.
func origin(e kb.Entry) string {
	lines := ""
	if e.URL() != "" {
		lines += e.URL() + "\n"
	}
	if e.Source != "" && e.Source != kb.SourceBuiltin {
		lines += plain(strings.TrimSpace("source: "+e.Source+" "+e.SourceURL)) + "\n"
		if e.Licence != "" {
			lines += "licence: " + plain(e.Licence) + "; shown as plain text, perhaps shortened\n"
		}
	}
	return lines
}
