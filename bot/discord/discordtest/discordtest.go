// Package discordtest is a Discord for tests: a server on 127.0.0.1 with the part
// of the REST API (version 10) and of the gateway that a bot with commands and
// buttons needs.
//
// It behaves. It checks tokens, refuses what is malformed or too long, wants the
// first answer to an interaction within three seconds and shows the person an
// error otherwise, keeps ephemeral messages from everybody else, remembers
// nonces, works out who is notified, resumes sessions and replays what was
// missed. What it refuses as late, malformed or unauthorised is in
// [Server.Complaints].
//
// Interactions go over the gateway, or over HTTP after [Server.DeliverTo].
//
// There is one guild, and two places to which people bring the bot themselves, where it
// may answer, but not post. People are created when they are first named; "admin"
// manages the guild. What people do waits until a bot is connected, and goes to
// one of the bots (to all, as Discord does it, after [Server.ToAll]). All methods may be called from many goroutines, and several
// servers may live in one process. A bot in another process needs only
// [Server.URL] and [Token].
package discordtest

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
)

// What a bot is set up with, and what it meets.
const (
	Token         = "MTAwMDAwMDAwMDAwMDAwMDAwMw.Gfake1.discordtest-token-that-shows-up-nowhere"
	ApplicationID = "1000000000000000003"
	GuildID       = "1000000000000000001"
	GeneralID     = "1000000000000000002" // the channel "general"
	ForeignID     = "1000000000000000004" // a channel of a guild that the bot is not in, to which everybody brings it by their own account
	GroupID       = "1000000000000000005" // a conversation of everybody, likewise
)

// A Server is one Discord. Make it with [New].
type Server struct {
	server  *httptest.Server
	calls   *chattest.Record
	sockets sync.WaitGroup // goroutines of the gateway, and those that call the bot
	client  *http.Client   // for calling the bot
	life    context.Context
	end     func()

	mu           sync.Mutex // guards the rest
	last         uint64     // the id given last
	skew         time.Duration
	token        string
	people       map[string]*person // by name
	byID         map[string]*person
	channels     map[string]string      // names by id
	directs      map[string]*person     // by the id of the channel for them alone
	parents      map[string]string      // of threads, by id
	permissions  int64                  // of everybody in the guild, also of the bot
	roles        map[string]int64       // of the bot, by id: what they allow
	overwrites   map[string][]overwrite // by channel
	commands     []*command
	spec         chat.Spec  // of them, by which typed lines are read
	messages     []*message // by id, which is by age
	alone        int        // how many of them one person alone sees
	nonces       map[string]*message
	interactions map[string]*interaction // by token
	forms        []*shownForm
	sessions     []*session
	conns        map[*websocket.Conn]bool
	turn         int  // which session gets the next event
	toAll        bool // all of them get it
	waiting      []func() *interaction
	changed      chan struct{} // closed at the next change
	acknowledged chan struct{}
	complaints   []string
	asked        []string // of the gateway
	faults       faults
	enforcer     *enforcer     // nil: there are no limits
	interval     time.Duration // of heartbeats
	closed       bool
	watch        func(person string, m chattest.Shown)
	disturb      func(r *http.Request, person string) chattest.Trouble
	waits        chattest.Waits

	guilds              []string // that the bot is in
	down                []string // those that have an outage
	identified          []Identified
	shards, concurrency int

	endpoint  string // of a bot that is told over HTTP; "" for the gateway
	listening bool   // and is there
}

type person struct {
	id, name    string
	nick        string
	permissions int64
	bot         bool
}

// Permissions, as bits.
const (
	manageGuild  = 1 << 5
	viewChannel  = 1 << 10
	sendMessages = 1 << 11
	embedLinks   = 1 << 14
	attachFiles  = 1 << 15
	readHistory  = 1 << 16
	everything   = viewChannel | sendMessages | embedLinks | attachFiles | readHistory | sendInThreads

	sendInThreads = 1 << 38
)

// New starts a server. Close it at the end. The bot's requests may go to
// discord.jsonl, see [chattest.NewRecord].
func New() *Server {
	done := make(chan struct{})
	close(done)
	s := &Server{
		calls: chattest.NewRecord("discord.jsonl"),
		last:  1_100_000_000_000_000_000, token: Token,
		people: map[string]*person{}, byID: map[string]*person{}, directs: map[string]*person{}, channels: map[string]string{GeneralID: "general"},
		parents: map[string]string{}, roles: map[string]int64{}, overwrites: map[string][]overwrite{},
		permissions: everything, nonces: map[string]*message{}, interactions: map[string]*interaction{},
		conns:  map[*websocket.Conn]bool{},
		guilds: []string{GuildID}, shards: 1, concurrency: 1,
		changed: make(chan struct{}), acknowledged: done, interval: 41250 * time.Millisecond,
	}
	s.life, s.end = context.WithCancel(context.Background())
	s.client = chattest.Client()
	s.server = httptest.NewServer(s.routes())
	return s
}

// Calls are the bot's requests so far.
func (s *Server) Calls() []chattest.Call { return s.calls.Calls() }

// URL is the address of the API without a version, for DISCORD_API_URL.
func (s *Server) URL() string { return s.server.URL + "/api" }

// Close drops all connections and ends the server.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	for _, in := range s.interactions {
		in.timer.Stop()
	}
	for c := range s.conns {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.end()
	s.sockets.Wait()
	s.client.CloseIdleConnections()
	s.server.CloseClientConnections()
	s.server.Close()
}

// Secret is the bot's token.
func (*Server) Secret() string { return Token }

// Tokens are those of the interactions so far that the bot may have had, to search for them where they should not be.
func (s *Server) Tokens() (all []string) {
	s.with(func() { all = slices.Collect(maps.Keys(s.interactions)) })
	return all
}

// Channel is the channel "general".
func (*Server) Channel() chat.Channel {
	return chat.Channel{Platform: "discord", Workspace: GuildID, ID: GeneralID}
}

// AddChannel makes another text channel of the guild and gives its id.
func (s *Server) AddChannel(name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := s.id()
	s.channels[id] = name
	return id
}

// DeleteChannel deletes a channel of the guild.
func (s *Server) DeleteChannel(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.channels, id)
}

// Complaints are the requests that were refused as late, malformed or unauthorised,
// and what people wanted to do and could not.
func (s *Server) Complaints() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.complaints)
}

// Advance makes the server's clock go forward.
func (s *Server) Advance(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.skew += d
}

// The methods below want s.mu to be held.

func (s *Server) complain(format string, args ...any) {
	s.complaints = append(s.complaints, fmt.Sprintf(format, args...))
	s.change()
}

func (s *Server) change() {
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *Server) now() time.Time { return time.Now().Add(s.skew) }

// id makes a new id; like Discord's they are numbers that grow.
func (s *Server) id() string {
	s.last += 1 << 12
	return strconv.FormatUint(s.last, 10)
}

func (s *Server) person(name string) *person {
	p := s.people[name]
	if p == nil {
		p = &person{id: s.id(), name: name, permissions: viewChannel | sendMessages}
		if name == "admin" {
			p.permissions |= manageGuild
		}
		s.people[name], s.byID[p.id] = p, p
	}
	return p
}

func (s *Server) personByID(id string) *person { return s.byID[id] }

// Rename gives a person a nickname in the guild.
func (s *Server) Rename(name, nick string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.person(name).nick = nick
}
