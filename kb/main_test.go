package kb

import (
	"os"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"ckadbot/migrations/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// open returns a glossary on a fresh database, closed at the end of the test.
func open(t testing.TB, opt Options) *Glossary {
	t.Helper()
	return openOn(t, pgtest.New(t), opt)
}

func openOn(t testing.TB, pool *pgxpool.Pool, opt Options) *Glossary {
	t.Helper()
	if opt.Dir == "" {
		opt.Dir = t.TempDir()
	}
	g, err := Open(t.Context(), pool, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	})
	return g
}
