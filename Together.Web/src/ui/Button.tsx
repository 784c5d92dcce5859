import type { ComponentProps, ReactNode } from 'react';
import { ui } from '@/strings/ui';
import styles from './Button.module.css';
import { cx } from './cx';
import { VisuallyHidden } from './VisuallyHidden';

export interface ButtonProps extends ComponentProps<'button'> {
  variant?: 'primary' | 'secondary' | 'ghost' | 'danger';
  size?: 's' | 'm' | 'l';
  /** Keeps focus and name, ignores presses and says that it works on it. */
  busy?: boolean;
  icon?: ReactNode;
  /** As wide as its container. */
  wide?: boolean;
}

export function Button({ variant = 'secondary', size = 'm', busy = false, icon, wide, className, children, onClick, ...props }: ButtonProps) {
  return (
    <button
      type="button"
      {...props}
      aria-busy={busy || undefined}
      aria-disabled={busy || props['aria-disabled']}
      onClick={busy ? (event) => event.preventDefault() : onClick}
      className={cx(styles.button, styles[variant], styles[size], wide && styles.wide, className)}
    >
      <span className={styles.content}>
        {icon && (
          <span className={styles.icon} aria-hidden="true">
            {icon}
          </span>
        )}
        {children}
      </span>
      {busy && (
        <>
          <span className={styles.spinner} aria-hidden="true" />
          <VisuallyHidden>{ui.working}</VisuallyHidden>
        </>
      )}
    </button>
  );
}
