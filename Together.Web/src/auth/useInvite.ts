import { useEffect, useState } from 'react';
import { previewInvite } from '@/actions/joining';
import { type Problem, problemOf } from '@/api/problem';
import type { Invite } from '@/contracts';

/** What an invite leads to. */
export function useInvite(code: string): { invite: Invite | null; problem: Problem | null; retry: () => void } {
  const [invite, setInvite] = useState<Invite | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt asks again
  useEffect(() => {
    let isCurrent = true;
    setInvite(null);
    setProblem(null);
    previewInvite(code).then(
      (found) => isCurrent && setInvite(found),
      (error: unknown) => isCurrent && setProblem(problemOf(error)),
    );
    return () => {
      isCurrent = false;
    };
  }, [code, attempt]);
  return { invite, problem, retry: () => setAttempt((count) => count + 1) };
}
