// Package slack connects the bot to Slack workspaces.
//
// Slack tells us what people do over one of two transports, and behind them all
// is the same: over websockets that we open (Socket Mode, socket.go), of which
// there are two because Slack ends each after a while, or by signed requests over
// HTTP (http.go). Each slash command, click, completion, submitted form and event
// is acknowledged as soon as it is read, since Slack waits three seconds; the
// answer follows through the response_url that came with it, or as an ephemeral
// message. Everything else goes through the Web API, with the token of the
// workspace that it is about (workspace.go).
//
// Slack delivers at least once: over either connection, again after minutes,
// with other ids. What people do is known by what it is (dispatch.go), first to
// this process, then to all that share a database; it is handled once.
//
// What may run at once: everything that comes is handled in a goroutine of its
// own, of which at most 64 are at work, and the others wait for Slack (turn.go). So no
// workspace waits for another that is slow. Post and Edit may be called from anywhere, also
// before and after Run. What is cached: names and admin rights of people, for
// five minutes, tokens and the channels that people are in, for one, what was handled,
// for [chat.Memory], and the response_urls of forms that are being filled in. What is
// stored is in bot/store.
//
// Channels are "slack", the team's id, the channel's id; a message's id is its ts.
// Text becomes mrkdwn in which every character is escaped (mrkdwn.go).
package slack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/slack-go/slack"

	"ckadbot/bot/chat"
	"ckadbot/bot/store"
)

// A Config says how to reach Slack.
type Config struct {
	BotToken string       // xoxb-…, for the Web API
	AppToken string       // xapp-…, for Socket Mode
	Secret   string       // the signing secret: without an AppToken, Slack reaches us over HTTP, see [Adapter.Routes]
	APIURL   string       // default https://slack.com/api/
	Log      *slog.Logger // default: nothing is logged

	// Installations are the workspaces, for a bot without BotToken that serves all which install it.
	// ClientID and ClientSecret are the app's, PublicURL is where its routes are, as in "https://quiz.example".
	Installations                     *store.Installations
	ClientID, ClientSecret, PublicURL string
	Welcome                           *chat.Message // is sent to who installs the app first

	// Installed hears of each workspace that installed the app, as in chat.Channel.Home; nil: nobody does.
	Installed func(ctx context.Context, home string)

	// Claim tells whether this process is the first of all that serve Slack to handle what key
	// names; nil: it always is. A key may hold secrets.
	Claim func(ctx context.Context, key string) (first bool, err error)
	// Responded is told how each thing that somebody did was answered, if it is not nil.
	Responded func(chat.Response)
}

// DefaultAPIURL is where Slack's Web API is.
const DefaultAPIURL = "https://slack.com/api/"

// timeout bounds each request to Slack, which itself gives up after a few seconds.
const timeout = 10 * time.Second

// An Adapter is a [chat.Adapter] for the Slack workspace of its token, or for all that have installed the app.
type Adapter struct {
	cfg    Config
	log    *slog.Logger
	http   *http.Client
	people people
	rooms  rooms
	seen   chat.Once
	opened opened
	second time.Duration // how long Slack's second lasts; tests have a faster clock
	chat.Status
	current atomic.Pointer[session] // of the last Run
	forged  forged

	installing chan struct{} // filled while an installation is ended

	gone atomic.Bool // the one workspace has removed the app

	mu         sync.Mutex            // guards the rest
	own        *workspace            // of the bot token; its team is "" until Slack was asked
	workspaces map[string]*workspace // by team, of Installations
	swept      time.Time             // when those were forgotten that nobody used
}

// New makes an adapter. It does not talk to Slack yet.
func New(cfg Config) *Adapter {
	if cfg.APIURL == "" {
		cfg.APIURL = DefaultAPIURL
	}
	if !strings.HasSuffix(cfg.APIURL, "/") {
		cfg.APIURL += "/"
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	a := &Adapter{cfg: cfg, log: cfg.Log.With("platform", "slack"), second: time.Second, installing: make(chan struct{}, maxInstalling)}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = maxCalls
	transport.HTTP2 = &http.HTTP2Config{SendPingTimeout: timeout, PingTimeout: timeout / 2} // all workspaces may share a connection: one that died is to be noticed
	// A redirect would carry the token to wherever it points.
	a.http = &http.Client{Timeout: timeout, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	a.own, a.workspaces = a.newWorkspace(""), map[string]*workspace{}
	a.own.api = a.newClient(cfg.BotToken)
	return a
}

// silent takes what the library logs: it may hold URLs that open a connection.
var silent = log.New(io.Discard, "", 0)

// Platform is "slack".
func (a *Adapter) Platform() string { return "slack" }

// Run serves until ctx ends or Slack refuses a token (then the error wraps
// [chat.ErrToken] and says which setting is wrong). A connection that is lost
// is made again, for ever. When ctx ends, handlers that are at work have five
// seconds to finish.
func (a *Adapter) Run(ctx context.Context, spec chat.Spec, h chat.Handler) error {
	if err := a.cfg.check(); err != nil {
		return err
	}
	if a.cfg.Installations == nil {
		err := a.identify(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
	}
	a.gone.Store(false)
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	s := a.newSession(ctx, spec, h)
	s.end = end
	a.current.Store(s)
	defer s.drain()
	serve := s.listen
	if a.cfg.AppToken != "" {
		serve = s.connect
	}
	if err := serve(ctx); err != nil {
		return err
	}
	if cause := context.Cause(ctx); errors.Is(cause, chat.ErrToken) {
		return cause
	}
	return nil
}

// check finds tokens that are missing or swapped before Slack does.
func (c Config) check() error {
	for _, t := range []struct{ setting, token, prefix, other, hint string }{
		{"SLACK_BOT_TOKEN", c.BotToken, "xoxb-", "xapp-", `the "Bot User OAuth Token" on the app's page "OAuth & Permissions"`},
		{"SLACK_APP_TOKEN", c.AppToken, "xapp-", "xoxb-", `an "App-Level Token" with the scope connections:write from the app's page "Basic Information"`},
	} {
		switch {
		case t.setting == "SLACK_APP_TOKEN" && t.token == "" && c.Secret != "": // over HTTP
		case t.setting == "SLACK_BOT_TOKEN" && c.Installations != nil: // each workspace has its own
		case strings.HasPrefix(t.token, t.prefix):
		case t.token == "":
			return fmt.Errorf("%w: %s is empty; it takes %s", chat.ErrToken, t.setting, t.hint)
		case strings.HasPrefix(t.token, t.other):
			return fmt.Errorf("%w: %s begins with %s, so it looks like the two Slack tokens are swapped; it takes %s", chat.ErrToken, t.setting, t.other, t.hint)
		default:
			return fmt.Errorf("%w: %s does not begin with %s; it takes %s", chat.ErrToken, t.setting, t.prefix, t.hint)
		}
	}
	return nil
}

// identify asks Slack which workspace the bot token is for, until Slack answers.
func (a *Adapter) identify(ctx context.Context) error {
	var retry pace
	api := a.newClient(a.cfg.BotToken)
	for failed := false; ; failed = true {
		if err := retry.wait(ctx); err != nil {
			return err
		}
		who, err := api.AuthTestContext(ctx)
		var said slack.SlackErrorResponse
		switch {
		case err == nil:
			a.mu.Lock()
			if a.own.team != who.TeamID { // another one: those who use this one read its team
				own := a.newWorkspace(who.TeamID)
				own.api = a.own.api
				a.own = own
			}
			own := a.own
			a.mu.Unlock()
			own.remember(store.Installation{Team: who.TeamID, BotUser: who.UserID})
			return nil
		case errors.As(err, &said) && refused[said.Err]:
			return tokenError("SLACK_BOT_TOKEN", said.Err)
		}
		if wait := (*slack.RateLimitedError)(nil); errors.As(err, &wait) {
			retry.atLeast(wait.RetryAfter)
		}
		if !failed {
			a.log.Warn("cannot reach Slack, trying again", "error", bare(err))
		}
	}
}
