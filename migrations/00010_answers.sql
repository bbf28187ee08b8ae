-- +goose Up
-- Checking that the question and the post of an answer are there took a third of the time of storing it, although the statement
-- that stores answers reads both and stores nothing that has none: see answersSQL in Go; so did that of the release before. What
-- is left of these two references is their other half: nobody takes a question or a post away that answers refer to.

ALTER TABLE quiz.answer
    DROP CONSTRAINT answer_workspace_round_position_fkey,
    DROP CONSTRAINT answer_workspace_round_channel_fkey;

-- +goose StatementBegin
CREATE FUNCTION quiz.keep_answered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Whoever stores an answer holds the round until they commit.
    PERFORM FROM quiz.round WHERE workspace = old.workspace AND id = old.round FOR UPDATE;
    IF EXISTS (SELECT FROM quiz.answer WHERE workspace = old.workspace AND round = old.round) THEN
        RAISE foreign_key_violation USING MESSAGE = format('round %s has answers: its questions and posts stay', old.round);
    END IF;
    RETURN coalesce(new, old);
END
$$;
-- +goose StatementEnd
CREATE TRIGGER keep_answered BEFORE DELETE OR UPDATE OF workspace, round, position ON quiz.round_question
    FOR EACH ROW EXECUTE FUNCTION quiz.keep_answered();
CREATE TRIGGER keep_answered BEFORE DELETE OR UPDATE OF workspace, round, channel ON quiz.post
    FOR EACH ROW EXECUTE FUNCTION quiz.keep_answered();

-- What a review needs of the questions that somebody has answered, without the pages that hold their texts.
CREATE INDEX round_question_key ON quiz.round_question (workspace, round, position) INCLUDE (question, key) WHERE voided_at IS NULL;
