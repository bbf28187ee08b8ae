package quiz

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// A Domain is one of the five parts of the exam.
type Domain struct {
	Code, Name string // "D1", "Application Design and Build"
	Weight     int    // percent of the exam's score
}

// Domains returns the exam's domains with their weights, from the CKAD curriculum at https://github.com/cncf/curriculum.
// Background questions ("BG") belong to none.
func Domains() []Domain {
	return []Domain{
		{"D1", "Application Design and Build", 20},
		{"D2", "Application Deployment", 20},
		{"D3", "Application Observability and Maintenance", 15},
		{"D4", "Application Environment, Configuration and Security", 25},
		{"D5", "Services and Networking", 20},
	}
}

// A Topic is something to ask about that the bank has questions for.
type Topic struct {
	Name      string // what to type: "D4" or "networking"
	Title     string // a domain's name; empty for a category
	Questions int
}

// Topics returns what there is to ask about, as the bank has it before any workspace's edits: the domains in their order, then
// the categories by name.
func (e *Engine) Topics(ctx context.Context) ([]Topic, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	bank, err := e.liveBank(ctx, e.db, "")
	if err != nil {
		return nil, err
	}
	count := map[string]int{}
	for _, q := range bank {
		count[q.Domain]++
		count[q.Category]++
	}
	var topics []Topic
	for _, d := range Domains() {
		if n := count[d.Code]; n > 0 {
			topics = append(topics, Topic{Name: d.Code, Title: d.Name, Questions: n})
		}
		delete(count, d.Code)
	}
	domains := len(topics)
	for name, n := range count {
		if name != "BG" {
			topics = append(topics, Topic{Name: name, Questions: n})
		}
	}
	slices.SortFunc(topics[domains:], func(a, b Topic) int { return cmp.Compare(a.Name, b.Name) })
	return topics, nil
}

// A banked question is one that may be drawn, with what a topic is compared with.
type banked struct {
	Question
	names []string // of what it is about, each squashed
	words []string // stems of its category, domain and competency
}

func newBanked(q Question) banked {
	b := banked{Question: q}
	for _, name := range append([]string{q.Domain, q.Category, q.Competency}, q.Terms...) {
		b.names = append(b.names, strings.Join(topicWords(name), ""))
	}
	text := q.Category
	for _, d := range Domains() {
		if d.Code == q.Domain {
			text += " " + d.Name
		}
	}
	if c, ok := CompetencyByName(q.Competency); ok {
		text += " " + c.Name + " " + c.Text
	}
	b.words = topicWords(text)
	return b
}

// fitting returns the questions of the bank that a topic asks for: all but background for no topic, otherwise those whose
// domain's code, category, competency or term is the topic, or whose domain's or competency's words hold every word of it.
// Several topics have commas between them: then a question needs to fit only one.
func fitting(bank []banked, topic string) []*Question {
	var wanted [][]string
	for part := range strings.SplitSeq(topic, ",") {
		if want := topicWords(part); len(want) > 0 {
			wanted = append(wanted, want)
		}
	}
	fit := make([]*Question, 0, len(bank))
	for i := range bank {
		q := &bank[i]
		if len(wanted) == 0 && (q.Domain != "BG" || q.Source == SourceGlossary) || slices.ContainsFunc(wanted, q.isAbout) {
			fit = append(fit, &q.Question)
		}
	}
	return fit
}

// isAbout reports whether a topic of these words asks for the question.
func (b *banked) isAbout(want []string) bool {
	return slices.Contains(b.names, strings.Join(want, "")) || b.speaksOf(want)
}

func (b *banked) speaksOf(want []string) bool {
	return !slices.ContainsFunc(want, func(w string) bool {
		return !slices.ContainsFunc(b.words, func(h string) bool {
			return h == w || len(w) >= 4 && strings.HasPrefix(h, w) // "config" finds configuration, "net" not everything
		})
	})
}

// topicWords are the stems of the words of a text, without those that every title has.
func topicWords(s string) (stems []string) {
	for _, w := range words(norm.NFKC.String(s)) {
		if w.text != "and" && w.text != "the" && w.text != "of" {
			stems = append(stems, w.stem)
		}
	}
	return stems
}

// cleanTopic trims a topic and refuses one that could not be shown.
func cleanTopic(topic string) (string, error) {
	topic = strings.TrimSpace(topic)
	if topic != "" && !oneLine(topic, 1, maxTopic) {
		return "", invalid("a topic has at most %d characters", maxTopic)
	}
	return topic, nil
}

// maxTopics is how many topics a series may have at once.
const maxTopics = 5

// cleanTopics is cleanTopic for several topics with commas between them; it returns them as they are stored, and one by one.
func cleanTopics(topics string) (string, []string, error) {
	var all []string
	for part := range strings.SplitSeq(topics, ",") {
		topic, err := cleanTopic(part)
		if err != nil {
			return "", nil, err
		}
		if topic != "" {
			all = append(all, topic)
		}
	}
	if len(all) > maxTopics {
		return "", nil, invalid("a series has at most %d topics", maxTopics)
	}
	return strings.Join(all, ", "), all, nil
}

// noQuestions is ErrNoQuestions with the topic in it.
func noQuestions(topic string) error {
	if topic == "" {
		return fmt.Errorf("the bank is empty: %w", ErrNoQuestions)
	}
	return fmt.Errorf("about %q: %w", topic, ErrNoQuestions)
}
