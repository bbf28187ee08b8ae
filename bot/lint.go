package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"ckadbot/bot/app"
	"ckadbot/kb"
	"ckadbot/kb/lint"
	"ckadbot/quiz"
)

// lints is the command that checks files of a glossary and of questions.
type lints struct {
	Files []string `arg:"" optional:"" name:"file" help:"Files in the project's own formats (YAML), or folders of them; also questions written as JSON. None: the built-in glossary and the built-in questions."`
}

// Run prints every problem and how much was checked. It needs no database.
func (l lints) Run(s session) error {
	files, others, err := l.read()
	if err != nil {
		return err
	}
	files, banks := splitFiles(files)
	report := lint.Check(files, others)
	for _, p := range report.Problems {
		fmt.Fprintln(s.out, plain(p.Error()))
	}
	questions, found, err := lintQuestions(s, banks)
	if err != nil {
		return err
	}
	checked := l.checked(report, questions, len(banks))
	if n := len(report.Problems) + found; n > 0 {
		return fmt.Errorf("%s found; checked %s", counted(n, "problem", "problems"), checked)
	}
	fmt.Fprintf(s.out, "no problems found; checked %s\n", checked)
	return nil
}

// checked tells how much was looked at.
func (l lints) checked(report lint.Report, questions, banks int) string {
	var all []string
	if report.Files > 0 {
		all = append(all, fmt.Sprintf("%s in %s, with %s", counted(report.Entries, "entry", "entries"), counted(report.Files, "file", "files"),
			counted(report.Manifests, "manifest", "manifests")))
	}
	if banks > 0 {
		all = append(all, fmt.Sprintf("%s in %s", counted(questions, "question", "questions"), counted(banks, "file", "files")))
	}
	return strings.Join(all, "; ")
}

// isJSON reports whether a file is of JSON. Such a file holds questions: a glossary is checked in its own form only.
func isJSON(name string) bool { return strings.EqualFold(filepath.Ext(name), ".json") }

// splitFiles tells files of questions from those of a glossary.
func splitFiles(files []lint.File) (glossary, banks []lint.File) {
	for _, f := range files {
		if isJSON(f.Name) || quiz.LooksLikeQuestions(f.Text) {
			banks = append(banks, f)
		} else {
			glossary = append(glossary, f)
		}
	}
	return glossary, banks
}

// lintQuestions prints what is wrong with files of questions; their terms are those of the built-in glossary.
func lintQuestions(s session, banks []lint.File) (questions, problems int, err error) {
	entries, err := kb.Builtin()
	if err != nil {
		return 0, 0, err
	}
	terms := app.Terms(entries)
	for _, f := range banks {
		n, err := quiz.Lint(f.Name, f.Text, terms)
		for _, p := range flat(err) {
			fmt.Fprintln(s.out, plain(p.Error()))
			problems++
		}
		questions += n
	}
	return questions, problems, nil
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// read returns the files to check, and the entries that they may refer to besides their own.
func (l lints) read() (files []lint.File, others []kb.Entry, err error) {
	if len(l.Files) == 0 {
		if files, err = lint.Builtin(); err != nil {
			return nil, nil, err
		}
		banks, err := quiz.BuiltinFiles()
		for _, name := range slices.Sorted(maps.Keys(banks)) {
			files = append(files, lint.File{Name: name, Text: banks[name]})
		}
		return files, nil, err
	}
	for _, name := range l.Files {
		found, err := readLintFiles(name)
		if err != nil {
			return nil, nil, err
		}
		files = append(files, found...)
	}
	others, err = kb.Builtin()
	return files, others, err
}

// maxLintFile is how many bytes of a file are looked at; the built-in glossary has less than one MiB.
const maxLintFile = 64 << 20

// readLintFiles reads a file, or the YAML files of a folder and of the folders in it.
func readLintFiles(name string) (files []lint.File, err error) {
	err = filepath.WalkDir(name, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		isYAML := strings.HasSuffix(path, ".yaml") || strings.HasSuffix(path, ".yml")
		if entry.IsDir() || path != name && !isYAML {
			return nil
		}
		if !isYAML && !isJSON(path) {
			return errors.New(name + " is no YAML file; bot import --dry-run and bot questions import --dry-run check the other formats")
		}
		text, err := readLintFile(path)
		files = append(files, lint.File{Name: path, Text: text})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what to check: %w", err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("there is no YAML file in %s; name the files to check", name)
	}
	return files, nil
}

func readLintFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s is no regular file; name one", path)
	case info.Size() > maxLintFile:
		return nil, fmt.Errorf("%s has more than %d MiB; split it", path, maxLintFile>>20)
	}
	return os.ReadFile(path)
}
