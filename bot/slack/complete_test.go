package slack_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/slack/slacktest"
)

var lookup = chat.Reply{Form: &chat.Form{Title: "Terms", Action: "define", Submit: "Look up", Inputs: []chat.Input{
	{Name: "term", Label: "Term", Complete: true}, {Name: "category", Label: "Category", Value: "workloads", Complete: true, Optional: true},
}}}

// openMenu starts the adapter and has alice open the form with menus.
func openMenu(t *testing.T, complete func(chat.Completion) []chat.Choice) (*platform, *chattest.Handler, chattest.Shown) {
	t.Helper()
	p := newPlatform(t)
	h := &chattest.Handler{
		OnCommand:  func(chat.Command) chat.Reply { return lookup },
		OnComplete: complete,
		OnSubmit:   func(s chat.Submission) chat.Reply { return say("defined " + s.Values["term"]) },
	}
	chattest.Start(t, p, h)
	p.Type("alice", "/ckad define")
	return p, h, chattest.Await(t, p, "alice", func(s chattest.Shown) bool { return s.Form })
}

func TestMenuProposesWhileSomebodyTypes(t *testing.T) {
	p, h, form := openMenu(t, func(c chat.Completion) (found []chat.Choice) {
		for _, term := range []string{"Pod", "Pod & Node", "Probe"} {
			if strings.HasPrefix(term, c.Typed) {
				found = append(found, chat.Choice{Label: "The " + term, Value: term})
			}
		}
		return found
	})
	if !strings.Contains(form.Text, "Look up") {
		t.Errorf("the form's button does not have its own label: %q", form.Text)
	}
	for typed, want := range map[string][]chat.Choice{
		"":     {{Label: "The Pod", Value: "Pod"}, {Label: "The Pod & Node", Value: "Pod & Node"}, {Label: "The Probe", Value: "Probe"}},
		"Pod ": {{Label: "The Pod & Node", Value: "Pod & Node"}},
		"x":    nil,
	} {
		if diff := cmp.Diff(want, p.Complete("alice", form, "Term", typed)); diff != "" {
			t.Errorf("typed %q, -want +got:\n%s", typed, diff)
		}
	}
	p.Fill("alice", form, map[string]string{"Term": "Pod & Node"})
	chattest.AwaitText(t, p, "alice", "defined Pod &amp; Node")
	want := map[string]string{"term": "Pod & Node", "category": "workloads"}
	if diff := cmp.Diff(want, h.Calls()[1].(chat.Submission).Values); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if c := p.Complaints(); len(c) > 0 {
		t.Errorf("complaints: %q", c)
	}
}

func TestMenuHoldsWhatSlackTakes(t *testing.T) {
	for name, c := range map[string]struct {
		choices     []chat.Choice
		first, last string // values
		most, least int    // options
	}{
		"a hundred":                {many(300, "term"), "term0", "term99", 100, 100},
		"less if they are large":   {many(300, strings.Repeat("<", 60)), "", "", 99, 20},
		"no value that would tear": {[]chat.Choice{{Label: "long", Value: strings.Repeat("x", 76)}, {Label: "fits", Value: strings.Repeat("ä", 75)}}, strings.Repeat("ä", 75), "", 1, 1},
		"no value twice":           {[]chat.Choice{{Label: "a", Value: "pod"}, {Label: "b", Value: "job"}, {Label: "c", Value: "pod"}}, "pod", "job", 2, 2},
		"nothing without a value":  {[]chat.Choice{{Label: "a"}, {Value: "pod"}}, "pod", "pod", 1, 1},
		"any label":                {[]chat.Choice{{Label: strings.Repeat("&", 500), Value: "a"}, {Label: "\u202e\n", Value: "b"}}, "a", "b", 2, 2},
	} {
		t.Run(name, func(t *testing.T) {
			p, _, form := openMenu(t, func(chat.Completion) []chat.Choice { return c.choices })
			got := p.Complete("alice", form, "Term", "x")
			if len(got) < c.least || len(got) > c.most {
				t.Fatalf("%d options, want %d to %d; the platform complains of %q", len(got), c.least, c.most, p.Complaints())
			}
			if first, last := got[0].Value, got[len(got)-1].Value; c.first != "" && first != c.first || c.last != "" && last != c.last {
				t.Errorf("from %q to %q, want %q to %q", first, last, c.first, c.last)
			}
			if c := p.Complaints(); len(c) > 0 {
				t.Errorf("complaints: %q", c)
			}
		})
	}
}

func many(n int, value string) (choices []chat.Choice) {
	for i := range n {
		choices = append(choices, chat.Choice{Label: fmt.Sprint(value, i), Value: fmt.Sprint(value, i)})
	}
	return choices
}

func TestMenuIsEmptyWhenTheHandlerFails(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	for name, complete := range map[string]func(chat.Completion) []chat.Choice{
		"by a panic":     func(chat.Completion) []chat.Choice { panic("broken") },
		"by being late":  func(chat.Completion) []chat.Choice { <-release; return nil },
		"to find a term": func(chat.Completion) []chat.Choice { return nil },
	} {
		t.Run(name, func(t *testing.T) {
			p, _, form := openMenu(t, complete)
			if got := p.Complete("alice", form, "Term", "pod"); got != nil {
				t.Errorf("got %+v", got)
			}
			select {
			case <-p.Acknowledged():
			default:
				t.Error("not acknowledged within three seconds")
			}
			if c := p.Complaints(); len(c) > 0 {
				t.Errorf("complaints: %q", c)
			}
			if name == "by being late" {
				release <- struct{}{}
			}
		})
	}
}

func TestMenuThatIsNotOursIsNotCompleted(t *testing.T) {
	p, _, _ := openMenu(t, func(c chat.Completion) []chat.Choice {
		t.Errorf("asked to complete %+v", c)
		return nil
	})
	for _, in := range []map[string]any{
		{"action_id": "value", "view": map[string]any{"private_metadata": "nonsense", "callback_id": "define"}},
		{"action_id": "other", "view": map[string]any{"private_metadata": slacktest.General, "callback_id": "define"}},
		{"action_id": "value"},
	} {
		in["type"], in["user"], in["block_id"], in["value"] = "block_suggestion", map[string]any{"id": "U0ALICE"}, "term", "pod"
		p.SendRaw("interactive", in)
		<-p.Acknowledged()
	}
	if c := p.Complaints(); len(c) > 0 {
		t.Errorf("complaints: %q", c)
	}
}

// An admin's form is completed for admins only if the handler can tell who is one.
func TestMenuOfAnAdminFormTellsWhoIsAdmin(t *testing.T) {
	p := newPlatform(t)
	chattest.Start(t, p, &chattest.Handler{
		OnCommand: func(chat.Command) chat.Reply {
			return chat.Reply{Form: &chat.Form{Title: "Edit", Action: "admin:edit", Inputs: []chat.Input{{Name: "term", Label: "Term", Complete: true}}}}
		},
		OnComplete: func(c chat.Completion) []chat.Choice { return []chat.Choice{{Value: fmt.Sprint(c.User.Admin)}} },
	})
	for name, want := range map[string]string{"alice": "false", "admin": "true"} {
		p.Type(name, "/ckad help")
		form := chattest.Await(t, p, name, func(s chattest.Shown) bool { return s.Form })
		if got := p.Complete(name, form, "Term", "x"); !slices.Equal(got, []chat.Choice{{Label: want, Value: want}}) {
			t.Errorf("%s: got %+v, want %s", name, got, want)
		}
	}
}
