alter table users
    add column display_name text,
    add column about text;

create table user_settings (
    user_id uuid primary key,
    settings jsonb not null
);

-- One row for two people: what each of them has with the other.
create table relationships (
    low_id uuid not null,
    high_id uuid not null,
    low_type smallint,
    low_since timestamptz,
    high_type smallint,
    high_since timestamptz,
    primary key (low_id, high_id)
);

create table private_channels (
    id uuid primary key,
    type smallint not null,
    name text,
    owner_id uuid not null,
    member_ids uuid[] not null,
    closed_for uuid[] not null,
    created_at timestamptz not null
);

alter table messages
    alter column server_id drop not null,
    add column type smallint not null default 0,
    add column reply_to uuid,
    add column pinned_at timestamptz,
    -- Where the journal holds its text, for the day it is removed for good.
    add column position bigint;

update messages m set position = j.position
from (
    select position, (convert_from(payload, 'UTF8')::jsonb #>> '{message,id}')::uuid as id, (convert_from(payload, 'UTF8')::jsonb ->> 'channel_id')::uuid as channel_id
    from journal where manifest = 'channel.message_posted.v1'
) j
where m.channel_id = j.channel_id and m.id = j.id;

alter table messages alter column position set not null;

create index messages_pins on messages (channel_id, pinned_at) where pinned_at is not null;
create index messages_deleted on messages (deleted_at) where deleted_at is not null;

-- Edits hold text too.
create table message_edits (
    channel_id uuid not null,
    message_id uuid not null,
    position bigint not null,
    primary key (channel_id, message_id, position)
);

insert into message_edits (channel_id, message_id, position)
select (convert_from(payload, 'UTF8')::jsonb ->> 'channel_id')::uuid, (convert_from(payload, 'UTF8')::jsonb #>> '{message,id}')::uuid, position
from journal where manifest = 'channel.message_edited.v1';

create table reactions (
    channel_id uuid not null,
    message_id uuid not null,
    emoji text collate "C" not null,
    user_id uuid not null,
    position bigint not null,
    primary key (channel_id, message_id, emoji, user_id)
);

-- Who joined before this version is not announced after it.
insert into reactors (name, position) select 'welcome', coalesce(max(position), 0) from journal;

create index journal_joins on journal (position) where manifest = 'server.member_joined.v1';
create index journal_erasures on journal (position) where manifest = 'channel.messages_erased.v1';
