import { useCallback, useSyncExternalStore } from 'react';
import { narrow } from '@/actions/view';

export function useMedia(query: string): boolean {
  const subscribe = useCallback(
    (listener: () => void) => {
      const media = matchMedia(query);
      media.addEventListener('change', listener);
      return () => media.removeEventListener('change', listener);
    },
    [query],
  );
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches);
}

/** Servers and channels are in a drawer. */
export const useIsPhone = () => useMedia('(max-width: 767.98px)');

export const useIsNarrow = () => useMedia(narrow);
