package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"ckadbot/bot/chat/chattest"
)

// impatience is how long people wait for an answer before they press again.
const impatience = 3 * time.Second

// A model is what people saw and did.
type model struct {
	mu      sync.Mutex // guards the rest
	changed chan struct{}
	dues    map[string]int            // how many rounds of a series were due
	posts   map[string]*seenPost      // by the key
	rounds  map[string]map[string]int // by series and channel: posts
	clicks  []*click
	told    map[answered]string // the letter that people were told is recorded, or "late"
	strange []string
}

// A seenPost is a round in a channel, perhaps in several copies.
type seenPost struct {
	over     string // the transport at first
	messages []string
	closed   map[string]time.Time
}

// answered is who answered what.
type answered struct{ person, key string }

// A sighting is that a person sees something.
type sighting struct {
	chattest.Shown
	at time.Time
}

// A click is one press of a button, or a command.
type click struct {
	person  *person
	message string // "" for a command
	key     string // of the post
	label   string
	at      time.Time
	over    string
	replied time.Time // zero: never
	failed  bool      // the platform told the person that nobody responds
}

func (m *model) start() {
	m.changed = make(chan struct{})
	m.dues, m.posts, m.rounds = map[string]int{}, map[string]*seenPost{}, map[string]map[string]int{}
	m.told = map[answered]string{}
}

func (m *model) isDue(series string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dues[series]++
}

// isPosted tells whether all rounds of a series that were due are posted in both channels.
func (m *model) isPosted(series string) (bool, <-chan struct{}) {
	m.mu.Lock()
	defer m.mu.Unlock()
	channels := m.rounds[series]
	for _, n := range channels {
		if n < m.dues[series] {
			return false, m.changed
		}
	}
	return len(channels) == 2, m.changed
}

// shown notes a message that is new or changed on a platform.
func (s *soak) shown(p *place, who string, m chattest.Shown) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() { close(s.changed); s.changed = make(chan struct{}) }()
	if who != "" {
		for _, person := range s.persons {
			if person.name == who {
				person.sees <- sighting{m, time.Now()}
			}
		}
		return
	}
	series, over := slices.Index(p.channels, m.Channel), s.faults.transport(p.workplace.channel.Platform)
	if series < 0 || m.Key == "" {
		return
	}
	post := s.posts[m.Key]
	if post == nil {
		post = &seenPost{over: over, closed: map[string]time.Time{}}
		s.posts[m.Key] = post
		if s.rounds[s.series[series]] == nil {
			s.rounds[s.series[series]] = map[string]int{}
		}
		s.rounds[s.series[series]][m.Channel]++
	}
	if strings.Contains(m.Text, "(closed)") {
		if post.closed[m.ID].IsZero() {
			post.closed[m.ID] = time.Now()
		}
	}
	if slices.Contains(post.messages, m.ID) {
		return
	}
	if post.messages = append(post.messages, m.ID); len(post.messages) > 1 {
		s.tally.add(over, "copies of posts", 1)
		if over != transportsOver[byHTTP]["slack"] { // there, the bots cannot find out what became of a post
			s.strange = append(s.strange, "the post "+m.Key+" was made again over "+over)
		}
	}
	for n, person := range s.persons {
		if person.place == p && n/crews/len(s.places) == series {
			person.sees <- sighting{m, time.Now()}
		}
	}
}

// answerAll answers each round that a person sees, and often looks a term up then, until there are no more.
func (s *soak) answerAll(p *person) {
	chance := s.chance(uint64(1000 + slices.Index(s.persons, p)))
	for {
		select {
		case m := <-p.sees:
			if m.Key == "" {
				s.reply(p, m)
				continue
			}
			s.wait(between(chance, 0, 1500))
			label := string(rune('A' + chance.IntN(2)))
			s.insist(p, m.ID, m.Key, label, func() { p.place.soaked.Press(p.name, m.Shown, label) })
			if chance.IntN(3) == 0 {
				s.insist(p, "", "", "", func() { p.place.soaked.TypeIn(m.Channel, p.name, "/ckad define pod") })
			}
		case <-s.done:
			return
		}
	}
}

// insist has a person do something until somebody answers, or the button is gone.
func (s *soak) insist(p *person, message, key, label string, do func()) {
	var later []sighting // rounds that come up meanwhile
	defer func() {
		for _, m := range later {
			p.sees <- m
		}
	}()
	for range 20 {
		if !s.begins(p, message, key, label) {
			return
		}
		do()
		for enough, over := time.After(impatience), false; !over; {
			select {
			case seen := <-p.sees:
				if seen.Key != "" {
					later = append(later, seen)
				} else if c, finish := s.reply(p, seen); finish && c.message == message {
					return
				}
			case <-enough:
				over = true // nobody does
			}
		}
	}
}

// begins notes that a person presses a button or, without a message, types a command. It is false if the button is gone.
func (s *soak) begins(p *person, message, key, label string) bool {
	c := &click{person: p, message: message, key: key, label: label, over: s.faults.transport(p.place.workplace.channel.Platform), at: time.Now()}
	s.mu.Lock()
	defer s.mu.Unlock()
	if message != "" && !s.posts[key].closed[message].IsZero() {
		return false
	}
	s.clicks = append(s.clicks, c)
	return true
}

// What people are told about an answer, and whether it names what is recorded.
var tellings = []struct {
	name   string
	text   *regexp.Regexp
	finish bool // there is no point in pressing again
}{
	{"told: recorded", regexp.MustCompile(`Recorded: \*+([A-E])\*`), true},
	{"told: recorded before", regexp.MustCompile(`Your answer \*+([A-E])\*+ is recorded already`), true},
	{"told: another was recorded before", regexp.MustCompile(`You had answered \*+([A-E])\*+ before`), true},
	{"told: recorded in time, now closed", regexp.MustCompile(`Your answer \*+([A-E])\*+ was recorded in time`), true},
	{"told: too late", regexp.MustCompile(`so the click does not count()`), true},
	{"told: not recorded, try again", regexp.MustCompile(`not\*+ recorded()`), false},
	{"told: something went wrong", regexp.MustCompile(`went wrong on my side()`), false},
	{"told: what a term means", regexp.MustCompile(`smallest unit that Kubernetes deploys()`), true},
	{noResponse, regexp.MustCompile(`did not respond()`), false},
}

const noResponse = "told by the platform: no response"

// reply notes what a person is told, and tells whether that is an answer, and to which click.
func (s *soak) reply(p *person, m sighting) (c *click, finish bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, telling := range tellings {
		found := telling.text.FindStringSubmatch(m.Text)
		if found == nil {
			continue
		}
		c := s.clicked(p, m.Shown)
		if c == nil {
			break
		}
		s.tally.add(c.over, telling.name, 1)
		switch {
		case telling.name == noResponse:
			c.failed = true
		case c.replied.IsZero():
			c.replied = m.at
		}
		if said := found[1]; telling.finish && c.key != "" {
			if said == "" {
				said = late
			}
			s.tell(c, said)
		}
		return c, telling.finish
	}
	s.strange = append(s.strange, p.name+" was told: "+m.Text)
	return nil, false
}

// late is what is noted of those who were told to be too late.
const late = "late"

// tell notes that somebody was told that a letter is recorded, or that they are late. The caller holds mu.
func (s *soak) tell(c *click, said string) {
	who := answered{c.person.name, c.key}
	if before, again := s.told[who]; again && before != said {
		s.strange = append(s.strange, fmt.Sprintf("%s was told that %s is recorded, then %s, after these clicks: %s", who.person, before, said, s.history(who)))
	}
	s.told[who] = said
}

// history are somebody's clicks on a post.
func (s *soak) history(who answered) (all string) {
	for _, c := range s.clicks {
		if c.person.name == who.person && c.key == who.key {
			all += fmt.Sprintf("%s on %s at %s, answered at %s; ", c.label, c.message, c.at.Format("15:04:05.000"), c.replied.Format("15:04:05.000"))
		}
	}
	return all
}

// clicked is the click that a reply is about; nil if there is none. If the platform does not tell, it is the person's last one that
// nobody answered. The caller holds mu.
func (s *soak) clicked(p *person, reply chattest.Shown) (last *click) {
	for _, c := range slices.Backward(s.clicks) {
		if c.person != p || reply.To != "" && c.message != reply.To || last != nil && c.message != last.message || !reply.Asked.IsZero() && c.at.After(reply.Asked) {
			continue
		}
		if last == nil {
			last = c
		}
		if c.replied.IsZero() || !reply.Asked.IsZero() {
			return c
		}
	}
	return last
}
