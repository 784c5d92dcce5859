import type { Channel } from '@/contracts';
import type { AppState, Community, Id } from './state';

/** Bits of the mask, by the protocol's names. */
export const Permission = {
  VIEW_CHANNEL: 1n << 0n,
  SEND_MESSAGES: 1n << 1n,
  MANAGE_MESSAGES: 1n << 2n,
  ATTACH_FILES: 1n << 3n,
  ADD_REACTIONS: 1n << 4n,
  CONNECT_VOICE: 1n << 5n,
  SPEAK: 1n << 6n,
  MUTE_MEMBERS: 1n << 7n,
  KICK_MEMBERS: 1n << 8n,
  BAN_MEMBERS: 1n << 9n,
  MANAGE_CHANNELS: 1n << 10n,
  MANAGE_SERVER: 1n << 11n,
  ADMINISTRATOR: 1n << 12n,
  MANAGE_ROLES: 1n << 13n,
  CREATE_INVITE: 1n << 14n,
  READ_MESSAGE_HISTORY: 1n << 15n,
  MENTION_EVERYONE: 1n << 16n,
  CHANGE_NICKNAME: 1n << 17n,
  MANAGE_NICKNAMES: 1n << 18n,
  DEAFEN_MEMBERS: 1n << 19n,
  MOVE_MEMBERS: 1n << 20n,
  TIMEOUT_MEMBERS: 1n << 21n,
  VIEW_AUDIT_LOG: 1n << 22n,
  MANAGE_WEBHOOKS: 1n << 23n,
  STREAM: 1n << 24n,
  PRIORITY_SPEAKER: 1n << 25n,
  EMBED_LINKS: 1n << 26n,
  MANAGE_EMOJI: 1n << 27n,
} as const;

const everything = (1n << 28n) - 1n;
const none = 0n;

/** What a timed-out member keeps. */
const timedOut = Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY;

/** In a private channel, as far as nobody is blocked: the host says no to the rest. */
const privately =
  Permission.VIEW_CHANNEL |
  Permission.SEND_MESSAGES |
  Permission.ATTACH_FILES |
  Permission.ADD_REACTIONS |
  Permission.READ_MESSAGE_HISTORY |
  Permission.EMBED_LINKS;

/** A member's permissions in a server, without any channel (docs/permissions.md). */
export function serverPermissions(server: Community, userId: Id, now: number): bigint {
  if (server.owner_id === userId) return everything;
  const member = server.members[userId];
  if (!member) return none;
  let mask = bits(server.roles[server.id]?.permissions);
  for (const id of member.role_ids) mask |= bits(server.roles[id]?.permissions);
  if (mask & Permission.ADMINISTRATOR) return everything;
  return isTimedOut(member.timeout_until, now) ? mask & timedOut : mask;
}

/** The same in a channel. What this says is for showing; the host decides. */
export function channelPermissions(state: AppState, channel: Channel | undefined, now = Date.now()): bigint {
  const me = state.me;
  if (!channel || !me) return none;
  if (!channel.server_id) return isSilent(state, channel) ? Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY : privately;
  const server = state.servers[channel.server_id];
  const member = server?.members[me.id];
  if (!server) return none;
  if (server.owner_id === me.id) return everything;
  if (!member) return none;
  let mask = bits(server.roles[server.id]?.permissions);
  for (const id of member.role_ids) mask |= bits(server.roles[id]?.permissions);
  if (mask & Permission.ADMINISTRATOR) return everything;

  let roleDeny = none;
  let roleAllow = none;
  let ownDeny = none;
  let ownAllow = none;
  for (const { id, type, allow, deny } of channel.permission_overwrites) {
    if (type === 'role' && id === server.id) mask = (mask & ~bits(deny)) | bits(allow);
    else if (type === 'role' && member.role_ids.includes(id)) {
      roleDeny |= bits(deny);
      roleAllow |= bits(allow);
    } else if (type === 'member' && id === me.id) {
      ownDeny = bits(deny);
      ownAllow = bits(allow);
    }
  }
  mask = (mask & ~roleDeny) | roleAllow;
  mask = (mask & ~ownDeny) | ownAllow;
  if (!(mask & Permission.VIEW_CHANNEL)) return none;
  return isTimedOut(member.timeout_until, now) ? mask & timedOut : mask;
}

export function may(mask: bigint, permission: bigint): boolean {
  return (mask & permission) === permission;
}

/** A conversation of two in which one has blocked the other, as far as one can know. */
function isSilent(state: AppState, channel: Channel): boolean {
  return channel.type === 'dm' && channel.recipients.some(({ id }) => state.relationships[id]?.type === 'blocked');
}

function isTimedOut(until: string | null, now: number): boolean {
  return until !== null && Date.parse(until) > now;
}

function bits(permissions: string | undefined): bigint {
  return permissions ? BigInt(permissions) : none;
}

/** A member's highest role, the owner above all. Of two at one position the older is the higher. */
export function rank(server: Community, userId: Id): { position: number; id: Id } {
  if (server.owner_id === userId) return { position: Number.POSITIVE_INFINITY, id: '' };
  let best = { position: 0, id: server.id };
  for (const id of server.members[userId]?.role_ids ?? []) {
    const role = server.roles[id];
    if (role && (role.position > best.position || (role.position === best.position && role.id < best.id))) best = role;
  }
  return best;
}

export function outranks(server: Community, userId: Id, otherId: Id): boolean {
  if (server.owner_id === otherId) return false;
  const mine = rank(server, userId);
  const theirs = rank(server, otherId);
  return mine.position > theirs.position || (mine.position === theirs.position && mine.position > 0 && mine.id < theirs.id);
}
