package quiz

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the .want files; the difference is to be reviewed")

// shownFile is what was read, in words: a line for each question, what was skipped and what deserves a look.
func shownFile(f File) []string {
	var all []string
	for _, n := range f.Questions {
		line := strings.TrimPrefix(n.Place.String(), n.File) + " " + string(n.Kind) + " " + n.Text + " [" + strings.Join(n.Choices, "|") + "] " + n.Right()
		if n.Code != "" {
			line += " {" + n.Code + "}"
		}
		if n.Explanation != "" {
			line += " because " + n.Explanation
		}
		all = append(all, line)
	}
	for _, s := range f.Skipped {
		all = append(all, "skipped "+strings.TrimPrefix(s.String(), s.File))
	}
	for _, s := range f.Noticed {
		all = append(all, "noticed "+strings.TrimPrefix(s.String(), s.File))
	}
	return all
}

// readText reads a text and gives what was read, or the problems without the file's name.
func readText(t testing.TB, name, text string, opt ReadOptions) ([]string, []string) {
	t.Helper()
	f, err := Read(name, strings.NewReader(text), opt)
	if err != nil && len(f.Questions)+len(f.Skipped) > 0 {
		t.Errorf("%s: got %d questions of a file with problems", name, len(f.Questions))
	}
	return shownFile(f), problemsOf(name, err)
}

func problemsOf(name string, err error) (all []string) {
	if err == nil {
		return nil
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		all = append(all, strings.TrimPrefix(line, name))
	}
	return all
}

// TestFilesAreReadAsExpected reads each file of testdata/import beside what it means, in words, in a .want file.
func TestFilesAreReadAsExpected(t *testing.T) {
	wants, err := filepath.Glob("testdata/import/*.want")
	if err != nil || len(wants) < 6 {
		t.Fatalf("%d files with what is expected (error %v), want some", len(wants), err)
	}
	for _, name := range wants {
		t.Run(filepath.Base(name), func(t *testing.T) {
			in, err := os.Open(strings.TrimSuffix(name, ".want"))
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			f, err := Read("f", in, ReadOptions{})
			got := append(shownFile(f), problemsOf("f", err)...)
			text := strings.Join(got, "\n") + "\n"
			if *update {
				if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), text); diff != "" {
				t.Errorf("read (-want +got):\n%s", diff)
			}
		})
	}
}

func TestProblemsAreFileErrorsWithPlaces(t *testing.T) {
	_, err := Read("a.aiken", strings.NewReader("What?\nA. one\nB. two\n\nWhy?\nA. one\nB. two\nANSWER: F\n"), ReadOptions{})
	var first *FileError
	if !errors.As(err, &first) || first.File != "a.aiken" || first.Line != 1 {
		t.Errorf("got %v, want a *FileError in line 1", err)
	}
	if diff := cmp.Diff([]string{":1: the question has no ANSWER; write a line such as ANSWER: B after its choices", ":8: there is no choice F"}, problemsOf("a.aiken", err)); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
}
