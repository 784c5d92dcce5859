create table journal (
    position bigint primary key,
    persistence_id text collate "C" not null,
    sequence_nr bigint not null,
    manifest text collate "C" not null,
    payload bytea not null,
    scope uuid not null,
    subject uuid,
    batch_id uuid not null,
    created_at timestamptz not null,
    unique (persistence_id, sequence_nr)
);

create index journal_scope on journal (scope, position);
create index journal_subject on journal (subject, position) where subject is not null;

create table snapshots (
    persistence_id text collate "C" primary key,
    sequence_nr bigint not null,
    manifest text collate "C" not null,
    payload bytea not null,
    created_at timestamptz not null
);

-- One row: the boolean key admits no second one.
create table instance (
    id boolean primary key default true check (id),
    name text not null default 'Together',
    log_epoch uuid not null default gen_random_uuid(),
    signing_key bytea not null,
    created_at timestamptz not null default now()
);

-- Three version 4 UUIDs hold 366 random bits, more than the 256 of the key; no extension is needed for them.
insert into instance (signing_key)
values (sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())));
