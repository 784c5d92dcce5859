import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { beforeKept } from '@/actions/kept';
import type { Id } from '@/state/state';
import { dispatch, store, useApp } from '@/state/store';
import { nothingWritten, tidied, type Written } from './written';

/** The text is the store's this long after a key, in milliseconds: not with every key. */
const settles = 300;

function stored(channelId: Id): Written {
  const draft = store.getState().drafts[channelId];
  return draft ? { text: draft.text, mentions: draft.mentions } : nothingWritten;
}

export interface DraftText {
  value: Written;
  change: (value: Written) => void;
  /** Puts what is written into the store. */
  flush: () => void;
  /** Takes over what the store has. */
  take: () => void;
}

/** A channel's text: here while it is being written, in the store soon after. Whom it answers is the store's alone. */
export function useDraft(channelId: Id): DraftText {
  const [value, setValue] = useState(() => stored(channelId));
  const latest = useRef(value);
  /** What the store has, as far as is known here. */
  const known = useRef(value.text);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const flush = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = undefined;
    const before = store.getState().drafts[channelId];
    const { text, mentions } = tidied(latest.current);
    // Somebody else's change counts: it is taken over before long.
    if (known.current === text && sameNames(before?.mentions, mentions)) return;
    known.current = text;
    dispatch({ type: 'draft', channelId, draft: { replyTo: null, ...before, text, mentions } });
  }, [channelId]);

  const change = useCallback(
    (next: Written) => {
      latest.current = next;
      setValue(next);
      timer.current ??= setTimeout(flush, settles);
    },
    [flush],
  );

  const take = useCallback(() => {
    latest.current = stored(channelId);
    known.current = latest.current.text;
    setValue(latest.current);
  }, [channelId]);

  // What was sent, or put here from elsewhere.
  const there = useApp((state) => state.drafts[channelId]?.text ?? '');
  useLayoutEffect(() => {
    if (there !== known.current) take();
  }, [there, take]);

  useEffect(() => {
    const stop = beforeKept(flush);
    return () => {
      stop();
      flush();
    };
  }, [flush]);

  return { value, change, flush, take };
}

function sameNames(a: Written['mentions'] = {}, b: Written['mentions']): boolean {
  const names = Object.keys(b);
  return names.length === Object.keys(a).length && names.every((name) => a[name] === b[name]);
}
