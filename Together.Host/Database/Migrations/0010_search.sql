-- What searches read: filled behind the writer, from the messages as they are. It can be emptied at any time and fills again.
create table message_search (
    channel_id uuid not null,
    message_id uuid not null,
    server_id uuid,
    -- The words, and as lexemes that no text becomes (they begin with "=") the channel, the server, the author, the time and what it holds.
    tsv tsvector not null,
    primary key (channel_id, message_id)
);

create index message_search_server on message_search (server_id, message_id, channel_id) where server_id is not null;
create index message_search_words on message_search using gin (tsv) with (gin_pending_list_limit = 512);

-- How far that has come.
create table search_state (
    -- One row: the boolean key admits no second one.
    id boolean primary key default true check (id),
    -- What the index was made with: another one, and it is made anew.
    configuration text collate "C" not null,
    -- Events up to here are in it.
    position bigint not null,
    -- Of the messages that were there before: those from this one on are in it.
    filled_from uuid not null,
    is_filled boolean not null
);
