-- +goose Up
-- What people and workspaces decide about what is kept of them: who is hidden, who has left, how long answers are kept, and what
-- remains of answers whose people are forgotten: counts. Every column has a default, so that bots of the release before may run
-- beside newer ones for a while.

alter table quiz.identity
    add column hidden boolean not null default false;
comment on column quiz.identity.hidden is 'Whoever has one such identity is shown to nobody else, in no workspace';

alter table quiz.player
    add column hidden   boolean     not null default false,
    add column left_at  timestamptz,
    add column asked_at timestamptz;
create index player_shy on quiz.player (workspace) where hidden or left_at is not null;
comment on column quiz.player.hidden   is 'That one of their identities is hidden; kept by triggers';
comment on column quiz.player.left_at  is 'When the platform said that they are not in the workspace any more; NULL since they acted again';
comment on column quiz.player.asked_at is 'When the platform was last asked about that';

-- +goose StatementBegin
create function quiz.hide_new_player() returns trigger language plpgsql as $$
begin
    new.hidden := exists (select from quiz.identity where player = new.id and hidden);
    return new;
end
$$;
-- +goose StatementEnd
create trigger hide_new_player before insert on quiz.player for each row execute function quiz.hide_new_player();

-- Identities move between players, and then hide them or show them.
-- +goose StatementBegin
create function quiz.hide_players() returns trigger language plpgsql as $$
begin
    update quiz.player p set hidden = not p.hidden
    where p.id in (old.player, new.player)
    and p.hidden <> exists (select from quiz.identity i where i.player = p.id and i.hidden);
    return null;
end
$$;
-- +goose StatementEnd
create trigger hide_players after update of player, hidden on quiz.identity for each row execute function quiz.hide_players();


create table quiz.past_answer (
    workspace quiz.external_id,
    round     bigint,
    position  smallint,
    choice    smallint not null,
    answers   integer  not null check (answers > 0),
    primary key (workspace, round, position, choice),
    foreign key (workspace, round, position) references quiz.round_question
);
comment on table quiz.past_answer is 'How many answers of people who are forgotten took a choice, as quiz.answer has it. Nobody knows whose they were';

create table quiz.past_player (
    workspace quiz.external_id,
    round     bigint,
    points    integer,
    players   integer not null check (players > 0),
    primary key (workspace, round, points),
    foreign key (workspace, round) references quiz.round
);
comment on table  quiz.past_player is 'How many people who are forgotten had that many points in a round, so that the others keep their ranks in it';
comment on column quiz.past_player.points is 'In tenths, when they were forgotten: later corrections change them no more';

alter table quiz.report
    alter column player drop not null,
    alter column round  drop not null;
comment on column quiz.report.player is 'NULL: whoever said it is forgotten';

alter table quiz.duel
    alter column challenger drop not null,
    alter column challenged drop not null,
    add column gone_rights smallint;
comment on column quiz.duel.challenger  is 'NULL: they are forgotten; challenged likewise';
comment on column quiz.duel.gone_rights is 'How many right answers the one had who is forgotten';


create table quiz.workspace (
    workspace quiz.external_id primary key,
    retention smallint    check (retention between 3 and 60),
    left_at   timestamptz
);
create index workspace_left on quiz.workspace (left_at) where left_at is not null;
comment on table  quiz.workspace is 'What is special about a workspace; most have no row';
comment on column quiz.workspace.retention is 'After how many months answers become counts; NULL for never';
comment on column quiz.workspace.left_at   is 'When the bot was removed from it: nothing happens there since then, and thirty days later its data is deleted';
