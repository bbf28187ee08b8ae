package main

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/discord/discordtest"
	"ckadbot/bot/slack/slacktest"
	"ckadbot/migrations/pgtest"
)

// A load is so many things that people do each second, for a while.
type load struct {
	rate   int
	length time.Duration
	p99    time.Duration // wanted, of the first response; 0: only that none takes as long as platforms wait
}

var loads = []load{{200, 20 * time.Second, 100 * time.Millisecond}, {1000, time.Minute, 0}}

// deadline is how long platforms wait for a first response.
const deadline = 3 * time.Second

// crowd and askedRounds are how many people press a button in how many rounds, so that no answer in a minute is the second to its question.
const crowd, askedRounds = 1000, 24

// gcPercent has the fake platform and the crowd collect garbage less often, so that what they take from the bot and PostgreSQL is little.
const gcPercent = 400

// BenchmarkLoad has a crowd use the bot, a process of its own, over each transport:
//
//	go test -run '^$' -bench Load ./bot
//	go test -run '^$' -bench 'Load/discord_over_HTTP/200' ./bot
//
// Of ten things that people do, four look a term up, four answer a question, one asks for the leaderboard, and one
// types a term that is to be completed. They do them at their times, however long the bot takes. The fake platforms,
// the bot and PostgreSQL share the computer. Times are what the platform waited: for the first response, be it only that the
// answer comes later, and for the answer.
func BenchmarkLoad(b *testing.B) {
	for _, name := range slices.Sorted(maps.Keys(transports)) {
		for _, l := range loads {
			b.Run(fmt.Sprintf("%s/%d a second", name, l.rate), func(b *testing.B) {
				address, database := freeAddress(b), pgtest.URL(b)
				defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
				w := transports[name](b, address)
				start(b, append(settings(database, w), "HTTP_ADDR="+address, "LOG_LEVEL=error"), "")
				awaitStatus(b, address, "/readyz", 200)
				c := newCrowd(b, w)
				c.served.Waits() // of the preparation
				before := cpuNow(b, address, database)
				for b.Loop() {
					began := time.Now()
					c.act(l)
					c.report(l, time.Since(began))
				}
				c.figure("RSS-MB", gauge(b, address, "process_resident_memory_bytes")/1e6)
				for who, after := range cpuNow(b, address, database) {
					c.figure(who+"-CPU-ms", float64((after-before[who]).Microseconds())/1000/float64(c.did)) // of one processor, for each thing that people did
				}
				c.Logf("%s", strings.Join(c.figures, ", ")) // also if it was not as wanted
				if failed := gauge(b, address, `ckadbot_interactions_total{kind="click",outcome="failed",platform="`+w.channel.Platform+`"}`); failed > 0 {
					b.Errorf("%.0f clicks failed", failed)
				}
				c.stored(database)
			})
		}
	}
}

// cpuNow is what the bot, PostgreSQL, and the fake platform with its crowd have had; but for the bot, only where there is /proc.
func cpuNow(b *testing.B, address, database string) map[string]time.Duration {
	all := map[string]time.Duration{"bot": time.Duration(gauge(b, address, "process_cpu_seconds_total") * float64(time.Second))}
	if c, err := cpuOf("self"); err == nil {
		all["fake"] = c.own
	}
	if d, err := databaseCPU(b, database); err == nil {
		all["postgres"] = d
	}
	return all
}

// served is a fake platform that tells how long it waited.
type served interface {
	people
	Waits() chattest.Waits
	TypeIn(channel, person, line string)
}

// theCrowd is a crowd on one platform.
type theCrowd struct {
	*testing.B
	workplace
	served
	rounds  []chattest.Shown // open questions, one in each channel
	form    chattest.Shown   // in which terms are completed, where commands have no completion
	clicks  int
	did     int
	typing  sync.WaitGroup // those who wait for a term to be completed
	unknown atomic.Int64   // of them, those to whom nothing was proposed
	figures []string
}

func newCrowd(b *testing.B, w workplace) *theCrowd {
	c := &theCrowd{B: b, workplace: w, served: w.Platform.(overThere).people.(served)}
	slack, onSlack := c.served.(*slacktest.Server)
	if onSlack {
		for n := range crowd {
			slack.AddPerson(personNamed(n), false)
		}
		c.served.Type("alice", "/ckad define")
		c.form = chattest.Await(b, w, "alice", func(m chattest.Shown) bool { return m.Form })
	}
	topic := onePressTopic(b)
	for n := range askedRounds {
		name, channel := fmt.Sprint("place", n), ""
		if onSlack {
			channel = slack.AddChannel(name, true)
		} else {
			channel = c.served.(*discordtest.Server).AddChannel(name)
		}
		c.TypeIn(channel, "admin", "/ckad ask "+topic)
		c.rounds = append(c.rounds, chattest.Await(b, w, "admin", func(m chattest.Shown) bool {
			return m.Channel == channel && slices.Contains(m.Buttons, "A")
		}))
		chattest.Await(b, w, "admin", func(m chattest.Shown) bool { return m.Channel == channel && strings.Contains(m.Text, "Posted.") })
	}
	return c
}

func personNamed(n int) string { return fmt.Sprint("person", n) }

// terms are looked up: exactly, misspelled, and by other names.
var terms = []string{"pod", "deploymnet", "svc", "config map", "ingres", "readiness probe", "taint", "helm", "cronjob", "network policy"}

// act does all there is to do, each thing at its time.
func (c *theCrowd) act(l load) {
	began, n := time.Now(), l.rate*int(l.length/time.Second)
	c.did += n
	for i := range n {
		if early := time.Duration(i)*time.Second/time.Duration(l.rate) - time.Since(began); early > 0 {
			<-time.After(early)
		}
		who := personNamed(i * 7 % crowd)
		switch i % 10 {
		case 0, 2, 4, 6:
			c.served.Type(who, "/ckad define "+terms[i/10%len(terms)])
		case 1, 3, 5, 7:
			round := c.rounds[c.clicks/crowd%len(c.rounds)]
			c.served.Press(personNamed(c.clicks%crowd), round, string(rune('A'+c.clicks%2)))
			c.clicks++
		case 8:
			c.served.Type(who, "/ckad leaderboard all workspace")
		case 9:
			c.typing.Go(func() { c.complete(who, "po") })
		}
	}
}

// figure reports a figure.
func (c *theCrowd) figure(name string, v float64) {
	c.ReportMetric(v, name)
	c.figures = append(c.figures, fmt.Sprintf("%.4g %s", v, name))
}

func (c *theCrowd) complete(person, typed string) {
	var found []chat.Choice
	switch served := c.served.(type) {
	case *slacktest.Server:
		found = served.Complete("alice", c.form, "Term", typed)
	case *discordtest.Server:
		ctx, cancel := context.WithTimeout(c.Context(), deadline)
		defer cancel()
		found, _ = served.Suggest(ctx, person, "/ckad define "+typed, "term")
	}
	if len(found) == 0 {
		c.unknown.Add(1)
	}
}

// report waits for all responses and tells how long they took.
func (c *theCrowd) report(l load, took time.Duration) {
	n := l.rate * int(l.length/time.Second)
	var all chattest.Waits
	for idle := 0; idle < 50 && len(all.Answer) < n; idle++ {
		more := c.served.Waits()
		if len(more.Answer) > 0 {
			idle = 0
		}
		all.First, all.Answer = append(all.First, more.First...), append(all.Answer, more.Answer...)
		<-time.After(100 * time.Millisecond)
	}
	slices.Sort(all.First)
	slices.Sort(all.Answer)
	late := 0
	for _, d := range all.First {
		if d > deadline {
			late++
		}
	}
	ms := func(all []time.Duration, of float64) float64 {
		if len(all) == 0 {
			return -1
		}
		return float64(all[int(float64(len(all)-1)*of)].Microseconds()) / 1000
	}
	c.figure("done/s", float64(n)/took.Seconds())
	c.figure("p50-ms", ms(all.First, 0.5))
	c.figure("p99-ms", ms(all.First, 0.99))
	c.figure("max-ms", ms(all.First, 1))
	c.figure("answer-p99-ms", ms(all.Answer, 0.99))
	c.figure("answer-max-ms", ms(all.Answer, 1))
	c.figure("over-3s", float64(late))
	c.figure("lost", float64(n-len(all.Answer)))
	if len(all.Answer) != n || len(all.First) != n || late > 0 {
		c.Errorf("of %d things that people did %d had a first response, %d of them late, and %d an answer", n, len(all.First), late, len(all.Answer))
	}
	if p99 := ms(all.First, 0.99); l.p99 > 0 && p99 > float64(l.p99.Milliseconds()) {
		c.Errorf("one of a hundred waited %.0f ms or more for the first response, wanted %s at most", p99, l.p99)
	}
	c.typing.Wait()
	if n := c.unknown.Swap(0); n > 0 {
		c.Errorf("nothing completes a term %d times", n)
	}
	c.complaints()
}

// complaints tells what the platform complains of: each kind once, with what was said first.
func (c *theCrowd) complaints() {
	times, first := map[string]int{}, map[string]string{}
	for _, complaint := range c.served.Complaints() {
		kind := varying.ReplaceAllString(complaint, "…")
		if times[kind]++; times[kind] == 1 {
			first[kind] = complaint
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(times)) {
		c.Errorf("%d times the platform complains like this: %s", times[kind], first[kind])
	}
}

// varying is what differs in complaints of one kind: who it was, what they did, and addresses.
var varying = regexp.MustCompile(`person\d+|map\[.*\]|"[^"]*"|/\S*/|\d+`)

// stored checks that all answers are there.
func (c *theCrowd) stored(database string) {
	db, err := pgx.Connect(c.Context(), database)
	if err != nil {
		c.Fatal(err)
	}
	defer db.Close(context.WithoutCancel(c.Context()))
	var n int
	if err := db.QueryRow(c.Context(), `SELECT count(*) FROM quiz.answer`).Scan(&n); err != nil || n != c.clicks {
		c.Errorf("%d answers are stored (%v) of %d", n, err, c.clicks)
	}
}

// gauge reads one number of /metrics.
func gauge(tb testing.TB, address, name string) float64 {
	tb.Helper()
	n, ok := metric(awaitStatus(tb, address, "/metrics", 200), name)
	if !ok {
		tb.Fatalf("/metrics shows no %s", name)
	}
	return n
}

// metric is one number of what /metrics shows; false if it is not there.
func metric(shown, name string) (n float64, ok bool) {
	found := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(name) + ` (\S+)$`).FindStringSubmatch(shown)
	if found == nil {
		return 0, false
	}
	n, err := strconv.ParseFloat(found[1], 64)
	return n, err == nil
}
