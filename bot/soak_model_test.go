package main

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

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

// A click is one press of a button.
type click struct {
	person  *person
	message string
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
				person.sees <- m
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
			person.sees <- m
		}
	}
}

// answerAll answers each round that a person sees, until there are no more.
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
			s.press(p, m, string(rune('A'+chance.IntN(2))))
		case <-s.done:
			return
		}
	}
}

// press presses a button until somebody answers.
func (s *soak) press(p *person, m chattest.Shown, label string) {
	var later []chattest.Shown // rounds that come up meanwhile
	s.pressing.Add(1)
	defer s.pressing.Add(-1)
	defer func() {
		for _, m := range later {
			p.sees <- m
		}
	}()
	for range 20 {
		c := &click{person: p, message: m.ID, over: s.faults.transport(p.place.workplace.channel.Platform), at: time.Now()}
		s.mu.Lock()
		closed := !s.posts[m.Key].closed[m.ID].IsZero()
		if !closed {
			s.clicks = append(s.clicks, c)
		}
		s.mu.Unlock()
		if closed {
			return // there is no button any more
		}
		p.place.soaked.Press(p.name, m, label)
		for enough, answered := time.After(impatience), false; !answered; {
			select {
			case seen := <-p.sees:
				if seen.Key != "" {
					later = append(later, seen)
				} else if s.reply(p, seen) && (seen.To == m.ID || seen.To == "") {
					return
				}
			case <-enough:
				answered = true // nobody does
			case <-s.done:
				return
			}
		}
	}
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
	{"told by the platform: no response", regexp.MustCompile(`did not respond()`), false},
}

// reply notes what a person is told, and tells whether that is an answer.
func (s *soak) reply(p *person, m chattest.Shown) (finish bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, telling := range tellings {
		found := telling.text.FindStringSubmatch(m.Text)
		if found == nil {
			continue
		}
		c, key := s.clicked(p, m)
		if c != nil {
			s.tally.add(c.over, telling.name, 1)
		}
		if telling.name == "told by the platform: no response" {
			if c != nil {
				c.failed = true
			}
			return false
		}
		if c != nil && c.replied.IsZero() {
			c.replied = time.Now()
		}
		if telling.finish && key != "" {
			said := found[1]
			if said == "" {
				said = "late"
			}
			if before, ok := s.told[answered{p.name, key}]; ok && before != said {
				s.strange = append(s.strange, p.name+" was told that "+before+" is recorded, then "+said)
			}
			s.told[answered{p.name, key}] = said
		}
		return telling.finish
	}
	s.strange = append(s.strange, p.name+" was told: "+m.Text)
	return false
}

// clicked is the click that a reply is about, and the key of the post that was clicked. If the platform does not tell, it is
// the person's last one that nobody answered. The caller holds mu.
func (s *soak) clicked(p *person, reply chattest.Shown) (last *click, key string) {
	for _, c := range slices.Backward(s.clicks) {
		if c.person != p || reply.To != "" && c.message != reply.To || last != nil && c.message != last.message || !reply.Asked.IsZero() && c.at.After(reply.Asked) {
			continue
		}
		if last == nil {
			last = c
		}
		if c.replied.IsZero() || !reply.Asked.IsZero() {
			last = c
			break
		}
	}
	for key, post := range s.posts {
		if last != nil && slices.Contains(post.messages, last.message) {
			return last, key
		}
	}
	return last, ""
}

// checkPosts compares the posts that people saw with the rounds that were due.
func (s *soak) checkPosts() {
	rows, err := s.db.Query(s.Context(), `
		SELECT s.name, count(DISTINCT r.id), count(DISTINCT r.due), count(p.round), count(p.posted_at), count(p.problem)
		FROM quiz.series s
		JOIN quiz.round r ON r.workspace = s.workspace AND r.series = s.id
		LEFT JOIN quiz.post p ON p.workspace = r.workspace AND p.round = r.id
		GROUP BY s.name`)
	if err != nil {
		s.Fatal(err)
	}
	var name string
	var rounds, dues, posts, posted, problems int
	_, err = pgx.ForEachRow(rows, []any{&name, &rounds, &dues, &posts, &posted, &problems}, func() error {
		s.tally.add("", "rounds due", s.dues[name])
		s.tally.add("", "rounds opened", rounds)
		if rounds != s.dues[name] || dues != rounds || posts != 2*rounds || posted != posts {
			s.Errorf("series %s: %d rounds were due, %d opened for %d times, with %d posts, of which %d were made", name, s.dues[name], rounds, dues, posts, posted)
		}
		for channel, n := range s.rounds[name] {
			if n != rounds {
				s.Errorf("series %s: people saw %d of %d rounds in %s", name, n, rounds, channel)
			}
		}
		return nil
	})
	if err != nil {
		s.Fatal(err)
	}
	for key, post := range s.posts {
		s.tally.add(post.over, "posts", 1)
		if len(post.closed) == 0 {
			s.Errorf("the post %s does not show its result", key)
		}
	}
}

// checkAnswers compares what people were told with what is stored.
func (s *soak) checkAnswers() {
	rows, err := s.db.Query(s.Context(), `
		SELECT coalesce(p.message, ''), y.name, chr(65 + a.choice), a.changes, (SELECT count(*) FROM quiz.player o WHERE o.workspace = y.workspace AND o.name = y.name)
		FROM quiz.answer a
		JOIN quiz.post p   ON p.workspace = a.workspace AND p.round = a.round AND p.channel = a.channel
		JOIN quiz.player y ON y.workspace = a.workspace AND y.id = a.player`)
	if err != nil {
		s.Fatal(err)
	}
	keys := map[string]string{}
	for key, post := range s.posts {
		for _, m := range post.messages {
			_, ts, found := strings.Cut(m, " ") // Slack's have their channel before them
			if !found {
				ts = m
			}
			keys[ts] = key
		}
	}
	stored := map[answered]string{}
	var message, name, letter string
	var changes, players int
	_, err = pgx.ForEachRow(rows, []any{&message, &name, &letter, &changes, &players}, func() error {
		who := answered{name, keys[message]}
		if stored[who] != "" || changes != 0 || players != 1 || who.key == "" {
			s.Errorf("the answer of %s to %s is stored as %s and %s, %d times changed; there are %d players of that name", name, message, stored[who], letter, changes, players)
		}
		stored[who] = letter
		return nil
	})
	if err != nil {
		s.Fatal(err)
	}
	for who, said := range s.told {
		switch {
		case said == "late" && stored[who] != "":
			s.Errorf("%s was told to be too late, but %s is stored", who.person, stored[who])
		case said != "late" && stored[who] != said:
			s.Errorf("%s was told that %s is recorded, but %q is stored: an answer is lost", who.person, said, stored[who])
		case said != "late":
			s.tally.add(s.posts[who.key].over, "answers acknowledged", 1)
		}
	}
	for who := range stored {
		s.tally.add(s.posts[who.key].over, "answers stored", 1)
	}
	for _, what := range s.strange {
		s.Error(what)
	}
}

// checkClicks wants an answer to each click that nothing stood in the way of.
func (s *soak) checkClicks() {
	closes := map[string]time.Time{}
	for _, post := range s.posts {
		maps.Copy(closes, post.closed)
	}
	for _, c := range s.clicks {
		s.tally.add(c.over, "clicks", 1)
		late := c.replied.Sub(c.at)
		switch closed, ok := closes[c.message]; {
		case !c.failed && late >= 0 && late <= impatience:
			s.tally.add(c.over, "clicks answered", 1)
			continue
		case !c.failed && ok && c.replied.IsZero() && c.at.After(closed.Add(-300*time.Millisecond)):
			s.tally.add(c.over, "clicks on a button that was just gone", 1)
			continue
		}
		how := fmt.Sprintf("after %.1f seconds", late.Seconds())
		if c.replied.IsZero() {
			how = "never"
		}
		why := s.faults.during(c.person, c.at.Add(-time.Second), c.at.Add(impatience))
		if why == "" {
			s.Errorf("the click of %s over %s at %s is answered %s, and nothing stood in its way", c.person.name, c.over, c.at.Format("15:04:05.000"), how)
		}
		if !c.replied.IsZero() {
			how = "late"
		}
		s.tally.add(c.over, "clicks answered "+how+": "+why, 1)
	}
}
