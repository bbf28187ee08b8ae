-- +goose Up
-- Boards that stay fast: scores are kept beside the answers, from which they can be made again at any time. Bots of the release
-- before know nothing of it and may run beside newer ones: what they write is counted all the same.

-- What an answer is worth, in tenths of a point. The same as Worth in Go; a test compares the two.
CREATE FUNCTION quiz.points(correct boolean, speed boolean, opens timestamptz, closes timestamptz, answered timestamptz)
RETURNS smallint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (CASE
        WHEN correct IS NOT TRUE THEN 0
        WHEN speed IS NOT TRUE THEN 10
        WHEN extract(epoch FROM answered - opens) * 3 < extract(epoch FROM closes - opens)     THEN 12
        WHEN extract(epoch FROM answered - opens) * 3 < extract(epoch FROM closes - opens) * 2 THEN 11
        ELSE 10
    END)::smallint
$$;

ALTER TABLE quiz.round_question
    ADD COLUMN domain text NOT NULL GENERATED ALWAYS AS (coalesce(body ->> 'Domain', '')) STORED;
COMMENT ON COLUMN quiz.round_question.domain IS 'Of the exam: whose boards it counts for';

ALTER TABLE quiz.answer ADD COLUMN counted smallint;
COMMENT ON COLUMN quiz.answer.counted IS 'What of this answer is in the boards: its tenths of a point, or NULL for nothing, not even an answer';
COMMENT ON TABLE  quiz.answer IS 'The truth about who said what. Points are computed from it and from round_question.key; quiz.score is made of them';

ALTER TABLE quiz.round ADD COLUMN recount boolean NOT NULL DEFAULT true;
CREATE INDEX round_recount ON quiz.round (workspace, id)
    WHERE recount AND kind IN ('series', 'ask') AND (sealed_at IS NOT NULL OR kind = 'ask');
CREATE INDEX round_unsealed ON quiz.round (closes_at) WHERE sealed_at IS NULL AND kind IN ('series', 'ask');
COMMENT ON COLUMN quiz.round.recount IS 'What of its answers is counted may differ from what they are worth. It may become false only once the round is sealed';

-- Corrections are counted whoever makes them: this program, one of the release before, or somebody with psql.
-- Rounds that are to be counted anyway are left alone, as clicks would wait for them: see count_answers in Go.
-- +goose StatementBegin
CREATE FUNCTION quiz.key_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE quiz.round r SET recount = true
    FROM (
        SELECT DISTINCT n.workspace, n.round
        FROM new_rows n
        JOIN old_rows o USING (workspace, round, position)
        WHERE (n.key, n.accepted, n.voided_at IS NULL) IS DISTINCT FROM (o.key, o.accepted, o.voided_at IS NULL)
    ) changed
    WHERE r.workspace = changed.workspace AND r.id = changed.round AND NOT r.recount;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER key_changed AFTER UPDATE ON quiz.round_question
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION quiz.key_changed();

-- Which answers count, see Leaderboard in Go: those to series once no more can come, and to what was asked the first of each player.
CREATE FUNCTION quiz.counts(kind text, sealed_at timestamptz, first_asked text, voided_at timestamptz)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT voided_at IS NULL AND (kind = 'series' AND sealed_at IS NOT NULL OR kind = 'ask' AND first_asked IS NOT NULL)
$$;

-- What each answer counts for, and how much. Points are NULL when it does not count: not yet, or never.
CREATE VIEW quiz.worth AS
SELECT a.workspace, a.round, a.position, a.player, a.channel, r.series, q.domain, r.day, r.season, a.counted,
    CASE WHEN quiz.counts(r.kind, r.sealed_at, a.first_asked, q.voided_at)
        THEN quiz.points(a.choice = q.key, r.speed, r.opens_at, r.closes_at, a.answered_at)
    END AS points
FROM quiz.answer a
JOIN quiz.round_question q ON q.workspace = a.workspace AND q.round = a.round AND q.position = a.position
JOIN quiz.round r          ON r.workspace = a.workspace AND r.id = a.round;


CREATE TABLE quiz.scoring (
    workspace quiz.external_id PRIMARY KEY,
    kept      date    NOT NULL,
    built     boolean NOT NULL DEFAULT true
);
COMMENT ON TABLE  quiz.scoring IS 'How far the boards of a workspace are';
COMMENT ON COLUMN quiz.scoring.kept  IS 'The day from which quiz.kept looks back. It only grows, and only under the lock of the workspace''s boards';
COMMENT ON COLUMN quiz.scoring.built IS 'False: there are so many answers to count that all boards had better be made at once';
INSERT INTO quiz.scoring (workspace, kept, built)
SELECT DISTINCT workspace, (now() AT TIME ZONE 'UTC')::date, false FROM quiz.round;

CREATE TABLE quiz.board (
    workspace quiz.external_id,
    id        bigint GENERATED ALWAYS AS IDENTITY,
    scope     text   NOT NULL CHECK (scope <> ''),
    span      text   NOT NULL CHECK (span IN ('day', 'week', 'month', 'season', 'all')),
    start     date   NOT NULL,
    season    bigint NOT NULL,
    PRIMARY KEY (workspace, id),
    UNIQUE (workspace, scope, span, start, season),
    CHECK ((span IN ('day', 'week', 'month')) = (start <> '-infinity')),
    CHECK ((span = 'season') = (season <> 0))
);
COMMENT ON TABLE  quiz.board IS 'A leaderboard, which is there as soon as somebody is on it';
COMMENT ON COLUMN quiz.board.scope  IS 'Whose answers: "workspace", "channel/slack/T1/C1", "series/7", "domain/D3"';
COMMENT ON COLUMN quiz.board.start  IS 'The first day of a day, a week (Monday) or a month';
COMMENT ON COLUMN quiz.board.season IS 'Which one, or 0';

CREATE TABLE quiz.score (
    workspace quiz.external_id,
    board     bigint,
    player    bigint,
    points    integer NOT NULL,
    rights    integer NOT NULL,
    answers   integer NOT NULL,
    PRIMARY KEY (workspace, board, player)
);
-- The order of boards. Whoever has no answer left is on none.
CREATE INDEX score_order ON quiz.score (workspace, board, (-points), answers, player) WHERE answers > 0;
COMMENT ON TABLE  quiz.score IS 'A player on a board: the sum of answer.counted, in every transaction. Made from the answers again by: bot boards rebuild';
COMMENT ON COLUMN quiz.score.points  IS 'In tenths';
COMMENT ON COLUMN quiz.score.rights  IS 'Right answers';
COMMENT ON COLUMN quiz.score.answers IS 'Answers, right or wrong';

CREATE TABLE quiz.score_count (
    workspace quiz.external_id,
    board     bigint,
    points    integer,
    players   integer NOT NULL,
    PRIMARY KEY (workspace, board, points)
);
COMMENT ON TABLE quiz.score_count IS 'How many players of a board have that many points: a rank is the number of those with more, plus one';


-- Past days are kept for a week, weeks for five, months for three; seasons and all for ever.
CREATE FUNCTION quiz.kept(span text, start date, today date)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE span
        WHEN 'day'   THEN start >= today - 7
        WHEN 'week'  THEN start >= today - 7 * 6
        WHEN 'month' THEN start >= (date_trunc('month', today::timestamp) - interval '3 months')::date
        ELSE true
    END
$$;

-- The boards that an answer counts for, without those that are not kept any more.
CREATE FUNCTION quiz.boards(channel text, series bigint, domain text, day date, season bigint, today date)
RETURNS TABLE (scope text, span text, start date, season bigint) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT scopes.scope, spans.span, spans.start, spans.season
    FROM (VALUES ('workspace'), ('channel/' || $1), ('series/' || $2), ('domain/' || nullif($3, ''))) AS scopes (scope)
    CROSS JOIN (VALUES
        ('day',    $4, 0::bigint),
        ('week',   date_trunc('week',  $4::timestamp)::date, 0),
        ('month',  date_trunc('month', $4::timestamp)::date, 0),
        ('season', '-infinity'::date, $5),
        ('all',    '-infinity'::date, 0)
    ) AS spans (span, start, season)
    WHERE scopes.scope IS NOT NULL AND spans.season IS NOT NULL AND quiz.kept(spans.span, spans.start, $6)
$$;
