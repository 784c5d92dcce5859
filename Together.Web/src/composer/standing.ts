import { nameOf } from '@/state/names';
import { channelPermissions, may, Permission } from '@/state/permissions';
import type { AppState, Id } from '@/state/state';

/** Whether one may write in a channel, and if not, why. */
export type Standing =
  /** READY has not come yet. */
  | { kind: 'unknown' }
  | { kind: 'may_write'; mayAttach: boolean }
  | { kind: 'forbidden' }
  /** @property until in milliseconds since 1970 */
  | { kind: 'timed_out'; until: number }
  | { kind: 'blocked'; name: string };

/** @param now milliseconds since 1970 */
export function standingIn(state: AppState, channelId: Id, now: number): Standing {
  const channel = state.channels[channelId];
  const { me } = state;
  if (!channel || !me) return { kind: 'unknown' };
  const mask = channelPermissions(state, channel, now);
  if (may(mask, Permission.SEND_MESSAGES)) return { kind: 'may_write', mayAttach: may(mask, Permission.ATTACH_FILES) };
  if (!channel.server_id) {
    const blocked = channel.recipients.find(({ id }) => state.relationships[id]?.type === 'blocked');
    return blocked ? { kind: 'blocked', name: nameOf(state, blocked.id, null) ?? blocked.username } : { kind: 'forbidden' };
  }
  const until = Date.parse(state.servers[channel.server_id]?.members[me.id]?.timeout_until ?? '');
  return until > now ? { kind: 'timed_out', until } : { kind: 'forbidden' };
}

/** Seconds between two messages of one's own; 0 for whom slow mode does not hold. */
export function slowModeOf(state: AppState, channelId: Id): number {
  const channel = state.channels[channelId];
  if (!channel || channel.slow_mode_seconds === 0) return 0;
  return may(channelPermissions(state, channel), Permission.MANAGE_MESSAGES) ? 0 : channel.slow_mode_seconds;
}

/** One's own last message that can be edited. */
export function lastOwnMessage(state: AppState, channelId: Id): Id | null {
  const window = state.windows[channelId];
  if (!window || window.hasNewer) return null;
  const isMine = (id: Id) => {
    const message = window.byId[id];
    return message?.author.id === state.me?.id && (message?.type === 'default' || message?.type === 'reply');
  };
  return window.ids.findLast(isMine) ?? null;
}
