package quiz

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode"
)

func TestMarkupBecomesPlainText(t *testing.T) {
	for _, c := range []struct {
		html       bool
		in         string
		text, code string
		lost       bool
	}{
		{in: "kubectl logs <pod> & <name>", text: "kubectl logs <pod> & <name>"},
		{html: true, in: "kubectl logs &lt;pod&gt; &amp; more", text: "kubectl logs <pod> & more"},
		{html: true, in: "<p>One<br>two</p><ul><li>three</li></ul>", text: "One two three"},
		{in: "Use <code>kubectl</code> and <TT class=\"x\">helm</TT>", text: "Use `kubectl` and `helm`"},
		{in: "In `<b>` nothing <b>changes</b>", text: "In `<b>` nothing changes"},
		{html: true, in: "2<sup>10</sup> and a<sub>1</sub>", text: "2^10 and a_1"},
		{html: true, in: "Look:<pre class=\"y\">a:\n\t- &lt;b&gt;<br>c</pre>why?", text: "Look: why?", code: "a:\n    - <b>\nc"},
		{in: "Look:\n```yaml\na: 1\n\nb: 2\n```\nwhy?", text: "Look: why?", code: "a: 1\n\nb: 2"},
		{html: true, in: "a<script>alert(1)</script>b<!-- c -->d<style>e</style>", text: "a b d"},
		{html: true, in: "a <img src=x onerror=alert(1)> b", text: "a b", lost: true},
		{in: "a [sound:x.mp3] ![p](https://x/y.png)", text: "a", lost: true},
		{in: "see [the page](https://example.com/x) and <https://example.com|that>", text: "see the page and that"},
		{in: "<@U123> and <!channel> and <#C1|general>, <@&5> say", text: "and and , say"},
		{in: "turned \u202Eround\u200B, a\u00A0b", text: "turned round, a b"},
		{html: true, in: "&lt;script&gt; &#x202e;x", text: "<script> x"},
	} {
		got := toPlain(c.in, c.html)
		if want := (plainText{c.text, c.code, c.lost}); got != want {
			t.Errorf("%q: got %+v, want %+v", c.in, got, want)
		}
	}
}

func TestTextsOfOtherSystemsAreRead(t *testing.T) {
	table := "text;a;b;key\r\nWhat is “this”?;ä;b;a\r\n"
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(table)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{":2  What is “this”? [ä|b] ä"}
	for name, text := range map[string]string{
		"UTF-16": utf16, "a BOM": "\uFEFF" + table, "old line ends": strings.ReplaceAll(table, "\r\n", "\r"), "tabs": strings.ReplaceAll(table, ";", "\t"),
		"commas and quotes": "\"text\",\"a\",\"b\",\"key\"\n\"What is “this”?\",ä,b,“A”\n",
	} {
		if got, problems := readText(t, "x.csv", text, ReadOptions{}); !cmp.Equal(want, got) {
			t.Errorf("%s: got %q and problems %q, want %q", name, got, problems, want)
		}
	}
	sep := "sep=;\n" + table
	if got, problems := readText(t, "x.csv", sep, ReadOptions{}); len(got) != 1 || !strings.HasPrefix(got[0], ":3 ") {
		t.Errorf("sep=: got %q and problems %q, want line 3", got, problems)
	}
	for name, text := range map[string]string{"Latin-1": "text,a\nWas f\xFCr?,x\n", "a NUL": "text,a\nx\x00y,b\n"} {
		if _, problems := readText(t, "x.csv", text, ReadOptions{}); len(problems) != 1 || !strings.HasPrefix(problems[0], ":2: ") {
			t.Errorf("%s: got %q, want one problem in line 2", name, problems)
		}
	}
	if _, problems := readText(t, "x.csv", strings.Repeat("x", maxFile+1), ReadOptions{}); len(problems) != 1 || problems[0] != ": the file has more than 32 MiB; split it" {
		t.Errorf("too long: got %q", problems)
	}
}

func TestWhatAFormatLacksIsGiven(t *testing.T) {
	in := "What?\nA. one\nB. two\nANSWER: A\n"
	f, err := Read("Team Quiz.txt", strings.NewReader(in), ReadOptions{Domain: "D3", Category: "probes", Difficulty: 3})
	if err != nil {
		t.Fatal(err)
	}
	want := Question{ID: f.Questions[0].ID, Domain: "D3", Category: "probes", Difficulty: 3, Text: "What?", Choices: []string{"one", "two"}, Source: "team-quiz-txt"}
	if diff := cmp.Diff(want, f.Questions[0].Question); diff != "" {
		t.Errorf("question (-want +got):\n%s", diff)
	}
	other, err := Read("b.txt", strings.NewReader("what?\nA) `One`\nB) three\nANSWER: B\n"), ReadOptions{})
	if err != nil || other.Questions[0].ID != want.ID {
		t.Errorf("with other choices: got id %q (error %v), want %q as before", other.Questions[0].ID, err, want.ID)
	}
	q := "\nWhich is true?\nA. %s\nB. %s\nANSWER: A\n"
	same := strings.Replace(strings.Replace(q, "%s", "a", 1), "%s", "b", 1) + strings.Replace(strings.Replace(q, "%s", "c", 1), "%s", "d", 1)
	two, err := Read("d.txt", strings.NewReader(same), ReadOptions{})
	if err != nil || len(two.Questions) != 2 || two.Questions[0].ID == two.Questions[1].ID {
		t.Errorf("one text with other choices: got %v, error %v; want two questions", shownFile(two), err)
	}
}

func TestAnkiSeparatorsAndColumnsAreRead(t *testing.T) {
	want := []string{":3 typed Short name of a Pod? [] po because Two letters"}
	for name, text := range map[string]string{
		"commas":     "#separator:Comma\n#columns:Extra,Back,Front\nTwo letters,po,Short name of a Pod?\n",
		"pipes":      "#separator:|\n#columns:Front|Back|Extra\nShort name of a Pod?|po|Two letters\n",
		"tabs":       "#html:false\n#columns:Front\tBack\tExtra\nShort name of a Pod?\tpo\tTwo letters\n",
		"a guid":     "#guid column:1\n#columns:x\tFront\tBack\tExtra\na&b\tShort name of a Pod?\tpo\tTwo letters\n",
		"semicolons": "#separator:semicolon\n#columns:Question;Answer;Notes\n\"Short name of a Pod?\";po;Two letters\n",
	} {
		if got, problems := readText(t, "x.txt", text, ReadOptions{}); !cmp.Equal(want, got) {
			t.Errorf("%s: got %q and problems %q, want %q", name, got, problems, want)
		}
	}
	if _, problems := readText(t, "x.txt", "#separator:banana\n#tags column:x\na,b\n", ReadOptions{}); len(problems) < 2 {
		t.Errorf("bad header lines: got %q, want both told", problems)
	}
}
