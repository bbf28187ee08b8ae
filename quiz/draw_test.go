package quiz

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func ids(qs []Question) []string {
	all := make([]string, len(qs))
	for i, q := range qs {
		all[i] = q.ID
	}
	return all
}

// live are questions as liveBank returns them.
func live(qs ...Question) []banked {
	var all []banked
	for _, q := range qs {
		all = append(all, newBanked(q))
	}
	return all
}

// pointers are questions as fitting returns them.
func pointers(qs []Question) []*Question {
	var all []*Question
	for i := range qs {
		all = append(all, &qs[i])
	}
	return all
}

func anyRandom() *rand.Rand { return rand.New(source(rand.Uint64)) }

func TestDrawFollowsTheWeightsOfTheExam(t *testing.T) {
	bank := bankOf(500)
	var used []string
	count := map[string]int{}
	for range 100 {
		q := draw(anyRandom(), pointers(bank), used, 1)[0]
		used = append(used, q.ID)
		count[q.Domain]++
	}
	for _, d := range Domains() {
		if n := count[d.Code]; n < d.Weight-1 || n > d.Weight+1 {
			t.Errorf("%s: got %d of 100 questions, want %d", d.Code, n, d.Weight)
		}
	}
}

func TestDrawPrefersQuestionsWrittenByHand(t *testing.T) {
	bank := bankOf(200)
	for i := 100; i < 200; i++ {
		bank[i].Source, bank[i].Domain = SourceGlossary, []string{"D1", "BG"}[i%2]
	}
	generated, background := 0, 0
	for _, q := range draw(anyRandom(), pointers(bank), nil, 40) {
		if q.Source == SourceGlossary {
			generated++
		}
		if q.Domain == "BG" {
			background++
		}
	}
	if generated != 10 || background > 3 {
		t.Errorf("of 40: got %d generated, %d background, want 10 and few", generated, background)
	}
	if q := draw(anyRandom(), pointers(bank), nil, 3); q[0].Source+q[1].Source+q[2].Source != "" {
		t.Errorf("the first three: got %v, want all written by hand", ids(q))
	}
}

func TestBackgroundIsAskedOnlyWhenAskedFor(t *testing.T) {
	bank := bankOf(5)
	bank[4].Domain = "BG"
	if got := len(fitting(live(bank...), "")); got != 4 {
		t.Errorf("no topic: %d fit, want 4", got)
	}
	if got := fitting(live(bank...), "bg"); len(got) != 1 || got[0].ID != bank[4].ID {
		t.Errorf("topic bg: got %v, want the background question", got)
	}
}

func TestTopicsFindTheirQuestions(t *testing.T) {
	q := testQuestion(3) // D4: Application Environment, Configuration and Security
	q.Competency, q.Category, q.Terms = "configmaps", "config", []string{"config-map", "volume"}
	for _, topic := range []string{"", "D4", "d4", "config", "ConfigMap", "config map", "configmaps", "config-map", "volumes", "security",
		"configuration and security", "Application Environment, Configuration and Security", "secur", " Security! ", "ＣＯＮＦＩＧ"} {
		if len(fitting(live(q), topic)) != 1 {
			t.Errorf("topic %q does not find it", topic)
		}
	}
	for _, topic := range []string{"D5", "networking", "con", "security networking", "volume mount", "pod"} {
		if len(fitting(live(q), topic)) != 0 {
			t.Errorf("topic %q finds it", topic)
		}
	}
}

// TestDrawUsesEverythingBeforeItRepeats draws rounds of any size from any mix, and looks at windows of one bank's length.
func TestDrawUsesEverythingBeforeItRepeats(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bank := bankOf(rapid.IntRange(1, 30).Draw(t, "bank"))
		for i := range bank {
			bank[i].Domain = rapid.SampledFrom([]string{"D1", "D3", "D4", "BG"}).Draw(t, "domain")
			bank[i].Source = rapid.SampledFrom([]string{"", SourceGlossary}).Draw(t, "source")
		}
		var used []string
		for round := range 8 {
			n := rapid.IntRange(1, 10).Draw(t, "n")
			drawn := draw(anyRandom(), pointers(bank), used, n)
			if len(drawn) != min(n, len(bank)) || len(distinct(ids(drawn))) != len(drawn) {
				t.Fatalf("round %d of %d from %d: got %v", round, n, len(bank), ids(drawn))
			}
			used = append(used, ids(drawn)...)
		}
		for i := 0; i+len(bank) <= len(used) && i < len(bank); i += len(bank) {
			if got := distinct(used[i : i+len(bank)]); i == 0 && len(got) != len(bank) {
				t.Fatalf("the first %d: got %s, want all different", len(bank), fmt.Sprint(used[:len(bank)]))
			}
		}
	})
}
