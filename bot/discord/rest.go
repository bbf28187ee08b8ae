package discord

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"ckadbot/bot/chat"
)

// A client calls Discord's REST API.
type client struct {
	base, token string
	app         string // the application's id, once its commands are registered
	log         *slog.Logger
	http        *http.Client

	limits limits

	refusing sync.Once
	refused  chan struct{} // closed when Discord does not take the token any more
}

// A request is one call. Its errors go by name, since the path of an interaction
// holds a secret.
type request struct {
	name, method, path string
	interaction        bool // needs no token and is free of the limit on all requests
	chasing            bool // an answer that Discord may not have yet
	body, into         any  // JSON; nil for none
}

// A refusal is Discord's answer that it did not do it.
type refusal struct {
	status  int
	code    int // Discord's own, 0 if there is none: then the answer is not from its API, but from something before it
	message string
	after   time.Duration // of 429: how long to wait
}

func (r *refusal) Error() string {
	return fmt.Sprintf("Discord refuses: %d %s (code %d)", r.status, chat.Line(r.message, 300), r.code)
}

// refusedWith tells whether Discord refused with one of these codes of its own.
func refusedWith(err error, codes ...int) bool {
	var no *refusal
	return errors.As(err, &no) && slices.Contains(codes, no.code)
}

// errUnsent is wrapped by errors of requests that certainly did not reach Discord.
var errUnsent = errors.New("Discord cannot be reached")

const (
	// discord.com/developers/docs/reference#user-agent
	userAgent = "DiscordBot (ckadbot, 1.0)"
	timeout   = 10 * time.Second // of one call
	maxAnswer = 4 << 20          // bytes of an answer that are read
)

func newClient(base, token string, log *slog.Logger) *client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = workers
	return &client{base: base, token: token, log: log, refused: make(chan struct{}), http: &http.Client{
		Timeout:       timeout,
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // the API has none
	}}
}

// do makes one call, and once more without its picture if that may be why Discord
// refuses it: for one, the bot may lack the permission Attach Files. Nothing is
// lost with a picture, since the message says the same.
func (c *client) do(ctx context.Context, r request) error {
	err := c.once(ctx, r)
	var no *refusal
	if !errors.As(err, &no) || !no.perhapsOfPicture() {
		return err
	}
	picture, bare := r.picture()
	if picture == nil {
		return err
	}
	c.log.Info("Discord does not take a picture, the text goes alone; the bot needs the permission Attach Files", "error", err)
	r.body = bare
	return c.once(ctx, r)
}

// once makes one call, once, after a moment if it has to wait for its turn. It is a
// *refusal, wrapped, if Discord says no, also if it said so before: who would have to
// wait longer, or whose token was refused, is not heard.
func (c *client) once(ctx context.Context, r request) error {
	select {
	case <-c.refused:
		if !r.interaction {
			return fmt.Errorf("%s: %w", r.name, &refusal{status: http.StatusUnauthorized, message: "not asked: the token was refused"})
		}
	default:
	}
	if wait := c.limits.turn(r, time.Now()); wait > moment {
		return fmt.Errorf("%s: %w", r.name, &refusal{status: http.StatusTooManyRequests, message: "not asked: no requests left", after: wait})
	} else if wait > 0 && !sleep(ctx, wait) {
		return fmt.Errorf("%s: %w: %w", r.name, errUnsent, ctx.Err())
	}
	req, err := c.build(ctx, r)
	if err != nil {
		return fmt.Errorf("%s: %w: %w", r.name, errUnsent, err)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("%s: %w", r.name, harmless(err))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	c.limits.learn(r, resp.Header, time.Now())
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s: %w", r.name, c.no(r, resp, body))
	}
	if err == nil && r.into != nil {
		err = json.Unmarshal(body, r.into)
	}
	if err != nil {
		return fmt.Errorf("%s: read the answer: %w", r.name, err)
	}
	return nil
}

func (c *client) build(ctx context.Context, r request) (*http.Request, error) {
	kind, body, err := r.encode()
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, r.method, c.base+r.path, body)
	if err != nil {
		return nil, errors.New("the address of the API is malformed") // the cause would show it
	}
	req.Header.Set("User-Agent", userAgent)
	if r.body != nil {
		req.Header.Set("Content-Type", kind)
	}
	if !r.interaction {
		req.Header.Set("Authorization", "Bot "+c.token)
	}
	return req, nil
}

// encode writes the body: as JSON, or with a picture as a form of both.
func (r request) encode() (kind string, body io.Reader, err error) {
	if r.body == nil {
		return "", nil, nil
	}
	raw, err := json.Marshal(r.body)
	if err != nil {
		return "", nil, err
	}
	if message, ok := r.body.(handed); ok {
		return withFile(raw, message.file.Name, "application/json", message.file.Content)
	}
	if picture, _ := r.picture(); picture != nil {
		return withPicture(raw, *picture)
	}
	return "application/json", bytes.NewReader(raw), nil
}

// harmless takes the address, which may hold a secret, out of an error of the
// HTTP client, and marks those of requests that were not sent.
func harmless(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return fmt.Errorf("%w: %w", errUnsent, err)
	}
	return err
}

func (c *client) no(r request, resp *http.Response, body []byte) *refusal {
	var answer struct {
		Code       int             `json:"code"`
		Message    string          `json:"message"`
		RetryAfter float64         `json:"retry_after"`
		Global     bool            `json:"global"`
		Errors     json.RawMessage `json:"errors"` // which fields are wrong, and why
	}
	itself := json.Unmarshal(body, &answer) == nil // and not something before it
	if !itself {
		answer.Message = http.StatusText(resp.StatusCode)
	}
	no := &refusal{status: resp.StatusCode, code: answer.Code, message: answer.Message}
	if len(answer.Errors) > 0 {
		no.message += " " + string(answer.Errors)
	}
	now := time.Now()
	switch no.status {
	case http.StatusUnauthorized:
		c.limits.refusedOne(now)
		if itself && !r.interaction {
			c.refusing.Do(func() { close(c.refused) })
		}
	case http.StatusForbidden:
		c.limits.refusedOne(now)
	case http.StatusTooManyRequests:
		no.after = time.Duration(answer.RetryAfter * float64(time.Second))
		if no.after <= 0 {
			no.after = max(seconds(resp.Header.Get("Retry-After")), time.Second)
		}
		if resp.Header.Get("X-RateLimit-Scope") != "shared" {
			c.limits.refusedOne(now)
		}
		c.limits.block(r, no.after, answer.Global || !itself, now) // something before it limits the address, not a channel
	}
	return no
}

func seconds(s string) time.Duration {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || f < 0 || f > 1e6 {
		return 0
	}
	return time.Duration(f * float64(time.Second))
}

// insist makes a call up to five times, until it succeeds, is refused, or ctx ends: for
// the answers to people, who wait for them now, and for what nobody would make again soon.
func (c *client) insist(ctx context.Context, r request) error {
	for n := 1; ; n++ {
		err := c.do(ctx, r)
		var no *refusal
		wait := time.Duration(n) * 200 * time.Millisecond
		switch {
		case err == nil || ctx.Err() != nil || n == 5:
			return err
		case errors.As(err, &no) && no.status == http.StatusTooManyRequests:
			wait = no.after
		case errors.As(err, &no) && no.code == unknownWebhook && r.chasing:
		case errors.As(err, &no) && no.code == acknowledged && n > 1:
			return nil // by the try before, whose answer was lost
		case errors.As(err, &no) && no.status < 500:
			return err
		}
		if !sleep(ctx, wait) {
			return err
		}
	}
}

// sleep waits for d; false if ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
