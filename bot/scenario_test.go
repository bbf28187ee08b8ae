package main

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"ckadbot/bot/chat/chattest"
	"ckadbot/migrations/pgtest"
)

// TestTheScenarioIsTheSameOnAllTransports plays testdata/scenario.txt, with the bot as a process of its own.
func TestTheScenarioIsTheSameOnAllTransports(t *testing.T) {
	script, err := os.ReadFile("testdata/scenario.txt")
	if err != nil {
		t.Fatal(err)
	}
	for name, open := range transports {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address, database := freeAddress(t), pgtest.URL(t)
			pool := newPool(t, database)
			w := open(t, address)
			start(t, append(settings(database, w), "HTTP_ADDR="+address), "")
			awaitStatus(t, address, "/readyz", 200)
			s := scene{T: t, workplace: w, db: pool, topic: onePressTopic(t), seen: map[string]chattest.Shown{}}
			s.play(string(script))
			w.content(t)
		})
	}
}

// A scene is the scenario on one transport.
type scene struct {
	*testing.T
	workplace
	db    *pgxpool.Pool
	topic string
	seen  map[string]chattest.Shown // what each person saw last
	line  int
}

// team are those who are meant by everybody.
var team = []string{"alice", "bob", "carol"}

// steps are what a line of the scenario may say, with what it means.
var steps = []struct {
	form string
	do   func(s *scene, said []string)
}{
	{`(\w+) types (/.*)`, func(s *scene, said []string) {
		s.Type(said[1], strings.NewReplacer("TOPIC", s.topic, "FAR", farClock().String()).Replace(said[2]))
	}},
	{`(\w+) presses (.+)`, func(s *scene, said []string) {
		m := s.seen[said[1]]
		s.Press(said[1], m, s.button(m, said[2]))
	}},
	{`everybody sees (.+)`, func(s *scene, said []string) {
		for _, person := range team {
			s.sees(person, false, said[1])
		}
	}},
	{`(\w+)( alone)? sees (.+)`, func(s *scene, said []string) { s.sees(said[1], said[2] != "", said[3]) }},
	{`it is time for (\w+)`, func(s *scene, said []string) {
		s.change(`UPDATE quiz.series SET next_at = date_trunc('milliseconds', now()) WHERE name = $1`, said[1])
	}},
	{`(\w+) closes`, func(s *scene, said []string) {
		s.change(closeRounds, said[1], time.Now())
	}},
	{`the points are counted`, func(s *scene, _ []string) { s.counted() }},
}

// closeRounds closes the open rounds of the series $1 at $2, as a clock would that has gone on.
const closeRounds = `
	WITH moved AS (
		UPDATE quiz.round r SET closes_at = greatest($2, r.opens_at)
		FROM quiz.series s
		WHERE s.name = $1 AND r.workspace = s.workspace AND r.series = s.id AND r.sealed_at IS NULL AND r.closes_at > $2
		RETURNING r.workspace, r.id, r.closes_at
	)
	UPDATE quiz.post p SET next_at = CASE WHEN posted_at IS NULL THEN least(next_at, m.closes_at) ELSE m.closes_at END
	FROM moved m
	WHERE p.workspace = m.workspace AND p.round = m.id AND p.finished_at IS NULL`

// play does what the lines say. What follows "the … are" is what came of it all.
func (s *scene) play(script string) {
	lines := strings.Split(script, "\n")
	for s.line = 1; s.line <= len(lines); s.line++ {
		line := strings.TrimSpace(lines[s.line-1])
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if strings.HasPrefix(line, "the board is") {
			break
		}
		s.step(line)
	}
	_, want, _ := strings.Cut(script, "the board is\n")
	got := s.board() + "the answers are\n" + s.answers()
	if *updateScenario {
		s.write(strings.TrimSuffix(script, want) + got)
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		s.Errorf("what came of the scenario differs from the file (-want +got):\n%s", diff)
	}
}

var updateScenario = flag.Bool("scenario", false, "write what came of the scenario into its file; read the difference before you commit it")

func (s *scene) write(script string) {
	if err := os.WriteFile("testdata/scenario.txt", []byte(script), 0o600); err != nil {
		s.Fatal(err)
	}
}

func (s *scene) step(line string) {
	s.Helper()
	for _, step := range steps {
		if said := regexp.MustCompile("^" + step.form + "$").FindStringSubmatch(line); said != nil {
			step.do(s, said)
			return
		}
	}
	s.Fatalf("line %d of the scenario makes no sense: %s", s.line, line)
}

// sees waits until a person sees a message with all pieces, and remembers it.
func (s *scene) sees(person string, alone bool, pieces string) {
	s.Helper()
	want := strings.Split(pieces, "; ")
	s.seen[person] = chattest.Await(s.hinted(person, pieces), s.workplace, person, func(m chattest.Shown) bool {
		text := plainly(m.Text)
		return m.Ephemeral == alone && !slices.ContainsFunc(want, func(piece string) bool { return !strings.Contains(text, piece) })
	})
}

// hinted says which line of the scenario failed.
func (s *scene) hinted(person, pieces string) testing.TB {
	return hinted{s.T, fmt.Sprintf("line %d of the scenario: %s should see %q: ", s.line, person, pieces)}
}

type hinted struct {
	testing.TB
	hint string
}

func (h hinted) Fatalf(format string, args ...any) {
	h.Helper()
	h.TB.Fatalf("%s"+format, append([]any{h.hint}, args...)...)
}

// button is the label of a button of m, which may be that of the right or of a wrong choice.
func (s *scene) button(m chattest.Shown, name string) string {
	if name != "right" && name != "wrong" {
		return name
	}
	position := 0
	if n := regexp.MustCompile(`Question (\d+) of \d`).FindStringSubmatch(m.Text); n != nil {
		position, _ = strconv.Atoi(n[1])
		position--
	}
	var key, choices int
	err := s.db.QueryRow(s.Context(), `
		SELECT key, jsonb_array_length(body -> 'Choices') FROM quiz.round_question
		WHERE position = $1 ORDER BY round DESC LIMIT 1`, position).Scan(&key, &choices)
	if err != nil {
		s.Fatalf("line %d of the scenario: %v", s.line, err)
	}
	if name == "wrong" {
		key = (key + 1) % choices
	}
	return string(rune('A' + key))
}

func (s *scene) change(sql string, args ...any) {
	s.Helper()
	if _, err := s.db.Exec(s.Context(), sql, args...); err != nil {
		s.Fatalf("line %d of the scenario: %v", s.line, err)
	}
}

// counted waits until the bot has counted all rounds that are closed.
func (s *scene) counted() {
	for left, late := 1, time.After(time.Minute); left > 0; {
		if err := s.db.QueryRow(s.Context(), `SELECT count(*) FROM quiz.round WHERE recount AND kind = 'series'`).Scan(&left); err != nil {
			s.Fatal(err)
		}
		select {
		case <-time.After(10 * time.Millisecond):
		case <-late:
			s.Fatalf("line %d of the scenario: %d rounds are not counted", s.line, left)
		}
	}
}

// board are the lines of the leaderboard that alice sees.
func (s *scene) board() (text string) {
	var lines []string
	for line := range strings.Lines(plainly(s.seen["alice"].Text)) {
		if line = strings.TrimSpace(line); regexp.MustCompile(`^\d+\. `).MatchString(line) && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	for _, line := range lines {
		text += "  " + line + "\n"
	}
	return text
}

// answers are what is stored of each kind of round, by person.
func (s *scene) answers() string {
	rows, err := s.db.Query(s.Context(), `
		SELECT format(E'  %s: %s answered %s, %s right\n', r.kind, p.name, count(*), count(*) FILTER (WHERE a.choice = q.key))
		FROM quiz.answer a
		JOIN quiz.round r          ON r.workspace = a.workspace AND r.id = a.round
		JOIN quiz.round_question q ON q.workspace = a.workspace AND q.round = a.round AND q.position = a.position
		JOIN quiz.player p         ON p.workspace = a.workspace AND p.id = a.player
		GROUP BY r.kind, p.name
		ORDER BY r.kind, p.name`)
	if err != nil {
		s.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		s.Fatal(err)
	}
	return strings.Join(lines, "")
}

// plainly is a message's text without what differs between platforms: marks of bold text and the like,
// escapes, and how times and links are written.
func plainly(text string) string {
	for _, r := range []struct{ from, to string }{
		{`<!date\^\d+\^[^|>]*\|[^>]*>|<t:\d+:\w>`, "TIME"},
		{`<(?:https?:[^|>]*)\|([^>]*)>|\[([^\]]*)\]\(<[^>]*>\)`, "$1$2"},
		{"[\u200b\u2060\\\\*`]", ""},
	} {
		text = regexp.MustCompile(r.from).ReplaceAllString(text, r.to)
	}
	return strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text)
}
