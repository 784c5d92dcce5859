import { useEffect, useState } from 'react';
import { retryNow } from '@/gateway/connection';
import type { ConnectionPhase } from '@/state/state';
import { useApp } from '@/state/store';
import { shell } from '@/strings/shell';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';

/** A loss that is shorter than this is told to nobody, in milliseconds. */
const patience = 2000;

const isLost = (phase: ConnectionPhase) => phase !== 'ready' && phase !== 'idle';

/** Says that the connection is lost, once that has lasted. */
export function ShellBanner() {
  const phase = useApp((state) => state.connection.phase);
  const lost = isLost(phase);
  const [isShown, setIsShown] = useState(false);
  useEffect(() => {
    if (!lost) {
      setIsShown(false);
      return;
    }
    const timer = setTimeout(() => setIsShown(true), patience);
    return () => clearTimeout(timer);
  }, [lost]);
  if (!lost || !isShown) return null;
  return (
    <Banner
      tone="warning"
      action={
        <Button size="s" busy={phase !== 'waiting' && phase !== 'offline'} onClick={retryNow}>
          {shell.retryNow}
        </Button>
      }
    >
      {phase === 'offline' ? shell.offline : shell.reconnecting}
    </Banner>
  );
}
