import type { Message } from '@/contracts';
import type { AppState, Id } from './state';

/** The time in a UUIDv7, in milliseconds since 1970 (RFC 9562 §5.7). */
export function timeOf(id: Id): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/** Whether there is something to read in a channel (conversations.md, "Read state"). */
export function isUnread(state: AppState, channelId: Id): boolean {
  const last = state.channels[channelId]?.last_message_id;
  if (!last) return false;
  const mark = state.readStates[channelId];
  if (mark) return mark.last_read_message_id === null || last > mark.last_read_message_id;
  return isSinceJoining(state, channelId, last);
}

/** Without a mark a channel counts as read up to when one joined. */
function isSinceJoining(state: AppState, channelId: Id, messageId: Id): boolean {
  const serverId = state.channels[channelId]?.server_id;
  if (!serverId) return true;
  const joined = state.me && state.servers[serverId]?.members[state.me.id]?.joined_at;
  return joined ? timeOf(messageId) > Date.parse(joined) : false;
}

/** Whether a new message counts as a mention of the reader. */
export function mentionsMe(state: AppState, message: Message): boolean {
  const me = state.me;
  if (!me || message.author.id === me.id || state.relationships[message.author.id]?.type === 'blocked') return false;
  if (message.mention_everyone || message.mentions.some((user) => user.id === me.id)) return true;
  const roles = message.server_id ? state.servers[message.server_id]?.members[me.id]?.role_ids : undefined;
  return roles ? message.mention_role_ids.some((id) => roles.includes(id)) : false;
}

/** How loudly a channel speaks: its own setting, else its server's, else all. A mute that has ended is none. */
export function notificationLevel(state: AppState, channelId: Id, now: number): { level: 'all' | 'mentions' | 'none'; muted: boolean } {
  const find = (id: Id | null | undefined) => state.settings.notifications.find((setting) => setting.id === id);
  const own = find(channelId);
  const server = find(state.channels[channelId]?.server_id);
  const isMuted = (until: string | null | undefined) => !!until && Date.parse(until) > now;
  return { level: (own ?? server)?.level ?? 'all', muted: isMuted(own?.muted_until) || isMuted(server?.muted_until) };
}
