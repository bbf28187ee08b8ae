package quiz

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"
)

// elsewhere is somebody as another platform knows them.
func far(name string) Person {
	return Person{Workspace: "far/G1", User: "F-" + name, Name: name + "#1"}
}

// mustLink joins two people as they would do it.
func (w *world) mustLink(a, b Person) {
	w.t.Helper()
	if err := w.link(a, b); err != nil {
		w.t.Fatalf("link %s and %s: %v", a.Name, b.Name, err)
	}
}

func (w *world) link(a, b Person) error {
	code, err := w.LinkCode(w.t.Context(), a)
	if err != nil {
		return err
	}
	of, err := w.LinkOffer(w.t.Context(), code, b)
	if err != nil {
		return err
	}
	if of != a {
		w.t.Errorf("the code is of %v, want %v", of, a)
	}
	_, err = w.Link(w.t.Context(), code, b)
	return err
}

// answerAs answers question i of a round as somebody from elsewhere.
func (w *world) answerAs(r Round, channel string, p Person, i int, text string) Result {
	w.t.Helper()
	res, err := w.Answer(w.t.Context(), Answer{Workspace: r.Workspace, Round: r.ID, Question: i, Choice: choice(w.t, r.Questions[i], text), Channel: channel, By: p})
	if err != nil {
		w.t.Fatalf("Answer by %s: %v", p.Name, err)
	}
	return res
}

// mustBeClean checks all boards.
func (w *world) mustBeClean(t rapid.TB, workspaces ...string) {
	t.Helper()
	for _, workspace := range workspaces {
		differences, err := w.CheckBoards(w.t.Context(), workspace, 10)
		if err != nil || len(differences) != 0 {
			t.Fatalf("CheckBoards of %s: got %v, %v, want no difference", workspace, differences, err)
		}
	}
}

func (w *world) rows(b BoardRequest) (rows []string) {
	w.t.Helper()
	board, err := w.Leaderboard(w.t.Context(), b)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, s := range board.Rows {
		rows = append(rows, fmt.Sprintf("%s %s of %d", s.Name, s.Points, s.Answers))
	}
	return rows
}

func TestJoinedIdentitiesAreOnePlayer(t *testing.T) {
	w := newWorld(t, 20)
	s := daily("daily", general, "far/G1/quiz")
	s.Questions = 2
	r, d := w.openDaily(s)
	w.answerAs(r, "far/G1/quiz", far("ada"), 0, "wrong")
	w.clock.add(time.Minute)
	w.click(r, general, "ada", 0, "right") // later, so it gives way
	w.answerAs(r, "far/G1/quiz", far("eve"), 0, "right")
	w.mustLink(person("ada"), far("ada"))

	w.clock.add(time.Second)
	w.settle(d)
	if len(d.said) != 1 || d.said[0].Kind != NoticeLinked || d.said[0].To.User != "U-ada" {
		t.Errorf("notices: got %+v, want ada told, who made the code", d.said)
	}

	if got := w.answerAs(r, "far/G1/quiz", far("ada"), 1, "right"); got.Outcome != Recorded {
		t.Errorf("an answer after joining: got %s, want it recorded", got.Outcome)
	}
	if got := w.click(r, general, "ada", 1, "wrong"); got.Outcome != Locked {
		t.Errorf("the same question on the other platform: got %s, want %s", got.Outcome, Locked)
	}
	w.clock.set(r.Closes)
	w.settle(d)
	if got := d.tally[0]; got.Players != 2 || got.Answers[0] != 2 || got.Right[0] != 1 {
		t.Errorf("the result: got %+v, want two players and the earlier answer of ada's", got)
	}
	w.mustBeClean(t, ws)
	board := BoardRequest{Workspace: ws, Window: AllTime}
	// Both have one point, and ada has more answers.
	if diff := gocmp.Diff([]string{"eve#1 1 of 1", "ada 1 of 2"}, w.rows(board)); diff != "" {
		t.Errorf("the board (-want +got):\n%s", diff)
	}

	if others, err := w.Unlink(t.Context(), person("ada")); err != nil || len(others) != 1 || others[0].User != "F-ada" {
		t.Fatalf("Unlink: got %v, %v", others, err)
	}
	w.mustBeClean(t, ws)
	if diff := gocmp.Diff([]string{"ada 1 of 1", "ada#1 1 of 2", "eve#1 1 of 1"}, slices.Sorted(slices.Values(w.rows(board)))); diff != "" {
		t.Errorf("the board after leaving (-want +got):\n%s", diff)
	}
	if _, err := w.Unlink(t.Context(), person("ada")); !errors.Is(err, ErrNotJoined) {
		t.Errorf("to leave twice: got %v, want %v", err, ErrNotJoined)
	}
	for _, table := range []string{"answer_aside", "joined_name", "joined_aside"} {
		if n := w.count(`SELECT count(*) FROM quiz.` + table); n != 0 {
			t.Errorf("%s: got %d rows, want none left", table, n)
		}
	}
}

func TestCodesOfLinks(t *testing.T) {
	w := newWorld(t, 5)
	ctx := t.Context()
	wrong := func(name string, want error, code string, by Person) {
		t.Helper()
		if _, err := w.LinkOffer(ctx, code, by); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", name, err, want)
		}
	}
	first, err := w.LinkCode(ctx, person("ada"))
	if err != nil || !LooksLikeCode(first) {
		t.Fatalf("LinkCode: got %q, %v", first, err)
	}
	wrong("their own code", ErrOwnCode, first, person("ada"))
	second, err := w.LinkCode(ctx, person("ada"))
	if err != nil || second == first {
		t.Fatalf("LinkCode again: got %q, %v, want another", second, err)
	}
	wrong("the code of before", ErrNoCode, first, far("ada"))
	if n := w.count(`SELECT count(*) FROM quiz.link_code WHERE position(replace($1, '-', '') IN upper(encode(code, 'escape'))) > 0`, second); n != 0 {
		t.Error("the code is stored as it is")
	}
	if _, err := w.Link(ctx, second, far("ada")); !errors.Is(err, ErrNoCode) {
		t.Errorf("a forged Join: got %v, want %v, as nobody asked whether they want", err, ErrNoCode)
	}
	if _, err := w.LinkOffer(ctx, " "+strings.ToLower(strings.Replace(second, "-", " ", 1)), far("ada")); err != nil {
		t.Errorf("the code in other letters: %v", err)
	}
	if _, err := w.Link(ctx, second, far("mallory")); !errors.Is(err, ErrNoCode) {
		t.Errorf("Join by somebody else: got %v, want %v", err, ErrNoCode)
	}
	if all, err := w.Link(ctx, second, far("ada")); err != nil || len(all) != 2 {
		t.Errorf("Join: got %v, %v, want both identities", all, err)
	}
	if _, err := w.Link(ctx, second, far("ada")); !errors.Is(err, ErrNoCode) {
		t.Errorf("Join again: got %v, want %v", err, ErrNoCode)
	}
	third, _ := w.LinkCode(ctx, person("ada"))
	wrong("who is joined already", ErrJoined, third, far("ada"))
	w.clock.add(CodeTime)
	wrong("a code that is too old", ErrNoCode, third, far("bob"))

	for i := 1; i < codeTries; i++ {
		wrong(fmt.Sprint("wrong code ", i), ErrNoCode, "AAAA-AAAA", far("bob"))
	}
	fresh, _ := w.LinkCode(ctx, person("bob"))
	var tries *TriesError
	if _, err := w.LinkOffer(ctx, fresh, far("bob")); !errors.As(err, &tries) || tries.After != codeHour {
		t.Errorf("the right code after %d wrong ones: got %v, want them to wait an hour", codeTries, err)
	}
	w.clock.add(codeHour)
	fresh, _ = w.LinkCode(ctx, person("bob"))
	if _, err := w.LinkOffer(ctx, fresh, far("bob")); err != nil {
		t.Errorf("the right code an hour later: %v", err)
	}
}

// TestAnswersWhileIdentitiesAreJoined has people answer on both platforms at the moment in which they join and leave.
func TestAnswersWhileIdentitiesAreJoined(t *testing.T) {
	w := newWorld(t, 40)
	s := daily("daily", general, "far/G1/quiz")
	s.Questions = 10
	r, d := w.openDaily(s)
	other := w.another(w.pool)
	ada, away, third := person("ada"), far("ada"), Person{"third/T1", "T-ada", "ada3"}
	code := func(p Person) string {
		c, err := w.LinkCode(t.Context(), p)
		if err != nil {
			t.Error(err)
		}
		return c
	}
	for i := range 10 {
		a, b := code(ada), code(away)
		if _, err := w.LinkOffer(t.Context(), a, away); err != nil {
			t.Fatal(err)
		}
		if _, err := w.LinkOffer(t.Context(), b, third); err != nil {
			t.Fatal(err)
		}
		var g errgroup.Group
		give := func(e *Engine, p Person, text string) {
			g.Go(func() error {
				_, err := e.Answer(t.Context(), Answer{Workspace: ws, Round: r.ID, Question: i, Choice: choice(t, r.Questions[i], text), Channel: general, By: p})
				return err
			})
		}
		give(w.Engine, ada, "right")
		give(other, away, "wrong")
		give(other, third, "worse")
		g.Go(func() error { _, err := w.Link(t.Context(), a, away); return err })
		g.Go(func() error { _, err := other.Link(t.Context(), b, third); return err })
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
		if got, _ := w.Linked(t.Context(), third); len(got) != 3 {
			t.Fatalf("joined A with B while B with C: got %v, want three", got)
		}
		if got := w.count(`SELECT count(*) FROM quiz.answer WHERE position = $1`, i); got != 1 {
			t.Fatalf("answers of one person to question %d: got %d, want 1", i, got)
		}
		if got := w.count(`SELECT count(*) FROM quiz.player`); got != 1 {
			t.Fatalf("players: got %d, want 1", got)
		}
		g = errgroup.Group{}
		g.Go(func() error { _, err := w.Unlink(t.Context(), ada); return err })
		g.Go(func() error { _, err := other.Unlink(t.Context(), third); return err })
		if err := g.Wait(); err != nil && !errors.Is(err, ErrNotJoined) {
			t.Fatal(err)
		}
		if got := w.count(`SELECT count(DISTINCT player) FROM quiz.identity`); got != 3 {
			t.Fatalf("players after leaving: got %d, want 3", got)
		}
	}
	w.clock.set(r.Closes)
	w.settle(d)
	if err := w.tendBoards(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.mustBeClean(t, ws)
	if got := w.count(`SELECT count(*) FROM quiz.answer a JOIN quiz.identity i USING (player) WHERE given_by IS NOT NULL`); got != 0 {
		t.Errorf("answers that are still another's: %d", got)
	}
}

// Twins are a workspace in which people join and leave, and its twin in which nobody does but all else is the same.
type twins struct {
	*world
	one, twin *league
	people    []string
}

// as is who somebody is in one or the other: some come from another workspace.
func (p *twins) as(l *league, name string) Person {
	home := l.space
	if strings.HasPrefix(name, "far") {
		home = "far/" + strings.ReplaceAll(l.space, "/", "-")
	}
	return Person{home, name, name}
}

func (p *twins) open(t *rapid.T) {
	now := p.now()
	qs := rapid.Permutation(bankOf(5)).Draw(t, "questions")
	kind, where, s := rapid.IntRange(0, 2).Draw(t, "kind"), rapid.IntRange(0, 1).Draw(t, "channel"), rapid.IntRange(0, 1).Draw(t, "series")
	for _, l := range []*league{p.one, p.twin} {
		channel := l.channels[where]
		n := newRound{Workspace: l.space, Kind: KindAsk, Scope: "channel/" + channel, Opens: now, Closes: now.Add(askWindow), Reveal: true,
			Channels: []string{channel}, Questions: qs[:1], Day: utcDate(now)}
		if kind > 0 {
			n.Kind, n.Series, n.Due, n.Scope = KindSeries, &l.series[s], &now, fmt.Sprint("series/", l.series[s])
			n.Closes, n.Reveal, n.Changeable, n.Speed, n.Channels, n.Questions = now.Add(time.Hour), false, s == 0, s == 1, l.channels, qs[:3]
		}
		err := pgx.BeginFunc(p.t.Context(), p.pool, func(tx pgx.Tx) error {
			id, err := l.insertRound(p.t.Context(), tx, n)
			if err != nil {
				return err
			}
			if l == p.twin {
				_, err = tx.Exec(p.t.Context(), `
					UPDATE quiz.round_question t SET body = o.body, key = o.key
					FROM quiz.round_question o
					WHERE t.workspace = $1 AND t.round = $2 AND o.workspace = $3 AND o.round = $4 AND o.position = t.position`,
					l.space, id, p.one.space, p.one.rounds[len(p.one.rounds)-1].ID)
			}
			l.rounds = append(l.rounds, Round{Workspace: l.space, ID: id, Questions: n.Questions})
			return err
		})
		if err != nil {
			t.Fatalf("open: %v", err)
		}
	}
	p.clock.add(time.Second)
}

// answer answers in the one and, if it was taken, in the twin.
func (p *twins) answer(t *rapid.T) {
	if len(p.one.rounds) == 0 {
		p.open(t)
	}
	n := len(p.one.rounds)
	i := max(0, n-1-rapid.IntRange(0, 2).Draw(t, "back"))
	name, where, c := rapid.SampledFrom(p.people).Draw(t, "who"), rapid.IntRange(0, 1).Draw(t, "where"), rapid.IntRange(0, 3).Draw(t, "choice")
	q := rapid.IntRange(0, len(p.one.rounds[i].Questions)-1).Draw(t, "question")
	for _, l := range []*league{p.one, p.twin} {
		res, err := l.Answer(p.t.Context(), Answer{Workspace: l.space, Round: l.rounds[i].ID, Question: q, Choice: c, Channel: l.channels[where], By: p.as(l, name)})
		if err != nil {
			t.Fatalf("answer: %v", err)
		}
		if res.Outcome != Recorded && res.Outcome != Changed {
			return
		}
	}
	p.clock.add(time.Millisecond)
}

func (p *twins) step(t *rapid.T) {
	ctx := p.t.Context()
	both := func(do func(*league)) {
		do(p.one)
		do(p.twin)
	}
	switch rapid.SampledFrom([]string{"answer", "link", "answer", "answer", "unlink", "open", "answer", "answer", "link", "wait", "correct", "void", "tend", "count", "rebuild"}).Draw(t, "step") {
	case "answer":
		p.answer(t)
	case "open":
		p.open(t)
	case "link":
		a, b := rapid.SampledFrom(p.people).Draw(t, "a"), rapid.SampledFrom(p.people).Draw(t, "b")
		if err := p.link(p.as(p.one, a), p.as(p.one, b)); err != nil && !errors.Is(err, ErrJoined) && !errors.Is(err, ErrOwnCode) {
			t.Fatalf("link: %v", err)
		}
		p.mustBeClean(t, p.one.space)
	case "unlink":
		_, err := p.Unlink(ctx, p.as(p.one, rapid.SampledFrom(p.people).Draw(t, "who")))
		if err != nil && !errors.Is(err, ErrNotJoined) {
			t.Fatalf("unlink: %v", err)
		}
		p.mustBeClean(t, p.one.space)
	case "wait":
		p.clock.add(rapid.SampledFrom([]time.Duration{5 * time.Minute, 40 * time.Minute, 20 * time.Hour, 9 * 24 * time.Hour}).Draw(t, "time"))
	case "correct":
		id, key := bankOf(5)[rapid.IntRange(0, 4).Draw(t, "id")].ID, rapid.IntRange(0, 3).Draw(t, "key")
		both(func(l *league) {
			l.exec(t, `UPDATE quiz.round_question SET key = $3 WHERE workspace = $1 AND question = $2`, l.space, id, key)
		})
	case "void":
		if i := rapid.IntRange(0, 9).Draw(t, "round"); i < len(p.one.rounds) {
			both(func(l *league) {
				l.exec(t, `UPDATE quiz.round_question SET voided_at = CASE WHEN voided_at IS NULL THEN now() END WHERE workspace = $1 AND round = $2 AND position = 0`, l.space, l.rounds[i].ID)
			})
		}
	case "tend":
		if err := p.tendBoards(ctx); err != nil {
			t.Fatal(err)
		}
	case "count":
		p.one.countFew(t)
	case "rebuild":
		if err := p.Rebuild(ctx, p.one.space, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// said is what each person has answered, with all that decides what it counts, and what they have on the boards.
func (p *twins) said(t *rapid.T, l *league) (lines []string) {
	nth := map[int64]int{}
	for i, r := range l.rounds {
		nth[r.ID] = i
	}
	rows, err := p.pool.Query(p.t.Context(), `
		SELECT i.user_id, a.round, a.position, a.choice, right(a.channel, 1), coalesce(a.first_asked, ''), coalesce(a.counted, -1),
			a.answered_at::text || ' after ' || a.changes
		FROM quiz.answer a
		JOIN quiz.round r ON (r.workspace, r.id) = (a.workspace, a.round)
		JOIN quiz.identity i ON i.player = a.player
		WHERE a.workspace = $1`, l.space)
	if err != nil {
		t.Fatal(err)
	}
	var user, channel, first, at string
	var round int64
	var position, choice, counted int
	_, err = pgx.ForEachRow(rows, []any{&user, &round, &position, &choice, &channel, &first, &counted, &at}, func() error {
		lines = append(lines, fmt.Sprint(user, " in round ", nth[round], " question ", position, ": ", choice, " in ", channel, ", first ", first, ", worth ", counted, " ", at))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	rows, err = p.pool.Query(p.t.Context(), `
		SELECT i.user_id, replace(replace(b.scope, $1, ''), $2, '0'), b.span, b.start::text, s.points, s.rights, s.answers
		FROM quiz.board b JOIN quiz.score s ON s.workspace = b.workspace AND s.board = b.id
		JOIN quiz.identity i ON i.player = s.player
		WHERE b.workspace = $1 AND s.answers > 0`, l.space, fmt.Sprint("series/", l.series[0]))
	if err != nil {
		t.Fatal(err)
	}
	var scope, span, start string
	var points, rights, answers int
	_, err = pgx.ForEachRow(rows, []any{&user, &scope, &span, &start, &points, &rights, &answers}, func() error {
		scope = strings.Replace(scope, fmt.Sprint("series/", l.series[1]), "1", 1)
		lines = append(lines, fmt.Sprint(user, " on ", scope, " ", span, " ", start, ": ", points, " ", rights, " ", answers))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(lines)
	return lines
}

// TestWhoLeavesHasWhatTheyWouldHaveAlone has anything happen in any order. After all have left, all is as in the twin.
func TestWhoLeavesHasWhatTheyWouldHaveAlone(t *testing.T) {
	w := newWorld(t, 1)
	runs := 0
	rapid.Check(t, func(t *rapid.T) {
		runs++
		w.clock.set(monday)
		w.clear(t)
		p := &twins{world: w, one: newLeague(w, fmt.Sprintf("test/J%d", runs)), twin: newLeague(w, fmt.Sprintf("test/K%d", runs)),
			people: []string{"p1", "far1", "p2", "far2"}}
		for range rapid.IntRange(10, 40).Draw(t, "steps") {
			p.step(t)
		}
		if err := p.tendBoards(w.t.Context()); err != nil {
			t.Fatal(err)
		}
		answers := p.one.given(t, p.one.space)
		if diff := gocmp.Diff(scores(answers, w.kept(t, p.one.space)), p.one.stored(t, p.one.space)); diff != "" {
			t.Fatalf("boards while joined (-want +got):\n%s", diff)
		}
		for _, name := range rapid.Permutation(p.people).Draw(t, "order") {
			if _, err := p.Unlink(w.t.Context(), p.as(p.one, name)); err != nil && !errors.Is(err, ErrNotJoined) {
				t.Fatal(err)
			}
		}
		p.mustBeClean(t, p.one.space)
		if diff := gocmp.Diff(p.said(t, p.twin), p.said(t, p.one)); diff != "" {
			t.Fatalf("who joined and left, compared with who never did (-want +got):\n%s", diff)
		}
		for _, sql := range []string{
			`SELECT count(*) FROM quiz.answer_aside`, `SELECT count(*) FROM quiz.joined_name`, `SELECT count(*) FROM quiz.answer WHERE given_by IS NOT NULL`,
			`SELECT count(*) FROM quiz.identity WHERE own IS NOT NULL`,
			`SELECT count(*) FROM quiz.player p WHERE NOT EXISTS (SELECT FROM quiz.identity i WHERE i.player = p.id)`,
		} {
			if n := w.count(sql); n != 0 {
				t.Fatalf("%s: got %d, want 0", sql, n)
			}
		}
	})
}

// clear forgets wrong codes and codes.
func (w *world) clear(t rapid.TB) {
	for _, sql := range []string{`DELETE FROM quiz.code_try`, `DELETE FROM quiz.link_code`} {
		if _, err := w.pool.Exec(context.Background(), sql); err != nil {
			t.Fatal(err)
		}
	}
}
