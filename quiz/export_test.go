package quiz

import (
	"bytes"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestWhatKahootCannotHoldIsLeftOutAndTold(t *testing.T) {
	with := func(id string, change func(*Question)) Question {
		q := Question{ID: id, Text: strings.Repeat("x", kahootText-1) + "?", Choices: []string{"a", strings.Repeat("é", kahootChoice), "c", "d"}, Key: 1}
		change(&q)
		return q
	}
	var out bytes.Buffer
	left, err := WriteQuestions(&out, []Question{
		with("fits", func(*Question) {}),
		with("long", func(q *Question) { q.Text += "?" }),
		with("wide", func(q *Question) { q.Choices[1] += "é" }),
		with("many", func(q *Question) { q.Choices = append(q.Choices, "e") }),
		with("code", func(q *Question) { q.Code = "a: b" }),
		with("typed", func(q *Question) { q.Kind, q.Choices, q.Answers = Typed, nil, []string{"a"} }),
		with("order", func(q *Question) { q.Kind, q.Key = Order, 0 }),
	}, FormatKahoot)
	want := []string{
		"long: its text has 121 characters, in Kahoot at most 120",
		"wide: choice B has 76 characters, in Kahoot at most 75",
		"many: it has 5 choices, in Kahoot at most 4",
		"code: Kahoot's spreadsheet has no place for its code",
		"typed: Kahoot's spreadsheet has only questions with choices, no typed",
		"order: Kahoot's spreadsheet has only questions with choices, no order",
	}
	if diff := gocmp.Diff(want, left); err != nil || diff != "" {
		t.Errorf("error %v, left out (-want +got):\n%s", err, diff)
	}
	shown := ":Sheet1!B9  " + strings.Repeat("x", kahootText-1) + "? [a|" + strings.Repeat("é", kahootChoice) + "|c|d] " + strings.Repeat("é", kahootChoice)
	if diff := gocmp.Diff([]string{shown}, readSheet(t, out.Bytes())); diff != "" {
		t.Errorf("in the file (-want +got):\n%s", diff)
	}
}

// TestSpreadsheetsHoldNoFormulas: what begins like one is a text, and only plain numbers are numbers.
func TestSpreadsheetsHoldNoFormulas(t *testing.T) {
	got := sheetOf([][]string{{"=1+1", "<a & \"b\">", "007", "42", ""}})
	want := `<row r="1"><c r="A1" t="inlineStr"><is><t xml:space="preserve">=1+1</t></is></c>` +
		`<c r="B1" t="inlineStr"><is><t xml:space="preserve">&lt;a &amp; &#34;b&#34;&gt;</t></is></c>` +
		`<c r="C1" t="inlineStr"><is><t xml:space="preserve">007</t></is></c><c r="D1"><v>42</v></c></row>`
	if !strings.Contains(got, want) {
		t.Errorf("got %s, want in it %s", got, want)
	}
}
