package slack

import (
	"errors"
	"net/http"
	"strings"
)

// ForgetSecret takes the signing secret from an adapter that runs.
func ForgetSecret(a *Adapter) { a.cfg.Secret = "" }

// Inside is how many events are not done.
func Inside(a *Adapter) int64 { return a.current.Load().inside.Load() }

// Fill makes it look as if as many events were being handled as may be; the
// function that it gives ends that.
func Fill(a *Adapter) (end func()) {
	inside := &a.current.Load().inside
	inside.Add(maxInside)
	return func() { inside.Add(-maxInside) }
}

// Confine has an adapter make requests to base only. Call it before the adapter is used.
func Confine(a *Adapter, base string) { a.http.Transport = confined(base) }

type confined string

func (base confined) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasPrefix(r.URL.String(), string(base)) {
		return nil, errors.New("not there")
	}
	return http.DefaultTransport.RoundTrip(r)
}
