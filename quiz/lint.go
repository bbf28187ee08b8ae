package quiz

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"ckadbot/quiz/content"
)

// LooksLikeQuestions reports whether a YAML file is meant as one of questions: it has the keys of bankFile.
func LooksLikeQuestions(data []byte) bool { return looksYAML.Match(data) }

// Lint checks a file in the form of the built-in question files, or the same as JSON, as strictly as those are: its form, and
// that every question is good enough to be asked (see Check). Of a list of JSON items it does not ask for what has no place
// there. It returns how many questions it found. The error holds a *FileError for each problem.
func Lint(name string, data []byte, terms []Term) (questions int, err error) {
	known := map[string]bool{}
	for _, t := range terms {
		known[t.Slug] = true
	}
	r := &reader{opt: ReadOptions{Format: FormatYAML, Known: func(t string) bool { return known[t] }}, file: File{Name: name}}
	if strings.EqualFold(filepath.Ext(name), ".json") {
		r.opt.Format = FormatJSON
	}
	r.read(data)
	if r.opt.Format == FormatJSON {
		r.opt.Known = nil // each maker of such lists has terms of their own
		r.settle()
	} else {
		r.check()
	}
	all := bareOf(r.file)
	for i := range all {
		if r.opt.Format == FormatJSON {
			all[i].Verified = NewestKubernetes // an item has no place for it
		}
	}
	for i, g := range Grade(all, terms) {
		if Passes(g.Problems) {
			continue
		}
		grade := ""
		if g.Score < PassScore {
			grade = fmt.Sprintf(" (grade %d of 100, wanted %d)", g.Score, PassScore)
		}
		for _, p := range g.Problems {
			if all[i].toldByValidate(p) {
				continue
			}
			r.wrong(r.file.Questions[i].Place, "%s: %s%s", g.ID, p, grade)
		}
	}
	for _, n := range r.file.Noticed {
		r.wrong(n.Place, "%s", n.Text)
	}
	return len(all), r.failure()
}

// toldByValidate reports whether p is what Validate complains about, too: it should be told once.
func (q Question) toldByValidate(p Problem) bool {
	short := !oneLine(q.Explanation, MinExplanation, MaxExplanation)
	return !q.imported() && (p.Rule == "R10" || p.Rule == "R9" && short) // what was imported may lack explanation and page
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
