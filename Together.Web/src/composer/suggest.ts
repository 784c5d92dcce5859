import fuzzysort from 'fuzzysort';
import type { User } from '@/contracts';
import { memberColor, nameOf, rolesInOrder } from '@/state/names';
import { channelPermissions, may, Permission } from '@/state/permissions';
import type { AppState, Id } from '@/state/state';
import type { Query } from './completion';
import type { NamedEmoji } from './emoji';
import type { Mention } from './written';

export type Suggestion =
  | { kind: 'user'; key: string; user: User; name: string; color: number; mention: Mention }
  | { kind: 'role'; key: string; name: string; color: number; mention: Mention }
  | { kind: 'everyone' | 'here'; key: string; insert: string }
  | { kind: 'channel'; key: string; name: string; isVoice: boolean; mention: Mention }
  | { kind: 'emoji'; key: string; name: string; insert: string };

const most = 10;

/** What may be meant, the best first. Emoji are found once they are loaded. */
export function suggest(state: AppState, channelId: Id, query: Query, emoji: readonly NamedEmoji[]): Suggestion[] {
  switch (query.kind) {
    case 'mention':
      return mentions(state, channelId, query.text);
    case 'channel':
      return channels(state, channelId, query.text);
    case 'emoji':
      return emojiNamed(query.text, emoji);
  }
}

function mentions(state: AppState, channelId: Id, text: string): Suggestion[] {
  const channel = state.channels[channelId];
  if (!channel) return [];
  const serverId = channel.server_id;
  const server = serverId ? state.servers[serverId] : undefined;
  const ids = server ? Object.keys(server.members) : channel.recipients.map(({ id }) => id);
  const people = ids.flatMap((id) => {
    const user = state.users[id] ?? channel.recipients.find((recipient) => recipient.id === id);
    if (!user || id === state.me?.id || state.relationships[id]?.type === 'blocked') return [];
    return [{ user, name: nameOf(state, id, serverId) ?? user.username, username: user.username }];
  });
  const found = text
    ? fuzzysort.go(text, people, { keys: ['name', 'username'], limit: most }).map(({ obj }) => obj)
    : lastHeard(state, channelId, people);
  const users = found.map(({ user, name, username }): Suggestion => {
    const mention: Mention = { sign: '@', name, distinction: username, wire: `<@${user.id}>` };
    return { kind: 'user', key: user.id, user, name, color: memberColor(server, user.id), mention };
  });
  if (!server) return users;

  const mayAll = may(channelPermissions(state, channel), Permission.MENTION_EVERYONE);
  const roles = rolesInOrder(server).filter(({ id, mentionable }) => id !== server.id && (mentionable || mayAll));
  const groups = [
    ...(mayAll
      ? (['everyone', 'here'] as const).map((kind) => ({ name: kind, suggestion: { kind, key: kind, insert: `@${kind}` } as Suggestion }))
      : []),
    ...roles.map(({ id, name, color }) => {
      const mention: Mention = { sign: '@', name, wire: `<@&${id}>` };
      return { name, suggestion: { kind: 'role', key: id, name, color, mention } as Suggestion };
    }),
  ];
  const fitting = text ? fuzzysort.go(text, groups, { key: 'name', limit: 5 }).map(({ obj }) => obj) : groups.slice(0, 5);
  return [...users.slice(0, most - Math.min(fitting.length, 3)), ...fitting.map(({ suggestion }) => suggestion)].slice(0, most);
}

/** Whoever spoke last is meant most likely. */
function lastHeard<T extends { user: User; name: string }>(state: AppState, channelId: Id, people: readonly T[]): T[] {
  const window = state.windows[channelId];
  const heard = new Map<Id, number>();
  for (const id of window?.ids.slice(-50).reverse() ?? []) {
    const author = window?.byId[id]?.author.id;
    if (author && !heard.has(author)) heard.set(author, heard.size);
  }
  const place = ({ user }: T) => heard.get(user.id) ?? Number.POSITIVE_INFINITY;
  return [...people].sort((a, b) => place(a) - place(b) || (a.name < b.name ? -1 : 1)).slice(0, most);
}

function channels(state: AppState, channelId: Id, text: string): Suggestion[] {
  const serverId = state.channels[channelId]?.server_id;
  if (!serverId) return [];
  const there = Object.values(state.channels)
    .filter(({ server_id, type }) => server_id === serverId && type !== 'category')
    .map(({ id, name, type, position }) => ({ id, name: name ?? '', isVoice: type === 'voice', position }))
    .sort((a, b) => Number(a.isVoice) - Number(b.isVoice) || a.position - b.position);
  const found = text ? fuzzysort.go(text, there, { key: 'name', limit: most }).map(({ obj }) => obj) : there.slice(0, most);
  return found.map(({ id, name, isVoice }) => ({ kind: 'channel', key: id, name, isVoice, mention: { sign: '#', name, wire: `<#${id}>` } }));
}

/** Those that begin so before those that contain it; of these the order of the keyboards. */
function emojiNamed(text: string, emoji: readonly NamedEmoji[]): Suggestion[] {
  const wanted = text.toLowerCase();
  const begins: Suggestion[] = [];
  const contains: Suggestion[] = [];
  for (const { emoji: insert, shortcodes } of emoji) {
    const name = shortcodes.find((code) => code.startsWith(wanted)) ?? shortcodes.find((code) => code.includes(wanted));
    if (!name) continue;
    const suggestion: Suggestion = { kind: 'emoji', key: insert, name, insert };
    if (name === wanted) begins.unshift(suggestion);
    else (name.startsWith(wanted) ? begins : contains).push(suggestion);
  }
  return [...begins, ...contains].slice(0, most);
}

/** What was typed names one suggestion exactly: it is meant, also when it is not chosen from the list. */
export function isNamedExactly(suggestion: Suggestion, text: string): boolean {
  const typed = text.toLowerCase();
  if (!('name' in suggestion)) return false;
  return suggestion.name.toLowerCase() === typed || (suggestion.kind === 'user' && suggestion.user.username.toLowerCase() === typed);
}

/** Whether the host may know more people of this name than are here. */
export function mayHaveMore(state: AppState, channelId: Id): Id | null {
  const serverId = state.channels[channelId]?.server_id;
  const server = serverId ? state.servers[serverId] : undefined;
  return server && Object.keys(server.members).length < server.member_count ? server.id : null;
}
