package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"unicode"

	"ckadbot/kb"
)

// imports is the command that imports glossary files.
type imports struct {
	Files     []string `arg:"" name:"file" help:"Plain notes (\"Term: definition\" paragraphs), YAML, JSON, CSV, or a page or the folder of the Kubernetes website's glossary."`
	Format    string   `enum:",notes,yaml,json,csv,markdown" default:"" help:"notes, yaml, json, csv or markdown, where the file does not tell."`
	Workspace string   `default:"*" help:"For whom: * for all workspaces of this installation, or one, such as slack/T012."`
	DryRun    bool     `help:"Show what would change, and change nothing."`
	Verbose   bool     `help:"Show every change, not only the first ones."`
}

// Run reads all files, and only if nothing is wrong with any of them writes
// them, in one transaction.
func (i imports) Run(s session) error {
	if err := checkWorkspace(i.Workspace); err != nil {
		return err
	}
	for _, name := range i.Files { // before a database is started
		if _, err := i.stat(name); err != nil {
			return err
		}
	}
	pool, closeAll, err := openDatabase(s)
	if err != nil {
		return err
	}
	defer closeAll()
	known, err := kb.LoadNames(s.ctx, pool, i.Workspace)
	if err != nil {
		return err
	}
	file := kb.File{Name: strings.Join(i.Files, ", ")}
	var problems []error
	for _, name := range i.Files {
		f, err := i.read(name, known)
		problems = append(problems, err)
		file.Entries = append(file.Entries, f.Entries...)
		file.Skipped = append(file.Skipped, f.Skipped...)
		file.Corrected = append(file.Corrected, f.Corrected...)
		file.Shared = append(file.Shared, f.Shared...)
	}
	if err := refuse(s, errors.Join(problems...), i.Verbose); err != nil {
		return err
	}
	bar := newBar(s)
	report, err := kb.Import(s.ctx, pool, i.Workspace, "command line", file, kb.ImportOptions{DryRun: i.DryRun, Progress: bar.show})
	bar.end()
	if err != nil {
		return err
	}
	i.print(s, file, report)
	return nil
}

// stat tells files from folders and refuses what is neither: a pipe that
// nobody writes to would wait for ever.
func (i imports) stat(name string) (folder bool, err error) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return false, fmt.Errorf("open the glossary file: %w", err)
	case info.IsDir():
		return true, nil
	case !info.Mode().IsRegular():
		return false, fmt.Errorf("%s is a device or a pipe: name a file or a folder", name)
	}
	return false, nil
}

func (i imports) read(name string, known kb.Names) (kb.File, error) {
	folder, err := i.stat(name)
	if err != nil {
		return kb.File{}, err
	}
	if folder {
		if i.Format != "" && kb.Format(i.Format) != kb.FormatMarkdown {
			return kb.File{}, fmt.Errorf("%s is a folder, which is read as markdown; give files of other formats by their names", name)
		}
		root, err := os.OpenRoot(name) // links in it cannot lead out of it
		if err != nil {
			return kb.File{}, fmt.Errorf("open the folder: %w", err)
		}
		defer root.Close()
		return kb.ReadFolder(name, root.FS(), known)
	}
	file, err := os.Open(name)
	if err != nil {
		return kb.File{}, fmt.Errorf("open the glossary file: %w", err)
	}
	defer file.Close()
	return kb.Read(name, file, kb.Format(i.Format), known)
}

// refuse tells what is wrong with the files: one problem as the error, several
// line by line before it.
func refuse(s session, err error, verbose bool) error {
	all := flat(err)
	switch len(all) {
	case 0:
		return nil
	case 1:
		return errors.New(plain(err.Error())) // names of files in a folder may hold anything
	}
	const most = 100
	for n, problem := range all {
		if n == most && !verbose {
			s.progress(fmt.Sprintf("… and %d more; --verbose shows them", len(all)-most))
			break
		}
		s.progress(plain(problem.Error()))
	}
	return fmt.Errorf("nothing was imported: mend the %d problems above, then try again", len(all))
}

// flat are the errors that were joined.
func flat(err error) (all []error) {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		if err != nil {
			all = append(all, err)
		}
		return all
	}
	for _, e := range joined.Unwrap() {
		all = append(all, flat(e)...)
	}
	return all
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

// shown is how many lines of a kind are printed without --verbose.
const shown = 20

func (i imports) print(s session, file kb.File, report kb.Report) {
	var skipped, read, shared, changes []string
	for _, r := range file.Skipped {
		skipped = append(skipped, fmt.Sprintf("%s:%d: not imported: %s", r.File, r.Line, r.Text))
	}
	for _, r := range file.Corrected {
		read = append(read, r.String())
	}
	for _, r := range file.Shared {
		shared = append(shared, r.String())
	}
	for _, c := range report.Changes {
		verb := "changed"
		if c.Added {
			verb = "added"
		}
		changes = append(changes, fmt.Sprintf("%s:%d: %s %s (%s)", c.File, c.Line, verb, c.Term, c.Slug))
	}
	printSome(s, i.Verbose, skipped, read, shared, changes)
	fmt.Fprintf(s.out, "%s: %s", counted(len(file.Entries), "entry", "entries"), report)
	if i.DryRun {
		fmt.Fprint(s.out, " (dry run: nothing was written)")
	}
	fmt.Fprintln(s.out)
}

// printSome prints the first lines of each kind, or all.
func printSome(s session, verbose bool, kinds ...[]string) {
	for _, lines := range kinds {
		rest := 0
		if !verbose && len(lines) > shown {
			lines, rest = lines[:shown], len(lines)-shown
		}
		for _, line := range lines {
			fmt.Fprintln(s.out, plain(line))
		}
		if rest > 0 {
			fmt.Fprintf(s.out, "… and %d more like this; --verbose shows them\n", rest)
		}
	}
}
