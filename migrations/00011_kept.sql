-- +goose Up
-- Boards are kept as long as somebody can ask for them: today, yesterday, this week and the last one, this month and the last
-- one. Somewhere on earth it is still the day before; so there are three days, and up to three weeks and months at times.
-- What is kept no longer is deleted by the bots, bit by bit.

-- +goose StatementBegin
CREATE OR REPLACE FUNCTION quiz.kept(span text, start date, today date)
RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE span
        WHEN 'day'   THEN start >= today - 2
        WHEN 'week'  THEN start >= (date_trunc('week',  (today - 1)::timestamp) - interval '1 week')::date
        WHEN 'month' THEN start >= (date_trunc('month', (today - 1)::timestamp) - interval '1 month')::date
        ELSE true
    END
$$;
-- +goose StatementEnd

-- The order of boards again, without the workspace, which the board implies: comparing it first made each entry a third dearer.
DROP INDEX quiz.score_order;
CREATE INDEX score_order ON quiz.score (board, (-points), answers, player) WHERE answers > 0;
