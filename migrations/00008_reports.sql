-- +goose Up
-- What people say is wrong with questions, and what the admins of a workspace do about it. The bank is shared by all workspaces
-- of an installation: what is decided here is laid over it for one workspace. Bots of the release before know nothing of it and
-- may run beside newer ones; until they are gone, they ask what the bank has.

create table quiz.report (
    workspace   quiz.external_id,
    id          bigint      generated always as identity,
    question    text        not null check (question ~ '^[a-z0-9-]{1,60}$'),
    player      bigint      not null,
    round       bigint      not null,
    said        text        not null check (char_length(said) <= 500),
    reported_at timestamptz not null,
    decided_at  timestamptz,
    decided_by  text,
    primary key (workspace, id),
    foreign key (workspace, player) references quiz.player,
    foreign key (workspace, round, question) references quiz.round_question (workspace, round, question),
    check ((decided_at is null) = (decided_by is null))
);
create unique index report_open on quiz.report (workspace, question, player) where decided_at is null;
comment on table  quiz.report is 'Somebody says that something is wrong with a question. It is open until an admin decides about the question';
comment on column quiz.report.round is 'Where they met the question last: letters that they speak of are those shown there';
comment on column quiz.report.said  is 'What is wrong, in their words; may be empty';

create table quiz.question_edit (
    workspace quiz.external_id,
    question  text        check (question ~ '^[a-z0-9-]{1,60}$'),
    rev       integer     check (rev >= 1),
    act       text        not null check (act in ('edit', 'retire', 'restore', 'void', 'bank')),
    content   jsonb       check (content ->> 'ID' = question),
    retired   boolean     not null,
    base      text        not null,
    round     bigint      check (round is null or act = 'void'),
    by_name   text        not null check (char_length(by_name) <= 80),
    at        timestamptz not null,
    why       text        not null check (char_length(why) <= 500),
    answers   integer     not null check (answers >= 0),
    players   integer     not null check (players >= 0),
    primary key (workspace, question, rev)
);
comment on table  quiz.question_edit is 'What a workspace has decided about questions: the latest row of a question is in force, all of them are its history';
comment on column quiz.question_edit.act     is 'What was done. bank: nobody here did anything, but the bank corrected the key and past answers were graded again';
comment on column quiz.question_edit.content is 'A quiz.Question that is asked in place of the bank''s; NULL for the bank''s';
comment on column quiz.question_edit.retired is 'Not asked in this workspace';
comment on column quiz.question_edit.base    is 'md5 of the bank''s content then: whether the bank has changed since';
comment on column quiz.question_edit.round   is 'The one in which the question was voided; NULL for all there were';
comment on column quiz.question_edit.answers is 'Past answers whose worth it changed, and of how many players';

-- A bot's copy of the bank holds the edits, too.
create trigger bank_changed after insert or update or delete or truncate on quiz.question_edit
    for each statement execute function quiz.bank_changed();

-- Where a question was asked.
create index round_question_question on quiz.round_question (question, workspace);

-- Until when a question is open somewhere in a workspace, NULL if it is not: until then nobody is told what is right.
create function quiz.open_until(workspace text, question text, now timestamptz)
returns timestamptz language sql stable as $$
    select max(r.closes_at)
    from quiz.round_question q
    join quiz.round r on r.workspace = q.workspace and r.id = q.round
    where q.workspace = $1 and q.question = $2 and r.closes_at > $3
$$;
