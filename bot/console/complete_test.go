package console

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
)

func TestTab(t *testing.T) {
	for _, tc := range []struct{ line, want, shows string }{
		{"/ck", "/ckad", ""},
		{"/ckad", "/ckad", "/ckad   /ckad-admin\n\n"},
		{"/ckad-", "/ckad-admin ", ""},
		{"/q", "/quit", ""},
		{"/ckad d", "/ckad define ", ""},
		{"/CKAD D", "/CKAD define ", ""},
		{"def", "define ", ""},
		{"/ckad ", "/ckad ", "define   challenge   help\n\n"},
		{"/ckad x", "/ckad x", ""},
		{"/ckad define port", "/ckad define port-forward", ""},
		{"define port", "define port-forward", ""},
		{"/ckad define pod", "/ckad define pod", "the pod   the pod-disruption-budget\n\n"},
		{"/ckad define p", "/ckad define p", "the pod   the pod-disruption-budget   the port-forward   the probe\nthe persistent-volume\n\n"},
		{"/ckad define pe", "/ckad define persistent-volume", ""},
		{"/ckad define ", "/ckad define p", ""},
		{"/ckad challenge @B", "/ckad challenge @Bob ", ""},
		{"/ckad challenge @bob ", "/ckad challenge @bob ", "`/ckad challenge <user> [questions] [topic]`\n\n"},
		{"/ckad-admin s", "/ckad-admin series ", ""},
		{"/ckad-admin series create x d", "/ckad-admin series create x day ", ""},
		{"/ckad-admin series create x ", "/ckad-admin series create x ", "day   week\n\n"},
		{"/ckad-admin series create window=w", "/ckad-admin series create window=week ", ""},
		{"/ckad-admin series create window=day d", "/ckad-admin series create window=day d", "`/ckad-admin series create [name] [channel] [window]`\n\n"},
		{"/ckad challenge @bob 5", "/ckad challenge @bob 5", "`/ckad challenge <user> [questions] [topic]`\n\n"},
		{"hello w", "hello w", ""},
		{"x ȺȺȺ", "x ȺȺȺ", ""}, // in small letters it has more bytes
		{"/ckad define ȺȺȺ", "/ckad define ȺȺȺ", "`/ckad define <term>`\n\n"},
	} {
		t.Run(tc.line, func(t *testing.T) {
			var out bytes.Buffer
			a := New(Config{Out: &out})
			a.meet("Bob")
			c := completer{Adapter: a, spec: chattest.Spec, handler: &bot{a: a}}
			if got := c.tab(t.Context(), tc.line); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			if diff := cmp.Diff(tc.shows, out.String()); diff != "" {
				t.Errorf("-want +shown:\n%s", diff)
			}
		})
	}
}

func TestTabInAnAnswer(t *testing.T) {
	for _, tc := range []struct{ line, want, shows string }{
		{"node aff", "node affinity", ""},
		{"pod", "pod", "Pod   Pod disruption budget\n\n"},
		{"Pod d", "Pod disruption budget", ""},
		{"ReplicaSet", "ReplicaSet", ""},
		{"nonsense", "nonsense", ""},
	} {
		t.Run(tc.line, func(t *testing.T) {
			var out bytes.Buffer
			a := New(Config{Out: &out})
			h := &chattest.Handler{OnComplete: func(c chat.Completion) (found []chat.Choice) {
				if c.Command != "define" || c.Option != "term" || c.User.Name != "you" || c.Channel != here() {
					t.Errorf("asked to complete %+v", c)
				}
				for _, term := range []string{"Node", "node affinity", "Pod", "Pod disruption budget", "ReplicaSet"} {
					if strings.HasPrefix(strings.ToLower(term), strings.ToLower(c.Typed)) {
						found = append(found, chat.Choice{Label: term, Value: term})
					}
				}
				return append(found, chat.Choice{Label: c.Typed, Value: c.Typed}) // as for a menu
			}}
			c := completer{Adapter: a, spec: chattest.Spec, handler: h}
			if got := c.tabAnswer(t.Context(), "define", "term", tc.line); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			if diff := cmp.Diff(tc.shows, out.String()); diff != "" {
				t.Errorf("-want +shown:\n%s", diff)
			}
		})
	}
}

func TestTabShowsTenAtMost(t *testing.T) {
	var out bytes.Buffer
	a := New(Config{Out: &out})
	h := &chattest.Handler{OnComplete: func(chat.Completion) (found []chat.Choice) {
		for r := 'a'; r <= 'p'; r++ {
			found = append(found, chat.Choice{Label: string(r) + "\x1b", Value: string(r)})
		}
		return found
	}}
	c := completer{Adapter: a, spec: chattest.Spec, handler: h}
	c.tab(t.Context(), "/ckad define ")
	if got, want := out.String(), "a   b   c   d   e   f   g   h   i   j   … and 6 more\n\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLetters(t *testing.T) {
	dead := func(label string) chat.Button { return chat.Button{Action: label, Label: label, Disabled: true} }
	live := func(label string) chat.Button { return chat.Button{Action: label, Label: label} }
	for name, tc := range map[string]struct {
		buttons []chat.Button
		want    string
	}{
		"in order":                        {[]chat.Button{live("Share"), live("Quiz me")}, "[A] Share   [B] Quiz me"},
		"of live buttons":                 {[]chat.Button{dead("Share"), live("Quiz me")}, "[A] Quiz me"},
		"of choices":                      {[]chat.Button{live("A"), live("B"), live("C")}, "Type a letter: A B C"},
		"of choices that are partly dead": {[]chat.Button{live("A"), dead("B"), live("C")}, "Type a letter: A C"},
		"of choices that are all dead":    {[]chat.Button{dead("A"), dead("B"), live("Report")}, "[A] Report"},
		"of choices with something else":  {[]chat.Button{live("A"), live("B"), dead("Skip"), live("Stop")}, "Type a letter: A B   [C] Stop"},
		"of letters that begin elsewhere": {[]chat.Button{live("B"), live("A")}, "[A] B   [B] A"},
	} {
		t.Run(name, func(t *testing.T) {
			p := page{plain: true}
			p.write(keys(letters(chat.Message{Card: &chat.Card{Buttons: tc.buttons}})), normal)
			if got := p.print(80); got != tc.want+"\n" {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestHistoryKeepsCommandsOnce(t *testing.T) {
	h := history{on: true}
	for _, l := range []string{"a", "", "b", "b", "a"} {
		h.Add(l)
	}
	h.on = false
	if h.Add("an answer in a form"); h.Len() != 0 {
		t.Errorf("brings back %d lines in a form", h.Len())
	}
	h.on = true
	var got []string
	for i := range h.Len() {
		got = append(got, h.At(i))
	}
	if diff := cmp.Diff([]string{"a", "b", "a"}, got); diff != "" {
		t.Errorf("newest first, -want +got:\n%s", diff)
	}
	for h.Len() < remembered {
		h.Add(h.At(1) + "x")
	}
	if h.Add("last"); h.Len() != remembered || h.At(0) != "last" {
		t.Errorf("holds %d lines, the newest is %q", h.Len(), h.At(0))
	}
}
