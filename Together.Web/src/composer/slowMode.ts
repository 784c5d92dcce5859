import { useEffect, useState } from 'react';
import { createStore, useStore } from 'zustand';
import type { Id } from '@/state/state';
import { store, useApp } from '@/state/store';
import { timeOf } from '@/state/unread';
import { lastOwnMessage, slowModeOf } from './standing';

/** Until when one has to wait, by channel, in milliseconds of performance.now(): a wrong clock changes nothing. */
const waits = createStore<Record<Id, number>>(() => ({}));

function waitUntil(channelId: Id, until: number): void {
  waits.setState((before) => ({ ...before, [channelId]: Math.max(before[channelId] ?? 0, until) }));
}

/** A message goes out now. */
export function beginWait(channelId: Id): void {
  const seconds = slowModeOf(store.getState(), channelId);
  if (seconds > 0) waitUntil(channelId, performance.now() + seconds * 1000);
}

// The host knows better: another device may have written too.
store.subscribe((state, before) => {
  if (state.outbox === before.outbox) return;
  for (const [channelId, messages] of Object.entries(state.outbox)) {
    if (messages === before.outbox[channelId]) continue;
    for (const { problem } of messages)
      if (problem?.code === 'rate_limited' && problem.retryAfter) waitUntil(channelId, performance.now() + problem.retryAfter * 1000);
  }
});

/** Seconds until one may write again. */
export function useSlowMode(channelId: Id): { seconds: number; left: number } {
  const seconds = useApp((state) => slowModeOf(state, channelId));
  const isLoaded = useApp((state) => (seconds > 0 ? state.windows[channelId]?.loading === null : false));
  const until = useStore(waits, (all) => all[channelId] ?? 0);
  const [now, setNow] = useState(() => performance.now());

  // After a reload only the message tells. Where the clocks differ too much nothing is told, and the host decides.
  useEffect(() => {
    const last = isLoaded ? lastOwnMessage(store.getState(), channelId) : null;
    const age = last ? Date.now() - timeOf(last) : -1;
    if (age >= 0 && age < seconds * 1000) waitUntil(channelId, performance.now() - age + seconds * 1000);
  }, [channelId, isLoaded, seconds]);

  const left = Math.max(0, Math.ceil((until - Math.max(now, 0)) / 1000));
  useEffect(() => {
    setNow(performance.now());
    if (until <= performance.now()) return;
    const timer = setInterval(() => {
      setNow(performance.now());
      if (until <= performance.now()) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [until]);
  return { seconds, left };
}
