package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"ckadbot/bot/chat"
)

const (
	maxHeader = 32 << 10         // bytes; those of the platforms have about one KB
	maxBody   = 2 << 20          // bytes; adapters take less
	requests  = 10 * time.Second // for reading one, and as much for answering it; platforms wait three
	checking  = 2 * time.Second  // for the database, when somebody asks whether the bot is ready
	lingering = 5 * time.Second  // for answers that are under way when the server is to end
)

// A server is everything that the bot answers over HTTP: how it is, its metrics,
// and what platforms send to those adapters that are a chat.Web.
type server struct {
	listener net.Listener
	log      *slog.Logger
	database func(context.Context) error // says whether it answers
	adapters []chat.Adapter
	metrics  http.Handler
	running  context.Context // ends when the bot is told to stop
}

// listen takes the address, so that nobody else can. What connects waits until serve is called.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("HTTP_ADDR is %q, where another program listens: stop that one, which may be another bot, or choose another port", addr)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("HTTP_ADDR is %q, which only root may listen on: choose a port from 1024", addr)
	}
	return nil, fmt.Errorf("HTTP_ADDR is %q, which is no address of this computer to listen on, such as :8080 or 127.0.0.1:8080: %w", addr, err)
}

// serve answers until ctx ends, and then what is under way.
func (s *server) serve(ctx context.Context) error {
	h := &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: requests,
		ReadTimeout:       requests,
		WriteTimeout:      2 * requests, // counts from the end of the headers
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug), // what strangers do wrong
	}
	ended := make(chan error, 1)
	go func() { ended <- h.Serve(s.listener) }()
	select {
	case err := <-ended:
		return fmt.Errorf("HTTP: %w", err)
	case <-ctx.Done():
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), lingering)
	defer cancel()
	if h.Shutdown(late) != nil {
		_ = h.Close()
	}
	<-ended
	return nil
}

func (s *server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { sayText(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", s.ready)
	mux.Handle("GET /metrics", s.metrics)
	for _, a := range s.adapters {
		if web, ok := a.(chat.Web); ok {
			web.Routes(mux)
		}
	}
	return http.MaxBytesHandler(s.recovered(mux), maxBody) // which copies the request, and the mux notes its pattern in it
}

// ready tells whether people can use the bot: a line for the database and for
// each adapter, and 503 if one of them is not as it should be.
func (s *server) ready(w http.ResponseWriter, r *http.Request) {
	status, lines := http.StatusOK, []string{}
	line := func(what string, problem error) {
		if problem == nil {
			lines = append(lines, what+": ok")
			return
		}
		status = http.StatusServiceUnavailable
		lines = append(lines, what+": "+chat.Line(problem.Error(), 200))
	}
	ctx, cancel := context.WithTimeout(r.Context(), checking)
	defer cancel()
	if s.database(ctx) != nil {
		line("database", errors.New("does not answer")) // why might show where it is
	} else {
		line("database", nil)
	}
	for _, a := range s.adapters {
		line(a.Platform(), a.Ready())
	}
	if s.running.Err() != nil { // asked last: it may be why an adapter is not ready
		line("bot", errors.New("stopping"))
	}
	sayText(w, status, strings.Join(lines, "\n"))
}

// sharing is check, asked once a second however many ask: anybody may.
func sharing(check func(context.Context) error) func(context.Context) error {
	turn := make(chan struct{}, 1) // guards the rest
	var asked time.Time
	var answer error
	return func(ctx context.Context) error {
		select {
		case turn <- struct{}{}:
			defer func() { <-turn }()
		case <-ctx.Done():
			return ctx.Err()
		}
		if time.Since(asked) >= time.Second {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), checking) // the answer is for others, too
			defer cancel()
			answer = check(ctx)
			asked = time.Now()
		}
		return answer
	}
}

func sayText(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	fmt.Fprintln(w, text)
}

// recovered answers a panic of h, which concerns one request only.
func (s *server) recovered(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p)
			}
			s.log.Error("a request failed", "path", r.Pattern, "panic", p, "stack", string(debug.Stack()))
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError) // of what was written already nothing changes
		}()
		h.ServeHTTP(w, r)
	})
}
