import { useRef, useState } from 'react';
import { type Problem, problemOf } from '@/api/problem';

type Fields = Record<string, string | number | boolean | null>;

/** What a form shows when its object changed elsewhere: the news, but for fields that are being edited. */
export function adopted<T extends Fields>(base: T, draft: T, news: T): T {
  return Object.fromEntries(Object.entries(draft).map(([key, value]) => [key, value === base[key] ? news[key] : value])) as T;
}

/** The fields that differ from what is stored. */
export function changes<T extends Fields>(base: T, draft: T): Partial<T> {
  return Object.fromEntries(Object.entries(draft).filter(([key, value]) => value !== base[key])) as Partial<T>;
}

const isSame = <T extends Fields>(one: T, other: T) => Object.keys(changes(one, other)).length === 0;

export interface Form<T> {
  draft: T;
  set: (change: Partial<T>) => void;
  isDirty: boolean;
  busy: boolean;
  problem: Problem | null;
  reset: () => void;
  submit: () => Promise<void>;
}

/**
 * A form over something that others may change meanwhile.
 * @param stored what the host is known to have
 * @param save sends the fields that were changed; throws ApiError
 */
export function useForm<T extends Fields>(stored: T, save: (change: Partial<NoInfer<T>>) => Promise<void>): Form<T> {
  const [state, setState] = useState({ seen: stored, base: stored, draft: stored });
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const running = useRef(false);
  let { base, draft } = state;
  if (!isSame(state.seen, stored)) {
    draft = adopted(base, draft, stored);
    base = stored;
    setState({ seen: stored, base, draft });
  }
  return {
    draft,
    set: (change) => setState((now) => ({ ...now, draft: { ...now.draft, ...change } })),
    isDirty: !isSame(base, draft),
    busy,
    problem,
    reset: () => {
      setProblem(null);
      setState((now) => ({ ...now, draft: now.base }));
    },
    submit: async () => {
      const sent = changes(base, draft);
      if (running.current || Object.keys(sent).length === 0) return;
      running.current = true;
      setBusy(true);
      setProblem(null);
      try {
        await save(sent);
        setState((now) => ({ ...now, base: { ...now.base, ...sent } }));
      } catch (error) {
        setProblem(problemOf(error));
      } finally {
        running.current = false;
        setBusy(false);
      }
    },
  };
}
