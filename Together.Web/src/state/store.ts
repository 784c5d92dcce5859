import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import { createStore } from 'zustand/vanilla';
import type { Action } from './action';
import { reduce } from './reduce';
import { type AppState, initialState } from './state';

export const store = createStore<AppState>(() => initialState);

/** One step of the state; several actions are one change for whoever looks on. */
export function dispatch(...actions: Action[]): void {
  store.setState((state) => actions.reduce(reduce, state), true);
}

/** What a component reads of the state. It is drawn again when that is another value (Object.is). */
export function useApp<T>(select: (state: AppState) => T): T {
  return useStore(store, select);
}

/** For selectors that make a list or record anew: compared item by item. */
export function useAppShallow<T>(select: (state: AppState) => T): T {
  return useStore(store, useShallow(select));
}
