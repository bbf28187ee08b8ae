package slack

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

const (
	fresh     = 5 * time.Minute // how long a person is taken for who they were
	maxPeople = 5000            // cached; then all are forgotten
)

// A person is what users.info says of somebody.
type person struct {
	name       string
	admin, bot bool
	asked      time.Time
}

// people remembers persons for a while, so that users.info (Tier 4, about 100
// a minute) is asked rarely. An admin who is no longer one is so for up to five minutes.
type people struct {
	api *slack.Client

	mu    sync.Mutex // guards known
	known map[string]person
}

// errNobody says that Slack knows no such person.
var errNobody = errors.New("there is no such person")

// find gives a person from memory or from Slack.
func (p *people) find(ctx context.Context, id string) (person, error) {
	if found, ok := p.recall(id); ok {
		return found, nil
	}
	u, err := p.api.GetUserInfoContext(ctx, id)
	var said slack.SlackErrorResponse
	if errors.As(err, &said) && (said.Err == "user_not_found" || said.Err == "user_not_visible") {
		return person{}, errNobody
	}
	if err != nil {
		return person{}, failure("look up a person", err)
	}
	found := person{
		name:  firstOf(u.Profile.DisplayName, u.Profile.RealName, u.RealName, u.Name),
		admin: (u.IsAdmin || u.IsOwner) && !u.Deleted && !u.IsBot,
		bot:   u.IsBot || u.ID == "USLACKBOT",
		asked: time.Now(),
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil || len(p.known) >= maxPeople {
		p.known = map[string]person{}
	}
	p.known[id] = found
	return found, nil
}

// recall gives a person from memory only.
func (p *people) recall(id string) (person, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	found, ok := p.known[id]
	return found, ok && time.Since(found.asked) < fresh
}

func firstOf(names ...string) string {
	for _, n := range names {
		if n = strings.TrimSpace(n); n != "" {
			return n
		}
	}
	return ""
}
