package main

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"

	"ckadbot/bot/app"
	"ckadbot/bot/store"
	"ckadbot/kb"
	"ckadbot/migrations/pgtest"
	"ckadbot/quiz"
)

// quiet is a quiz.Poster that posts nowhere.
type quiet struct{}

func (quiet) PostRound(context.Context, quiz.Post) (string, error)    { return "m1", nil }
func (quiet) CloseRound(context.Context, quiz.Post, quiz.Tally) error { return nil }
func (quiet) PostNotice(context.Context, quiz.Notice) error           { return nil }

// TestAWorkspaceThatWasLeftIsInNoTable: thirty days later nothing of it, and of who was there, is in any column of any table.
func TestAWorkspaceThatWasLeftIsInNoTable(t *testing.T) {
	const home, team, user = "slack/T0PURGED", "T0PURGED", "U0PURGED"
	pool, ctx := pgtest.New(t), t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	glossary, err := kb.Open(ctx, pool, kb.Options{Dir: t.TempDir()})
	must(err)
	defer glossary.Close()
	now := time.Now()
	engine := quiz.New(pool, quiz.Options{Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }, Others: []quiz.Keeper{glossary.People(), store.NewPeople(pool)}})
	bank, err := app.Bank()
	must(err)
	_, _, _, _, err = engine.Load(ctx, bank)
	must(err)
	installations := installed(t, pool)

	_, err = installations.Save(ctx, store.Installation{Team: team, Token: "xoxb-1", Installer: user})
	must(err)
	_, err = pool.Exec(ctx, `insert into chat.enterprise_team values ($1, 'E1')`, team)
	must(err)
	me := quiz.Person{Workspace: home, User: user, Name: "Purged Person"}
	e, err := glossary.Put(ctx, home, kb.Author{Name: me.Name, ID: user}, 0, kb.Entry{Term: "Gizmo", Definition: "A thing."})
	must(err)
	_, err = glossary.Suggest(ctx, kb.Suggestion{Workspace: home, By: me.Name, ByID: user, Entry: kb.Entry{Slug: e.Slug, Definition: "Another thing."}})
	must(err)
	_, err = engine.CreateSeries(ctx, quiz.Series{Workspace: home, Name: "daily", Questions: 1, CreatedBy: user, Channels: []quiz.Channel{{ID: home + "/C1"}},
		Schedule: quiz.Schedule{Opens: 600, Closes: 700, Days: quiz.Daily, Zone: "UTC"}})
	must(err)
	must(engine.Away(ctx, me, now.Add(48*time.Hour).UTC().Format(time.DateOnly)))
	_, err = engine.OpenSeason(ctx, home, "spring", user)
	must(err)

	traces := func() (tables []string) {
		t.Helper()
		for _, column := range pgtest.Traces(t, pool, home, team, user, me.Name) {
			tables = append(tables, strings.Join(strings.SplitN(column, ".", 3)[:2], "."))
		}
		return slices.Compact(tables)
	}
	// What of quiz there may be, that package tests.
	of := []string{"chat.enterprise_team", "chat.installation", "kb.entry", "kb.history", "kb.suggestion", "quiz.away", "quiz.identity",
		"quiz.player", "quiz.season", "quiz.series", "quiz.series_channel"}
	if diff := cmp.Diff(of, traces()); diff != "" {
		t.Errorf("tables before (-want +got):\n%s", diff)
	}
	found, err := installations.Find(ctx, team, "")
	must(err)
	_, err = installations.Remove(ctx, found)
	must(err)
	must(engine.Leave(ctx, home))

	// tidy lets a bot run until that is so; a look for what is old is the first that it does.
	tidy := func(done string) {
		t.Helper()
		ctx, stop := context.WithCancel(ctx)
		ended := make(chan error, 1)
		go func() { ended <- engine.Run(ctx, quiet{}) }()
		for deadline, is := time.Now().Add(time.Minute), false; !is; {
			must(pool.QueryRow(ctx, `select `+done).Scan(&is))
			if time.Now().After(deadline) {
				t.Fatalf("not so within a minute: %s", done)
			}
		}
		stop()
		must(<-ended)
	}
	now = now.Add(quiz.LeftFor)
	tidy(`not exists (select from kb.history) and not exists (select from chat.enterprise_team)`)
	if diff := cmp.Diff([]string{"kb.entry", "quiz.workspace"}, traces()); diff != "" {
		t.Errorf("tables while bots learn that entries are gone (-want +got):\n%s", diff)
	}
	_, err = pool.Exec(ctx, `alter table kb.entry disable trigger user; update kb.entry set changed_at = changed_at - interval '10 minutes'; alter table kb.entry enable trigger user`)
	must(err)
	tidy(`not exists (select from quiz.workspace)`)
	if left := traces(); len(left) > 0 {
		t.Errorf("left behind: %q", pgtest.Traces(t, pool, home, team, user, me.Name))
	}
}

// installed is where installations are kept.
func installed(t *testing.T, pool *pgxpool.Pool) *store.Installations {
	t.Helper()
	keys, err := store.NewKeys(store.Key{ID: "a", Secret: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	return store.NewInstallations(pool, keys)
}
