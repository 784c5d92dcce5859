alter table channels
    add column slow_mode_seconds integer not null default 0,
    add column user_limit integer not null default 0;

alter table members
    add column nickname text,
    add column timeout_until timestamptz,
    add column server_mute boolean not null default false,
    add column server_deaf boolean not null default false;

create table bans (
    server_id uuid not null,
    user_id uuid not null,
    moderator_id uuid not null,
    reason text,
    created_at timestamptz not null,
    primary key (server_id, user_id)
);

-- What is imposed on people who have left: it holds again when they are back.
create table sanctions (
    server_id uuid not null,
    user_id uuid not null,
    timeout_until timestamptz,
    server_mute boolean not null,
    server_deaf boolean not null,
    primary key (server_id, user_id)
);

create table audit_log (
    -- Made of the event's time and position: ascends with them.
    id uuid primary key,
    server_id uuid not null,
    actor_id uuid not null,
    action text collate "C" not null,
    target_id uuid,
    changes jsonb not null,
    reason text,
    created_at timestamptz not null
);

create index audit_log_page on audit_log (server_id, id);
create index audit_log_actor on audit_log (server_id, actor_id, id);
create index audit_log_action on audit_log (server_id, action, id);

-- How far work that follows events has come.
create table reactors (
    name text collate "C" primary key,
    position bigint not null
);

create index journal_bans on journal (position) where manifest = 'server.member_banned.v1';
