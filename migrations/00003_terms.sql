-- +goose Up
alter table kb.entry
    add column phrases    text[] not null default '{}',
    add column competency text   not null default '',
    add column source_url text   not null default '';
update kb.entry set source = 'ckadbot' where workspace = '';
alter table kb.entry
    drop constraint entry_pkey,
    add primary key (workspace, source, slug);

comment on table kb.entry is 'One entry of the glossary from one source in one workspace.';
comment on column kb.entry.slug is 'The name that never changes. What a workspace wrote itself is shown instead of a built-in entry of the same slug; what it imported from a file is shown beneath it.';
comment on column kb.entry.source is 'Where the text is from: empty when it was written in this workspace, ckadbot for the built-in glossary, else the file or the site it was imported from.';
comment on column kb.entry.source_url is 'The page that it was imported from, to be linked with the licence.';
comment on column kb.entry.phrases is 'How people describe the thing when its name escapes them. Searched, never shown.';
comment on column kb.entry.competency is 'The line of the exam''s curriculum that asks for it.';

-- The columns of both tables stay the same, in the same order: a migration that adds one to kb.entry adds it here.
create table kb.history (
    like kb.entry including defaults,
    primary key (workspace, slug, rev)
);
comment on table kb.history is 'Every version of every entry but the built-in ones, kept for ever. Written by triggers, so that imports and edits by psql are in it, too.';

insert into kb.history select * from kb.entry where workspace <> '';

-- Once for a statement, not for each row: an import writes thousands with one.
-- +goose StatementBegin
create function kb.keep_history() returns trigger language plpgsql as $$
begin
    insert into kb.history select * from changed where workspace <> '';
    return null;
end
$$;
-- +goose StatementEnd

create trigger keep_inserted after insert on kb.entry referencing new table as changed for each statement execute function kb.keep_history();
create trigger keep_updated after update on kb.entry referencing new table as changed for each statement execute function kb.keep_history();

create table kb.suggestion (
    workspace  text        not null check (length(workspace) between 1 and 200),
    id         bigint      generated always as identity,
    state      text        not null default 'open' check (state in ('open', 'accepted', 'declined')),
    by_name    text        not null,
    by_id      text        not null,
    at         timestamptz not null default now(),
    base       bigint      not null,
    entry      jsonb       not null,
    why        text        not null default '',
    decided_by text        not null default '',
    decided_at timestamptz,
    primary key (workspace, id),
    check ((state = 'open') = (decided_at is null))
);
create index suggestion_open on kb.suggestion (workspace, by_id) where state = 'open';

comment on table kb.suggestion is 'What somebody who may not edit would like the glossary of their workspace to say.';
comment on column kb.suggestion.by_id is 'Who suggested it, as the platform numbers people; by_name is for showing.';
comment on column kb.suggestion.base is 'The rev of the entry that it corrects, as it was then; 0 for a new term.';
comment on column kb.suggestion.entry is 'The fields of the entry that were filled in.';
