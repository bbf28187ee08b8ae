-- +goose Up
-- What the bot says outside of rounds: to a channel, or to one person. And who wants to be reminded.

create table quiz.notice (
    workspace      quiz.external_id,
    id             bigint      generated always as identity,
    kind           text        not null check (kind <> ''),
    channel        quiz.external_id,
    home           quiz.external_id,
    user_id        quiz.external_id,
    platform       text        not null generated always as (split_part(coalesce(channel::text, home::text), '/', 1)) stored,
    body           jsonb       not null,
    dedupe         text        not null check (dedupe <> ''),
    next_at        timestamptz not null,
    expires_at     timestamptz not null,
    attempts       integer     not null default 0,
    lease_owner    uuid,
    lease_until    timestamptz,
    first_tried_at timestamptz,
    posted_at      timestamptz,
    finished_at    timestamptz,
    problem        text,
    primary key (workspace, id),
    unique (workspace, dedupe),
    check ((channel is null) = (home is not null)),
    check ((home is null) = (user_id is null)),
    check ((lease_owner is null) = (lease_until is null))
)
with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
create index notice_due on quiz.notice (next_at) where finished_at is null;
comment on table  quiz.notice is 'The outbox for what is not a round: said once, to a channel or to one person, then finished';
comment on column quiz.notice.kind           is 'What it is about, and how body is to be read';
comment on column quiz.notice.channel        is 'Where it is said; NULL for one person';
comment on column quiz.notice.home           is 'With user_id, to whom it is said: a row of quiz.identity; NULL for a channel';
comment on column quiz.notice.dedupe         is 'What makes it happen once: whoever queues the same again changes nothing';
comment on column quiz.notice.next_at        is 'Not said before that; later, when to try again';
comment on column quiz.notice.expires_at     is 'From then on it is no news any more, and not said';
comment on column quiz.notice.lease_owner    is 'One claim of one engine: whoever has lost it may not report a failure any more';
comment on column quiz.notice.first_tried_at is 'If set while posted_at is not, it may have been said without our knowing';
comment on column quiz.notice.finished_at    is 'Nothing is left to do, because it is said or because it was given up';
comment on column quiz.notice.problem        is 'Why the last attempt failed, or why there was none';

create table quiz.reminder (
    workspace quiz.external_id,
    series    bigint,
    player    bigint,
    home      quiz.external_id not null,
    user_id   quiz.external_id not null,
    channel   quiz.external_id not null,
    primary key (workspace, series, player),
    foreign key (workspace, series) references quiz.series,
    foreign key (workspace, player) references quiz.player,
    foreign key (home, user_id)     references quiz.identity
);
create index reminder_user on quiz.reminder (home, user_id);
comment on table  quiz.reminder is 'Who wants to be reminded of a series'' rounds: one row for each who asked for it';
comment on column quiz.reminder.home    is 'With user_id, the identity that asked and is written to';
comment on column quiz.reminder.channel is 'Where they asked: that is where they find the round';
