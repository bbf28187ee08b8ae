-- +goose Up
-- The access that Slack workspaces gave us.

create table chat.installation (
    enterprise_id    text        not null,
    team_id          text        not null,
    key_id           text        not null,
    token            bytea       not null,
    refresh          bytea,
    expires_at       timestamptz,
    bot_user         text        not null,
    installer        text        not null,
    version          bigint      not null default 1,
    installed_at     timestamptz not null default now(),
    refreshing_until timestamptz,
    primary key (enterprise_id, team_id),
    check (enterprise_id <> '' or team_id <> ''),
    check (length(enterprise_id) <= 64 and length(team_id) <= 64 and length(key_id) <= 64 and length(bot_user) <= 64 and length(installer) <= 64),
    check ((refresh is null) = (expires_at is null))
);
create unique index installation_team on chat.installation (team_id) where team_id <> '';
comment on table  chat.installation is 'The token for each Slack workspace, or for all workspaces of an enterprise';
comment on column chat.installation.enterprise_id is 'Empty for a workspace of no enterprise';
comment on column chat.installation.team_id is 'Empty for all workspaces of the enterprise';
comment on column chat.installation.key_id is 'Of SECRET_KEYS, by which token and refresh are encrypted (AES-256-GCM, with this row''s key and the column''s name as additional data)';
comment on column chat.installation.bot_user is 'Who the bot is in that workspace; empty if Slack did not say';
comment on column chat.installation.refresh is 'For a token that expires: it works once, and gives the next of both';
comment on column chat.installation.version is 'Grows with each change of the tokens, also of a row that was removed and is there again, so that nobody changes or deletes newer ones than they know';
comment on column chat.installation.refreshing_until is 'One bot is getting new tokens; no other does until then';

-- An event tells a workspace's enterprise; a channel that we post in does not.
create table chat.enterprise_team (
    team_id       text primary key check (length(team_id) between 1 and 64),
    enterprise_id text not null    check (length(enterprise_id) between 1 and 64)
);
comment on table chat.enterprise_team is 'Workspaces that were seen to belong to an enterprise which installed the bot for all of its workspaces';

create table chat.install_state (
    state      bytea       primary key check (length(state) = 32),
    browser    bytea       not null    check (length(browser) = 32),
    expires_at timestamptz not null
);
create index install_state_expires on chat.install_state (expires_at);
comment on table  chat.install_state is 'States that an installation has come of, as long as they would be good: each works once';
comment on column chat.install_state.state is 'SHA-256 of what the address carries';
comment on column chat.install_state.browser is 'SHA-256 of the cookie of the browser that it was given to';
