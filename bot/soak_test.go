package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"ckadbot/bot/app"
	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/migrations"
	"ckadbot/quiz"
)

var (
	soakTime = flag.Duration("soak", 6*time.Second, "how long TestSoak lets things go wrong")
	soakSeed = flag.Uint64("soak-seed", 1, "of TestSoak's plan; 0: by chance")
	soakOver = flag.String("soak-over", "both", "what platforms reach TestSoak's bots over: sockets, HTTP, or both, one after the other")
)

// TestSoak has people answer daily rounds while everything goes wrong: two bots are on Slack and on Discord at once, and
// connections break, platforms refuse, fail and lose answers, the database is slow, hangs and is killed, bots are killed.
// A round comes every few seconds in each channel; people press, and press again when nobody answers within three seconds.
// For the first half of the time, platforms reach the bots over sockets, then over HTTP, where they stand behind one address;
// there, requests are cut, lost, doubled and forged, too.
//
//	go test ./bot -run TestSoak -v -timeout 45m -soak 30m
//
// It prints its seed and what it counted, and compares that with what is stored. What goes wrong when follows from the seed; what
// people and requests meet depends on how fast things go.
func TestSoak(t *testing.T) {
	t.Parallel()
	seed := *soakSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("the seed is %d (-soak-seed), the time %s (-soak)", seed, *soakTime)
	over := map[string][]string{"both": {bySockets, byHTTP}, bySockets: {bySockets}, byHTTP: {byHTTP}}[*soakOver]
	if over == nil {
		t.Fatalf("-soak-over is %q", *soakOver)
	}
	s := newSoak(t, seed)
	s.faults.looking.Go(s.faults.watch)
	defer s.faults.leave() // before Cleanup ends the bots: that is no fault of theirs
	s.faults.begin(over[0])
	for _, p := range s.persons {
		s.busy.Go(func() { s.answerAll(p) })
	}
	var rounds sync.WaitGroup
	for _, series := range s.series {
		rounds.Go(func() { s.runSeries(series) })
	}
	for n, what := range over {
		if n > 0 {
			s.faults.begin(what)
		}
		s.faults.play(plan(s.chance(1), what, *soakTime/time.Duration(len(over))))
		s.faults.grown()
	}
	s.faults.end()
	close(s.over)
	rounds.Wait()
	s.rest()
	s.verdict()
}

// A soak is all that takes part.
type soak struct {
	*testing.T
	seed    uint64
	db      *pgxpool.Pool // past the slow road
	topic   string
	faults  *faults
	tally   *tally
	places  []*place
	series  []string // their names
	persons []*person
	busy    sync.WaitGroup // people
	over    chan struct{}  // closed when nothing goes wrong any more
	done    chan struct{}  // closed when people may go, once what they have begun is answered

	model
}

// A place is a platform.
type place struct {
	workplace
	soaked
	channels []string // by series; ids
}

// soaked is what fake platforms can do for this test.
type soaked interface {
	people
	TypeIn(channel, person, line string)
	Watch(func(person string, m chattest.Shown))
	Connections() (int, <-chan struct{})
}

// A person is in one channel.
type person struct {
	name  string
	place *place
	sees  chan sighting // rounds that come up in the channel, and replies
}

// crews is how many people are in each channel.
const crews = 3

func newSoak(t *testing.T, seed uint64) *soak {
	s := &soak{T: t, seed: seed, topic: onePressTopic(t), tally: &tally{counts: map[string]map[string]int{}}, over: make(chan struct{}), done: make(chan struct{})}
	s.model.start()
	slack, discord := newSlack(t), newDiscord(t)
	slackServer, discordServer := slack.slack(), discord.discord()
	discordServer.ToAll() // as the real one: both bots hear of everything
	s.places = []*place{{workplace: slack, soaked: slackServer}, {workplace: discord, soaked: discordServer}}
	for n := range max(3, min(12, int(*soakTime/(10*time.Second)))) {
		s.series = append(s.series, fmt.Sprint("quiz", n))
		for _, p := range s.places {
			for k := range crews {
				who := &person{name: fmt.Sprint(p.workplace.channel.Platform, n, "x", k), place: p, sees: make(chan sighting, 10_000)}
				s.persons = append(s.persons, who)
				if p.soaked == slackServer {
					slackServer.AddPerson(who.name, false)
				}
			}
		}
	}
	for n := range s.series {
		s.places[0].channels = append(s.places[0].channels, slackServer.AddChannel(fmt.Sprint("quiz", n), true))
		s.places[1].channels = append(s.places[1].channels, discordServer.AddChannel(fmt.Sprint("quiz", n)))
	}
	for _, p := range s.places {
		p.Watch(func(person string, m chattest.Shown) { s.shown(p, person, m) })
	}
	s.faults = newFaults(s, slackServer, discordServer)
	s.create()
	return s
}

// chance gives random numbers for one purpose.
func (s *soak) chance(purpose uint64) *rand.Rand { return rand.New(rand.NewPCG(s.seed, purpose)) }

// create makes the series, each with a channel on both platforms. None is due before the test is over.
func (s *soak) create() {
	var err error
	if s.db, err = migrations.Open(s.Context(), s.faults.server.URL()); err != nil {
		s.Fatal(err)
	}
	s.Cleanup(s.db.Close)
	if _, err := migrations.Up(s.Context(), s.db); err != nil {
		s.Fatal(err)
	}
	engine := quiz.New(s.db, quiz.Options{})
	bank, err := app.Bank()
	if err != nil {
		s.Fatal(err)
	}
	if _, _, _, _, err := engine.Load(s.Context(), bank); err != nil {
		s.Fatal(err)
	}
	for n, name := range s.series {
		series := quiz.Series{Workspace: s.places[n%2].workplace.channel.Home(), Name: name, Questions: 1, Topic: s.topic, CreatedBy: "test",
			Schedule: quiz.Schedule{Zone: "UTC", Opens: farClock(), Closes: farClock(), Days: everyDay(s.T)}}
		for _, p := range s.places {
			ch := chat.Channel{Platform: p.workplace.channel.Platform, Workspace: p.workplace.channel.Workspace, ID: p.channels[n]}
			series.Channels = append(series.Channels, quiz.Channel{ID: ch.String()})
		}
		if _, err := engine.CreateSeries(s.Context(), series); err != nil {
			s.Fatal(err)
		}
	}
}

func everyDay(t testing.TB) quiz.Days {
	days, err := quiz.ParseDays("daily")
	if err != nil {
		t.Fatal(err)
	}
	return days
}

// runSeries makes rounds of a series due, one after the other, and closes each when people had some time for it. The last one
// is closed when it is posted everywhere.
func (s *soak) runSeries(name string) {
	chance := s.chance(uint64(100 + slices.Index(s.series, name)))
	for ; ; s.wait(between(chance, 100, 1000)) {
		next := time.After(s.pace())
		due := time.Now().UTC().Truncate(time.Millisecond)
		s.must(`UPDATE quiz.series SET next_at = $2 WHERE name = $1
			AND NOT EXISTS (SELECT FROM quiz.round r WHERE r.series = series.id AND r.due = $2)`, name, due)
		s.isDue(name)
		last := s.await(name)
		s.wait(between(chance, 500, 2500))
		s.must(closeRounds, name, time.Now())
		if last {
			return
		}
		select {
		case <-next:
		case <-s.over:
		}
	}
}

// pace is how long a series takes for a round at least. Slack takes fifty edits a minute, and a channel gets its next round when it
// has the result of the last; a few seconds are soon over before that matters.
func (s *soak) pace() time.Duration {
	if *soakTime < time.Minute {
		return 0
	}
	return time.Duration(len(s.series)) * 1500 * time.Millisecond
}

// await waits until the rounds of a series that were due are posted everywhere, and tells whether all is over. A round is not
// closed before: then it would rightly not be posted. Nor is it before the bots know that it is posted, which takes a minute if
// one is killed meanwhile: as long as they do not know the message, they cannot show the result in its place.
func (s *soak) await(name string) (last bool) {
	over := s.over
	var tooLong <-chan time.Time
	for {
		seen, changed := s.isPosted(name)
		var again <-chan time.Time
		if seen {
			if s.known(name) {
				return over == nil || closed(over)
			}
			again = time.After(50 * time.Millisecond)
		}
		select {
		case <-changed:
		case <-again:
		case <-over:
			over, tooLong = nil, time.After(3*time.Minute)
		case <-tooLong:
			s.Errorf("%s is not posted three minutes after all was well", name)
			return true
		}
	}
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// known tells whether the bots know of all posts of a series that they are made.
func (s *soak) known(name string) (known bool) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	err := s.db.QueryRow(ctx, `
		SELECT NOT EXISTS (
			SELECT FROM quiz.series s
			JOIN quiz.round r ON r.workspace = s.workspace AND r.series = s.id
			JOIN quiz.post p  ON p.workspace = r.workspace AND p.round = r.id
			WHERE s.name = $1 AND p.posted_at IS NULL AND p.finished_at IS NULL
		)`, name).Scan(&known)
	return err == nil && known
}

// must changes the database, whatever happens to it.
func (s *soak) must(sql string, args ...any) {
	for began := time.Now(); ; s.wait(50 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		_, err := s.db.Exec(ctx, sql, args...)
		cancel()
		if err == nil {
			return
		}
		if time.Since(began) > time.Minute {
			s.Errorf("the database is away for a minute: %v", err)
			return
		}
	}
}

func between(chance *rand.Rand, from, to int) time.Duration {
	return time.Duration(from+chance.IntN(to-from)) * time.Millisecond
}

func (s *soak) wait(d time.Duration) { <-time.After(d) }

// rest waits until the bots have nothing left to do, and people have their answers. Who begins something just then waits for its answer, too.
func (s *soak) rest() {
	deadline := time.Now().Add(2 * time.Minute)
	for left := 1; left > 0 && time.Now().Before(deadline); s.wait(100 * time.Millisecond) {
		err := s.db.QueryRow(context.Background(), `
			SELECT (SELECT count(*) FROM quiz.post WHERE finished_at IS NULL) + (SELECT count(*) FROM quiz.round WHERE recount)`).Scan(&left)
		if err != nil {
			s.Logf("count what is left: %v", err)
			left = 1
		}
	}
	close(s.done)
	s.busy.Wait()
}
