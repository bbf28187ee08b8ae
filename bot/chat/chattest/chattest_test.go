package chattest

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCallsAreWrittenAsLinesOfJSON(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("CONTRACT_CAPTURE", dir)
	for _, body := range []string{"text=hello&x=%0A", "{\n\"n\": 12345678901234567890}", ""} {
		r := httptest.NewRequest("POST", "/api/m?a=b", nil)
		r.Header.Set("Authorization", "Bearer secret")
		c := NewRecord("x.jsonl") // as several processes do
		c.Add(r, []byte(body))
		if calls := c.Calls(); len(calls) != 1 || calls[0].Path != "/api/m" || !calls[0].Bearer {
			t.Errorf("calls are %+v", calls)
		}
	}
	got, err := os.ReadFile(filepath.Join(dir, "x.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	head := `{"method":"POST","path":"/api/m","bearer":true,"query":"a=b"`
	want := head + `,"body":"text=hello\u0026x=%0A"}` + "\n" + head + `,"body":{"n":12345678901234567890}}` + "\n" + head + "}\n"
	if string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestOfVeryManyCallsTheLastAreKept(t *testing.T) {
	var c Record
	for n := range 2*kept + 1 {
		c.Add(httptest.NewRequest("GET", fmt.Sprint("/", n), nil), nil)
	}
	if calls := c.Calls(); len(calls) != kept+1 || calls[kept].Path != fmt.Sprint("/", 2*kept) {
		t.Errorf("%d calls are kept, want %d up to the last", len(calls), kept+1)
	}
}

// A complainer notes what a test would fail with.
type complainer struct {
	testing.TB
	said string
}

func (c *complainer) Helper()                           {}
func (c *complainer) Errorf(format string, args ...any) { c.said = fmt.Sprintf(format, args...) }

func TestGoldenTellsTheFirstLineThatDiffers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f")
	Golden(t, file, []byte("a\nb\n"), true)
	for got, want := range map[string]string{
		"a\nb\n":    "",
		"a\nc\n":    "line 2 on (run with -update if that is right):\nwant \"b\"\n got \"c\"",
		"a\nb":      "line 3",
		"a\nb\nc\n": "line 3 on (run with -update if that is right):\nwant \"\"\n got \"c\"",
		"":          "line 1",
	} {
		c := &complainer{TB: t}
		Golden(c, file, []byte(got), false)
		if !strings.Contains(c.said, want) || (want == "") != (c.said == "") {
			t.Errorf("%q: said %q, want %q", got, c.said, want)
		}
	}
}
