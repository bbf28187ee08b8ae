package discordtest

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"ckadbot/bot/chat/chattest"
)

// PublicKey is the application's, for DISCORD_PUBLIC_KEY.
func PublicKey() string { return hex.EncodeToString(privateKey().Public().(ed25519.PublicKey)) }

// privateKey is made once, as that takes as long as a signature.
var privateKey = sync.OnceValue(func() ed25519.PrivateKey {
	seed := sha256.Sum256([]byte("discordtest"))
	return ed25519.NewKeyFromSeed(seed[:])
})

// Sign gives the headers of a request that Discord makes at that time.
func Sign(body []byte, at time.Time) http.Header {
	stamp := strconv.FormatInt(at.Unix(), 10)
	signature := ed25519.Sign(privateKey(), append([]byte(stamp), body...))
	h := http.Header{}
	h.Set("Content-Type", "application/json")
	h.Set("User-Agent", "Discord-Interactions/1.0 (+https://discord.com)")
	h.Set("X-Signature-Timestamp", stamp)
	h.Set("X-Signature-Ed25519", hex.EncodeToString(signature))
	return h
}

// DeliverTo makes what people do go to a bot's HTTP endpoints, whose address begins
// with base, instead of to the gateway. As with that, people wait until the bot is there.
func (s *Server) DeliverTo(base string) {
	s.with(func() { s.endpoint = strings.TrimRight(base, "/") })
	s.knock()
}

// knock finds out whether the bot is there, and whether it checks signatures, as
// Discord does: it refuses an endpoint that takes bad ones. s.mu is not held.
func (s *Server) knock() {
	s.sockets.Go(func() {
		ping := []byte(`{"version":1,"type":1}`)
		for again := time.NewTicker(5 * time.Millisecond); ; <-again.C {
			if s.life.Err() != nil {
				again.Stop()
				return
			}
			forged := Sign(ping, s.clock())
			forged.Set("X-Signature-Ed25519", strings.Repeat("ab", ed25519.SignatureSize))
			status, _, err := s.call("/discord/interactions", ping, forged)
			if err != nil || status == http.StatusServiceUnavailable {
				continue
			}
			if status != http.StatusUnauthorized {
				s.with(func() { s.complain("the endpoint answers %d to a bad signature", status) })
			}
			status, body, err := s.call("/discord/interactions", ping, Sign(ping, s.clock()))
			if err == nil && status == http.StatusOK && strings.TrimSpace(string(body)) == `{"type":1}` {
				again.Stop()
				s.with(func() { s.listening = true; s.flush() })
				return
			}
		}
	})
}

func (s *Server) clock() (now time.Time) {
	s.with(func() { now = s.now() })
	return now
}

// call makes one request to the bot.
func (s *Server) call(path string, body []byte, h http.Header) (status int, answer []byte, err error) {
	ctx, cancel := context.WithTimeout(s.life, firstAnswer)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.endpoint+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header = h
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err = chattest.Read(resp.Body, resp.ContentLength, 1<<20)
	return resp.StatusCode, answer, err
}

// flushHTTP tells the bot what people did meanwhile. s.mu is held.
func (s *Server) flushHTTP() {
	for s.listening && s.commands != nil && len(s.waiting) > 0 {
		do := s.waiting[0]
		s.waiting = s.waiting[1:]
		in := do()
		if in == nil {
			continue
		}
		body, err := json.Marshal(s.send(in))
		if err != nil {
			panic(err)
		}
		times := 1
		if s.faults.again {
			s.faults.again, times = false, 2
		}
		s.sockets.Go(func() {
			for range times {
				s.deliver(in, body)
			}
		})
	}
}

// deliver brings an interaction to the bot, and takes the answer that comes back.
// If the bot is away, the person tries again as soon as it is there.
func (s *Server) deliver(in *interaction, body []byte) {
	status, answer, err := s.call("/discord/interactions", body, Sign(body, s.clock()))
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.change()
	switch {
	case s.closed:
	case err != nil && !errors.Is(err, context.DeadlineExceeded), status == http.StatusServiceUnavailable:
		in.timer.Stop()
		delete(s.interactions, in.token)
		s.waiting = append([]func() *interaction{func() *interaction { return in }}, s.waiting...)
		if s.listening {
			s.listening = false
			s.knock()
		}
	case status == http.StatusOK:
		s.takeAnswer(in, answer)
	case err == nil && status != http.StatusAccepted:
		s.complain("the endpoint answers %d to what %s did", status, in.person.name)
	}
}

// takeAnswer is the first answer, in the bot's response. s.mu is held.
func (s *Server) takeAnswer(in *interaction, b []byte) {
	path := "/api/v10/interactions/" + in.id + "/" + in.token + "/callback"
	r, err := http.NewRequest(http.MethodPost, path, nil)
	if err != nil {
		panic(err)
	}
	r.Header.Set("Content-Type", "application/json")
	s.calls.Add(r, b)
	if no := s.firstAnswer(in, b); no != nil && !no.excused {
		s.complain("response to what %s did: %d %s %s", in.person.name, no.code, no.message, no.field)
	}
}

// Event sends an event of the application to /discord/events and gives the bot's status.
func (s *Server) Event(kind string, data map[string]any) (status int, err error) {
	body, err := json.Marshal(map[string]any{"version": 1, "application_id": ApplicationID, "type": 1,
		"event": map[string]any{"type": kind, "timestamp": s.clock().UTC().Format(time.RFC3339Nano), "data": data}})
	if err != nil {
		return 0, err
	}
	status, _, err = s.call("/discord/events", body, Sign(body, s.clock()))
	if err != nil {
		return 0, fmt.Errorf("event %s: %w", kind, err)
	}
	return status, nil
}
