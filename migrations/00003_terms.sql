-- +goose Up
alter table kb.entry
    add column phrases    text[] not null default '{}',
    add column competency text   not null default '',
    add column source_url text   not null default '',
    drop constraint entry_pkey,
    add primary key (workspace, source, slug);

comment on table kb.entry is 'One entry of the glossary from one source in one workspace.';
comment on column kb.entry.slug is 'The name that never changes. What a workspace wrote itself is shown instead of a built-in entry of the same slug; what it imported from a file is shown beneath it.';
comment on column kb.entry.source is 'Where the text is from: empty when it was written in this workspace, ckadbot for the built-in glossary, else the file or the site it was imported from.';
comment on column kb.entry.source_url is 'The page that it was imported from, to be linked with the licence.';
comment on column kb.entry.phrases is 'How people describe the thing when its name escapes them. Searched, never shown.';
comment on column kb.entry.competency is 'The line of the exam''s curriculum that asks for it.';
