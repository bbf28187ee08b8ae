-- +goose Up
create schema kb;
comment on schema kb is 'The glossary: what things mean. Owned by package kb; nothing outside it joins these tables.';

create sequence kb.rev;
comment on sequence kb.rev is 'Numbers every edit of kb.entry. Edits are serialised (kb.lock_edits), so numbers become visible in their order.';

create table kb.entry (
    workspace  text        not null check (length(workspace) <= 200),
    slug       text        not null check (slug ~ '^[a-z0-9-]{1,60}$'),
    rev        bigint      not null,
    deleted    boolean     not null default false,
    term       text        not null check (length(term) between 1 and 75),
    aliases    text[]      not null default '{}',
    short      text[]      not null default '{}',
    kind       text        not null default '',
    definition text        not null check (length(definition) between 1 and 4000),
    details    text        not null default '',
    example    text        not null default '',
    tip        text        not null default '',
    related    text[]      not null default '{}',
    confusable jsonb       not null default '{}',
    doc        text        not null default '',
    category   text        not null default '',
    domain     text        not null default '',
    verified   text        not null default '',
    since      text        not null default '',
    until      text        not null default '',
    changed    text        not null default '',
    source     text        not null default '',
    licence    text        not null default '',
    changed_by text        not null,
    changed_at timestamptz not null default now(),
    primary key (workspace, slug)
);
create index entry_rev on kb.entry (rev);

comment on table kb.entry is 'One entry of the glossary in one workspace.';
comment on column kb.entry.workspace is 'Who sees it: empty for the built-in glossary, * for everybody in this installation, else one workspace such as slack/T1.';
comment on column kb.entry.slug is 'The name that never changes. A workspace''s entry with the slug of a built-in one is a note shown beneath it.';
comment on column kb.entry.rev is 'Set by a trigger at every edit. A reader asks for the rows above the highest rev it has seen.';
comment on column kb.entry.deleted is 'A tombstone: rows are never removed, or readers would not learn of it.';
comment on column kb.entry.term is 'The name as shown.';
comment on column kb.entry.aliases is 'Other names: abbreviations, old names, usual misspellings.';
comment on column kb.entry.short is 'The aliases that kubectl accepts as short names.';
comment on column kb.entry.kind is 'The API kind, empty when it is none.';
comment on column kb.entry.confusable is 'Slug of an entry that people mix up with this one, and the difference in one line.';
comment on column kb.entry.doc is 'Path below https://kubernetes.io.';
comment on column kb.entry.verified is 'The Kubernetes version for which the text was checked.';
comment on column kb.entry.since is 'The version that brought it.';
comment on column kb.entry.until is 'The version that removed it.';
comment on column kb.entry.changed is 'What changed, and in which version.';
comment on column kb.entry.source is 'Where the text is from; the file''s name for imported entries.';
comment on column kb.entry.changed_by is 'Who made the last edit, in words.';

create table kb.builtin (
    content    text        primary key,
    applied_at timestamptz not null default now()
);
comment on table kb.builtin is 'Every version of the built-in glossary that this database has seen, by hash. Each is applied once, by the first bot that brings it, so an older bot that starts again beside a newer one changes nothing.';

-- Edits wait for each other until commit. Without this, rev 5 could become visible after rev 6, and a reader that has seen 6 would never ask for 5.
-- +goose StatementBegin
create function kb.lock_edits() returns void language sql as $$
    select pg_advisory_xact_lock(hashtextextended('kb.entry', 0))
$$;
-- +goose StatementEnd

-- +goose StatementBegin
create function kb.before_edit() returns trigger language plpgsql as $$
begin
    perform kb.lock_edits();
    return null;
end
$$;
-- +goose StatementEnd

-- +goose StatementBegin
create function kb.number_edit() returns trigger language plpgsql as $$
begin
    new.rev := nextval('kb.rev');
    new.changed_at := now();
    return new;
end
$$;
-- +goose StatementEnd

-- The notification carries nothing: PostgreSQL folds equal ones of a transaction into one, and readers ask for what is new anyway.
-- +goose StatementBegin
create function kb.after_edit() returns trigger language plpgsql as $$
begin
    perform pg_notify('kb', '');
    return null;
end
$$;
-- +goose StatementEnd

create trigger before_edit before insert or update on kb.entry for each statement execute function kb.before_edit();
create trigger number_edit before insert or update on kb.entry for each row execute function kb.number_edit();
create trigger after_edit after insert or update on kb.entry for each statement execute function kb.after_edit();
