package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"ckadbot/migrations/pgtest"
)

// write writes files into a directory of the test's own and returns its name.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// bot runs a command and returns what it wrote.
func bot(t *testing.T, wantCode int, env []string, args ...string) (out, errs string) {
	t.Helper()
	p := start(t, env, "", args...)
	if code := p.finish(t); code != wantCode {
		t.Fatalf("%v: exit code %d, want %d", args, code, wantCode)
	}
	return p.said(), p.complained()
}

func page(title, text string) string {
	return "---\ntitle: " + title + "\nid: x\nshort_description: " + text + "\n---\n"
}

func TestImportReadsFilesOfEveryKindAndFolders(t *testing.T) {
	env := []string{"DATABASE_URL=" + pgtest.URL(t)}
	pages := map[string]string{"index.md": "---\ntitle: All\n---\n"}
	for i := range 25 {
		pages[fmt.Sprintf("gizmo-%02d.md", i)] = page(fmt.Sprintf("Gizmo %02d", i), "A {{< glossary_tooltip term_id=\"gizmo-00\" >}}.")
	}
	folder := write(t, pages)
	dir := write(t, map[string]string{
		"a.yaml": "- {term: Alpha, definition: The first.}\n", "b.json": `[{"term": "Beta", "definition": "The second."}]`,
		"c.csv": "term;definition\nGamma;The third.\n", "d.txt": "Delta: The fourth.\n\nno entry\n", "e.list": "term\tdefinition\nEpsilon\tThe fifth.\n",
	})
	args := []string{"import", folder}
	for _, name := range []string{"a.yaml", "b.json", "c.csv", "d.txt", "e.list"} {
		args = append(args, filepath.Join(dir, name))
	}
	out, _ := bot(t, 0, env, append(args, "--dry-run")...)
	if missing := inOrder(out, "index.md:1: not imported: is no term", "d.txt:3: not imported", "gizmo-00.md:2: added Gizmo 00 (gizmo-00)", "gizmo-19.md",
		"… and 10 more like this; --verbose shows them", "30 entries: 30 added, 0 updated, 0 unchanged (dry run: nothing was written)"); missing != "" {
		t.Errorf("%q is missing in:\n%s", missing, out)
	}
	out, _ = bot(t, 0, env, append(args, "--verbose")...)
	if missing := inOrder(out, "gizmo-24.md:2: added", "a.yaml:1: added Alpha (alpha)", "e.list:2: added Epsilon (epsilon)", "30 entries: 30 added, 0 updated, 0 unchanged\n"); missing != "" {
		t.Errorf("%q is missing in:\n%s", missing, out)
	}
	out, _ = bot(t, 0, env, args...)
	if missing := inOrder(out, "30 entries: 0 added, 0 updated, 30 unchanged\n"); missing != "" {
		t.Errorf("%q is missing in:\n%s", missing, out)
	}
	out, _ = bot(t, 0, env, "define", "gizmo 07", "epsilon")
	if missing := inOrder(out, "Gizmo 07: A Gizmo 00.", "Epsilon: The fifth."); missing != "" {
		t.Errorf("%q is missing in:\n%s", missing, out)
	}
}

func TestImportTellsTheProblemsOfAllFilesAndWritesNone(t *testing.T) {
	env := []string{"DATABASE_URL=" + pgtest.URL(t)}
	dir := write(t, map[string]string{
		"good.yaml": "- {term: Alpha, definition: The first.}\n", "bad.yaml": "- {trem: Beta}\n- {term: Gamma}\n", "bad.csv": "term\nDelta\n",
		"double.json": `[{"term": "Alpha", "definition": "x", "source": "good.yaml"}]`, "zip.csv": "PK\x03\x04", "forced.txt": "Term: a\x1b[31m",
	})
	file := func(name string) string { return filepath.Join(dir, name) }
	_, errs := bot(t, 1, env, "import", file("good.yaml"), file("bad.yaml"), file("bad.csv"))
	if missing := inOrder(errs, "bad.yaml:1: unknown key \"trem\"", "bad.yaml:2: Gamma: the definition is missing", "bad.csv:1: there is no column definition",
		"bot: nothing was imported: mend the 3 problems above"); missing != "" {
		t.Errorf("%q is missing in:\n%s", missing, errs)
	}
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"an entry in two files":      {[]string{file("good.yaml"), file("double.json")}, "double.json:1: Alpha means the same as Alpha in " + file("good.yaml") + ":1"},
		"a packed file":              {[]string{file("zip.csv")}, "save it as CSV"},
		"a file of another format":   {[]string{"--format=json", file("good.yaml")}, "is not JSON"},
		"a folder of another format": {[]string{"--format=yaml", dir}, "is read as markdown"},
		"a control character":        {[]string{file("forced.txt")}, "has a control character (U+001B)"},
		"a device":                   {[]string{file("good.yaml"), os.DevNull}, os.DevNull + " is a device"},
		"a file that is not there":   {[]string{file("good.yaml"), file("none.yaml")}, "none.yaml"},
		"a format that is not there": {[]string{"--format=xlsx", file("good.yaml")}, "format"},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, env, "", append([]string{"import"}, c.args...)...)
			if code := p.finish(t); code == 0 || !strings.Contains(lastLine(p.complained()), c.want) || strings.Contains(p.complained(), "\x1b") {
				t.Errorf("exit code %d, want %q in the last line of:\n%s", code, c.want, p.complained())
			}
		})
	}
	if out, _ := bot(t, 0, env, "export"); out != "[]\n" {
		t.Errorf("after refused imports: got an export of\n%s", out)
	}
}

func TestExportGoesIntoAnotherDatabaseAndBack(t *testing.T) {
	first, second := []string{"DATABASE_URL=" + pgtest.URL(t)}, []string{"DATABASE_URL=" + pgtest.URL(t)}
	dir := write(t, map[string]string{"pod.yaml": "- {term: Pod, definition: Our note.}\n", "team.yaml": "- {term: Zeta, definition: \"It's = “last”; no, the\\nend\", source: \"\", aliases: [\"no\", \"=z\"]}\n- {term: Pod, definition: Our note.}\n"})
	file := func(name string) string { return filepath.Join(dir, name) }
	bot(t, 0, first, "import", file("team.yaml"))
	if out, _ := bot(t, 0, first, "import", "--dry-run", file("pod.yaml")); !strings.Contains(out, "\n1 entry: 1 added, 0 updated, 0 unchanged (dry run") {
		t.Errorf("one entry: got %q", out)
	}
	for _, ext := range []string{"yaml", "json", "csv"} {
		one, two := file("one."+ext), file("two."+ext)
		if out, _ := bot(t, 0, first, "export", one); !strings.Contains(out, "2 entries exported to "+one) {
			t.Errorf("export to %s said %q", ext, out)
		}
		bot(t, 0, second, "import", one)
		bot(t, 0, second, "export", two)
		a, errA := os.ReadFile(one)
		b, errB := os.ReadFile(two)
		if errA != nil || errB != nil || !bytes.Equal(a, b) || len(a) == 0 {
			t.Errorf("%s: got\n%s\nwant\n%s\n(errors %v, %v)", ext, b, a, errA, errB)
		}
		if out, errs := bot(t, 0, first, "export", "--format", ext); out != string(a) || !strings.Contains(errs, "2 entries exported.") {
			t.Errorf("to standard output: got\n%s\n%s\nwant the file", out, errs)
		}
	}
	if out, _ := bot(t, 0, second, "export", "--all", "--workspace=slack/T1"); !strings.Contains(out, "slug: pod\n") || strings.Contains(out, "zeta") {
		t.Error("--all lacks the built-in glossary, or another workspace's entries are in it")
	}
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"a file that is there":     {[]string{file("one.yaml")}, "is there already: name another file, or replace it with --force"},
		"a device":                 {[]string{os.DevNull, "--force", "--format=csv"}, "a link or a device"},
		"a folder":                 {[]string{dir, "--force", "--format=csv"}, "is a folder"},
		"a name without a format":  {[]string{file("x.txt")}, "say it with --format"},
		"a folder that is not":     {[]string{file("no/x.csv")}, "there is no folder " + file("no") + ": make it first, or name another file"},
		"a workspace that is none": {[]string{"--workspace=all"}, "workspace"},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			if _, errs := bot(t, 1, first, append([]string{"export"}, c.args...)...); !strings.Contains(lastLine(errs), c.want) {
				t.Errorf("got %q, want %q in it", lastLine(errs), c.want)
			}
		})
	}
	bot(t, 0, first, "export", file("one.yaml"), "--force", "--format=csv")
	if text, err := os.ReadFile(file("one.yaml")); err != nil || !bytes.HasPrefix(text, []byte("\uFEFFslug,")) {
		t.Errorf("--force: got %.20q and error %v, want the new file", text, err)
	}
	left, err := filepath.Glob(file(".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left beside the files: %v (error %v)", left, err)
	}
}

func TestBarTellsWhatTakesLong(t *testing.T) {
	for name, c := range map[string]struct {
		terminal bool
		took     time.Duration
		want     string
	}{
		"nothing before a second":       {true, 0, ""},
		"a bar in a terminal":           {true, 2 * time.Second, "\r[####################....................] 5 of 10 entries\r[########################################] 10 of 10 entries\n"},
		"lines elsewhere, but not many": {false, 2 * time.Second, "5 of 10 entries written.\n10 of 10 entries written.\n"},
	} {
		t.Run(name, func(t *testing.T) {
			var errs bytes.Buffer
			b := newBar(session{errs: &sink{w: &errs}})
			b.terminal, b.began = c.terminal, b.began.Add(-c.took)
			for _, done := range []int{5, 6, 7, 10} { // 6 and 7 come too soon after 5
				b.show(done, 10)
			}
			b.end()
			if errs.String() != c.want {
				t.Errorf("got %q, want %q", errs.String(), c.want)
			}
		})
	}
}

// BenchmarkImport imports 10,000 entries into a database as a program of its
// own, and says what that takes at most: the program's memory without that of
// PostgreSQL, and its time with the start.
func BenchmarkImport(b *testing.B) {
	var text strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&text, "- slug: gizmo-%d\n  term: Gizmo %d\n  aliases: [gz%d]\n  definition: %s\n  details: |-\n    %s\n    %s\n  tip: %s\n", i, i, i,
			strings.Repeat("What it is and what it does. ", 8), strings.Repeat("How it behaves and why. ", 20), strings.Repeat("What goes wrong with it. ", 20), strings.Repeat("Beware. ", 20))
	}
	file := filepath.Join(write(b, map[string]string{"big.yaml": text.String()}), "big.yaml")
	peak := int64(0)
	for b.Loop() {
		p := start(b, []string{"DATABASE_URL=" + pgtest.URL(b)}, "", "import", file)
		if code := p.finish(b); code != 0 || !strings.Contains(p.said(), "10000 added") {
			b.Fatalf("exit code %d:\n%s", code, p.complained())
		}
		if usage, ok := p.cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
			peak = max(peak, int64(usage.Maxrss)) // KiB on Linux
		}
	}
	b.ReportMetric(float64(peak)/1024, "peak-MiB")
}
