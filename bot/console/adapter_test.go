package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
)

// converse types input and gives all that was printed.
func converse(t testing.TB, input string, h chat.Handler) string {
	t.Helper()
	var out bytes.Buffer
	if err := New(Config{In: strings.NewReader(input), Out: &out}).Run(t.Context(), chattest.Spec, h); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestLinesOfAnyKind(t *testing.T) {
	fits := "/ckad define " + strings.Repeat("x", maxLine-len("/ckad define "))
	for name, tc := range map[string]struct {
		input string
		want  []string // terms that are defined, in order
		says  string
	}{
		"the last line needs no line feed":  {"define a\ndefine b", []string{"a", "b"}, "you> define b\nok"},
		"carriage returns are dropped":      {"define a\r\ndefine b\r\n", []string{"a", "b"}, "you> define a\nok"},
		"empty lines are passed over":       {"\n  \ndefine a\n", []string{"a"}, "you> \nyou>   \nyou> define a"},
		"a line of 64 KiB is taken":         {fits + "\r\ndefine b\n", []string{strings.Repeat("x", maxLine-len("/ckad define ")), "b"}, ""},
		"a longer one is refused":           {fits + "x\r\ndefine b\n", []string{"b"}, "longer than 64 KiB"},
		"a huge one at the end is refused":  {"define a\n" + strings.Repeat("x", 5*maxLine), []string{"a"}, "longer than 64 KiB"},
		"bytes that are no text are shown":  {"define a\xffb\n", []string{"a\uFFFDb"}, "you> define a\uFFFDb"},
		"control characters are not echoed": {"define \x1b[2Ja\n", []string{"\x1b[2Ja"}, "you> define [2Ja"},
		"nothing is typed at all":           {"", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := &chattest.Handler{}
			got := converse(t, tc.input, h)
			if !strings.Contains(got, tc.says) {
				t.Errorf("%q is not in %.300q", tc.says, got)
			}
			var terms []string
			for _, c := range h.Calls() {
				terms = append(terms, c.(chat.Command).Args["term"])
			}
			if fmt.Sprint(terms) != fmt.Sprint(tc.want) {
				t.Errorf("defined %.100q, want %.100q", terms, tc.want)
			}
		})
	}
}

func TestWhateverIsTypedEndsWell(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		typed := strings.Join(rapid.SliceOf(rapid.OneOf(
			rapid.SampledFrom([]string{"a", "B", "z", "/back", "/as bob", "/as", "/help", "/ckad define pod", "define question", "define close", "challenge @bob", "/ckad-admin series create", "/cancel", ""}),
			rapid.String(), rapid.StringOfN(rapid.RuneFrom([]rune("/ckad @#=\"“”\x1b\u009b\xff")), 0, 30, -1),
		)).Draw(rt, "typed"), "\n")
		var out bytes.Buffer
		a := New(Config{In: strings.NewReader(typed), Out: &out})
		if err := a.Run(t.Context(), chattest.Spec, &bot{a: a}); err != nil {
			rt.Fatal(err)
		}
		if got := out.String(); strings.Contains(got, "went wrong") || clean(got) != got {
			rt.Fatalf("printed %q", got)
		}
	})
}

func TestPostsStandInTheOrderOfTheCalls(t *testing.T) {
	var out bytes.Buffer
	a := New(Config{In: strings.NewReader("/ckad-admin series create\nEvening\n"), Out: &out})
	first := mustPost(t, a, "k1", "before Run")
	h := &chattest.Handler{OnCommand: func(chat.Command) chat.Reply {
		mustPost(t, a, "k2", "during Run")
		return chat.Reply{Form: &chat.Form{Title: "Form", Action: "f", Inputs: []chat.Input{{Name: "n", Label: "Name"}}}}
	}}
	if err := a.Run(t.Context(), chattest.Spec, h); err != nil {
		t.Fatal(err)
	}
	mustPost(t, a, "k3", "after Run")
	if again := mustPost(t, a, "k1", "before Run"); again != first {
		t.Errorf("posted again as %v, first as %v", again, first)
	}
	fmt.Fprintf(a, "a line of the log\x1b[2J\n")
	want := "before Run\n\nyou> /ckad-admin series create\nduring Run\n\nForm\nPlease fill in: Name. /cancel stops.\n\nName: Evening\nok\n(only you see this)\n\nafter Run\n\na line of the log[2J\n"
	if got := strings.ReplaceAll(out.String(), "`", ""); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func mustPost(t testing.TB, a *Adapter, key, text string) chat.MessageRef {
	t.Helper()
	ref, err := a.Post(t.Context(), here(), chat.Key{ID: key}, chat.Message{Text: text})
	if err != nil {
		t.Fatalf("post %q: %v", text, err)
	}
	return ref
}

func TestEdits(t *testing.T) {
	var out bytes.Buffer
	a := New(Config{In: strings.NewReader(""), Out: &out})
	ref := mustPost(t, a, "", "before")
	t.Run("are printed once", func(t *testing.T) {
		out.Reset()
		for range 2 {
			if err := a.Edit(t.Context(), ref, chat.Message{Text: "after"}); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := out.String(), "after\n(changed)\n\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
	t.Run("of another channel's message carry its name", func(t *testing.T) {
		out.Reset()
		quiz := here()
		quiz.ID = "quiz"
		ref, err := a.Post(t.Context(), quiz, chat.Key{}, chat.Message{Text: "hello"})
		if err != nil {
			t.Fatal(err)
		}
		if err := a.Edit(t.Context(), ref, chat.Message{Text: "bye"}); err != nil {
			t.Fatal(err)
		}
		if got, want := out.String(), "#quiz\nhello\n\n#quiz\nbye\n(changed)\n\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
	t.Run("of messages that are gone are refused", func(t *testing.T) {
		other := mustPost(t, New(Config{Out: io.Discard}), "", "of another process")
		elsewhere := ref
		elsewhere.Channel.Platform = "slack"
		for range kept {
			mustPost(t, a, "", "x")
		}
		for name, ref := range map[string]chat.MessageRef{"another process": other, "too old": ref, "another platform": elsewhere} {
			var gone *chat.GoneError
			if err := a.Edit(t.Context(), ref, chat.Message{Text: "x"}); !errors.As(err, &gone) {
				t.Errorf("%s: got %v, want a GoneError", name, err)
			}
		}
	})
	t.Run("over the limits are refused", func(t *testing.T) {
		if err := a.Edit(t.Context(), ref, chat.Message{}); err == nil {
			t.Error("an empty message passes")
		}
	})
}

func TestAnEditLeavesTheLettersAlone(t *testing.T) {
	var out bytes.Buffer
	a := New(Config{In: strings.NewReader("a\n/back\nb\n"), Out: &out})
	older, err := a.Post(t.Context(), here(), chat.Key{}, question("older", choices...))
	if err != nil {
		t.Fatal(err)
	}
	newer, err := a.Post(t.Context(), here(), chat.Key{}, question("newer", choices...))
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Edit(t.Context(), older, question("older, 137 answered", choices...)); err != nil {
		t.Fatal(err)
	}
	if !strings.HasSuffix(out.String(), "(changed; /back lets you press its buttons)\n\n") {
		t.Errorf("printed %q", out.String())
	}
	h := &chattest.Handler{}
	if err := a.Run(t.Context(), chattest.Spec, h); err != nil {
		t.Fatal(err)
	}
	want := []any{chat.Click{Action: "a:0", User: a.me(), Message: newer}, chat.Click{Action: "a:1", User: a.me(), Message: older}}
	if got := h.Calls(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestRunEnds(t *testing.T) {
	broken := errors.New("broken pipe")
	t.Run("with an error when nobody reads its output", func(t *testing.T) {
		in, typed := io.Pipe()
		defer typed.Close()
		reader, out := io.Pipe()
		a := New(Config{In: in, Out: out})
		ended := make(chan error, 1)
		go func() { ended <- a.Run(t.Context(), chattest.Spec, &chattest.Handler{}) }()
		reader.CloseWithError(broken)
		if _, err := a.Post(t.Context(), here(), chat.Key{}, chat.Message{Text: "x"}); !errors.Is(err, broken) {
			t.Errorf("post: %v, want %v", err, broken)
		}
		if err := <-ended; !errors.Is(err, broken) {
			t.Errorf("run: %v, want %v", err, broken)
		}
	})
	t.Run("with an error when its input fails", func(t *testing.T) {
		a := New(Config{In: iotest.ErrReader(broken), Out: io.Discard})
		if err := a.Run(t.Context(), chattest.Spec, &chattest.Handler{}); !errors.Is(err, broken) {
			t.Errorf("got %v, want %v", err, broken)
		}
	})
	t.Run("with ctx, even in the middle of a form", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		in, typed := io.Pipe() // knows no deadlines
		defer typed.Close()
		asked := make(chan struct{})
		a := New(Config{In: in, Out: io.Discard})
		h := &chattest.Handler{OnCommand: func(chat.Command) chat.Reply {
			defer close(asked)
			return chat.Reply{Form: &chat.Form{Title: "Form", Action: "f", Inputs: []chat.Input{{Name: "n", Label: "Name"}}}}
		}}
		ended := make(chan error, 1)
		go func() { ended <- a.Run(ctx, chattest.Spec, h) }()
		io.WriteString(typed, "/ckad help\n")
		<-asked
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("got %v", err)
		}
	})
}

// After Run nobody of ours reads In any more.
func TestRunLeavesTheRestOfItsInput(t *testing.T) {
	in, typed, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer typed.Close()
	for name, in := range map[string]io.Reader{
		"of a file":                              in,
		"of something else that knows deadlines": struct{ *os.File }{in},
	} {
		t.Run(name, func(t *testing.T) { leavesTheRest(t, in, typed) })
	}
}

func leavesTheRest(t *testing.T, in io.Reader, typed io.Writer) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	h := &chattest.Handler{OnCommand: func(chat.Command) chat.Reply {
		cancel()
		return chat.Reply{Message: chat.Message{Text: "ok"}}
	}}
	io.WriteString(typed, "/ckad help\n")
	if err := New(Config{In: in, Out: io.Discard}).Run(ctx, chattest.Spec, h); err != nil {
		t.Fatal(err)
	}
	src := read(ctx, in, func([]byte) {})
	src.stop()
	select {
	case <-src.ended:
	default:
		t.Error("the goroutine that reads goes on")
	}
	io.WriteString(typed, "for others")
	got := make([]byte, len("for others"))
	if _, err := io.ReadFull(in, got); err != nil || string(got) != "for others" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestFormsRefuseWhatNoPlatformTakes(t *testing.T) {
	h := &chattest.Handler{OnCommand: func(chat.Command) chat.Reply {
		return chat.Reply{Form: &chat.Form{Title: "Form", Action: "f", Inputs: []chat.Input{{Name: "n", Label: "Name"}}}}
	}}
	fits := strings.Repeat("é", chat.MaxInputValue)
	got := converse(t, "/ckad help\n"+fits+"x\n"+fits+"\n", h)
	if !strings.Contains(got, "That is too long: 3001 characters, at most 3000 fit.") {
		t.Errorf("printed %q", got)
	}
	if s, ok := h.Calls()[len(h.Calls())-1].(chat.Submission); !ok || s.Values["n"] != fits {
		t.Errorf("handed in %+v", h.Calls())
	}
}

// What was pressed stays what is pressed next, even if something was posted in between.
func TestAReplacedMessageIsTheNewest(t *testing.T) {
	a := New(Config{In: strings.NewReader("/ckad help\na\nb\n"), Out: io.Discard})
	h := &chattest.Handler{}
	h.OnCommand = func(chat.Command) chat.Reply {
		return chat.Reply{Message: question("one", choices...), Ephemeral: true}
	}
	h.OnClick = func(c chat.Click) chat.Reply {
		if _, err := a.Post(t.Context(), here(), chat.Key{}, question("posted", choices...)); err != nil {
			t.Error(err)
		}
		return chat.Reply{Message: question("two", choices...), Ephemeral: true, Replace: true}
	}
	if err := a.Run(t.Context(), chattest.Spec, h); err != nil {
		t.Fatal(err)
	}
	first, second := h.Calls()[1].(chat.Click), h.Calls()[2].(chat.Click)
	if first.Message != second.Message || second.Action != "a:1" {
		t.Errorf("pressed %+v, then %+v", first, second)
	}
}
