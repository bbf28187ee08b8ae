package chattest

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"ckadbot/bot/chat"
)

// Golden compares got with what a file in the repository says, and tells the
// first line that differs. With update, got is written there instead, for
// somebody to read before it is committed.
func Golden(t testing.TB, file string, got []byte, update bool) {
	t.Helper()
	if update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (write it with -update)", err)
	}
	if bytes.Equal(want, got) {
		return
	}
	wants, gots := strings.Split(string(want)+"\n", "\n"), strings.Split(string(got)+"\n", "\n")
	n := 0
	for n < len(wants)-1 && n < len(gots)-1 && wants[n] == gots[n] {
		n++
	}
	t.Errorf("%s differs from line %d on (run with -update if that is right):\nwant %q\n got %q", file, n+1, wants[n], gots[n])
}

// JSON is v for [Golden]: indented, and with < > & as they are.
func JSON(t testing.TB, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// GoldenKinds compares what an adapter makes of the program's cards for each
// kind of question with testdata/kinds.json of the adapter's own tests.
func GoldenKinds(t testing.TB, render func(chat.Message) any, update bool) {
	t.Helper()
	text, err := os.ReadFile("../app/testdata/kinds.json")
	if err != nil {
		t.Fatal(err)
	}
	var cards map[string]chat.Message
	if err := json.Unmarshal(text, &cards); err != nil || len(cards) < 15 {
		t.Fatalf("got %d cards and error %v, want three for each of five kinds", len(cards), err)
	}
	rendered := map[string]any{}
	for name, m := range cards {
		rendered[name] = render(m)
	}
	Golden(t, "testdata/kinds.json", JSON(t, rendered), update)
}
