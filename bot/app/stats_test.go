package app

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

func fullStats() quiz.Stats {
	s := quiz.Stats{Points: 1_234_567, Rank: 1_000_000, Players: 1_000_000, Won: 99_999, Lost: 99_999, Drawn: 99_999, Away: "2026-12-24",
		Streak: quiz.Streak{Series: strings.Repeat("*", 40), Days: 9999, Freezes: quiz.MaxFreezes, Best: 9999}}
	for _, d := range quiz.Domains() {
		s.Domains = append(s.Domains, quiz.DomainStats{Domain: d.Code, Right: 1999, Answers: 2000})
		s.Readiness.Missing = append(s.Readiness.Missing, quiz.Missing{Domain: d.Code, Questions: quiz.ReadinessQuestions})
	}
	s.Domains = append(s.Domains, quiz.DomainStats{Domain: "BG", Right: 1, Answers: 2000})
	return s
}

func TestTheLongestStatisticsFit(t *testing.T) {
	a := New(Config{Log: slog.New(slog.DiscardHandler)})
	s := fullStats()
	fits := func(name, competency string) {
		s.Strongest, s.Weakest = competency, competency
		m := a.statsCard(chat.User{Name: name}, s)
		if err := m.Validate(); err != nil || m.Card.Image == nil {
			t.Errorf("%s, %q: %v, picture %v; want a picture and all within the limits", competency, name, err, m.Card.Image != nil)
		}
	}
	for _, c := range quiz.Competencies() {
		fits(strings.Repeat("<", 80), c.Name)
	}
	for _, name := range []string{strings.Repeat("😀", 80), "李雷", ""} {
		fits(name, "probes")
	}
}

func TestReadinessIsSaidWithItsDoubts(t *testing.T) {
	for want, r := range map[string]quiz.Readiness{
		"About 71 %, likely 62 to 79 %; 66 % passes, and the chance of that is about 82 %. An estimate from 90 questions of the last 180 days. " +
			"The real exam is work on the command line, which no question can measure.": {Score: 71, Low: 62, High: 79, Chance: 82, Questions: 90},
		"Too few answers to tell. An estimate takes 5 different questions of each domain within 180 days; missing: 2 in Services and Networking. " +
			"`/ckad mock` asks all domains.": {Questions: 40, Missing: []quiz.Missing{{Domain: "D5", Questions: 2}}},
	} {
		if diff := cmp.Diff(want, readinessText(r)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// TestPicturesAgreeWithTheWords: what is drawn is what is said.
func TestPicturesAgreeWithTheWords(t *testing.T) {
	a := New(Config{Log: slog.New(slog.DiscardHandler)})
	s := quiz.Stats{Points: 122, Rank: 1, Players: 3, Streak: quiz.Streak{Series: "daily", Days: 4, Best: 9},
		Domains:   []quiz.DomainStats{{Domain: "D1", Right: 2, Answers: 3}, {Domain: "BG", Right: 5, Answers: 5}},
		Strongest: "probes", Weakest: "helm", Readiness: quiz.Readiness{Score: 71, Low: 62, High: 79, Chance: 82, Questions: 90}}
	m := a.statsCard(chat.User{Name: "Ada"}, s)
	said, alt := m.Markdown(), m.Card.Image.Alt
	for _, both := range []string{"12.2 points", "88 % right", "8 answers", "67 % right of 3 answers", "71 %, likely 62 to 79 %", competencyText("probes"), competencyText("helm")} {
		if !strings.Contains(strings.ReplaceAll(said, "**", ""), both) || !strings.Contains(alt, both) {
			t.Errorf("%q is missing in the words or in the picture:\n%s\n%s", both, said, alt)
		}
	}
}

func TestAFailedPictureIsLeftOut(t *testing.T) {
	var log strings.Builder
	a := New(Config{Log: slog.New(slog.NewTextHandler(&log, nil))})
	if p := a.image("stats.png", nil, "", problem("no font")); p != nil || !strings.Contains(log.String(), "no font") {
		t.Errorf("got %v, logged %q, want no picture and the reason in the log", p, log.String())
	}
}
