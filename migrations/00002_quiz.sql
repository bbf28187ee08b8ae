-- +goose Up
-- quiz: questions, series, rounds, posts and answers. Package quiz owns this schema and is the only one that reads it.
--
-- Every table that grows with use has its workspace first in its key, so that it could be spread over several servers
-- by workspace. A workspace is "slack/T0123", "discord/42" or "console/local"; a channel is that and more: "slack/T0123/C0456".

CREATE SCHEMA quiz;
COMMENT ON SCHEMA quiz IS 'Questions, series, rounds, posts, answers; owned by package quiz';

CREATE DOMAIN quiz.external_id AS text CHECK (char_length(VALUE) BETWEEN 1 AND 200);
COMMENT ON DOMAIN quiz.external_id IS 'A name that a chat platform gave: workspace, channel, user or message';


CREATE TABLE quiz.question (
    id         text        PRIMARY KEY CHECK (id ~ '^[a-z0-9-]{1,60}$'),
    content    jsonb       NOT NULL CHECK (content ->> 'ID' = id),
    loaded_at  timestamptz NOT NULL,
    retired_at timestamptz
);
COMMENT ON TABLE  quiz.question IS 'The bank as it is now. Rounds do not refer to it: they keep what they asked in quiz.round_question';
COMMENT ON COLUMN quiz.question.content    IS 'A quiz.Question, keys as in the Go type';
COMMENT ON COLUMN quiz.question.retired_at IS 'Left the bank then: not drawn any more, never deleted';


CREATE SEQUENCE quiz.player_id;

CREATE TABLE quiz.identity (
    workspace quiz.external_id,
    user_id   quiz.external_id,
    player    bigint NOT NULL DEFAULT nextval('quiz.player_id'),
    PRIMARY KEY (workspace, user_id)
);
CREATE INDEX identity_player ON quiz.identity (player);
COMMENT ON TABLE quiz.identity IS 'Who is who: a user of a platform and the player they are. One player may have several';

CREATE TABLE quiz.player (
    workspace quiz.external_id,
    id        bigint,
    name      text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 80),
    PRIMARY KEY (workspace, id)
);
COMMENT ON TABLE  quiz.player IS 'A player as the boards of one workspace show them; the same id in each workspace';
COMMENT ON COLUMN quiz.player.workspace IS 'Of the rounds they played in, which may differ from that of their identity';


CREATE TABLE quiz.series (
    workspace  quiz.external_id,
    id         bigint      GENERATED ALWAYS AS IDENTITY,
    name       text        NOT NULL CHECK (char_length(name) BETWEEN 1 AND 40),
    opens      smallint    NOT NULL CHECK (opens  BETWEEN 0 AND 1439),
    closes     smallint    NOT NULL CHECK (closes BETWEEN 0 AND 1439),
    days       smallint    NOT NULL CHECK (days BETWEEN 1 AND 127),
    zone       text        NOT NULL CHECK (zone <> ''),
    questions  smallint    NOT NULL CHECK (questions BETWEEN 1 AND 10),
    topic      text        NOT NULL,
    changeable boolean     NOT NULL,
    created_by text        NOT NULL,
    created_at timestamptz NOT NULL,
    next_at    timestamptz NOT NULL,
    paused     boolean     NOT NULL DEFAULT false,
    removed_at timestamptz,
    PRIMARY KEY (workspace, id)
)
-- Each row changes once a day and the due ones are looked for every second: clean up early, keep changes on the page.
WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02);
CREATE UNIQUE INDEX series_name ON quiz.series (workspace, lower(name)) WHERE removed_at IS NULL;
CREATE INDEX series_due ON quiz.series (next_at) WHERE removed_at IS NULL AND NOT paused;
COMMENT ON TABLE  quiz.series IS 'A recurring quiz';
COMMENT ON COLUMN quiz.series.opens   IS 'Minutes after midnight on the wall clock of zone; closes likewise';
COMMENT ON COLUMN quiz.series.days    IS 'Weekdays as bits, 1 is Sunday, 64 is Saturday';
COMMENT ON COLUMN quiz.series.next_at IS 'When the next round is due; Go computes it, PostgreSQL only compares it';
COMMENT ON COLUMN quiz.series.removed_at IS 'Removed then; the row stays for its rounds, the name is free again';

CREATE TABLE quiz.series_channel (
    workspace quiz.external_id,
    series    bigint,
    channel   quiz.external_id,
    gone      text CHECK (gone <> ''),
    PRIMARY KEY (workspace, series, channel),
    FOREIGN KEY (workspace, series) REFERENCES quiz.series
);
CREATE INDEX series_channel_channel ON quiz.series_channel (workspace, channel);
COMMENT ON TABLE  quiz.series_channel IS 'Where a series is posted';
COMMENT ON COLUMN quiz.series_channel.gone IS 'Why nothing is posted there any more; NULL while all is well';


CREATE SEQUENCE quiz.round_id;

CREATE TABLE quiz.round (
    workspace  quiz.external_id,
    id         bigint,
    kind       text        NOT NULL CHECK (kind IN ('series', 'ask', 'duel')),
    series     bigint,
    due        timestamptz,
    scope      text        NOT NULL CHECK (scope <> ''),
    topic      text        NOT NULL,
    opens_at   timestamptz NOT NULL,
    closes_at  timestamptz NOT NULL CHECK (closes_at >= opens_at),
    late       boolean     NOT NULL,
    reveal     boolean     NOT NULL,
    changeable boolean     NOT NULL,
    sealed_at  timestamptz,
    PRIMARY KEY (workspace, id),
    FOREIGN KEY (workspace, series) REFERENCES quiz.series,
    -- Whatever goes wrong elsewhere, a series has one round for each time it is due.
    UNIQUE (workspace, series, due),
    CHECK ((kind = 'series') = (series IS NOT NULL) AND (kind = 'series') = (due IS NOT NULL)),
    -- Who is told at once whether they were right could otherwise try until they are.
    CHECK (NOT (reveal AND changeable)),
    CHECK (sealed_at >= closes_at)
);
CREATE INDEX round_scope ON quiz.round (workspace, scope, opens_at);
CREATE INDEX round_opens ON quiz.round (workspace, opens_at);
COMMENT ON TABLE  quiz.round IS 'A set of questions put to an audience for a while. Closed means: closes_at has passed; there is no flag';
COMMENT ON COLUMN quiz.round.scope  IS 'Within which questions do not repeat: "series/7", "channel/slack/T1/C1", "pair/3/9"';
COMMENT ON COLUMN quiz.round.late   IS 'Opened notably later than it was due, after a standstill';
COMMENT ON COLUMN quiz.round.sealed_at IS 'Its result has been counted since then: whatever waited until now, an answer or an acceptance, comes too late';
COMMENT ON COLUMN quiz.round.reveal IS 'Each answer is graded at once; otherwise all are when the round closes';

CREATE TABLE quiz.round_question (
    workspace quiz.external_id,
    round     bigint,
    position  smallint CHECK (position BETWEEN 0 AND 9),
    question  text     NOT NULL,
    body      jsonb    NOT NULL CHECK (NOT body ? 'Key'),
    choices   smallint NOT NULL GENERATED ALWAYS AS (jsonb_array_length(body -> 'Choices')) STORED,
    key       smallint NOT NULL,
    PRIMARY KEY (workspace, round, position),
    UNIQUE (workspace, round, question),
    FOREIGN KEY (workspace, round) REFERENCES quiz.round,
    CHECK (key >= 0 AND key < choices)
);
COMMENT ON TABLE  quiz.round_question IS 'What was asked, as it was shown: later changes of the bank do not reach it';
COMMENT ON COLUMN quiz.round_question.body IS 'A quiz.Question with its choices in the order shown and without its key';
COMMENT ON COLUMN quiz.round_question.key  IS 'The right choice; the only column that a correction changes, and with it everybody''s points';

CREATE TABLE quiz.duel (
    workspace   quiz.external_id,
    round       bigint,
    challenger  bigint NOT NULL,
    challenged  bigint NOT NULL,
    accepted_at timestamptz,
    declined_at timestamptz,
    PRIMARY KEY (workspace, round),
    FOREIGN KEY (workspace, round)      REFERENCES quiz.round,
    FOREIGN KEY (workspace, challenger) REFERENCES quiz.player,
    FOREIGN KEY (workspace, challenged) REFERENCES quiz.player,
    CHECK (challenger <> challenged),
    CHECK (accepted_at IS NULL OR declined_at IS NULL)
);
CREATE INDEX duel_challenger ON quiz.duel (workspace, challenger);
CREATE INDEX duel_challenged ON quiz.duel (workspace, challenged);
COMMENT ON TABLE quiz.duel IS 'The two players of a round of kind duel';


CREATE TABLE quiz.post (
    workspace      quiz.external_id,
    round          bigint,
    channel        quiz.external_id,
    platform       text        NOT NULL GENERATED ALWAYS AS (split_part(channel, '/', 1)) STORED,
    next_at        timestamptz NOT NULL,
    attempts       integer     NOT NULL DEFAULT 0,
    lease_owner    uuid,
    lease_until    timestamptz,
    first_tried_at timestamptz,
    posted_at      timestamptz,
    message        text,
    finished_at    timestamptz,
    problem        text,
    PRIMARY KEY (workspace, round, channel),
    FOREIGN KEY (workspace, round) REFERENCES quiz.round,
    CHECK ((lease_owner IS NULL) = (lease_until IS NULL)),
    CHECK ((posted_at IS NULL) = (message IS NULL))
)
WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX post_due ON quiz.post (next_at) WHERE finished_at IS NULL;
CREATE INDEX post_channel ON quiz.post (channel, next_at) WHERE finished_at IS NULL;
COMMENT ON TABLE  quiz.post IS 'The outbox: a round in a channel. It is put there, later edited with the result, then finished';
COMMENT ON COLUMN quiz.post.next_at        IS 'When there is something to do: post it, try again, or show the result';
COMMENT ON COLUMN quiz.post.attempts       IS 'Since the last thing that went well';
COMMENT ON COLUMN quiz.post.lease_owner    IS 'One claim of one engine: whoever has lost it may not report a failure any more';
COMMENT ON COLUMN quiz.post.first_tried_at IS 'If set while posted_at is not, it may have been posted without our knowing';
COMMENT ON COLUMN quiz.post.message        IS 'What the platform calls the message; may be empty';
COMMENT ON COLUMN quiz.post.finished_at    IS 'Nothing is left to do, because all is done or because it was given up';
COMMENT ON COLUMN quiz.post.problem        IS 'Why the last attempt failed';


CREATE TABLE quiz.answer (
    workspace   quiz.external_id,
    round       bigint,
    position    smallint,
    player      bigint,
    choice      smallint    NOT NULL CHECK (choice >= 0),
    channel     quiz.external_id NOT NULL,
    answered_at timestamptz NOT NULL,
    changes     integer     NOT NULL DEFAULT 0,
    first_asked text,
    PRIMARY KEY (workspace, round, position, player),
    FOREIGN KEY (workspace, round, position) REFERENCES quiz.round_question,
    FOREIGN KEY (workspace, round, channel)  REFERENCES quiz.post,
    FOREIGN KEY (workspace, player)          REFERENCES quiz.player
);
CREATE INDEX answer_player ON quiz.answer (workspace, player, round);
CREATE UNIQUE INDEX answer_first_asked ON quiz.answer (workspace, player, first_asked) WHERE first_asked IS NOT NULL;
COMMENT ON TABLE  quiz.answer IS 'The truth about who said what. Points are computed from it and from round_question.key, and kept nowhere';
COMMENT ON COLUMN quiz.answer.choice      IS 'In the order shown';
COMMENT ON COLUMN quiz.answer.answered_at IS 'When this choice was made: the latest change counts';
COMMENT ON COLUMN quiz.answer.changes     IS 'How often the player changed their mind';
COMMENT ON COLUMN quiz.answer.first_asked IS 'The question, if the round was asked for and the player had not answered it in such a round before: only this answer counts on boards';
