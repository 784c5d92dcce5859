import { type FormEvent, useRef, useState } from 'react';
import { type Problem, problemOf } from '@/api/problem';

/** A form that is sent once at a time, and says why it was refused. What was typed stays. */
export function useSubmit(work: () => Promise<void>) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const running = useRef(false);
  const onSubmit = async (event: FormEvent) => {
    event.preventDefault();
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  return { busy, problem, setProblem, onSubmit };
}
