-- +goose Up
-- Who is away: quiz days that they miss meanwhile end no streak.

create table quiz.away (
    workspace quiz.external_id,
    player    bigint,
    starts    date        not null,
    ends      date        not null,
    said_at   timestamptz not null,
    primary key (workspace, player, starts),
    foreign key (workspace, player) references quiz.player,
    check (ends between starts and starts + 61)
);
comment on table  quiz.away is 'Days on which a player said they would not play';
comment on column quiz.away.starts  is 'The day on which they said so; both are days of the workspace''s calendar, and the last one is within';
comment on column quiz.away.said_at is 'A round that had closed by then was missed, not excused';
