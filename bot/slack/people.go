package slack

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"
)

const (
	fresh     = 5 * time.Minute // how long a person is taken for who they were
	maxPeople = 5000            // cached, of all workspaces; then all are forgotten
)

// A person is what users.info says of somebody.
type person struct {
	name       string
	admin, bot bool
	deleted    bool // deactivated
	asked      time.Time
}

// people remembers persons for a while, so that users.info (Tier 4, about 100
// a minute for each workspace) is asked rarely. An admin who is no longer one is so for up to five minutes.
type people struct {
	mu    sync.Mutex        // guards known
	known map[string]person // by team and id
}

// errNobody says that Slack knows no such person.
var errNobody = errors.New("there is no such person")

// person gives somebody from memory or from Slack.
func (w *workspace) person(ctx context.Context, id string) (person, error) {
	if found, ok := w.recall(id); ok {
		return found, nil
	}
	var u *slack.User
	err := w.call(ctx, call{what: "look up a person", method: "users.info"}, func(api *slack.Client) (err error) {
		u, err = api.GetUserInfoContext(ctx, id)
		var said slack.SlackErrorResponse
		if errors.As(err, &said) && (said.Err == "user_not_found" || said.Err == "user_not_visible") {
			u, err = nil, nil
		}
		return err
	})
	if err != nil {
		return person{}, err
	}
	if u == nil {
		return person{}, errNobody
	}
	found := person{
		name:    firstOf(u.Profile.DisplayName, u.Profile.RealName, u.RealName, u.Name),
		admin:   (u.IsAdmin || u.IsOwner) && !u.Deleted && !u.IsBot && w.has(u),
		deleted: u.Deleted,
		bot:     u.IsBot || u.ID == "USLACKBOT",
		asked:   time.Now(),
	}
	w.people.keep(w.team+" "+id, found)
	return found, nil
}

// has tells whether somebody is of this workspace. In channels that workspaces
// share there are others, and who is an admin is so at home.
func (w *workspace) has(u *slack.User) bool {
	return u.TeamID == "" || u.TeamID == w.team || slices.Contains(u.Enterprise.Teams, w.team)
}

// recall gives a person from memory only.
func (w *workspace) recall(id string) (person, bool) { return w.people.recall(w.team + " " + id) }

func (p *people) keep(key string, found person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil || len(p.known) >= maxPeople {
		p.known = map[string]person{}
	}
	p.known[key] = found
}

func (p *people) recall(key string) (person, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	found, ok := p.known[key]
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
