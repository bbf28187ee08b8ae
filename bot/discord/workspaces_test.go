package discord

import (
	"bytes"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/discord/discordtest"
)

// TestTenThousandGuildsAreKeptApart: in each somebody types a command, and reads the answer for that guild.
func TestTenThousandGuildsAreKeptApart(t *testing.T) {
	const many, atOnce = 10_000, 4
	f := openHTTP(t)
	startHTTP(t, f, &chattest.Handler{OnCommand: func(c chat.Command) chat.Reply {
		return chat.Reply{Message: chat.Message{Text: fmt.Sprint("ok: ", c.Channel, " ", c.User.ID)}, Ephemeral: true}
	}})
	var all sync.WaitGroup
	for first := range atOnce {
		all.Go(func() {
			for n := first; n < many; n += atOnce {
				guild, channel, person := fmt.Sprint(1_300_000_000_000_000_000+n), fmt.Sprint(1_400_000_000_000_000_000+n), fmt.Sprint(1_500_000_000_000_000_000+n%7)
				body := fmt.Appendf(nil, `{"id":"%d","application_id":"2","type":2,"token":"t%d","channel_id":"%s","guild_id":"%s",
					"data":{"name":"ckad","options":[{"type":1,"name":"help"}]},"member":{"user":{"id":"%s","username":"eve"},"permissions":"0"}}`,
					1_200_000_000_000_000_000+n, n, channel, guild, person)
				w := knock(f.adapter, "/discord/interactions", discordtest.Sign(body, time.Now()), bytes.NewReader(body))
				if want := fmt.Sprintf(`"ok: discord/%s/%s %s"`, guild, channel, person); w.Code != http.StatusOK || !bytes.Contains(w.Body.Bytes(), []byte(want)) {
					t.Errorf("guild %s: %d %s, want %s", guild, w.Code, w.Body, want)
				}
			}
		})
	}
	all.Wait()
	if c := f.Complaints(); len(c) > 0 {
		t.Errorf("Discord complains %d times, first: %s", len(c), c[0])
	}
}
