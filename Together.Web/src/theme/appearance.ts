import { useSyncExternalStore } from 'react';

export interface Appearance {
  /** Kept by the host's settings; the copy here is for the time before login. */
  readonly theme: 'system' | 'dark' | 'light';
  readonly density: 'cosy' | 'compact';
  readonly motion: 'system' | 'reduced';
}

const key = 'together.appearance';
const standard: Appearance = { theme: 'system', density: 'cosy', motion: 'system' };

/** Total: whatever the storage holds, the answer is an appearance. */
export function parseAppearance(text: string | null): Appearance {
  let value: unknown;
  try {
    value = JSON.parse(text ?? '');
  } catch {
    return standard;
  }
  if (typeof value !== 'object' || value === null) return standard;
  const { theme, density, motion } = value as Record<string, unknown>;
  return {
    theme: theme === 'dark' || theme === 'light' ? theme : 'system',
    density: density === 'compact' ? density : 'cosy',
    motion: motion === 'reduced' ? motion : 'system',
  };
}

/** The attributes of `<html>` that the tokens look at; `undefined` leaves the choice to the system. */
export function attributesOf({ theme, density, motion }: Appearance): Record<'theme' | 'density' | 'motion', string | undefined> {
  return {
    theme: theme === 'system' ? undefined : theme,
    density: density === 'compact' ? density : undefined,
    motion: motion === 'reduced' ? motion : undefined,
  };
}

let current = standard;
const listeners = new Set<() => void>();

function apply(): void {
  const root = document.documentElement;
  for (const [name, value] of Object.entries(attributesOf(current))) {
    if (value === undefined) delete root.dataset[name];
    else root.dataset[name] = value;
  }
  const colour = getComputedStyle(root).getPropertyValue('--surface-2').trim();
  if (colour) document.querySelector('meta[name="theme-color"]')?.setAttribute('content', colour);
  for (const listener of listeners) listener();
}

function read(): Appearance {
  try {
    return parseAppearance(localStorage.getItem(key));
  } catch {
    return current;
  }
}

/** Applies what the last visit chose, and follows the system and the other tabs from then on. Once, before the first render. */
export function startAppearance(): void {
  current = read();
  apply();
  matchMedia('(prefers-color-scheme: light)').addEventListener('change', apply);
  addEventListener('storage', (event) => {
    if (event.key !== key && event.key !== null) return;
    current = read();
    apply();
  });
}

/** Applies at once and remembers in this browser, if it lets us. */
export function setAppearance(change: Partial<Appearance>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(key, JSON.stringify(current));
  } catch {
    // A browser that forbids storage still shows the choice until it is closed.
  }
  apply();
}

export function getAppearance(): Appearance {
  return current;
}

export function useAppearance(): Appearance {
  return useSyncExternalStore(subscribe, getAppearance);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
