package chattest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// A Call is one request of a bot to its platform.
type Call struct {
	Method      string          `json:"method"`
	Path        string          `json:"path"`
	ContentType string          `json:"contentType,omitempty"`
	Bearer      bool            `json:"bearer"` // a token came in the Authorization header
	Query       string          `json:"query,omitempty"`
	Body        json.RawMessage `json:"body,omitempty"`  // as a JSON string if it was no JSON; of a form with files the field payload_json
	Files       int             `json:"files,omitempty"` // in a form
}

// A Record keeps the calls that a fake platform gets. It may be used from many goroutines.
type Record struct {
	file  string     // each call is appended there as a line of JSON; "" for nowhere
	mu    sync.Mutex // guards calls and writing
	calls []Call     // with bodies as they came: most are never looked at
}

// kept is how many calls there are at least before the oldest are forgotten.
const kept = 10_000

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
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.calls) >= 2*kept {
		c.calls = slices.Clone(c.calls[kept:])
	}
	c.calls = append(c.calls, call)
	if err := c.write(call); err != nil {
		panic(err)
	}
}

// read makes the body that came with a call JSON.
func (call Call) read() Call {
	if form, err := ReadForm(call.ContentType, call.Body); err == nil {
		call.Body, call.Files = form.JSON, len(form.Files)
	}
	if len(call.Body) > 0 && !json.Valid(call.Body) {
		call.Body, _ = json.Marshal(string(call.Body)) // a string is always JSON
	}
	return call
}

// Calls are the requests so far, in the order in which they came; of very many, the last ones.
func (c *Record) Calls() (all []Call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, call := range c.calls {
		all = append(all, call.read())
	}
	return all
}

func (c *Record) write(call Call) error {
	if c.file == "" {
		return nil
	}
	line, err := json.Marshal(call.read())
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

// A Form is a request with files, as Discord takes it.
type Form struct {
	JSON  []byte            // the field payload_json
	Files map[string][]byte // by field
	Names map[string]string // what the files are called, by field
}

// maxForm is how many bytes of a form are read.
const maxForm = 25 << 20

// ReadForm reads a multipart form. It is an error if kind, the content type, is another.
func ReadForm(kind string, body []byte) (Form, error) {
	media, params, err := mime.ParseMediaType(kind)
	if err != nil || media != "multipart/form-data" {
		return Form{}, fmt.Errorf("content type %q is not that of a form", kind)
	}
	form, err := multipart.NewReader(bytes.NewReader(body), params["boundary"]).ReadForm(maxForm)
	if err != nil {
		return Form{}, fmt.Errorf("read a form: %w", err)
	}
	f := Form{JSON: []byte(strings.Join(form.Value["payload_json"], "")), Files: map[string][]byte{}, Names: map[string]string{}}
	for field, files := range form.File {
		file, err := files[0].Open()
		if err != nil {
			return Form{}, fmt.Errorf("read a form: %w", err)
		}
		if f.Files[field], err = io.ReadAll(file); err != nil {
			return Form{}, fmt.Errorf("read a form: %w", err)
		}
		f.Names[field] = files[0].Filename
	}
	return f, nil
}
