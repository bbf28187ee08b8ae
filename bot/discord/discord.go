// Package discord connects the bot to Discord.
//
// Interactions (commands, clicks, forms, completions) come over the gateway, a
// websocket, or over HTTP if the Config has the application's public key; everything
// the bot says goes over REST, but for the first answer to what came over HTTP, which
// is the response. From there on both ways are one, see responder. The types are
// discordgo's. The connection is our own: discordgo's Session reconnects for
// ever after a fatal close, notices a dead connection only after five missed
// heartbeats, cannot be opened with a deadline, keeps a rate limit for every
// interaction it ever saw, and takes its addresses from globals, so that two of
// them could not talk to two servers. What is left, a handshake, a heartbeat and
// some fifteen requests, is in gateway.go and rest.go.
//
// On the gateway the bot asks for one intent, to hear where it was added and removed:
// interactions need none, and the bot reads no messages. What it did not hear of that,
// the census finds out.
//
// Nothing is stored. Kept in memory are the interactions seen lately (so that one
// that is delivered again is handled once), the gateway session that a lost
// connection resumes (one for each shard, with the ids of its guilds), for a minute
// what the bot may do in a guild, and the routes that are out of requests.
//
// Every interaction has a goroutine of its own that answers within
// [chat.Patience], be it only "thinking"; at most [workers] handlers run at a
// time, the others wait for their turn behind that sign. All goroutines end
// before Run returns. Post and Edit may be used from many goroutines, also
// before Run and after it.
//
// Discord tells every connected process with this token of every interaction. The
// first to claim it (see [Config]) handles it. Where nobody can say who is first, several
// may: then the first answer is the one that people see, the others are dropped
// without a word, and what must happen once is for the database to decide.
package discord

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"ckadbot/bot/chat"
)

// Config says where Discord is and who we are there.
type Config struct {
	Token  string // of the bot; never logged
	APIURL string // without a version; https://discord.com/api if empty
	Log    *slog.Logger

	// PublicKey of the application, 64 hexadecimal digits. With it Discord must be
	// told the address of [Adapter.Routes], and no gateway is used.
	PublicKey string
	// Shards is how many parts the guilds are split into on the gateway; 0 is what Discord recommends.
	Shards int
	// Claim tells whether this process is the first of all with this token to handle what key
	// names; nil: it always is.
	Claim func(ctx context.Context, key string) (first bool, err error)
	// Workspaces gives those that something is kept of, told apart by whether the bot is in them
	// or left them. With it the adapter finds out now and then what Discord did not tell.
	Workspaces func(ctx context.Context) (here, left []string, err error)
	// Installed is told of a workspace that the bot was added to, also of one among the left that
	// it turns out to be in. It goes with Workspaces.
	Installed func(ctx context.Context, home string)
	// Responded is told how each thing that somebody did was answered, if it is not nil.
	Responded func(chat.Response)
}

// An Adapter is a chat.Adapter for Discord. A channel's workspace is its guild, or
// [chat.Everywhere] if there is none, or one without the bot.
type Adapter struct {
	rest  *client
	log   *slog.Logger
	claim func(context.Context, string) (bool, error)
	told  func(chat.Response)
	seen  chat.Once               // interactions by id
	slots chan struct{}           // one for each handler that runs
	pause func(int) time.Duration // before connecting again, by how often that failed lately

	shards int           // 0: as Discord recommends
	gap    time.Duration // between new sessions of the gateway

	workspaces func(context.Context) (here, left []string, err error)
	installed  func(context.Context, string)
	lag        time.Duration // before the first census

	publicKey string // as it was given
	key       ed25519.PublicKey
	door      door
	memory    memory // of what the bot may do
	chat.Status
}

const (
	platform = "discord"
	home     = "https://discord.com/api"
	version  = "/v10" // of the API and of the gateway

	workers = 64              // handlers that run at the same time
	grace   = 5 * time.Second // for answers that are under way when Run ends

	claiming = time.Second // for asking whether another process handles an interaction; Discord waits three
)

// New makes an adapter. It connects to nothing yet.
func New(c Config) *Adapter {
	if c.APIURL == "" {
		c.APIURL = home
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	log := c.Log.With("platform", platform)
	key, _ := publicKey(c.PublicKey) // Run says what is wrong with it
	return &Adapter{
		rest:  newClient(strings.TrimRight(c.APIURL, "/")+version, c.Token, log),
		log:   log,
		claim: c.Claim,
		told:  c.Responded,
		slots: make(chan struct{}, workers),
		pause: backoff,

		shards: c.Shards, gap: identifies,

		workspaces: c.Workspaces, installed: c.Installed, lag: censusFirst,

		publicKey: c.PublicKey,
		key:       key,
	}
}

// Platform is "discord".
func (*Adapter) Platform() string { return platform }

// InviteURL is where an admin of a guild adds the bot to it. The permissions are
// View Channel, Send Messages, Embed Links, Attach Files (for pictures) and Read
// Message History.
func InviteURL(applicationID string) string {
	return "https://discord.com/oauth2/authorize?client_id=" + applicationID + "&scope=bot+applications.commands&integration_type=0&permissions=117760"
}

// AddURL is where somebody adds the bot to their own account, to use it alone anywhere.
func AddURL(applicationID string) string {
	return "https://discord.com/oauth2/authorize?client_id=" + applicationID + "&scope=applications.commands&integration_type=1"
}

// Run registers the commands of spec, connects (or opens the door to Discord's
// requests, with a PublicKey), and serves until ctx ends (then it returns nil) or
// Discord refuses the bot for good (then the error says what to do). A lost
// connection is made good. Answers that are under way when ctx ends have five
// seconds to be delivered.
func (a *Adapter) Run(ctx context.Context, spec chat.Spec, h chat.Handler) error {
	if a.rest.token == "" {
		return fmt.Errorf("DISCORD_TOKEN is empty: %w", chat.ErrToken)
	}
	if a.publicKey != "" {
		if _, err := publicKey(a.publicKey); err != nil {
			return err
		}
	}
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var tasks sync.WaitGroup
	defer func() {
		late := time.AfterFunc(grace, cancel)
		tasks.Wait()
		late.Stop()
		cancel()
		a.rest.http.CloseIdleConnections()
	}()
	r := &responder{Adapter: a, handler: chat.Guard(h, a.log), work: work, tasks: &tasks}
	defer a.Set(chat.ErrOffline)
	a.door.open(r)
	defer a.door.open(nil) // before Run waits for those inside
	if a.workspaces != nil {
		running, end := context.WithCancel(ctx)
		defer end() // also when Discord refuses the bot
		tasks.Go(func() { r.takeCensus(running, a.lag) })
	}
	if a.publicKey != "" {
		return a.listen(ctx, spec)
	}
	f := &fleet{rest: a.rest, log: a.log, pause: a.pause, gap: a.gap, status: &a.Status, to: ears{
		interaction: r.take,
		joined:      func(g guild) { r.task(func(ctx context.Context) { r.joined(ctx, g, nil) }) },
		left:        func(id string) { r.task(func(ctx context.Context) { r.left(ctx, id) }) },
	}}
	if err := a.persist(ctx, "register my commands", func() error { return register(ctx, a.rest, spec, a.log) }); err != nil || ctx.Err() != nil {
		return err
	}
	if err := a.persist(ctx, "ask for the gateway", func() error { return f.ask(ctx) }); err != nil || ctx.Err() != nil {
		return err
	}
	return f.run(ctx, a.shards)
}

// listen serves what Discord asks over HTTP. Commands that are registered stay so:
// people need not wait until that is done once more.
func (a *Adapter) listen(ctx context.Context, spec chat.Spec) error {
	err := a.persist(ctx, "register my commands", func() error { return register(ctx, a.rest, spec, a.log) })
	if err != nil || ctx.Err() != nil {
		return err
	}
	a.Set(nil)
	a.log.Info("listening to Discord", "path", "/discord/interactions", "invite", InviteURL(a.rest.app), "add", AddURL(a.rest.app))
	select {
	case <-ctx.Done():
		return nil
	case <-a.rest.refused:
		return errToken
	}
}

// persist does something until it succeeds, ctx ends (then it returns nil), or
// Discord refuses it for good.
func (a *Adapter) persist(ctx context.Context, what string, do func() error) error {
	for tries := 0; ; tries++ {
		err := refusedForGood(do())
		if err == nil || ctx.Err() != nil {
			return nil
		}
		if final(err) {
			return err
		}
		if tries == 0 {
			a.log.Warn("Discord cannot be asked; trying until it can", "what", what, "error", err)
		}
		wait := a.pause(tries)
		var no *refusal
		if errors.As(err, &no) {
			wait = max(wait, no.after)
		}
		if !sleep(ctx, wait) {
			return nil
		}
	}
}
