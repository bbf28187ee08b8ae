package quiz

import (
	"fmt"
	"io/fs"

	"ckadbot/quiz/content"
)

// LooksLikeQuestions reports whether a YAML file is meant as one of questions: it has the keys of bankFile.
func LooksLikeQuestions(data []byte) bool { return looksYAML.Match(data) }

// Lint checks a file in the form of the built-in question files, as strictly as those are: its form, and that every question is
// good enough to be asked (see Check). It returns how many questions it found. The error holds a *FileError for each problem.
func Lint(name string, data []byte, terms []Term) (questions int, err error) {
	known := map[string]bool{}
	for _, t := range terms {
		known[t.Slug] = true
	}
	r := &reader{opt: ReadOptions{Format: FormatYAML, Known: func(t string) bool { return known[t] }}, file: File{Name: name}}
	r.read(data)
	r.check()
	all := bareOf(r.file)
	for i, g := range Grade(all, terms) {
		if Passes(g.Problems) {
			continue
		}
		for _, p := range g.Problems {
			r.wrong(r.file.Questions[i].Place, "%s: %s (grade %d of 100, wanted %d)", g.ID, p, g.Score, PassScore)
		}
	}
	for _, n := range r.file.Noticed {
		r.wrong(n.Place, "%s", n.Text)
	}
	return len(all), r.failure()
}

func bareOf(f File) []Question {
	var all []Question
	for _, n := range f.Questions {
		all = append(all, n.Question)
	}
	return all
}

// BuiltinFiles returns the files of the built-in questions by name.
func BuiltinFiles() (map[string][]byte, error) {
	names, err := fs.Glob(content.Files, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list the built-in questions: %w", err)
	}
	files := map[string][]byte{}
	for _, name := range names {
		if files["quiz/content/"+name], err = content.Files.ReadFile(name); err != nil {
			return nil, fmt.Errorf("read the built-in questions: %w", err)
		}
	}
	return files, nil
}
