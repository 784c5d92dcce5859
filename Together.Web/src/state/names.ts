import type { Channel, Role, User } from '@/contracts';
import type { AppState, Community, Id } from './state';

/** What a user is called: the nickname of the server, else the name they chose. */
export function nameOf(state: AppState, userId: Id, serverId: Id | null | undefined): string | null {
  const nickname = serverId ? state.servers[serverId]?.members[userId]?.nickname : null;
  return nickname ?? state.users[userId]?.display_name ?? null;
}

export function userName(user: User): string {
  return user.display_name || user.username;
}

/** What a channel is called; of a private one who is in it. */
export function channelName(channel: Channel, nobody: string): string {
  if (channel.name) return channel.name;
  return channel.recipients.map(userName).join(', ') || nobody;
}

/** Highest first. */
export function rolesInOrder(server: Community): Role[] {
  return Object.values(server.roles).sort((a, b) => b.position - a.position || (a.id < b.id ? -1 : 1));
}

/** The colour of the highest role that has one, 24-bit RGB; 0 for none. */
export function memberColor(server: Community | undefined, userId: Id): number {
  const ids = server?.members[userId]?.role_ids;
  if (!server || !ids || ids.length === 0) return 0;
  let best: Role | undefined;
  for (const id of ids) {
    const role = server.roles[id];
    if (role?.color && (!best || role.position > best.position || (role.position === best.position && role.id < best.id))) best = role;
  }
  return best?.color ?? 0;
}
