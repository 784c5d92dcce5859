import { memo } from 'react';
import { messages as strings } from '@/strings/messages';
import { cx } from '@/ui/cx';
import styles from './Lines.module.css';
import { dayName } from './times';

/** Where a day begins; where what is unread begins too, one line says both. */
export const DayLine = memo(function DayLine({ day, isNew }: { day: number; isNew: boolean }) {
  return (
    <div className={cx(styles.line, isNew && styles.fresh)}>
      <span className={styles.day}>{dayName(day)}</span>
      {isNew && <span className={styles.badge}>{strings.fresh}</span>}
    </div>
  );
});

export const NewLine = memo(function NewLine() {
  return (
    <div className={cx(styles.line, styles.fresh)}>
      <span className={styles.badge}>{strings.fresh}</span>
    </div>
  );
});
