package console

import (
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
)

func TestAdapter(t *testing.T) {
	chattest.Run(t, func(t testing.TB) chattest.Platform { return newStage(t) })
}

// A stage is a terminal without a terminal: people type into a pipe, and each
// Write to Out is one thing that everybody sees.
type stage struct {
	adapter *Adapter
	typed   *os.File // the writing end of In

	mu      sync.Mutex // guards the rest
	now     string     // who types
	printed []string
	changed chan struct{}
}

func newStage(t testing.TB) *stage {
	in, typed, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		typed.Close()
	})
	s := &stage{typed: typed, changed: make(chan struct{})}
	s.adapter = New(Config{In: in, Out: s})
	return s
}

func (s *stage) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.printed = append(s.printed, string(b))
	close(s.changed)
	s.changed = make(chan struct{})
	return len(b), nil
}

func (s *stage) Adapter() chat.Adapter         { return s.adapter }
func (s *stage) Channel() chat.Channel         { return here() }
func (s *stage) Secret() string                { return "a terminal has no token" }
func (s *stage) Acknowledged() <-chan struct{} { return nil }
func (s *stage) Complaints() []string          { return nil }
func (s *stage) Fail(chattest.Fault) bool      { return false }

// Type gives person the keyboard before the line.
func (s *stage) Type(person, line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if person != s.now {
		s.now = person
		line = "/as " + person + "\n" + line
	}
	io.WriteString(s.typed, line+"\n")
}

func (s *stage) Press(person string, m chattest.Shown, label string) {
	for i, l := range m.Buttons {
		if l == label {
			s.Type(person, string(rune('a'+i)))
		}
	}
}

func (s *stage) Fill(person string, form chattest.Shown, values map[string]string) {
	for _, label := range form.Inputs {
		s.Type(person, values[label])
	}
}

// Sees leaves out the echo of what was typed, and what is marked as somebody else's.
func (s *stage) Sees(person string) ([]chattest.Shown, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []chattest.Shown
	for i, text := range s.printed {
		m := shownAs(text)
		m.ID = strconv.Itoa(i)
		if strings.HasSuffix(text, "\n\n") && (!m.Ephemeral || strings.Contains(text, "only "+person+" sees this)")) {
			all = append(all, m)
		}
	}
	return all, s.changed
}

var (
	choicesLine = regexp.MustCompile(`(?m)^Type a letter: (.*)$`)
	buttonLabel = regexp.MustCompile(`\[[A-Z]\] ?((?:\S| \S)*)`)
	formLabels  = regexp.MustCompile(`Please fill in: (.*?)\.`)
	mentionLine = regexp.MustCompile(`^@(\S+)\n`)
)

// shownAs reads back what was printed.
func shownAs(text string) chattest.Shown {
	m := chattest.Shown{Text: text, Ephemeral: strings.Contains(text, "sees this)")}
	if f := choicesLine.FindStringSubmatch(text); f != nil {
		m.Buttons = strings.Fields(f[1])
	}
	for _, f := range buttonLabel.FindAllStringSubmatch(text, -1) {
		m.Buttons = append(m.Buttons, f[1])
	}
	if f := formLabels.FindStringSubmatch(text); f != nil {
		m.Form, m.Inputs = true, strings.Split(f[1], "; ")
	}
	if f := mentionLine.FindStringSubmatch(text); f != nil {
		m.Pings = []string{f[1]}
	}
	return m
}
