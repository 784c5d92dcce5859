import type { ComponentProps, ReactNode } from 'react';
import { cx } from './cx';
import styles from './IconButton.module.css';
import { type TooltipSide, tooltipAttributes } from './Tooltip';

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'aria-label' | 'children'> {
  /** The accessible name, and the tooltip. */
  label: string;
  /** The icon. */
  children: ReactNode;
  size?: 's' | 'm' | 'l';
  variant?: 'ghost' | 'secondary' | 'primary' | 'danger';
  /** For a button that stays down: `aria-pressed`. */
  pressed?: boolean;
  busy?: boolean;
  /** As `Keys` takes it; shown in the tooltip. */
  shortcut?: string;
  /** `null`: no tooltip, where the label stands beside the button. */
  tooltipSide?: TooltipSide | null;
}

export function IconButton({
  label,
  children,
  size = 'm',
  variant = 'ghost',
  pressed,
  busy,
  shortcut,
  tooltipSide = 'top',
  className,
  onClick,
  ...props
}: IconButtonProps) {
  return (
    <button
      type="button"
      {...(tooltipSide && tooltipAttributes(label, tooltipSide, shortcut))}
      {...props}
      aria-label={label}
      aria-pressed={pressed}
      aria-busy={busy || undefined}
      aria-disabled={busy || props['aria-disabled']}
      onClick={busy ? undefined : onClick}
      className={cx(styles.button, styles[size], styles[variant], className)}
    >
      {children}
    </button>
  );
}
