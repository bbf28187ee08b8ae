package main

import (
	"fmt"
	"slices"
	"time"

	"ckadbot/quiz"
)

// boards are the commands about leaderboards.
type boards struct {
	Check   boardsCheck   `cmd:"" help:"Compare all leaderboards with the answers they are made of; fails if any differs."`
	Rebuild boardsRebuild `cmd:"" help:"Make all leaderboards again from the answers. Bots may run meanwhile."`
}

// A boardsOf says whose boards.
type boardsOf struct {
	Workspace []string `arg:"" optional:"" help:"One or more, such as slack/T012; all if left out."`
}

// each opens the database and does something for each of the workspaces.
func (b boardsOf) each(s session, do func(engine *quiz.Engine, workspace string) error) error {
	pool, closeAll, err := openDatabase(s)
	if err != nil {
		return err
	}
	defer closeAll()
	engine := quiz.New(pool, quiz.Options{Log: s.log})
	all, err := engine.Workspaces(s.ctx)
	if err != nil {
		return err
	}
	for _, workspace := range b.Workspace {
		if !slices.Contains(all, workspace) {
			return fmt.Errorf("there are no rounds in the workspace %q; bot boards check without a name checks all", workspace)
		}
	}
	if len(b.Workspace) > 0 {
		all = b.Workspace
	}
	for _, workspace := range all {
		if err := do(engine, workspace); err != nil {
			return err
		}
	}
	return nil
}

// boardsCheck is the command that compares.
type boardsCheck struct{ boardsOf }

// Run prints what differs.
func (b boardsCheck) Run(s session) error {
	const enough = 100 // differences of a workspace; whoever has so many needs a rebuild, not a list
	checked, wrong := 0, 0
	err := b.each(s, func(engine *quiz.Engine, workspace string) error {
		differences, err := engine.CheckBoards(s.ctx, workspace, enough)
		for _, d := range differences {
			fmt.Fprintf(s.out, "%s: %s\n", workspace, d)
		}
		checked, wrong = checked+1, wrong+min(len(differences), 1)
		return err
	})
	if err == nil && wrong > 0 {
		err = fmt.Errorf("the leaderboards of %s differ from the answers: bot boards rebuild makes them again", counted(wrong, "workspace", "workspaces"))
	}
	if err == nil {
		fmt.Fprintf(s.out, "The leaderboards of %s agree with the answers.\n", counted(checked, "workspace", "workspaces"))
	}
	return err
}

// boardsRebuild is the command that makes boards again.
type boardsRebuild struct{ boardsOf }

// Run makes them workspace by workspace. What takes long says how far it is.
func (b boardsRebuild) Run(s session) error {
	const pause = 3 * time.Second // at least, between two lines
	said := time.Now()
	return b.each(s, func(engine *quiz.Engine, workspace string) error {
		progress := func(done, steps int, next string) {
			if time.Since(said) >= pause {
				s.progress(fmt.Sprintf("%s: %d of %d steps done; now: %s", workspace, done, steps, next))
				said = time.Now()
			}
		}
		if err := engine.Rebuild(s.ctx, workspace, progress); err != nil {
			return err
		}
		fmt.Fprintf(s.out, "%s: done\n", workspace)
		return nil
	})
}
