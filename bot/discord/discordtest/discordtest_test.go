package discordtest

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"ckadbot/bot/chat/chattest"
)

// A bot is a small one, which may do anything wrong.
type bot struct {
	*Server
	t  *testing.T
	ws *websocket.Conn
}

func start(t *testing.T) *bot {
	s := New()
	s.calls = &chattest.Record{} // what this bot does wrong is not for the file
	t.Cleanup(s.Close)
	return &bot{Server: s, t: t}
}

// call makes a request and gives the status and Discord's code.
func (b *bot) call(method, path, body string, change ...func(http.Header)) (status, code int, answer map[string]any) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.URL()+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("User-Agent", "DiscordBot (test, 1)")
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if !strings.HasPrefix(path, "/v10/interactions") && !strings.HasPrefix(path, "/v10/webhooks") {
		req.Header.Set("Authorization", "Bot "+Token)
	}
	for _, f := range change {
		f(req.Header)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	_ = json.Unmarshal(raw, &answer)
	c, _ := answer["code"].(float64)
	return resp.StatusCode, int(c), answer
}

// connect identifies and reads until READY.
func (b *bot) connect(token string) (code int) {
	b.t.Helper()
	ws, _, err := websocket.DefaultDialer.DialContext(b.t.Context(), b.socket()+"/?v=10&encoding=json", nil)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() { ws.Close() })
	b.ws = ws
	identify := `{"op":2,"d":{"token":"` + token + `","intents":0,"properties":{"os":"linux","browser":"b","device":"d"}}}`
	if err := ws.WriteMessage(websocket.TextMessage, []byte(identify)); err != nil {
		b.t.Fatal(err)
	}
	for {
		var f struct{ T string }
		switch err := ws.ReadJSON(&f); {
		case err != nil:
			if e, ok := err.(*websocket.CloseError); ok {
				return e.Code
			}
			b.t.Fatal(err)
		case f.T == "READY":
			return 0
		}
	}
}

// interaction reads the next one, and gives the paths of its answers.
func (b *bot) interaction() (callback, webhook string) {
	b.t.Helper()
	for {
		var f struct {
			T string
			D struct{ ID, Token string }
		}
		if err := b.ws.ReadJSON(&f); err != nil {
			b.t.Fatal(err)
		}
		if f.T == "INTERACTION_CREATE" {
			return "/v10/interactions/" + f.D.ID + "/" + f.D.Token + "/callback", "/v10/webhooks/" + ApplicationID + "/" + f.D.Token
		}
	}
}

func (b *bot) help(person string) {
	b.t.Helper()
	if status, _, _ := b.call("PUT", "/v10/applications/"+ApplicationID+"/commands", `[{"name":"help","description":"help"}]`); status != 200 {
		b.t.Fatalf("commands: %d", status)
	}
	b.Type(person, "/help")
}

const posts = "/v10/channels/" + GeneralID + "/messages"

// upload is a form with a message and one file, called a.png.
func upload(message string) string {
	return "--x\r\nContent-Disposition: form-data; name=\"payload_json\"\r\n\r\n" + message +
		"\r\n--x\r\nContent-Disposition: form-data; name=\"files[0]\"; filename=\"a.png\"\r\n\r\npicture\r\n--x--\r\n"
}

func isForm(h http.Header) { h.Set("Content-Type", "multipart/form-data; boundary=x") }

func TestFilesNeedThePermission(t *testing.T) {
	b := start(t)
	message := upload(`{"content":"x","attachments":[{"id":"0","filename":"a.png","description":"a"}]}`)
	if status, _, answer := b.call("POST", posts, message, isForm); status != 200 {
		t.Errorf("got %d %v", status, answer)
	}
	b.Revoke("Attach Files")
	if status, code, _ := b.call("POST", posts, message, isForm); status != 403 || code != 50013 {
		t.Errorf("got %d, code %d, want 403, code 50013", status, code)
	}
	if len(b.Complaints()) != 0 {
		t.Errorf("complaints are %q: a bot cannot know", b.Complaints())
	}
}

func TestRequestsAreChecked(t *testing.T) {
	long := func(n int) string { return strings.Repeat("x", n) }
	for name, tc := range map[string]struct {
		method, path, body string
		change             func(http.Header)
		status, code       int
	}{
		"no token":           {path: posts, body: `{"content":"x"}`, change: func(h http.Header) { h.Del("Authorization") }, status: 401},
		"wrong token":        {path: posts, body: `{"content":"x"}`, change: func(h http.Header) { h.Set("Authorization", "Bot x") }, status: 401},
		"no user agent":      {path: posts, body: `{"content":"x"}`, change: func(h http.Header) { h.Set("User-Agent", "curl") }, status: 403},
		"no JSON":            {path: posts, body: `{`, status: 400, code: 50109},
		"a form":             {path: posts, body: `{"content":"x"}`, change: func(h http.Header) { h.Set("Content-Type", "text/plain") }, status: 400, code: 50035},
		"an old version":     {path: strings.Replace(posts, "v10", "v9", 1), body: `{"content":"x"}`, status: 404},
		"nothing said":       {path: posts, body: `{"content":" ","embeds":[]}`, status: 400, code: 50006},
		"long content":       {path: posts, body: `{"content":"` + long(2001) + `"}`, status: 400, code: 50035},
		"long embed":         {path: posts, body: `{"embeds":[{"description":"` + long(4097) + `"}]}`, status: 400, code: 50035},
		"long in all":        {path: posts, body: `{"embeds":[{"description":"` + long(4000) + `"},{"description":"` + long(2001) + `"}]}`, status: 400, code: 50035},
		"empty field":        {path: posts, body: `{"embeds":[{"fields":[{"name":"x","value":" "}]}]}`, status: 400, code: 50035},
		"ephemeral post":     {path: posts, body: `{"content":"x","flags":64}`, status: 400, code: 50035},
		"long nonce":         {path: posts, body: `{"content":"x","nonce":"` + long(26) + `"}`, status: 400, code: 50035},
		"same custom_id":     {path: posts, body: `{"content":"x","components":[{"type":1,"components":[{"type":2,"style":1,"label":"a","custom_id":"a"},{"type":2,"style":1,"label":"b","custom_id":"a"}]}]}`, status: 400, code: 50035},
		"six buttons":        {path: posts, body: `{"content":"x","components":[{"type":1,"components":[` + strings.TrimSuffix(strings.Repeat(`{"type":2,"style":1,"label":"a","custom_id":"a"},`, 6), ",") + `]}]}`, status: 400, code: 50035},
		"picture nowhere":    {path: posts, body: `{"embeds":[{"description":"x","image":{"url":"attachment://a.png"}}]}`, status: 400, code: 50035},
		"no file":            {path: posts, body: `{"content":"x","attachments":[{"id":"0","filename":"a.png","description":"a"}]}`, status: 400, code: 50035},
		"file not told of":   {path: posts, body: upload(`{"content":"x"}`), change: isForm, status: 400, code: 50035},
		"file told of twice": {path: posts, body: upload(`{"content":"x","attachments":[{"id":"0","filename":"a.png","description":"a"},{"id":"0","filename":"a.png","description":"a"}]}`), change: isForm, status: 400, code: 50035},
		"long alternative":   {path: posts, body: upload(`{"content":"x","attachments":[{"id":"0","filename":"a.png","description":"` + long(1025) + `"}]}`), change: isForm, status: 400, code: 50035},
		"half a form":        {path: posts, body: "--x\r\n", change: isForm, status: 400, code: 50035},
		"unknown webhook":    {path: "/v10/webhooks/" + ApplicationID + "/x", body: `{"content":"x"}`, status: 404, code: 10015},
		"unknown callback":   {path: "/v10/interactions/1/x/callback", body: `{"type":6}`, status: 404, code: 10062},
		"token where not":    {path: "/v10/interactions/1/x/callback", body: `{"type":6}`, change: func(h http.Header) { h.Set("Authorization", "Bot "+Token) }, status: 400},
		"command with caps":  {method: "PUT", path: "/v10/applications/1/commands", body: `[{"name":"Help","description":"x"}]`, status: 400, code: 50035},
		"optional first":     {method: "PUT", path: "/v10/applications/1/commands", body: `[{"name":"a","description":"x","options":[{"type":3,"name":"a","description":"x"},{"type":3,"name":"b","description":"x","required":true}]}]`, status: 400, code: 50035},
		"no description":     {method: "PUT", path: "/v10/applications/1/commands", body: `[{"name":"a"}]`, status: 400, code: 50035},
		"8,000 in a command": {method: "PUT", path: "/v10/applications/1/commands", body: `[{"name":"a","description":"x","options":[` + strings.TrimSuffix(strings.Repeat(`{"type":3,"name":"a","description":"`+long(100)+`","choices":[`+strings.TrimSuffix(strings.Repeat(`{"name":"`+long(100)+`","value":"`+long(100)+`"},`, 25), ",")+`]},`, 2), ",") + `]}]`, status: 400, code: 50035},
	} {
		t.Run(name, func(t *testing.T) {
			b := start(t)
			var change []func(http.Header)
			if tc.change != nil {
				change = append(change, tc.change)
			}
			method := "POST"
			if tc.method != "" {
				method = tc.method
			}
			if status, code, answer := b.call(method, tc.path, tc.body, change...); status != tc.status || code != tc.code {
				t.Errorf("got %d, code %d (%v), want %d, code %d", status, code, answer, tc.status, tc.code)
			}
			if len(b.Complaints()) != 1 {
				t.Errorf("complaints are %q, want one", b.Complaints())
			}
		})
	}
}

func TestWhoIsNotified(t *testing.T) {
	b := start(t)
	b.Sees("bob") // whoever is named exists from then on
	var alice string
	b.with(func() { alice = b.person("alice").id })
	everyone := `@everyone <@` + alice + `>`
	for body, want := range map[string][]string{
		`{"content":"` + everyone + `"}`:                                                                {"alice", "bob"},
		`{"content":"` + everyone + `","allowed_mentions":{"parse":[]}}`:                                nil,
		`{"content":"` + everyone + `","allowed_mentions":{"parse":["users"]}}`:                         {"alice"},
		`{"content":"<@` + alice + `>","allowed_mentions":{"parse":[],"users":["` + alice + `"]}}`:      {"alice"},
		`{"content":"nobody","allowed_mentions":{"parse":[],"users":["` + alice + `"]}}`:                nil,
		`{"embeds":[{"description":"` + everyone + `"}]}`:                                               nil,
		`{"content":"@everyone","allowed_mentions":{"parse":["roles"],"users":[],"replied_user":true}}`: nil,
	} {
		if status, _, answer := b.call("POST", posts, body); status != 200 {
			t.Fatalf("%s: %d %v", body, status, answer)
		}
		shown, _ := b.Sees("bob")
		if got := shown[len(shown)-1].Pings; !slices.Equal(got, want) {
			t.Errorf("%s notifies %q, want %q", body, got, want)
		}
	}
}

func TestNonceIsRemembered(t *testing.T) {
	b := start(t)
	post := func(body string) any {
		_, _, answer := b.call("POST", posts, body)
		return answer["id"]
	}
	first := post(`{"content":"one","nonce":"n","enforce_nonce":true}`)
	if again := post(`{"content":"two","nonce":"n","enforce_nonce":true}`); again != first {
		t.Errorf("posted again as %v, want %v", again, first)
	}
	if other := post(`{"content":"three","nonce":"n"}`); other == first {
		t.Error("a nonce that is not enforced makes no new message")
	}
	b.Advance(time.Hour)
	if later := post(`{"content":"four","nonce":"n","enforce_nonce":true}`); later == first {
		t.Error("the nonce is remembered for an hour")
	}
}

func TestFirstAnswerMustComeInTime(t *testing.T) {
	t.Parallel()
	b := start(t)
	b.connect(Token)
	b.help("alice")
	callback, _ := b.interaction()
	for {
		shown, changed := b.Sees("alice")
		if _, ok := chattest.Find(shown, "did not respond"); ok {
			break
		}
		<-changed
	}
	if status, code, _ := b.call("POST", callback, `{"type":4,"data":{"content":"late"}}`); status != 404 || code != 10062 {
		t.Errorf("a late answer gets %d, code %d", status, code)
	}
	if c := b.Complaints(); len(c) != 2 || !strings.Contains(c[0], "no answer within") {
		t.Errorf("complaints are %q", c)
	}
}

func TestAnswersToInteractions(t *testing.T) {
	b := start(t)
	b.connect(Token)
	b.help("alice")
	callback, webhook := b.interaction()
	for _, step := range []struct {
		method, path, body string
		status, code       int
	}{
		{"POST", webhook, `{"content":"too early"}`, 404, 10015},
		{"POST", callback, `{"type":7,"data":{"content":"nothing was clicked"}}`, 400, 50035},
		{"POST", callback, `{"type":8,"data":{"choices":[]}}`, 400, 50035},
		{"POST", callback, `{"type":5,"data":{"flags":64}}`, 204, 0},
		{"POST", callback, `{"type":5,"data":{"flags":64}}`, 400, 40060},
		{"POST", webhook, `{"content":"as ephemeral as the first answer"}`, 200, 0},
		{"POST", webhook, `{"content":"for all"}`, 200, 0},
		{"PATCH", webhook + "/messages/@original", `{"content":"changed"}`, 200, 0},
		{"DELETE", webhook + "/messages/@original", ``, 204, 0},
		{"PATCH", webhook + "/messages/@original", `{"content":"gone"}`, 404, 10008},
	} {
		if status, code, answer := b.call(step.method, step.path, step.body); status != step.status || code != step.code {
			t.Errorf("%s %s: got %d, code %d (%v), want %d, code %d", step.method, step.body, status, code, answer, step.status, step.code)
		}
		if shown, _ := b.Sees("bob"); len(shown) > 1 || len(shown) == 1 && shown[0].Text != "for all" {
			t.Errorf("after %s %s bob sees %+v", step.method, step.body, shown)
		}
	}
	b.Advance(16 * time.Minute)
	if status, code, _ := b.call("POST", webhook, `{"content":"much later"}`); status != 401 || code != 50027 {
		t.Errorf("after 16 minutes: got %d, code %d", status, code)
	}
}

func TestGatewayChecksTheToken(t *testing.T) {
	b := start(t)
	if code := b.connect("wrong"); code != 4004 {
		t.Errorf("closed with %d, want 4004", code)
	}
}

func TestWhatCannotBeDoneIsAComplaint(t *testing.T) {
	b := start(t)
	b.connect(Token)
	b.help("alice")
	b.Type("alice", "/nonsense")
	b.Press("alice", chattest.Shown{ID: "1"}, "A")
	b.Fill("alice", chattest.Shown{ID: "1"}, nil)
	if c := b.Complaints(); len(c) != 3 {
		t.Errorf("complaints are %q, want three", c)
	}
}
