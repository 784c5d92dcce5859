// What this device alone knows, so that a reload loses nothing that was typed. Never a token.
import { forgetPlaces } from '@/state/places';
import type { AppState, Draft, Id, OutgoingMessage } from '@/state/state';
import { store } from '@/state/store';

interface Kept {
  drafts: Record<Id, Draft>;
  outbox: Record<Id, OutgoingMessage[]>;
}

const key = (userId: Id) => `together.kept.${userId}`;

/** What was kept for a user; nothing when there is nothing, or nothing that can be read. */
export function kept(userId: Id): Kept {
  try {
    const value = JSON.parse(localStorage.getItem(key(userId)) ?? 'null') as Partial<Kept> | null;
    return { drafts: value?.drafts ?? {}, outbox: value?.outbox ?? {} };
  } catch {
    return { drafts: {}, outbox: {} };
  }
}

/** Whoever logs out leaves nothing behind. */
export function forget(userId: Id): void {
  forgetPlaces(userId);
  try {
    localStorage.removeItem(key(userId));
  } catch {
    // No storage: nothing was kept.
  }
}

let writing: ReturnType<typeof setTimeout> | undefined;

/** Writes changes down a moment later, and at once when the page goes. */
export function keepFromNowOn(): void {
  store.subscribe((state, before) => {
    if (state.drafts === before.drafts && state.outbox === before.outbox) return;
    if (state.session !== 'signed_in' || before.session !== 'signed_in') return;
    writing ??= setTimeout(write, 300);
  });
  window.addEventListener('pagehide', write);
}

function write(): void {
  clearTimeout(writing);
  writing = undefined;
  const state: AppState = store.getState();
  if (!state.me) return;
  try {
    localStorage.setItem(key(state.me.id), JSON.stringify({ drafts: state.drafts, outbox: state.outbox } satisfies Kept));
  } catch {
    // A full or forbidden storage costs the drafts of a reload, nothing else.
  }
}
