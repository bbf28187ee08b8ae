-- +goose Up
-- Kinds of questions beside one choice: several choices, true or false, a typed answer, steps in order. Whatever the kind,
-- an answer stays one number, answer.choice, and is right if it is round_question.key.

alter table quiz.round_question
    drop column choices, -- and with it the check that the key is one of them; a typed answer has none
    add column choices smallint not null generated always as (
        case jsonb_typeof(body -> 'Choices') when 'array' then jsonb_array_length(body -> 'Choices') else 0 end) stored,
    add column kind text not null generated always as (coalesce(body ->> 'Kind', '')) stored
        check (kind in ('', 'several', 'true-false', 'typed', 'order')),
    add column beyond smallint not null generated always as (
        case body ->> 'Kind'
            when 'several' then 1 << jsonb_array_length(body -> 'Choices')
            when 'order'   then (array[1, 2, 6, 24, 120])[jsonb_array_length(body -> 'Choices')]
            when 'typed'   then 2
            else jsonb_array_length(body -> 'Choices')
        end) stored,
    add column accepted text[] check (cardinality(accepted) between 1 and 10),
    add constraint round_question_key check (key >= 0 and key < beyond),
    add constraint round_question_accepted check ((kind = 'typed') = (accepted is not null) and not body ? 'Answers');
comment on column quiz.round_question.choices  is 'For bots of the release before there were kinds: they may run beside newer ones for a while';
comment on column quiz.round_question.kind     is 'How it is answered, and what the numbers in key and answer.choice mean; empty for one choice';
comment on column quiz.round_question.beyond   is 'The number after the greatest that an answer can be';
comment on column quiz.round_question.accepted is 'What is right for a typed answer; a correction changes it, and with it answer.choice of those who typed';
comment on column quiz.round_question.key      is 'The right choice; a correction changes it, and with it everybody''s points';

alter table quiz.answer
    add column typed text check (char_length(typed) between 1 and 200);
comment on column quiz.answer.choice is 'In the order shown: an index, or a bit for each of several, or the rank of an order, or 1 for typed and accepted';
comment on column quiz.answer.typed  is 'What was typed, if the question asks for that';

-- Reading ten thousand questions for each round would take longer than all else: processes keep a copy and compare its version.
create table quiz.bank (
    version bigint not null
);
create unique index bank_has_one_row on quiz.bank ((true));
insert into quiz.bank values (1);
comment on table quiz.bank is 'One row: a number that grows with every change of quiz.question, also by psql';

-- +goose StatementBegin
create function quiz.bank_changed() returns trigger language plpgsql as $$
begin
    update quiz.bank set version = version + 1;
    return null;
end
$$;
-- +goose StatementEnd
create trigger bank_changed after insert or update or delete or truncate on quiz.question
    for each statement execute function quiz.bank_changed();
