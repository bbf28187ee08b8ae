package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"ckadbot/quiz"
)

// verdict compares what people saw with what is stored, and prints what was counted.
func (s *soak) verdict() {
	for _, workspace := range []string{s.places[0].workplace.channel.Home(), s.places[1].workplace.channel.Home()} {
		wrong, err := quiz.New(s.db, quiz.Options{}).CheckBoards(s.Context(), workspace, 10)
		if err != nil {
			s.Fatal(err)
		}
		for _, d := range wrong {
			s.Errorf("board of %s: %s", workspace, d)
		}
	}
	s.checkPosts()
	s.checkAnswers()
	s.checkClicks()
	for _, p := range s.places {
		for _, complaint := range p.soaked.Complaints() {
			if !slices.ContainsFunc(excused, func(e string) bool { return strings.Contains(complaint, e) }) {
				s.Errorf("%s complains: %s", p.workplace.channel.Platform, complaint)
			}
		}
	}
	for _, place := range []string{"slack", "discord"} {
		s.tally.add(transportsOver[bySockets][place], "seconds without any connection", int(s.faults.alone(place).Seconds()))
	}
	fmt.Fprintf(os.Stdout, "soak of %s over %s, seed %d\n", *soakTime, *soakOver, s.seed)
	s.tally.print(os.Stdout)
}

// excused are complaints about what a bot cannot help that was killed, or cut off. Each click that has no answer is looked at, see checkClicks.
var excused = []string{"not acknowledged within", "no answer within", "answered 502", "answers 502", "10062", "10015", "has no such button"}

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
			keys[stamp(m)] = key
		}
	}
	stored := map[answered]string{}
	var message, name, letter string
	var changes, players int
	_, err = pgx.ForEachRow(rows, []any{&message, &name, &letter, &changes, &players}, func() error {
		who := answered{name, keys[message]}
		if s.posts[who.key] == nil {
			s.Errorf("%s answered %s in %q, which is no post that people saw", name, letter, message)
			return nil
		}
		if stored[who] != "" || changes != 0 || players != 1 {
			s.Errorf("the answer of %s to %s is stored as %s and %s, %d times changed; there are %d players of that name", name, message, stored[who], letter, changes, players)
		}
		stored[who] = letter
		return nil
	})
	if err != nil {
		s.Fatal(err)
	}
	s.checkPressed(stored)
	var forged int
	if err := s.db.QueryRow(s.Context(), `SELECT count(*) FROM quiz.player WHERE name = $1`, mallory).Scan(&forged); err != nil || forged != 0 {
		s.Errorf("%d players are stored who did nothing but forge requests (%v)", forged, err)
	}
	for who, said := range s.told {
		switch {
		case said == late && stored[who] != "":
			s.Errorf("%s was told to be too late, but %s is stored, after these clicks: %s", who.person, stored[who], s.history(who))
		case said != late && stored[who] != said:
			s.Errorf("%s was told that %s is recorded, but %q is stored: an answer is lost", who.person, said, stored[who])
		case said != late:
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

// checkPressed wants nothing stored that nobody pressed.
func (s *soak) checkPressed(stored map[answered]string) {
	pressed := map[answered]string{} // all letters
	for _, c := range s.clicks {
		pressed[answered{c.person.name, c.key}] += c.label
	}
	for who, letter := range stored {
		if !strings.Contains(pressed[who], letter) {
			s.Errorf("%s is stored for %s, who pressed %q", letter, who.person, pressed[who])
		}
	}
}

// stamp is a message's id in its channel: Slack's have the channel before them.
func stamp(message string) string { return message[strings.Index(message, " ")+1:] }

// checkClicks wants an answer to each click that nothing stood in the way of.
func (s *soak) checkClicks() {
	closes := map[string]time.Time{}
	for _, post := range s.posts {
		maps.Copy(closes, post.closed)
	}
	for _, c := range s.clicks {
		what := "clicks"
		if c.message == "" {
			what = "commands"
		}
		s.tally.add(c.over, what, 1)
		after := c.replied.Sub(c.at)
		switch closed, ok := closes[c.message]; {
		case !c.failed && after >= 0 && after <= impatience:
			s.tally.add(c.over, what+" answered", 1)
			continue
		case !c.failed && ok && c.replied.IsZero() && c.at.After(closed.Add(-300*time.Millisecond)):
			s.tally.add(c.over, "clicks on a button that was just gone", 1)
			continue
		}
		how := fmt.Sprintf("after %.1f seconds", after.Seconds())
		if c.replied.IsZero() {
			how = "never"
		}
		why := s.faults.during(c.person, c.at.Add(-time.Second), c.at.Add(impatience), c.failed || c.replied.IsZero())
		if why == "" {
			s.Errorf("one of the %s of %s over %s at %s is answered %s, and nothing stood in its way", what, c.person.name, c.over, c.at.Format("15:04:05.000"), how)
		}
		if !c.replied.IsZero() {
			how = "late"
		}
		s.tally.add(c.over, what+" answered "+how+": "+why, 1)
	}
}
