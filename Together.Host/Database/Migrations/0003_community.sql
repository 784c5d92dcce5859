-- Folded from the journal by the writer, in the transaction that stores the events. No foreign keys and no cascades: a
-- batch must not fail for another's row, and a late row is tolerated.
create table users (
    id uuid primary key,
    username text collate "C" not null,
    created_at timestamptz not null
);

create table servers (
    id uuid primary key,
    name text not null,
    owner_id uuid not null,
    created_at timestamptz not null
);

create table channels (
    id uuid primary key,
    server_id uuid not null,
    type smallint not null,
    name text not null,
    topic text,
    category_id uuid,
    position integer not null,
    overwrites jsonb not null
);

create table roles (
    id uuid primary key,
    server_id uuid not null,
    name text not null,
    color integer not null,
    hoist boolean not null,
    mentionable boolean not null,
    position integer not null,
    permissions bigint not null,
    created_at timestamptz not null
);

create table members (
    server_id uuid not null,
    user_id uuid not null,
    role_ids uuid[] not null,
    joined_at timestamptz not null,
    primary key (server_id, user_id)
);

create table invites (
    code text collate "C" primary key,
    server_id uuid not null,
    inviter_id uuid not null,
    uses integer not null,
    max_uses integer,
    expires_at timestamptz,
    created_at timestamptz not null
);

create table messages (
    id uuid not null,
    channel_id uuid not null,
    server_id uuid not null,
    author_id uuid not null,
    content text not null,
    nonce text,
    edited_at timestamptz,
    mention_ids uuid[] not null,
    mention_role_ids uuid[] not null,
    mention_everyone boolean not null,
    deleted_at timestamptz,
    deleted_by uuid,
    -- Also the history index: IDs ascend within a channel.
    primary key (channel_id, id)
);
