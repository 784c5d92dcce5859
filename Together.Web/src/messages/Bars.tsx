import { ArrowDown, ArrowUp } from 'lucide-react';
import { messages as strings } from '@/strings/messages';
import styles from './Bars.module.css';
import type { Unread } from './rows';
import { dateAndClock } from './times';

/** Above the messages, while the line "new" is out of sight. */
export function NewBar({ unread, onJump, onRead }: { unread: Unread; onJump: () => void; onRead: () => void }) {
  const count = unread.isAtLeast ? `${unread.count}+` : String(unread.count);
  return (
    <div className={styles.new}>
      <button type="button" className={styles.jump} onClick={onJump} aria-description={strings.toFirstNew}>
        <ArrowUp aria-hidden="true" />
        <span>{strings.newSince(count, count === '1', dateAndClock(unread.since))}</span>
      </button>
      <button type="button" className={styles.read} onClick={onRead}>
        {strings.markRead}
      </button>
    </div>
  );
}

/** Below the messages, while one looks at older ones. */
export function PresentBar({ count, onJump }: { count: number; onJump: () => void }) {
  return (
    <button type="button" className={styles.present} onClick={onJump}>
      <span className={count > 0 ? styles.count : styles.past}>{count > 0 ? strings.newBelow(count) : strings.inPast}</span>
      <span className={styles.way}>
        {strings.toPresent}
        <ArrowDown aria-hidden="true" />
      </span>
    </button>
  );
}
