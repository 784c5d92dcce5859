import { lazy, Suspense, useEffect } from 'react';
import { start } from '@/actions/session';
import { useApp } from '@/state/store';
import { Starting } from './Starting';

const SignedOut = lazy(() => import('@/auth/SignedOut'));
const Shell = lazy(() => import('./Shell'));

let isStarted = false;

export function App() {
  const session = useApp((state) => state.session);
  useEffect(() => {
    if (isStarted) return;
    isStarted = true;
    void start();
  }, []);
  return (
    <Suspense fallback={<Starting />}>
      {session === 'signed_in' ? <Shell /> : session === 'signed_out' ? <SignedOut /> : <Starting unreachable={session === 'unreachable'} />}
    </Suspense>
  );
}
