package chattest

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// A Call is one request of a bot to its platform.
type Call struct {
	Method      string          `json:"method"`
	Path        string          `json:"path"`
	ContentType string          `json:"contentType,omitempty"`
	Bearer      bool            `json:"bearer"` // a token came in the Authorization header
	Query       string          `json:"query,omitempty"`
	Body        json.RawMessage `json:"body,omitempty"` // as a JSON string if it was no JSON
}

// A Record keeps the calls that a fake platform gets. It may be used from many goroutines.
type Record struct {
	file  string     // each call is appended there as a line of JSON; "" for nowhere
	mu    sync.Mutex // guards calls and writing
	calls []Call
}

// NewRecord makes a record. If the environment variable CONTRACT_CAPTURE names
// a directory, the calls are also appended to that file there, each with one
// write so that processes may share it: somebody else's check of all that is
// sent can read it.
func NewRecord(file string) *Record {
	if dir := os.Getenv("CONTRACT_CAPTURE"); dir != "" {
		return &Record{file: filepath.Join(dir, file)}
	}
	return &Record{}
}

// Add records a request, whose body has been read. It panics if the file cannot be written.
func (c *Record) Add(r *http.Request, body []byte) {
	call := Call{
		Method: r.Method, Path: r.URL.Path, ContentType: r.Header.Get("Content-Type"),
		Bearer: r.Header.Get("Authorization") != "", Query: r.URL.RawQuery, Body: body,
	}
	if len(body) > 0 && !json.Valid(body) {
		call.Body, _ = json.Marshal(string(body)) // a string is always JSON
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, call)
	if err := c.write(call); err != nil {
		panic(err)
	}
}

// Calls are the requests so far, in the order in which they came.
func (c *Record) Calls() []Call {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.calls)
}

func (c *Record) write(call Call) error {
	if c.file == "" {
		return nil
	}
	line, err := json.Marshal(call)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(c.file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(append(line, '\n'))
	if e := f.Close(); err == nil {
		err = e
	}
	return err
}
