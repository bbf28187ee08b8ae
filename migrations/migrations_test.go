package migrations_test

import (
	"os"
	"testing"

	"ckadbot/migrations"
	"ckadbot/migrations/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

func TestUpTwiceAppliesNothing(t *testing.T) {
	pool := pgtest.New(t)
	applied, err := migrations.Up(t.Context(), pool)
	if err != nil || applied != 0 {
		t.Errorf("Up on a migrated database = %d, %v; want 0, nil", applied, err)
	}
}
