package slack

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/slack-go/slack"

	"ckadbot/bot/chat"
	"ckadbot/bot/store"
)

// Slack's tokens that expire live for twelve hours, and a refresh token gives the
// next of both, once (docs.slack.dev/authentication/using-token-rotation).
const (
	early   = time.Hour        // before it expires, a token is renewed
	urgent  = time.Minute      // before it expires, calls wait for the next
	leasing = 30 * time.Second // a bot may take to renew one: an exchange and writing it down
	waiting = 250 * time.Millisecond
	storing = 2 * time.Second // for an attempt to store new ones
)

// client gives the client with the newest token. The error is a RetryError
// that wraps errNotInstalled if there is none.
func (w *workspace) client(ctx context.Context, enterprise string) (*slack.Client, error) {
	if api, _, ok := w.remembered(); ok {
		return api, nil
	}
	defer stepAside(ctx)()
	select {
	case w.loading <- struct{}{}:
		defer func() { <-w.loading }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if api, _, ok := w.remembered(); ok {
		return api, nil
	}
	in, err := w.cfg.Installations.Find(ctx, w.team, enterprise)
	if err == nil && !in.Expires.IsZero() && time.Until(in.Expires) < early {
		in, err = w.renew(ctx, in)
	}
	if err == nil {
		return w.remember(in), nil
	}
	if errors.Is(err, store.ErrNotInstalled) {
		w.forget(w)
		return nil, fmt.Errorf("%w: %w", errNotInstalled, &chat.RetryError{After: notThere})
	}
	if api, old, _ := w.remembered(); old.Token != "" && !errors.Is(err, store.ErrKey) && (old.Expires.IsZero() || time.Until(old.Expires) > urgent) {
		w.log.Warn("an installation cannot be read, the token that it had is used", "workspace", w.team, "error", err)
		return api, nil
	}
	return nil, err
}

// token gives the client, and the installation that its token is of.
func (w *workspace) token(ctx context.Context) (*slack.Client, store.Installation, error) {
	if w.cfg.Installations != nil {
		if _, err := w.client(ctx, ""); err != nil {
			return nil, store.Installation{}, err
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.api, w.in, nil
}

// remembered gives the client if it need not be asked for again.
func (w *workspace) remembered() (*slack.Client, store.Installation, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := time.Now()
	w.used = now
	return w.api, w.in, (w.unkept || now.Sub(w.read) < known) && (w.in.Expires.IsZero() || w.in.Expires.Sub(now) > urgent)
}

func (w *workspace) remember(in store.Installation) *slack.Client {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.api == nil || w.in.Token != in.Token {
		w.api = w.newClient(string(in.Token))
	}
	w.in, w.read = in, time.Now()
	return w.api
}

// me is my user id, "" if it is not known.
func (w *workspace) me() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.in.BotUser
}

// renew exchanges the tokens of in for new ones, or waits for the bot that is at
// it. While the old token is still good, whatever goes wrong is for the next to try.
func (w *workspace) renew(ctx context.Context, in store.Installation) (store.Installation, error) {
	for {
		mine, err := w.cfg.Installations.Lease(ctx, in, leasing)
		switch {
		case err != nil:
			return in, err
		case mine:
			return w.exchange(ctx, in)
		case time.Until(in.Expires) > urgent:
			return in, nil
		case !pause(ctx, waiting):
			return in, fmt.Errorf("wait for new tokens: %w", ctx.Err())
		}
		next, err := w.cfg.Installations.Find(ctx, w.team, "")
		if err != nil || next.Version != in.Version {
			return next, err
		}
	}
}

// exchange gets new tokens from Slack and keeps them. It goes on when ctx ends, since a
// refresh token that was used has no second answer, but not beyond the end of Run.
func (w *workspace) exchange(ctx context.Context, in store.Installation) (store.Installation, error) {
	ctx, cancel := w.outlasting(ctx, timeout)
	defer cancel()
	log := w.log.With("workspace", w.team)
	next, err := w.newTokens(ctx, in)
	var said slack.SlackErrorResponse
	switch {
	case err == nil:
		return w.keepTokens(ctx, next), nil
	case time.Until(in.Expires) > urgent:
		log.Warn("new tokens cannot be had, the old one is good for a while", "error", err)
		return in, nil
	case errors.As(err, &said) && (dead(err) || said.Err == "invalid_refresh_token"):
		log.Warn("the tokens are over, and there are no new ones", "error", err)
		pause(ctx, 4*waiting) // for a bot that has new ones, and could not write them down yet
		return in, w.lost(ctx, in)
	}
	return in, err
}

// outlasting is ctx without its end: for d, but not beyond the end of handlers after Run's.
func (a *Adapter) outlasting(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d)
	s := a.current.Load()
	if s == nil {
		return ctx, cancel
	}
	if s.work.Err() != nil { // at once: before AfterFunc gets to it, a request may be on its way
		cancel()
	}
	stop := context.AfterFunc(s.work, cancel)
	return ctx, func() { stop(); cancel() }
}

// newTokens gives in with what Slack exchanges its refresh token for.
func (w *workspace) newTokens(ctx context.Context, in store.Installation) (store.Installation, error) {
	got, err := slack.RefreshOAuthV2TokenContext(ctx, w.http, w.cfg.ClientID, w.cfg.ClientSecret, string(in.Refresh), slack.OAuthOptionAPIURL(w.cfg.APIURL))
	if err != nil {
		return in, fmt.Errorf("renew the tokens: %w", bare(err))
	}
	if got.AccessToken == "" || got.RefreshToken == "" || got.ExpiresIn <= 0 {
		return in, errors.New("renew the tokens: Slack gave none")
	}
	in.Token, in.Refresh = store.Token(got.AccessToken), store.Token(got.RefreshToken)
	in.Expires = time.Now().Add(time.Duration(got.ExpiresIn) * time.Second)
	return in, nil
}

// keepTokens stores new tokens, and gives the installation as it is then. If the
// database does not take them, they are used all the same, and nobody has others: they
// are in memory, and tried to be stored until that works or the bot stops.
func (w *workspace) keepTokens(ctx context.Context, in store.Installation) store.Installation {
	if stored, err := w.storeTokens(ctx, in); err == nil {
		return stored
	}
	w.log.Warn("new tokens cannot be stored yet, trying until it works", "workspace", w.team)
	w.mu.Lock()
	w.unkept = true
	w.mu.Unlock()
	s := w.current.Load()
	if s == nil || !s.own(func() { w.keepTrying(s.work, in) }) { // nothing runs that would own it
		ctx, cancel := w.outlasting(ctx, grace)
		defer cancel()
		w.keepTrying(ctx, in)
	}
	return in
}

// keepTrying stores new tokens, until that works or ctx ends.
func (w *workspace) keepTrying(ctx context.Context, in store.Installation) {
	for pause(ctx, waiting) {
		stored, err := w.storeTokens(ctx, in)
		if err != nil {
			continue
		}
		w.mu.Lock()
		w.unkept = false
		w.mu.Unlock()
		w.remember(stored)
		w.log.Info("the new tokens are stored, or not needed any more", "workspace", w.team)
		return
	}
	w.log.Error("new tokens could not be stored: if Slack refuses the old ones, the app has to be installed again", "workspace", w.team)
}

// storeTokens makes one attempt, and gives what is stored then: not in, if the app was
// installed again, or another bot was faster.
func (w *workspace) storeTokens(ctx context.Context, in store.Installation) (store.Installation, error) {
	ctx, cancel := context.WithTimeout(ctx, storing)
	defer cancel()
	renewed, err := w.cfg.Installations.Renew(ctx, in)
	if err != nil {
		return in, err
	}
	if renewed {
		in.Version++
		return in, nil
	}
	in, err = w.cfg.Installations.Find(ctx, w.team, "")
	if errors.Is(err, store.ErrNotInstalled) { // removed meanwhile
		return in, nil
	}
	return in, err
}
