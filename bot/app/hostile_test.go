package app

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"ckadbot/bot/chat"
	"ckadbot/quiz"
)

// What keeps an action from doing harm that was forged, or was shown to somebody else. Actions are not signed: what they
// name is looked up, by who presses and where.
const (
	byPlace   = "the round must have been posted in the channel of the click, or be the person's own"
	byDuel    = "only the one who is challenged decides"
	byPerson  = "it concerns the one who presses, whoever that is"
	likeTyped = "it does what the same person may do by a command, in their workspace"
	byCode    = "a code that works once, for some minutes; only who has it can make the button"
	byOwner   = "it names the one whom it is for, and nobody else may press it"
	byRight   = "the platform says whether they are an admin; without it nothing is looked at"
)

var protections = map[string]string{
	verbAnswer: byPlace, verbStep: byPlace, verbPick: byPlace, verbType: byPlace, verbStart: byPlace, verbReview: byPlace, verbWhy: byPlace,
	verbSkip: byPlace, verbFinish: byPlace, verbResult: byPlace, verbWrong: byPlace, verbReport: byPlace,
	verbAccept: byDuel, verbDecline: byDuel,
	verbQuiet:  byPerson,
	verbExport: byOwner, verbHide: byOwner, verbUnhide: byOwner, verbForget: byOwner, verbKeep: byOwner,
	verbPractice: likeTyped, verbRepeat: likeTyped, verbMock: likeTyped, verbLook: likeTyped, verbEntry: likeTyped, verbShare: likeTyped,
	verbBoard: likeTyped, verbPublish: likeTyped, verbBoast: likeTyped, verbFind: likeTyped, verbTerms: likeTyped, verbSuggest: likeTyped,
	verbRemind: likeTyped, verbHelp: likeTyped,
	verbJoin:    byCode,
	verbApprove: byRight, verbRefuse: byRight, verbQueue: byRight, verbEdit: byRight, verbRevert: byRight, verbReports: byRight, verbFine: byRight,
	verbEditQuestion: byRight, verbRetire: byRight, verbVoid: byRight, verbRestore: byRight, verbVersions: byRight,
	verbPause: byRight, verbResume: byRight, verbSkipDay: byRight, verbNewSeries: byRight,
}

// TestEveryVerbIsProtected: whoever adds one says what protects it.
func TestEveryVerbIsProtected(t *testing.T) {
	source, err := os.ReadFile("action.go")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile(`(?m)^\t(verb\w+) += (chat\.AdminAction \+ )?"(\w+)"`).FindAllStringSubmatch(string(source), -1)
	for _, m := range found {
		verb := m[3]
		if m[2] != "" {
			verb = chat.AdminAction + verb
		}
		if protections[verb] == "" {
			t.Errorf("%s: what protects %q?", m[1], verb)
		}
		if admin := protections[verb] == byRight; admin != (m[2] != "") {
			t.Errorf("%s is for admins: %v, want %v", m[1], m[2] != "", admin)
		}
	}
	if len(found) != len(protections) {
		t.Errorf("%d verbs and %d protections", len(found), len(protections))
	}
}

// TestForgedActionsDoNothing: somebody of another workspace, somebody of another channel, and a colleague press what was
// shown to alice alone or to the channel, and what admins have.
func TestForgedActionsDoNothing(t *testing.T) {
	r := newRoom(t)
	for _, line := range []string{
		"alice: /ckad practice pods 2", "alice: /ckad mock 10", "alice: press Start",
		"alice: /ckad challenge @bob 2", "alice: /ckad ask pods",
		"admin: /ckad-admin reports", "admin: /ckad-admin question show pods-0",
	} {
		r.do(t, line)
	}
	practice, mock, duel, asked := r.roundOf(t, verbStep), r.roundOf(t, verbSkip), r.roundOf(t, verbAccept), r.roundOf(t, verbAnswer)
	before := r.rows(t)
	other := chat.Channel{Platform: "test", Workspace: "w", ID: "other"}
	foreign := chat.Channel{Platform: "test", Workspace: "x", ID: "quiz"}
	eve := chat.User{Platform: "test", Workspace: "x", ID: "eve", Name: "Eve"}
	alone := chat.User{Platform: "test", Workspace: chat.Everywhere, ID: "eve", Name: "Eve"}
	for _, who := range []struct {
		u  chat.User
		ch chat.Channel
	}{{eve, foreign}, {alone, direct(alone)}, {someone("carol"), other}, {someone("carol"), direct(someone("carol"))}} {
		forged := []string{
			verbAnswer + asked + ":0:0", verbStart + asked, verbReport + asked + ":0", verbWhy + asked + ":0",
			verbStep + practice + ":0:0", verbStart + practice, verbReview + practice + ":0", verbPick + practice + ":0:1", verbType + practice + ":0", verbReport + practice + ":0",
			verbStep + mock + ":0:0", verbSkip + mock + ":0", verbFinish + mock + ":1", verbResult + mock, verbWrong + mock + ":0",
			verbAccept + duel, verbDecline + duel, verbStep + duel + ":0:0", verbStart + duel,
			verbRetire + ":pods-0:0", verbVoid + ":pods-0:0", verbRestore + ":pods-0:0:0", verbFine + ":pods-0", verbJoin + ":ABCDEF", verbNewSeries + ":", verbPause + ":x", verbEditQuestion + ":pods-0:0", verbApprove + ":1", verbRevert + ":pod:0",
			mine(verbExport, someone("alice")), mine(verbHide, someone("alice")), mine(verbForget, someone("alice")), mine(verbForget, someone("alice"), "1"), mine(verbKeep, someone("alice")),
			verbRetire + ":pods-0:0", verbVoid + ":pods-0:0", verbRestore + ":pods-0:0:0", verbFine + ":pods-0", verbEditQuestion + ":pods-0:0", verbApprove + ":1", verbRevert + ":pod:0",
		}
		for _, action := range forged {
			click := chat.Click{Action: action, User: who.u, Message: chat.MessageRef{Channel: who.ch, ID: "m0"}}
			reply := r.app.Click(t.Context(), click)
			r.refuses(t, who.u, action, reply)
			form := r.app.Submit(t.Context(), chat.Submission{Action: action, User: who.u, Channel: who.ch, Values: map[string]string{"answer": "x", "why": "x", "text": "x", "key": "A"}})
			r.refuses(t, who.u, "form "+action, form)
		}
	}
	if after := r.rows(t); after != before {
		t.Errorf("the database has changed:\n%s\nwas\n%s", after, before)
	}
}

// refuses wants words for one person that show nothing of a round.
func (r *room) refuses(t *testing.T, u chat.User, action string, reply chat.Reply) {
	t.Helper()
	all := reply.Markdown()
	if reply.Form != nil || reply.Replace || !reply.Ephemeral || reply.Card != nil || strings.Contains(all, "right") || strings.Contains(all, "went wrong") {
		t.Errorf("%s in %s presses %s: got %+v", u.ID, u.Workspace, action, reply)
	}
}

// roundOf is ":WORKSPACE:ROUND" of the button with that verb that was shown last.
func (r *room) roundOf(t *testing.T, verb string) string {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := len(r.shown) - 1; i >= 0; i-- {
		for _, b := range r.shown[i].m.Buttons() {
			if words := strings.Split(b.Action, ":"); words[0] == verb {
				return ":" + words[1] + ":" + words[2]
			}
		}
	}
	t.Fatalf("nobody was shown a button to %s", verb)
	return ""
}

// rows is what there is in the database, but for who is known there and how often they tried codes.
func (r *room) rows(t *testing.T) (all string) {
	t.Helper()
	err := r.pool.QueryRow(t.Context(), `
		SELECT string_agg(table_schema || '.' || table_name || ': ' || (xpath('/row/n/text()', query_to_xml(
			format('SELECT count(*) AS n FROM %I.%I', table_schema, table_name), false, true, '')))[1]::text, E'\n' ORDER BY table_schema, table_name)
		FROM information_schema.tables
		WHERE table_schema IN ('quiz', 'kb') AND table_type = 'BASE TABLE' AND table_name NOT IN ('player', 'identity', 'code_try')`).Scan(&all)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestActionsTakeWhatPeopleType: names with blanks and letters of all languages, and codes as they were copied.
func TestActionsTakeWhatPeopleType(t *testing.T) {
	r := newRoom(t)
	last := func() chat.Message { return r.shown[len(r.shown)-1].m }
	for _, name := range []string{"deep dive", "Übung für alle", strings.Repeat("漢", 40)} {
		r.do(t, `admin: /ckad-admin series create name="`+name+`" time=09:30 days=mon-fri zone=UTC`)
		for _, line := range []string{`alice: /ckad leaderboard series="` + strings.ToLower(name) + `"`, "alice: press Today", "alice: press Share in channel"} {
			r.do(t, line)
			if title := last().Card.Title; !strings.Contains(strings.ToLower(title), "series "+strings.ToLower(name)) {
				t.Errorf("%s: got %q, want the board of %s", line, title, name)
			}
		}
	}
	r.do(t, `alice: /ckad leaderboard series="deep  dive"`)
	r.do(t, "alice: press Today")
	if card := last().Card; card == nil {
		t.Errorf("with two blanks in the name: got %q, want the board", last().Markdown())
	}
	r.do(t, `admin: /ckad-admin series remove "deep dive"`)
	for _, line := range []string{`alice: /ckad leaderboard series="Deep Dive"`, "alice: press Today", "alice: press Share in channel"} { // points stay
		r.do(t, line)
		if card := last().Card; card == nil || !strings.Contains(strings.ToLower(card.Title), "series deep dive") {
			t.Errorf("%s, after the series was removed: got %q, want its board", line, last().Markdown())
		}
	}
	r.do(t, "alice@far: /ckad link")
	r.do(t, "alice: /ckad link “"+strings.ToLower(strings.ReplaceAll(r.codes[0], "-", " "))+"”")
	r.do(t, "alice: press Join")
	if want := "You are one player:"; !strings.HasPrefix(last().Text, want) {
		t.Errorf("got %q, want first %q", last().Text, want)
	}
	r.do(t, `admin: /ckad-admin season open "Spring 2027"`)
	r.do(t, `alice: /ckad leaderboard season="spring  2027"`)
	if card := last().Card; card == nil || !strings.Contains(card.Title, "season Spring 2027") {
		t.Errorf("with two blanks in the name: got %q, want the season's board", last().Markdown())
	}
}

// TestACodeThatIsTooOldJoinsNobody, and whoever is joined with somebody else already is not told that it did.
func TestACodeThatIsTooOldJoinsNobody(t *testing.T) {
	r := newRoom(t)
	for _, line := range []string{"alice@far: /ckad link", "alice: /ckad link CODE1", "alice: press Join", "alice@third: /ckad link", "alice: /ckad link CODE2"} {
		r.do(t, line)
	}
	r.mu.Lock()
	r.clock = r.clock.Add(quiz.CodeTime)
	r.mu.Unlock()
	r.do(t, "alice: press Join")
	got := r.shown[len(r.shown)-1].m.Text
	if strings.Contains(got, "third") || strings.Contains(got, "are one person's now") || !strings.Contains(got, "older than ten minutes") {
		t.Errorf("got %q, want that the code is too old", got)
	}
}
