package slack

import "time"

// Hurry makes Slack's second, by which the limits are kept, last d. Call it before the adapter is used.
func Hurry(a *Adapter, d time.Duration) {
	a.second, a.own.limits.second = d, d // workspaces of installations are made later
}
