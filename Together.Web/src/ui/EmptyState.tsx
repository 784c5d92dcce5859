import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { ui } from '@/strings/ui';
import { Button } from './Button';
import { cx } from './cx';
import styles from './EmptyState.module.css';

export interface EmptyStateProps {
  icon?: ReactNode;
  title: string;
  /** What to do next. */
  body?: ReactNode;
  action?: ReactNode;
  /** The level of the title among the page's headings. */
  level?: 1 | 2 | 3;
  className?: string;
}

export function EmptyState({ icon, title, body, action, level = 2, className }: EmptyStateProps) {
  const Title = `h${level}` as const;
  return (
    <div className={cx(styles.state, className)}>
      {icon && (
        <span className={styles.icon} aria-hidden="true">
          {icon}
        </span>
      )}
      <Title className={styles.title}>{title}</Title>
      {body && <div className={styles.body}>{body}</div>}
      {action && <div className={styles.action}>{action}</div>}
    </div>
  );
}

export interface ErrorStateProps {
  /** What happened. */
  title: string;
  /** What can be done. */
  body?: ReactNode;
  onRetry?: () => void;
  retryLabel?: string;
  busy?: boolean;
  level?: 1 | 2 | 3;
  className?: string;
}

export function ErrorState({ title, body, onRetry, retryLabel = ui.retry, busy, level, className }: ErrorStateProps) {
  return (
    <div role="alert">
      <EmptyState
        icon={<CircleAlert />}
        title={title}
        body={body}
        level={level}
        className={cx(styles.failed, className)}
        action={
          onRetry && (
            <Button variant="primary" busy={busy} onClick={onRetry}>
              {retryLabel}
            </Button>
          )
        }
      />
    </div>
  );
}
