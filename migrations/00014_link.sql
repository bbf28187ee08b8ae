-- +goose Up
-- One person with several identities. Each identity keeps a number of its own, so that joining can be undone: whatever it gave
-- says so (given_by), and what gives way to the same of another identity is put aside, not deleted.

ALTER TABLE quiz.identity
    ADD COLUMN own  bigint,
    ADD COLUMN name text CHECK (char_length(name) BETWEEN 1 AND 80),
    ADD CONSTRAINT identity_own CHECK (own <> player);
CREATE UNIQUE INDEX identity_own ON quiz.identity (own) WHERE own IS NOT NULL;
COMMENT ON COLUMN quiz.identity.own  IS 'The player that this identity alone would be, while it is joined with others to the player of one of them; NULL for the one, and for who is alone';
COMMENT ON COLUMN quiz.identity.name IS 'As it was when it was joined, to tell people who they are elsewhere; NULL for who never was';

ALTER TABLE quiz.answer
    ADD COLUMN given_by    bigint,
    ADD COLUMN first_alone text;
COMMENT ON COLUMN quiz.answer.given_by    IS 'The own number of the identity that gave it, if it is not player; see quiz.identity.own';
COMMENT ON COLUMN quiz.answer.first_alone IS 'What first_asked was while its identity was alone';

CREATE TABLE quiz.answer_aside (
    workspace   quiz.external_id,
    round       bigint,
    position    smallint,
    given_by    bigint,
    choice      smallint         NOT NULL CHECK (choice >= 0),
    typed       text             CHECK (char_length(typed) BETWEEN 1 AND 200),
    channel     quiz.external_id NOT NULL,
    answered_at timestamptz      NOT NULL,
    changes     integer          NOT NULL,
    first_alone text,
    PRIMARY KEY (workspace, round, position, given_by)
);
CREATE INDEX answer_aside_given_by ON quiz.answer_aside (given_by);
COMMENT ON TABLE quiz.answer_aside IS 'Answers that do not count, as another identity of the same player has answered the same question; they count again when it leaves. Columns are those of quiz.answer';

-- Who may change an answer may do so as any of their identities. What each of them said last is kept as they said it.
-- +goose StatementBegin
CREATE FUNCTION quiz.put_aside() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    mine quiz.answer_aside;
BEGIN
    DELETE FROM quiz.answer_aside
    WHERE workspace = new.workspace AND round = new.round AND position = new.position AND given_by = coalesce(new.given_by, new.player)
    RETURNING * INTO mine;
    new.first_alone := mine.first_alone;
    new.changes     := coalesce(mine.changes + 1, 0);
    IF mine.choice = new.choice AND mine.typed IS NOT DISTINCT FROM new.typed THEN -- they say again what they said
        new.changes     := mine.changes;
        new.channel     := mine.channel;
        new.answered_at := mine.answered_at;
    END IF;
    INSERT INTO quiz.answer_aside (workspace, round, position, given_by, choice, typed, channel, answered_at, changes, first_alone)
    VALUES (old.workspace, old.round, old.position, coalesce(old.given_by, old.player), old.choice, old.typed, old.channel,
        old.answered_at, old.changes, coalesce(old.first_alone, old.first_asked));
    RETURN new;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER put_aside BEFORE UPDATE OF given_by ON quiz.answer FOR EACH ROW
    WHEN (old.player = new.player AND old.given_by IS DISTINCT FROM new.given_by)
    EXECUTE FUNCTION quiz.put_aside();

-- A number that is nobody's player any more has no row in quiz.player either, so that whatever was under way for it fails and is
-- tried again. Whoever adds a player to a workspace waits for those who are joining identities, or they wait for it.
-- +goose StatementBegin
CREATE FUNCTION quiz.player_joined() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM quiz.identity i WHERE i.player IN (SELECT n.id FROM new_rows n)
        ORDER BY i.workspace, i.user_id FOR SHARE;
    IF EXISTS (SELECT FROM new_rows n JOIN quiz.identity i ON i.own = n.id) THEN
        RAISE foreign_key_violation USING MESSAGE = 'that player has just become another', CONSTRAINT = 'player_joined';
    END IF;
    RETURN NULL;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER player_joined AFTER INSERT ON quiz.player REFERENCING NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION quiz.player_joined();

CREATE TABLE quiz.joined_name (
    workspace quiz.external_id,
    player    bigint,
    name      text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 80),
    PRIMARY KEY (workspace, player)
);
CREATE INDEX joined_name_player ON quiz.joined_name (player);
COMMENT ON TABLE  quiz.joined_name IS 'Rows of quiz.player as they were before their identity was joined with another';
COMMENT ON COLUMN quiz.joined_name.player IS 'The own number of the identity';

ALTER TABLE quiz.round  ADD COLUMN opened_by bigint;
ALTER TABLE quiz.report ADD COLUMN given_by  bigint;
ALTER TABLE quiz.away   ADD COLUMN given_by  bigint;
ALTER TABLE quiz.duel
    ADD COLUMN challenger_own bigint,
    ADD COLUMN challenged_own bigint,
    DROP CONSTRAINT duel_check,
    ADD CONSTRAINT duel_of_two CHECK (coalesce(challenger_own, challenger) <> coalesce(challenged_own, challenged));
COMMENT ON COLUMN quiz.round.opened_by     IS 'The own number of the identity that opened it for itself alone, if it is not player';
COMMENT ON COLUMN quiz.report.given_by     IS 'The own number of the identity that reported it, if it is not player';
COMMENT ON COLUMN quiz.away.given_by       IS 'The own number of the identity that said so, if it is not player';
COMMENT ON COLUMN quiz.duel.challenger_own IS 'The own number of the identity, if it is not challenger; challenged_own likewise. A duel of two who became one counts for nobody';

CREATE TABLE quiz.joined_aside (
    workspace quiz.external_id,
    kind      text   CHECK (kind IN ('report', 'away', 'reminder')),
    given_by  bigint,
    body      jsonb,
    PRIMARY KEY (workspace, kind, given_by, body)
);
CREATE INDEX joined_aside_given_by ON quiz.joined_aside (given_by);
COMMENT ON TABLE  quiz.joined_aside IS 'Rows of other tables that give way to the same row of another identity of their player, until it leaves';
COMMENT ON COLUMN quiz.joined_aside.kind IS 'The table';

-- Whether anything of a workspace refers to a player.
CREATE FUNCTION quiz.plays(workspace text, player bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM quiz.answer a   WHERE a.workspace = $1 AND a.player = $2)
        OR EXISTS (SELECT FROM quiz.round r    WHERE r.workspace = $1 AND r.player = $2)
        OR EXISTS (SELECT FROM quiz.duel d     WHERE d.workspace = $1 AND d.challenger = $2)
        OR EXISTS (SELECT FROM quiz.duel d     WHERE d.workspace = $1 AND d.challenged = $2)
        OR EXISTS (SELECT FROM quiz.report r   WHERE r.workspace = $1 AND r.player = $2)
        OR EXISTS (SELECT FROM quiz.away w     WHERE w.workspace = $1 AND w.player = $2)
        OR EXISTS (SELECT FROM quiz.reminder m WHERE m.workspace = $1 AND m.player = $2)
$$;


CREATE TABLE quiz.link_code (
    home         quiz.external_id,
    user_id      quiz.external_id,
    code         bytea NOT NULL UNIQUE CHECK (length(code) = 32),
    name         text  NOT NULL CHECK (char_length(name) BETWEEN 1 AND 80),
    expires_at   timestamptz NOT NULL,
    offered_home quiz.external_id,
    offered_user quiz.external_id,
    PRIMARY KEY (home, user_id),
    CHECK ((offered_home IS NULL) = (offered_user IS NULL))
);
CREATE INDEX link_code_expires ON quiz.link_code (expires_at);
COMMENT ON TABLE  quiz.link_code IS 'Somebody wants to join their identity with another: who has the code may. One for each identity; it works once';
COMMENT ON COLUMN quiz.link_code.code         IS 'SHA-256 of it';
COMMENT ON COLUMN quiz.link_code.offered_home IS 'With offered_user, the identity that has typed the code last, was told what happens, and may now do it';

CREATE TABLE quiz.series_code (
    workspace  quiz.external_id,
    series     bigint,
    code       bytea NOT NULL UNIQUE CHECK (length(code) = 32),
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (workspace, series),
    FOREIGN KEY (workspace, series) REFERENCES quiz.series
);
COMMENT ON TABLE  quiz.series_code IS 'An admin shares a series: an admin of another workspace who has the code may post it in a channel there. It works once';
COMMENT ON COLUMN quiz.series_code.code IS 'SHA-256 of it';

CREATE TABLE quiz.code_try (
    home    quiz.external_id,
    user_id quiz.external_id,
    since   timestamptz NOT NULL,
    wrong   smallint    NOT NULL,
    PRIMARY KEY (home, user_id)
);
CREATE INDEX code_try_since ON quiz.code_try (since);
COMMENT ON TABLE quiz.code_try IS 'How many wrong codes somebody has typed since a time; an hour later they may go on';

ALTER TABLE quiz.series_channel
    ADD COLUMN paused     boolean NOT NULL DEFAULT false,
    ADD COLUMN added_home quiz.external_id,
    ADD COLUMN added_by   quiz.external_id,
    ADD CONSTRAINT series_channel_added CHECK (added_home IS NOT NULL OR added_by IS NULL);
COMMENT ON COLUMN quiz.series_channel.added_home IS 'With added_by, the admin of another workspace who added this channel of it; added_by is NULL when they are forgotten';
COMMENT ON COLUMN quiz.series_channel.paused IS 'The admins of a workspace that shares in the series have paused it there';
CREATE INDEX series_channel_added ON quiz.series_channel (added_home) WHERE added_home IS NOT NULL;
