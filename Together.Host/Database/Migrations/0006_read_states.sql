-- Whom a message names: a user, a role, or for @everyone the server, whose ID that role has too. One row each, never one per
-- member. Folded from the journal like the messages; an edit takes away whom it no longer names and adds nobody.
create table mentions (
    target uuid not null,
    channel_id uuid not null,
    message_id uuid not null,
    author_id uuid not null,
    server_id uuid,
    -- Of the event: a client is told a number as of one position of the log.
    position bigint not null,
    primary key (target, channel_id, message_id)
);

create index mentions_message on mentions (channel_id, message_id);
create index mentions_server on mentions (server_id);

-- What a user has read: the newest mark alone counts, so it is no event.
create table read_states (
    user_id uuid not null,
    channel_id uuid not null,
    last_read_message_id uuid,
    primary key (user_id, channel_id)
);

-- The mentions of what is there already, from the events, since the messages no longer tell which an edit has added.
with versions as materialized (
    select position, manifest, convert_from(payload, 'UTF8')::json -> 'message' as message
    from journal
    where manifest = 'channel.message_edited.v1' or (manifest = 'channel.message_posted.v1' and position('\x40'::bytea in payload) > 0)
),
named as materialized (
    select v.position, v.manifest, (v.message ->> 'id')::uuid as id, (v.message ->> 'channel_id')::uuid as channel_id, t.target
    from versions v
    cross join lateral (
        select value::uuid from json_array_elements_text(v.message -> 'mention_ids')
        union select value::uuid from json_array_elements_text(v.message -> 'mention_role_ids')
        union select (v.message ->> 'server_id')::uuid where (v.message ->> 'mention_everyone')::boolean
    ) as t(target)
)
insert into mentions (target, channel_id, message_id, author_id, server_id, position)
select n.target, m.channel_id, m.id, m.author_id, m.server_id, n.position
from named n
join messages m on m.channel_id = n.channel_id and m.id = n.id and m.deleted_at is null
join channels c on c.id = m.channel_id
where n.manifest = 'channel.message_posted.v1'
    and not exists (
        select from versions e
        where e.manifest = 'channel.message_edited.v1' and (e.message ->> 'id')::uuid = n.id
            and not exists (select from named k where k.position = e.position and k.target = n.target));
