-- Null until the admin chooses: the configured mode holds.
alter table instance add column registration text collate "C" check (registration in ('open', 'invite', 'closed'));
