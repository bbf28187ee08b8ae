package store

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

func TestStateWorksOnceInItsBrowserForAWhile(t *testing.T) {
	s, pool := newInstallations(t)
	good, kept, used := s.State("browser", time.Minute), s.State("browser", time.Minute), s.State("browser", time.Minute)
	other := NewInstallations(pool, keys(t, key("a", 9)))
	rotated := NewInstallations(pool, keys(t, key("b", 2), key("a", 1)))
	changed, another := s.State("browser", time.Minute), "A"
	if changed[0] == 'A' {
		another = "B"
	}
	for _, c := range []struct {
		by             *Installations
		what           string
		state, browser string
		want           bool
	}{
		{s, "in another browser", good, "another", false},
		{s, "good", good, "browser", true},
		{s, "used", good, "browser", false},
		{s, "good, too", used, "browser", true},
		{rotated, "after the key was replaced", kept, "browser", true},
		{s, "of another key", other.State("browser", time.Minute), "browser", false},
		{s, "expired", s.State("browser", -time.Second), "browser", false},
		{s, "changed", another + changed[1:], "browser", false},
		{s, "written otherwise", s.State("browser", time.Minute) + "=", "browser", false},
		{s, "with a line's end in it", used[:9] + "\n" + used[9:], "browser", false},
		{s, "of an unknown key", strings.TrimSuffix(s.State("browser", time.Minute), "a") + "z", "browser", false},
		{s, "never begun", "never begun", "browser", false},
		{s, "none", "", "", false},
	} {
		if got, err := c.by.Use(t.Context(), c.state, c.browser); got != c.want || err != nil {
			t.Errorf("a state %s: %v, %v, want %v", c.what, got, err, c.want)
		}
	}
}

func TestVisitorsWhoOnlyBeginStoreNothing(t *testing.T) {
	s, pool := newInstallations(t)
	for range 100 {
		if state := s.State("browser", time.Minute); !s.Valid(state, "browser") {
			t.Fatalf("%q is not valid", state)
		}
	}
	rows := func() (n int) {
		if err := pool.QueryRow(t.Context(), `select count(*) from chat.install_state`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := rows(); n != 0 {
		t.Errorf("%d rows, want none", n)
	}
	state, used := s.State("browser", time.Minute), make([]bool, 8)
	var g errgroup.Group
	for i := range used {
		g.Go(func() (err error) {
			used[i], err = s.Use(t.Context(), state, "browser")
			return err
		})
	}
	n := 0
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, first := range used {
		if first {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d of 8 bots are the first, want one", n)
	}
	if _, err := pool.Exec(t.Context(), `update chat.install_state set expires_at = now() - interval '1 second'`); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Use(t.Context(), s.State("browser", time.Minute), "browser"); err != nil || rows() != 1 {
		t.Errorf("%d rows (%v), want the newest only", rows(), err)
	}
}
