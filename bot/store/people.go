package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// People is what installations keep about who installed. It is for those who
// count, export and forget all that there is about a person or a workspace, in
// transactions of theirs.
type People struct{ db *pgxpool.Pool }

// NewPeople makes it.
func NewPeople(db *pgxpool.Pool) People { return People{db} }

// installedBy is true for installations of team $1, or of its enterprise, by person $2.
const installedBy = `installer = $2 and $2 <> '' and (team_id = $1
	or team_id = '' and enterprise_id = (select t.enterprise_id from chat.enterprise_team t where t.team_id = $1))`

// team is the team of a workspace, "" if it is none of Slack's.
func team(workspace string) string {
	id, ok := strings.CutPrefix(workspace, "slack/")
	if !ok {
		return ""
	}
	return id
}

// Count says how many installations name a person.
func (p People) Count(ctx context.Context, tx pgx.Tx, workspace, user string, _ []string) (map[string]int, error) {
	var n int
	if err := tx.QueryRow(ctx, `select count(*) from chat.installation where `+installedBy, team(workspace), user).Scan(&n); err != nil {
		return nil, fmt.Errorf("count installations by a person: %w", err)
	}
	return map[string]int{"installations": n}, nil
}

// Export tells what a person installed.
func (p People) Export(ctx context.Context, tx pgx.Tx, workspace, user string, _ []string) (map[string][]map[string]any, error) {
	rows, err := tx.Query(ctx, `select enterprise_id, team_id, installed_at from chat.installation where `+installedBy, team(workspace), user)
	if err != nil {
		return nil, fmt.Errorf("export installations by a person: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowToMap)
	if err != nil {
		return nil, fmt.Errorf("export installations by a person: %w", err)
	}
	return map[string][]map[string]any{"installations": all}, nil
}

// Forget takes a person off what they installed.
func (p People) Forget(ctx context.Context, tx pgx.Tx, workspace, user string, _ []string) error {
	if _, err := tx.Exec(ctx, `update chat.installation set installer = '' where `+installedBy, team(workspace), user); err != nil {
		return fmt.Errorf("forget who installed: %w", err)
	}
	return nil
}

// Workspaces are those whose own installation there is.
func (p People) Workspaces(ctx context.Context) ([]string, error) {
	rows, err := p.db.Query(ctx, `select 'slack/' || team_id from chat.installation where team_id <> ''`)
	if err == nil {
		var all []string
		if all, err = pgx.CollectRows(rows, pgx.RowTo[string]); err == nil {
			return all, nil
		}
	}
	return nil, fmt.Errorf("list the workspaces with installations: %w", err)
}

// Purge deletes what there is of a workspace that the bot has left. An installation was deleted when it left: one that
// is there is of somebody who has installed the app again since, and stays.
func (p People) Purge(ctx context.Context, workspace string) (done bool, err error) {
	if _, err = p.db.Exec(ctx, `delete from chat.enterprise_team where team_id = $1`, team(workspace)); err != nil {
		return false, fmt.Errorf("forget the enterprise of %s: %w", workspace, err)
	}
	return true, nil
}
