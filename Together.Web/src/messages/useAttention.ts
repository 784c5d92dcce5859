import { useSyncExternalStore } from 'react';

/** Whether somebody looks at the page: it is visible and has the focus. */
export function useAttention(): boolean {
  return useSyncExternalStore(subscribe, isAttended);
}

function isAttended(): boolean {
  return document.visibilityState === 'visible' && document.hasFocus();
}

function subscribe(listener: () => void): () => void {
  const stop = new AbortController();
  window.addEventListener('focus', listener, { signal: stop.signal });
  window.addEventListener('blur', listener, { signal: stop.signal });
  document.addEventListener('visibilitychange', listener, { signal: stop.signal });
  return () => stop.abort();
}
