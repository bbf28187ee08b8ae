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

// registerSQL returns the number of the user $2 of workspace $1 as a player of the rounds of workspace $3, and remembers $4
// as their name there; a name that is only the user's id ($5) does not replace a better one. It writes only for somebody
// new and for a new name, and not at all if a round $6 is given that has no post in channel $7: such a click is forged.
const registerSQL = `
	WITH here AS (
		SELECT WHERE $6::bigint IS NULL
			OR EXISTS (SELECT FROM quiz.post WHERE workspace = $3::text AND round = $6 AND channel = $7::text)
	), known AS (
		SELECT player FROM here, quiz.identity WHERE workspace = $1::text AND user_id = $2::text
	), added AS (
		INSERT INTO quiz.identity (workspace, user_id)
		SELECT $1::text, $2::text FROM here WHERE NOT EXISTS (SELECT FROM known)
		-- Two first clicks at once: the second waits here for the first and then gets its row, for which a change is needed.
		ON CONFLICT (workspace, user_id) DO UPDATE SET user_id = excluded.user_id
		RETURNING player
	), who AS (
		SELECT player FROM known UNION ALL SELECT player FROM added
	), named AS (
		INSERT INTO quiz.player AS p (workspace, id, name)
		SELECT $3::text, player, $4::text FROM who
		WHERE NOT EXISTS (SELECT FROM quiz.player WHERE workspace = $3::text AND id = who.player AND (name = $4::text OR $5))
		ON CONFLICT (workspace, id) DO UPDATE SET name = excluded.name WHERE NOT $5
	)
	SELECT player FROM who`

// nameless reports whether only the id of a person is known.
func (p Person) nameless() bool { return cleanName(p) == cleanName(Person{User: p.User}) }

// register makes a person a player of the workspace's rounds, if they are not one yet.
func (e *Engine) register(ctx context.Context, workspace string, p Person) (player int64, err error) {
	err = e.db.QueryRow(ctx, registerSQL, p.Workspace, p.User, workspace, cleanName(p), p.nameless(), nil, nil).Scan(&player)
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
