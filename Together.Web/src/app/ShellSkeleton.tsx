import { useEffect, useState } from 'react';
import { retryNow } from '@/gateway/connection';
import { useApp } from '@/state/store';
import { app } from '@/strings/app';
import { shell } from '@/strings/shell';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { Loading, Skeleton } from '@/ui/Skeleton';
import styles from './ShellSkeleton.module.css';

/** Longer than this and one wants to know why, in milliseconds. */
const patience = 4000;

const rail = [0, 1, 2, 3];
const list = ['58%', '44%', '70%', '52%', '36%', '62%', '48%'];
const messages = [
  ['22%', '68%', '40%'],
  ['16%', '52%'],
  ['26%', '74%', '58%', '30%'],
  ['18%', '44%'],
  ['24%', '62%', '36%'],
];

/** The shell until the first READY: everything stands where it will stand. */
export function ShellSkeleton() {
  const phase = useApp((state) => state.connection.phase);
  const failed = useApp((state) => state.connection.attempt > 0);
  const [isLate, setIsLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsLate(true), patience);
    return () => clearTimeout(timer);
  }, []);
  const waits = failed || phase === 'offline' || isLate;
  return (
    <div className={styles.shell}>
      {waits && (
        <Banner
          tone="warning"
          action={
            phase === 'waiting' && (
              <Button size="s" onClick={retryNow}>
                {shell.retryNow}
              </Button>
            )
          }
        >
          {phase === 'offline' ? app.offline : failed ? app.unreachable : shell.connectingLong}
        </Banner>
      )}
      <Loading label={app.connecting} className={styles.columns}>
        <div className={styles.rail}>
          {rail.map((key) => (
            <Skeleton key={key} width={48} height={48} className={styles.server} />
          ))}
        </div>
        <div className={styles.sidebar}>
          <Skeleton width="62%" height={20} className={styles.title} />
          {list.map((width) => (
            <Skeleton key={width} width={width} />
          ))}
        </div>
        <main className={styles.main}>
          <div className={styles.header}>
            <Skeleton width={160} height={20} />
          </div>
          <div className={styles.messages}>
            {messages.map(([name, ...lines]) => (
              <div key={name} className={styles.message}>
                <Skeleton round width={40} height={40} />
                <div className={styles.lines}>
                  <Skeleton width={name} height={14} />
                  {lines.map((width) => (
                    <Skeleton key={width} width={width} />
                  ))}
                </div>
              </div>
            ))}
          </div>
          <Skeleton width="auto" height={46} className={styles.composer} />
        </main>
      </Loading>
    </div>
  );
}
