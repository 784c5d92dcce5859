// Where somebody was and how they like their lists, on this device alone.
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { Id } from './state';
import { store } from './store';

export interface Places {
  /** The channel that was open last. */
  last: Id | null;
  /** The channel that was open last, by server. */
  lastIn: Record<Id, Id>;
  /** Categories that are closed. */
  closed: Id[];
  /** Servers in an order of one's own; those that are missing come behind. */
  serverOrder: Id[];
  /** Channels that were open, the last one first. */
  recent: Id[];
}

const nowhere: Places = { last: null, lastIn: {}, closed: [], serverOrder: [], recent: [] };

const placesStore = createStore<Places>(() => nowhere);

const key = (userId: Id) => `together.places.${userId}`;

let owner: Id | null = null;

/** Total: whatever the storage holds, the answer is a set of places. */
export function parsePlaces(text: string | null): Places {
  let value: unknown;
  try {
    value = JSON.parse(text ?? 'null');
  } catch {
    return nowhere;
  }
  if (typeof value !== 'object' || value === null) return nowhere;
  const { last, lastIn, closed, serverOrder, recent } = value as Record<string, unknown>;
  return {
    last: typeof last === 'string' ? last : null,
    lastIn: typeof lastIn === 'object' && lastIn !== null ? Object.fromEntries(Object.entries(lastIn).filter(isText)) : {},
    closed: texts(closed),
    serverOrder: texts(serverOrder),
    recent: texts(recent),
  };
}

function isText(entry: [string, unknown]): entry is [string, string] {
  return typeof entry[1] === 'string';
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function follow(userId: Id | null): void {
  if (userId === owner) return;
  owner = userId;
  let text: string | null = null;
  try {
    text = userId && localStorage.getItem(key(userId));
  } catch {
    // No storage: one starts at the first channel.
  }
  placesStore.setState(parsePlaces(text), true);
}

follow(store.getState().me?.id ?? null);
store.subscribe(({ me }) => follow(me?.id ?? null));

export function getPlaces(): Places {
  return placesStore.getState();
}

export function usePlaces<T>(select: (places: Places) => T): T {
  return useStore(placesStore, select);
}

export function changePlaces(change: Partial<Places>): void {
  placesStore.setState(change);
  try {
    if (owner) localStorage.setItem(key(owner), JSON.stringify(placesStore.getState()));
  } catch {
    // A full or forbidden storage costs the memory of a reload, nothing else.
  }
}

export function forgetPlaces(userId: Id): void {
  try {
    localStorage.removeItem(key(userId));
  } catch {
    // No storage: nothing was kept.
  }
}
