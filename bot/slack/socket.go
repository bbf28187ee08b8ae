package slack

import (
	"context"
	"encoding/json"
	"errors"
	"runtime/debug"
	"time"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"ckadbot/bot/chat"
)

const (
	maxAtOnce = 64              // handlers at work
	maxEvent  = 1 << 20         // bytes of one envelope; a modal, the largest thing in one, has at most 250 KB
	patience  = time.Minute     // for one handler and its answer
	grace     = 5 * time.Second // for those at work when Run ends
	claiming  = time.Second     // for asking whether another process handles an event; people wait meanwhile
)

// An envelope is what Slack delivers over the socket.
// The library's own parse of the payload is not used: it refuses messages with
// elements that are newer than the library, and then nobody would answer.
type envelope struct {
	ID      string          `json:"envelope_id"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload"`
}

// serve keeps the connection and handles what comes over it.
func (s *session) serve(ctx context.Context) error {
	defer s.Set(chat.ErrOffline)
	work, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	online, end := context.WithCancelCause(ctx)
	defer end(nil)
	ended := make(chan error, 1)
	connect := func() { ended <- s.socket.RunContext(online) }
	go connect()
	for {
		select {
		case e := <-s.socket.Events:
			if err := s.event(work, e); err != nil {
				end(err)
			}
		case err := <-ended:
			if online.Err() == nil {
				if err = s.offline(err); err == nil {
					go connect() // at its pace
					continue
				}
				end(err)
			}
			late := time.AfterFunc(grace, stop)
			defer late.Stop()
			s.busy.Wait()
			if ctx.Err() != nil {
				return nil
			}
			return context.Cause(online)
		}
	}
}

// offline notes why there is no connection. An error says that there never will be one.
func (s *session) offline(err error) error {
	var said slack.SlackErrorResponse
	if errors.As(err, &said) && refusedApp[said.Err] {
		return tokenError("SLACK_APP_TOKEN", said.Err)
	}
	if !s.warned {
		s.log.Warn("no connection to Slack, trying again", "error", bare(err))
	}
	s.online, s.warned = false, true
	s.Set(chat.ErrOffline)
	return nil
}

// event takes one event of the library. An error ends the connection for good.
func (s *session) event(work context.Context, e socketmode.Event) error {
	switch e.Type {
	case socketmode.EventTypeSlashCommand, socketmode.EventTypeInteractive, socketmode.EventTypeEventsAPI:
		s.take(work, envelope{ID: e.Request.EnvelopeID, Type: e.Request.Type, Payload: e.Request.Payload})
	case socketmode.EventTypeErrorBadMessage:
		bad, ok := e.Data.(*socketmode.ErrorBadMessage)
		var env envelope
		if ok && json.Unmarshal(bad.Message, &env) == nil && env.ID != "" {
			s.take(work, env)
		}
	case socketmode.EventTypeHello:
		if !s.online {
			s.log.Info("connected to Slack")
		}
		s.online, s.warned = true, false
		s.Set(nil)
	case socketmode.EventTypeConnectionError:
		if failure, ok := e.Data.(*slack.ConnectionErrorEvent); ok {
			return s.offline(failure.ErrorObj)
		}
	}
	return nil
}

// take acknowledges an envelope, then has it handled as soon as a slot is free.
// A completion is all said in its acknowledgement.
func (s *session) take(work context.Context, env envelope) {
	s.busy.Go(func() {
		defer s.recovered(env.Type)
		if in, ok := completion(env); ok {
			s.acknowledge(work, env, s.complete(work, in))
			return
		}
		s.acknowledge(work, env, nil)
		select {
		case s.slots <- struct{}{}:
			defer func() { <-s.slots }()
		case <-work.Done():
			return
		}
		ctx, cancel := context.WithTimeout(work, patience)
		defer cancel()
		s.handle(ctx, env)
	})
}

func (s *session) acknowledge(ctx context.Context, env envelope, answer any) {
	if err := s.socket.AckCtx(ctx, env.ID, answer); err != nil {
		s.log.Warn("could not acknowledge an event", "type", env.Type, "error", err)
	}
}

// recovered is deferred: it logs a panic, of which nobody else may suffer.
func (s *session) recovered(event string) {
	if p := recover(); p != nil {
		s.log.Error("event failed", "type", event, "panic", p, "stack", string(debug.Stack()))
	}
}
