package quiz

import (
	"context"
	"fmt"
)

// A Person is somebody as a platform knows them. Inside, a player is a number (quiz.identity), so that one player can
// have identities on several platforms.
type Person struct {
	Workspace string // "slack/T0123"
	User      string // the platform's id of the user
	Name      string // as shown now; it may change and need not be unique; empty or the id if it is not known
}

// registerSQL makes each user $2 of workspace $1 a player of the rounds of workspace $3, and remembers $4 as their name
// there; a name that is only the user's id ($5) does not replace a better one. It writes only for somebody new and for a new
// name, and not at all if a round $6 is given that has no post in channel $7: such a click is forged. Each user is there once;
// they are written in the order of their ids, so that two who register many at once never wait for each other.
const registerSQL = `
	WITH here AS (
		SELECT c.home, c.user_id, c.workspace, c.name, c.nameless, i.player
		FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::bigint[], $7::text[])
			AS c (home, user_id, workspace, name, nameless, round, channel)
		LEFT JOIN quiz.identity i ON i.workspace = c.home AND i.user_id = c.user_id
		WHERE c.round IS NULL
		OR EXISTS (SELECT FROM quiz.post p WHERE p.workspace = c.workspace AND p.round = c.round AND p.channel = c.channel)
	), added AS (
		INSERT INTO quiz.identity (workspace, user_id)
		SELECT home, user_id FROM here WHERE player IS NULL ORDER BY home, user_id
		-- Two first clicks at once: the second waits here for the first and then gets its row, for which a change is needed.
		ON CONFLICT (workspace, user_id) DO UPDATE SET user_id = excluded.user_id
		RETURNING workspace, user_id, player
	), who AS (
		SELECT h.workspace, coalesce(h.player, a.player) AS player, h.name, h.nameless
		FROM here h LEFT JOIN added a ON a.workspace = h.home AND a.user_id = h.user_id
	), named AS (
		INSERT INTO quiz.player AS p (workspace, id, name)
		SELECT w.workspace, w.player, w.name
		FROM who w LEFT JOIN quiz.player known ON known.workspace = w.workspace AND known.id = w.player
		WHERE known.id IS NULL OR known.name <> w.name AND NOT w.nameless
		ORDER BY w.workspace, w.player
		ON CONFLICT (workspace, id) DO UPDATE SET name = excluded.name
		WHERE NOT (SELECT nameless FROM who WHERE who.workspace = excluded.workspace AND who.player = excluded.id)
	)
	SELECT player FROM who`

// nameless reports whether only the id of a person is known.
func (p Person) nameless() bool { return cleanName(p) == cleanName(Person{User: p.User}) }

// register makes a person a player of the workspace's rounds, if they are not one yet.
func (e *Engine) register(ctx context.Context, workspace string, p Person) (player int64, err error) {
	err = e.db.QueryRow(ctx, registerSQL, []string{p.Workspace}, []string{p.User}, []string{workspace},
		[]string{cleanName(p)}, []bool{p.nameless()}, []*int64{nil}, []*string{nil}).Scan(&player)
	if err != nil {
		return 0, fmt.Errorf("register a player of %s: %w", workspace, err)
	}
	return player, nil
}

// playerOf looks a person up without remembering them; it is 0 for somebody who never played.
func playerOf(ctx context.Context, db querier, p Person) (player int64, err error) {
	err = db.QueryRow(ctx, `
		SELECT coalesce((SELECT player FROM quiz.identity WHERE workspace = $1 AND user_id = $2), 0)`,
		p.Workspace, p.User).Scan(&player)
	if err != nil {
		return 0, fmt.Errorf("look a player up: %w", err)
	}
	return player, nil
}
