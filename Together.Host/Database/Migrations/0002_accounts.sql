create table accounts (
    id uuid primary key,
    username text collate "C" not null unique,
    password_hash text collate "C" not null,
    email text,
    is_admin boolean not null,
    created_at timestamptz not null,
    disabled_at timestamptz
);

-- No foreign keys: revoked_at is written by the journal's projection, which nothing here may fail or block.
create table sessions (
    id uuid primary key,
    user_id uuid not null,
    created_at timestamptz not null,
    last_active_at timestamptz not null,
    ip text,
    user_agent text,
    revoked_at timestamptz
);

create index sessions_user on sessions (user_id);

create table refresh_tokens (
    hash bytea primary key,
    session_id uuid not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    used_at timestamptz
);

create index refresh_tokens_session on refresh_tokens (session_id);
create index refresh_tokens_expiry on refresh_tokens (expires_at);
