import { Ban } from 'lucide-react';
import { memo } from 'react';
import { messages as strings } from '@/strings/messages';
import styles from './BlockedRow.module.css';
import { useConversation } from './conversation';
import { DayLine, NewLine } from './Lines';
import type { BlockedRow as Row } from './rows';

/** Messages of people whom one has blocked: there, but not in the way. */
export const BlockedRow = memo(function BlockedRow({ row: { key, ids, isShown, day, isFirstNew } }: { row: Row }) {
  const { reveal } = useConversation();
  return (
    <article tabIndex={-1} data-row={key}>
      {day !== null && <DayLine day={day} isNew={isFirstNew} />}
      {day === null && isFirstNew && <NewLine />}
      <div className={styles.fold}>
        <Ban className={styles.icon} aria-hidden="true" />
        {strings.blocked(ids.length)}
        <button type="button" className={styles.button} aria-expanded={isShown} onClick={() => reveal(ids, !isShown)}>
          {isShown ? strings.hide : strings.show}
        </button>
      </div>
    </article>
  );
});
