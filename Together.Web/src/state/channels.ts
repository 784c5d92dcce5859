import type { Channel } from '@/contracts';
import type { AppState, Id } from './state';
import { isUnread, notificationLevel } from './unread';

export interface ChannelGroup {
  /** Null for the channels that are in no category. */
  category: Channel | null;
  channels: Channel[];
}

const byPlace = (a: Channel, b: Channel) => a.position - b.position || (a.id < b.id ? -1 : 1);
/** Text above voice, as everybody knows it. */
const inGroup = (a: Channel, b: Channel) => Number(a.type === 'voice') - Number(b.type === 'voice') || byPlace(a, b);

/** A server's channels as they are listed. A channel whose category one cannot see stands on its own. */
export function channelGroups(channels: Record<Id, Channel>, serverId: Id): ChannelGroup[] {
  const all = Object.values(channels).filter((channel) => channel.server_id === serverId);
  const categories = all.filter(({ type }) => type === 'category').sort(byPlace);
  const within = (id: Id | null) =>
    all
      .filter(
        ({ type, category_id }) =>
          type !== 'category' && (id ? category_id === id : !category_id || !categories.some((category) => category.id === category_id)),
      )
      .sort(inGroup);
  return [{ category: null, channels: within(null) }, ...categories.map((category) => ({ category, channels: within(category.id) }))];
}

/** {@link channelGroups} that stay the same object until something changes that a list shows: every message changes a channel too. */
export function rememberedGroups(): (channels: Record<Id, Channel>, serverId: Id) => ChannelGroup[] {
  let known: { channels: Record<Id, Channel>; serverId: Id; places: string; groups: ChannelGroup[] } | null = null;
  return (channels, serverId) => {
    if (known?.channels === channels && known.serverId === serverId) return known.groups;
    const groups = channelGroups(channels, serverId);
    const places = groups.flatMap((group) => [group.category ?? [], ...group.channels].flat().map(placeOf)).join();
    known = { channels, serverId, places, groups: known?.serverId === serverId && known.places === places ? known.groups : groups };
    return known.groups;
  };
}

function placeOf({ id, type, position, category_id }: Channel): string {
  return `${id} ${type} ${position} ${category_id}`;
}

/** Private channels, the one that was talked in last first. */
export function privateChannels(channels: Record<Id, Channel>): Channel[] {
  const recency = ({ last_message_id, id }: Channel) => last_message_id ?? id;
  return Object.values(channels)
    .filter(({ server_id }) => !server_id)
    .sort((a, b) => (recency(a) < recency(b) ? 1 : -1));
}

export interface Attention {
  unread: boolean;
  mentions: number;
}

/** What a channel's entry in a list shows. A muted one is never bold, but mentions count. */
export function attention(state: AppState, channelId: Id, now = Date.now()): Attention {
  const { level, muted } = notificationLevel(state, channelId, now);
  const mentions = state.readStates[channelId]?.mention_count ?? 0;
  const channel = state.channels[channelId];
  const isPrivate = channel && !channel.server_id;
  const unread = isUnread(state, channelId) && isTalk(channel);
  // Every message of a private channel is for the reader.
  return { unread: unread && !muted && level !== 'none', mentions: isPrivate && unread && !muted ? Math.max(1, mentions) : mentions };
}

function isTalk(channel: Channel | undefined): boolean {
  return channel !== undefined && channel.type !== 'category';
}

export function serverAttention(state: AppState, serverId: Id, now = Date.now()): Attention {
  const sum: Attention = { unread: false, mentions: 0 };
  for (const channel of Object.values(state.channels)) {
    if (channel.server_id !== serverId) continue;
    const { unread, mentions } = attention(state, channel.id, now);
    sum.unread ||= unread;
    sum.mentions += mentions;
  }
  return sum;
}
