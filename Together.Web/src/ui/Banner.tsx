import { CircleAlert, CircleCheck, Info, TriangleAlert, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { ui } from '@/strings/ui';
import styles from './Banner.module.css';
import { cx } from './cx';
import { IconButton } from './IconButton';

const icons = { info: Info, success: CircleCheck, warning: TriangleAlert, danger: CircleAlert };

export interface BannerProps {
  tone?: keyof typeof icons;
  children: ReactNode;
  /** A small `Button`. */
  action?: ReactNode;
  onDismiss?: () => void;
  className?: string;
}

/** A line above the content, for a state that lasts: the connection is lost, a session ends. Announced politely. */
export function Banner({ tone = 'info', children, action, onDismiss, className }: BannerProps) {
  const Icon = icons[tone];
  return (
    <div role="status" className={cx(styles.banner, styles[tone], className)}>
      <Icon className={styles.icon} aria-hidden="true" />
      <div className={styles.text}>{children}</div>
      {action}
      {onDismiss && (
        <IconButton size="s" label={ui.dismiss} tooltipSide="bottom" onClick={onDismiss}>
          <X />
        </IconButton>
      )}
    </div>
  );
}
