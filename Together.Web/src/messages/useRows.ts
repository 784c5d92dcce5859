import { useCallback, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { Id, MessageWindow, OutgoingMessage } from '@/state/state';
import { useApp } from '@/state/store';
import { emptyWindow } from '@/state/windows';
import { type Row, rowsOf, transition } from './rows';

const nothing: readonly OutgoingMessage[] = [];

export interface ShownRows {
  rows: readonly Row[];
  /** As `Virtualizer` takes it. */
  shift: boolean;
  /** Another number: nothing is left of the list before. */
  epoch: number;
  window: MessageWindow;
  newSince: Id | null;
  reveal: (ids: readonly Id[], isShown: boolean) => void;
}

/** The rows of a channel, and how they came to be from those before. */
export function useRows(channelId: Id): ShownRows {
  const window = useApp((state) => state.windows[channelId]) ?? emptyWindow;
  const outbox = useApp((state) => state.outbox[channelId]) ?? nothing;
  const newSince = useApp((state) => (state.openChannel === channelId ? state.newSince : null));
  const meId = useApp((state) => state.me?.id ?? '');
  const relationships = useApp((state) => state.relationships);
  const [revealed, setRevealed] = useState<ReadonlySet<Id>>(() => new Set());
  const before = useRef<readonly Row[]>([]);

  const rows = useMemo(
    () => rowsOf({ window, outbox, newSince, meId, isBlocked: (id) => relationships[id]?.type === 'blocked', revealed }, before.current),
    [window, outbox, newSince, meId, relationships, revealed],
  );
  useLayoutEffect(() => {
    before.current = rows;
  }, [rows]);

  const [shown, setShown] = useState<{ of: Row[]; rows: readonly Row[]; shift: boolean; epoch: number; isHalf: boolean }>(() => ({
    of: rows,
    rows,
    shift: false,
    epoch: 0,
    isHalf: false,
  }));
  if (shown.of !== rows) {
    const { isReplaced, ...next } = transition(shown.rows, rows);
    setShown({ ...next, of: rows, epoch: shown.epoch + Number(isReplaced) });
  }
  useLayoutEffect(() => {
    if (shown.isHalf) setShown((half) => (half === shown ? { ...half, rows: half.of, shift: false, isHalf: false } : half));
  }, [shown]);

  const reveal = useCallback((ids: readonly Id[], isShown: boolean) => {
    setRevealed((set) => {
      const next = new Set(set);
      for (const id of ids) {
        if (isShown) next.add(id);
        else next.delete(id);
      }
      return next;
    });
  }, []);
  return { rows: shown.rows, shift: shown.shift, epoch: shown.epoch, window, newSince, reveal };
}
