import fuzzysort from 'fuzzysort';
import type { User } from '@/contracts';
import { privateChannels } from '@/state/channels';
import { userName } from '@/state/names';
import type { AppState, Friendship, Id } from '@/state/state';

/** A group and its reader: the host takes no more (conversations.md, "Private channels"). */
export const groupMax = 10;

const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });

/** Everybody of one kind, by name. */
export function related(state: Pick<AppState, 'relationships' | 'users'>, type: Friendship['type']): User[] {
  return Object.entries(state.relationships)
    .flatMap(([id, friendship]) => (friendship.type === type ? (state.users[id] ?? []) : []))
    .sort(byName);
}

export function incomingRequests(state: Pick<AppState, 'relationships'>): number {
  let count = 0;
  for (const { type } of Object.values(state.relationships)) if (type === 'incoming') count++;
  return count;
}

function byName(a: User, b: User): number {
  return collator.compare(userName(a), userName(b)) || (a.id < b.id ? -1 : 1);
}

export interface Person {
  user: User;
  name: string;
  username: string;
  isFriend: boolean;
}

/** Whom one can write to: those one talked with last, then friends, then who shares a server, by name. */
export function peopleToTalkTo(state: AppState): Person[] {
  const ids = new Set<Id>();
  for (const { type, recipients } of privateChannels(state.channels)) if (type === 'dm') for (const { id } of recipients) ids.add(id);
  for (const { id } of related(state, 'friend')) ids.add(id);
  const shared = Object.values(state.servers).flatMap(({ members }) => Object.keys(members));
  for (const { id } of [...new Set(shared)].flatMap((id) => state.users[id] ?? []).sort(byName)) ids.add(id);
  return [...ids].flatMap((id) => {
    const user = state.users[id];
    const type = state.relationships[id]?.type;
    return user && id !== state.me?.id && type !== 'blocked'
      ? [{ user, name: userName(user), username: user.username, isFriend: type === 'friend' }]
      : [];
  });
}

/** Those whom the text may mean, the best first; all of them when it is empty. */
export function findPeople(people: readonly Person[], text: string, limit: number): Person[] {
  const wanted = text.trim();
  if (!wanted) return people.slice(0, limit);
  return fuzzysort.go(wanted, people, { keys: ['name', 'username'], limit }).map(({ obj }) => obj);
}
