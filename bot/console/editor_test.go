package console

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
)

// TestEditor presses keys without a terminal, so it runs on every system.
func TestEditor(t *testing.T) {
	for name, tc := range map[string]struct {
		keys, want string
		form       *chat.Form
	}{
		"completes with tab":                    {keys: "/ckad def\tpor\t\r", want: "/ckad define port-forward"},
		"completes only at the end":             {keys: "def\x1b[D\t\r", want: "def"},
		"does not complete a form's answers":    {keys: "port\t\r", want: "port", form: asking(chat.Input{})},
		"does not complete several lines":       {keys: "port\t\r", want: "port", form: asking(chat.Input{Complete: true, Long: true})},
		"completes an answer if it can":         {keys: "port\t\r", want: "port-forward", form: asking(chat.Input{Complete: true})},
		"completes all of an answer":            {keys: "  por\t\r", want: "port-forward", form: asking(chat.Input{Complete: true})},
		"leaves an answer that nothing goes on": {keys: "xyz\t\r", want: "xyz", form: asking(chat.Input{Complete: true})},
		"brings back what was typed":            {keys: "\x1b[A\r", want: "first"},
		"brings nothing back in a form":         {keys: "\x1b[A\r", want: "", form: asking(chat.Input{})},
		"takes what is pasted":                  {keys: "\x1b[200~define pod\r\x1b[201~", want: "define pod"},
		"lets the line be corrected":            {keys: "defin pod\x1b[D\x1b[D\x1b[D\x1b[De\r", want: "define pod"},
		"takes characters of several bytes":     {keys: "größe\x7f\x7fße\r", want: "größe"},
		"does not mind bytes that are no text":  {keys: "a\xc3\x28b\r", want: "a(b"},
		"does not mind keys that mean nothing":  {keys: "\x1b[99~a\r", want: "a"},
		"keeps a long line up to its own limit": {keys: strings.Repeat("x", 5000) + "\r", want: strings.Repeat("x", 4096)},
	} {
		t.Run(name, func(t *testing.T) {
			a := New(Config{Out: io.Discard})
			e := newEditor(a, strings.NewReader("first\r"+tc.keys))
			s := &session{completer{a, chattest.Spec, &bot{a: a}}, e}
			tab := func(typed string) string { return s.tab(t.Context(), typed) }
			if got, err := e.line("> ", true, tab); got != "first" || err != nil {
				t.Fatalf("got %q, %v", got, err)
			}
			if tc.form != nil {
				tab = s.answering(t.Context(), *tc.form, tc.form.Inputs[0])
			}
			if got, err := e.line("> ", tc.form == nil, tab); got != tc.want || err != nil {
				t.Errorf("got %.60q, %v; want %.60q", got, err, tc.want)
			}
			if _, err := e.line("> ", true, nil); !errors.Is(err, io.EOF) {
				t.Errorf("at the end: %v, want %v", err, io.EOF)
			}
		})
	}
}

// asking is a form with one input.
func asking(in chat.Input) *chat.Form { return &chat.Form{Action: "define", Inputs: []chat.Input{in}} }

func TestEditorEndsWithCtrlCAndCtrlD(t *testing.T) {
	for _, keys := range []string{"half a line\x03more\r", "\x04more\r"} {
		var out bytes.Buffer
		a := New(Config{Out: &out})
		e := newEditor(a, strings.NewReader(keys))
		if got, err := e.line("> ", true, nil); got != "" || !errors.Is(err, io.EOF) {
			t.Errorf("%q: got %q, %v", keys, got, err)
		}
		if !e.open {
			t.Errorf("%q: the cursor is said to stand at the start of a line in %q", keys, out.String())
		}
	}
}
