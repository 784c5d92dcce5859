import { useCallback, useSyncExternalStore } from 'react';

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

/** There is no room for a column beside the messages. */
export const useIsNarrow = () => useMedia('(max-width: 1099.98px)');
