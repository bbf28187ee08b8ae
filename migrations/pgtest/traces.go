package pgtest

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Traces lists every column of every table, in all schemas of the program, that has one of the words somewhere in its text, as
// "schema.table.column: word". It reads whatever tables there are, so a new one that keeps a name is found, too. Columns of bytes
// are not read.
func Traces(t testing.TB, db *pgxpool.Pool, words ...string) (found []string) {
	t.Helper()
	rows, err := db.Query(t.Context(), `
		SELECT c.table_schema, c.table_name, c.column_name
		FROM information_schema.columns c
		JOIN information_schema.tables b USING (table_schema, table_name)
		WHERE b.table_type = 'BASE TABLE' AND c.data_type <> 'bytea'
		AND c.table_schema NOT IN ('pg_catalog', 'information_schema')
		ORDER BY 1, 2, 3`)
	if err != nil {
		t.Fatalf("list the columns: %v", err)
	}
	type column struct{ Schema, Table, Name string }
	columns, err := pgx.CollectRows(rows, pgx.RowToStructByPos[column])
	if err != nil || len(columns) < 100 {
		t.Fatalf("list the columns: got %d, %v", len(columns), err)
	}
	for _, c := range columns {
		table, name := pgx.Identifier{c.Schema, c.Table}.Sanitize(), pgx.Identifier{c.Name}.Sanitize()
		for _, word := range words {
			var there bool
			err := db.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM `+table+` WHERE position(lower($1) IN lower(`+name+`::text)) > 0)`, word).Scan(&there)
			if err != nil {
				t.Fatalf("look into %s.%s: %v", table, name, err)
			}
			if there {
				found = append(found, fmt.Sprintf("%s.%s.%s: %s", c.Schema, c.Table, c.Name, word))
			}
		}
	}
	return found
}
