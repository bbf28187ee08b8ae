package slack

import (
	"context"
	"encoding/json"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"ckadbot/bot/chat"
)

const (
	maxAtOnce = 64              // events at work, see [turn]
	maxInside = 10_000          // events that are not done; of more we say that we cannot take them
	maxEvent  = 1 << 20         // bytes of one event; a modal, the largest thing in one, has at most 250 KB
	patience  = time.Minute     // for one handler and its answer
	grace     = 5 * time.Second // for those at work when Run ends
	claiming  = time.Second     // for a claim: the person waits
)

// An envelope is what Slack delivers over a socket. What comes over HTTP is put
// into one, so that from here on nobody knows the difference.
// The library's own parse of the payload is not used: it refuses messages with
// elements that are newer than the library, and then nobody would answer.
type envelope struct {
	ID      string          `json:"envelope_id"` // of this delivery; none over HTTP
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload"`

	wait wait
	in   *interaction // of the payload, read once: it holds the whole message that was clicked
	// sign acknowledges a submitted form with an answer, if that is possible still.
	sign func(answer any) bool
}

// A session is one Run.
type session struct {
	*Adapter
	spec    chat.Spec
	handler chat.Handler

	work  context.Context // of handlers: ends when their time is over after Run's
	stop  context.CancelFunc
	end   context.CancelCauseFunc // ends Run
	slots chan struct{}           // filled while an event is at work

	mu     sync.Mutex // guards closed, and busy.Add against busy.Wait
	closed bool
	inside atomic.Int64   // events that are not done
	busy   sync.WaitGroup // one for each of them
}

func (a *Adapter) newSession(ctx context.Context, spec chat.Spec, h chat.Handler) *session {
	s := &session{Adapter: a, spec: spec, handler: chat.Guard(h, a.log), slots: make(chan struct{}, maxAtOnce)}
	s.work, s.stop = context.WithCancel(context.WithoutCancel(ctx))
	return s
}

// drain takes nothing new, and waits for the events that are being handled.
func (s *session) drain() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	late := time.AfterFunc(grace, s.stop)
	defer late.Stop()
	s.busy.Wait()
	s.stop()
}

// enter lets one more event in; false if Run has ended, or too many are not done.
// Who is let in leaves.
func (s *session) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed || s.inside.Load() >= maxInside {
		return false
	}
	s.inside.Add(1)
	s.busy.Add(1)
	return true
}

// own has f run as long as the session, or for as long as f takes; false if the session has ended.
func (s *session) own(f func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.busy.Go(f)
	return true
}

func (s *session) leave() {
	s.inside.Add(-1)
	s.busy.Done()
}

// take has an event acknowledged, then handled as soon as a slot is free. A
// completion is all said in its acknowledgement. It is false if the event is
// not taken: then it is not acknowledged, and Slack sends it again, perhaps to
// another bot, or tells the person.
func (s *session) take(env envelope, acknowledge func(answer any)) bool {
	if !s.enter() {
		return false
	}
	env.wait.since = time.Now()
	go func() {
		defer s.leave()
		defer s.recovered(env.Type)
		env.in = env.interaction()
		if env.in.Type == "block_suggestion" && env.in.User.ID != "" {
			acknowledge(s.complete(*env.in))
			s.responded(env.wait, chat.Response{Kind: chat.DidComplete, Outcome: chat.Answered})
			return
		}
		if env.in.Type == "view_submission" { // what is wrong with it can only be said in the acknowledgement
			sign, signed := signature(acknowledge)
			env.sign = sign
			defer signed()
		} else {
			acknowledge(nil)
			env.wait.first = time.Since(env.wait.since)
		}
		ctx, end, ok := s.takeTurn(s.work)
		if !ok {
			return
		}
		defer end()
		ctx, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		s.handle(ctx, env)
	}()
	return true
}

// interaction reads what env brings, if that is an interaction; else it has no type.
func (env envelope) interaction() *interaction {
	in := &interaction{}
	if env.Type != "interactive" || json.Unmarshal(env.Payload, in) != nil {
		return &interaction{}
	}
	return in
}

// signature makes an acknowledgement that is given once: by sign, with an answer, or
// without one by end or as soon as Slack has waited for long enough.
func signature(acknowledge func(answer any)) (sign func(answer any) bool, end func()) {
	var once sync.Once
	sign = func(answer any) (first bool) {
		once.Do(func() { first = true; acknowledge(answer) })
		return first
	}
	late := time.AfterFunc(chat.Patience, func() { sign(nil) })
	return sign, func() { late.Stop(); sign(nil) }
}

// recovered is deferred: it logs a panic, of which nobody else may suffer.
func (s *session) recovered(event string) {
	if p := recover(); p != nil {
		s.log.Error("event failed", "type", event, "panic", p, "stack", string(debug.Stack()))
	}
}

// first tells whether nobody has taken yet what key and others name, each of
// which is enough to know it by. Slack delivers everything at least once: over
// either connection, again after minutes, under other ids. This process asks its
// memory, then, if there are several, what all of them share. If that does not
// answer, it is better done twice than not at all.
func (s *session) first(ctx context.Context, key string, others ...string) bool {
	first := s.seen.First(key)
	for _, other := range others {
		first = s.seen.First(other) && first
	}
	if !first || s.cfg.Claim == nil {
		return first
	}
	ctx, cancel := context.WithTimeout(ctx, claiming)
	defer cancel()
	first, err := s.cfg.Claim(ctx, "slack "+key)
	if err != nil {
		s.log.Warn("cannot ask whether another bot handles an event", "error", err)
		return true
	}
	return first
}
