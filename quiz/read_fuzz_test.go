package quiz

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// FuzzRead reads anything in any format: either all is valid and can be written and read again, or every problem has the
// file's name and is short.
func FuzzRead(f *testing.F) {
	names, err := filepath.Glob("testdata/import/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for i := range Formats() {
			f.Add(byte(i), data)
		}
	}
	f.Add(byte(slices.Index(Formats(), FormatKahoot)), xlsx(f, map[string][][]string{"Q": kahootRows([]string{"", "Which?", "one", "two", "", "", "20", "1"})}, nil))
	f.Add(byte(slices.Index(Formats(), FormatGIFT)), []byte("\xff\xfe{\x00}\x00"))
	f.Fuzz(func(t *testing.T, n byte, data []byte) {
		formats := append(Formats(), "")
		file, err := Read("f", bytes.NewReader(data), ReadOptions{Format: formats[int(n)%len(formats)]})
		if err != nil {
			checkProblems(t, err)
			return
		}
		for _, q := range file.Questions {
			if err := q.Validate(); err != nil {
				t.Fatalf("%+v: %v", q.Question, err)
			}
		}
		for _, format := range []Format{FormatYAML, FormatCSV} {
			var out bytes.Buffer
			left, err := WriteQuestions(&out, bareOf(file), format)
			if err != nil || left != nil {
				t.Fatalf("write %s: %v, left %q", format, err, left)
			}
			if len(file.Questions) == 0 {
				continue
			}
			again, err := Read("f", &out, ReadOptions{Format: format})
			if err != nil {
				t.Fatalf("read %s again: %v", format, err)
			}
			if diff := gocmp.Diff(inRightOrder(file), inRightOrder(again), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("%s (-want +got):\n%s", format, diff)
			}
		}
		for _, format := range []Format{FormatGIFT, FormatAiken} {
			var out bytes.Buffer
			left, err := WriteQuestions(&out, bareOf(file), format)
			if err != nil {
				t.Fatal(err)
			}
			if out.Len() == 0 {
				continue
			}
			again, err := Read("f", &out, ReadOptions{Format: format})
			if err != nil && format == FormatGIFT {
				t.Fatalf("read %s again: %v", format, err)
			}
			if err == nil && len(again.Questions)+len(left) != len(file.Questions) {
				t.Fatalf("%s: got %d questions and %d left out of %d", format, len(again.Questions), len(left), len(file.Questions))
			}
		}
	})
}

func inRightOrder(f File) []Question {
	qs := bareOf(f)
	for i, q := range qs {
		if q.Kind == Order {
			qs[i].Choices, qs[i].Key = q.texts(q.Key), 0
		}
	}
	return qs
}

func checkProblems(t *testing.T, err error) {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("got %v, want a list of problems", err)
	}
	for _, p := range joined.Unwrap() {
		var wrong *FileError
		if !errors.As(p, &wrong) || wrong.File != "f" || wrong.Text == "" || len(wrong.Text) > 1000 || strings.Contains(wrong.Text, "\n") {
			t.Fatalf("got the problem %q, want one line with its place", p)
		}
	}
}

// tenThousand is a file of ten thousand questions.
func tenThousand(tb testing.TB, format Format) []byte {
	tb.Helper()
	qs := make([]Question, 10_000)
	for i := range qs {
		qs[i] = testQuestion(i)
		qs[i].Code = strings.Repeat("  - name: web\n    image: example/web:1\n", 5)
		qs[i].Code = strings.TrimSuffix(qs[i].Code, "\n")
		if format == FormatAiken {
			qs[i].Code = ""
		}
	}
	var out bytes.Buffer
	if _, err := WriteQuestions(&out, qs, format); err != nil {
		tb.Fatal(err)
	}
	return out.Bytes()
}

// BenchmarkRead reads ten thousand questions; the figure besides time is the memory in use when they are read.
func BenchmarkRead(b *testing.B) {
	for _, format := range []Format{FormatYAML, FormatCSV, FormatGIFT, FormatAiken} {
		b.Run(string(format), func(b *testing.B) {
			data := tenThousand(b, format)
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				f, err := Read("f", bytes.NewReader(data), ReadOptions{Format: format})
				if err != nil || len(f.Questions) != 10_000 {
					b.Fatalf("%d questions, error %v", len(f.Questions), err)
				}
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				b.ReportMetric(float64(m.HeapInuse)/(1<<20), "heap-MiB")
			}
		})
	}
}
