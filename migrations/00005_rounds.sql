-- +goose Up
-- What a series can say about its rounds; rounds for one person alone; seasons. Every column has a default, so that bots of
-- the release before, which do not know them, may run beside newer ones for a while.

alter table quiz.series
    add column skipped    date[]   not null default '{}' check (cardinality(skipped) <= 100),
    add column difficulty smallint not null default 0 check (difficulty between 0 and 3),
    add column reveal     boolean  not null default false,
    add column speed      boolean  not null default false,
    -- Who is told at once whether they were right could otherwise try until they are.
    add constraint series_reveal check (not (reveal and changeable));
comment on column quiz.series.skipped    is 'Days of its calendar without a round: holidays';
comment on column quiz.series.difficulty is 'Of all its questions; 0 for any';
comment on column quiz.series.reveal     is 'Each answer is graded at once; otherwise all are when the round closes';
comment on column quiz.series.speed      is 'A right answer counts a little more the earlier it is given';

create table quiz.season (
    workspace quiz.external_id,
    id        bigint      generated always as identity,
    name      text        not null check (char_length(name) between 1 and 40),
    opened_at timestamptz not null,
    opened_by text        not null,
    closed_at timestamptz check (closed_at >= opened_at),
    closed_by text,
    primary key (workspace, id),
    check ((closed_at is null) = (closed_by is null))
);
create unique index season_name on quiz.season (workspace, lower(name));
create unique index season_open on quiz.season (workspace) where closed_at is null;
comment on table quiz.season is 'A time that admins open and close, with boards of its own';

alter table quiz.round
    drop constraint round_kind_check,
    add constraint round_kind_check check (kind in ('series', 'ask', 'duel', 'practice', 'review', 'mock')),
    add column player bigint,
    add column day    date    not null default (now() at time zone 'UTC')::date,
    add column season bigint,
    add column speed  boolean not null default false,
    add constraint round_player check ((player is not null) = (kind in ('practice', 'review', 'mock'))),
    add foreign key (workspace, player) references quiz.player,
    add foreign key (workspace, season) references quiz.season;
create index round_player on quiz.round (workspace, player, opens_at) where player is not null;
comment on column quiz.round.player is 'Whose it is, when it is for one person alone';
comment on column quiz.round.day    is 'Whose boards it counts for: the date of its opening in the zone that was its series'' or its channel''s then. It never changes';
comment on column quiz.round.season is 'The one that was open when it opened';
comment on column quiz.round.speed  is 'As its series said when it opened';

update quiz.round r
set day = (r.opens_at at time zone coalesce(
    (select s.zone from quiz.series s where s.workspace = r.workspace and s.id = r.series),
    (select s.zone from quiz.series s
     left join quiz.series_channel c on c.workspace = s.workspace and c.series = s.id
        and c.channel = substr(r.scope, length('channel/') + 1)
     where s.workspace = r.workspace
     order by c.channel is null, s.removed_at is not null, s.id
     limit 1),
    'UTC'))::date;

alter table quiz.round_question
    drop constraint round_question_position_check,
    add constraint round_question_position_check check (position between 0 and 59),
    add column voided_at timestamptz;
comment on column quiz.round_question.voided_at is 'Taken back then: no answer to it counts, neither as a point nor as an answer';

-- Repetition and statistics look at all that a player answered, in whichever workspace.
create index player_everywhere on quiz.player (id);
