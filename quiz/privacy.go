package quiz

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// # What is kept of people
//
// A person is a player with all identities. Privacy counts what is stored about them, Export (privacy_export.go) gives all of it,
// Hide keeps them from the eyes of others, and Delete (privacy_delete.go) forgets them. What other packages keep about people in
// the same database they say, and forget, in the same transaction: see Keeper.
//
// A workspace may have answers forgotten when they are old (retention.go), and is deleted when the bot has left it for long
// (privacy_leave.go). Who leaves a workspace is not shown there any more (privacy_member.go).

// A Keeper keeps more about people and workspaces, in the same database. What it does belongs to the transaction.
type Keeper interface {
	// Count says how many things name a person, by what they are: "suggestions". names are those under which they were known.
	Count(ctx context.Context, tx pgx.Tx, workspace, user string, names []string) (map[string]int, error)
	// Export gives all that names a person, as rows to be encoded as JSON, by what they are. What there may be is always a key.
	Export(ctx context.Context, tx pgx.Tx, workspace, user string, names []string) (map[string][]map[string]any, error)
	// Forget removes the person from all of it.
	Forget(ctx context.Context, tx pgx.Tx, workspace, user string, names []string) error
	// Workspaces are those of which there is anything.
	Workspaces(ctx context.Context) ([]string, error)
	// Purge deletes some of what there is of a workspace, and reports whether that was all.
	Purge(ctx context.Context, workspace string) (done bool, err error)
}

// Privacy is what is stored about a person, as numbers.
type Privacy struct {
	Identities int            // on platforms and in workspaces
	Answers    int            // of all kinds
	Private    int            // practice, review and mock exam rounds
	Duels      int            // with others
	Reports    int            // of questions
	Away       int            // times
	Reminders  int            // asked for
	Messages   int            // to them, said or not
	Hidden     bool           // from others
	More       map[string]int // what Keepers have, by what it is
	Months     int            // after how many answers in the workspace where they ask become counts; 0 for never
}

// Nothing reports whether nothing is stored.
func (p Privacy) Nothing() bool {
	n := p.Identities + p.Answers + p.Private + p.Duels + p.Reports + p.Away + p.Reminders + p.Messages
	for _, more := range p.More {
		n += more
	}
	return n == 0
}

// Privacy tells what is stored about a person. All is zero for somebody who never played.
func (e *Engine) Privacy(ctx context.Context, by Person) (p Privacy, err error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	err = pgx.BeginTxFunc(ctx, e.db, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		who, err := e.someone(ctx, tx, by)
		if err != nil {
			return err
		}
		err = tx.QueryRow(ctx, `
			SELECT
				(SELECT count(*) FROM quiz.identity WHERE player = $1),
				(SELECT count(*) FROM quiz.player p JOIN quiz.answer a ON a.workspace = p.workspace AND a.player = p.id WHERE p.id = $1),
				(SELECT count(*) FROM quiz.player p JOIN quiz.round r ON r.workspace = p.workspace AND r.player = p.id WHERE p.id = $1),
				(SELECT count(*) FROM quiz.player p JOIN quiz.duel d ON d.workspace = p.workspace AND p.id IN (d.challenger, d.challenged) WHERE p.id = $1),
				(SELECT count(*) FROM quiz.player p JOIN quiz.report r ON r.workspace = p.workspace AND r.player = p.id WHERE p.id = $1),
				(SELECT count(*) FROM quiz.player p JOIN quiz.away w ON w.workspace = p.workspace AND w.player = p.id WHERE p.id = $1),
				(SELECT count(*) FROM quiz.player p JOIN quiz.reminder m ON m.workspace = p.workspace AND m.player = p.id WHERE p.id = $1),
				(SELECT count(*) FROM quiz.identity i JOIN quiz.notice n ON n.home = i.workspace AND n.user_id = i.user_id WHERE i.player = $1),
				EXISTS (SELECT FROM quiz.identity WHERE player = $1 AND hidden),
				coalesce((SELECT retention FROM quiz.workspace WHERE workspace = $2), 0)`, who.player, by.Workspace).Scan(
			&p.Identities, &p.Answers, &p.Private, &p.Duels, &p.Reports, &p.Away, &p.Reminders, &p.Messages, &p.Hidden, &p.Months)
		if err != nil {
			return err
		}
		p.More = map[string]int{}
		return who.each(func(workspace, user string) error {
			for _, k := range e.others {
				more, err := k.Count(ctx, tx, workspace, user, who.names)
				if err != nil {
					return err
				}
				for what, n := range more {
					p.More[what] += n
				}
			}
			return nil
		})
	})
	if err != nil {
		return Privacy{}, fmt.Errorf("count what is stored about a person: %w", err)
	}
	return p, nil
}

// Hide keeps a person from the eyes of others, in every workspace, or shows them again: no board, result or shared message names
// them, and ranks are counted as if they were not there. They still see themselves. Duels name both, as both agreed to them.
func (e *Engine) Hide(ctx context.Context, by Person, hidden bool) error {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	if _, err := e.register(ctx, by.Workspace, by); err != nil {
		return fmt.Errorf("hide a person: %w", err)
	}
	// The trigger hide_players tells the boards.
	_, err := e.db.Exec(ctx, `
		UPDATE quiz.identity SET hidden = $3
		WHERE hidden <> $3 AND player = (SELECT player FROM quiz.identity WHERE workspace = $1 AND user_id = $2)`, by.Workspace, by.User, hidden)
	if err != nil {
		return fmt.Errorf("hide a person: %w", err)
	}
	return nil
}

// Hidden reports whether a person is hidden from others.
func (e *Engine) Hidden(ctx context.Context, p Person) (hidden bool, err error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	err = e.db.QueryRow(ctx, `
		SELECT EXISTS (
			SELECT FROM quiz.identity me JOIN quiz.identity i ON i.player = me.player
			WHERE me.workspace = $1 AND me.user_id = $2 AND i.hidden)`, p.Workspace, p.User).Scan(&hidden)
	if err != nil {
		return false, fmt.Errorf("look whether somebody is hidden: %w", err)
	}
	return hidden, nil
}

// A someone is a person with all that they are known by.
type someone struct {
	player     int64 // 0 for somebody who never played
	identities []userKey
	workspaces []string // where they may have left their name, their homes included
	names      []string // under which they are or were known, as stored
}

// each calls do with each identity, and, in all other workspaces where their name may be, with no user.
func (s someone) each(do func(workspace, user string) error) error {
	at := map[string]bool{}
	for _, i := range s.identities {
		at[i.workspace] = true
		if err := do(i.workspace, i.id); err != nil {
			return err
		}
	}
	for _, w := range s.workspaces {
		if !at[w] {
			if err := do(w, ""); err != nil {
				return err
			}
		}
	}
	return nil
}

// someone reads who a person is.
func (e *Engine) someone(ctx context.Context, db querier, by Person) (s someone, err error) {
	if s.player, err = playerOf(ctx, db, by); err != nil {
		return s, err
	}
	var homes, users []string
	err = db.QueryRow(ctx, `
		SELECT ARRAY(SELECT workspace::text FROM quiz.identity WHERE player = $1 ORDER BY workspace, user_id),
			ARRAY(SELECT user_id::text FROM quiz.identity WHERE player = $1 ORDER BY workspace, user_id),
			ARRAY(SELECT workspace::text FROM quiz.player WHERE id = $1
				UNION SELECT workspace FROM quiz.identity WHERE player = $1 UNION SELECT $2 ORDER BY 1),
			ARRAY(SELECT name FROM quiz.player WHERE id = $1
				UNION SELECT name FROM quiz.identity WHERE player = $1 AND name IS NOT NULL
				UNION SELECT j.name FROM quiz.identity i JOIN quiz.joined_name j ON j.player = coalesce(i.own, i.player) WHERE i.player = $1
				UNION SELECT $3 ORDER BY 1)`, s.player, by.Workspace, cleanName(by)).
		Scan(&homes, &users, &s.workspaces, &s.names)
	if err != nil {
		return s, fmt.Errorf("read who somebody is: %w", err)
	}
	me := userKey{by.Workspace, by.User}
	if s.player == 0 {
		s.identities = []userKey{me}
	}
	for i := range homes {
		s.identities = append(s.identities, userKey{homes[i], users[i]})
	}
	return s, nil
}
