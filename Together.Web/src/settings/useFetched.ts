import { useCallback, useEffect, useRef, useState } from 'react';
import { type Problem, problemOf } from '@/api/problem';

export interface Fetched<T> {
  /** What came last; null before anything did. */
  data: T | null;
  problem: Problem | null;
  busy: boolean;
  again: () => void;
  /** Shows what was changed since, without asking again. */
  change: (next: (data: T) => T) => void;
}

/** Fetches what one screen shows. @param fetch has to stay the same for as long as it asks for the same */
export function useFetched<T>(fetch: (signal: AbortSignal) => Promise<T>): Fetched<T> {
  const [state, setState] = useState<{ data: T | null; problem: Problem | null; busy: boolean }>({ data: null, problem: null, busy: true });
  const running = useRef<AbortController>(null);
  const again = useCallback(() => {
    running.current?.abort();
    const abort = new AbortController();
    running.current = abort;
    setState((now) => ({ ...now, busy: true }));
    fetch(abort.signal).then(
      (data) => abort.signal.aborted || setState({ data, problem: null, busy: false }),
      (error) => abort.signal.aborted || setState((now) => ({ ...now, problem: problemOf(error), busy: false })),
    );
  }, [fetch]);
  useEffect(() => {
    again();
    return () => running.current?.abort();
  }, [again]);
  const change = useCallback((next: (data: T) => T) => setState((now) => (now.data === null ? now : { ...now, data: next(now.data) })), []);
  return { ...state, again, change };
}
