import type { Channel, Member, Presence, Role, Server, ServerSnapshot, User } from '@/contracts';
import type { AppState, Community, Id, Membership } from './state';

export function omit<T>(record: Record<Id, T>, id: Id): Record<Id, T> {
  if (!(id in record)) return record;
  const { [id]: _, ...rest } = record;
  return rest;
}

export function indexed<T extends { id: Id }>(list: readonly T[]): Record<Id, T> {
  return Object.fromEntries(list.map((item) => [item.id, item]));
}

/** Keeps users in one place; what is known already stays the same object, so that nothing is drawn again for it. */
export function withUsers(users: Record<Id, User>, seen: readonly User[]): Record<Id, User> {
  let after = users;
  for (const user of seen) {
    const known = after[user.id];
    if (known && known.username === user.username && known.display_name === user.display_name && known.avatar_url === user.avatar_url) continue;
    if (after === users) after = { ...users };
    after[user.id] = {
      id: user.id,
      username: user.username,
      display_name: user.display_name,
      avatar_url: user.avatar_url,
      created_at: user.created_at,
    };
  }
  return after;
}

export function membership({ user, ...rest }: Member): Membership {
  return { ...rest, user_id: user.id };
}

export function withServer(state: AppState, server: ServerSnapshot): AppState {
  const community: Community = {
    id: server.id,
    name: server.name,
    icon_url: server.icon_url,
    owner_id: server.owner_id,
    created_at: server.created_at,
    roles: indexed(server.roles),
    members: Object.fromEntries(server.members.map((member) => [member.user.id, membership(member)])),
    member_count: server.member_count,
  };
  return {
    ...state,
    users: withUsers(
      state.users,
      server.members.map(({ user }) => user),
    ),
    servers: { ...state.servers, [server.id]: community },
    channels: { ...state.channels, ...indexed(server.channels) },
    presences: withPresences(state.presences, server.presences),
  };
}

export function withPresences(presences: Record<Id, Presence>, seen: readonly Presence[]): Record<Id, Presence> {
  return seen.length === 0 ? presences : { ...presences, ...Object.fromEntries(seen.map((presence) => [presence.user_id, presence])) };
}

export function changeServer(state: AppState, serverId: Id, change: (server: Community) => Community): AppState {
  const server = state.servers[serverId];
  return server ? { ...state, servers: { ...state.servers, [serverId]: change(server) } } : state;
}

export function renamed(server: Community, { name, icon_url, owner_id }: Server): Community {
  return { ...server, name, icon_url, owner_id };
}

export function withMembers(state: AppState, serverId: Id, members: readonly Member[], isNew: boolean): AppState {
  const users = withUsers(
    state.users,
    members.map(({ user }) => user),
  );
  return changeServer({ ...state, users }, serverId, (server) => ({
    ...server,
    members: { ...server.members, ...Object.fromEntries(members.map((member) => [member.user.id, membership(member)])) },
    member_count: server.member_count + (isNew ? members.filter(({ user }) => !server.members[user.id]).length : 0),
  }));
}

export function withoutMember(server: Community, userId: Id): Community {
  return { ...server, members: omit(server.members, userId), member_count: Math.max(0, server.member_count - 1) };
}

export function withRole(server: Community, role: Role): Community {
  return { ...server, roles: { ...server.roles, [role.id]: role } };
}

export function withoutRole(server: Community, roleId: Id): Community {
  const members = Object.fromEntries(
    Object.entries(server.members).map(([id, member]) => [
      id,
      member.role_ids.includes(roleId) ? { ...member, role_ids: member.role_ids.filter((role) => role !== roleId) } : member,
    ]),
  );
  return { ...server, roles: omit(server.roles, roleId), members };
}

/** Takes away all that belongs to a channel. What was being written stays: it may come back. */
export function withoutChannels(state: AppState, gone: (channel: Channel) => boolean): AppState {
  let { channels, windows, readStates, typing } = state;
  for (const channel of Object.values(state.channels)) {
    if (!gone(channel)) continue;
    channels = omit(channels, channel.id);
    windows = omit(windows, channel.id);
    readStates = omit(readStates, channel.id);
    typing = omit(typing, channel.id);
  }
  return { ...state, channels, windows, readStates, typing };
}

export function withoutServer(state: AppState, serverId: Id): AppState {
  return { ...withoutChannels(state, (channel) => channel.server_id === serverId), servers: omit(state.servers, serverId) };
}
