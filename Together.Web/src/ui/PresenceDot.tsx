import { ui } from '@/strings/ui';
import { cx } from './cx';
import styles from './PresenceDot.module.css';
import { VisuallyHidden } from './VisuallyHidden';

export type Presence = keyof typeof ui.presence;

export interface PresenceDotProps {
  status: Presence;
  /** Pixels. */
  size?: number;
  /** The status stands beside it in words. */
  decorative?: boolean;
  className?: string;
}

/** A shape for each status, so that nobody needs to tell the colours apart. */
export function PresenceDot({ status, size = 12, decorative = false, className }: PresenceDotProps) {
  return (
    <span className={cx(styles.dot, styles[status], className)}>
      <svg viewBox="0 0 12 12" width={size} height={size} aria-hidden="true">
        <path d={shapes[status]} fill="currentColor" fillRule="evenodd" />
      </svg>
      {!decorative && <VisuallyHidden>{ui.presence[status]}</VisuallyHidden>}
    </span>
  );
}

const disc = 'M6 0a6 6 0 1 1 0 12A6 6 0 0 1 6 0Z';
const shapes: Readonly<Record<Presence, string>> = {
  online: disc,
  away: 'M4.6.2a6 6 0 1 0 7.2 7.2A4.8 4.8 0 0 1 4.6.2Z',
  dnd: `${disc}M3 4.8v2.4h6V4.8Z`,
  offline: `${disc}M6 2.6a3.4 3.4 0 1 0 0 6.8 3.4 3.4 0 0 0 0-6.8Z`,
};
