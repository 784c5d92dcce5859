-- What is stored in the file store: one row for one content. A file without a row is removed, a row without a file does not happen.
create table blobs (
    hash bytea primary key,
    size bigint not null,
    stored_at timestamptz not null
);

-- Uploads are plain rows: they exist before a message does.
create table uploads (
    id uuid primary key,
    uploader_id uuid not null,
    hash bytea not null,
    thumbnail_hash bytea,
    filename text not null,
    content_type text collate "C" not null,
    size bigint not null,
    width integer,
    height integer,
    created_at timestamptz not null,
    -- Where it is posted, or about to be: nowhere else can it be then.
    channel_id uuid,
    reserved_at timestamptz
);

create index uploads_created on uploads (created_at);
create index uploads_hash on uploads (hash);
create index uploads_thumbnail on uploads (thumbnail_hash) where thumbnail_hash is not null;

-- Avatars and icons, which anybody may fetch who knows the hash.
create table media (
    hash bytea primary key,
    content_type text collate "C" not null,
    created_at timestamptz not null
);

-- Bytes that an owner's uploads have together; the owner of all is the nil UUID.
create table file_usage (
    owner_id uuid primary key,
    bytes bigint not null
);

-- Folded from the journal.
create table attachments (
    id uuid primary key,
    channel_id uuid not null,
    message_id uuid not null
);

create index attachments_message on attachments (channel_id, message_id);

alter table messages add column attachments jsonb;
alter table users add column avatar text collate "C";
alter table servers add column icon text collate "C";
create index users_avatar on users (avatar) where avatar is not null;
create index servers_icon on servers (icon) where icon is not null;

-- The directory of files is marked with it, so that no host takes another's for its own and cleans it up.
alter table instance add column file_store_id uuid not null default gen_random_uuid();
