import type { User } from '@/contracts';
import { channelGroups } from '@/state/channels';
import { nameOf, userName } from '@/state/names';
import type { AppState, Id } from '@/state/state';
import type { TypedFilter } from './query';

export const attachments = ['file', 'link', 'image'] as const;

export type Attached = (typeof attachments)[number];

/** A filter that the host can be asked for. */
export type SearchFilter =
  | { key: 'from' | 'mentions'; userId: Id; label: string }
  | { key: 'in'; channelId: Id; label: string }
  | { key: 'has'; value: Attached; label: string }
  /** `day` is YYYY-MM-DD, in the reader's zone. */
  | { key: 'before' | 'after'; day: string; label: string };

/** Where one searches from. */
export interface SearchPlace {
  channelId: Id;
  /** Null in a conversation. */
  serverId: Id | null;
}

export interface Searchable {
  users: { id: Id; name: string; username: string; user: User }[];
  channels: { id: Id; name: string }[];
}

/** Whom and where one can search for. */
export function searchable(state: AppState, { channelId, serverId }: SearchPlace): Searchable {
  const server = serverId ? state.servers[serverId] : undefined;
  const channel = state.channels[channelId];
  const ids = server ? Object.keys(server.members) : [state.me?.id ?? '', ...(channel?.recipients.map(({ id }) => id) ?? [])];
  const users = ids.flatMap((id) => {
    const user = state.users[id];
    return user ? [{ id, user, username: user.username, name: nameOf(state, id, serverId) ?? userName(user) }] : [];
  });
  const listed = serverId ? channelGroups(state.channels, serverId).flatMap((group) => group.channels) : [];
  return { users, channels: listed.filter(({ type }) => type === 'text').map(({ id, name }) => ({ id, name: name ?? '' })) };
}

/** What was typed as what is meant; null when it names nothing. @param today for `today` and `yesterday` */
export function resolved({ key, value }: TypedFilter, { users, channels }: Searchable, meId: Id | null, today: Date): SearchFilter | null {
  const wanted = value.trim().toLowerCase().replace(/^[@#]/, '');
  switch (key) {
    case 'from':
    case 'mentions': {
      const user =
        (wanted === 'me' ? users.find(({ id }) => id === meId) : undefined) ??
        users.find(({ username }) => username.toLowerCase() === wanted) ??
        users.find(({ name }) => name.toLowerCase() === wanted);
      return user ? { key, userId: user.id, label: user.name } : null;
    }
    case 'in': {
      const channel = channels.find(({ name }) => name.toLowerCase() === wanted);
      return channel ? { key, channelId: channel.id, label: channel.name } : null;
    }
    case 'has': {
      const kind = attachments.find((one) => wanted === one || wanted === `${one}s`);
      return kind ? { key, value: kind, label: kind } : null;
    }
    case 'before':
    case 'after': {
      const day = wanted === 'today' ? dayOf(today) : wanted === 'yesterday' ? dayOf(dayBefore(today)) : wanted;
      return startOfDay(day) ? { key, day, label: day } : null;
    }
  }
}

/** One of each kind, but several of `has`. */
export function withFilter(filters: readonly SearchFilter[], added: SearchFilter): SearchFilter[] {
  return [...filters.filter((filter) => (added.key === 'has' ? idOf(filter) !== idOf(added) : filter.key !== added.key)), added];
}

export function idOf(filter: SearchFilter): string {
  return filter.key === 'has' ? `has ${filter.value}` : filter.key;
}

export function dayOf(date: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  return `${String(date.getFullYear()).padStart(4, '0')}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function dayBefore(date: Date): Date {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() - 1);
}

/** Midnight in the reader's zone; null for no day of the calendar. */
export function startOfDay(day: string, later = 0): Date | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day);
  if (!parts) return null;
  const [year, month, date] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const start = new Date(year, month - 1, date);
  return start.getMonth() === month - 1 && start.getDate() === date && year >= 1970 ? new Date(year, month - 1, date + later) : null;
}

export type SearchScope = 'server' | 'channel';
export type SearchSort = 'newest' | 'relevance';

export interface SearchRequest {
  /** Null: the channel is searched. */
  serverId: Id | null;
  channelId: Id;
  query: {
    q?: string;
    author_id?: Id;
    mentions?: Id;
    has?: Attached[];
    channel_id?: Id;
    before?: string;
    after?: string;
    sort?: SearchSort;
  };
}

/** What the host is asked; null when there is nothing to ask for. */
export function requestOf(
  place: SearchPlace,
  scope: SearchScope,
  words: string,
  filters: readonly SearchFilter[],
  sort: SearchSort,
): SearchRequest | null {
  const query: SearchRequest['query'] = {};
  if (words.trim()) query.q = words.trim();
  const has: Attached[] = [];
  const inServer = scope === 'server' && place.serverId !== null;
  for (const filter of filters) {
    switch (filter.key) {
      case 'from':
        query.author_id = filter.userId;
        break;
      case 'mentions':
        query.mentions = filter.userId;
        break;
      case 'in':
        if (inServer) query.channel_id = filter.channelId;
        break;
      case 'has':
        has.push(filter.value);
        break;
      case 'before':
        query.before = startOfDay(filter.day)?.toISOString();
        break;
      case 'after': {
        // Both ends are exclusive: the first that counts is the next day's midnight.
        const next = startOfDay(filter.day, 1);
        if (next) query.after = new Date(next.getTime() - 1).toISOString();
        break;
      }
    }
  }
  if (has.length > 0) query.has = has;
  if (Object.keys(query).length === 0) return null;
  if (query.q && sort === 'relevance') query.sort = sort;
  return { serverId: inServer ? place.serverId : null, channelId: place.channelId, query };
}
