package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bwmarrin/discordgo"
	"github.com/gorilla/websocket"
)

// Operations of the gateway.
// https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway
const (
	opDispatch       = 0
	opHeartbeat      = 1
	opIdentify       = 2
	opResume         = 6
	opReconnect      = 7
	opInvalidSession = 9
	opHello          = 10
	opHeartbeatAck   = 11
)

const (
	closeForGood = 1000     // ends the session
	closeAgain   = 4000     // any code but 1000 and 1001 keeps it, so that it can be resumed
	maxFrame     = 16 << 20 // bytes; the largest is READY, with the ids of all guilds
	greeting     = 20 * time.Second
)

var (
	errReconnect = errors.New("Discord asks to reconnect")
	errInvalid   = errors.New("Discord has forgotten the session")
	errSilent    = errors.New("no heartbeat is answered")
)

// A session is what a lost connection resumes.
type session struct {
	id, url string
	seq     atomic.Int64        // the last event we got
	guilds  map[string]struct{} // that the bot is in
}

func (s *session) forget() {
	s.id, s.url, s.guilds = "", "", nil
	s.seq.Store(0)
}

// A ready is what Discord tells when a new session stands.
type ready struct {
	SessionID string                 `json:"session_id"`
	URL       string                 `json:"resume_gateway_url"`
	User      *discordgo.User        `json:"user"`
	App       *discordgo.Application `json:"application"`
	Guilds    []guild                `json:"guilds"` // ids only
}

// Ears hear what happens in a session. None may wait.
type ears struct {
	ready       func(*ready) // nil: the old session goes on
	interaction func(json.RawMessage)
	joined      func(guild) // that is new since the session began
	left        func(id string)
}

// A connection is one websocket to the gateway. Reading is for one goroutine.
type connection struct {
	ws       *websocket.Conn
	interval time.Duration // between heartbeats
	mu       sync.Mutex    // guards writing
}

type frame struct {
	Op   int `json:"op"`
	Data any `json:"d"`
}

func (c *connection) send(op int, data any) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.ws.SetWriteDeadline(time.Now().Add(timeout)); err != nil {
		return err
	}
	return c.ws.WriteJSON(frame{op, data})
}

func (c *connection) receive() (e discordgo.Event, err error) {
	_, b, err := c.ws.ReadMessage()
	if err != nil {
		return e, err
	}
	if err := json.Unmarshal(b, &e); err != nil {
		return e, fmt.Errorf("malformed frame: %w", err)
	}
	return e, nil
}

func (c *connection) close(code int) {
	_ = c.ws.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
	_ = c.ws.Close()
}

// alive notes a sign of life. Without the next one within one and a half
// heartbeats reading fails, so a dead connection is noticed then.
func (c *connection) alive() error {
	return c.ws.SetReadDeadline(time.Now().Add(c.interval * 3 / 2))
}

func dial(ctx context.Context, address string) (*connection, error) {
	dialer := websocket.Dialer{Proxy: http.ProxyFromEnvironment, HandshakeTimeout: timeout}
	ws, resp, err := dialer.DialContext(ctx, strings.TrimRight(address, "/")+"/?v="+version[2:]+"&encoding=json", http.Header{"User-Agent": {userAgent}})
	if resp != nil && resp.Body != nil {
		resp.Body.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("connect to the gateway: %w", err)
	}
	ws.SetReadLimit(maxFrame)
	return &connection{ws: ws}, nil
}

// greet waits for Discord's greeting, which says how often it wants to hear from us.
func (c *connection) greet() error {
	if err := c.ws.SetReadDeadline(time.Now().Add(greeting)); err != nil {
		return err
	}
	e, err := c.receive()
	if err != nil {
		return err
	}
	var hello struct {
		Interval int64 `json:"heartbeat_interval"` // milliseconds
	}
	if e.Operation != opHello {
		return fmt.Errorf("want a hello, got operation %d", e.Operation)
	}
	if err := json.Unmarshal(e.RawData, &hello); err != nil || hello.Interval <= 0 {
		return fmt.Errorf("heartbeat interval %s is malformed", e.RawData)
	}
	c.interval = time.Duration(hello.Interval) * time.Millisecond
	return c.alive()
}

// start asks for the old session, or for a new one.
func (c *connection) start(token string, s *session, shard, shards int) error {
	if s.id != "" {
		return c.send(opResume, map[string]any{"token": token, "session_id": s.id, "seq": s.seq.Load()})
	}
	return c.send(opIdentify, map[string]any{
		"token":      token,
		"intents":    discordgo.IntentsGuilds, // for hearing where the bot was added and removed
		"shard":      []int{shard, shards},
		"properties": map[string]string{"os": runtime.GOOS, "browser": "ckadbot", "device": "ckadbot"},
	})
}

// beat sends heartbeats until done is closed, the first after a random part of
// the interval, as Discord asks.
func (c *connection) beat(done <-chan struct{}, s *session) {
	wait := time.Duration(rand.Float64() * float64(c.interval))
	t := time.NewTimer(wait)
	defer t.Stop()
	for {
		select {
		case <-done:
			return
		case <-t.C:
		}
		if c.send(opHeartbeat, s.last()) != nil {
			c.close(closeAgain) // ends reading, too
			return
		}
		t.Reset(c.interval)
	}
}

// last is the number of the last event as a heartbeat tells it: null if there was none.
func (s *session) last() any {
	if n := s.seq.Load(); n > 0 {
		return n
	}
	return nil
}

// listen reads until the connection ends, and says why.
func (c *connection) listen(s *session, to ears) error {
	for {
		e, err := c.receive()
		if err != nil {
			return err
		}
		switch e.Operation {
		case opDispatch:
			s.seq.Store(e.Sequence)
			err = s.dispatch(e, to)
		case opHeartbeat:
			err = c.send(opHeartbeat, s.last())
		case opHeartbeatAck:
			err = c.alive()
		case opReconnect:
			err = errReconnect
		case opInvalidSession:
			if string(e.RawData) == "true" {
				return errReconnect
			}
			err = errInvalid
		}
		if err != nil {
			return err
		}
	}
}

func (s *session) dispatch(e discordgo.Event, to ears) error {
	switch e.Type {
	case "READY":
		var r ready
		if err := json.Unmarshal(e.RawData, &r); err != nil {
			return fmt.Errorf("READY is malformed: %w", err)
		}
		s.id, s.url, s.guilds = r.SessionID, r.URL, make(map[string]struct{}, len(r.Guilds))
		for _, g := range r.Guilds {
			s.guilds[g.ID] = struct{}{}
		}
		to.ready(&r)
	case "RESUMED":
		to.ready(nil)
	case "INTERACTION_CREATE":
		to.interaction(e.RawData)
	case "GUILD_CREATE", "GUILD_DELETE":
		var g guild
		if err := json.Unmarshal(e.RawData, &g); err == nil && snowflake(g.ID) && !g.Unavailable {
			s.guild(g, e.Type == "GUILD_CREATE", to)
		}
	}
	return nil
}

// guild hears that the bot is in a guild, or no more. After an outage, too, Discord tells
// of guilds that we know, and it tells of all when a session begins.
func (s *session) guild(g guild, here bool, to ears) {
	_, known := s.guilds[g.ID]
	switch {
	case s.guilds == nil: // before READY
	case here && !known:
		s.guilds[g.ID] = struct{}{}
		to.joined(g)
	case !here:
		delete(s.guilds, g.ID)
		to.left(g.ID)
	}
}

// ended puts the end of a connection into words.
func ended(err error) error {
	var closed *websocket.CloseError
	var slow interface{ Timeout() bool }
	switch {
	case errors.As(err, &closed):
		return closing(closed.Code, closed.Text)
	case errors.As(err, &slow) && slow.Timeout():
		return errSilent
	}
	return err
}

// closing explains a close code. Some are for good: Discord asks not to come back.
// https://discord.com/developers/docs/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes
func closing(code int, text string) error {
	switch code {
	case 4004:
		return errToken
	case 4010, 4011, 4012, 4013, 4014:
		return &finalError{fmt.Sprintf("Discord closed the connection for good (%d): %s", code, finals[code])}
	case 4007, 4009:
		return errInvalid
	}
	return fmt.Errorf("Discord closed the connection (%d %s)", code, text)
}

var finals = map[int]string{
	4010: "invalid shard",
	4011: "the bot is in so many guilds that it needs more shards: unset DISCORD_SHARDS, or set it to one for each 2,500 guilds, and start the bot again",
	4012: "this version of the gateway is no longer served; update the bot",
	4013: "invalid intents",
	4014: "intents that the application may not use",
}

// A finalError ends Run.
type finalError struct{ reason string }

func (e *finalError) Error() string { return e.reason }
