// What this device alone knows, so that a reload loses nothing that was typed. Never a token.
import { forgetPlaces } from '@/state/places';
import type { AppState, Draft, Id, OutgoingMessage } from '@/state/state';
import { store } from '@/state/store';

interface Kept {
  drafts: Record<Id, Draft>;
  outbox: Record<Id, OutgoingMessage[]>;
}

// An entry for each draft and each message that waits: tabs that are open at once do not write over each other's.
const prefix = (userId: Id) => `together.kept.${userId}.`;
const draftKey = (userId: Id, channelId: Id) => `${prefix(userId)}draft.${channelId}`;
const outgoingKey = (userId: Id, nonce: string) => `${prefix(userId)}outgoing.${nonce}`;

/** What was kept for a user; what cannot be read is left out. */
export function kept(userId: Id): Kept {
  const found: Kept = { drafts: {}, outbox: {} };
  const waiting: OutgoingMessage[] = [];
  for (const key of keysOf(userId)) {
    const value = read(key);
    if (typeof value !== 'object' || value === null) continue;
    const [kind, id] = key.slice(prefix(userId).length).split('.', 2);
    if (kind === 'draft' && id && 'text' in value) found.drafts[id] = value as Draft;
    else if (kind === 'outgoing' && 'nonce' in value) waiting.push(value as OutgoingMessage);
  }
  waiting.sort((a, b) => a.createdAt - b.createdAt);
  for (const message of waiting) found.outbox[message.channelId] = [...(found.outbox[message.channelId] ?? []), message];
  return found;
}

/** Whoever logs out leaves nothing behind. */
export function forget(userId: Id): void {
  forgetPlaces(userId);
  for (const key of keysOf(userId)) write(key, null);
}

let written: AppState | null = null;
let writing: ReturnType<typeof setTimeout> | undefined;

/** Writes changes down a moment later, and at once when the page goes. */
export function keepFromNowOn(): void {
  store.subscribe((state, before) => {
    if (state.session !== 'signed_in' || before.session !== 'signed_in') {
      // What belongs to the next account is read when it enters, and differs from nothing.
      written = state.session === 'signed_in' ? state : null;
      return;
    }
    if (state.drafts !== before.drafts || state.outbox !== before.outbox) writing ??= setTimeout(writeChanges, 300);
  });
  window.addEventListener('pagehide', keepNow);
}

const unsettled = new Set<() => void>();

/** Calls back before the last chance to keep anything: for what is not in the store yet. Answers how to stop that. */
export function beforeKept(settle: () => void): () => void {
  unsettled.add(settle);
  return () => unsettled.delete(settle);
}

/** Writes changes down at once: the page goes, or the session does. */
export function keepNow(): void {
  for (const settle of unsettled) settle();
  writeChanges();
}

function writeChanges(): void {
  clearTimeout(writing);
  writing = undefined;
  const state = store.getState();
  const userId = state.me?.id;
  if (!userId || !written) return;
  const before = written;
  written = state;
  for (const channelId of new Set([...Object.keys(before.drafts), ...Object.keys(state.drafts)]))
    if (before.drafts[channelId] !== state.drafts[channelId]) write(draftKey(userId, channelId), state.drafts[channelId] ?? null);
  const were = byNonce(before);
  const are = byNonce(state);
  for (const nonce of new Set([...were.keys(), ...are.keys()]))
    if (were.get(nonce) !== are.get(nonce)) write(outgoingKey(userId, nonce), are.get(nonce) ?? null);
}

function byNonce(state: AppState): Map<string, OutgoingMessage> {
  return new Map(
    Object.values(state.outbox)
      .flat()
      .map((message) => [message.nonce, message]),
  );
}

function keysOf(userId: Id): string[] {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix(userId)));
  } catch {
    return [];
  }
}

function read(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}

/** A full or forbidden storage costs the drafts of a reload, nothing else. */
function write(key: string, value: object | null): void {
  try {
    if (value) localStorage.setItem(key, JSON.stringify(value));
    else localStorage.removeItem(key);
  } catch {
    // As said.
  }
}
