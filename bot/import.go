package main

import (
	"fmt"
	"os"

	"ckadbot/kb"
)

// imports is the command that imports a glossary file.
type imports struct {
	File      string `arg:"" help:"Notes in plain text: paragraphs of the form \"Term: definition\"."`
	Workspace string `default:"*" help:"For whom: * for all workspaces of this installation, or one, such as slack/T012."`
	DryRun    bool   `help:"Show what would change, and change nothing."`
}

// Run reads the whole file, and only if nothing is wrong with it writes it, in
// one transaction.
func (i imports) Run(s session) error {
	file, err := os.Open(i.File)
	if err != nil {
		return fmt.Errorf("open the notes: %w", err)
	}
	defer file.Close()
	glossary, _, closeAll, err := openGlossary(s)
	if err != nil {
		return err
	}
	defer closeAll()
	notes, err := kb.ReadNotes(i.File, file, glossary.Names(i.Workspace))
	if err != nil {
		return err
	}
	report, err := glossary.Import(s.ctx, i.Workspace, "command line", notes, i.DryRun)
	if err != nil {
		return err
	}
	i.print(s, notes, report)
	return nil
}

func (i imports) print(s session, notes kb.Notes, report kb.Report) {
	for _, r := range notes.Skipped {
		fmt.Fprintf(s.out, "%s:%d: not imported: %s\n", i.File, r.Line, r.Text)
	}
	for _, r := range notes.Corrected {
		fmt.Fprintf(s.out, "%s:%d: %s\n", i.File, r.Line, r.Text)
	}
	for _, c := range report.Changes {
		verb := "changed"
		if c.Added {
			verb = "added"
		}
		fmt.Fprintf(s.out, "%s:%d: %s %s (%s)\n", i.File, c.Line, verb, c.Term, c.Slug)
	}
	fmt.Fprintf(s.out, "%d entries: %s", len(notes.Entries), report)
	if i.DryRun {
		fmt.Fprint(s.out, " (dry run: nothing was written)")
	}
	fmt.Fprintln(s.out)
}
