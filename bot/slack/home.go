package slack

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/slack-go/slack"

	"ckadbot/bot/chat"
)

// A home page is what a person sees when they open the app: a view of theirs alone,
// with the handler's cards from top to bottom. It is made anew whenever it is opened
// and after each click on it, with the answer to the click at the top. A click on it
// comes without a channel and without a response_url.

// What a home page takes at most (docs.slack.dev/reference/views/home-tab-views).
const (
	maxPage      = 100     // blocks
	maxPageBytes = 200_000 // as JSON: 250 KB
)

// clickAtHome answers a press of a button on a home page.
func (s *session) clickAtHome(ctx context.Context, in interaction, w wait) {
	how := chat.Response{Kind: chat.DidClick}
	from := origin{team: in.team(), channel: atHome}
	if shown := in.View.PrivateMetadata; teamID.MatchString(shown) {
		from.team = shown
	}
	p, err := s.locate(ctx, from, in.Enterprise.ID, in.place())
	if err != nil {
		s.astray(ctx, p, err, w, how)
		return
	}
	action := in.pressed()
	if strings.HasPrefix(action, chat.AdminAction) {
		p.user = s.withRights(ctx, p)
	}
	r := s.ahead(ctx, &p, in.Actions[0].Value == opensForm, w, func() chat.Reply {
		return s.handler.Click(ctx, chat.Click{Action: action, User: p.user, Message: chat.MessageRef{Channel: p.channel}})
	})
	s.reply(ctx, p, r, w, how)
}

// atHome gives r to somebody who is on their home page: there, or in their direct
// conversation with me if it is meant for others, too, since on the page there are none.
func (s *session) atHome(ctx context.Context, p place, r chat.Reply) error {
	if r.Ephemeral || r.Replace {
		err := s.publish(ctx, p, &r.Message)
		if err == nil {
			return nil
		}
		s.log.Warn("an answer could not be shown on a home page", "workspace", p.channel.Workspace, "error", err)
	}
	return again(ctx, func() error { return s.say(ctx, p, p.user.ID, r.Message) })
}

// publish shows somebody their home page, below said if there is an answer.
func (s *session) publish(ctx context.Context, p place, said *chat.Message) error {
	p.user = s.withRights(ctx, p)
	cards := s.handler.Home(ctx, p.user)
	if said != nil {
		cards = slices.Insert(cards, 0, *said)
	}
	if len(cards) == 0 {
		return nil
	}
	c := call{what: "show a home page", method: "views.publish"}
	err := again(ctx, func() error {
		return p.at.call(ctx, c, func(api *slack.Client) error {
			_, err := api.PublishViewContext(ctx, slack.PublishViewContextRequest{UserID: p.user.ID, View: homeView(p.channel.Workspace, cards)})
			return err
		})
	})
	if err != nil && said == nil {
		s.log.Warn("a home page could not be shown", "workspace", p.channel.Workspace, "error", err)
	}
	return err
}

// homeView makes a view of cards, as many as there is room for. There are no pictures
// in it: they only repeat what the cards say. It carries its workspace: who is in several
// of an enterprise presses its buttons, says Slack, in the one that installed the app first
// (github.com/slackapi/bolt-python/issues/1229).
func homeView(team string, cards []chat.Message) slack.HomeTabViewRequest {
	blocks, size := []slack.Block{}, 0
	for i, m := range cards {
		_, part := render(m, "")
		raw, err := json.Marshal(part)
		if size += len(raw); err != nil || size > maxPageBytes || len(blocks)+len(part)+1 > maxPage {
			break
		}
		if i > 0 {
			blocks = append(blocks, slack.NewDividerBlock())
		}
		blocks = append(blocks, part...)
	}
	if len(blocks) == 0 { // nothing of it can be seen, and Slack takes no empty page
		blocks = sections(mrkdwn(nothing))
	}
	return slack.HomeTabViewRequest{Type: slack.VTHomeTab, PrivateMetadata: team, Blocks: slack.Blocks{BlockSet: blocks}}
}

// Inside asks Slack in which channels a person is together with me, at most once a
// minute. It needs the scopes channels:read and groups:read.
func (a *Adapter) Inside(ctx context.Context, u chat.User, channels []chat.Channel) ([]chat.Channel, error) {
	if len(channels) == 0 {
		return nil, nil
	}
	w, err := a.workspace(ctx, u.Workspace, "")
	if err != nil {
		return nil, err
	}
	theirs, ok := a.rooms.recall(w.team + " " + u.ID)
	if !ok {
		if theirs, err = w.channelsOf(ctx, u.ID); err != nil {
			return nil, err
		}
		a.rooms.keep(w.team+" "+u.ID, theirs)
	}
	var in []chat.Channel
	for _, ch := range channels {
		if _, found := slices.BinarySearch(theirs, ch.ID); found && ch.Platform == u.Platform && ch.Workspace == u.Workspace {
			in = append(in, ch)
		}
	}
	return in, nil
}

// maxPages bounds how many channels of a person, or workspaces of an enterprise, are read, in thousands.
const maxPages = 5

// channelsOf gives the ids of the channels that a person is in, in order.
func (w *workspace) channelsOf(ctx context.Context, user string) (ids []string, err error) {
	query := slack.GetConversationsForUserParameters{UserID: user, Types: []string{"public_channel", "private_channel"}, Limit: 999, ExcludeArchived: true, TeamID: w.team}
	c := call{what: "look up the channels of a person", method: "users.conversations"}
	for range maxPages {
		var page []slack.Channel
		err = w.call(ctx, c, func(api *slack.Client) (err error) {
			page, query.Cursor, err = api.GetConversationsForUserContext(ctx, &query)
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, ch := range page {
			ids = append(ids, ch.ID)
		}
		if query.Cursor == "" {
			break
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// rooms remembers for a minute which channels people are in.
type rooms struct {
	mu    sync.Mutex          // guards known
	known map[string]roomList // by team and person
}

type roomList struct {
	ids   []string
	asked time.Time
}

// maxRooms is how many people are remembered; then all are forgotten.
const maxRooms = 500

func (r *rooms) keep(key string, ids []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known == nil || len(r.known) >= maxRooms {
		r.known = map[string]roomList{}
	}
	r.known[key] = roomList{ids, time.Now()}
}

func (r *rooms) recall(key string) ([]string, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	found, ok := r.known[key]
	return found.ids, ok && time.Since(found.asked) < time.Minute
}
