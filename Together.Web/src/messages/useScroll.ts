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

/** How long the list goes on looking for a row whose neighbours it measures, in milliseconds: what comes meanwhile would move its number. */
const searching = 300;

/** Closer to the end than this, in pixels, is at the end: half-pixels of zoomed screens. */
const atEnd = 2;

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
  toRow: (index: number, align: 'center' | 'nearest' | 'start') => void;
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
  const searchesUntil = useRef(0);
  const [headerHeight, setHeaderHeight] = useState(0);
  const [place, setPlace] = useState({ isAtEnd: true, isFar: false, firstSeen: 0 });

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
    if (!view || !now || now.loading || now.problem || now.stale || now.ids.length === 0 || fetched.current >= unattended) return;
    if (performance.now() < searchesUntil.current) return;
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

  const onResize = useCallback(() => {
    settle();
    look();
  }, [settle, look]);

  // What stands above the rows changes its height: the rows stay where they are.
  useLayoutEffect(() => {
    const element = header.current;
    if (!element) return;
    const measure = () => {
      const height = element.offsetHeight;
      setHeaderHeight((known) => {
        const view = scroller.current;
        if (view && known !== height && known > 0 && !sticks.current) view.scrollTop += height - known;
        return height;
      });
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
      sticks.current = true;
      settle();
      look();
    }, [settle, look]),
    toRow: useCallback(
      (index, align) => {
        sticks.current = false;
        searchesUntil.current = performance.now() + searching;
        list.current?.scrollToIndex(index, { align });
        setTimeout(fetchAhead, searching + 1);
      },
      [fetchAhead],
    ),
    toStart: useCallback(() => {
      sticks.current = false;
      fetched.current = 0;
      if (scroller.current) scroller.current.scrollTop = 0;
    }, []),
    byPage: useCallback((pages) => {
      const view = scroller.current;
      view?.scrollBy({ top: pages * view.clientHeight * 0.9, behavior: 'instant' });
    }, []),
  };
}

/** Where a message stands among the rows; -1 when it is not there, or folded away. */
export function indexOfMessage(rows: readonly Row[], messageId: Id): number {
  return rows.findIndex((row) => row.kind === 'message' && row.message.id === messageId);
}
