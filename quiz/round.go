package quiz

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
)

// Kind says who put a round up.
type Kind string

// The kinds of rounds.
const (
	KindSeries Kind = "series" // due by the schedule of a series, in all its channels
	KindAsk    Kind = "ask"    // somebody asked for one question in one channel
	KindDuel   Kind = "duel"   // the same questions for two players; announced in one channel

	// Rounds for one person alone. They are posted nowhere, may be answered wherever the person is, and count on no board.
	KindPractice Kind = "practice" // about a topic, graded at once
	KindReview   Kind = "review"   // what the person is due to see again, graded at once
	KindMock     Kind = "mock"     // a mock exam, graded when it is over
)

// Private reports whether rounds of the kind are for one person alone.
func (k Kind) Private() bool { return k == KindPractice || k == KindReview || k == KindMock }

// A Round is a set of questions put to an audience for a while.
type Round struct {
	Workspace string
	ID        int64
	Kind      Kind
	Series    string // the name of the series, for KindSeries
	Topic     string // what was asked for; empty means anything

	Opens, Closes time.Time // it is open from Opens until just before Closes
	Late          bool      // it opened more than lateAfter after it was due
	Reveal        bool      // each answer is graded at once; otherwise all are at the close
	Changeable    bool      // an answer may be changed until the close
	Speed         bool      // a right answer counts a little more the earlier it is given, see Points

	Questions []Question // as posted: later changes of the bank do not show; choices are in the order to be shown
	Duel      *Duel      // for KindDuel
}

// Closed reports whether the round is over at that time.
func (r Round) Closed(now time.Time) bool { return !now.Before(r.Closes) }

// A Duel is what a round of two has besides.
type Duel struct {
	By, Against        Person
	Accepted, Declined *time.Time

	by, against int64 // their numbers as players, goneDuellist for who is forgotten
	goneRights  int   // the right answers of that one
}

func (d *Duel) has(player int64) bool { return player == d.by || player == d.against }

// A newRound is what insertRounds needs; the keys are what its SQL reads.
type newRound struct {
	Workspace  string     `json:"workspace"`
	Kind       Kind       `json:"kind"`
	Series     *int64     `json:"series"`
	Due        *time.Time `json:"due"`
	Scope      string     `json:"scope"`
	Topic      string     `json:"topic"`
	Opens      time.Time  `json:"opens_at"`
	Closes     time.Time  `json:"closes_at"`
	Day        string     `json:"day"`    // whose boards it counts for, "2006-01-02"
	Player     *int64     `json:"player"` // for private kinds
	Late       bool       `json:"late"`
	Speed      bool       `json:"speed"`
	Reveal     bool       `json:"reveal"`
	Changeable bool       `json:"changeable"`
	Questions  []Question `json:"questions"`
	Channels   []string   `json:"channels"`
}

// insertRounds stores rounds with their questions and posts, all in one statement whatever their number, and returns
// the new ids. A round of a series that exists already for that due time is left out.
func (e *Engine) insertRounds(ctx context.Context, tx pgx.Tx, rounds []newRound) ([]int64, error) {
	for i := range rounds {
		shown := make([]Question, len(rounds[i].Questions))
		for j, q := range rounds[i].Questions {
			shown[j] = Shuffled(q, e.chance.Uint64())
		}
		rounds[i].Questions = shown
	}
	data, err := json.Marshal(rounds)
	if err != nil {
		return nil, fmt.Errorf("encode rounds: %w", err)
	}
	rows, err := tx.Query(ctx, `
		WITH fresh AS (
			SELECT nextval('quiz.round_id') AS id, n.*
			FROM jsonb_to_recordset($1::jsonb) AS n (
				workspace text, kind text, series bigint, due timestamptz, scope text, topic text,
				opens_at timestamptz, closes_at timestamptz, day date, player bigint, late boolean, speed boolean,
				reveal boolean, changeable boolean, questions jsonb, channels jsonb)
		), opened AS (
			INSERT INTO quiz.round (workspace, id, kind, series, due, scope, topic,
				opens_at, closes_at, day, season, player, late, speed, reveal, changeable)
			SELECT workspace, id, kind, series, due, scope, topic, opens_at, closes_at, day,
				(SELECT s.id FROM quiz.season s WHERE s.workspace = fresh.workspace AND s.closed_at IS NULL),
				player, late, speed, reveal, changeable
			FROM fresh
			ON CONFLICT (workspace, series, due) DO NOTHING
			RETURNING workspace, id, opens_at
		), asked AS (
			INSERT INTO quiz.round_question (workspace, round, position, question, body, key, accepted)
			SELECT o.workspace, o.id, q.place - 1, q.body ->> 'ID', q.body - 'Key' - 'Answers', (q.body ->> 'Key')::smallint,
				CASE WHEN q.body ? 'Answers' THEN ARRAY(SELECT jsonb_array_elements_text(q.body -> 'Answers')) END
			FROM opened o
			JOIN fresh f USING (id)
			CROSS JOIN jsonb_array_elements(f.questions) WITH ORDINALITY AS q (body, place)
		), posts AS (
			-- Somebody waits for what they asked for and will call Deliver: until then it is leased to nobody else.
			-- What is for one person is shown to them in replies: its post is finished from the beginning.
			INSERT INTO quiz.post (workspace, round, channel, next_at, lease_owner, lease_until, finished_at)
			SELECT o.workspace, o.id, c.channel, o.opens_at,
				CASE WHEN f.kind IN ('ask', 'duel') THEN gen_random_uuid() END,
				CASE WHEN f.kind IN ('ask', 'duel') THEN o.opens_at + make_interval(secs => $2) END,
				CASE WHEN f.player IS NOT NULL THEN o.opens_at END
			FROM opened o
			JOIN fresh f USING (id)
			CROSS JOIN jsonb_array_elements_text(f.channels) AS c (channel)
		)
		SELECT id FROM opened`, data, handover.Seconds())
	if err != nil {
		return nil, fmt.Errorf("store rounds: %w", err)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, fmt.Errorf("store rounds: %w", err)
	}
	return ids, nil
}

// insertRound stores one round that is not of a series and returns its id.
func (e *Engine) insertRound(ctx context.Context, tx pgx.Tx, n newRound) (int64, error) {
	ids, err := e.insertRounds(ctx, tx, []newRound{n})
	if err != nil {
		return 0, err
	}
	return ids[0], nil
}

// privateChannel is where the post of a private round is, which nobody delivers: answers refer to it.
func privateChannel(player int64) string { return "player/" + strconv.FormatInt(player, 10) }

// readRound reads a round with its questions as they were shown. It is ErrNoRound for one that is not there.
func readRound(ctx context.Context, db querier, workspace string, id int64) (Round, error) {
	p, err := readProgress(ctx, db, workspace, id, Person{})
	return p.Round, err
}

// A progress is a round together with what one person has answered in it.
type progress struct {
	Round   Round
	player  int64    // the person's number, 0 for somebody who never played
	owner   int64    // whose round it is, for a private one; else 0
	choices []int    // for each question, -1 where there is no answer
	typed   []string // for each question, empty where nothing was typed
	posts   []string // the channels it is posted in
	again   bool     // it was asked for, and they had answered its question in an earlier asked round
	sealed  bool     // no answer is taken any more, see seal
}

// reaches reports whether the round is where the person asks for it: posted in that channel, or their own.
func (p progress) reaches(channel string) bool {
	if p.Round.Kind.Private() {
		return p.owner == p.player
	}
	return slices.Contains(p.posts, channel)
}

// over reports whether no answer is taken any more.
func (p progress) over(now time.Time) bool { return p.sealed || p.Round.Closed(now) }

// queueProgress reads how the people of clicks stand in their rounds, each round once. Without the round, progress stays empty.
// What is not read is Duel.
func queueProgress(batch *pgx.Batch, clicks []*click) {
	rounds := map[roundKey]progress{}
	var workspaces, homes, users []string
	var ids []int64
	for _, c := range clicks {
		c.progress = progress{}
		workspaces, ids = append(workspaces, c.Workspace), append(ids, c.Round)
		homes, users = append(homes, c.By.Workspace), append(users, c.By.User)
	}
	batch.Queue(`
		SELECT r.workspace, r.id, r.kind, coalesce(s.name, ''), r.topic,
			r.opens_at, r.closes_at, r.late, r.reveal, r.changeable, r.speed, coalesce(r.player, 0),
			(SELECT coalesce(jsonb_agg(q.body || jsonb_build_object('Key', q.key, 'Answers', q.accepted, 'Voided', q.voided_at IS NOT NULL) ORDER BY q.position), '[]')
			 FROM quiz.round_question q
			 WHERE q.workspace = r.workspace AND q.round = r.id),
			ARRAY(SELECT p.channel::text FROM quiz.post p WHERE p.workspace = r.workspace AND p.round = r.id),
			r.sealed_at IS NOT NULL
		FROM (SELECT DISTINCT * FROM unnest($1::text[], $2::bigint[]) AS c (workspace, round)) c
		JOIN quiz.round r       ON r.workspace = c.workspace AND r.id = c.round
		LEFT JOIN quiz.series s ON s.workspace = r.workspace AND s.id = r.series`, workspaces, ids).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var p progress
			if err := p.scanRound(rows); err != nil {
				return err
			}
			rounds[roundKey{p.Round.Workspace, p.Round.ID}] = p
		}
		return rows.Err()
	})
	batch.Queue(`
		SELECT c.n - 1, coalesce(i.player, 0), coalesce(a.position, -1), coalesce(a.choice, -1), coalesce(a.typed, ''),
			a.position IS NOT NULL AND a.first_asked IS NULL
		FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) WITH ORDINALITY AS c (workspace, round, home, user_id, n)
		LEFT JOIN quiz.identity i       ON i.workspace = c.home AND i.user_id = c.user_id
		-- The question, and OFFSET 0, are here so that each answer is looked up by its whole key: PostgreSQL might otherwise read all of the round.
		LEFT JOIN quiz.round_question q ON q.workspace = c.workspace AND q.round = c.round
		LEFT JOIN LATERAL (
			SELECT * FROM quiz.answer a
			WHERE a.workspace = q.workspace AND a.round = q.round AND a.position = q.position AND a.player = i.player OFFSET 0
		) a ON true`, workspaces, ids, homes, users).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			if err := scanStand(rows, clicks, rounds); err != nil {
				return err
			}
		}
		return rows.Err()
	})
}

// A roundKey is the key of a round.
type roundKey struct {
	workspace string
	id        int64
}

// scanRound reads what is the same for everybody.
func (p *progress) scanRound(row pgx.Row) error {
	r := &p.Round
	return row.Scan(&r.Workspace, &r.ID, &r.Kind, &r.Series, &r.Topic, &r.Opens, &r.Closes, &r.Late, &r.Reveal, &r.Changeable,
		&r.Speed, &p.owner, &r.Questions, &p.posts, &p.sealed)
}

// scanStand reads one answer of one person, or that there is none.
func scanStand(row pgx.Row, clicks []*click, rounds map[roundKey]progress) error {
	var n, position, choice int
	var player int64
	var typed string
	var again bool
	if err := row.Scan(&n, &player, &position, &choice, &typed, &again); err != nil {
		return err
	}
	c := clicks[n]
	if c.progress.choices == nil {
		p, found := rounds[roundKey{c.Workspace, c.Round}]
		if !found {
			return nil
		}
		p.player = player
		p.choices, p.typed = slices.Repeat([]int{-1}, len(p.Round.Questions)), make([]string, len(p.Round.Questions))
		c.progress = p
	}
	if position >= 0 {
		p := &c.progress
		p.choices[position], p.typed[position] = choice, typed
		p.again = p.Round.Kind == KindAsk && again
	}
	return nil
}

// readProgress reads a round and what a person, who may be nobody, has answered. Without that round it is ErrNoRound.
func readProgress(ctx context.Context, db querier, workspace string, id int64, by Person) (progress, error) {
	c := click{Answer: Answer{Workspace: workspace, Round: id, By: by}}
	var batch pgx.Batch
	queueProgress(&batch, []*click{&c})
	err := db.SendBatch(ctx, &batch).Close()
	p := c.progress
	if err == nil && p.Round.ID == 0 {
		return progress{}, fmt.Errorf("round %d: %w", id, ErrNoRound)
	}
	if err == nil && p.Round.Kind == KindDuel {
		p.Round.Duel, err = readDuel(ctx, db, workspace, id)
	}
	if err != nil {
		return progress{}, fmt.Errorf("read round %d: %w", id, err)
	}
	return p, nil
}

// seal makes sure that the result of a closed round can be shown without being wrong a moment later: it waits for the
// answers that are being recorded, and none is recorded after it, however long it was under way. It reports false if the
// round is not closed, perhaps no longer. Sealing again changes nothing.
func (e *Engine) seal(ctx context.Context, workspace string, id int64) (bool, error) {
	ctx, cancel := e.soon(ctx)
	defer cancel()
	tag, err := e.db.Exec(ctx, `
		UPDATE quiz.round SET sealed_at = coalesce(sealed_at, $3)
		WHERE workspace = $1 AND id = $2 AND closes_at <= $3`, workspace, id, e.now())
	if err != nil {
		return false, fmt.Errorf("seal round %d: %w", id, err)
	}
	return tag.RowsAffected() == 1, nil
}

// setClose moves the close of a round and with it the time at which its posts show the result. It is not before the
// opening, whatever the clock of this process says, and does not move once the round is sealed.
func setClose(ctx context.Context, tx pgx.Tx, workspace string, id int64, closes time.Time) error {
	_, err := tx.Exec(ctx, `
		WITH moved AS (
			UPDATE quiz.round SET closes_at = greatest($3, opens_at)
			WHERE workspace = $1 AND id = $2 AND sealed_at IS NULL
			RETURNING workspace, id, closes_at
		)
		UPDATE quiz.post p
		-- No condition on posted_at: a post that is being marked at this moment (see markPosted) must be seen as it will be.
		SET next_at = CASE WHEN posted_at IS NULL THEN least(next_at, m.closes_at) ELSE m.closes_at END
		FROM moved m
		WHERE p.workspace = m.workspace AND p.round = m.id AND p.finished_at IS NULL`, workspace, id, closes)
	if err != nil {
		return fmt.Errorf("move the close of round %d: %w", id, err)
	}
	return nil
}

// usedIn returns for each scope the questions asked there, the oldest first. It looks back over as many rounds as the bank
// has questions: as nothing repeats before everything was asked, each question was asked in one of them or never.
func usedIn(ctx context.Context, db querier, workspaces, scopes []string, bank int) (map[string][]string, error) {
	rows, err := db.Query(ctx, `
		SELECT w.scope, array_agg(q.question ORDER BY r.opens_at, r.id, q.position)
		FROM unnest($1::text[], $2::text[]) AS w (workspace, scope)
		CROSS JOIN LATERAL (
			SELECT r.workspace, r.id, r.opens_at FROM quiz.round r
			WHERE r.workspace = w.workspace AND r.scope = w.scope
			ORDER BY r.opens_at DESC LIMIT $3
		) r
		JOIN quiz.round_question q ON q.workspace = r.workspace AND q.round = r.id
		GROUP BY w.workspace, w.scope`, workspaces, scopes, bank)
	if err != nil {
		return nil, fmt.Errorf("read what was asked: %w", err)
	}
	used := map[string][]string{}
	var scope string
	var ids []string
	_, err = pgx.ForEachRow(rows, []any{&scope, &ids}, func() error {
		used[scope] = ids
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read what was asked: %w", err)
	}
	return used, nil
}
