package metrics

import (
	"context"
	"errors"

	"github.com/prometheus/client_golang/prometheus"

	"ckadbot/bot/chat"
)

// Adapter is a with its posts and edits counted. It is a Doorkeeper if a is.
func (m *Metrics) Adapter(a chat.Adapter) chat.Adapter {
	posts := m.posts.MustCurryWith(prometheus.Labels{"platform": a.Platform()})
	for _, action := range []string{post, edit} {
		for _, err := range []error{nil, &chat.RetryError{}, &chat.GoneError{}, &chat.UncertainError{}, errors.New("")} {
			posts.WithLabelValues(action, outcome(err)) // shown from the beginning, or its first increase is never seen
		}
	}
	c := &counted{Adapter: a, posts: posts}
	if keeper, ok := a.(chat.Doorkeeper); ok {
		return struct {
			*counted
			chat.Doorkeeper
		}{c, keeper}
	}
	return c
}

// What is done, as a label.
const (
	post = "post"
	edit = "edit"
)

// counted is an adapter that counts.
type counted struct {
	chat.Adapter
	posts *prometheus.CounterVec
}

// Post posts, and counts that.
func (c *counted) Post(ctx context.Context, ch chat.Channel, key chat.Key, m chat.Message) (chat.MessageRef, error) {
	ref, err := c.Adapter.Post(ctx, ch, key, m)
	c.posts.WithLabelValues(post, outcome(err)).Inc()
	return ref, err
}

// Edit edits, and counts that.
func (c *counted) Edit(ctx context.Context, ref chat.MessageRef, m chat.Message) error {
	err := c.Adapter.Edit(ctx, ref, m)
	c.posts.WithLabelValues(edit, outcome(err)).Inc()
	return err
}

func outcome(err error) string {
	var retry *chat.RetryError
	var gone *chat.GoneError
	var uncertain *chat.UncertainError
	switch {
	case err == nil:
		return "ok"
	case errors.As(err, &retry):
		return "retry"
	case errors.As(err, &gone):
		return "gone"
	case errors.As(err, &uncertain):
		return "uncertain"
	}
	return "error"
}
