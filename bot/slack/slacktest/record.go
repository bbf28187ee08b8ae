package slacktest

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// A recorder keeps each request of the bot as a line of JSON. If the
// environment variable CONTRACT_CAPTURE names a directory, the lines are also
// appended to slack.jsonl there, and what the bot gets to slack-inbound.jsonl,
// each with one write so that processes may share the files.
type recorder struct {
	mu    sync.Mutex // guards lines
	lines []string
}

func (c *recorder) all() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.lines)
}

// outbound records a request of the bot.
func (c *recorder) outbound(name string, r *http.Request, raw []byte) {
	var body any = string(raw)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") && len(raw) > 0 {
		if err := json.Unmarshal(raw, &body); err != nil {
			body = string(raw)
		}
	}
	line := encode(map[string]any{
		"method": r.Method, "path": r.URL.Path, "contentType": r.Header.Get("Content-Type"), "query": r.URL.RawQuery,
		"bearer": strings.HasPrefix(r.Header.Get("Authorization"), "Bearer "), "body": body, "files": 0, "name": name,
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lines = append(c.lines, line)
	capture("slack.jsonl", line)
}

// inbound records what the bot gets.
func (c *recorder) inbound(kind string, payload map[string]any) {
	capture("slack-inbound.jsonl", encode(map[string]any{"kind": kind, "payload": payload}))
}

func encode(v any) string {
	line, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(line)
}

func capture(file, line string) {
	dir := os.Getenv("CONTRACT_CAPTURE")
	if dir == "" {
		return
	}
	f, err := os.OpenFile(filepath.Join(dir, file), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	if _, err := f.WriteString(line + "\n"); err != nil {
		panic(err)
	}
}
