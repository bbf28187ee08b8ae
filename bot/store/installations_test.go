package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"ckadbot/migrations/pgtest"
)

func key(id string, n byte) Key { return Key{ID: id, Secret: append(make([]byte, 31), n)} }

func keys(t testing.TB, list ...Key) Keys {
	t.Helper()
	k, err := NewKeys(list...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func newInstallations(t testing.TB) (*Installations, *pgxpool.Pool) {
	t.Helper()
	pool := pgtest.New(t)
	return NewInstallations(pool, keys(t, key("a", 1))), pool
}

func save(t testing.TB, s *Installations, in Installation) (first bool) {
	t.Helper()
	first, err := s.Save(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return first
}

func find(t testing.TB, s *Installations, team, enterprise string) Installation {
	t.Helper()
	in, err := s.Find(t.Context(), team, enterprise)
	if err != nil {
		t.Fatalf("find %q of %q: %v", team, enterprise, err)
	}
	return in
}

var later = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

func TestInstallationIsFoundAsItWasSaved(t *testing.T) {
	s, pool := newInstallations(t)
	for _, in := range []Installation{
		{Team: "T1", BotUser: "UBOT", Installer: "U1", Token: "xoxb-1"},
		{Team: "T2", Enterprise: "E2", Installer: "U2", Token: "xoxe.xoxb-2", Refresh: "xoxe-2", Expires: later},
	} {
		if !save(t, s, in) {
			t.Errorf("%s was not the first", in.Team)
		}
		got := find(t, s, in.Team, "")
		got.Expires = got.Expires.UTC()
		if ago := time.Since(got.Installed); ago < -time.Minute || ago > time.Minute {
			t.Errorf("%s was installed at %s", in.Team, got.Installed)
		}
		in.Installed = got.Installed
		if in.Version = got.Version; in.Version == 0 {
			t.Errorf("%s has no version", in.Team)
		}
		if diff := cmp.Diff(in, got); diff != "" {
			t.Errorf("-saved +found:\n%s", diff)
		}
		if save(t, s, in) {
			t.Errorf("%s is the first for the second time", in.Team)
		}
	}
	if _, err := s.Find(t.Context(), "T3", "E3"); !errors.Is(err, ErrNotInstalled) {
		t.Errorf("an unknown team: got %v", err)
	}
	if _, err := s.Find(t.Context(), "", ""); !errors.Is(err, ErrNotInstalled) {
		t.Errorf("no team: got %v", err)
	}
	all, err := NewPeople(pool).Workspaces(t.Context())
	slices.Sort(all)
	if want := []string{"slack/T1", "slack/T2"}; err != nil || !slices.Equal(all, want) {
		t.Errorf("installed in %q (%v), want %q", all, err, want)
	}
}

func TestEnterpriseStandsInForItsTeams(t *testing.T) {
	s, _ := newInstallations(t)
	save(t, s, Installation{Enterprise: "E1", Token: "xoxb-all"})
	if _, err := s.Find(t.Context(), "T1", ""); !errors.Is(err, ErrNotInstalled) {
		t.Errorf("a team of which nobody said the enterprise: got %v", err)
	}
	if got := find(t, s, "T1", "E1").Token; got != "xoxb-all" {
		t.Errorf("T1 of E1 has %q", string(got))
	}
	if got := find(t, s, "T1", "").Token; got != "xoxb-all" {
		t.Errorf("T1, known to be of E1, has %q", string(got))
	}
	save(t, s, Installation{Enterprise: "E1", Team: "T1", Token: "xoxb-own"})
	if got := find(t, s, "T1", "E1").Token; got != "xoxb-own" {
		t.Errorf("T1 with a token of its own has %q", string(got))
	}
	if got := find(t, s, "", "E1").Token; got != "xoxb-all" {
		t.Errorf("E1 has %q", string(got))
	}
}

func TestTeamThatJoinsAnEnterpriseHasOneInstallation(t *testing.T) {
	s, pool := newInstallations(t)
	save(t, s, Installation{Team: "T1", Token: "xoxb-old"})
	if save(t, s, Installation{Enterprise: "E1", Team: "T1", Token: "xoxb-new"}) {
		t.Error("it is greeted a second time")
	}
	var n int
	if err := pool.QueryRow(t.Context(), `select count(*) from chat.installation`).Scan(&n); err != nil || n != 1 {
		t.Errorf("%d rows (%v), want 1", n, err)
	}
	if got := find(t, s, "T1", "").Token; got != "xoxb-new" {
		t.Errorf("T1 has %q", string(got))
	}
}

func TestKeysAreReplacedOneByOne(t *testing.T) {
	s, pool := newInstallations(t)
	save(t, s, Installation{Team: "T1", Token: "xoxb-1", Refresh: "xoxe-1", Expires: later})
	both := NewInstallations(pool, keys(t, key("b", 2), key("a", 1)))
	old := find(t, both, "T1", "")
	if got := old; got.Token != "xoxb-1" || got.Refresh != "xoxe-1" {
		t.Errorf("with both keys T1 has %q, %q", string(got.Token), string(got.Refresh))
	}
	second := NewInstallations(pool, keys(t, key("b", 2)))
	if got := find(t, second, "T1", ""); got.Token != "xoxb-1" || got.Refresh != "xoxe-1" || got.Version != old.Version {
		t.Errorf("with the new key T1 has %q, %q, version %d", string(got.Token), string(got.Refresh), got.Version)
	}
	if _, err := s.Find(t.Context(), "T1", ""); !errors.Is(err, ErrKey) || !strings.Contains(err.Error(), `"b"`) {
		t.Errorf("with the old key only: got %v, want to hear which key is missing", err)
	}
}

func TestTokenThatCannotBeReadIsSaidToBe(t *testing.T) {
	s, pool := newInstallations(t)
	save(t, s, Installation{Team: "T1", Token: "xoxb-1", Refresh: "xoxe-1", Expires: later})
	save(t, s, Installation{Team: "T2", Token: "xoxb-2"})
	wrong := NewInstallations(pool, keys(t, key("a", 9)))
	got, err := wrong.Find(t.Context(), "T1", "")
	if !errors.Is(err, ErrKey) || !strings.Contains(err.Error(), `"a"`) || got.Token != "" || got.Refresh != "" || got.Version != find(t, s, "T1", "").Version {
		t.Errorf("with another key of the same name: got %+v, %v", got, err)
	}
	for what, sql := range map[string]string{
		"swapped columns": `update chat.installation set token = refresh where team_id = 'T1'`,
		"a moved token":   `update chat.installation set token = (select token from chat.installation where team_id = 'T2') where team_id = 'T1'`,
		"a cut token":     `update chat.installation set token = '' where team_id = 'T1'`,
		"a changed one":   `update chat.installation set token = set_byte(token, 20, get_byte(token, 20) # 1) where team_id = 'T1'`,
	} {
		save(t, s, Installation{Team: "T1", Token: "xoxb-1", Refresh: "xoxe-1", Expires: later})
		if _, err := pool.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Find(t.Context(), "T1", ""); !errors.Is(err, ErrKey) || got.Token != "" {
			t.Errorf("%s: got %q, %v, want %v", what, string(got.Token), err, ErrKey)
		}
	}
}

func TestNoSecretIsStoredOrShown(t *testing.T) {
	s, pool := newInstallations(t)
	in := Installation{Team: "T1", Token: "xoxb-secret", Refresh: "xoxe-secret", Expires: later}
	save(t, s, in)
	state := s.State("browser-secret", time.Minute)
	if _, err := s.Use(t.Context(), state, "browser-secret"); err != nil {
		t.Fatal(err)
	}
	var rows string
	if err := pool.QueryRow(t.Context(), `
		select string_agg(row, ' ') from (
			select i::text || encode(token, 'escape') || encode(refresh, 'escape') as row from chat.installation i
			union all
			select s::text || encode(state, 'escape') || encode(browser, 'escape') from chat.install_state s) x`).Scan(&rows); err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "in", in, "token", in.Token)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "in", in, "token", in.Token)
	pool.Close()
	_, failed := s.Save(t.Context(), in)
	for _, text := range []string{rows, string(encoded), log.String(), fmt.Sprintf("%v %+v %#v %s", in, in, in, in.Token), fmt.Sprint(failed)} {
		if strings.Contains(text, "secret") || strings.Contains(text, state) {
			t.Errorf("a secret is in %s", text)
		}
	}
}

func TestOneOfManyBotsRenewsATokenAndTheOthersKnow(t *testing.T) {
	s, pool := newInstallations(t)
	save(t, s, Installation{Team: "T1", Token: "xoxb-1", Refresh: "xoxe-1", Expires: later})
	in := find(t, s, "T1", "")
	leases := make([]bool, 8)
	var g errgroup.Group
	for i := range leases {
		g.Go(func() (err error) {
			leases[i], err = s.Lease(t.Context(), in, time.Minute)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if n := len(slices.DeleteFunc(leases, func(mine bool) bool { return !mine })); n != 1 {
		t.Fatalf("%d bots have the lease, want one", n)
	}
	next := in
	next.Token, next.Refresh = "xoxb-2", "xoxe-2"
	if ok, err := s.Renew(t.Context(), next); !ok || err != nil {
		t.Fatalf("renew: %v, %v", ok, err)
	}
	if ok, err := s.Renew(t.Context(), next); ok || err != nil {
		t.Errorf("renewed from a token that is not the newest: %v, %v", ok, err)
	}
	if ok, err := s.Lease(t.Context(), in, time.Minute); ok || err != nil {
		t.Errorf("leased a token that is not the newest: %v, %v", ok, err)
	}
	got := find(t, s, "T1", "")
	if got.Token != "xoxb-2" || got.Refresh != "xoxe-2" || got.Version == in.Version {
		t.Errorf("T1 has %q, %q, version %d", string(got.Token), string(got.Refresh), got.Version)
	}
	if ok, err := s.Lease(t.Context(), got, time.Minute); !ok || err != nil {
		t.Errorf("the next lease: %v, %v", ok, err)
	}
	// A bot that died while it had the lease is waited for no longer than that.
	if _, err := pool.Exec(t.Context(), `update chat.installation set refreshing_until = now() - interval '1 second'`); err != nil {
		t.Fatal(err)
	}
	if ok, err := s.Lease(t.Context(), got, time.Minute); !ok || err != nil {
		t.Errorf("after a lease that ran out: %v, %v", ok, err)
	}
}

func TestRemovedInstallationLeavesItsTeamsOnce(t *testing.T) {
	s, pool := newInstallations(t)
	save(t, s, Installation{Team: "T0", Token: "xoxb-0"})
	save(t, s, Installation{Enterprise: "E1", Token: "xoxb-all"})
	save(t, s, Installation{Enterprise: "E1", Team: "T3", Token: "xoxb-own"})
	all := find(t, s, "T1", "E1")
	find(t, s, "T2", "E1")
	own := find(t, s, "T3", "E1")
	for _, c := range []struct {
		what string
		in   Installation
		want []string
	}{
		{"a workspace", find(t, s, "T0", ""), []string{"T0"}},
		{"a workspace for which its enterprise stands in", own, []string{}},
		{"an enterprise", all, []string{"T1", "T2"}},
		{"the same again", all, []string{}},
	} {
		got, err := s.Remove(t.Context(), c.in)
		slices.Sort(got)
		if diff := cmp.Diff(c.want, got); err != nil || diff != "" {
			t.Errorf("%s (%v): -want +got:\n%s", c.what, err, diff)
		}
	}
	save(t, s, Installation{Team: "T0", Token: "xoxb-0"})
	old := find(t, s, "T0", "")
	save(t, s, Installation{Team: "T0", Token: "xoxb-new"})
	if got, err := s.Remove(t.Context(), old); len(got) > 0 || err != nil {
		t.Errorf("what was installed again is removed: %v, %v", got, err)
	}
	save(t, s, Installation{Team: "T9", Token: "xoxb-old"})
	old = find(t, s, "T9", "")
	if got, err := s.Remove(t.Context(), old); len(got) != 1 || err != nil {
		t.Errorf("removed %v, %v", got, err)
	}
	if !save(t, s, Installation{Team: "T9", Token: "xoxb-new"}) {
		t.Error("what was removed is still there")
	}
	if got, err := s.Remove(t.Context(), old); len(got) > 0 || err != nil { // by a bot that has not heard of all this
		t.Errorf("what was removed and installed again is removed: %v, %v", got, err)
	}
	var n int
	if err := pool.QueryRow(t.Context(), `select count(*) from chat.enterprise_team`).Scan(&n); err != nil || n > 0 {
		t.Errorf("%d teams are remembered (%v)", n, err)
	}
}

// A month after a workspace removed the app its data is deleted. If it has installed the app again and nobody has used it since,
// the token stays: nobody would give us another.
func TestNewInstallationOutlivesTheDataOfTheOldOne(t *testing.T) {
	s, pool := newInstallations(t)
	save(t, s, Installation{Team: "T0", Token: "xoxb-0"})
	if done, err := NewPeople(pool).Purge(t.Context(), "slack/T0"); !done || err != nil {
		t.Errorf("got %v, %v", done, err)
	}
	find(t, s, "T0", "")
}

func TestKeysThatCannotBeAreExplained(t *testing.T) {
	for want, list := range map[string][]Key{
		"there is no key":          {},
		`the key "a" has 6 bytes`:  {{"a", []byte("secret")}},
		`the key "a" has 24 bytes`: {{"a", make([]byte, 24)}},
		`two keys have the id "a"`: {key("a", 1), key("a", 2)},
	} {
		if _, err := NewKeys(list...); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("got %v, want %q and no key", err, want)
		}
	}
	if k := keys(t, key("new", 2), key("old", 1)); fmt.Sprint(k) != "2 keys" || k.first != "new" {
		t.Errorf("got %v", k)
	}
}
