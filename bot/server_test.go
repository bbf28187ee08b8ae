package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"ckadbot/bot/chat"
)

// A door is an adapter that is reached over HTTP, as a test wants it.
type door struct {
	chat.Adapter
	ready  error
	handle http.HandlerFunc
}

func (door) Platform() string { return "door" }
func (d door) Ready() error   { return d.ready }
func (d door) Routes(mux *http.ServeMux) {
	mux.HandleFunc("POST /door/knock", func(w http.ResponseWriter, r *http.Request) { d.handle(w, r) })
}

func fine(context.Context) error { return nil }

func newServer(log *bytes.Buffer, d door, database func(context.Context) error) *server {
	counts := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { sayText(w, 200, "ckadbot_queue_posts 0") })
	return &server{log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})), database: database, adapters: []chat.Adapter{d}, metrics: counts, running: context.Background()}
}

func TestReadyTellsWhatIsMissing(t *testing.T) {
	away := func(ctx context.Context) error {
		if _, ok := ctx.Deadline(); !ok {
			t.Error("the database has for ever")
		}
		return errors.New("dial tcp 10.1.2.3:5432: refused, user u password s3cret")
	}
	for name, tc := range map[string]struct {
		database func(context.Context) error
		adapter  error
		stopping bool
		status   int
		want     string
	}{
		"nothing":      {fine, nil, false, 200, "database: ok\ndoor: ok\n"},
		"the database": {away, nil, false, 503, "database: does not answer\ndoor: ok\n"},
		"the platform": {fine, chat.ErrOffline, false, 503, "database: ok\ndoor: no connection\n"},
		"time":         {fine, nil, true, 503, "database: ok\ndoor: ok\nbot: stopping\n"},
		"a line":       {fine, errors.New("two\nlines"), false, 503, "database: ok\ndoor: two lines\n"},
	} {
		s := newServer(new(bytes.Buffer), door{ready: tc.adapter}, tc.database)
		running, stop := context.WithCancel(t.Context())
		if s.running = running; tc.stopping {
			stop()
		}
		defer stop()
		h := s.handler()
		ready, alive := ask(h, "GET", "/readyz", ""), ask(h, "GET", "/healthz", "")
		if ready.Code != tc.status || ready.Body.String() != tc.want {
			t.Errorf("%s: /readyz answers %d %q, want %d %q", name, ready.Code, ready.Body, tc.status, tc.want)
		}
		if alive.Code != 200 || alive.Body.String() != "ok\n" {
			t.Errorf("%s: /healthz answers %d %q, want 200", name, alive.Code, alive.Body)
		}
	}
}

// However many ask whether the bot is ready, also such as hang up at once, the database is asked once a second.
func TestManyWhoAskShareOneAnswer(t *testing.T) {
	var pings atomic.Int64
	began := time.Now()
	database := func(ctx context.Context) error {
		pings.Add(1)
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
		return ctx.Err()
	}
	h := newServer(new(bytes.Buffer), door{}, sharing(database)).handler()
	gone, leave := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(gone, "GET", "/readyz", nil))
	})
	for pings.Load() == 0 {
		runtime.Gosched()
	}
	leave()
	for range 200 {
		all.Go(func() {
			if got := ask(h, "GET", "/readyz", ""); got.Code != 200 {
				t.Errorf("got %d %q, want 200", got.Code, got.Body)
			}
		})
	}
	all.Wait()
	if n, most := pings.Load(), 1+int64(time.Since(began)/time.Second); n > most {
		t.Errorf("the database was asked %d times within %s", n, time.Since(began))
	}
}

func ask(h http.Handler, method, path, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	return w
}

func TestStrangersLearnNothing(t *testing.T) {
	h := newServer(new(bytes.Buffer), door{}, fine).handler()
	for request, want := range map[string]int{
		"GET /":                  404,
		"GET /debug/pprof/":      404,
		"GET /metrics/secret":    404,
		"GET /../etc/passwd":     404,
		"GET /door/knock":        405,
		"DELETE /readyz":         405,
		"POST /healthz":          405,
		"HEAD /healthz":          200,
		"GET /slack/install?x=1": 404,
	} {
		method, path, _ := strings.Cut(request, " ")
		got := ask(h, method, path, "")
		for got.Code == http.StatusMovedPermanently || got.Code == http.StatusTemporaryRedirect { // to the path without dots
			got = ask(h, method, got.Header().Get("Location"), "")
		}
		if got.Code != want || want == 404 && got.Body.String() != "404 page not found\n" {
			t.Errorf("%s: got %d %q, want %d", request, got.Code, got.Body, want)
		}
	}
}

func TestAPanicIsOneRequestsOnly(t *testing.T) {
	var log bytes.Buffer
	h := newServer(&log, door{handle: func(http.ResponseWriter, *http.Request) { panic("broken") }}, fine).handler()
	got := ask(h, "POST", "/door/knock?token=s3cret", "typed text")
	if got.Code != 500 || strings.Contains(got.Body.String(), "broken") {
		t.Errorf("got %d %q, want 500 without the cause", got.Code, got.Body)
	}
	if !strings.Contains(log.String(), "broken") || !strings.Contains(log.String(), `path="POST /door/knock"`) || strings.Contains(log.String(), "s3cret") || strings.Contains(log.String(), "typed text") {
		t.Errorf("the log is %s; want the cause and the route, and nothing else of the request", &log)
	}
	if again := ask(h, "GET", "/healthz", ""); again.Code != 200 {
		t.Errorf("afterwards /healthz answers %d", again.Code)
	}
}

// A server that is served, with its address.
func serving(t *testing.T, s *server) (address string, end func() error) {
	t.Helper()
	l, err := listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.listener = l
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.serve(ctx) }()
	t.Cleanup(cancel)
	return l.Addr().String(), func() error { cancel(); return <-ended }
}

func TestRequestsAreBounded(t *testing.T) {
	size := make(chan error, 1)
	address, _ := serving(t, newServer(new(bytes.Buffer), door{handle: func(w http.ResponseWriter, r *http.Request) {
		_, err := new(bytes.Buffer).ReadFrom(r.Body)
		size <- err
		w.WriteHeader(http.StatusRequestEntityTooLarge)
	}}, fine))
	answer, err := http.Post("http://"+address+"/door/knock", "text/plain", strings.NewReader(strings.Repeat("x", maxBody+1)))
	if err == nil {
		answer.Body.Close()
	}
	if large := (*http.MaxBytesError)(nil); !errors.As(<-size, &large) {
		t.Error("a body of any size is read")
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/healthz", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Long", strings.Repeat("x", maxHeader+8<<10))
	if answer, err = http.DefaultClient.Do(request); err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("long headers are answered with %s", answer.Status)
	}
}

// What is under way when the server is to end is answered; nothing else is.
func TestServerEndsAfterItsAnswers(t *testing.T) {
	begun, goOn := make(chan struct{}), make(chan struct{})
	address, end := serving(t, newServer(new(bytes.Buffer), door{handle: func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		<-goOn
		sayText(w, 200, "answered")
	}}, fine))
	answered := make(chan string, 1)
	go func() {
		answer, err := http.Post("http://"+address+"/door/knock", "text/plain", nil)
		if err != nil {
			answered <- err.Error()
			return
		}
		defer answer.Body.Close()
		var text bytes.Buffer
		_, _ = text.ReadFrom(answer.Body)
		answered <- text.String()
	}()
	<-begun
	ended := make(chan error, 1)
	go func() { ended <- end() }()
	for { // until nobody listens
		c, err := (&net.Dialer{Timeout: time.Second}).DialContext(t.Context(), "tcp", address)
		if err != nil {
			break
		}
		c.Close()
	}
	close(goOn)
	if got := <-answered; got != "answered\n" {
		t.Errorf("the request was answered with %q", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("serve = %v, want nil", err)
	}
}

func TestAddressThatCannotBeUsedIsExplained(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for addr, want := range map[string]string{
		taken.Addr().String(): "another program listens",
		"192.0.2.1:8080":      "no address of this computer",
		"8080":                "such as :8080",
		"localhost:http8":     "such as :8080",
	} {
		l, err := listen(t.Context(), addr)
		if err == nil {
			l.Close()
			t.Errorf("%s can be listened on", addr)
			continue
		}
		if !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "HTTP_ADDR") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %q, want one line with %q", addr, err, want)
		}
	}
}
