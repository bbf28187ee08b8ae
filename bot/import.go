package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"unicode"

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
	if err := checkWorkspace(i.Workspace); err != nil {
		return err
	}
	file, err := openFile(i.File)
	if err != nil {
		return err
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
	report, err := glossary.Import(s.ctx, i.Workspace, "command line", notes, kb.ImportOptions{DryRun: i.DryRun})
	if err != nil {
		return err
	}
	i.print(s, notes, report)
	return nil
}

// openFile opens a regular file: a pipe that nobody writes to would wait for ever.
func openFile(name string) (*os.File, error) {
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is a directory or a device: name a file", name)
	}
	if err != nil {
		return nil, fmt.Errorf("open the notes: %w", err)
	}
	return os.Open(name)
}

// workspaces are of the form PLATFORM/ID; "*" stands for all.
var workspaces = regexp.MustCompile(`^(\*|(slack|discord|console)/[A-Za-z0-9_@-]+)$`)

func checkWorkspace(name string) error {
	if !workspaces.MatchString(name) {
		return fmt.Errorf("workspace %q: use * for all, or one such as slack/T012, discord/42 or console/local", name)
	}
	return nil
}

// plain drops what a terminal would act upon: files come from strangers.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return -1
		}
		return r
	}, s)
}

func (i imports) print(s session, notes kb.File, report kb.Report) {
	for _, r := range notes.Skipped {
		fmt.Fprintf(s.out, "%s:%d: not imported: %s\n", i.File, r.Line, plain(r.Text))
	}
	for _, r := range notes.Corrected {
		fmt.Fprintf(s.out, "%s:%d: %s\n", i.File, r.Line, plain(r.Text))
	}
	for _, c := range report.Changes {
		verb := "changed"
		if c.Added {
			verb = "added"
		}
		fmt.Fprintf(s.out, "%s:%d: %s %s (%s)\n", i.File, c.Line, verb, plain(c.Term), c.Slug)
	}
	fmt.Fprintf(s.out, "%d entries: %s", len(notes.Entries), report)
	if i.DryRun {
		fmt.Fprint(s.out, " (dry run: nothing was written)")
	}
	fmt.Fprintln(s.out)
}
