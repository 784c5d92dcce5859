import { X } from 'lucide-react';
import { type CSSProperties, type ReactNode, useId } from 'react';
import { ui } from '@/strings/ui';
import { cx } from './cx';
import { IconButton } from './IconButton';
import styles from './ProgressBar.module.css';

export interface ProgressBarProps {
  /** What goes on. */
  label: string;
  hideLabel?: boolean;
  /** 0–1; left out where nobody knows how much remains. */
  value?: number;
  /** Beside the label: `2.1 of 8 MB`. */
  detail?: ReactNode;
  onCancel?: () => void;
  className?: string;
}

export function ProgressBar({ label, hideLabel, value, detail, onCancel, className }: ProgressBarProps) {
  const labelId = useId();
  const share = value === undefined ? undefined : Math.min(1, Math.max(0, value));
  return (
    <div className={cx(styles.progress, className)}>
      <div className={styles.main}>
        <div className={hideLabel ? 'visually-hidden' : styles.label}>
          <span id={labelId} className={styles.name} dir="auto">
            {label}
          </span>
          {detail && <span className={styles.detail}>{detail}</span>}
        </div>
        <div
          role="progressbar"
          aria-labelledby={labelId}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuenow={share === undefined ? undefined : Math.round(share * 100)}
          className={styles.track}
        >
          <div className={cx(styles.bar, share === undefined && styles.unknown)} style={{ '--share': share ?? 1 } as CSSProperties} />
        </div>
      </div>
      {onCancel && (
        <IconButton size="s" label={ui.cancel} onClick={onCancel}>
          <X />
        </IconButton>
      )}
    </div>
  );
}
