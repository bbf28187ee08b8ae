package main

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"ckadbot/bot/app"
	"ckadbot/bot/chat"
	"ckadbot/bot/console"
	"ckadbot/bot/discord"
	"ckadbot/bot/metrics"
	"ckadbot/bot/slack"
	"ckadbot/bot/store"
	"ckadbot/quiz"
)

// serve is the command that runs the bot.
type serve struct{}

// Run runs the bot until it is told to stop or, in the terminal, until the input ends.
// Told to stop, it is no longer ready, and the adapters take nothing new; what people
// did before is answered and what is being posted is posted, for which there are some
// seconds. Then HTTP ends, and at last the database.
func (serve) Run(s session) error {
	var web net.Listener
	if s.config.HTTPAddr != "" { // first, as nothing else is so quick to fail
		var err error
		if web, err = listen(s.ctx, s.config.HTTPAddr); err != nil {
			return err
		}
		defer web.Close()
	}
	glossary, pool, closeAll, err := openGlossary(s)
	if err != nil {
		return err
	}
	defer closeAll()
	counts := metrics.New(app.Spec)
	deliveries := store.NewDeliveries(pool, s.log)
	installations, err := installations(s.config, pool)
	if err != nil {
		return err
	}
	var program *app.App // adapters serve when there is one, and an engine
	var engine *quiz.Engine
	adapters := adapters(s, deliveries, installations, counts, homes{
		present: func(ctx context.Context, home string) { program.Present(ctx, home) },
		on: func(ctx context.Context, platform string) (here, left []string, err error) {
			return engine.WorkspacesOn(ctx, platform)
		},
	})
	engine = quiz.New(pool, quiz.Options{Log: s.log, Platforms: platforms(adapters), Others: []quiz.Keeper{glossary.People(), store.NewPeople(pool)}})
	if err := loadBank(s, engine); err != nil {
		return err
	}
	counts.Database(pool)
	counts.Queue(engine.Waiting)
	program = app.New(app.Config{Glossary: glossary, Engine: engine, Adapters: counting(adapters, counts), Log: s.log, Posted: counts.RoundPosted})
	g, ctx := errgroup.WithContext(s.ctx)
	ctx, cancel := context.WithCancel(ctx)
	ended, end := context.WithCancel(context.WithoutCancel(ctx))
	g.Go(func() error { defer end(); defer cancel(); return program.Run(ctx) })
	g.Go(func() error { return deliveries.Run(ctx) })
	if web != nil {
		server := server{listener: web, log: s.log, database: sharing(pool.Ping), adapters: adapters, metrics: counts.Handler(), running: ctx}
		g.Go(func() error { return server.serve(ended) })
	}
	err = g.Wait()
	if errors.Is(err, chat.ErrToken) || err == nil {
		return err
	}
	return fmt.Errorf("stopped: %w", err)
}

// homes is what adapters tell and ask about workspaces: see [app.App.Present] and [quiz.Engine.WorkspacesOn].
type homes struct {
	present func(ctx context.Context, home string)
	on      func(ctx context.Context, platform string) (here, left []string, err error)
}

// adapters are those whose tokens are set, or else the terminal.
func adapters(s session, deliveries *store.Deliveries, installations *store.Installations, counts *metrics.Metrics, all homes) (list []chat.Adapter) {
	c := s.config
	if c.console() {
		terminal := console.New(console.Config{In: s.in, Out: s.out, Name: c.Name, Plain: c.NoColor, Log: s.log})
		if terminal.Interactive() {
			s.errs.turnTo(terminal)
		}
		return []chat.Adapter{terminal}
	}
	if c.slack() {
		list = append(list, slack.New(slack.Config{
			BotToken: string(c.SlackBotToken), AppToken: string(c.SlackAppToken), Secret: string(c.SlackSigningSecret), APIURL: c.SlackAPIURL,
			Installations: installations, ClientID: c.SlackClientID, ClientSecret: string(c.SlackClientSecret), PublicURL: c.PublicURL, Welcome: app.Installed(), Installed: all.present,
			Log: s.log, Claim: deliveries.Claim, Responded: counts.Responded("slack"),
		}))
	}
	if c.DiscordToken != "" {
		list = append(list, discord.New(discord.Config{
			Token: string(c.DiscordToken), PublicKey: c.DiscordPublicKey, Shards: c.DiscordShards, APIURL: c.DiscordAPIURL,
			Workspaces: func(ctx context.Context) (here, left []string, err error) { return all.on(ctx, "discord") }, Installed: all.present,
			Log: s.log, Claim: deliveries.Claim, Responded: counts.Responded("discord"),
		}))
	}
	return list
}

// installations are the workspaces that installed the app, nil for a bot that
// serves one only, with the token in the settings.
func installations(c Config, pool *pgxpool.Pool) (*store.Installations, error) {
	if c.SlackClientID == "" {
		return nil, nil
	}
	var list []store.Key
	for _, k := range c.SecretKeys {
		list = append(list, store.Key{ID: k.ID, Secret: []byte(k.Key)})
	}
	keys, err := store.NewKeys(list...)
	if err != nil {
		return nil, fmt.Errorf("SECRET_KEYS: %w", err)
	}
	return store.NewInstallations(pool, keys), nil
}

// counting are adapters whose posts are counted.
func counting(adapters []chat.Adapter, counts *metrics.Metrics) (list []chat.Adapter) {
	for _, a := range adapters {
		list = append(list, counts.Adapter(a))
	}
	return list
}

func platforms(adapters []chat.Adapter) (names []string) {
	for _, a := range adapters {
		names = append(names, a.Platform())
	}
	return names
}

// loadBank brings the built-in questions up to date; a second start changes nothing.
func loadBank(s session, engine *quiz.Engine) error {
	questions, err := app.Bank()
	if err != nil {
		return err
	}
	added, updated, retired, _, err := engine.Load(s.ctx, questions)
	if err != nil {
		return err
	}
	if added+updated+retired > 0 {
		s.progress(fmt.Sprintf("Loaded the question bank: %d added, %d updated, %d retired.", added, updated, retired))
	}
	return nil
}
