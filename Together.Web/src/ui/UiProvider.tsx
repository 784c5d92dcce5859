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
    const load = () =>
      void import('./ToastRegion').then(
        (module) => setRegion(() => module.ToastRegion),
        // The next toast tries again; what waits is kept.
        () => undefined,
      );
    const stop = onToastWaiting(load);
    const timer = setTimeout(load, quietMs);
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, []);
  return Region && <Region />;
}

const quietMs = 5_000;
