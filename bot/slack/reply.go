package slack

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack"

	"ckadbot/bot/chat"
)

// A place is where an answer goes.
type place struct {
	at          *workspace
	channel     chat.Channel
	thread      string // of the channel; empty if it is none
	user        chat.User
	responseURL string // a secret; empty after a form that an earlier process opened
	trigger     string // opens one form within three seconds
	clicked     bool   // there is a message that the answer may replace
	ephemeral   bool   // and it is ephemeral
	view        string // a modal that is open already and waits for the form; empty if there is none
	home        bool   // it is on the user's home page, in no channel
}

// A wait is how long somebody has been waiting for an answer.
type wait struct {
	since time.Time
	first time.Duration // until Slack had a first sign; zero while it had none
}

// responded completes how something was answered, and tells it.
func (a *Adapter) responded(w wait, how chat.Response) {
	if a.cfg.Responded == nil {
		return
	}
	how.Answer = time.Since(w.since)
	how.First = w.first
	if how.First == 0 && how.Outcome != chat.Lost {
		how.First = how.Answer
	}
	a.cfg.Responded(how)
}

// reply gives r to the person at p.
func (s *session) reply(ctx context.Context, p place, r chat.Reply, w wait, how chat.Response) {
	stepAside(ctx) // for good: the rest is Slack's
	err := s.bring(ctx, p, r)
	if err != nil {
		s.log.Error("a reply is lost", "workspace", p.channel.Workspace, "channel", p.channel.ID, "error", err)
	}
	how.Outcome = chat.OutcomeOf(r, err)
	s.responded(w, how)
}

// bring gives r to the person at p, one way or another.
func (s *session) bring(ctx context.Context, p place, r chat.Reply) error {
	log := s.log.With("workspace", p.channel.Workspace, "channel", p.channel.ID)
	if p.view != "" && r.Form == nil {
		if err := s.update(ctx, p.view, p, note(r.Message)); err != nil {
			log.Warn("an open form could not be ended", "error", err)
		}
	}
	if r.Form != nil && p.trigger == "" {
		r = chat.Reply{Ephemeral: r.Ephemeral, Message: chat.Message{Text: "That takes a form, and Slack opens one for a command only: please type it with a slash, such as `/ckad help`."}}
	}
	if r.Form != nil {
		err := s.open(ctx, p, *r.Form)
		if err == nil {
			return nil
		}
		log.Warn("a form could not be opened", "error", err)
		r = chat.Reply{Ephemeral: true, Message: chat.Message{Text: "Slack did not let me open the form, most likely because I was too slow. Please do that once more."}}
	}
	if p.home {
		return s.atHome(ctx, p, r)
	}
	err := errNoResponseURL
	if p.responseURL != "" {
		picture := r.Image()
		if p.private(r) {
			picture = nil
		}
		err = p.at.illustrated(ctx, false, picture, func(file string) error {
			return again(ctx, func() error { return s.respond(ctx, p, r, file) })
		})
		if err != nil {
			log.Warn("a reply was not taken", "error", err)
		}
	}
	if err != nil && !r.Ephemeral && !p.clicked {
		err = again(ctx, func() error { return s.say(ctx, p, p.channel.ID, r.Message) })
	}
	if err != nil {
		err = again(ctx, func() error { return s.whisper(ctx, p, r.Message) })
	}
	return err
}

var errNoResponseURL = errors.New("no response_url")

// private tells whether r is seen by one person only. A message that is replaced
// stays what it is.
func (p place) private(r chat.Reply) bool {
	if r.Replace && p.clicked {
		return p.ephemeral
	}
	return r.Ephemeral
}

// inThread keeps a message to channel in the thread of p, if it is that channel's.
func (p place) inThread(channel string) slack.MsgOption {
	if p.thread == "" || channel != p.channel.ID {
		return slack.MsgOptionCompose()
	}
	return slack.MsgOptionTS(p.thread)
}

// again tries once more if Slack asks for a short wait.
func again(ctx context.Context, try func() error) error {
	defer stepAside(ctx)()
	err := try()
	var retry *chat.RetryError
	if !errors.As(err, &retry) || retry.After > 20*time.Second {
		return err
	}
	if !pause(ctx, retry.After) {
		return err
	}
	return try()
}

// origin is the channel of p as a form carries it.
func (p place) origin() string {
	if p.home {
		return atHome
	}
	return p.channel.ID
}

func (s *session) open(ctx context.Context, p place, f chat.Form) error {
	ticket := s.opened.keep(p.responseURL)
	form := modal(f, origin{p.origin(), ticket, p.channel.Workspace, p.thread}.String())
	if p.view != "" {
		return s.update(ctx, p.view, p, form)
	}
	return p.at.call(ctx, call{what: "open a form", method: "views.open"}, func(api *slack.Client) error {
		_, err := api.OpenViewContext(ctx, p.trigger, form)
		return err
	})
}

// A response is what a response_url takes (docs.slack.dev/interactivity/handling-user-interaction).
type response struct {
	Type    string        `json:"response_type"`
	Replace bool          `json:"replace_original"`
	Text    string        `json:"text"`
	Blocks  []slack.Block `json:"blocks"`
	Links   bool          `json:"unfurl_links"`
	Media   bool          `json:"unfurl_media"`
	Thread  string        `json:"thread_ts,omitempty"` // of a new message
}

// ofSlack tells whether an address is one of Slack's, such as https://hooks.slack.com/…: what comes in must not
// have us call others, of which some may be reached by us only.
func (a *Adapter) ofSlack(u *url.URL) bool {
	api, err := url.Parse(a.cfg.APIURL)
	return err == nil && u.Scheme == api.Scheme && (u.Host == api.Host || strings.HasSuffix(u.Host, "."+api.Host))
}

// respond answers through the response_url, which takes five messages within half an hour.
func (s *session) respond(ctx context.Context, p place, r chat.Reply, file string) error {
	out := response{Type: slack.ResponseTypeInChannel, Replace: r.Replace && p.clicked}
	if p.private(r) {
		out.Type = slack.ResponseTypeEphemeral
	}
	if !out.Replace {
		out.Thread = p.thread
	}
	out.Text, out.Blocks = render(r.Message, file)
	body, err := json.Marshal(out)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.responseURL, bytes.NewReader(body))
	if err != nil || !s.ofSlack(request.URL) {
		return errors.New("response_url is no address of Slack's")
	}
	request.Header.Set("Content-Type", "application/json")
	if p.at != nil {
		leave, busy := p.at.line.enter(ctx, s.second, false)
		if busy != nil {
			return busy
		}
		defer func() { leave(err) }()
	}
	answer, err := s.http.Do(request)
	if err != nil {
		return bare(err)
	}
	defer answer.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(answer.Body, 1<<16)) // to its end, so that the connection can be used again
	switch after, _ := strconv.Atoi(answer.Header.Get("Retry-After")); {
	case answer.StatusCode == http.StatusTooManyRequests:
		return &chat.RetryError{After: time.Duration(after) * time.Second}
	case answer.StatusCode != http.StatusOK && bytes.Contains(said, []byte("invalid_blocks")):
		return errBlocks
	case answer.StatusCode != http.StatusOK:
		return fmt.Errorf("Slack answered %s", answer.Status)
	}
	return nil
}

// whisper shows m to one person: in the channel, or if I am not in there, in our direct messages.
func (s *session) whisper(ctx context.Context, p place, m chat.Message) error {
	err := p.at.call(ctx, call{what: "post an ephemeral message", method: "chat.postEphemeral"}, func(api *slack.Client) error {
		_, err := api.PostEphemeralContext(ctx, p.channel.ID, p.user.ID, append(content(m, ""), p.inThread(p.channel.ID))...)
		return err
	})
	var gone *chat.GoneError
	if errors.As(err, &gone) {
		return s.say(ctx, p, p.user.ID, m)
	}
	return err
}

// say posts m without a key, to the channel of p or another.
func (s *session) say(ctx context.Context, p place, channel string, m chat.Message) error {
	return p.at.illustrated(ctx, false, m.Image(), func(file string) error {
		return p.at.call(ctx, call{what: "post a message", method: "chat.postMessage", channel: channel}, func(api *slack.Client) error {
			_, _, err := api.PostMessageContext(ctx, channel, append(content(m, file), quiet, p.inThread(channel))...)
			return err
		})
	})
}
