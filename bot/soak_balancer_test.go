package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"

	"ckadbot/bot/discord/discordtest"
	"ckadbot/bot/slack/slacktest"
)

// rarely is one of how many requests to the bots fails when nothing special goes wrong.
const rarely = 40

// mallory is who forges requests.
const mallory = "mallory"

// A balancer is the public address behind which the bots are. They take turns, whether they are there or not. Each request is handed on
// once: what fails is answered 502, and platforms do not ask again.
type balancer struct {
	*faults
	url    string
	client http.Transport
	turn   int // guarded by mu
}

func newBalancer(f *faults) *balancer {
	b := &balancer{faults: f, client: http.Transport{MaxIdleConnsPerHost: 100}}
	server := httptest.NewServer(b)
	f.soak.Cleanup(func() { server.CloseClientConnections(); server.Close(); b.client.CloseIdleConnections() })
	b.url = server.URL
	return b
}

// An answer is what a bot says to a request.
type answer struct {
	status int
	header http.Header
	body   []byte
	why    string // the bot was not reached, or did not answer; "" if it did
}

// ServeHTTP hands a request on to a bot, or does what goes wrong.
func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the platform hung up
	}
	place, person := sender(r.URL.Path, body)
	first, second := b.next()
	switch {
	case first == nil || second == nil: // not started yet
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	case person == "": // the platform itself
		if a := b.ask(first, r, body); a.why == "" {
			a.write(w)
		} else {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		return
	}
	switch b.roll(int(b.incoming.Load())) {
	case 0:
		b.spoil(place, person, "an incoming request is cut in the middle")
		b.cut(first, r, body)
	case 1:
		b.spoil(place, person, "an incoming request is handled, but the response lost")
		b.send(first, place, person, r, body)
	default:
		if b.roll(10) == 0 {
			b.forge(first, place, r, body)
		}
		if a := b.deliver(first, second, place, person, r, body); a.why == "" {
			a.write(w)
			return
		}
	}
	w.WriteHeader(http.StatusBadGateway)
}

// spoil notes that a request of a person fails by our own doing.
func (b *balancer) spoil(place, person, why string) {
	b.count(place, why)
	b.note(place, person, why, 0)
}

// next is the bot whose turn it is, and the other.
func (b *balancer) next() (first, second *theBot) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.turn++
	return b.bots[b.turn%2], b.bots[1-b.turn%2]
}

func (a answer) write(w http.ResponseWriter) {
	if kind := a.header.Get("Content-Type"); kind != "" {
		w.Header().Set("Content-Type", kind)
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.body)
}

// deliver hands a request to a bot, perhaps also to the other. The answer is the first that says something.
func (b *balancer) deliver(first, second *theBot, place, person string, r *http.Request, body []byte) (a answer) {
	bots := []*theBot{first}
	if b.roll(20) == 0 || b.twice.Load() && b.roll(2) == 0 {
		b.count(place, "incoming requests: delivered twice")
		bots = append(bots, second)
	}
	answers := make(chan answer, len(bots))
	for _, to := range bots {
		go func() { answers <- b.send(to, place, person, r, body) }()
	}
	for range bots {
		if a = better(a, <-answers); a.why == "" && a.status == http.StatusOK {
			break
		}
	}
	return a
}

// better is the answer of which a platform has more.
func better(a, other answer) answer {
	if a.status != 0 && a.why == "" && other.why != "" {
		return a
	}
	return other
}

// send tells a bot what somebody did. If something ails that bot, they are in trouble.
func (b *balancer) send(to *theBot, place, person string, r *http.Request, body []byte) answer {
	ails := b.meet(to, place, person)
	if ails != "" {
		b.note(place, person, ails, 0)
	}
	a := b.ask(to, r, body)
	if a.why == "" {
		return a
	}
	if ails = b.ailing(to); ails != "" {
		b.note(place, person, ails, 0)
	}
	b.count(place, "incoming requests: "+a.why)
	return a
}

// ask makes a request to a bot. It may take as long as the platform waits.
func (b *balancer) ask(to *theBot, r *http.Request, body []byte) answer {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), deadline)
	defer cancel()
	out, err := http.NewRequestWithContext(ctx, r.Method, "http://"+to.address+r.URL.Path, bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	out.Header = r.Header.Clone()
	got, err := b.client.RoundTrip(out)
	if err != nil {
		return answer{why: "no bot is there"}
	}
	defer got.Body.Close()
	said, err := io.ReadAll(got.Body)
	switch {
	case err != nil:
		return answer{why: "no bot is there"}
	case got.StatusCode >= 500:
		return answer{why: fmt.Sprintf("answered %d", got.StatusCode)}
	}
	return answer{status: got.StatusCode, header: got.Header, body: said}
}

// cut sends half of a request to a bot, and hangs up.
func (b *balancer) cut(to *theBot, r *http.Request, body []byte) {
	c, err := net.DialTimeout("tcp", to.address, time.Second)
	if err != nil {
		return
	}
	defer c.Close()
	fmt.Fprintf(c, "%s %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n", r.Method, r.URL.Path, to.address, len(body))
	_ = r.Header.Write(c)
	_, _ = fmt.Fprintf(c, "\r\n%s", body[:len(body)/2])
}

// forge sends a bot requests that the platform did not sign, or not just now. It must refuse them.
func (b *balancer) forge(to *theBot, place string, r *http.Request, body []byte) {
	sign := slacktest.Sign
	if place == "discord" {
		sign = discordtest.Sign
	}
	stale, unsigned := r.Clone(r.Context()), r.Clone(r.Context())
	for name, values := range sign(body, time.Now().Add(-10*time.Minute)) {
		stale.Header[name] = values
	}
	unsigned.Header = http.Header{"Content-Type": r.Header["Content-Type"]}
	b.looking.Go(func() {
		for what, a := range map[string]answer{
			"of somebody else": b.ask(to, r, byMallory(place, body)), "of ten minutes ago": b.ask(to, stale, body), "without a signature": b.ask(to, unsigned, byMallory(place, body)),
		} {
			if a.why == "" && a.status != http.StatusUnauthorized {
				b.soak.Errorf("a request on %s with a signature %s is answered %d %s", place, what, a.status, a.body)
			}
			if a.status == http.StatusUnauthorized {
				b.count(place, "incoming requests: forged, and refused")
			}
		}
	})
}

// sender is who did what a request tells of; nobody if the platform itself asks.
func sender(path string, body []byte) (place, person string) {
	var told struct {
		User   struct{ Name string }
		Member struct {
			User struct {
				Name string `json:"global_name"`
			}
		}
	}
	if strings.HasPrefix(path, "/slack/") {
		form, err := url.ParseQuery(string(body))
		if err != nil || json.Unmarshal([]byte(form.Get("payload")), &told) != nil {
			return "slack", form.Get("user_name")
		}
		return "slack", told.User.Name
	}
	_ = json.Unmarshal(body, &told)
	return "discord", told.Member.User.Name
}

// byMallory is a request's body as if somebody else had done it.
func byMallory(place string, body []byte) []byte {
	user := map[string]any{"id": "1999999999999999999", "username": mallory, "global_name": mallory}
	if place == "discord" {
		return changed(body, func(told map[string]any) { told["member"].(map[string]any)["user"] = user })
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		panic(err)
	}
	user = map[string]any{"id": "U0MALLORY", "username": mallory, "name": mallory, "team_id": slacktest.Team}
	if payload := form.Get("payload"); payload != "" {
		form.Set("payload", string(changed([]byte(payload), func(told map[string]any) { told["user"] = user })))
	} else {
		form.Set("user_id", "U0MALLORY")
		form.Set("user_name", mallory)
	}
	return []byte(form.Encode())
}

// changed is an object in JSON with something else in it.
func changed(object []byte, change func(map[string]any)) []byte {
	var told map[string]any
	if err := json.Unmarshal(object, &told); err != nil {
		panic(err)
	}
	change(told)
	text, err := json.Marshal(told)
	if err != nil {
		panic(err)
	}
	return text
}
