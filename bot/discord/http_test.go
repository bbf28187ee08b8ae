package discord

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"ckadbot/bot/chat"
	"ckadbot/bot/chat/chattest"
	"ckadbot/bot/discord/discordtest"
)

const aCommand = `{"id":"1","application_id":"2","type":2,"token":"t","channel_id":"3","guild_id":"4","data":{"name":"ckad","options":[{"type":1,"name":"help"}]},"member":{"user":{"id":"5","username":"eve"},"permissions":"0"}}`

// knock makes a request of the adapter's own routes.
func knock(a *Adapter, path string, h http.Header, body io.Reader) *httptest.ResponseRecorder {
	mux := http.NewServeMux()
	a.Routes(mux)
	req := httptest.NewRequest(http.MethodPost, path, body)
	req.Header = h
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, req)
	return w
}

// startHTTP runs f's adapter until its door is open.
func startHTTP(t testing.TB, f *fake, h chat.Handler) {
	t.Helper()
	chattest.Start(t, f, h)
	f.Type("alice", "/ckad help")
	chattest.AwaitText(t, f, "alice", "ok")
}

func TestOnlyDiscordIsHeard(t *testing.T) {
	f := openHTTP(t)
	h := &chattest.Handler{}
	startHTTP(t, f, h)
	body, now := []byte(aCommand), time.Now()
	with := func(change func(http.Header)) http.Header {
		all := discordtest.Sign(body, now)
		change(all)
		return all
	}
	for name, tc := range map[string]struct {
		header http.Header
		body   []byte
		want   int
	}{
		"no signature":       {with(func(h http.Header) { h.Del("X-Signature-Ed25519") }), body, 401},
		"no timestamp":       {with(func(h http.Header) { h.Del("X-Signature-Timestamp") }), body, 401},
		"another body":       {with(func(http.Header) {}), []byte(strings.Replace(aCommand, "eve", "bob", 1)), 401},
		"another time":       {with(func(h http.Header) { h.Set("X-Signature-Timestamp", fmt.Sprint(now.Unix()+1)) }), body, 401},
		"a forged signature": {with(func(h http.Header) { h.Set("X-Signature-Ed25519", strings.Repeat("00", 64)) }), body, 401},
		"a cut signature":    {with(func(h http.Header) { h.Set("X-Signature-Ed25519", h.Get("X-Signature-Ed25519")[:126]) }), body, 401},
		"no hexadecimals":    {with(func(h http.Header) { h.Set("X-Signature-Ed25519", strings.Repeat("zz", 64)) }), body, 401},
		"two signatures":     {with(func(h http.Header) { h.Add("X-Signature-Ed25519", h.Get("X-Signature-Ed25519")) }), body, 401},
		"six minutes ago":    {discordtest.Sign(body, now.Add(-6*time.Minute)), body, 401},
		"in six minutes":     {discordtest.Sign(body, now.Add(6*time.Minute)), body, 401},
		"too much":           {with(func(http.Header) {}), bytes.Repeat([]byte("x"), maxRequest+1), 413},
		"no JSON":            {discordtest.Sign([]byte("{"), now), []byte("{"), 400},
		"no interaction":     {discordtest.Sign([]byte("{}"), now), []byte("{}"), 400},
		"a ping":             {discordtest.Sign([]byte(`{"type":1}`), now), []byte(`{"type":1}`), 200},
	} {
		if got := knock(f.adapter, "/discord/interactions", tc.header, bytes.NewReader(tc.body)); got.Code != tc.want {
			t.Errorf("%s: got %d %s, want %d", name, got.Code, got.Body, tc.want)
		}
	}
	if n := len(h.Calls()); n != 1 {
		t.Errorf("the handler was called %d times, want once, by alice", n)
	}
	broken := io.MultiReader(strings.NewReader("{"), failing{})
	if got := knock(f.adapter, "/discord/interactions", discordtest.Sign(body, now), broken); got.Code != 400 {
		t.Errorf("a request that breaks off: got %d, want 400", got.Code)
	}
	if got := knock(f.adapter, "/discord/events", discordtest.Sign([]byte("["), now), strings.NewReader("[")); got.Code != 400 {
		t.Errorf("an event that is none: got %d, want 400", got.Code)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestReplayIsNotHandled(t *testing.T) {
	f := openHTTP(t)
	h := &chattest.Handler{}
	startHTTP(t, f, h)
	signed := discordtest.Sign([]byte(aCommand), time.Now())
	var codes []int
	for range 12 {
		codes = append(codes, knock(f.adapter, "/discord/interactions", signed, strings.NewReader(aCommand)).Code)
	}
	if codes[0] != 200 || slices.Max(codes) != 202 || len(h.Calls()) != 2 {
		t.Errorf("got %v and %d calls, want 200, eleven times 202, and one call", codes, len(h.Calls())-1)
	}
}

func TestDoorIsClosedOutsideRun(t *testing.T) {
	f := openHTTP(t)
	ping := []byte(`{"type":1}`)
	for _, path := range []string{"/discord/interactions", "/discord/events"} {
		if got := knock(f.adapter, path, discordtest.Sign(ping, time.Now()), bytes.NewReader(ping)); got.Code != 503 {
			t.Errorf("%s before Run: got %d, want 503", path, got.Code)
		}
	}
	if got := knock(open(t).adapter, "/discord/interactions", discordtest.Sign(ping, time.Now()), bytes.NewReader(ping)); got.Code != 404 {
		t.Errorf("with a gateway: got %d, want 404", got.Code)
	}
}

func TestPublicKeyThatIsNoneEndsRun(t *testing.T) {
	for _, key := range []string{"x", strings.Repeat("ab", 31), strings.Repeat("xy", 32)} {
		err := New(Config{Token: "t", PublicKey: key}).Run(t.Context(), chat.Spec{}, &chattest.Handler{})
		if err == nil || !strings.Contains(err.Error(), "DISCORD_PUBLIC_KEY") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: got %v, want one line about the key", key, err)
		}
	}
}

// TestClickInFlightIsAnswered: Run ends, the door closes, and who is inside gets an answer.
func TestClickInFlightIsAnswered(t *testing.T) {
	both(t, "it is", func(t *testing.T, f *fake) {
		started, release := make(chan struct{}), make(chan struct{})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() {
			ended <- f.adapter.Run(ctx, chattest.Spec, &chattest.Handler{OnClick: func(chat.Click) chat.Reply {
				close(started)
				<-release
				return chat.Reply{Message: text("in time"), Ephemeral: true}
			}})
		}()
		post(t, f, "q", question)
		f.Press("bob", chattest.AwaitText(t, f, "bob", "Question?"), "A")
		<-started
		cancel()
		if f.adapter.publicKey != "" {
			ping := []byte(`{"type":1}`)
			for knock(f.adapter, "/discord/interactions", discordtest.Sign(ping, time.Now()), bytes.NewReader(ping)).Code != 503 {
				runtime.Gosched() // until the door is closed
			}
		}
		close(release)
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		chattest.AwaitText(t, f, "bob", "in time")
		if c := f.Complaints(); len(c) > 0 {
			t.Errorf("Discord complains: %q", c)
		}
	})
}

// TestStrangerDoesNotKeepTheBotFromStopping: whose request does not end is not waited for.
func TestStrangerDoesNotKeepTheBotFromStopping(t *testing.T) {
	f := openHTTP(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- f.adapter.Run(ctx, chattest.Spec, &chattest.Handler{}) }()
	f.Type("alice", "/ckad help")
	chattest.AwaitText(t, f, "alice", "ok")
	body, more := io.Pipe()
	left := make(chan struct{})
	go func() {
		defer close(left)
		knock(f.adapter, "/discord/interactions", http.Header{}, body)
	}()
	_, _ = more.Write([]byte("{")) // is read, so they are inside
	cancel()
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Error("Run waits for them")
	}
	more.Close()
	<-left
}

// TestAnswerThatIsChasedArrives: what follows the first answer may overtake it on
// its way through Discord.
func TestAnswerThatIsChasedArrives(t *testing.T) {
	t.Parallel()
	f := openHTTP(t)
	chattest.Start(t, f, &chattest.Handler{OnCommand: func(chat.Command) chat.Reply {
		return slowly(f, chat.Reply{Message: text("here it is"), Ephemeral: true})
	}})
	f.Refuse(http.MethodPatch, "/messages/@original", 404, unknownWebhook, "Unknown Webhook")
	f.Type("alice", "/ckad help")
	chattest.AwaitText(t, f, "alice", "here it is")
}

// shared is a claim that processes share, as they do with a database.
type shared struct {
	mu   sync.Mutex // guards keys
	keys map[string]int
}

func (s *shared) claim(_ context.Context, key string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[key]++
	return s.keys[key] == 1, nil
}

// claimed is how many keys there are; the slower of two bots may be asking still.
func (s *shared) claimed() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.keys)
}

// TestOneOfTwoBotsHandlesIt: Discord tells both of everything.
func TestOneOfTwoBotsHandlesIt(t *testing.T) {
	f := open(t)
	f.ToAll()
	claims := &shared{keys: map[string]int{}}
	second := &fake{f.Server, connect(t, f.Server)}
	f.adapter.claim, second.adapter.claim = claims.claim, claims.claim
	handlers := []*chattest.Handler{{}, {}}
	chattest.Start(t, f, handlers[0])
	chattest.Start(t, second, handlers[1])
	awaitAsked(t, f, "identify", "identify")
	for range 5 {
		alive(t, f)
	}
	if n := len(handlers[0].Calls()) + len(handlers[1].Calls()); n != 5 || claims.claimed() != 5 {
		t.Errorf("%d commands were handled, %d claimed, want 5", n, claims.claimed())
	}
	if c := f.Complaints(); len(c) > 0 {
		t.Errorf("Discord complains: %q", c)
	}
}

// TestClaimThatHangsOrFailsHindersNobody, and takes a second at most: in the bubble no time.
func TestClaimThatHangsOrFailsHindersNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := New(Config{})
		r := &responder{Adapter: a, work: t.Context(), tasks: new(sync.WaitGroup)}
		began := time.Now()
		a.claim = func(ctx context.Context, _ string) (bool, error) { <-ctx.Done(); return false, ctx.Err() }
		if took := func() time.Duration { r.first(t.Context(), "k"); return time.Since(began) }(); took != claiming {
			t.Errorf("a claim that hangs takes %v, want %v", took, claiming)
		}
		for name, claim := range map[string]func(context.Context, string) (bool, error){
			"fails": func(context.Context, string) (bool, error) { return false, errors.New("no database") },
			"hangs": a.claim,
		} {
			a.claim = claim
			if !r.first(t.Context(), "k") {
				t.Errorf("when the claim %s, nobody handles it", name)
			}
		}
		r.tasks.Wait()
	})
}

func TestEventsOfTheApplication(t *testing.T) {
	f := openHTTP(t)
	left, joined := make(chan string, 9), make(chan chat.Joining, 9)
	startHTTP(t, f, &chattest.Handler{
		OnLeft: func(home string) { left <- home },
		OnJoined: func(j chat.Joining) (chat.Message, bool) {
			joined <- j
			return text("Hello, I am new here"), true
		},
	})
	user := map[string]any{"id": "77", "username": "ann", "global_name": "Ann"}
	g := map[string]any{"id": discordtest.GuildID, "name": "Guild", "system_channel_id": discordtest.GeneralID}
	for _, event := range []struct {
		kind string
		data map[string]any
	}{
		{"ENTITLEMENT_CREATE", map[string]any{}},
		{"APPLICATION_AUTHORIZED", map[string]any{"integration_type": 1, "user": user, "scopes": []string{"applications.commands"}}},
		{"APPLICATION_AUTHORIZED", map[string]any{"integration_type": 0, "user": user, "guild": g}},
		{"APPLICATION_AUTHORIZED", map[string]any{"integration_type": 0, "user": user, "guild": map[string]any{"id": "88", "system_channel_id": nil}}},
		{"APPLICATION_DEAUTHORIZED", map[string]any{"user": user}},
		{"APPLICATION_DEAUTHORIZED", map[string]any{"user": user, "guild": g}},
	} {
		if status, err := f.Event(event.kind, event.data); status != 204 || err != nil {
			t.Errorf("%s: got %d, %v, want 204", event.kind, status, err)
		}
	}
	chattest.AwaitText(t, f, "bob", "Hello, I am new here")
	want := chat.Joining{Channel: f.Channel(), By: chat.User{Platform: "discord", Workspace: discordtest.GuildID, ID: "77", Name: "Ann"}}
	if j := <-joined; j != want {
		t.Errorf("got %+v, want %+v", j, want)
	}
	if home := <-left; home != "discord/"+discordtest.GuildID {
		t.Errorf("left %s", home)
	}
	if len(joined)+len(left) > 0 {
		t.Error("heard more than that")
	}
	if messages, _ := f.Sees("bob"); len(messages) != 1 {
		t.Errorf("bob sees %+v, want one introduction", messages)
	}
}

// TestRemovalIsNoticedLate, when a post there is refused. A channel that is closed to the bot, or deleted, is no
// removal, nor is a guild that Discord does not show for once, as it is known to do.
func TestRemovalIsNoticedLate(t *testing.T) {
	both(t, "it is", func(t *testing.T, f *fake) {
		left := make(chan string, 9)
		startHTTP(t, f, &chattest.Handler{OnLeft: func(home string) { left <- home }})
		refused := func() {
			t.Helper()
			var gone *chat.GoneError
			if err := try(t, f); !errors.As(err, &gone) {
				t.Errorf("got %v", err)
			}
		}
		guild := "/guilds/" + discordtest.GuildID
		f.Revoke("View Channel")
		refused()
		awaitCalls(t, f, "GET", guild, 1)
		f.Refuse("GET", guild, 404, unknownGuild, "Unknown Guild")
		refused()
		awaitCalls(t, f, "GET", "/users/@me/guilds", 1)
		f.LoseGuild(discordtest.GuildID)
		for range 2 { // who heard of the first may have failed to note it, or the bot was there again meanwhile
			refused()
			if home := <-left; home != "discord/"+discordtest.GuildID || len(left) > 0 {
				t.Errorf("left %s, and %d more", home, len(left))
			}
		}
		awaitCalls(t, f, "GET", "/users/@me/guilds", 3)
	})
}

// FuzzEndpoints: whatever comes in with a good signature is answered, and breaks nothing.
func FuzzEndpoints(f *testing.F) {
	for _, raw := range []string{
		aCommand, `{"type":1}`, `{}`, `[]`, `null`, `"`,
		strings.Replace(aCommand, `"type":2`, `"type":3`, 1), strings.Replace(aCommand, `"type":2`, `"type":4`, 1), strings.Replace(aCommand, `"type":2`, `"type":5`, 1), strings.Replace(aCommand, `"type":2`, `"type":9`, 1),
		`{"id":"1","application_id":"2","type":3,"token":"t","channel_id":"3","user":{"id":"5"},"message":{"id":"../1","components":[{"type":99}]},"data":{"custom_id":"\ud800","component_type":3,"values":null}}`,
		`{"id":"1","application_id":"2","type":5,"token":"t","channel_id":"3","user":{"id":"5"},"data":{"custom_id":"a","components":[{"type":18,"component":{"type":21}},{"type":1}]}}`,
		`{"event":{"type":"APPLICATION_AUTHORIZED","data":{"guild":{"id":"x","system_channel_id":"../y"}}}}`,
	} {
		f.Add([]byte(raw))
	}
	a := New(Config{Token: "t", PublicKey: discordtest.PublicKey(), APIURL: "http://127.0.0.1:1"}) // nobody listens on port 1
	var tasks sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	cancel() // answers by other ways are not tried
	a.door.open(&responder{Adapter: a, handler: chat.Guard(&chattest.Handler{}, a.log), work: ctx, tasks: &tasks})
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, path := range []string{"/discord/interactions", "/discord/events"} {
			got := knock(a, path, discordtest.Sign(body, time.Now()), bytes.NewReader(body))
			if !slices.Contains([]int{200, 202, 204, 400}, got.Code) {
				t.Errorf("%s answers %d to %q", path, got.Code, body)
			}
		}
		tasks.Wait()
	})
}
