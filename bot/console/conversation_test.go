package console

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
)

var update = flag.Bool("update", false, "rewrite testdata from what the code does")

// TestConversations types each testdata/*.in, and compares the whole output.
func TestConversations(t *testing.T) {
	files, err := filepath.Glob("testdata/*.in")
	if err != nil || len(files) == 0 {
		t.Fatalf("no conversations: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".in")
		t.Run(name, func(t *testing.T) {
			in, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer in.Close()
			var out bytes.Buffer
			a := New(Config{In: in, Out: &out})
			if err := a.Run(t.Context(), chattest.Spec, &bot{a: a}); err != nil {
				t.Fatal(err)
			}
			chattest.Golden(t, "testdata/"+name+".out", out.Bytes(), *update)
		})
	}
}

// A bot answers like the real one, in small.
type bot struct {
	a        *Adapter
	question chat.MessageRef
}

var choices = []chat.Button{{Action: "a:0", Label: "A"}, {Action: "a:1", Label: "B"}, {Action: "a:2", Label: "C"}}

func question(body string, buttons ...chat.Button) chat.Message {
	return chat.Message{Card: &chat.Card{Title: "Question 1", Body: body + "\n\nA) `kubectl get pods`\nB) `kubectl get pods --all-namespaces --field-selector=status.phase=Running --sort-by=.metadata.name`\nC) something else", Footer: "Application Design and Build", Buttons: buttons}}
}

func entry(term string) chat.Message {
	return chat.Message{Card: &chat.Card{
		Title: term,
		Body:  "**" + chat.Escape(term) + "** is the smallest thing that you can deploy: one or more containers that share a network address, storage and fate.\n\n• first `kubectl run web --image=nginx` makes one, which is a long line that has to be wrapped below its text\n• then look at it",
		Fields: []chat.Field{
			{Name: "Short names", Value: "`po`"},
			{Name: "Domain", Value: "Application Design and Build"},
			{Name: "Example", Value: chat.Fence("apiVersion: v1\nkind: Pod\nmetadata:\n  name: web")},
			{Name: "Documentation", Value: "[Pods](https://kubernetes.io/docs/concepts/workloads/pods/)"},
		},
		Footer:  "Kubernetes docs, CC BY 4.0",
		Buttons: []chat.Button{{Action: "share", Label: "Share"}, {Action: "dead", Label: "Dead", Disabled: true}, {Action: "quiz", Label: "Quiz me"}},
	}}
}

func (b *bot) Command(ctx context.Context, c chat.Command) chat.Reply {
	switch c.Name {
	case "ckad define":
		if c.Args["term"] == "question" { // somebody asks one in the channel
			b.question, _ = b.a.Post(ctx, c.Channel, chat.Key{ID: "q1"}, question("Which one lists pods?", choices...))
			return chat.Reply{Message: chat.Message{Text: "Asked."}, Ephemeral: true}
		}
		if c.Args["term"] == "close" {
			dead := append([]chat.Button{}, choices...)
			for i := range dead {
				dead[i].Disabled = true
			}
			if err := b.a.Edit(ctx, b.question, question("Which one lists pods?\n**A** was right.", dead...)); err != nil {
				return chat.Reply{Message: chat.Message{Text: err.Error()}}
			}
			return chat.Reply{Message: chat.Message{Text: "Closed."}, Ephemeral: true}
		}
		return chat.Reply{Message: entry(c.Args["term"]), Ephemeral: true}
	case "ckad challenge":
		if c.Target == nil {
			return chat.Reply{Message: chat.Message{Text: "Whom? Write `@name`."}, Ephemeral: true}
		}
		return chat.Reply{Message: chat.Message{Mention: c.Target, Card: &chat.Card{Body: chat.Escape(c.User.Name) + " challenges you.", Buttons: []chat.Button{{Action: "yes", Label: "Accept"}, {Action: "no", Label: "Decline"}}}}}
	case "ckad-admin series create":
		return chat.Reply{Form: &chat.Form{Title: "New series", Action: "admin:create", Inputs: []chat.Input{
			{Name: "name", Label: "Name", Hint: "Daily", Value: "Daily"},
			{Name: "time", Label: "Time", Hint: "09:30"},
			{Name: "topic", Label: "Topic", Value: "pods", Optional: true},
			{Name: "note", Label: "Note", Optional: true, Long: true},
		}}}
	}
	return chat.Reply{Message: chat.Message{Text: "I heard " + chat.Escape(c.Name+" "+c.Rest) + "."}, Ephemeral: true}
}

func (b *bot) Click(_ context.Context, c chat.Click) chat.Reply {
	switch c.Action {
	case "share":
		return chat.Reply{Message: chat.Message{Text: chat.Escape(c.User.Name) + " shares: a pod is a pod."}}
	case "quiz":
		return chat.Reply{Message: question("Next?", choices[0], chat.Button{Action: "a:1", Label: "B", Disabled: true}, choices[2], chat.Button{Action: "stop", Label: "Stop"}), Ephemeral: true, Replace: true}
	}
	return chat.Reply{Message: chat.Message{Text: chat.Escape(c.User.Name + " pressed " + c.Action)}, Ephemeral: true}
}

func (b *bot) Submit(_ context.Context, s chat.Submission) chat.Reply {
	text, invalid := "Saved.", map[string]string{}
	if s.Values["time"] == "noon" {
		invalid["time"] = "`noon` is no time: write it like `09:30`."
	}
	if strings.HasPrefix(s.Values["note"], "secret") {
		invalid["note"] = "That is no note."
	}
	if s.Values["name"] == "Nothing fits" {
		invalid["elsewhere"] = "Who knows where?"
	}
	if len(invalid) > 0 {
		text = "Not saved."
	}
	for _, name := range []string{"name", "time", "topic", "note"} {
		text += "\n" + name + ": “" + chat.Escape(s.Values[name]) + "”"
	}
	return chat.Reply{Message: chat.Message{Text: text}, Invalid: invalid}
}

func (b *bot) Home(context.Context, chat.User) []chat.Message { return nil }

func (b *bot) Joined(context.Context, chat.Joining) (m chat.Message, ok bool) { return }
func (b *bot) Left(context.Context, string)                                   {}

func (b *bot) Complete(_ context.Context, c chat.Completion) (found []chat.Choice) {
	for _, term := range strings.Fields("pod pod-disruption-budget port-forward probe persistent-volume") {
		if strings.HasPrefix(term, c.Typed) {
			found = append(found, chat.Choice{Label: "the " + term, Value: term})
		}
	}
	return found
}

func TestRenderedMessages(t *testing.T) {
	at := time.Unix(1795000000, 0)
	hostile := "a\x1b[31mred \x07bell \u202eturned \u0085\u009b2J \xff end"
	for name, m := range map[string]chat.Message{
		"text":    {Text: "Hello **you**, `code`, [docs](https://kubernetes.io/docs/) [https://a.example](https://a.example) at " + chat.Time(at) + "\n" + chat.Fence("kind: Pod") + "\nafter"},
		"card":    entry("Pod"),
		"hostile": {Card: &chat.Card{Title: hostile, Body: "`" + hostile + "` **" + hostile + "**\n```\n" + hostile + "\n```\n" + chat.Escape(hostile), Fields: []chat.Field{{Name: hostile, Value: hostile}}, Footer: hostile, Buttons: []chat.Button{{Action: "x", Label: hostile}}}},
	} {
		for _, styled := range []bool{false, true} {
			file := name + ".plain"
			if styled {
				file = name + ".styled"
			}
			t.Run(file, func(t *testing.T) {
				var out bytes.Buffer
				a := New(Config{Out: &out})
				p := a.page()
				if a.styled = styled; styled {
					p.plain = false
				}
				s := a.board.add(shown{Message: m, ref: chat.MessageRef{Channel: here()}})
				got := strings.ReplaceAll(a.render(s, false), at.Local().Format("Mon 2 Jan 15:04 MST"), "LOCAL TIME")
				chattest.Golden(t, "testdata/"+file, []byte(got), *update)
			})
		}
	}
}
