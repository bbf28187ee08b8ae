package slacktest

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"time"

	"github.com/gorilla/websocket"
)

// pingTime is how often Slack pings; bots that hear none take the connection for dead.
const pingTime = 5 * time.Second

// maxConns is how many connections the bots of an app may have
// (docs.slack.dev/apis/events-api/using-socket-mode).
const maxConns = 10

// A conn is one bot's websocket.
type conn struct {
	ws      *websocket.Conn
	out     chan []byte // frames to send; the room is far more than a test sends at once
	quit    chan struct{}
	unacked map[string]*envelope // guarded by the server's mu
}

// open is apps.connections.open: it gives a websocket URL that works once.
func (s *Server) open(map[string]any) (map[string]any, string) {
	ticket := s.id("ticket")
	s.tickets[ticket] = true
	return map[string]any{"url": "ws" + s.http.URL[len("http"):] + "/link?ticket=" + ticket + "&app_id=" + appID}, ""
}

// link is the websocket.
func (s *Server) link(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	ticket := r.URL.Query().Get("ticket")
	valid := s.tickets[ticket] && !s.closed && !s.shut
	delete(s.tickets, ticket)
	if valid {
		s.tasks.Add(1)
	}
	s.mu.Unlock()
	if !valid {
		http.Error(w, "link_expired", http.StatusForbidden)
		return
	}
	defer s.tasks.Done()
	upgrader := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	ws, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	c := &conn{ws: ws, out: make(chan []byte, 10_000), quit: make(chan struct{}), unacked: map[string]*envelope{}}
	s.tasks.Go(func() { s.write(c) })
	if s.join(c) {
		s.read(c)
	}
	s.leave(c)
}

// join says hello and hands over what waited; false if the server is closed.
func (s *Server) join(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		close(c.quit)
		return false
	}
	s.conns = append(s.conns, c)
	if len(s.conns) > maxConns {
		s.complain("%d connections, Slack allows %d", len(s.conns), maxConns)
	}
	s.show()
	hello, err := json.Marshal(map[string]any{
		"type": "hello", "num_connections": len(s.conns), "connection_info": map[string]any{"app_id": appID},
		"debug_info": map[string]any{"host": "applink-1", "build_number": 1, "approximate_connection_time": 3600},
	})
	if err != nil {
		panic(err)
	}
	c.out <- hello
	if s.hasty > 0 {
		s.hasty--
		c.out <- disconnect("refresh_requested")
		return true
	}
	waiting := s.waiting
	s.waiting = nil
	for _, e := range waiting {
		s.deliver(e)
	}
	return true
}

// leave forgets c; what it did not acknowledge goes to the next.
func (s *Server) leave(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget(c)
}

// forget ends c. The caller holds mu.
func (s *Server) forget(c *conn) {
	i := slices.Index(s.conns, c)
	if i < 0 {
		return
	}
	s.conns = slices.Delete(s.conns, i, i+1)
	s.show()
	close(c.quit)
	for _, id := range slices.Sorted(maps.Keys(c.unacked)) {
		e := c.unacked[id]
		delete(c.unacked, id)
		s.redeliver(e)
	}
}

// drop cuts all connections without a word. The caller holds mu.
func (s *Server) drop() {
	for _, c := range slices.Clone(s.conns) {
		s.forget(c)
		c.ws.Close()
	}
}

// Disconnect asks all bots to connect again, for a reason such as "refresh_requested".
func (s *Server) Disconnect(reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		c.out <- disconnect(reason)
	}
}

func disconnect(reason string) []byte {
	frame, err := json.Marshal(map[string]any{"type": "disconnect", "reason": reason, "debug_info": map[string]any{"host": "applink-1"}})
	if err != nil {
		panic(err)
	}
	return frame
}

func (s *Server) write(c *conn) {
	ping := time.NewTicker(pingTime)
	defer ping.Stop()
	defer c.ws.Close()
	for {
		var err error
		select {
		case <-c.quit:
			return
		case frame := <-c.out:
			err = c.ws.WriteMessage(websocket.TextMessage, frame)
		case <-ping.C:
			err = c.ws.WriteControl(websocket.PingMessage, []byte("Ping from applink-1"), time.Now().Add(pingTime))
		}
		if err != nil {
			return
		}
	}
}

// read takes acknowledgements until the connection ends.
func (s *Server) read(c *conn) {
	for {
		_, frame, err := c.ws.ReadMessage()
		if err != nil {
			return
		}
		var ack struct {
			ID      string         `json:"envelope_id"`
			Payload map[string]any `json:"payload"`
		}
		err = json.Unmarshal(frame, &ack)
		s.mu.Lock()
		switch e := c.unacked[ack.ID]; {
		case err != nil, ack.ID == "":
			s.complain("a frame that acknowledges nothing: %q", frame)
		case len(frame) >= maxAck:
			s.complain("an acknowledgement of %d bytes, Slack takes less than %d", len(frame), maxAck)
		case e != nil: // else it came after the deadline, which was complained about
			delete(c.unacked, ack.ID)
			e.late.Stop()
			if ack.Payload != nil && e.payload["type"] != "block_suggestion" && e.payload["type"] != "view_submission" {
				s.complain("an acknowledgement of %s with a payload: %q", e.kind, frame)
			}
			s.acknowledge(e, ack.Payload)
		}
		s.mu.Unlock()
	}
}

// maxAck is from where on Slack drops an acknowledgement silently, in bytes.
const maxAck = 20 << 10

// acknowledge notes the bot's sign. The caller holds mu.
func (s *Server) acknowledge(e *envelope, answer map[string]any) {
	if e.done {
		return
	}
	e.done = true
	close(e.acked)
	if !e.sent.IsZero() {
		s.waits.First = append(s.waits.First, time.Since(e.sent))
		if e.payload["type"] == "block_suggestion" { // the sign is the answer
			s.waits.Answer = append(s.waits.Answer, time.Since(e.sent))
		}
	}
	if e.onAck != nil {
		e.onAck(answer)
	}
}
