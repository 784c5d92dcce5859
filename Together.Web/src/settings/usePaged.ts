import { useCallback, useRef, useState } from 'react';
import { type Problem, problemOf } from '@/api/problem';
import { type Fetched, useFetched } from './useFetched';

interface Pages<T> {
  items: T[];
  hasMore: boolean;
}

export interface Paged<T> extends Omit<Fetched<Pages<T>>, 'change'> {
  more: () => void;
  loadingMore: boolean;
  /** Why the next page did not come. */
  moreProblem: Problem | null;
  change: (next: (items: T[]) => T[]) => void;
}

/** A list that comes page by page. @param fetchPage what follows an item; has to stay the same for as long as it asks for the same */
export function usePaged<T>(fetchPage: (last: T | null, signal: AbortSignal) => Promise<T[]>, pageSize: number): Paged<T> {
  const first = useCallback(
    async (signal: AbortSignal) => {
      const items = await fetchPage(null, signal);
      return { items, hasMore: items.length === pageSize };
    },
    [fetchPage, pageSize],
  );
  const { change, data, ...fetched } = useFetched(first);
  const [loadingMore, setLoadingMore] = useState(false);
  const [moreProblem, setMoreProblem] = useState<Problem | null>(null);
  const latest = useRef(fetchPage);
  latest.current = fetchPage;
  const more = async () => {
    const last = data?.items.at(-1);
    if (!last || loadingMore) return;
    setLoadingMore(true);
    setMoreProblem(null);
    try {
      const page = await fetchPage(last, new AbortController().signal);
      // What was asked for may be something else by now.
      if (latest.current === fetchPage) change((now) => ({ items: [...now.items, ...page], hasMore: page.length === pageSize }));
    } catch (error) {
      setMoreProblem(problemOf(error));
    } finally {
      setLoadingMore(false);
    }
  };
  return {
    ...fetched,
    data,
    more: () => void more(),
    loadingMore,
    moreProblem,
    change: useCallback((next) => change((now) => ({ ...now, items: next(now.items) })), [change]),
  };
}
