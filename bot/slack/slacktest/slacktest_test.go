package slacktest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"ckadbot/bot/chat/chattest"
)

// TestMain keeps these tests out of the capture: much of what they send is
// wrong on purpose.
func TestMain(m *testing.M) {
	os.Unsetenv("CONTRACT_CAPTURE")
	os.Exit(m.Run())
}

// call calls a method as a bot would, and gives the answer's error.
func call(t *testing.T, s *Server, method, token string, args url.Values) string {
	t.Helper()
	args.Set("token", token)
	r, err := http.PostForm(s.URL()+method, args)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var answer struct{ Error string }
	if err := json.NewDecoder(r.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	return answer.Error
}

// connect opens a websocket and reads hello.
func connect(t *testing.T, s *Server) *websocket.Conn {
	t.Helper()
	r, err := http.PostForm(s.URL()+"apps.connections.open", url.Values{"token": {AppToken}})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var answer struct{ URL string }
	if err := json.NewDecoder(r.Body).Decode(&answer); err != nil {
		t.Fatal(err)
	}
	ws, _, err := websocket.DefaultDialer.Dial(answer.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ws.Close() })
	if hello := read(t, ws); hello.Type != "hello" {
		t.Fatalf("got %+v, want hello", hello)
	}
	if _, again, err := websocket.DefaultDialer.Dial(answer.URL, nil); err == nil || again.StatusCode != http.StatusForbidden {
		t.Error("a ticket can be used twice")
	}
	return ws
}

type frame struct {
	Type    string         `json:"type"`
	ID      string         `json:"envelope_id"`
	Payload map[string]any `json:"payload"`
}

func read(t *testing.T, ws *websocket.Conn) (f frame) {
	t.Helper()
	if err := ws.ReadJSON(&f); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestRequestsThatSlackRefuses(t *testing.T) {
	section := func(text string) string {
		return `[{"type":"section","text":{"type":"mrkdwn","text":"` + text + `"}}]`
	}
	for name, c := range map[string]struct {
		method, token string
		args          url.Values
		want          string
	}{
		"wrong token":     {"chat.postMessage", "xoxb-no", url.Values{"channel": {General}, "text": {"x"}}, "invalid_auth"},
		"the other token": {"chat.postMessage", AppToken, url.Values{"channel": {General}, "text": {"x"}}, "not_allowed_token_type"},
		"no such method":  {"chat.shout", BotToken, url.Values{}, "unknown_method"},
		"blocks not JSON": {"chat.postMessage", BotToken, url.Values{"channel": {General}, "text": {"x"}, "blocks": {"["}}, "invalid_form_data"},
		"no text":         {"chat.postMessage", BotToken, url.Values{"channel": {General}, "blocks": {section("x")}}, "no_text"},
		"long section":    {"chat.postMessage", BotToken, url.Values{"channel": {General}, "text": {"x"}, "blocks": {section(strings.Repeat("x", 3001))}}, "invalid_blocks"},
		"no buttons":      {"chat.postMessage", BotToken, url.Values{"channel": {General}, "text": {"x"}, "blocks": {`[{"type":"actions","elements":[]}]`}}, "invalid_blocks"},
		"link_names":      {"chat.postMessage", BotToken, url.Values{"channel": {General}, "text": {"x"}, "link_names": {"1"}}, "invalid_arguments"},
		"long update":     {"chat.update", BotToken, url.Values{"channel": {General}, "ts": {"1.000001"}, "text": {strings.Repeat("x", 4001)}}, "msg_too_long"},
		"not in channel":  {"chat.postEphemeral", BotToken, url.Values{"channel": {General}, "user": {"U0NOBODY"}, "text": {"x"}}, "user_not_in_channel"},
		"made-up trigger": {"views.open", BotToken, url.Values{"trigger_id": {"1.2.3"}, "view": {`{}`}}, "invalid_trigger_id"},
	} {
		t.Run(name, func(t *testing.T) {
			s := New()
			defer s.Close()
			if got := call(t, s, c.method, c.token, c.args); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if complaints := s.Complaints(); len(complaints) != 1 || !strings.Contains(complaints[0], c.want) {
				t.Errorf("complaints are %q, want one of %s", complaints, c.want)
			}
			if shown, _ := s.Sees("alice"); len(shown) > 0 {
				t.Errorf("alice sees %+v", shown)
			}
		})
	}
}

func TestLateAcknowledgementIsSeenByThePerson(t *testing.T) {
	t.Parallel()
	s := New()
	defer s.Close()
	ws := connect(t, s)
	s.Type("alice", "/ckad help")
	read(t, ws) // and no word back
	await(t, s, "alice", "operation_timeout")
	if c := s.Complaints(); len(c) != 1 || !strings.Contains(c[0], "not acknowledged") {
		t.Errorf("complaints are %q", c)
	}
}

func TestUnacknowledgedEventGoesToTheOtherBot(t *testing.T) {
	t.Run("when the first one goes", func(t *testing.T) {
		s := New()
		defer s.Close()
		first := connect(t, s)
		s.Type("alice", "/ckad help")
		before := read(t, first)
		first.Close()
		after := read(t, connect(t, s))
		if after.ID == before.ID || after.Payload["trigger_id"] != before.Payload["trigger_id"] {
			t.Errorf("got %+v after %+v, want the same event in another envelope", after, before)
		}
	})
	t.Run("after three seconds", func(t *testing.T) {
		t.Parallel()
		s := New()
		defer s.Close()
		bots := []*websocket.Conn{connect(t, s), connect(t, s)}
		frames := make(chan frame)
		for _, ws := range bots {
			go func() {
				var f frame
				if ws.ReadJSON(&f) == nil {
					frames <- f
				}
			}()
		}
		began := time.Now()
		s.Type("alice", "/ckad help")
		before := <-frames
		if after := <-frames; after.ID == before.ID || time.Since(began) < ackTime {
			t.Errorf("got %+v after %s", after, time.Since(began))
		}
	})
}

func TestResponseURLTakesFiveMessages(t *testing.T) {
	s := New()
	defer s.Close()
	u := s.ResponseURL("alice")
	for i := range 6 {
		r, err := http.Post(u, "application/json", strings.NewReader(`{"response_type":"ephemeral","text":"x"}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if want := map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[i < 5]; r.StatusCode != want {
			t.Errorf("message %d: got %d, want %d", i+1, r.StatusCode, want)
		}
	}
	if shown, _ := s.Sees("alice"); len(shown) != 5 {
		t.Errorf("alice sees %d messages, want 5", len(shown))
	}
	if shown, _ := s.Sees("bob"); len(shown) != 0 {
		t.Errorf("bob sees %+v", shown)
	}
}

func TestMenusThatSlackRefuses(t *testing.T) {
	option := func(value, text string) any {
		return map[string]any{"value": value, "text": map[string]any{"type": "plain_text", "text": text}}
	}
	for name, options := range map[string][]any{
		"no value":       {option("", "x")},
		"long value":     {option(strings.Repeat("x", 76), "x")},
		"no text":        {option("x", " ")},
		"long text":      {option("x", strings.Repeat("x", 76))},
		"the same twice": {option("x", "a"), option("x", "b")},
		"no option":      {"x"},
		"too many":       make([]any, 101),
	} {
		if CheckOptions(map[string]any{"options": options}) == "" {
			t.Errorf("%s: passes", name)
		}
	}
	for name, answer := range map[string]map[string]any{"nothing": nil, "no options": {}, "null": {"options": nil}, "more": {"options": []any{}, "errors": 1}} {
		if CheckOptions(answer) == "" {
			t.Errorf("%s: passes", name)
		}
	}
	if problem := CheckOptions(map[string]any{"options": []any{option("a", "x"), option("b", "x")}}); problem != "" {
		t.Errorf("refused: %s", problem)
	}
	for name, element := range map[string]map[string]any{
		"text in a menu":   {"initial_value": "x"},
		"a negative query": {"min_query_length": -1.0},
		"a wrong option":   {"initial_option": option("", "")},
		"another element":  {"type": "hologram"},
	} {
		all := map[string]any{"type": "external_select", "action_id": "a"}
		maps.Copy(all, element)
		block := map[string]any{"label": map[string]any{"type": "plain_text", "text": "Term"}, "element": all}
		if checkInput(block) == "" {
			t.Errorf("%s: passes", name)
		}
	}
}

func TestAnswersToMenusAreWatched(t *testing.T) {
	for name, c := range map[string]struct {
		answer any
		want   string // a complaint
	}{
		"no options":          {nil, "no options"},
		"what was not chosen": {map[string]any{"options": []any{}}, "cannot choose \"pod\""},
	} {
		t.Run(name, func(t *testing.T) {
			s := New()
			defer s.Close()
			ws := connect(t, s)
			s.Type("alice", "/ckad define")
			f := read(t, ws)
			if err := ws.WriteJSON(map[string]any{"envelope_id": f.ID}); err != nil {
				t.Fatal(err)
			}
			call(t, s, "views.open", BotToken, url.Values{"trigger_id": {f.Payload["trigger_id"].(string)}, "view": {`{"type":"modal",
				"title":{"type":"plain_text","text":"t"},"submit":{"type":"plain_text","text":"s"},"close":{"type":"plain_text","text":"c"},
				"blocks":[{"type":"input","block_id":"term","label":{"type":"plain_text","text":"Term"},"element":{"type":"external_select","action_id":"value","min_query_length":0}}]}`}})
			shown, _ := s.Sees("alice")
			s.Fill("alice", shown[0], map[string]string{"Term": "pod"})
			if err := ws.WriteJSON(map[string]any{"envelope_id": read(t, ws).ID, "payload": c.answer}); err != nil {
				t.Fatal(err)
			}
			<-s.Acknowledged()
			if got := s.Complaints(); len(got) == 0 || !strings.Contains(got[0], c.want) {
				t.Errorf("complaints are %q, want one of %q", got, c.want)
			}
		})
	}
}

func TestPingsAreToldByName(t *testing.T) {
	s := New()
	defer s.Close()
	call(t, s, "chat.postMessage", BotToken, url.Values{"channel": {General}, "text": {"<@U0BOB> and <!here>, not &lt;@U0ALICE&gt;"}})
	shown, _ := s.Sees("carol")
	if want := []string{"bob", "here"}; !slices.Equal(shown[0].Pings, want) {
		t.Errorf("pings %q, want %q", shown[0].Pings, want)
	}
}

func await(t *testing.T, s *Server, name, text string) {
	t.Helper()
	for {
		shown, changed := s.Sees(name)
		if _, ok := chattest.Find(shown, text); ok {
			return
		}
		select {
		case <-changed:
		case <-time.After(time.Minute):
			t.Fatalf("%s sees %+v, want %q", name, shown, text)
		}
	}
}

func TestTextThatDoesNotSayAllIsNoticed(t *testing.T) {
	section := func(text string) any {
		return map[string]any{"type": "section", "text": map[string]any{"type": "mrkdwn", "text": text}}
	}
	header := map[string]any{"type": "header", "text": map[string]any{"type": "plain_text", "text": "Pods & <Nodes>"}}
	button := map[string]any{"type": "actions", "elements": []any{map[string]any{"type": "button", "text": map[string]any{"type": "plain_text", "text": "Answer"}}}}
	long := strings.Repeat("word ", 800)
	for name, c := range map[string]struct {
		text   string
		blocks []any
		want   string
	}{
		"nothing else":     {"only text", nil, "[]"},
		"all":              {"*Pods &amp; &lt;Nodes&gt;*\n\nA *\u2060snake_case\u200b word*", []any{header, section("A *snake_case* word"), button}, "[]"},
		"no title":         {"A word", []any{header, section("A word")}, "[Pods Nodes]"},
		"a field less":     {"*Pods &amp; &lt;Nodes&gt;*", []any{header, section("*Top five*\n1. ada")}, "[Top five 1 ada]"},
		"a cut title":      {"A rather long title", []any{section("A rather lo…")}, "[]"},
		"a text that ends": {long + "…", []any{section(long + "and more")}, "[]"},
	} {
		if got := fmt.Sprint(Unsaid(c.text, c.blocks)); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}
