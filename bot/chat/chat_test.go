package chat

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var spec = Spec{Commands: []CommandSpec{
	{Name: "ckad", Commands: []CommandSpec{
		{Name: "define", Options: []OptionSpec{{Name: "term", Kind: Words, Required: true}}},
		{Name: "challenge", Options: []OptionSpec{{Name: "user", Kind: Person, Required: true}, {Name: "questions", Kind: Number}, {Name: "topic", Kind: Words}}},
		{Name: "leaderboard", Options: []OptionSpec{{Name: "window", Choices: []string{"day", "week"}}, {Name: "scope", Choices: []string{"channel", "workspace"}}, {Name: "series", Named: true}, {Name: "page", Kind: Number, Named: true}}},
	}},
	{Name: "ckad-admin", Admin: true, Commands: []CommandSpec{
		{Name: "series", Commands: []CommandSpec{
			{Name: "create", Options: []OptionSpec{{Name: "name", Kind: Words}, {Name: "time", Kind: Words}, {Name: "days", Kind: Words}, {Name: "channel", Kind: Place}, {Name: "questions", Kind: Number}}},
		}},
	}},
}}

func TestTypedIsAsInALine(t *testing.T) {
	for typed, want := range map[string]string{
		"pod": "pod", "": "", " \u00a0": "", "“node affinity”": "node affinity", "„taint“": "taint", "«pod»": "pod", `"pod" `: "pod", "“pod\"": "pod",
		"rolling\u00a0\u202fupdate": "rolling update", "it's a “pod” or 5\"": "it's a pod or 5\"", "--dry-run=“client”": "--dry-run=client", "“open": "open", "“rolling\u00a0update ”": "rolling update", "“”": "",
	} {
		if got := Typed(typed); got != want {
			t.Errorf("%q: got %q, want %q", typed, got, want)
		}
	}
}

func TestParseCommand(t *testing.T) {
	names := Names{
		Person: func(w string) (string, bool) { return strings.CutPrefix(w, "@") },
		Place:  func(w string) (string, bool) { return strings.CutPrefix(w, "#") },
	}
	for _, tc := range []struct {
		typed, name, rest string
		args              map[string]string
	}{
		{"/ckad define node affinity", "ckad define", "", map[string]string{"term": "node affinity"}},
		{"  CKAD  Define\u00a0pod ", "ckad define", "", map[string]string{"term": "pod"}},
		{"/ckad define --dry-run=client", "ckad define", "", map[string]string{"term": "--dry-run=client"}},
		{"/ckad define “node affinity”", "ckad define", "", map[string]string{"term": "node affinity"}},
		{"/ckad define term=“pod\u00a0disruption\u202fbudget”", "ckad define", "", map[string]string{"term": "pod disruption budget"}},
		{"/ckad define", "ckad define", "", map[string]string{}},
		{"/ckad", "ckad", "", map[string]string{}},
		{"/ckad taints and more", "ckad", "taints and more", map[string]string{}},
		{"/ckad challenge @bob 5 pod design", "ckad challenge", "", map[string]string{"user": "bob", "questions": "5", "topic": "pod design"}},
		{"/ckad challenge networking @bob", "ckad challenge", "", map[string]string{"user": "bob", "topic": "networking"}},
		{"/ckad challenge bob", "ckad challenge", "", map[string]string{"topic": "bob"}},
		{"/ckad leaderboard workspace week", "ckad leaderboard", "", map[string]string{"window": "week", "scope": "workspace"}},
		{"/ckad leaderboard 2 week series=daily page=3", "ckad leaderboard", "2", map[string]string{"window": "week", "series": "daily", "page": "3"}},
		{"/ckad leaderboard WEEK now", "ckad leaderboard", "now", map[string]string{"window": "week"}},
		{"/ckad-admin series create Daily 09:30 mon-fri #quiz 3", "ckad-admin series create", "", map[string]string{"name": "Daily", "time": "09:30", "days": "mon-fri", "channel": "quiz", "questions": "3"}},
		{"/ckad-admin series create name=\"team quiz\" days='mon time=09:30", "ckad-admin series create", "", map[string]string{"name": "team quiz", "days": "'mon", "time": "09:30"}},
	} {
		got, ok := spec.Parse(tc.typed, names)
		want := Command{Name: tc.name, Rest: tc.rest, Args: tc.args}
		if !ok || !cmp.Equal(got, want) {
			t.Errorf("%s: ok %v, diff -want +got:\n%s", tc.typed, ok, cmp.Diff(want, got))
		}
	}
	for _, other := range []string{"", "   ", "hello", "/other define pod"} {
		if got, ok := spec.Parse(other, names); ok {
			t.Errorf("%q is taken for %+v", other, got)
		}
	}
}

func TestSpecKnowsItsCommands(t *testing.T) {
	if c, ok := spec.Find("ckad-admin series create"); !ok || len(c.Options) != 5 {
		t.Errorf("found %v %+v", ok, c)
	}
	if _, ok := spec.Find("ckad series"); ok {
		t.Error("found a command that is not there")
	}
	if !spec.Admin("ckad-admin series create") || spec.Admin("ckad define") {
		t.Error("admin commands are mixed up")
	}
}

func TestParseText(t *testing.T) {
	for text, want := range map[string][]Span{
		"a **b** `c` d":                       {{Text: "a "}, {Manner: Bold, Text: "b"}, {Text: " "}, {Manner: Code, Text: "c"}, {Text: " d"}},
		"2 * 3 ** 4":                          {{Text: "2 * 3 ** 4"}},
		"`open":                               {{Text: "`open"}},
		`\*\*not bold\*\* \<t:5\>`:            {{Text: "**not bold** <t:5>"}},
		"**a \\*\\* b**":                      {{Manner: Bold, Text: "a ** b"}},
		"[docs](https://kubernetes.io/docs/)": {{Manner: Link, Text: "docs", URL: "https://kubernetes.io/docs/"}},
		"[x](javascript:alert)":               {{Text: "[x](javascript:alert)"}},
		"[x](https://a b)":                    {{Text: "[x](https://a b)"}},
		"```\nkind: Pod\n```":                 {{Manner: Block, Text: "kind: Pod"}},
		"at <t:1795000000>":                   {{Text: "at "}, {Manner: Moment, Text: "Wed 18 Nov 11:06 UTC", Time: time.Unix(1795000000, 0).UTC()}},
	} {
		if diff := cmp.Diff(want, Parse(text)); diff != "" {
			t.Errorf("%q -want +got:\n%s", text, diff)
		}
	}
}

func TestEscapedTextIsShownAsItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching("[a-z*`\\\\\\[\\]<>()t:0-9 \n_@!|-]*").Draw(t, "s")
		got := ""
		for _, span := range Parse(Escape(s)) {
			if span.Manner != Normal {
				t.Fatalf("%q: a live span %+v", s, span)
			}
			got += span.Text
		}
		if got != s {
			t.Fatalf("%q is shown as %q", s, got)
		}
	})
}

func TestProseKeepsCodeOnly(t *testing.T) {
	want := []Span{{Text: "use "}, {Manner: Code, Text: "a*b"}, {Text: " and **x** [y](https://z)"}}
	if diff := cmp.Diff(want, Parse(Prose("use `a*b` and **x** [y](https://z)"))); diff != "" {
		t.Error(diff)
	}
	if got := Parse(Prose("a lone ` and **x**")); len(got) != 1 || got[0].Text != "a lone ` and **x**" {
		t.Errorf("got %+v", got)
	}
}

// TestProseIsNeverLive: whatever it is made of, and wherever it is cut, there is text and code in it, and nothing else.
func TestProseIsNeverLive(t *testing.T) {
	pieces := []string{"`", "``", "```", "**", "*", "[a](https://x.example)", "<t:1795000000>", "\\", "\n", " ", "\u200b", "word", "漢", "😀"}
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 1, 40).Draw(t, "pieces"), "")
		n := rapid.IntRange(1, 120).Draw(t, "n")
		for _, text := range []string{Prose(s), CutMarkdown(Prose(s), n), CutMarkdown(Escape(s), n), CutMarkdown(Fence(s), n)} {
			for _, span := range Parse(text) {
				if span.Manner != Normal && span.Manner != Code && span.Manner != Block {
					t.Fatalf("%q becomes %q with a live span %+v", s, text, span)
				}
			}
		}
		bold := "**" + Escape(strings.ReplaceAll(s, "\n", " ")) + "** and [b](https://y.example)"
		cut := CutMarkdown(bold, n)
		for _, span := range Parse(cut) {
			if span.Manner == Link && span.URL != "https://y.example" || span.Manner == Moment {
				t.Fatalf("%q is cut to %q with a live span %+v", bold, cut, span)
			}
		}
		if Length(cut) > n || cut != bold && !strings.HasSuffix(cut, "…") {
			t.Fatalf("%q is cut to %q: %d characters of %d", bold, cut, Length(cut), n)
		}
	})
}

func TestCutMarkdownClosesWhatItCuts(t *testing.T) {
	for _, tc := range []struct {
		text, want string
		n          int
	}{
		{"see `kubectl get pods` now", "see `kubectl`…", 15},
		{"see **kubectl get** now", "see **kubect**…", 15},
		{"```\nkind: Pod\nname: a\n```", "```\nkind: Pod```…", 18},
		{"see [docs](https://kubernetes.io) now", "see…", 20},
		{"a `[x](https://evil.example)`", "a…", 4},
		{"a \\*b\\* c", "a \\*b…", 7},
		{"as it is", "as it is", 8},
	} {
		if got := CutMarkdown(tc.text, tc.n); got != tc.want {
			t.Errorf("%q in %d is %q, want %q", tc.text, tc.n, got, tc.want)
		}
	}
}

func TestHiddenCharactersAreDropped(t *testing.T) {
	if got := Escape("a\u202eb\x00c\u200bd\xff"); got != "abcd\uFFFD" {
		t.Errorf("got %q", got)
	}
}

func TestCutSplitsNoCharacter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, n := rapid.String().Draw(t, "s"), rapid.IntRange(1, 40).Draw(t, "n")
		got := Cut(s, n)
		if Length(got) > n {
			t.Fatalf("Cut(%q, %d) = %q has %d characters", s, n, got, Length(got))
		}
		if got != s && !strings.HasSuffix(got, "…") {
			t.Fatalf("Cut(%q, %d) = %q does not show the cut", s, n, got)
		}
	})
}

func TestMessageLimits(t *testing.T) {
	button := Button{Action: "a:1", Label: "A"}
	for name, m := range map[string]Message{
		"nothing":           {},
		"text and card":     {Text: "x", Card: &Card{Body: "x"}},
		"long text":         {Text: strings.Repeat("ä", MaxText+1)},
		"no body":           {Card: &Card{Title: "x"}},
		"two equal actions": {Card: &Card{Body: "x", Buttons: []Button{button, button}}},
		"action with space": {Card: &Card{Body: "x", Buttons: []Button{{Action: "a b", Label: "A"}}}},
		"empty field":       {Card: &Card{Body: "x", Fields: []Field{{Name: "n"}}}},
		"too much in all":   {Card: &Card{Body: strings.Repeat("x", MaxBody), Fields: []Field{{"a", strings.Repeat("x", 900)}, {"b", strings.Repeat("x", 900)}}}},
	} {
		if m.Validate() == nil {
			t.Errorf("%s: passes", name)
		}
	}
	menu := func(label string, choices ...Choice) Message {
		return Message{Card: &Card{Body: "x", Buttons: []Button{button}, Select: &Select{Label: label, Choices: choices}}}
	}
	many := make([]Choice, MaxButtons)
	for i := range many {
		many[i] = Choice{Label: "c", Value: fmt.Sprint("c:", i)}
	}
	for name, m := range map[string]Message{
		"an empty menu":          menu("x"),
		"a menu without a label": menu("", many[0]),
		"two equal choices":      menu("x", many[0], many[0]),
		"a choice of nothing":    menu("x", Choice{Label: "a"}),
		"a choice with no label": menu("x", Choice{Value: "a"}),
		"a long choice":          menu("x", Choice{Label: strings.Repeat("x", MaxChoice+1), Value: "a"}),
		"a long action":          menu("x", Choice{Label: "a", Value: strings.Repeat("x", MaxChoice+1)}),
		"too many choices":       menu("x", many...),
	} {
		if m.Validate() == nil {
			t.Errorf("%s: passes", name)
		}
	}
	if err := menu("x", many[1:]...).Validate(); err != nil {
		t.Error(err)
	}
	good := Message{Card: &Card{Title: "t", Body: "b", Fields: []Field{{"n", "v"}}, Footer: "f", Buttons: []Button{button}}}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	if got, want := good.Markdown(), "**t**\n\nb\n\n**n**\nv\n\nf"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestImageLimits(t *testing.T) {
	good := Image{PNG: []byte(pngSignature), Alt: "Ana has 3 points.", Name: "stats-2026.png"}
	if err := (Message{Card: &Card{Body: "x", Image: &good}}).Validate(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*Image){
		"no alternative text":   func(i *Image) { i.Alt = " \n" },
		"long alternative text": func(i *Image) { i.Alt = strings.Repeat("ä", MaxAlt+1) },
		"no bytes":              func(i *Image) { i.PNG = nil },
		"a JPEG":                func(i *Image) { i.PNG = []byte("\xff\xd8\xff\xe0") },
		"too many bytes":        func(i *Image) { i.PNG = append([]byte(pngSignature), make([]byte, MaxPNG)...) },
		"no name":               func(i *Image) { i.Name = "" },
		"a path":                func(i *Image) { i.Name = "../stats.png" },
		"another kind of file":  func(i *Image) { i.Name = "stats.svg" },
		"a name with a quote":   func(i *Image) { i.Name = `a".png` },
		"a long name":           func(i *Image) { i.Name = strings.Repeat("a", MaxImageName) + ".png" },
	} {
		bad := good
		change(&bad)
		if (Message{Card: &Card{Body: "x", Image: &bad}}).Validate() == nil {
			t.Errorf("%s: passes", name)
		}
	}
}

func TestFormLimits(t *testing.T) {
	if err := (Form{Title: "Series", Submit: strings.Repeat("x", MaxFormTitle), Action: "admin:x", Inputs: []Input{{Name: "name", Label: "Name"}}}).Validate(); err != nil {
		t.Error(err)
	}
	if (Form{Title: "Series", Submit: strings.Repeat("x", MaxFormTitle+1), Action: "admin:x", Inputs: []Input{{Name: "name", Label: "Name"}}}).Validate() == nil {
		t.Error("a button over the limit passes")
	}
	if (Form{Title: strings.Repeat("x", 25), Action: "x", Inputs: make([]Input, 6)}).Validate() == nil {
		t.Error("a form over every limit passes")
	}
}

func TestChannelRoundTrip(t *testing.T) {
	want := Channel{Platform: "slack", Workspace: "T1", ID: "C1"}
	if got, err := ParseChannel(want.String()); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, bad := range []string{"", "slack", "slack/T1", "a/b/c/d", "//x"} {
		if _, err := ParseChannel(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestOnceIsOnce(t *testing.T) {
	var o Once
	if !o.First("a") || o.First("a") || !o.First("b") {
		t.Error("a key is new once, and only once")
	}
}
