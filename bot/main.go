// Command bot is ckadbot: a quiz bot with a glossary for people who prepare for
// the Certified Kubernetes Application Developer exam.
//
// Without settings it starts a PostgreSQL of its own and chats in the terminal;
// with SLACK_… or DISCORD_… set it is in Slack, in Discord, or in both (see
// config.go). This package only reads the command line and the settings, opens
// what they name, and hands it to package app.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"sync"
	"syscall"
	_ "time/tzdata" // schedules need every zone, also where the system has none

	"github.com/alecthomas/kong"
)

func main() {
	signal.Ignore(syscall.SIGPIPE) // who closes our output early gets an error from the write, not a killed bot
	ctx, cancel := context.WithCancel(context.Background())
	told := make(chan os.Signal, 1)
	signal.Notify(told, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-told
		signal.Stop(told) // before anything stops: a second Ctrl-C ends the program at once
		cancel()
	}()
	os.Exit(run(ctx, os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}

// commands is the command line.
type commands struct {
	Serve     serve     `cmd:"" default:"1" help:"Run the bot: in Slack and Discord if their tokens are set, else here in the terminal."`
	Define    define    `cmd:"" help:"Look terms up in the glossary."`
	Term      term      `cmd:"" help:"Add, edit, remove and revert terms of a team's own glossary."`
	Import    imports   `cmd:"" help:"Import glossary files: plain notes, YAML, JSON, CSV, or the Kubernetes website's Markdown."`
	Export    exports   `cmd:"" help:"Export what a workspace wrote and imported."`
	Questions questions `cmd:"" help:"Show the question bank; import, export and remove questions."`
	Boards    boards    `cmd:"" help:"Check leaderboards, or make them again from the answers."`
	Manifest  manifest  `cmd:"" help:"Print the manifest that a Slack app for this bot is created from."`
	Lint      lints     `cmd:"" help:"Check files of a glossary or of questions: their form, their links, that examples are valid and questions good."`
}

// A session is what every command works with.
type session struct {
	ctx    context.Context
	config Config
	in     io.Reader
	out    io.Writer
	errs   *sink // for progress and the log
	log    *slog.Logger
}

// progress tells what takes a while.
func (s session) progress(line string) { fmt.Fprintln(s.errs, line) }

// A sink is standard error, until the terminal chat takes what is written
// there, so that it does not spoil the line that somebody is typing.
type sink struct {
	mu sync.Mutex // guards w
	w  io.Writer
}

// Write passes p on.
func (s *sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.w.Write(p)
}

func (s *sink) turnTo(w io.Writer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.w = w
}

// interrupted is the exit code of a command that was interrupted before it was
// done, as shells have it for Ctrl-C. A bot that serves is done when it is told to stop.
const interrupted = 130

// run is the whole program but for the process around it. It returns the exit
// code: 0 done, 1 something failed (one line on errs says what), 2 the command
// line or a setting is wrong, or interrupted.
func run(ctx context.Context, args []string, getenv func(string) string, in io.Reader, out, errs io.Writer) int {
	var cli commands
	exited, code := false, 0
	parser, err := kong.New(&cli, kong.Name("bot"), kong.Writers(out, errs), kong.UsageOnError(),
		kong.Description("A quiz bot with a glossary for the CKAD exam. Settings come from the environment; the README lists them."),
		kong.Exit(func(c int) { exited, code = true, c }))
	if err != nil {
		return fail(errs, 2, err)
	}
	if len(args) > 0 && args[0] == "help" { // people try it, whatever the parser's custom
		args = append(args[1:], "--help")
	}
	parsed, err := parser.Parse(args)
	switch {
	case exited: // --help
		return code
	case err != nil:
		return fail(errs, 2, fmt.Errorf("%w (bot --help shows the commands)", err))
	}
	config, err := ReadConfig(getenv)
	if err != nil {
		return fail(errs, 2, err)
	}
	s := session{ctx: ctx, config: config, in: in, out: out, errs: &sink{w: errs}}
	s.log = slog.New(slog.NewTextHandler(s.errs, &slog.HandlerOptions{Level: config.LogLevel}))
	switch err := parsed.Run(s); {
	case err == nil:
		return 0
	case ctx.Err() != nil:
		return interrupted
	default:
		return fail(errs, 1, err)
	}
}

func fail(errs io.Writer, code int, err error) int {
	fmt.Fprintln(errs, "bot:", err)
	return code
}
