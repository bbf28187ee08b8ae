package slack

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"ckadbot/bot/chat"
)

// answering bounds a request: Slack waits three seconds for an answer.
const answering = 3 * time.Second

// Routes are the addresses at which Slack reaches the bot over HTTP
// (docs.slack.dev/apis/events-api/comparing-http-socket-mode); there are none
// with an AppToken. With Installations, people install the app at others. Each
// request carries Slack's signature with the Secret; one that does not is told
// nothing. Nothing of a request is ever logged.
//
// A request is answered at once, with nothing, and what the person is to see
// follows as over a socket. Only what could be chosen from a menu is the answer.
func (a *Adapter) Routes(mux *http.ServeMux) {
	a.installRoutes(mux)
	if a.cfg.AppToken != "" {
		return
	}
	const form = "application/x-www-form-urlencoded"
	mux.Handle("POST /slack/commands", a.receive(form, readCommand))
	mux.Handle("POST /slack/interactions", a.receive(form, readInteraction))
	mux.Handle("POST /slack/events", a.receive("application/json", readEvent))
}

// listen keeps the routes open until ctx ends.
func (s *session) listen(ctx context.Context) error {
	s.log.Info("ready for Slack over HTTP")
	s.Set(nil)
	defer s.Set(chat.ErrOffline)
	<-ctx.Done()
	return nil
}

// A reader makes an envelope of a request's body. A question of Slack about the
// address itself has an answer, and no envelope.
type reader func(body []byte) (env envelope, answer string, err error)

// receive handles the requests to one address.
func (a *Adapter) receive(media string, read reader) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := a.current.Load()
		if s == nil {
			refuse(w, http.StatusServiceUnavailable)
			return
		}
		if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != media {
			refuse(w, http.StatusUnsupportedMediaType)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxEvent))
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			refuse(w, http.StatusRequestEntityTooLarge)
			return
		}
		if err != nil {
			refuse(w, http.StatusBadRequest)
			return
		}
		if probe(body) {
			return
		}
		if !signed(r.Header, body, a.cfg.Secret) {
			a.forged.tell(s)
			refuse(w, http.StatusUnauthorized)
			return
		}
		env, answer, err := read(body)
		switch {
		case err != nil:
			s.log.Warn("a request of Slack makes no sense", "error", err)
			refuse(w, http.StatusBadRequest)
		case answer != "":
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.Header().Set("X-Content-Type-Options", "nosniff")
			_, _ = io.WriteString(w, answer)
		default:
			s.receive(r.Context(), w, env)
		}
	})
}

// receive has what came handled, and answers the request as soon as it is acknowledged.
func (s *session) receive(ctx context.Context, w http.ResponseWriter, env envelope) {
	ctx, cancel := context.WithTimeout(ctx, answering)
	defer cancel()
	acknowledged := make(chan any, 1)
	if !s.take(env, func(answer any) { acknowledged <- answer }) {
		refuse(w, http.StatusServiceUnavailable) // Slack sends events again
		return
	}
	select {
	case answer := <-acknowledged:
		if answer == nil { // with a body, Slack would show it, or take it for the next step of a form
			w.WriteHeader(http.StatusOK)
			return
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(answer)
	case <-ctx.Done():
		refuse(w, http.StatusServiceUnavailable)
	}
}

func refuse(w http.ResponseWriter, status int) { http.Error(w, http.StatusText(status), status) }

// signed tells whether body was signed with secret within the last five minutes
// (docs.slack.dev/authentication/verifying-requests-from-slack). Without a secret, nothing is.
func signed(h http.Header, body []byte, secret string) bool {
	for _, name := range []string{"X-Slack-Signature", "X-Slack-Request-Timestamp"} {
		if len(h.Values(name)) != 1 {
			return false
		}
	}
	v, err := slack.NewSecretsVerifier(h, secret)
	if err != nil {
		return false
	}
	_, _ = v.Write(body) // a hash takes all
	return v.Ensure() == nil
}

// forged tells of requests that are not signed at most once a minute: anybody can send them.
type forged struct{ told atomic.Int64 }

func (f *forged) tell(s *session) {
	now, told := time.Now().Unix(), f.told.Load()
	if now-told >= 60 && f.told.CompareAndSwap(told, now) {
		s.log.Warn("a request is not signed by Slack: if people get no answer, SLACK_SIGNING_SECRET may be wrong, or this computer's clock")
	}
}

// probe tells whether body is what Slack tries an address by, which is signed or not.
func probe(body []byte) bool {
	form, err := url.ParseQuery(string(body[:min(len(body), 1000)]))
	return err == nil && form.Get("ssl_check") == "1"
}

// readCommand reads the form that a slash command is.
func readCommand(body []byte) (env envelope, answer string, err error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return env, "", errors.New("a slash command is no form")
	}
	fields := map[string]string{}
	for name := range form {
		fields[name] = form.Get(name)
	}
	env.Type = "slash_commands"
	env.Payload, err = json.Marshal(fields)
	return env, "", err
}

// readInteraction reads the form around a click, a submitted form or what is typed into a menu.
func readInteraction(body []byte) (env envelope, answer string, err error) {
	form, err := url.ParseQuery(string(body))
	if err != nil || !json.Valid([]byte(form.Get("payload"))) {
		return env, "", errors.New("an interaction has no payload")
	}
	return envelope{Type: "interactive", Payload: json.RawMessage(form.Get("payload"))}, "", nil
}

// readEvent reads an event, or gives back the challenge by which Slack finds out
// whether the address is ours.
func readEvent(body []byte) (env envelope, answer string, err error) {
	var said struct{ Type, Challenge string }
	if err := json.Unmarshal(body, &said); err != nil {
		return env, "", errors.New("an event is not JSON")
	}
	if said.Type == "url_verification" && said.Challenge != "" {
		return env, said.Challenge, nil
	}
	return envelope{Type: "events_api", Payload: body}, "", nil
}
