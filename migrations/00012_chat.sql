-- +goose Up
-- What the adapters of the chat platforms keep for all bots of an installation.

create schema chat;
comment on schema chat is 'Deliveries and access of chat platforms';

-- Not logged: a platform delivers again within minutes, so what was delivered before the database crashed is of no use after
-- it, and a claim that waits for no disk takes little of the three seconds that a platform waits.
create unlogged table chat.delivery (
    key uuid        primary key,
    at  timestamptz not null default now()
);
create index delivery_at on chat.delivery (at);
comment on table  chat.delivery is 'What platforms delivered and some bot took on. A row is kept for a day';
comment on column chat.delivery.key is 'The first half of the SHA-256 of the delivery''s name: such names open forms, and are no business of who reads the table';
