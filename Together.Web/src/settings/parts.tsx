import type { ReactNode } from 'react';
import type { Problem } from '@/api/problem';
import { problemText } from '@/strings/problems';
import { settings } from '@/strings/settings';
import { cx } from '@/ui/cx';
import { ErrorState } from '@/ui/EmptyState';
import { Loading, Skeleton } from '@/ui/Skeleton';
import styles from './parts.module.css';

/** All blocks of a section, one below the other. */
export function Blocks({ children }: { children: ReactNode }) {
  return <div className={styles.sections}>{children}</div>;
}

interface BlockProps {
  title?: string;
  hint?: ReactNode;
  /** Beside the title. */
  action?: ReactNode;
  className?: string;
  children: ReactNode;
}

export function Block({ title, hint, action, className, children }: BlockProps) {
  return (
    <section className={cx(styles.block, className)}>
      {(title || hint || action) && (
        <header>
          <div>
            {title && <h3 className={styles.title}>{title}</h3>}
            {hint && <p className={styles.hint}>{hint}</p>}
          </div>
          {action}
        </header>
      )}
      {children}
    </section>
  );
}

interface RowProps {
  icon?: ReactNode;
  title: ReactNode;
  hint?: ReactNode;
  children?: ReactNode;
}

/** One thing in a list: what it is, and what can be done with it. */
export function Row({ icon, title, hint, children }: RowProps) {
  return (
    <div className={styles.row}>
      {icon && <span className={styles.rowIcon}>{icon}</span>}
      <div className={styles.rowText}>
        <div className={styles.rowTitle}>{title}</div>
        {hint && <div className={styles.rowHint}>{hint}</div>}
      </div>
      {children && <div className={styles.rowActions}>{children}</div>}
    </div>
  );
}

/** The places of rows that are on their way. */
export function LoadingRows({ rows = 4 }: { rows?: number }) {
  return (
    <Loading className={styles.list}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no other identity
        <div key={row} className={styles.row}>
          <Skeleton width={32} height={32} round />
          <div className={styles.rowText}>
            <Skeleton width={`${34 + ((row * 17) % 30)}%`} height="0.9em" />
            <Skeleton width={`${52 + ((row * 23) % 34)}%`} height="0.7em" />
          </div>
        </div>
      ))}
    </Loading>
  );
}

export function LoadFailed({ problem, busy, onRetry }: { problem: Problem; busy: boolean; onRetry: () => void }) {
  return <ErrorState level={3} title={settings.loadFailed} body={problemText(problem)} busy={busy} onRetry={onRetry} />;
}
