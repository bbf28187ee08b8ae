package quiz

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"pgregory.net/rapid"
)

// A given answer with all that decides what it counts, as the tables have it. The tests compute boards from these in Go,
// and have nothing in common with the code but Worth.
type given struct {
	Player          int64
	Channel, Domain string
	Series, Season  int64 // 0 for none
	Day             time.Time
	Counts, Right   bool
	Round           Round // Speed, Opens and Closes
	At              time.Time
}

func (w *world) given(t rapid.TB, workspace string) []given {
	rows, err := w.pool.Query(w.t.Context(), `
		SELECT a.player, a.channel, q.body ->> 'Domain', coalesce(r.series, 0), coalesce(r.season, 0), r.day,
			q.voided_at IS NULL AND CASE r.kind WHEN 'series' THEN r.sealed_at IS NOT NULL WHEN 'ask' THEN a.first_asked IS NOT NULL ELSE false END,
			a.choice = q.key, r.speed, r.opens_at, r.closes_at, a.answered_at
		FROM quiz.answer a
		JOIN quiz.round r ON (r.workspace, r.id) = (a.workspace, a.round)
		JOIN quiz.round_question q ON (q.workspace, q.round, q.position) = (a.workspace, a.round, a.position)
		WHERE a.workspace = $1`, workspace)
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (g given, err error) {
		err = row.Scan(&g.Player, &g.Channel, &g.Domain, &g.Series, &g.Season, &g.Day, &g.Counts, &g.Right, &g.Round.Speed, &g.Round.Opens, &g.Round.Closes, &g.At)
		return g, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// scores computes from answers what somebody has on each board, as "scope span start season" and "points rights answers".
func scores(all []given, kept time.Time) map[string]map[int64][3]int {
	boards := map[string]map[int64][3]int{}
	earliest := kept.AddDate(0, 0, -1) // what may still be today, west of Greenwich
	for _, g := range all {
		if !g.Counts {
			continue
		}
		scopes := []string{"workspace", "channel/" + g.Channel, "domain/" + g.Domain}
		if g.Series != 0 {
			scopes = append(scopes, fmt.Sprint("series/", g.Series))
		}
		monday := g.Day.AddDate(0, 0, -(int(g.Day.Weekday())+6)%7)
		first := g.Day.AddDate(0, 0, 1-g.Day.Day())
		spans := []string{"all  0"}
		if !g.Day.Before(earliest.AddDate(0, 0, -1)) {
			spans = append(spans, "day "+g.Day.Format(time.DateOnly)+" 0")
		}
		if !monday.AddDate(0, 0, 14).Before(earliest.AddDate(0, 0, 1)) {
			spans = append(spans, "week "+monday.Format(time.DateOnly)+" 0")
		}
		if !first.Before(earliest.AddDate(0, -1, 1-earliest.Day())) {
			spans = append(spans, "month "+first.Format(time.DateOnly)+" 0")
		}
		if g.Season != 0 {
			spans = append(spans, fmt.Sprint("season  ", g.Season))
		}
		worth := Worth(g.Right, g.Round, g.At)
		for _, scope := range scopes {
			for _, span := range spans {
				key := scope + " " + span
				if boards[key] == nil {
					boards[key] = map[int64][3]int{}
				}
				s := boards[key][g.Player]
				s[0], s[2] = s[0]+int(worth), s[2]+1
				if g.Right {
					s[1]++
				}
				boards[key][g.Player] = s
			}
		}
	}
	return boards
}

// stored reads the same from the projection, and checks that the counts of scores agree with it.
func (w *world) stored(t rapid.TB, workspace string) map[string]map[int64][3]int {
	boards := map[string]map[int64][3]int{}
	rows, err := w.pool.Query(w.t.Context(), `
		SELECT concat_ws(' ', b.scope, b.span, CASE WHEN b.start = '-infinity' THEN '' ELSE to_char(b.start, 'YYYY-MM-DD') END, b.season),
			s.player, s.points, s.rights, s.answers
		FROM quiz.board b
		JOIN quiz.score s ON s.workspace = b.workspace AND s.board = b.id
		WHERE b.workspace = $1 AND s.answers <> 0`, workspace)
	if err != nil {
		t.Fatal(err)
	}
	var key string
	var player int64
	var s [3]int
	_, err = pgx.ForEachRow(rows, []any{&key, &player, &s[0], &s[1], &s[2]}, func() error {
		if boards[key] == nil {
			boards[key] = map[int64][3]int{}
		}
		boards[key][player] = s
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var wrong int
	err = w.pool.QueryRow(w.t.Context(), `
		SELECT count(*) FROM (SELECT board, points, count(*) AS players FROM quiz.score WHERE workspace = $1 AND answers > 0 GROUP BY 1, 2) s
		FULL JOIN (SELECT board, points, players FROM quiz.score_count WHERE workspace = $1 AND players <> 0) c USING (board, points)
		WHERE s.players IS DISTINCT FROM c.players`, workspace).Scan(&wrong)
	if err != nil || wrong != 0 {
		t.Fatalf("counts of scores: %d are wrong, %v", wrong, err)
	}
	return boards
}

// kept is the day from which boards look back.
func (w *world) kept(t rapid.TB, workspace string) (day time.Time) {
	err := w.pool.QueryRow(w.t.Context(), `SELECT kept FROM quiz.scoring WHERE workspace = $1`, workspace).Scan(&day)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		t.Fatal(err)
	}
	return day
}

// A league is a workspace in which anything may happen.
type league struct {
	*world
	space    string
	channels []string
	series   []int64
	rounds   []Round
	seasons  int
}

func newLeague(w *world, space string) *league {
	l := &league{world: w, space: space, channels: []string{space + "/a", space + "/b"}}
	for _, name := range []string{"slow", "fast"} {
		s := daily(name, l.channels...)
		s.Workspace = space
		w.mustCreate(s)
		if err := w.PauseSeries(w.t.Context(), space, name); err != nil { // its rounds are opened by hand
			w.t.Fatal(err)
		}
		l.series = append(l.series, int64(w.count(`SELECT id FROM quiz.series WHERE workspace = $1 AND name = $2`, space, name)))
	}
	return l
}

// open opens a round: of a series, or one that is asked for, or one that counts on no board.
func (l *league) open(t *rapid.T) {
	now := l.now()
	qs := rapid.Permutation(bankOf(7)).Draw(t, "questions")
	channel := rapid.SampledFrom(l.channels).Draw(t, "channel")
	n := newRound{Workspace: l.space, Kind: KindAsk, Scope: "channel/" + channel, Opens: now, Closes: now.Add(askWindow), Reveal: true,
		Channels: []string{channel}, Questions: qs[:1], Day: utcDate(now)}
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0, 1:
		i := rapid.IntRange(0, 1).Draw(t, "series")
		n.Kind, n.Series, n.Due, n.Scope = KindSeries, &l.series[i], &now, fmt.Sprint("series/", l.series[i])
		n.Closes, n.Reveal, n.Changeable, n.Speed = now.Add(time.Hour), false, i == 0, i == 1
		n.Channels, n.Questions = l.channels, qs[:3]
	case 2:
		player, err := l.register(l.t.Context(), l.space, Person{l.space, "p1", "p1"})
		if err != nil {
			t.Fatal(err)
		}
		n.Kind, n.Scope, n.Player, n.Channels = KindPractice, "player", &player, []string{privateChannel(player)}
	}
	var r Round
	err := pgx.BeginFunc(l.t.Context(), l.pool, func(tx pgx.Tx) error {
		id, err := l.insertRound(l.t.Context(), tx, n)
		if err != nil {
			return err
		}
		r, err = readRound(l.t.Context(), tx, l.space, id)
		return err
	})
	if err != nil {
		t.Fatalf("open a round: %v", err)
	}
	l.rounds = append(l.rounds, r)
	l.clock.add(time.Second) // two rounds of a series are never due at the same time
}

// answer has somebody answer all questions of a round, or only one.
func (l *league) answer(t *rapid.T) {
	r, name, channel := l.any(t), fmt.Sprint("p", rapid.IntRange(1, 5).Draw(t, "player")), rapid.SampledFrom(l.channels).Draw(t, "where")
	only := rapid.IntRange(-2, 2).Draw(t, "only")
	for i := range r.Questions {
		if only >= 0 && only != i {
			continue
		}
		_, err := l.Answer(l.t.Context(), Answer{Workspace: l.space, Round: r.ID, Question: i, Choice: rapid.IntRange(0, 3).Draw(t, "choice"),
			Channel: channel, By: Person{l.space, name, name}})
		if err != nil {
			t.Fatalf("answer: %v", err)
		}
	}
}

// any is one of the rounds, mostly one of the latest.
func (l *league) any(t *rapid.T) Round {
	back := rapid.OneOf(rapid.IntRange(0, 2), rapid.IntRange(0, 50)).Draw(t, "back")
	return l.rounds[max(0, len(l.rounds)-1-back)]
}

func (l *league) exec(t *rapid.T, sql string, args ...any) {
	if _, err := l.pool.Exec(l.t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

// count counts a few answers, and perhaps is cut off before the commit.
func (l *league) countFew(t *rapid.T) {
	if err := l.sealClosed(l.t.Context(), l.space); err != nil {
		t.Fatal(err)
	}
	tx, err := l.pool.Begin(l.t.Context())
	if err == nil {
		err = lockScores(l.t.Context(), tx, l.space)
	}
	if err == nil {
		_, err = countIn(l.t.Context(), tx, l.space, l.now(), rapid.IntRange(1, 3).Draw(t, "batch"))
	}
	if err != nil {
		t.Fatalf("count: %v", err)
	}
	if rapid.Bool().Draw(t, "crash") {
		err = tx.Rollback(l.t.Context())
	} else {
		err = tx.Commit(l.t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (l *league) season(t *rapid.T) {
	_, err := l.CloseSeason(l.t.Context(), l.space, "admin")
	if errors.Is(err, ErrNoSeason) {
		l.seasons++
		_, err = l.OpenSeason(l.t.Context(), l.space, fmt.Sprint("season ", l.seasons), "admin")
	}
	if err != nil {
		t.Fatal(err)
	}
}

// step does one of the things that change boards.
func (l *league) step(t *rapid.T) {
	ctx := l.t.Context()
	if len(l.rounds) == 0 {
		l.open(t)
	}
	var err error
	switch rapid.SampledFrom([]string{"answer", "count", "correct", "wait", "tend", "void", "answer", "open", "answer", "answer", "seal", "correct",
		"season", "count", "count", "delete", "rebuild"}).Draw(t, "step") {
	case "open":
		l.open(t)
	case "answer":
		l.answer(t)
	case "wait":
		l.clock.add(rapid.SampledFrom([]time.Duration{5 * time.Minute, 40 * time.Minute, 20 * time.Hour, 9 * 24 * time.Hour, 70 * 24 * time.Hour}).Draw(t, "time"))
	case "seal":
		_, err = l.seal(ctx, l.space, l.any(t).ID)
	case "correct":
		l.exec(t, `UPDATE quiz.round_question SET key = $3 WHERE workspace = $1 AND question = $2`, l.space, l.any(t).Questions[0].ID, rapid.IntRange(0, 3).Draw(t, "key"))
	case "void":
		l.exec(t, `UPDATE quiz.round_question SET voided_at = CASE WHEN voided_at IS NULL THEN now() END WHERE workspace = $1 AND round = $2 AND position = 0`, l.space, l.any(t).ID)
	case "season":
		l.season(t)
	case "count":
		l.countFew(t)
	case "tend":
		err = l.tendBoards(ctx)
	case "delete":
		err = pgx.BeginFunc(ctx, l.pool, func(tx pgx.Tx) error {
			return deleteAnswers(ctx, tx, l.space, rapid.Int64Range(1, 5).Draw(t, "player"), l.now())
		})
	case "rebuild":
		err = l.Rebuild(ctx, l.space, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestScoresAreWhatTheAnswersAreWorth has anything happen in any order and compares every board with the answers.
func TestScoresAreWhatTheAnswersAreWorth(t *testing.T) {
	w := newWorld(t, 1)
	runs := 0
	rapid.Check(t, func(t *rapid.T) {
		runs++
		w.clock.set(monday)
		l := newLeague(w, fmt.Sprintf("test/S%d", runs))
		for range rapid.IntRange(15, 60).Draw(t, "steps") {
			l.step(t)
		}
		if err := l.tendBoards(w.t.Context()); err != nil {
			t.Fatal(err)
		}
		answers := l.given(t, l.space)
		if diff := gocmp.Diff(scores(answers, w.kept(t, l.space)), l.stored(t, l.space)); diff != "" {
			t.Fatalf("boards (-want +got):\n%s", diff)
		}
		l.compareBoard(t, answers)
		differences, err := l.CheckBoards(w.t.Context(), l.space, 10)
		if err != nil || len(differences) != 0 {
			t.Fatalf("CheckBoards: got %v, %v, want no difference", differences, err)
		}
	})
}

// compareBoard compares one board, as people see it, with the answers.
func (l *league) compareBoard(t *rapid.T, answers []given) {
	req := BoardRequest{Workspace: l.space, Window: rapid.SampledFrom([]Window{Today, ThisWeek, ThisMonth, AllTime}).Draw(t, "window")}
	scope := "workspace"
	switch rapid.IntRange(0, 3).Draw(t, "scope") {
	case 0:
		req.Channel = l.channels[0]
		scope = "channel/" + req.Channel
	case 1:
		req.Domain = "d1"
		scope = "domain/D1"
	case 2:
		req.Series = "FAST"
		scope = fmt.Sprint("series/", l.series[1])
	}
	b, err := l.Leaderboard(l.t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	span, from, _ := req.Window.span(l.now().In(mustZone(b.Zone)))
	start := ""
	if !from.IsZero() {
		start = from.Format(time.DateOnly)
	}
	want := []Standing{}
	for player, s := range scores(answers, l.kept(t, l.space))[scope+" "+span+" "+start+" 0"] {
		want = append(want, Standing{Player: player, Points: Points(s[0]), Rights: s[1], Answers: s[2]})
	}
	slices.SortFunc(want, func(a, b Standing) int {
		return cmp.Or(cmp.Compare(b.Points, a.Points), cmp.Compare(a.Answers, b.Answers), cmp.Compare(a.Player, b.Player))
	})
	for i := range want {
		want[i].Rank = 1 + slices.IndexFunc(want, func(s Standing) bool { return s.Points == want[i].Points })
	}
	got := []Standing{}
	for _, s := range b.Rows {
		s.Name = ""
		got = append(got, s)
	}
	if diff := gocmp.Diff(want, got); diff != "" || b.Players != len(want) {
		t.Fatalf("board %+v of %d (-want +got):\n%s", req, b.Players, diff)
	}
}

func mustZone(name string) *time.Location {
	loc, err := LoadZone(name)
	if err != nil {
		panic(err)
	}
	return loc
}
