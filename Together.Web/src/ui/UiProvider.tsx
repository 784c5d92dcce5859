import { CSPProvider } from '@base-ui/react/csp-provider';
import { type ComponentType, type ReactNode, useEffect, useState } from 'react';
import { LiveRegion } from './LiveRegion';
import { TooltipHost } from './TooltipHost';
import { onToastWaiting } from './toast';

/** Around the whole app, once: the host's policy allows no `<style>`, and tooltips, toasts and announcements each need one place. */
export function UiProvider({ children }: { children: ReactNode }) {
  return (
    <CSPProvider disableStyleElements>
      {children}
      <LiveRegion />
      <TooltipHost />
      <Toasts />
    </CSPProvider>
  );
}

/** The region's code comes with the first toast, or in a quiet moment before it: a toast about a lost connection must not need one. */
function Toasts() {
  const [Region, setRegion] = useState<ComponentType | null>(null);
  useEffect(() => {
    const load = async () => {
      try {
        const module = await import('./ToastRegion');
        setRegion(() => module.ToastRegion);
      } catch {
        // The next toast tries again; what waits is kept. (A handler chained to the import would not see that its CSS did not come.)
      }
    };
    const stop = onToastWaiting(() => void load());
    const timer = setTimeout(() => void load(), quietMs);
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, []);
  return Region && <Region />;
}

const quietMs = 5_000;
