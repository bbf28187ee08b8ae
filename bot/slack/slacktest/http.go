package slacktest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ckadbot/bot/chat/chattest"
)

// SigningSecret signs what goes over HTTP.
const SigningSecret = "0slacktestsigningsecret000000000"

const (
	comeback   = 20 * time.Millisecond // after which a person, or Slack, tries a bot again that is not there; then twice as long,
	atMost     = time.Second           // up to this: a bot that has too much to do gets no more of it
	persistent = 20 * time.Second      // for how long
)

// OverHTTP has everything delivered to a bot's routes at base, as
// "http://127.0.0.1:8080", instead of over websockets.
func (s *Server) OverHTTP(base string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.base = base
}

// Sign gives the headers of a request with a body, as Slack sets them at some time.
func Sign(body []byte, at time.Time) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(SigningSecret))
	fmt.Fprintf(mac, "v0:%s:%s", stamp, body)
	h := http.Header{}
	h.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	h.Set("X-Slack-Request-Timestamp", stamp)
	h.Set("X-Slack-Signature", "v0="+hex.EncodeToString(mac.Sum(nil)))
	return h
}

// request is an event as a request: its path, media type and body. The caller holds mu.
func (e *envelope) request() (path, media string, body []byte) {
	const form = "application/x-www-form-urlencoded"
	if e.kind == "slash_commands" {
		fields := url.Values{}
		for name, v := range e.payload {
			fields.Set(name, fmt.Sprint(v))
		}
		return "/slack/commands", form, []byte(fields.Encode())
	}
	encoded, err := json.Marshal(e.payload)
	if err != nil {
		panic(err)
	}
	switch e.kind {
	case "interactive":
		return "/slack/interactions", form, []byte(url.Values{"payload": {string(encoded)}}.Encode())
	default:
		return "/slack/events", "application/json", encoded
	}
}

// post delivers e over HTTP. A bot that is not there (yet) is tried again, as
// Slack does with events, and people with commands and buttons. The caller holds mu.
func (s *Server) post(e *envelope) {
	base := s.base
	path, media, body := e.request()
	s.tasks.Go(func() {
		wait := comeback
		for began := time.Now(); time.Since(began) < persistent; wait = min(2*wait, atMost) {
			problem, answer, there := s.try(base+path, media, body, e.again)
			if there {
				s.mu.Lock()
				s.answered(e, answer, problem)
				s.mu.Unlock()
				return
			}
			select {
			case <-time.After(wait):
			case <-s.quit:
				return
			}
		}
	})
}

// try makes one request; there is false if nobody is.
func (s *Server) try(address, media string, body []byte, again bool) (problem string, answer []byte, there bool) {
	ctx, cancel := context.WithTimeout(context.Background(), ackTime)
	defer cancel()
	stop := context.AfterFunc(s.ended, cancel)
	defer stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	r.Header = Sign(body, time.Now())
	r.Header.Set("Content-Type", media)
	if again {
		r.Header.Set("X-Slack-Retry-Num", "1")
		r.Header.Set("X-Slack-Retry-Reason", "http_timeout")
	}
	got, err := s.client.Do(r)
	switch {
	case s.ended.Err() != nil:
		return "", nil, false
	case ctx.Err() != nil:
		return fmt.Sprintf("was not acknowledged within %s", ackTime), nil, true
	case err != nil:
		return "", nil, false
	}
	defer got.Body.Close()
	answer, err = chattest.Read(got.Body, got.ContentLength, 1<<20)
	switch {
	case err != nil:
		return "was answered in part", nil, true
	case got.StatusCode == http.StatusServiceUnavailable:
		return "", nil, false
	case got.StatusCode != http.StatusOK:
		return "was answered " + got.Status, nil, true
	case len(answer) > 0 && !strings.HasPrefix(got.Header.Get("Content-Type"), "application/json"):
		return "was answered with " + got.Header.Get("Content-Type"), nil, true
	}
	return "", answer, true
}

// answered notes what a request for e came to. The caller holds mu.
func (s *Server) answered(e *envelope, body []byte, problem string) {
	var answer map[string]any
	if problem == "" && len(body) > 0 {
		if e.payload["type"] != "block_suggestion" && e.payload["type"] != "view_submission" || json.Unmarshal(body, &answer) != nil {
			problem = fmt.Sprintf("was answered with %q", body)
		}
	}
	if problem != "" {
		s.complain("%s %s", e.kind, problem)
		s.tellTimeout(e)
		return
	}
	s.acknowledge(e, answer)
}
