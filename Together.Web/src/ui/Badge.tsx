import { ui } from '@/strings/ui';
import styles from './Badge.module.css';
import { cx } from './cx';
import { VisuallyHidden } from './VisuallyHidden';

export interface BadgeProps {
  /** Nothing is shown for 0. */
  count: number;
  /** What is counted, in words: `3 mentions`. */
  label: string;
  className?: string;
}

export function Badge({ count, label, className }: BadgeProps) {
  if (count <= 0) return null;
  return (
    <span className={cx(styles.badge, className)}>
      <span aria-hidden="true">{count > 99 ? '99+' : count}</span>
      <VisuallyHidden>{label}</VisuallyHidden>
    </span>
  );
}

export function UnreadDot({ label = ui.unread, className }: { label?: string; className?: string }) {
  return (
    <span className={cx(styles.dot, className)}>
      <VisuallyHidden>{label}</VisuallyHidden>
    </span>
  );
}
