import type { ReactNode } from 'react';
import { ui } from '@/strings/ui';
import { cx } from './cx';
import styles from './Skeleton.module.css';
import { VisuallyHidden } from './VisuallyHidden';

export interface SkeletonProps {
  /** Pixels, or any CSS length. */
  width?: number | string;
  height?: number | string;
  round?: boolean;
  className?: string;
}

/** The place of something that is on its way. Several go into one `Loading`. */
export function Skeleton({ width = '100%', height = 16, round, className }: SkeletonProps) {
  return <span aria-hidden="true" className={cx(styles.skeleton, round && styles.round, className)} style={{ width, height }} />;
}

const widths = ['92%', '78%', '86%', '64%'];

export function SkeletonText({ lines = 3 }: { lines?: number }) {
  return (
    <span className={styles.text} aria-hidden="true">
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other identity
        <Skeleton key={line} height="0.8em" width={line === lines - 1 && lines > 1 ? '48%' : widths[line % widths.length]} />
      ))}
    </span>
  );
}

export interface LoadingProps {
  /** Read out in place of the skeletons. */
  label?: string;
  className?: string;
  children: ReactNode;
}

export function Loading({ label = ui.loading, className, children }: LoadingProps) {
  return (
    <div role="status" className={className}>
      <VisuallyHidden>{label}</VisuallyHidden>
      {children}
    </div>
  );
}
