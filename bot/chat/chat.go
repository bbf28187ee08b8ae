// Package chat is the chat-neutral model: what people do in a chat, and what
// the bot says there. It knows no platform and no quiz.
//
// Three things come in: a [Command] somebody typed, a [Click] on one of the
// bot's buttons, a [Submission] of a form it showed. A [Handler] answers each
// with a [Reply]. On its own account the bot posts and edits a [Message]
// through an [Adapter]; each platform has one, in a package of its own.
//
// Text in messages is a small Markdown (see [Parse]). Whatever a person or a
// file wrote goes through [Escape] or [Prose] before it becomes part of a
// text, so that nothing that strangers type is ever live markup or a ping.
//
// Nothing here is stored, and all values may be used from many goroutines.
package chat

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// A User is a person (or a bot) as one platform knows them.
type User struct {
	Platform, Workspace, ID string
	Name                    string // as shown now; may change, never a key
	Admin                   bool   // may use admin commands; set for admin commands and for actions that begin with AdminAction
	Bot                     bool
}

// Home is the user's workspace in the form that other packages store:
// "slack/T1", "discord/42", "console/local".
func (u User) Home() string { return u.Platform + "/" + u.Workspace }

// A Channel is a place for messages: a channel, a thread or a direct conversation.
type Channel struct{ Platform, Workspace, ID string }

// Home is the channel's workspace, like [User.Home].
func (c Channel) Home() string { return c.Platform + "/" + c.Workspace }

// String gives the stored form, PLATFORM/WORKSPACE/ID; [ParseChannel] reads it.
func (c Channel) String() string { return c.Home() + "/" + c.ID }

// ParseChannel reads what [Channel.String] wrote.
func ParseChannel(s string) (Channel, error) {
	p := strings.Split(s, "/")
	if len(p) != 3 || p[0] == "" || p[1] == "" || p[2] == "" {
		return Channel{}, fmt.Errorf("channel %q is not of the form platform/workspace/id", s)
	}
	return Channel{Platform: p[0], Workspace: p[1], ID: p[2]}, nil
}

// A MessageRef names a message that was posted.
type MessageRef struct {
	Channel Channel
	ID      string
}

// A Command is what somebody typed after a slash.
type Command struct {
	Name    string            // the full path, as in "ckad define" or "ckad-admin series create"
	Args    map[string]string // by option name; people and channels are given by their platform's id
	Rest    string            // typed text that fits no option and no subcommand
	Target  *User             // the person that the command's person option names
	User    User
	Channel Channel
}

// A Click is a press of one of the bot's buttons, or a choice from a [Select]. On somebody's home page (see
// [Handler]) there is no message, and the channel has no ID.
type Click struct {
	Action  string // of the button or choice; comes from outside, so it is checked like any input
	User    User
	Message MessageRef // the message that holds the button
}

// A Submission is a form that was filled in.
type Submission struct {
	Action  string // of the form
	Values  map[string]string
	User    User
	Channel Channel // where the form was asked for; without ID on somebody's home page
}

// A Completion asks what could stand for an option of a command, or an input
// of a form, that is still being typed.
type Completion struct {
	Command string // the full path, or the form's action
	Option  string // the option's name, or the input's
	Typed   string
	User    User
	Channel Channel
}

// A Choice is one proposal for a [Completion], or one of a [Select].
type Choice struct{ Label, Value string }

// A Reply answers one person: with a message (for them alone or for all, new
// or in place of the one clicked) or with a form.
type Reply struct {
	Message
	Ephemeral bool // seen by this person only
	Replace   bool // takes the place of the message that was clicked
	Form      *Form
	Apology   bool // it says that something went wrong, see [Sorry]; for statistics

	// Invalid refuses a [Submission]: what is wrong (Markdown) with each input, by name. The
	// message says all of it, too. Where a form can stay open, it does and shows this at
	// the inputs instead; elsewhere these inputs are asked again, or the message is all.
	Invalid map[string]string
}

// AdminAction begins the actions of buttons and forms that are for admins.
// Adapters look up whether a person is an admin only for these, and for
// commands whose spec says so, since on some platforms it costs a request.
const AdminAction = "admin:"

// A Handler reacts to people. Adapters call it from many goroutines at once.
// It returns no error: turning errors into words is its job.
type Handler interface {
	Command(ctx context.Context, c Command) Reply
	Click(ctx context.Context, c Click) Reply
	Submit(ctx context.Context, s Submission) Reply
	Complete(ctx context.Context, c Completion) []Choice
	// Joined gives what the bot posts when it was added to a channel, if it has something to say.
	Joined(ctx context.Context, j Joining) (m Message, ok bool)
	// Home gives what somebody sees on the bot's own page, from top to bottom. Platforms
	// without such a page never ask. Whether the person is an admin is looked up.
	Home(ctx context.Context, u User) []Message
	// Left hears that the bot was removed from a workspace, perhaps more than once.
	Left(ctx context.Context, home string)
}

// A Joining says that the bot was added to a channel. By is the zero User if
// the platform does not tell who did it.
type Joining struct {
	Channel Channel
	By      User
}

// Patience is how long an adapter waits for a [Handler] before it tells the
// platform that the answer comes later. Slack and Discord want a first sign
// within three seconds; half of that leaves room for a slow network.
const Patience = 1500 * time.Millisecond

// A Key makes a post happen once. ID names it (at most 25 characters, Discord's
// nonce). Tried is when it was first attempted, zero if it never was: on a
// platform without idempotent posts the adapter may then look for it first.
type Key struct {
	ID    string
	Tried time.Time
}

// An Adapter connects the bot to one platform.
type Adapter interface {
	// Platform is the first part of this adapter's channels: "slack", "discord", "console".
	Platform() string
	// Run serves until ctx ends (then it returns nil) or the connection is lost
	// for good (then the error says in one line what to do, without any token).
	Run(ctx context.Context, spec Spec, h Handler) error
	// Post starts a message. Besides other errors it returns a *RetryError,
	// *GoneError or *UncertainError.
	Post(ctx context.Context, ch Channel, key Key, m Message) (MessageRef, error)
	// Edit replaces a message that Post or a reply made. Errors are those of Post.
	Edit(ctx context.Context, ref MessageRef, m Message) error
	// Direct gives the channel for messages to one person, of whom only the ID
	// is needed. Errors are those of Post.
	Direct(ctx context.Context, u User) (Channel, error)
	// Hand gives a file to one person alone, and says in a few plain words where they
	// find it. Errors are those of Post.
	Hand(ctx context.Context, u User, f File) (where string, err error)
	// Member tells whether somebody is (still) in their workspace. Errors are those of Post.
	Member(ctx context.Context, u User) (bool, error)
	// Check tells beforehand whether a card can be posted in a channel: nil if nothing
	// speaks against it, a *GoneError that names what is missing, or why that could
	// not be found out.
	Check(ctx context.Context, ch Channel) error
	// Ready is nil while people can reach the bot through this adapter; otherwise it
	// says in a few words, without any secret, what is missing.
	Ready() error
	// Link is an address that opens a message that Post made, "" if there is none.
	Link(ctx context.Context, ref MessageRef) (string, error)
}

// A Doorkeeper is an adapter that knows who is in which channel. What people see on
// their home page comes from channels that they are in.
type Doorkeeper interface {
	// Inside gives those of the channels in which a person is. Errors are those of Post.
	Inside(ctx context.Context, u User, channels []Channel) ([]Channel, error)
}

// A Web is an adapter that a platform may reach over HTTP. Its routes answer
// 503 until Run is called and after it has ended.
type Web interface {
	Routes(mux *http.ServeMux)
}

// Everywhere is the workspace of a direct conversation, and of people in it, on
// platforms where such conversations belong to no workspace, and of a channel in a
// workspace that has not added the bot, where somebody uses it who has. There a person
// has the same ID in all workspaces, and the bot may answer, but not post in such a channel.
const Everywhere = "@me"

// Homeless tells whether a home, as of [User.Home], is no workspace but [Everywhere].
func Homeless(home string) bool { return strings.HasSuffix(home, "/"+Everywhere) }

// A RetryError says that the platform asked us to wait.
type RetryError struct{ After time.Duration }

// Error says how long to wait.
func (e *RetryError) Error() string { return fmt.Sprintf("asked to wait %s", e.After) }

// A GoneError says that the channel, the message, or the right to post there is gone:
// trying again is no use. Reason is a sentence for an admin.
type GoneError struct{ Reason string }

// Error is the Reason.
func (e *GoneError) Error() string { return e.Reason }

// An UncertainError says that nobody knows whether the post was made, such as
// after a lost answer.
type UncertainError struct{ Err error }

// Error gives the cause.
func (e *UncertainError) Error() string { return "may have been posted: " + e.Err.Error() }

// Unwrap gives the cause.
func (e *UncertainError) Unwrap() error { return e.Err }

// ErrToken is wrapped by Run's error when the platform refuses a token.
var ErrToken = errors.New("the token was refused")
