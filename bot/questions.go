package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"ckadbot/bot/app"
	"ckadbot/kb"
	"ckadbot/quiz"
)

// questions are the commands about the question bank.
type questions struct {
	List   questionList   `cmd:"" default:"withargs" help:"Show how many questions there are and how good they are, or some of them."`
	Import questionImport `cmd:"" help:"Import question files: YAML, JSON, CSV, GIFT (Moodle), Aiken, Anki's notes in plain text, or Kahoot's spreadsheet."`
	Export questionExport `cmd:"" help:"Export the imported questions."`
	Remove questionRemove `cmd:"" help:"Take imported questions back: they are not asked any more."`
}

// questionList is the command that shows the bank: as a table, or some questions with their answers.
type questionList struct {
	Sample int    `placeholder:"N" help:"Show N questions picked by chance instead, each with the right answer and the reason."`
	Seed   uint64 `default:"1" help:"Another number picks other questions; the same number the same."`
}

// Run shows the built-in questions and what was imported.
func (l questionList) Run(s session) error {
	if l.Sample < 0 {
		return fmt.Errorf("--sample %d: say how many, such as 50", l.Sample)
	}
	bank, err := app.Bank()
	if err != nil {
		return err
	}
	imported, err := storedQuestions(s)
	if err != nil {
		return err
	}
	bank = append(bank, imported...)
	if l.Sample == 0 {
		entries, err := kb.Builtin()
		if err == nil {
			fmt.Fprint(s.out, quiz.Table(quiz.Grade(bank, app.Terms(entries))))
		}
		return err
	}
	for _, q := range quiz.Sample(bank, l.Sample, l.Seed) {
		fmt.Fprintln(s.out, plain(inWords(q)))
	}
	return nil
}

// storedQuestions are those that were imported.
func storedQuestions(s session) ([]quiz.Question, error) {
	pool, closeAll, err := openDatabase(s)
	if err != nil {
		return nil, err
	}
	defer closeAll()
	return quiz.New(pool, quiz.Options{Log: s.log}).Imported(s.ctx)
}

// inWords is a question as a reviewer reads it.
func inWords(q quiz.Question) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s, difficulty %d)\n%s\n", q.ID, strings.TrimSpace(q.Domain+" "+q.Competency), q.Difficulty, q.Text)
	if q.Code != "" {
		fmt.Fprintf(&b, "    %s\n", strings.ReplaceAll(q.Code, "\n", "\n    "))
	}
	for i, c := range q.Choices {
		fmt.Fprintf(&b, "  %c. %s\n", 'A'+i, c)
	}
	right := q.Right()
	if q.Kind == quiz.Typed {
		right = strings.Join(q.Answers, ", or ")
	}
	fmt.Fprintf(&b, "Right: %s\n", right)
	for _, line := range []string{q.Explanation, q.URL()} {
		if line != "" {
			fmt.Fprintln(&b, line)
		}
	}
	return b.String()
}

// questionImport is the command that imports question files.
type questionImport struct {
	Files      []string `arg:"" name:"file" help:"Question files. What has no place in a format can be given with the options below."`
	Format     string   `enum:",yaml,json,csv,gift,aiken,anki,kahoot" default:"" help:"yaml, json, csv, gift, aiken, anki or kahoot, where the file does not tell."`
	Domain     string   `enum:"D1,D2,D3,D4,D5,BG" default:"BG" help:"Domain of questions that do not say theirs: D1 to D5, or BG for background (${default})."`
	Category   string   `default:"imported" help:"Likewise the category (${default})."`
	Difficulty int      `default:"2" help:"Likewise the difficulty, 1 to 3 (${default})."`
	DryRun     bool     `help:"Show what would change, and change nothing."`
	Verbose    bool     `help:"Show every change, not only the first ones."`
}

// Run reads all files, and only if nothing is wrong with any of them stores
// their questions, in one transaction.
func (i questionImport) Run(s session) error {
	for _, name := range i.Files { // before a database is started
		if err := readable(name); err != nil {
			return err
		}
	}
	bank, err := app.Bank()
	if err != nil {
		return err
	}
	glossary, pool, closeAll, err := openGlossary(s)
	if err != nil {
		return err
	}
	defer closeAll()
	opt := quiz.ReadOptions{Format: quiz.Format(i.Format), Domain: i.Domain, Category: i.Category, Difficulty: i.Difficulty,
		Known: func(term string) bool { _, ok := glossary.Entry("*", term); return ok }}
	file := quiz.File{Name: strings.Join(i.Files, ", ")}
	var problems []error
	for _, name := range i.Files {
		f, err := readQuestions(name, opt)
		problems = append(problems, err)
		file.Questions = append(file.Questions, f.Questions...)
		file.Skipped = append(file.Skipped, f.Skipped...)
		file.Noticed = append(file.Noticed, f.Noticed...)
	}
	if err := refuse(s, errors.Join(problems...), i.Verbose); err != nil {
		return err
	}
	report, err := quiz.New(pool, quiz.Options{Log: s.log}).Import(s.ctx, file, quiz.ImportOptions{DryRun: i.DryRun, Builtin: bank})
	if err != nil {
		return refuse(s, err, i.Verbose)
	}
	i.print(s, file, report)
	return nil
}

func readable(name string) error {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return fmt.Errorf("open the question file: %w", err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("%s is a folder, a device or a pipe: name a file", name)
	}
	return nil
}

func readQuestions(name string, opt quiz.ReadOptions) (quiz.File, error) {
	in, err := os.Open(name)
	if err != nil {
		return quiz.File{}, fmt.Errorf("open the question file: %w", err)
	}
	defer in.Close()
	return quiz.Read(name, in, opt)
}

func (i questionImport) print(s session, file quiz.File, report quiz.Report) {
	var skipped, noticed, changes []string
	for _, r := range append(file.Skipped, report.Skipped...) {
		skipped = append(skipped, fmt.Sprintf("%s: not imported: %s", r.Place, r.Text))
	}
	for _, r := range file.Noticed {
		noticed = append(noticed, r.String())
	}
	for _, c := range report.Changes {
		verb := "changed"
		if c.Added {
			verb = "added"
		}
		changes = append(changes, fmt.Sprintf("%s: %s %s (%s)", c.Place, verb, c.ID, c.Text))
	}
	printSome(s, i.Verbose, skipped, noticed, changes)
	fmt.Fprintf(s.out, "%s: %s", counted(len(file.Questions), "question", "questions"), report)
	if i.DryRun {
		fmt.Fprint(s.out, " (dry run: nothing was written)")
	}
	fmt.Fprintln(s.out)
}

// questionRemove is the command that takes imported questions back.
type questionRemove struct {
	What    []string `arg:"" help:"Names of files whose questions were imported, or ids of questions."`
	DryRun  bool     `help:"Show what would be removed, and remove nothing."`
	Verbose bool     `help:"Show every question, not only the first ones."`
}

// Run removes the questions and lists them.
func (r questionRemove) Run(s session) error {
	pool, closeAll, err := openDatabase(s)
	if err != nil {
		return err
	}
	defer closeAll()
	removed, err := quiz.New(pool, quiz.Options{Log: s.log}).Remove(s.ctx, r.What, r.DryRun)
	if bad, ok := errors.AsType[*quiz.InvalidError](err); ok {
		return errors.New(plain(bad.Problem)) // what was typed is in it
	}
	if err != nil {
		return err
	}
	var lines []string
	for _, q := range removed {
		lines = append(lines, fmt.Sprintf("removed %s (%s)", q.ID, q.Text))
	}
	printSome(s, r.Verbose, lines)
	fmt.Fprint(s.out, counted(len(removed), "question", "questions"), " removed; importing them again brings them back")
	if r.DryRun {
		fmt.Fprint(s.out, " (dry run: nothing was removed)")
	}
	fmt.Fprintln(s.out)
	return nil
}

// questionExport is the command that writes imported questions into a file.
type questionExport struct {
	File   string `arg:"" optional:"" help:"Where to; without it, to standard output."`
	Format string `enum:",yaml,csv,gift,aiken,anki,kahoot" default:"" help:"yaml, csv, gift, aiken, anki (notes in plain text) or kahoot (its spreadsheet); without it, what the file's name says, else yaml."`
	All    bool   `help:"The built-in questions, too."`
	Force  bool   `help:"Replace the file if it is there."`
}

// Run exports the questions and tells which the format cannot hold.
func (e questionExport) Run(s session) error {
	format, err := e.format()
	if err != nil {
		return err
	}
	if err := free(e.File, e.Force); err != nil { // before a database is started
		return err
	}
	all, err := storedQuestions(s)
	if err != nil {
		return err
	}
	if e.All {
		bank, err := app.Bank()
		if err != nil {
			return err
		}
		all = append(bank, all...)
	}
	var left []string
	write := func(w io.Writer) (err error) { left, err = quiz.WriteQuestions(w, all, format); return err }
	if e.File == "" {
		err = write(s.out)
	} else {
		err = writeWhole(e.File, e.Force, write)
	}
	if err != nil {
		return err
	}
	e.tellLeft(s, left)
	done := counted(len(all)-len(left), "question", "questions") + " exported"
	if e.File == "" {
		s.progress(done + ".")
	} else {
		fmt.Fprintf(s.out, "%s to %s.\n", done, e.File)
	}
	return nil
}

// tellLeft tells how many questions are missing, and which and why.
func (e questionExport) tellLeft(s session, left []string) {
	if len(left) == 0 {
		return
	}
	is := "are"
	if len(left) == 1 {
		is = "is"
	}
	s.progress(fmt.Sprintf("%s %s not in the file:", counted(len(left), "question", "questions"), is))
	for _, l := range left {
		s.progress("  " + plain(l))
	}
}

// formatOf are the endings of names that tell a format.
var formatOf = map[string]quiz.Format{
	"": quiz.FormatYAML, ".yaml": quiz.FormatYAML, ".yml": quiz.FormatYAML, ".csv": quiz.FormatCSV, ".gift": quiz.FormatGIFT,
	".aiken": quiz.FormatAiken, ".txt": quiz.FormatAnki, ".xlsx": quiz.FormatKahoot,
}

func (e questionExport) format() (quiz.Format, error) {
	if e.Format != "" {
		return quiz.Format(e.Format), nil
	}
	format, known := formatOf[strings.ToLower(filepath.Ext(e.File))]
	if !known || e.File != "" && filepath.Ext(e.File) == "" {
		return "", fmt.Errorf("%s: a name that ends in .yaml, .csv, .gift, .aiken, .txt (Anki) or .xlsx (Kahoot) tells the format; else say it with --format", e.File)
	}
	return format, nil
}
