package discordtest

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// A Call is one request of a bot.
type Call struct {
	Method      string          `json:"method"`
	Path        string          `json:"path"`
	ContentType string          `json:"contentType,omitempty"`
	Bearer      bool            `json:"bearer"` // a token came in the Authorization header
	Query       string          `json:"query,omitempty"`
	Body        json.RawMessage `json:"body,omitempty"`
	Name        string          `json:"name,omitempty"`
}

// A capture keeps calls, and appends them to a file in a directory, if it has one.
type capture struct {
	dir   string
	mu    sync.Mutex // guards calls and writing
	calls []Call
}

// Calls are the requests so far, in the order in which they came.
func (s *Server) Calls() []Call {
	s.capture.mu.Lock()
	defer s.capture.mu.Unlock()
	return slices.Clone(s.capture.calls)
}

func (c *capture) add(r *http.Request, body []byte) error {
	call := Call{
		Method: r.Method, Path: r.URL.Path, ContentType: r.Header.Get("Content-Type"),
		Bearer: r.Header.Get("Authorization") != "", Query: r.URL.RawQuery,
	}
	switch {
	case len(body) > 0 && json.Valid(body):
		call.Body = body
	case len(body) > 0:
		call.Body, _ = json.Marshal(string(body))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, call)
	return c.write(call)
}

func (c *capture) write(call Call) error {
	if c.dir == "" {
		return nil
	}
	line, err := json.Marshal(call)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(c.dir, "discord.jsonl"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = f.WriteString(strings.ReplaceAll(string(line), "\n", " ") + "\n")
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}
