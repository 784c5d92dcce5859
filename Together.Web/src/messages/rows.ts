import type { Message } from '@/contracts';
import type { Id, MessageWindow, OutgoingMessage } from '@/state/state';

/** Messages of one author this close to each other share a head, in milliseconds. */
export const groupedWithin = 7 * 60_000;

/** One article of the list. Its key stays for as long as it is the same thing to a reader. */
export type Row = MessageRow | PendingRow | BlockedRow;

interface Placed {
  key: string;
  /** Local midnight of the day that begins here, in milliseconds since 1970; null within a day. */
  day: number | null;
  /** What is unread begins here. */
  isFirstNew: boolean;
}

export interface MessageRow extends Placed {
  kind: 'message';
  message: Message;
  /** Shows who wrote it and when; without, it belongs to the one above. */
  isHead: boolean;
}

export interface PendingRow extends Placed {
  kind: 'pending';
  outgoing: OutgoingMessage;
  isHead: boolean;
}

/** Messages of people whom one has blocked, one after the other. */
export interface BlockedRow extends Placed {
  kind: 'blocked';
  ids: readonly Id[];
  isShown: boolean;
}

export interface RowsOf {
  window: Pick<MessageWindow, 'ids' | 'byId' | 'hasOlder' | 'hasNewer'>;
  outbox: readonly OutgoingMessage[];
  newSince: Id | null;
  meId: Id;
  isBlocked: (userId: Id) => boolean;
  /** Messages of blocked people that one wants to see. */
  revealed: ReadonlySet<Id>;
}

/**
 * What a channel's messages look like as rows. Pure.
 * @param before the rows until now: those that did not change stay the same objects, and are not drawn again
 */
export function rowsOf({ window, outbox, newSince, meId, isBlocked, revealed }: RowsOf, before: readonly Row[] = []): Row[] {
  const rows: Row[] = [];
  const known = new Map(before.map((row) => [row.key, row]));
  const keys = new Set<string>();
  const { ids, byId, hasOlder, hasNewer } = window;
  const firstNew = firstUnread(window, newSince, meId);
  let last: { authorId: Id; at: number; day: number; isSystem: boolean } | null = null;
  const add = (row: Row) => {
    const same = known.get(row.key);
    rows.push(same && isSame(same, row) ? same : row);
  };

  for (let index = 0; index < ids.length; index++) {
    const message = byId[ids[index] as Id];
    if (!message) continue;
    const { at, day } = timesOf(message);
    // Of what is older one does not know yet whether it is of the same day.
    const isNewDay: boolean = last ? last.day !== day : !hasOlder;
    const isFirstNew = message.id === firstNew;
    const placed = { day: isNewDay ? day : null, isFirstNew };

    if (isBlocked(message.author.id)) {
      const run = runOfBlocked(window, index, day, firstNew, isBlocked);
      const isShown = run.some((id) => revealed.has(id));
      add({ kind: 'blocked', key: `blocked:${message.id}`, ids: run, isShown, ...placed });
      if (isShown) {
        for (const [place, id] of run.entries()) {
          const one = byId[id] as Message;
          const above = byId[run[place - 1] as Id];
          const isHead = above?.author.id !== one.author.id || startsGroup(one) || timesOf(one).at - timesOf(above).at > groupedWithin;
          add({ kind: 'message', key: keyOf(one, meId, keys), message: one, isHead, day: null, isFirstNew: false });
        }
      }
      const end = byId[run.at(-1) as Id] as Message;
      last = { authorId: end.author.id, ...timesOf(end), isSystem: true };
      index += run.length - 1;
      continue;
    }

    const isHead =
      !last || isNewDay || isFirstNew || last.isSystem || last.authorId !== message.author.id || at - last.at > groupedWithin || startsGroup(message);
    add({ kind: 'message', key: keyOf(message, meId, keys), message, isHead, ...placed });
    last = { authorId: message.author.id, at, day, isSystem: isSystem(message) };
  }

  // What is on its way belongs to the present.
  if (hasNewer) return rows;
  for (const outgoing of outbox) {
    if (keys.has(outgoing.nonce)) continue;
    keys.add(outgoing.nonce);
    const at = outgoing.createdAt;
    const day = midnight(at);
    const isNewDay: boolean = last ? last.day !== day : !hasOlder;
    const isHead = !last || isNewDay || last.isSystem || last.authorId !== meId || at - last.at > groupedWithin || outgoing.replyTo !== null;
    add({ kind: 'pending', key: outgoing.nonce, outgoing, isHead, day: isNewDay ? day : null, isFirstNew: false });
    last = { authorId: meId, at, day, isSystem: false };
  }
  return rows;
}

export function isSystem({ type }: Message): boolean {
  return type === 'member_join' || type === 'pin_added';
}

function startsGroup(message: Message): boolean {
  return isSystem(message) || message.type === 'reply';
}

/** One's own message keeps the key that it had while it was on its way. */
function keyOf(message: Message, meId: Id, taken: Set<string>): string {
  const key = message.nonce && message.author.id === meId && !taken.has(message.nonce) ? message.nonce : message.id;
  taken.add(key);
  return key;
}

function runOfBlocked({ ids, byId }: RowsOf['window'], from: number, day: number, firstNew: Id | null, isBlocked: RowsOf['isBlocked']): Id[] {
  const run: Id[] = [];
  for (let index = from; index < ids.length; index++) {
    const message = byId[ids[index] as Id];
    if (!message) continue;
    const isApart = index > from && (timesOf(message).day !== day || message.id === firstNew);
    if (isApart || !isBlocked(message.author.id)) break;
    run.push(message.id);
  }
  return run;
}

/** The message above which the line "new" stands; null when it is not among these. */
export function firstUnread({ ids, byId, hasOlder }: RowsOf['window'], newSince: Id | null, meId: Id): Id | null {
  if (!newSince) return null;
  const first = ids[0];
  if (!first || (hasOlder && first > newSince)) return null;
  return ids.find((id) => id > newSince && byId[id]?.author.id !== meId) ?? null;
}

export interface Unread {
  /** At least so many, where older ones are not loaded. */
  count: number;
  isAtLeast: boolean;
  /** When the first of them was written, in milliseconds since 1970. */
  since: number;
}

/** What others have written behind a message that was read. */
export function unreadSince({ ids, byId, hasOlder, hasNewer }: RowsOf['window'], newSince: Id | null, meId: Id): Unread | null {
  if (!newSince) return null;
  let count = 0;
  let since = 0;
  for (let index = ids.length - 1; index >= 0; index--) {
    const message = byId[ids[index] as Id];
    if (!message || message.id <= newSince) break;
    if (message.author.id === meId) continue;
    count++;
    since = timesOf(message).at;
  }
  return count > 0 ? { count, isAtLeast: hasNewer || (hasOlder && (ids[0] ?? '') > newSince), since } : null;
}

/** How the list gets from the rows that it shows to others. */
export interface Transition {
  rows: Row[];
  /** Rows came or went at the start: what is seen stays where it is, counted from the end. */
  shift: boolean;
  /** Nothing is left of what was shown. */
  isReplaced: boolean;
  /** Not there yet: take this step, then the next. */
  isHalf: boolean;
}

/**
 * The virtual list can change at its start or at its end, not at both: then the start goes first. Pure.
 */
export function transition(before: readonly Row[], after: Row[]): Transition {
  const done = { rows: after, shift: false, isReplaced: false, isHalf: false };
  if (before.length === 0 || after.length === 0) return { ...done, isReplaced: before.length !== after.length };
  const places = new Map(before.map(({ key }, index) => [key, index]));
  const added = after.findIndex(({ key }) => places.has(key));
  const first = after[added];
  if (!first) return { ...done, isReplaced: true };
  const gone = places.get(first.key) ?? 0;
  const shifted = added - gone;
  if (shifted === 0) return done;
  if (after.length - before.length === shifted) return { ...done, shift: true };
  return { rows: [...after.slice(0, added), ...before.slice(gone)], shift: true, isReplaced: false, isHalf: true };
}

function isSame(a: Row, b: Row): boolean {
  if (a.kind !== b.kind || a.day !== b.day || a.isFirstNew !== b.isFirstNew) return false;
  if (a.kind === 'message') return b.kind === 'message' && a.message === b.message && a.isHead === b.isHead;
  if (a.kind === 'pending') return b.kind === 'pending' && a.outgoing === b.outgoing && a.isHead === b.isHead;
  return b.kind === 'blocked' && a.isShown === b.isShown && a.ids.length === b.ids.length && a.ids.at(-1) === b.ids.at(-1);
}

const times = new WeakMap<Message, { at: number; day: number }>();

/** When a message was written and the midnight before, in milliseconds since 1970. */
export function timesOf(message: Message): { at: number; day: number } {
  let known = times.get(message);
  if (!known) {
    const at = Date.parse(message.created_at);
    known = { at, day: midnight(at) };
    times.set(message, known);
  }
  return known;
}

function midnight(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}
