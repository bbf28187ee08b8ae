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

// whoSQL goes on after a WITH click AS (…) of workspace, home, user_id, name, nameless and posted. It makes each user_id of a home
// a player of the rounds of workspace, and remembers the name there; one that is nameless, only the user's id, does not replace
// a better one; whoever had left is back. It writes only for somebody new, a new name and somebody back, and nothing for a click
// that is not posted: it is forged, or for somebody alone. who is each click with its player, without those of people who are unknown and stay so. Each user is there
// once; they are written in the order of their ids, so that two who register many at once never wait for each other.
const whoSQL = `, here AS MATERIALIZED (
		SELECT c.*, i.player AS known, i.own
		FROM click c
		LEFT JOIN quiz.identity i ON i.workspace = c.home AND i.user_id = c.user_id
		WHERE c.posted OR i.player IS NOT NULL
	), added AS (
		INSERT INTO quiz.identity (workspace, user_id)
		SELECT home, user_id FROM here WHERE known IS NULL ORDER BY home, user_id
		-- Two first clicks at once: the second waits here for the first and then gets its row, for which a change is needed.
		ON CONFLICT (workspace, user_id) DO UPDATE SET user_id = excluded.user_id
		RETURNING workspace, user_id, player
	), who AS MATERIALIZED (
		SELECT h.*, coalesce(h.known, a.player) AS player
		FROM here h LEFT JOIN added a ON h.known IS NULL AND a.workspace = h.home AND a.user_id = h.user_id
	), named AS (
		INSERT INTO quiz.player AS p (workspace, id, name)
		SELECT w.workspace, w.player, w.name
		FROM who w LEFT JOIN quiz.player before ON before.workspace = w.workspace AND before.id = w.player
		WHERE w.posted AND (before.id IS NULL OR before.left_at IS NOT NULL OR before.name <> w.name AND NOT w.nameless
			-- Who is joined has the name of their identity in this workspace, or of the one that played here last.
			AND (w.home = w.workspace OR NOT EXISTS (SELECT FROM quiz.identity i WHERE i.player = w.player AND i.workspace = w.workspace)))
		ORDER BY w.workspace, w.player
		ON CONFLICT (workspace, id) DO UPDATE
		SET left_at = NULL, name = CASE WHEN (
			SELECT nameless FROM who WHERE who.workspace = excluded.workspace AND who.player = excluded.id
		) THEN p.name ELSE excluded.name END
	)`

// nameless reports whether only the id of a person is known.
func (p Person) nameless() bool { return cleanName(p) == cleanName(Person{User: p.User}) }

// register makes a person a player of the workspace's rounds, if they are not one yet.
func (e *Engine) register(ctx context.Context, workspace string, p Person) (player int64, err error) {
	err = again(func() error {
		return e.db.QueryRow(ctx, `
			WITH click AS (
				SELECT $1::text AS home, $2::text AS user_id, $3::text AS workspace, $4::text AS name, $5::boolean AS nameless, true AS posted
			)`+whoSQL+`
			SELECT player FROM who`, p.Workspace, p.User, workspace, cleanName(p), p.nameless()).Scan(&player)
	})
	if err != nil {
		return 0, fmt.Errorf("register a player of %s: %w", workspace, err)
	}
	return player, nil
}

// ownSQL is the number that an identity, of the person in these parameters, has of its own; NULL if it is that of the player.
func ownSQL(home, user string) string {
	return `(SELECT i.own FROM quiz.identity i WHERE i.workspace = ` + home + ` AND i.user_id = ` + user + `)`
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
