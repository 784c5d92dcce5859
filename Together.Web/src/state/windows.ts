import type { Problem } from '@/api/problem';
import type { Attachment, Message, Reaction } from '@/contracts';
import type { AppState, Id, MessageWindow, WindowEdge } from './state';

/** A window that is longer gives up its far end, so that an hour of scrolling does not fill the memory. */
export const windowMax = 400;

/** What a channel keeps that is not on screen. */
export const windowAside = 50;

/** Channels that keep their messages while they are not on screen. */
export const windowsKept = 10;

export const emptyWindow: MessageWindow = { ids: [], byId: {}, hasOlder: true, hasNewer: false, loading: null, problem: null, stale: true };

export function setWindow(state: AppState, channelId: Id, change: (window: MessageWindow) => MessageWindow): AppState {
  const before = state.windows[channelId];
  const after = change(before ?? emptyWindow);
  return after === before ? state : { ...state, windows: { ...state.windows, [channelId]: after } };
}

/** Changes a window that is there; a channel without one stays so. */
export function changeWindow(state: AppState, channelId: Id, change: (window: MessageWindow) => MessageWindow): AppState {
  return state.windows[channelId] ? setWindow(state, channelId, change) : state;
}

export function loading(window: MessageWindow, edge: WindowEdge): MessageWindow {
  return { ...window, loading: edge, problem: null };
}

export function failed(window: MessageWindow, problem: Problem): MessageWindow {
  return { ...window, loading: null, problem };
}

/** @param page newest first, as the host answers; fewer than `limit` reach the channel's end in that direction */
export function loaded(window: MessageWindow, edge: WindowEdge, page: readonly Message[], limit: number): MessageWindow {
  const fetched = [...page].reverse();
  const isFull = page.length >= limit;
  switch (edge) {
    case 'latest':
      return made(window, fetched, isFull, false);
    case 'oldest':
      return made(window, fetched, false, isFull);
    case 'around':
      return made(window, fetched, true, true);
    case 'older':
      return trimmed(joined(window, fetched, [], isFull, window.hasNewer), 'newer');
    case 'newer':
      return trimmed(joined(window, [], fetched, window.hasOlder, isFull), 'older');
  }
}

function made(window: MessageWindow, messages: Message[], hasOlder: boolean, hasNewer: boolean): MessageWindow {
  const byId: Record<Id, Message> = {};
  const ids: Id[] = [];
  for (const message of messages) {
    if (!byId[message.id]) ids.push(message.id);
    byId[message.id] = message;
  }
  // What came over the gateway while the page was on its way is behind it.
  const last = ids.at(-1);
  if (!hasNewer && !window.hasNewer && !window.stale) {
    for (const id of window.ids) {
      const message = window.byId[id];
      if (message && (!last || id > last) && !byId[id]) {
        ids.push(id);
        byId[id] = message;
      }
    }
  }
  return { ids, byId, hasOlder, hasNewer, loading: null, problem: null, stale: false };
}

function joined(window: MessageWindow, before: Message[], after: Message[], hasOlder: boolean, hasNewer: boolean): MessageWindow {
  const byId = { ...window.byId };
  const isNew = (message: Message) => !byId[message.id];
  const older = before.filter(isNew).map(({ id }) => id);
  const newer = after.filter(isNew).map(({ id }) => id);
  for (const message of [...before, ...after]) byId[message.id] = message;
  return { ...window, ids: [...older, ...window.ids, ...newer], byId, hasOlder, hasNewer, loading: null, problem: null };
}

/** Gives up what is too much at one end. */
function trimmed(window: MessageWindow, end: 'older' | 'newer'): MessageWindow {
  if (window.ids.length <= windowMax) return window;
  const ids = end === 'newer' ? window.ids.slice(0, windowMax) : window.ids.slice(-windowMax);
  return { ...only(window, ids), hasNewer: window.hasNewer || end === 'newer', hasOlder: window.hasOlder || end === 'older' };
}

function only(window: MessageWindow, ids: Id[]): MessageWindow {
  const byId: Record<Id, Message> = {};
  for (const id of ids) {
    const message = window.byId[id];
    if (message) byId[id] = message;
  }
  return { ...window, ids, byId };
}

/** A channel that is left keeps its latest messages; one that showed the past keeps nothing. */
export function putAside(window: MessageWindow): MessageWindow | null {
  if (window.hasNewer || window.stale || window.ids.length === 0) return null;
  if (window.ids.length <= windowAside) return { ...window, loading: null };
  return { ...only(window, window.ids.slice(-windowAside)), hasOlder: true, loading: null };
}

/** Adds what was posted just now, or replaces what is there. The window that is read grows at the end, and gives up its beginning when it is long. */
export function posted(window: MessageWindow, message: Message): MessageWindow {
  if (window.byId[message.id]) return { ...window, byId: { ...window.byId, [message.id]: message } };
  if (window.hasNewer) return window;
  const byId = { ...window.byId, [message.id]: message };
  const last = window.ids.at(-1);
  if (!last || message.id > last) return grown({ ...window, byId, ids: [...window.ids, message.id] });
  if (message.id < (window.ids[0] ?? '') && window.hasOlder) return window;
  return grown({ ...window, byId, ids: [...window.ids, message.id].sort() });
}

/** Twice as long as what scrolling keeps, then half of it goes at once: not a step with every message. */
function grown(window: MessageWindow): MessageWindow {
  return window.ids.length <= 2 * windowMax ? window : { ...only(window, window.ids.slice(-windowMax)), hasOlder: true };
}

export function updated(window: MessageWindow, message: Message): MessageWindow {
  let byId = window.byId;
  if (byId[message.id]) byId = { ...byId, [message.id]: message };
  byId = withReference(window, byId, message.id, message);
  return byId === window.byId ? window : { ...window, byId };
}

export function removed(window: MessageWindow, gone: readonly Id[]): MessageWindow {
  let byId = window.byId;
  const present = gone.filter((id) => byId[id]);
  for (const id of gone) byId = withReference(window, byId, id, null);
  if (present.length === 0) return byId === window.byId ? window : { ...window, byId };
  byId = { ...byId };
  for (const id of present) delete byId[id];
  const set = new Set(present);
  return { ...window, byId, ids: window.ids.filter((id) => !set.has(id)) };
}

/** Answers show the message that they answer: it changes, or is gone. */
function withReference(window: MessageWindow, byId: Record<Id, Message>, id: Id, referenced: Message | null): Record<Id, Message> {
  let changed = byId;
  for (const other of window.ids) {
    const answer = byId[other];
    if (answer?.reply_to !== id || !answer.referenced_message) continue;
    if (changed === byId) changed = { ...byId };
    changed[other] = { ...answer, referenced_message: referenced && { ...referenced, reactions: [], referenced_message: null } };
  }
  return changed;
}

export function withAttachments(window: MessageWindow, messageId: Id, attachments: Attachment[]): MessageWindow {
  const message = window.byId[messageId];
  return message ? { ...window, byId: { ...window.byId, [messageId]: { ...message, attachments } } } : window;
}

export function pinned(window: MessageWindow, messageId: Id, isPinned: boolean): MessageWindow {
  const message = window.byId[messageId];
  return message && message.pinned !== isPinned ? { ...window, byId: { ...window.byId, [messageId]: { ...message, pinned: isPinned } } } : window;
}

/**
 * One reaction of one user came or went. RESUME may repeat an event: for oneself `me` tells; for others the count may then be one off until
 * the message is fetched again.
 */
export function reacted(window: MessageWindow, messageId: Id, emoji: string, isMine: boolean, isAdded: boolean): MessageWindow {
  const message = window.byId[messageId];
  if (!message) return window;
  const there = message.reactions.find((reaction) => reaction.emoji === emoji);
  if (isMine && (there?.me ?? false) === isAdded) return window;
  let reactions: Reaction[];
  if (!there) reactions = isAdded ? [...message.reactions, { emoji, count: 1, me: isMine }] : message.reactions;
  else {
    const count = there.count + (isAdded ? 1 : -1);
    reactions = message.reactions.flatMap((reaction) =>
      reaction.emoji !== emoji ? [reaction] : count > 0 ? [{ emoji, count, me: isMine ? isAdded : reaction.me }] : [],
    );
  }
  return { ...window, byId: { ...window.byId, [messageId]: { ...message, reactions } } };
}
