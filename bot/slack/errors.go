package slack

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/slack-go/slack"

	"ckadbot/bot/chat"
)

// refused are Slack's words for a token that it will not take again.
var refused = map[string]bool{
	"invalid_auth": true, "not_authed": true, "account_inactive": true,
	"token_revoked": true, "token_expired": true, "not_allowed_token_type": true,
}

// refusedApp are those for the app token: with the wrong scope it never works, either.
var refusedApp = map[string]bool{
	"invalid_auth": true, "not_authed": true, "account_inactive": true,
	"token_revoked": true, "token_expired": true, "not_allowed_token_type": true,
	"missing_scope": true,
}

// gone says what an admin can do when Slack will not take a message.
var gone = map[string]string{
	"channel_not_found":       "Slack cannot find the channel, or I was never in it. Invite me there with /invite @ckad, or choose another channel.",
	"not_in_channel":          "I am not in this channel. Invite me with /invite @ckad.",
	"is_archived":             "The channel is archived. Unarchive it, or choose another channel.",
	"restricted_action":       "A setting of this workspace does not let me post in the channel. Allow it, or choose another channel.",
	"no_permission":           "A setting of this workspace does not let me post in the channel. Allow it, or choose another channel.",
	"access_denied":           "Slack does not let me into the channel. Choose another channel.",
	"user_not_in_channel":     "The person is not in the channel any more.",
	"message_not_found":       "The message was deleted.",
	"cant_update_message":     "Slack does not let me change the message.",
	"edit_window_closed":      "Slack does not let me change the message any more.",
	"messages_tab_disabled":   "Direct messages to me are switched off: allow them on the app's page \"App Home\".",
	"cannot_dm_bot":           "Bots cannot get direct messages from me.",
	"user_not_found":          "Slack cannot find the person.",
	"user_disabled":           "The person's account is deactivated.",
	"team_access_not_granted": "I am not installed in this workspace. Install the app again.",
}

// tokenError is the one line that Run ends with when Slack refuses a token.
func tokenError(setting, said string) error {
	hint := "copy it again from the app's page at api.slack.com/apps"
	switch said {
	case "not_allowed_token_type":
		hint = "it is a token of another kind; SLACK_BOT_TOKEN begins with xoxb-, SLACK_APP_TOKEN with xapp-"
	case "missing_scope":
		hint = "give the app-level token the scope connections:write"
	case "account_inactive", "token_revoked":
		hint = "the app was removed from the workspace or the token was revoked; install the app again"
	}
	return fmt.Errorf("%w: Slack refused %s (%s): %s", chat.ErrToken, setting, said, hint)
}

// failure turns what a call of the Web API came to into the errors of
// [chat.Adapter]. what is what we were doing.
func failure(what string, err error) error {
	if err == nil {
		return nil
	}
	var said slack.SlackErrorResponse
	var limited *slack.RateLimitedError
	var status slack.StatusCodeError
	var op *net.OpError
	switch {
	case errors.As(err, &limited):
		return fmt.Errorf("%s: %w", what, &chat.RetryError{After: limited.RetryAfter})
	case errors.As(err, &said):
		return refusal(what, said)
	case errors.As(err, &status) && status.Code == http.StatusTooManyRequests:
		return fmt.Errorf("%s: %w", what, &chat.RetryError{After: time.Minute})
	case errors.As(err, &status) && status.Code < 500:
		return fmt.Errorf("%s: Slack answered %s", what, status.Status)
	case errors.As(err, &op) && op.Op == "dial": // nothing was sent
		return fmt.Errorf("%s: %w", what, bare(err))
	}
	return fmt.Errorf("%s: %w", what, &chat.UncertainError{Err: bare(err)})
}

// refusal is failure for what Slack says in its own words.
func refusal(what string, said slack.SlackErrorResponse) error {
	switch said.Err {
	case "ratelimited", "rate_limited", "message_limit_exceeded":
		return fmt.Errorf("%s: %w", what, &chat.RetryError{After: time.Minute})
	case "fatal_error", "internal_error", "service_unavailable", "request_timeout":
		return fmt.Errorf("%s: %w", what, &chat.UncertainError{Err: errors.New("Slack said " + said.Err)})
	case "invalid_blocks":
		return fmt.Errorf("%s: %w", what, errBlocks)
	case "missing_scope":
		return fmt.Errorf("%s: %w", what, &chat.GoneError{Reason: "Slack wants me to have the scope " + said.Needed + ": add it on the app's page \"OAuth & Permissions\" and install the app again."})
	}
	if refused[said.Err] {
		return fmt.Errorf("%s: %w", what, tokenError("SLACK_BOT_TOKEN", said.Err))
	}
	if reason, ok := gone[said.Err]; ok {
		return fmt.Errorf("%s: %w", what, &chat.GoneError{Reason: reason})
	}
	return fmt.Errorf("%s: Slack said %s", what, said.Err)
}

// errBlocks is what Slack says of a picture that it has not looked at yet, too.
var errBlocks = errors.New("Slack said invalid_blocks")

// bare drops the URL from an error of an HTTP request: some are secrets.
func bare(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// answered tells whether it was Slack itself who said no.
func answered(err error) bool {
	var said slack.SlackErrorResponse
	var limited *slack.RateLimitedError
	return errors.As(err, &said) || errors.As(err, &limited)
}
