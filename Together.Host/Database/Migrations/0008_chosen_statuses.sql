-- What users have chosen to be shown as. The newest choice alone counts, so it is no event.
create table chosen_statuses (
    user_id uuid primary key,
    -- 0 away, 1 online, 2 do not disturb, 3 invisible.
    status smallint not null,
    text text,
    emoji text,
    expires_at timestamptz
);
