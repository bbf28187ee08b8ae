package store

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A state goes with somebody to a platform, where they install the bot, and comes back. It
// says until when, and only Keys can have made it, for one browser. So beginning an
// installation stores nothing, however many visitors do; what is stored is which states
// an installation has come of, since each works once.

// statePlace names the browser that a state is for.
func statePlace(browser string) string { return "install_state/" + browser }

// State makes a state that is good for d, in a browser.
func (s *Installations) State(browser string, d time.Duration) string {
	until := strconv.FormatInt(time.Now().Add(d).Unix(), 10)
	return base64.RawURLEncoding.EncodeToString(s.keys.seal(statePlace(browser), until)) + "." + s.keys.first
}

// Valid tells whether state was made for this browser, and is good still. It may have been used.
func (s *Installations) Valid(state, browser string) bool {
	return time.Now().Before(s.until(state, browser))
}

// until is when a state ends, the zero time for one that is none.
func (s *Installations) until(state, browser string) time.Time {
	encoded, key, _ := strings.Cut(state, ".")
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(encoded)
	if err != nil || strings.ContainsAny(encoded, "\r\n") { // which are not read: the same state would be another, not used yet
		return time.Time{}
	}
	until, err := s.keys.open(key, statePlace(browser), sealed)
	if err != nil {
		return time.Time{}
	}
	seconds, err := strconv.ParseInt(until, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.Unix(seconds, 0)
}

// Use tells whether state is valid, and whether the caller is the first, of all bots, to use it.
func (s *Installations) Use(ctx context.Context, state, browser string) (first bool, err error) {
	if !s.Valid(state, browser) {
		return false, nil
	}
	tag, err := s.db.Exec(ctx, `
		with over as (
			delete from chat.install_state
			where state in (select state from chat.install_state where expires_at < now() order by expires_at limit 1000 for update skip locked)
		)
		insert into chat.install_state (state, browser, expires_at) values ($1, $2, $3) on conflict do nothing`,
		hash(state), hash(browser), s.until(state, browser).Add(time.Hour)) // clocks differ
	if err != nil {
		return false, fmt.Errorf("end an installation: %w", err)
	}
	return tag.RowsAffected() == 1, nil
}

func hash(secret string) []byte {
	sum := sha256.Sum256([]byte(secret))
	return sum[:]
}
