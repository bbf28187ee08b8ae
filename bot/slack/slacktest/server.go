// Package slacktest is a Slack that runs in the test: a workspace with a few
// people and channels, others that install the app, the Web API's methods that the bot uses, Socket Mode or
// signed requests over HTTP, and response_urls. It is strict where Slack is: tokens, membership, lengths,
// three seconds for an acknowledgement, one use of a trigger id, five of a
// response_url. What it refuses it notes as a complaint.
//
// Everything is in memory and guarded by one mutex; each connection and each
// request has a goroutine of its own, all of which end with Close. Several
// servers may live in one process, and several bots may connect to one.
package slacktest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	"ckadbot/bot/chat/chattest"
)

// What the bot is set up with.
const (
	BotToken = "xoxb-1000000000-2000000000-slacktestbottoken"
	AppToken = "xapp-1-A0TESTAPP-3000000000-slacktestapptoken"
	Team     = "T0TEST"
	General  = "C0GENERAL" // the channel "general", in which everybody is, also the bot
	BotUser  = "U0CKADBOT"
	appID    = "A0TESTAPP"
	botID    = "B0CKADBOT"
)

// A Server is a fake Slack.
type Server struct {
	http   *httptest.Server
	client *http.Client // for calling the bot
	calls  *chattest.Record
	quit   <-chan struct{} // is that of ended
	ended  context.Context
	end    context.CancelFunc
	tasks  sync.WaitGroup // pings, deadlines and requests

	mu         sync.Mutex // guards the rest
	closed     bool
	changed    chan struct{} // closed when anybody sees something new
	people     []*person
	named      map[string]*person  // by name
	known      map[string]*person  // by id
	channels   map[string]*channel // by id
	messages   []*message          // the oldest first
	placed     map[string]*message // the same, by the ids that they are shown with
	alone      int                 // how many of them one person alone sees
	views      map[string]*view    // modals
	homes      map[string]*view    // by the user's id
	repeats    int                 // of the next event
	shut       bool                // for new connections
	base       string              // of the bot's routes; empty: over websockets
	conns      []*conn
	next       int // of conns, to take turns
	tickets    map[string]bool
	waiting    []*envelope // no bot is connected
	triggers   map[string]*trigger
	urls       map[string]*responseURL
	acked      chan struct{} // of the last event
	complaints []string
	faults     map[chattest.Fault]bool // for the next request or event
	refuse     bool                    // all tokens
	broken     int                     // requests that get 503
	hasty      int                     // connections that are closed right after hello
	refuseApp  string                  // Slack's word for the app token, if it is refused
	missing    map[string]bool         // scopes that the bot does not have
	files      map[string]*file        // by id
	slow       int                     // of files to come
	full       bool                    // takes no files
	oauth      oauth
	second     time.Duration          // of the limits; zero: there are none
	used       map[string][]time.Time // by what is limited
	limited    int
	squeezed   map[string]int // Retry-After, by team and method
	count      int            // makes ids and timestamps unique
	watcher    func(person string, m chattest.Shown)
	disturb    func(r *http.Request, person string) chattest.Trouble
	silence    func(r *http.Request, person string) bool
	spoken     chan struct{} // closed by the next Silence
	waits      chattest.Waits
}

type person struct {
	id, name   string
	team       string // their own; empty if it is Team
	shown      string // what they are called; empty if it is name
	deleted    bool   // deactivated
	admin, bot bool
}

type channel struct {
	id, name string
	team     string          // "" for any
	members  map[string]bool // user ids
}

type message struct {
	ts, channel string
	thread      string // the ts of the message that began it
	only        string // the user who sees it, if it is ephemeral
	text        string
	blocks      []any
	encoded     json.RawMessage // the blocks, once they were sent with a click: a whole crowd clicks
	metadata    map[string]any
	pings       []string
	to          string // the message that was clicked, if this answers a click
	asked       time.Time
	file        *file // shared with it, nil for none
}

type view struct {
	id, user string
	body     map[string]any
	errors   map[string]any // by block_id, of a form that was refused
}

type trigger struct {
	user string
	made time.Time
	used bool
}

type responseURL struct {
	user, channel string
	message       *message // that was clicked; nil after a command
	made          time.Time
	uses          int
}

// New starts a workspace with alice, bob, carol, dave, and admin, who is its
// admin. The bot's requests may go to slack.jsonl, see [chattest.NewRecord].
func New() *Server {
	s := &Server{
		calls: chattest.NewRecord("slack.jsonl"), changed: make(chan struct{}), acked: make(chan struct{}),
		named: map[string]*person{}, known: map[string]*person{}, placed: map[string]*message{},
		channels: map[string]*channel{}, views: map[string]*view{}, homes: map[string]*view{}, tickets: map[string]bool{},
		triggers: map[string]*trigger{}, urls: map[string]*responseURL{},
		faults: map[chattest.Fault]bool{}, missing: map[string]bool{}, files: map[string]*file{},
		squeezed: map[string]int{}, oauth: oauth{codes: map[string]*grant{}, uris: map[string]string{}},
	}
	s.client = chattest.Client()
	s.ended, s.end = context.WithCancel(context.Background())
	s.quit = s.ended.Done()
	s.channels[General] = &channel{id: General, name: "general", members: map[string]bool{BotUser: true}}
	s.add(&person{id: BotUser, name: "ckad", bot: true})
	for _, name := range []string{"alice", "bob", "carol", "dave", "admin"} {
		s.AddPerson(name, name == "admin")
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/api/{method}", s.api)
	mux.HandleFunc("POST /response/{id}", s.response)
	mux.HandleFunc("POST /upload/{id}", s.upload)
	mux.HandleFunc("GET /link", s.link)
	mux.HandleFunc("GET /oauth/v2/authorize", s.authorize)
	s.http = httptest.NewServer(mux)
	return s
}

// URL is the base of the Web API, for SLACK_API_URL.
func (s *Server) URL() string { return s.http.URL + "/api/" }

// Secret is the bot's token.
func (s *Server) Secret() string { return BotToken }

// Close ends all connections.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	s.end()
	s.drop()
	s.mu.Unlock()
	s.client.CloseIdleConnections()
	s.http.CloseClientConnections()
	s.http.Close()
	s.tasks.Wait()
}

// AddPerson adds somebody to the workspace and to "general", and gives the id.
func (s *Server) AddPerson(name string, admin bool) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := &person{id: "U0" + strings.ToUpper(name), name: name, admin: admin}
	s.add(p)
	s.channels[General].members[p.id] = true
	return p.id
}

// add makes a person known. The caller holds mu.
func (s *Server) add(p *person) {
	s.people = append(s.people, p)
	s.named[p.name], s.known[p.id] = p, p
}

// AddChannel adds a channel with everybody in it, but the bot only if it is invited.
func (s *Server) AddChannel(name string, invited bool) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &channel{id: "C0" + strings.ToUpper(name), name: name, members: map[string]bool{}}
	for _, p := range s.people {
		c.members[p.id] = !p.bot || invited
	}
	s.channels[c.id] = c
	return c.id
}

// Between opens the direct messages of two people, and gives the channel's id.
func (s *Server) Between(one, other string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	a, b := s.person(one), s.person(other)
	c := &channel{id: "D" + a.id[1:] + b.id[1:], name: directMessage, members: map[string]bool{a.id: true, b.id: true}}
	s.channels[c.id] = c
	return c.id
}

// AddWorkspace adds a channel of another team, with everybody and the bot in it.
func (s *Server) AddWorkspace(team, channelID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &channel{id: channelID, name: strings.ToLower(channelID), team: team, members: map[string]bool{}}
	for _, p := range s.people {
		c.members[p.id] = true
	}
	s.channels[c.id] = c
}

// Complaints are what was refused or came too late.
func (s *Server) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.complaints)
}

// Calls are the bot's requests so far.
func (s *Server) Calls() []chattest.Call { return s.calls.Calls() }

// complain notes what the bot did wrong. The caller holds mu.
func (s *Server) complain(format string, args ...any) {
	s.complaints = append(s.complaints, fmt.Sprintf(format, args...))
}

// Acknowledged is closed when the last event was acknowledged.
func (s *Server) Acknowledged() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.acked
}

// Sees is what a person can see now, oldest first, and a channel that is closed when that changes.
func (s *Server) Sees(name string) ([]chattest.Shown, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.person(name)
	var shown []chattest.Shown
	for _, m := range s.messages {
		c := s.channels[m.channel]
		if c != nil && c.members[p.id] && (m.only == "" || m.only == p.id) {
			shown = append(shown, s.shown(m))
		}
	}
	for _, id := range sortedViews(s.views) {
		if v := s.views[id]; v.user == p.id {
			shown = append(shown, chattest.Shown{
				ID: v.id, Text: strings.Join(append(texts(v.body), v.problems()...), "\n"), Form: true, Ephemeral: true, Inputs: inputLabels(v.body),
			})
		}
	}
	if v := s.homes[p.id]; v != nil {
		blocks := array(v.body["blocks"])
		shown = append(shown, chattest.Shown{ID: v.id, Text: strings.Join(texts(blocks), "\n"), Buttons: labels(blocks, "actions"), Ephemeral: true})
	}
	return shown, s.changed
}

// shown is a message as people see it. The caller holds mu.
func (s *Server) shown(m *message) chattest.Shown {
	return chattest.Shown{
		ID: m.id(), Text: strings.Join(append([]string{m.text}, texts(m.blocks)...), "\n"),
		Buttons: labels(m.blocks, "actions"), Ephemeral: m.only != "", Image: s.imageOf(m), Pings: m.pings,
		Channel: m.channel, To: m.to, Asked: m.asked, Key: word(object(m.metadata["event_payload"])["key"]),
	}
}

// id is what a message is shown with.
func (m *message) id() string { return m.channel + " " + m.ts }

// change gives a message another text and blocks.
func (m *message) change(args map[string]any) {
	m.text, m.blocks, m.encoded = word(args["text"]), array(args["blocks"]), nil
}

// sent are the blocks as JSON. The caller holds mu.
func (m *message) sent() json.RawMessage {
	if m.encoded == nil {
		var err error
		if m.encoded, err = json.Marshal(m.blocks); err != nil {
			panic(err) // they were read from JSON
		}
	}
	return m.encoded
}

// show tells those who wait that there is something new. The caller holds mu.
func (s *Server) show() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// person finds somebody by name; a test that names nobody is wrong. The caller holds mu.
func (s *Server) person(name string) *person {
	if p := s.named[name]; p != nil {
		return p
	}
	panic("slacktest: there is nobody called " + name)
}

func (s *Server) personByID(id string) *person { return s.known[id] }

// id makes something unique. The caller holds mu.
func (s *Server) id(prefix string) string {
	s.count++
	return fmt.Sprintf("%s%06d", prefix, s.count)
}

// stamp makes a message's ts: the second, and a number that is unique. The caller holds mu.
func (s *Server) stamp() string {
	s.count++
	return fmt.Sprintf("%d.%06d", time.Now().Unix(), s.count)
}
