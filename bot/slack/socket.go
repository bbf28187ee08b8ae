package slack

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"ckadbot/bot/chat"
)

const (
	// connections are kept at once: Slack ends each after an hour or so, and what
	// people do meanwhile comes over the other. Slack allows ten for all bots of an app.
	connections = 2
	// acknowledging bounds the wait for a connection that takes an acknowledgement.
	acknowledging = 3 * time.Second
	// flushing is how long a connection stays open after the last acknowledgement:
	// the library does not tell when it is written.
	flushing = 100 * time.Millisecond
)

// sockets are the connections of a session. Slack sends each event over any of them.
type sockets struct {
	*session
	mu             sync.Mutex // guards the rest
	up             int
	online, warned bool // what was logged
}

// A socket is one of them. Its goroutine owns it.
type socket struct {
	*sockets
	client *socketmode.Client
	up     bool
	acks   sync.WaitGroup // envelopes that are not acknowledged
}

// connect keeps the connections until ctx ends, or there can be none: an error says why.
func (s *session) connect(ctx context.Context) error {
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	api := slack.New("",
		slack.OptionAppLevelToken(s.cfg.AppToken),
		slack.OptionAPIURL(s.cfg.APIURL),
		slack.OptionHTTPClient(&paced{http: s.http, opens: &pace{}}),
		slack.OptionLog(silent))
	all := &sockets{session: s}
	var kept sync.WaitGroup
	for range connections {
		// Slack is taken for gone after half a minute without its ping, the library's
		// default and that of Slack's own: it does not say how often it pings.
		c := &socket{sockets: all, client: socketmode.New(api, socketmode.OptionLog(silent), socketmode.OptionReadLimit(maxEvent))}
		kept.Go(func() { end(c.keep(ctx)) })
	}
	kept.Wait()
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// keep keeps one connection and takes what comes over it.
func (c *socket) keep(ctx context.Context) error {
	defer c.set(false)
	online, cut := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	connect := func() { ended <- c.client.RunContext(online) } // at its pace
	go connect()
	for {
		select {
		case e := <-c.client.Events:
			if err := c.event(e); err != nil {
				cut()
				<-ended
				return err
			}
			if lasting(e) {
				cut()
				<-ended
				online, cut = context.WithCancel(context.WithoutCancel(ctx))
				go connect()
			}
		case err := <-ended:
			if err := c.failed(err); err != nil {
				cut()
				return err
			}
			go connect()
		case <-ctx.Done():
			c.acks.Wait()
			pause(online, flushing)
			cut()
			<-ended
			return nil
		}
	}
}

// lasting tells whether the library is about to wait before it tries again, which comes to five
// minutes when Slack was away for long. What Slack itself asks to wait is waited.
func lasting(e socketmode.Event) bool {
	failure, ok := e.Data.(*slack.ConnectionErrorEvent)
	var limited *slack.RateLimitedError
	return ok && !errors.As(failure.ErrorObj, &limited)
}

// event takes one event of the library. An error says that there never will be a connection.
func (c *socket) event(e socketmode.Event) error {
	switch e.Type {
	case socketmode.EventTypeSlashCommand, socketmode.EventTypeInteractive, socketmode.EventTypeEventsAPI:
		c.deliver(envelope{ID: e.Request.EnvelopeID, Type: e.Request.Type, Payload: e.Request.Payload})
	case socketmode.EventTypeErrorBadMessage:
		bad, ok := e.Data.(*socketmode.ErrorBadMessage)
		var env envelope
		if ok && json.Unmarshal(bad.Message, &env) == nil && env.ID != "" {
			c.deliver(env)
		}
	case socketmode.EventTypeHello:
		c.set(true)
	case socketmode.EventTypeConnecting:
		c.set(false)
	case socketmode.EventTypeConnectionError:
		if failure, ok := e.Data.(*slack.ConnectionErrorEvent); ok {
			return c.failed(failure.ErrorObj)
		}
	}
	return nil
}

// deliver hands an envelope over, which is acknowledged over the connection that brought it.
func (c *socket) deliver(env envelope) {
	c.acks.Add(1)
	taken := c.take(env, func(answer any) {
		defer c.acks.Done()
		ctx, cancel := context.WithTimeout(c.work, acknowledging)
		defer cancel()
		if err := c.client.AckCtx(ctx, env.ID, answer); err != nil {
			c.log.Warn("could not acknowledge an event", "type", env.Type, "error", err)
		}
	})
	if !taken {
		c.acks.Done()
		c.log.Warn("too much at once, an event is not taken", "type", env.Type)
	}
}

// set notes whether this connection is up. People can reach the bot as soon as one is.
func (c *socket) set(up bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if up == c.up {
		return
	}
	if c.up = up; !up {
		if c.sockets.up--; c.sockets.up == 0 {
			c.Set(chat.ErrOffline)
		}
		return
	}
	c.sockets.up++
	c.Set(nil)
	if !c.online {
		c.log.Info("connected to Slack")
	}
	c.online, c.warned = true, false
}

// failed notes why a connection could not be made. An error says that there never will be one.
func (c *socket) failed(err error) error {
	c.set(false)
	var said slack.SlackErrorResponse
	if errors.As(err, &said) && refusedApp[said.Err] {
		return tokenError("SLACK_APP_TOKEN", said.Err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.warned && c.sockets.up == 0 {
		c.log.Warn("no connection to Slack, trying again", "error", bare(err))
		c.online, c.warned = false, true
	}
	return nil
}
