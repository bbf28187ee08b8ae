package slack_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/slack"
	"ckadbot/bot/slack/slacktest"
)

const formType = "application/x-www-form-urlencoded"

// routes are those of p's adapter.
func routes(p *platform) http.Handler {
	mux := http.NewServeMux()
	p.adapter.(chat.Web).Routes(mux)
	return mux
}

// send gives what the adapter answers to a request.
func send(h http.Handler, path, media, body string, headers http.Header) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	for name, values := range headers {
		r.Header[name] = values
	}
	r.Header.Set("Content-Type", media)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// sign signs a body now.
func sign(body string) http.Header { return slacktest.Sign([]byte(body), time.Now()) }

// typedCommand is a slash command of alice as Slack sends it.
func typedCommand(p *platform, trigger string) string {
	return url.Values{
		"command": {"/ckad"}, "text": {"help"}, "user_id": {"U0ALICE"}, "user_name": {"alice"}, "channel_id": {slacktest.General},
		"team_id": {slacktest.Team}, "trigger_id": {trigger}, "response_url": {p.ResponseURL("alice")}, "is_enterprise_install": {"false"},
	}.Encode()
}

func TestOnlySlackIsHeard(t *testing.T) {
	p := overHTTP(t)
	h := &chattest.Handler{}
	chattest.Start(t, p, h)
	ready(t, p)
	body := typedCommand(p, "T1")
	with := func(change func(http.Header)) http.Header {
		signed := sign(body)
		change(signed)
		return signed
	}
	at := func(d time.Duration) http.Header { return slacktest.Sign([]byte(body), time.Now().Add(d)) }
	web := routes(p)
	for name, headers := range map[string]http.Header{
		"unsigned":             {},
		"no signature":         with(func(h http.Header) { h.Del("X-Slack-Signature") }),
		"no timestamp":         with(func(h http.Header) { h.Del("X-Slack-Request-Timestamp") }),
		"no version":           with(func(h http.Header) { h.Set("X-Slack-Signature", h.Get("X-Slack-Signature")[3:]) }),
		"another version":      with(func(h http.Header) { h.Set("X-Slack-Signature", "v1="+h.Get("X-Slack-Signature")[3:]) }),
		"half a signature":     with(func(h http.Header) { h.Set("X-Slack-Signature", h.Get("X-Slack-Signature")[:35]) }),
		"no hexadecimal":       with(func(h http.Header) { h.Set("X-Slack-Signature", "v0="+strings.Repeat("z", 64)) }),
		"two signatures":       with(func(h http.Header) { h.Add("X-Slack-Signature", h.Get("X-Slack-Signature")) }),
		"two timestamps":       with(func(h http.Header) { h.Add("X-Slack-Request-Timestamp", "1") }),
		"another timestamp":    with(func(h http.Header) { h.Set("X-Slack-Request-Timestamp", fmt.Sprint(time.Now().Unix()-9)) }),
		"a timestamp of words": with(func(h http.Header) { h.Set("X-Slack-Request-Timestamp", "now") }),
		"another body":         sign(body + "&"),
		"old":                  at(-5*time.Minute - 2*time.Second),
		"of the future":        at(5*time.Minute + 30*time.Second), // in half a minute it would be taken
		"very old":             slacktest.Sign([]byte(body), time.Unix(-1<<62, 0)),
		"of the far future":    slacktest.Sign([]byte(body), time.Unix(1<<62, 0)),
	} {
		t.Run(name, func(t *testing.T) {
			got := send(web, "/slack/commands", formType, body, headers)
			if got.Code != http.StatusUnauthorized || got.Body.String() != "Unauthorized\n" {
				t.Errorf("got %d %q, want 401 and no detail", got.Code, got.Body)
			}
		})
	}
	if n := len(h.Calls()); n != 1 {
		t.Errorf("%d calls, want that of dave only: %+v", n, h.Calls())
	}
	if n := strings.Count(p.log.String(), "not signed"); n != 1 {
		t.Errorf("forged requests are logged %d times, want once a minute:\n%s", n, p.log)
	}
	for _, d := range []time.Duration{-4*time.Minute - 50*time.Second, 4*time.Minute + 50*time.Second} {
		if got := send(web, "/slack/commands", formType, body, at(d)); got.Code != http.StatusOK || got.Body.Len() > 0 {
			t.Errorf("signed %s from now: got %d %q, want 200 and nothing", d, got.Code, got.Body)
		}
	}
	chattest.AwaitText(t, p, "alice", "ok")
	chattest.AwaitText(t, p, "dave", "ok")
	if n := len(h.Calls()); n != 2 {
		t.Errorf("%d calls, want 2, since a request that is sent again is handled once", n)
	}
}

func TestWithoutSigningSecretNothingIsSigned(t *testing.T) {
	s := slacktest.New()
	defer s.Close()
	a := slack.New(slack.Config{BotToken: slacktest.BotToken, Secret: slacktest.SigningSecret, APIURL: s.URL()})
	p := &platform{Server: s, adapter: a}
	chattest.Start(t, p, &chattest.Handler{})
	web := httptest.NewServer(routes(p))
	defer web.Close()
	s.OverHTTP(web.URL)
	ready(t, p)
	slack.ForgetSecret(a)
	for name, headers := range map[string]http.Header{"signed": sign("{}"), "not signed": {}} {
		if got := send(routes(p), "/slack/events", "application/json", "{}", headers); got.Code != http.StatusUnauthorized {
			t.Errorf("%s: got %d, want 401", name, got.Code)
		}
	}
}

func TestRequestsThatAreNotSlacks(t *testing.T) {
	p := overHTTP(t)
	h := &chattest.Handler{}
	chattest.Start(t, p, h)
	ready(t, p)
	web := routes(p)
	large := "payload=" + strings.Repeat("x", 1<<20)
	for name, c := range map[string]struct {
		path, media, body string
		want              int
	}{
		"too large":               {"/slack/interactions", formType, large, http.StatusRequestEntityTooLarge},
		"JSON for a form":         {"/slack/commands", "application/json", "{}", http.StatusUnsupportedMediaType},
		"a form for JSON":         {"/slack/events", formType, "a=b", http.StatusUnsupportedMediaType},
		"no media type":           {"/slack/events", "", "{}", http.StatusUnsupportedMediaType},
		"half of a form":          {"/slack/commands", formType, "text=%4", http.StatusBadRequest},
		"no payload":              {"/slack/interactions", formType, "x=y", http.StatusBadRequest},
		"half a payload":          {"/slack/interactions", formType, "payload=" + url.QueryEscape(`{"type":`), http.StatusBadRequest},
		"half an event":           {"/slack/events", "application/json", `{"type":`, http.StatusBadRequest},
		"another place":           {"/slack/elsewhere", "application/json", "{}", http.StatusNotFound},
		"a payload of a number":   {"/slack/interactions", formType, "payload=7", http.StatusOK},
		"an event of null":        {"/slack/events", "application/json", "null", http.StatusOK},
		"an event nobody knows":   {"/slack/events", "application/json; charset=utf-8", `{"type":"event_callback","event":{"type":"brain_waves"}}`, http.StatusOK},
		"a click on nothing":      {"/slack/interactions", formType, "payload=" + url.QueryEscape(`{"type":"block_actions","user":{"id":"U0ALICE"},"actions":[]}`), http.StatusOK},
		"a challenge for nothing": {"/slack/events", "application/json", `{"type":"url_verification"}`, http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			if got := send(web, c.path, c.media, c.body, sign(c.body)); got.Code != c.want || strings.Contains(got.Body.String(), "payload") {
				t.Errorf("got %d %q, want %d", got.Code, got.Body, c.want)
			}
		})
	}
	t.Run("a GET", func(t *testing.T) {
		w := httptest.NewRecorder()
		web.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/slack/commands?ssl_check=1", nil))
		if w.Code != http.StatusMethodNotAllowed {
			t.Errorf("got %d, want 405", w.Code)
		}
	})
	if n := len(h.Calls()); n != 1 {
		t.Errorf("%d calls, want that of dave only: %+v", n, h.Calls())
	}
	if strings.Contains(p.log.String(), "half a") || strings.Contains(p.log.String(), "xxxx") {
		t.Errorf("bodies are logged:\n%s", p.log)
	}
}

func TestSlackTriesTheAddress(t *testing.T) {
	p := overHTTP(t)
	chattest.Start(t, p, &chattest.Handler{})
	ready(t, p)
	web := routes(p)
	t.Run("a probe needs no signature", func(t *testing.T) {
		if got := send(web, "/slack/commands", formType, "ssl_check=1&token=x", nil); got.Code != http.StatusOK || got.Body.Len() > 0 {
			t.Errorf("got %d %q, want 200", got.Code, got.Body)
		}
	})
	challenge := `{"token":"x","challenge":"3eZbrw1aB10xnV7t","type":"url_verification"}`
	t.Run("a challenge is given back", func(t *testing.T) {
		got := send(web, "/slack/events", "application/json", challenge, sign(challenge))
		if got.Code != http.StatusOK || got.Body.String() != "3eZbrw1aB10xnV7t" || !strings.HasPrefix(got.Header().Get("Content-Type"), "text/plain") {
			t.Errorf("got %d %q as %q", got.Code, got.Body, got.Header())
		}
	})
	t.Run("but not to others", func(t *testing.T) {
		if got := send(web, "/slack/events", "application/json", challenge, nil); got.Code != http.StatusUnauthorized {
			t.Errorf("got %d %q, want 401", got.Code, got.Body)
		}
	})
}

func TestRequestThatIsCutOffIsNothing(t *testing.T) {
	p := overHTTP(t)
	h := &chattest.Handler{}
	chattest.Start(t, p, h)
	ready(t, p)
	web := httptest.NewServer(routes(p))
	defer web.Close()
	body := typedCommand(p, "T1")
	conn, err := net.Dial("tcp", strings.TrimPrefix(web.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var request bytes.Buffer
	r := httptest.NewRequest(http.MethodPost, "/slack/commands", strings.NewReader(body))
	r.Header = sign(body)
	r.Header.Set("Content-Type", formType)
	if err := r.Write(&request); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Write(request.Bytes()[:request.Len()-10]); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.HasPrefix(string(answer), "HTTP/1.1 400") {
		t.Errorf("got %q, %v, want 400", answer, err)
	}
	if n := len(h.Calls()); n != 1 {
		t.Errorf("%d calls, want that of dave only", n)
	}
}

func TestRoutesAreOpenWhileRunIs(t *testing.T) {
	p := overHTTP(t)
	web := routes(p)
	want := func(status int) {
		t.Helper()
		if got := send(web, "/slack/events", "application/json", "{}", sign("{}")); got.Code != status {
			t.Errorf("got %d, want %d", got.Code, status)
		}
		if (p.adapter.Ready() == nil) != (status == http.StatusOK) {
			t.Errorf("ready: %v", p.adapter.Ready())
		}
	}
	want(http.StatusServiceUnavailable)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.adapter.Run(ctx, chattest.Spec, &chattest.Handler{}) }()
	ready(t, p)
	want(http.StatusOK)
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run returns %v", err)
	}
	want(http.StatusServiceUnavailable)
}

func TestSocketsNeedNoRoutes(t *testing.T) {
	p := newPlatform(t)
	if got := send(routes(p), "/slack/events", "application/json", "{}", sign("{}")); got.Code != http.StatusNotFound {
		t.Errorf("got %d, want 404", got.Code)
	}
}

// What came before Run's end is answered: the answer to the request itself, and what the person sees.
func TestClickInFlightIsAnswered(t *testing.T) {
	bothWays(t, func(t *testing.T, p *platform) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		ending := make(chan struct{})
		h := &chattest.Handler{OnClick: func(chat.Click) chat.Reply {
			cancel()
			<-ending
			return say("in time")
		}}
		ended := make(chan error, 1)
		go func() { ended <- p.adapter.Run(ctx, chattest.Spec, h) }()
		ready(t, p)
		post(t, p, chat.Key{ID: "k"}, question)
		p.Press("alice", chattest.AwaitText(t, p, "alice", "Which?"), "A")
		<-p.Acknowledged()
		select {
		case err := <-ended:
			t.Fatalf("Run returns (%v) while a click is being handled", err)
		case <-ctx.Done():
		}
		close(ending)
		chattest.AwaitText(t, p, "alice", "in time")
		if err := <-ended; err != nil {
			t.Errorf("Run returns %v", err)
		}
		if c := p.Complaints(); len(c) > 0 {
			t.Errorf("complaints: %q", c)
		}
	})
}
