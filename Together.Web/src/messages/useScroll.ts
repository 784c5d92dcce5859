import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { VirtualizerHandle } from 'virtua';
import { load } from '@/actions/messages';
import type { Id } from '@/state/state';
import { store } from '@/state/store';
import type { Row } from './rows';
import type { ShownRows } from './useRows';

/** Pages are asked for when the edge is this close, in heights of the view: about what a flick of the finger passes. */
const ahead = 2;

/** Pages fetched in a row without anybody scrolling: enough to fill a screen with the shortest rows, no endless walk. */
const unattended = 6;

/** Frames for which a row that is sought must stand still, and those after which it is given up: a slow device measures for many. */
const still = 3;
const givenUp = 120;

/** Closer to the end than this, in pixels, is at the end: half-pixels of zoomed screens. */
const atEnd = 2;

type Align = 'center' | 'nearest' | 'start';

interface Sought {
  key: string;
  align: Align;
  /** Frames in which it did not move. */
  stood: number;
  frames: number;
}

export interface Scroll {
  scroller: RefObject<HTMLDivElement | null>;
  list: RefObject<VirtualizerHandle | null>;
  header: RefObject<HTMLDivElement | null>;
  /** Of what stands above the first row, in pixels. */
  headerHeight: number;
  /** The last row that is loaded is in view. */
  isAtEnd: boolean;
  /** More than a view away from the end. */
  isFar: boolean;
  /** The first row that is not all above the view. */
  firstSeen: number;
  onScroll: () => void;
  /** Sizes have changed. */
  onResize: () => void;
  toEnd: () => void;
  toRow: (index: number, align: Align) => void;
  toStart: () => void;
  byPage: (pages: number) => void;
}

/** Where the view of a channel stands, and what moves it. Whoever is at the end stays there; for all others nothing moves. */
export function useScroll(channelId: Id, { rows, epoch, window }: Pick<ShownRows, 'rows' | 'epoch' | 'window'>): Scroll {
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const header = useRef<HTMLDivElement>(null);
  const sticks = useRef(true);
  const lastTop = useRef(0);
  const isUpward = useRef(true);
  const fetched = useRef(0);
  const sought = useRef<Sought | null>(null);
  const latest = useRef(rows);
  latest.current = rows;
  const [headerHeight, setHeaderHeight] = useState(0);
  const [place, setPlace] = useState({ isAtEnd: true, isFar: false, firstSeen: Number.POSITIVE_INFINITY });

  const look = useCallback(() => {
    const view = scroller.current;
    if (!view) return;
    const below = view.scrollHeight - view.scrollTop - view.clientHeight;
    const next = { isAtEnd: below <= atEnd, isFar: below > view.clientHeight, firstSeen: list.current?.findItemIndex(view.scrollTop) ?? 0 };
    setPlace((known) => (known.isAtEnd === next.isAtEnd && known.isFar === next.isFar && known.firstSeen === next.firstSeen ? known : next));
  }, []);

  const settle = useCallback(() => {
    const view = scroller.current;
    if (!view || !sticks.current) return;
    view.scrollTop = view.scrollHeight;
    lastTop.current = view.scrollTop;
  }, []);

  const fetchAhead = useCallback(() => {
    const view = scroller.current;
    const now = store.getState().windows[channelId];
    if (!view || !now || now.loading || now.problem || now.stale || now.ids.length === 0 || fetched.current >= unattended || sought.current) return;
    const room = ahead * view.clientHeight;
    const isNearStart = now.hasOlder && view.scrollTop - (header.current?.offsetHeight ?? 0) < room;
    const isNearEnd = now.hasNewer && view.scrollHeight - view.scrollTop - view.clientHeight < room;
    if (!isNearStart && !isNearEnd) return;
    fetched.current++;
    void load(channelId, isNearStart && (isUpward.current || !isNearEnd) ? 'older' : 'newer');
  }, [channelId]);

  const onScroll = useCallback(() => {
    const view = scroller.current;
    if (!view) return;
    const moved = view.scrollTop - lastTop.current;
    const below = view.scrollHeight - view.scrollTop - view.clientHeight;
    if (below <= atEnd) sticks.current = !store.getState().windows[channelId]?.hasNewer;
    // What grew below the end is caught up with; only whoever goes up lets go of it.
    else if (moved < 0) sticks.current = false;
    else settle();
    if (moved !== 0) {
      isUpward.current = moved < 0;
      fetched.current = 0;
    }
    lastTop.current = view.scrollTop;
    look();
    fetchAhead();
  }, [channelId, settle, look, fetchAhead]);

  /** Moves towards the row that is sought; true while it is not there for good. */
  const approach = useCallback((): boolean => {
    const view = scroller.current;
    const goal = sought.current;
    if (!view || !goal) return false;
    const index = latest.current.findIndex(({ key }) => key === goal.key);
    if (index < 0) return false;
    const before = view.scrollTop;
    const row = view.querySelector<HTMLElement>(`[data-row="${CSS.escape(goal.key)}"]`);
    // The list hides what it has not measured.
    if (row?.checkVisibility({ visibilityProperty: true }))
      view.scrollTop += distance(row.getBoundingClientRect(), view.getBoundingClientRect(), goal.align);
    else view.scrollTop = (header.current?.offsetHeight ?? 0) + (list.current?.getItemOffset(index) ?? 0) - view.clientHeight / 2;
    goal.stood = row && Math.abs(view.scrollTop - before) < 1 ? goal.stood + 1 : 0;
    return goal.stood < still && ++goal.frames < givenUp;
  }, []);

  const toRow = useCallback(
    (index: number, align: Align) => {
      const row = latest.current[index];
      if (!row) return;
      const goal: Sought = { key: row.key, align, stood: 0, frames: 0 };
      sticks.current = false;
      sought.current = goal;
      const frame = () => {
        if (sought.current !== goal) return;
        if (approach()) requestAnimationFrame(frame);
        else {
          sought.current = null;
          look();
          fetchAhead();
        }
      };
      frame();
    },
    [approach, look, fetchAhead],
  );

  // Whoever scrolls is not to be pulled back.
  useEffect(() => {
    const view = scroller.current;
    const stop = new AbortController();
    const letGo = () => {
      sought.current = null;
    };
    for (const type of ['wheel', 'touchstart', 'pointerdown']) view?.addEventListener(type, letGo, { passive: true, signal: stop.signal });
    return () => stop.abort();
  }, []);

  const onResize = useCallback(() => {
    settle();
    approach();
    look();
  }, [settle, approach, look]);

  // What stands above the rows changes its height: the rows stay where they are.
  useLayoutEffect(() => {
    const element = header.current;
    if (!element) return;
    let known = 0;
    const measure = () => {
      const height = element.offsetHeight;
      const view = scroller.current;
      if (view && known > 0 && !sticks.current) view.scrollTop += height - known;
      known = height;
      setHeaderHeight(height);
      settle();
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [settle]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever changes the rows may move the end
  useLayoutEffect(() => {
    settle();
    look();
  }, [rows, epoch, window.hasNewer, settle, look]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a page has come, and may not have been enough
  useEffect(fetchAhead, [rows, window.loading, window.stale, fetchAhead]);

  return {
    scroller,
    list,
    header,
    headerHeight,
    ...place,
    onScroll,
    onResize,
    toEnd: useCallback(() => {
      sought.current = null;
      sticks.current = true;
      settle();
      look();
    }, [settle, look]),
    toRow,
    toStart: useCallback(() => {
      sought.current = null;
      sticks.current = false;
      fetched.current = 0;
      if (scroller.current) scroller.current.scrollTop = 0;
    }, []),
    byPage: useCallback((pages) => {
      sought.current = null;
      const view = scroller.current;
      view?.scrollBy({ top: pages * view.clientHeight * 0.9, behavior: 'instant' });
    }, []),
  };
}

/** Room that is left beside a row which is brought into view, in pixels: the bars lie over the edges. */
const margin = 48;

function distance(row: DOMRect, view: DOMRect, align: Align): number {
  if (align === 'center' && row.height < view.height) return row.top + row.height / 2 - (view.top + view.height / 2);
  if (align !== 'nearest' || row.top < view.top + margin) return row.top - view.top - margin;
  return Math.max(0, Math.min(row.bottom - view.bottom + margin, row.top - view.top - margin));
}

/** Where a message stands among the rows; -1 when it is not there, or folded away. */
export function indexOfMessage(rows: readonly Row[], messageId: Id): number {
  return rows.findIndex((row) => row.kind === 'message' && row.message.id === messageId);
}
