package discordtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gorilla/websocket"
)

// A session is what a bot starts with an identify, and may resume.
type session struct {
	id    string
	conn  *websocket.Conn // nil while the bot is away
	seq   int64
	sent  [][]byte // the last frames that it got, for replaying
	valid bool

	shard, shards int
	intents       int
}

// hears tells whether a session gets what happens in a guild; what happens in none goes to shard 0.
func (ses *session) hears(guild string) bool {
	id, _ := strconv.ParseUint(guild, 10, 64)
	return int(id>>22%uint64(ses.shards)) == ses.shard
}

type frame struct {
	Op   int    `json:"op"`
	Data any    `json:"d"`
	Seq  *int64 `json:"s"`
	Type string `json:"t,omitempty"`
}

// A request is what a bot sends over the gateway.
type request struct {
	Op   int             `json:"op"`
	Data json.RawMessage `json:"d"`
}

// send sends f; connections are written to with s.mu held.
func send(c *websocket.Conn, f frame) {
	b, err := json.Marshal(f)
	if err != nil {
		panic(err)
	}
	sendEncoded(c, b)
}

func sendEncoded(c *websocket.Conn, f []byte) {
	_ = c.SetWriteDeadline(time.Now().Add(5 * time.Second))
	_ = c.WriteMessage(websocket.TextMessage, f)
}

// replayed is how many frames at least are kept for replaying; who missed more must begin a new session.
const replayed = 2000

// dispatch numbers an event and sends it, now or when the session is resumed.
func (ses *session) dispatch(kind string, data any) {
	ses.seq++
	seq := ses.seq
	f, err := json.Marshal(frame{Data: data, Seq: &seq, Type: kind})
	if err != nil {
		panic(err)
	}
	if len(ses.sent) >= 2*replayed {
		ses.sent = slices.Clone(ses.sent[replayed:])
	}
	ses.sent = append(ses.sent, f)
	if ses.conn != nil {
		sendEncoded(ses.conn, f)
	}
}

// missed are the frames after number seq; false if they are not kept any more.
func (ses *session) missed(seq int64) ([][]byte, bool) {
	n := ses.seq - seq
	if n > int64(len(ses.sent)) {
		return nil, false
	}
	return ses.sent[int64(len(ses.sent))-n:], true
}

// drop ends the connection as a broken network does.
func (ses *session) drop() {
	if ses.conn != nil {
		_ = ses.conn.Close()
		ses.conn = nil
	}
}

// flush tells a bot what people did meanwhile. s.mu is held.
func (s *Server) flush() {
	if s.endpoint != "" {
		s.flushHTTP()
		return
	}
	for len(s.waiting) > 0 {
		if !slices.ContainsFunc(s.sessions, func(ses *session) bool { return ses.conn != nil }) {
			return
		}
		do := s.waiting[0]
		in := do()
		if in == nil {
			s.waiting = s.waiting[1:]
			continue
		}
		guild := GuildID
		if s.directs[in.channel] != nil {
			guild = ""
		}
		ses := s.next(guild)
		if ses == nil { // that shard is away
			s.waiting[0] = func() *interaction { return in }
			return
		}
		s.waiting = s.waiting[1:]
		event := s.send(in)
		for _, to := range s.sessions {
			if to == ses || s.toAll && to.conn != nil && to.hears(guild) {
				to.dispatch("INTERACTION_CREATE", event)
			}
		}
		if s.faults.again {
			s.faults.again = false
			ses.dispatch("INTERACTION_CREATE", event)
		}
	}
}

// ToAll makes every connected bot get every event, as Discord does with several
// sessions of one shard. The first answer counts.
func (s *Server) ToAll() { s.with(func() { s.toAll = true }) }

// next is the session that gets the next event of a guild; they take turns.
func (s *Server) next(guild string) *session {
	for range s.sessions {
		s.turn++
		if ses := s.sessions[s.turn%len(s.sessions)]; ses.conn != nil && ses.hears(guild) {
			return ses
		}
	}
	return nil
}

// Drop breaks all connections to the gateway, without a word, and those to a bot's endpoint.
func (s *Server) Drop() {
	s.client.CloseIdleConnections()
	s.with(func() {
		for _, ses := range s.sessions {
			ses.drop()
		}
	})
}

// CloseWith closes all connections to the gateway with a code. Sessions are over
// after 1000, 4004, 4007 and 4009.
func (s *Server) CloseWith(code int) {
	s.each(func(ses *session) {
		closing(ses.conn, code)
		ses.conn = nil // the bot closes it
		switch code {
		case 1000, 1001, 4004, 4007, 4009:
			ses.valid = false
		}
	})
}

// Reconnect asks all bots to connect again (operation 7).
func (s *Server) Reconnect() { s.each(func(ses *session) { send(ses.conn, frame{Op: 7}) }) }

// Invalidate tells all bots that their session is over, or must be resumed (operation 9).
func (s *Server) Invalidate(resumable bool) {
	s.each(func(ses *session) {
		ses.valid = resumable
		send(ses.conn, frame{Op: 9, Data: resumable})
		ses.conn = nil // nothing more is sent there
	})
}

// each calls f for all sessions with a connection.
func (s *Server) each(f func(*session)) {
	s.with(func() {
		for _, ses := range s.sessions {
			if ses.conn != nil {
				f(ses)
			}
		}
	})
}

// Heartbeat sets how often bots that connect from now on must send a heartbeat.
func (s *Server) Heartbeat(d time.Duration) { s.with(func() { s.interval = d }) }

// Asked is what bots asked of the gateway so far: "identify", "resume", "heartbeat".
func (s *Server) Asked() ([]string, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.asked...), s.changed
}

func (s *Server) websocket(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{}
	c, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	s.sockets.Add(1)
	defer s.sockets.Done()
	s.with(func() { s.conns[c] = true })
	defer s.gone(c)
	if r.URL.Query().Get("v") != "10" || r.URL.Query().Get("encoding") != "json" {
		s.with(func() { s.complain("gateway: %s asks for another version", r.URL) })
		s.reject(c, 4012)
		return
	}
	s.with(func() {
		op := 10
		if s.faults.greet != 0 {
			op, s.faults.greet = s.faults.greet, 0
		}
		send(c, frame{Op: op, Data: map[string]any{"heartbeat_interval": s.interval.Milliseconds(), "_trace": []any{}}})
	})
	for {
		var req request
		if c.ReadJSON(&req) != nil {
			return
		}
		if code := s.handle(c, req); code != 0 {
			s.reject(c, code)
			return
		}
	}
}

// reject closes a connection with a code. It reads on until the bot has gone: if
// the system closed it with something unread, the code could get lost.
func (s *Server) reject(c *websocket.Conn, code int) {
	closing(c, code)
	_ = c.SetReadDeadline(time.Now().Add(5 * time.Second))
	for {
		if _, _, err := c.ReadMessage(); err != nil {
			return
		}
	}
}

func closing(c *websocket.Conn, code int) {
	_ = c.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, ""), time.Now().Add(time.Second))
}

// gone notes that a connection ended.
func (s *Server) gone(c *websocket.Conn) {
	_ = c.Close()
	s.with(func() {
		delete(s.conns, c)
		for _, ses := range s.sessions {
			if ses.conn == c {
				ses.conn = nil
			}
		}
		s.change()
	})
}

// handle does what a bot asks for; a code other than 0 closes the connection.
func (s *Server) handle(c *websocket.Conn, req request) (code int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.change()
	switch req.Op {
	case 1:
		s.asked = append(s.asked, "heartbeat")
		if !s.faults.silent {
			send(c, frame{Op: 11})
		}
	case 2:
		s.asked = append(s.asked, "identify")
		return s.identify(c, req.Data)
	case 6:
		s.asked = append(s.asked, "resume")
		return s.resume(c, req.Data)
	default:
		s.complain("gateway: operation %d is not known", req.Op)
		return 4001
	}
	return 0
}

func (s *Server) identify(c *websocket.Conn, data json.RawMessage) (code int) {
	var d struct {
		Token      string            `json:"token"`
		Intents    *int              `json:"intents"`
		Properties map[string]string `json:"properties"`
		Shard      []int             `json:"shard"`
	}
	switch err := json.Unmarshal(data, &d); {
	case err != nil || d.Intents == nil || d.Properties["os"] == "" || d.Properties["browser"] == "" || d.Properties["device"] == "":
		s.complain("gateway: malformed identify")
		return 4002
	case s.faults.refuse:
		return 4004
	case d.Token != s.token:
		s.complain("gateway: wrong token")
		return 4004
	case *d.Intents&(1<<1|1<<8|1<<15) != 0:
		s.complain("gateway: intents %d are privileged", *d.Intents)
		return 4014
	}
	ses := &session{id: "session-" + s.id(), conn: c, valid: true, shards: 1, intents: *d.Intents}
	if d.Shard != nil {
		if len(d.Shard) != 2 || d.Shard[0] < 0 || d.Shard[0] >= d.Shard[1] {
			s.complain("gateway: malformed shard %v", d.Shard)
			return 4010
		}
		ses.shard, ses.shards = d.Shard[0], d.Shard[1]
	}
	guilds := s.guildsOf(ses)
	if len(guilds) > maxGuilds {
		s.complain("gateway: %d guilds in one shard", len(guilds))
		return 4011
	}
	s.identified = append(s.identified, Identified{ses.shard, ses.shards})
	s.sessions = append(s.sessions, ses)
	again := s.socket()
	if s.faults.broken {
		again = "ws://127.0.0.1:1/gateway" // nobody listens on port 1
	}
	ses.dispatch("READY", map[string]any{
		"v": 10, "user": botUser(), "guilds": unavailable(guilds),
		"session_id": ses.id, "resume_gateway_url": again, "session_type": "normal",
		"application": map[string]any{"id": ApplicationID, "flags": 0, "flags_new": "0"}, "shard": []int{ses.shard, ses.shards}, "_trace": []any{},
	})
	for _, id := range guilds {
		if slices.Contains(s.down, id) {
			s.tell(ses, "GUILD_DELETE", outage(id))
			continue
		}
		s.tell(ses, "GUILD_CREATE", s.guildEvent(id))
	}
	s.flush()
	return 0
}

func (s *Server) resume(c *websocket.Conn, data json.RawMessage) (code int) {
	var d struct {
		Token     string `json:"token"`
		SessionID string `json:"session_id"`
		Seq       int64  `json:"seq"`
	}
	if json.Unmarshal(data, &d) != nil {
		return 4002
	}
	if s.faults.refuse || d.Token != s.token {
		return 4004
	}
	for _, ses := range s.sessions {
		if ses.id != d.SessionID || !ses.valid {
			continue
		}
		if d.Seq > ses.seq {
			return 4007
		}
		missed, kept := ses.missed(d.Seq)
		if !kept {
			break
		}
		ses.conn = c
		for _, f := range missed {
			sendEncoded(c, f)
		}
		ses.dispatch("RESUMED", map[string]any{"_trace": []any{}})
		s.flush()
		return 0
	}
	send(c, frame{Op: 9, Data: false})
	return 0
}
