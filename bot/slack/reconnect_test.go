package slack

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// However long Slack was away, the bot is back soon: it is the bot's own pace that spaces the attempts.
func TestConnectionIsTriedEachMinuteHoweverLongSlackIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex // guards the rest
		var last time.Time
		var longest time.Duration
		a := New(Config{AppToken: "xapp-1"})
		a.http.Transport = roundTrip(func(*http.Request) (*http.Response, error) { // of both connections
			mu.Lock()
			defer mu.Unlock()
			if !last.IsZero() {
				longest = max(longest, time.Since(last))
			}
			last = time.Now()
			return nil, errors.New("no route to Slack")
		})
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Hour)
		defer cancel()
		s := a.newSession(ctx, chat.Spec{}, &chattest.Handler{})
		if err := s.connect(ctx); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		mu.Lock()
		defer mu.Unlock()
		if longest > 2*time.Minute || time.Since(last) > 2*time.Minute {
			t.Errorf("up to %s went by without an attempt, %s before the end, want about a minute", longest, time.Since(last))
		}
	})
}
