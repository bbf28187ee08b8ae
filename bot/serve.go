package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"ckadbot/bot/app"
	"ckadbot/bot/chat"
	"ckadbot/bot/console"
	"ckadbot/bot/discord"
	"ckadbot/bot/slack"
	"ckadbot/bot/store"
	"ckadbot/quiz"
)

// serve is the command that runs the bot.
type serve struct{}

// Run runs the bot until it is told to stop or, in the terminal, until the input ends.
func (serve) Run(s session) error {
	glossary, pool, closeAll, err := openGlossary(s)
	if err != nil {
		return err
	}
	defer closeAll()
	deliveries := store.NewDeliveries(pool, s.log)
	adapters := adapters(s, deliveries)
	engine := quiz.New(pool, quiz.Options{Log: s.log, Platforms: platforms(adapters)})
	if err := loadBank(s, engine); err != nil {
		return err
	}
	program := app.New(app.Config{Glossary: glossary, Engine: engine, Adapters: adapters, Log: s.log})
	g, ctx := errgroup.WithContext(s.ctx)
	ctx, cancel := context.WithCancel(ctx)
	g.Go(func() error { defer cancel(); return program.Run(ctx) })
	g.Go(func() error { return deliveries.Run(ctx) })
	if s.config.HTTPAddr != "" {
		g.Go(func() error { return serveHealth(ctx, s.config.HTTPAddr, pool.Ping) })
	}
	err = g.Wait()
	if errors.Is(err, chat.ErrToken) || err == nil {
		return err
	}
	return fmt.Errorf("stopped: %w", err)
}

// adapters are those whose tokens are set, or else the terminal.
func adapters(s session, deliveries *store.Deliveries) (list []chat.Adapter) {
	c := s.config
	if c.console() {
		terminal := console.New(console.Config{In: s.in, Out: s.out, Name: c.Name, Plain: c.NoColor, Log: s.log})
		if terminal.Interactive() {
			s.errs.turnTo(terminal)
		}
		return []chat.Adapter{terminal}
	}
	if c.SlackBotToken != "" {
		list = append(list, slack.New(slack.Config{BotToken: string(c.SlackBotToken), AppToken: string(c.SlackAppToken), APIURL: c.SlackAPIURL, Log: s.log, Claim: deliveries.Claim}))
	}
	if c.DiscordToken != "" {
		list = append(list, discord.New(discord.Config{Token: string(c.DiscordToken), APIURL: c.DiscordAPIURL, Log: s.log, Claim: deliveries.Claim}))
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

// serveHealth answers /healthz with 200 while the database answers, for
// container health checks, until ctx ends.
func serveHealth(ctx context.Context, addr string, ping func(context.Context) error) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("HTTP_ADDR %q: %w", addr, err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
		defer cancel()
		if ping(ctx) != nil {
			http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
