package slack

import (
	"crypto/rand"
	"strings"
	"sync"
)

// opened keeps the response_urls with which forms were asked for: a form's own
// event brings none, and without one there is no ephemeral answer in a channel
// that the bot is not in. A response_url lets whoever has it speak as the bot,
// so the form itself carries only a ticket.
type opened struct {
	mu   sync.Mutex // guards urls
	urls map[string]string
}

// maxOpened is how many are kept; then all are forgotten, as when the process
// ends, and answers go the way that needs no response_url. Many forms are
// closed without a word to us.
const maxOpened = 1000

// keep gives the ticket for url.
func (o *opened) keep(url string) (ticket string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.urls == nil || len(o.urls) >= maxOpened {
		o.urls = map[string]string{}
	}
	ticket = rand.Text()
	o.urls[ticket] = url
	return ticket
}

// put gives a ticket its url back, for a form that stays open.
func (o *opened) put(ticket, url string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.urls != nil && url != "" {
		o.urls[ticket] = url
	}
}

// take gives the url for a ticket, once; "" if it is not known.
func (o *opened) take(ticket string) (url string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	url = o.urls[ticket]
	delete(o.urls, ticket)
	return url
}

// An origin is where a form was asked for: a channel, or atHome. The form carries it, and brings it back.
type origin struct{ channel, ticket, team, thread string }

// atHome stands for a channel on somebody's home page.
const atHome = "home"

func (o origin) String() string {
	return strings.TrimSpace(strings.Join([]string{o.channel, o.ticket, o.team, o.thread}, " "))
}

// parseOrigin reads what [origin.String] wrote. Forms that are open since the
// release before have no team and no thread.
func parseOrigin(metadata string) (o origin, ok bool) {
	words := append(strings.Fields(metadata), "", "", "", "")
	o = origin{words[0], words[1], words[2], words[3]}
	return o, (o.channel == atHome || channelID.MatchString(o.channel)) && (o.team == "" || teamID.MatchString(o.team)) && threadTS.MatchString(o.thread)
}
